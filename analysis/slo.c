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

/* What never arrived is later than any limit. */
static double latency(double known, bool starved)
{
    return starved ? INFINITY : known;
}

unsigned slo_broken(const struct slo_params *slo, const struct cell *cell, enum arm arm)
{
    const struct sample *s = cell->samples[arm];
    const double value[SLO_LIMITS] = {
        [SLO_P95] = latency(sample_mean(&s[FIGURE_P95]), cell->starved[arm] > 0),
        [SLO_P99] = latency(sample_mean(&s[FIGURE_P99]), cell->starved[arm] > 0),
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
    if (limits[SLO_P95] <= 0 && limits[SLO_P99] <= 0)
        return 0;
    size_t p95 = count_above(&cell->samples[arm][FIGURE_P95], limits[SLO_P95]);
    size_t p99 = count_above(&cell->samples[arm][FIGURE_P99], limits[SLO_P99]);
    return cell->starved[arm] + (p95 > p99 ? p95 : p99);
}

bool slo_kept(const struct slo_params *slo, const struct run_record *record)
{
    struct run_fates fates;
    run_fates_of(&fates, record);
    bool starved = run_fates_starved(&fates);
    const double value[SLO_LIMITS] = {
        [SLO_P95] = latency(run_record_value(record, "delivery.p95"), starved),
        [SLO_P99] = latency(run_record_value(record, "delivery.p99"), starved),
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
