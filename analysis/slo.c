#include "analysis/slo.h"

#include <math.h>

/* Of a cell's arm the mean, of a single run the value; NAN: not recorded. */
typedef double figure_fn(const void *of, enum figure figure);

static double of_samples(const void *samples, enum figure figure)
{
    return sample_mean((const struct sample *)samples + figure);
}

static double of_record(const void *record, enum figure figure)
{
    return run_record_value(record, figure_metric(figure));
}

/* An arm that does not record it has none of it. */
static double or_none(double count)
{
    return isnan(count) ? 0 : count;
}

/* Of what was dropped or lost, the share that nothing makes good. Every recall is for a loss but
 * those that turned out to be of something else; one that is lost again is a loss more. */
static double share_for_good(figure_fn *value, const void *of, double lost)
{
    double recalled = or_none(value(of, FIGURE_RECALLED)) -
                      or_none(value(of, FIGURE_REPLAYED)) +
                      or_none(value(of, FIGURE_REPLAYED_LOST));
    return lost > 0 ? fmax(1 - recalled / lost, 0) : 0;
}

static double share_missing(figure_fn *value, const void *of)
{
    double lost = or_none(value(of, FIGURE_DROPPED)) + or_none(value(of, FIGURE_LOST));
    double gone =
        lost - or_none(value(of, FIGURE_LOST_LEFT)) - or_none(value(of, FIGURE_LOST_NETWORK));
    double due = value(of, FIGURE_DUE);
    if (isnan(due))
        due = value(of, FIGURE_DELIVERED) + lost + or_none(value(of, FIGURE_IN_FLIGHT));
    gone *= share_for_good(value, of, lost);
    double unheard = or_none(value(of, FIGURE_UNHEARD) / value(of, FIGURE_PUBLISHED));
    if (!(due > 0))
        return unheard > 0 ? unheard : NAN;
    return gone / due + unheard - gone / due * unheard;
}

double slo_missing_share(const struct cell *cell, enum arm arm)
{
    return share_missing(of_samples, cell->samples[arm]);
}

unsigned slo_broken(const struct slo_params *slo, const struct cell *cell, enum arm arm)
{
    const struct sample *s = cell->samples[arm];
    const double value[SLO_LIMITS] = {
        [SLO_P95] = sample_mean(&cell->due_p95[arm]),
        [SLO_P99] = sample_mean(&cell->due_p99[arm]),
        [SLO_DROPS] = slo_missing_share(cell, arm),
        [SLO_RECONNECTS] =
            sample_mean(&s[FIGURE_RECONNECTS]) / sample_mean(&s[FIGURE_DURATION]),
    };
    double limits[SLO_LIMITS];
    slo_limits(slo, limits);
    return slo_breaches(limits, value);
}

static double share_under_way(figure_fn *value, const void *of)
{
    double under_way = or_none(value(of, FIGURE_IN_FLIGHT));
    return under_way / (under_way + value(of, FIGURE_DELIVERED));
}

double slo_under_way_share(const struct cell *cell, enum arm arm)
{
    return share_under_way(of_samples, cell->samples[arm]);
}

/* More are under way at the end than a quantile leaves: late, or the drain was shorter than the limit
 * and nobody can tell. */
static bool many_under_way(const struct slo_params *slo, figure_fn *value, const void *of)
{
    double share = share_under_way(value, of);
    return (slo->p95_ns > 0 && share > 0.05) || (slo->p99_ns > 0 && share > 0.01);
}

bool slo_known(const struct slo_params *slo, const struct cell *cell, enum arm arm)
{
    bool p95 = slo->p95_ns == 0 || !isnan(sample_mean(&cell->due_p95[arm]));
    bool p99 = slo->p99_ns == 0 || !isnan(sample_mean(&cell->due_p99[arm]));
    return slo_broken(slo, cell, arm) ||
           (p95 && p99 && !many_under_way(slo, of_samples, cell->samples[arm]));
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

int slo_judge(const struct slo_params *slo, const struct run_record *record, bool *kept,
              struct error *err)
{
    struct run_fates fates;
    run_fates_of(&fates, record);
    const double value[SLO_LIMITS] = {
        [SLO_P95] = run_fates_p95(&fates),
        [SLO_P99] = run_fates_p99(&fates),
        [SLO_DROPS] = share_missing(of_record, record),
        [SLO_RECONNECTS] =
            run_record_value(record, "reconnects") / run_record_value(record, "duration"),
    };
    double limits[SLO_LIMITS];
    slo_limits(slo, limits);
    bool broken = slo_breaches(limits, value) || many_under_way(slo, of_record, record);
    for (int i = 0; i < SLO_LIMITS && !broken; i++)
        if (limits[i] > 0 && isnan(value[i]))
            return error_set(err, ERR_STATE, "nothing was measured that could keep the slo");
    *kept = !broken;
    return 0;
}
