#include "analysis/slo.h"

#include <math.h>

static double or_none(double count)
{
    return isnan(count) ? 0 : count;
}

/* An arm that does not record what was lost or under way lost nothing. */
static double share_dropped(double delivered, double dropped, double lost, double in_flight)
{
    double due = delivered + dropped + or_none(lost) + or_none(in_flight);
    return due > 0 ? dropped / due : NAN;
}

double slo_drop_share(const struct cell *cell, enum arm arm)
{
    const struct sample *s = cell->samples[arm];
    return share_dropped(sample_mean(&s[FIGURE_DELIVERED]), sample_mean(&s[FIGURE_DROPPED]),
                         sample_mean(&s[FIGURE_LOST]), sample_mean(&s[FIGURE_IN_FLIGHT]));
}

unsigned slo_broken(const struct slo_params *slo, const struct cell *cell, enum arm arm)
{
    const struct sample *s = cell->samples[arm];
    const double value[SLO_LIMITS] = {
        [SLO_P95] = sample_mean(&cell->due_p95[arm]),
        [SLO_P99] = sample_mean(&cell->due_p99[arm]),
        [SLO_DROPS] = slo_drop_share(cell, arm),
        [SLO_RECONNECTS] =
            sample_mean(&s[FIGURE_RECONNECTS]) / sample_mean(&s[FIGURE_DURATION]),
    };
    double limits[SLO_LIMITS];
    slo_limits(slo, limits);
    return slo_breaches(limits, value);
}

static size_t count_above(const struct sample *s, double limit)
{
    size_t above = 0;
    for (size_t i = 0; i < s->count && limit > 0; i++)
        above += s->values[i] > limit;
    return above;
}

size_t slo_runs_late(const struct slo_params *slo, const struct cell *cell, enum arm arm)
{
    double limits[SLO_LIMITS];
    slo_limits(slo, limits);
    size_t p95 = count_above(&cell->due_p95[arm], limits[SLO_P95]);
    size_t p99 = count_above(&cell->due_p99[arm], limits[SLO_P99]);
    return p95 > p99 ? p95 : p99;
}

bool slo_kept(const struct slo_params *slo, const struct run_record *record)
{
    struct run_fates fates;
    run_fates_of(&fates, record);
    const double value[SLO_LIMITS] = {
        [SLO_P95] = run_fates_p95(&fates),
        [SLO_P99] = run_fates_p99(&fates),
        [SLO_DROPS] = share_dropped(
            run_record_value(record, "delivered"), or_none(run_record_value(record, "dropped")),
            run_record_value(record, "lost"), run_record_value(record, "in_flight")),
        [SLO_RECONNECTS] =
            run_record_value(record, "reconnects") / run_record_value(record, "duration"),
    };
    double limits[SLO_LIMITS];
    slo_limits(slo, limits);
    return slo_breaches(limits, value) == 0;
}
