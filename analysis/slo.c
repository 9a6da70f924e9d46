#include "analysis/slo.h"

#include <math.h>

double slo_drop_share(const struct cell *cell, enum arm arm)
{
    const struct sample *s = cell->samples[arm];
    double lost = sample_mean(&s[FIGURE_LOST]), in_flight = sample_mean(&s[FIGURE_IN_FLIGHT]);
    double dropped = sample_mean(&s[FIGURE_DROPPED]);
    double due = sample_mean(&s[FIGURE_DELIVERED]) + dropped + (isnan(lost) ? 0 : lost) +
                 (isnan(in_flight) ? 0 : in_flight);
    return due > 0 ? dropped / due : NAN;
}

/* NAN compares as not above. */
static unsigned bit(double value, double limit, enum figure figure)
{
    return limit > 0 && value > limit ? 1u << figure : 0;
}

unsigned slo_broken(const struct slo_params *slo, const struct cell *cell, enum arm arm)
{
    const struct sample *s = cell->samples[arm];
    return bit(sample_mean(&s[FIGURE_P95]) * 1e9, (double)slo->p95_ns, FIGURE_P95) |
           bit(sample_mean(&s[FIGURE_P99]) * 1e9, (double)slo->p99_ns, FIGURE_P99) |
           bit(slo_drop_share(cell, arm), slo->drop_share, FIGURE_DROPPED) |
           bit(sample_mean(&s[FIGURE_RECONNECTS]) / sample_mean(&s[FIGURE_DURATION]),
               slo->reconnects_hz, FIGURE_RECONNECTS);
}

static bool above(double value, double limit)
{
    return limit > 0 && value > limit; /* NAN is not */
}

/* 0 where the arm does not record it. */
static double count_of(const struct run_record *record, const char *name)
{
    double value = run_record_value(record, name);
    return isnan(value) ? 0 : value;
}

bool slo_kept(const struct slo_params *slo, const struct run_record *record)
{
    double dropped = count_of(record, "dropped");
    double due = count_of(record, "delivered") + dropped + count_of(record, "lost") +
                 count_of(record, "in_flight");
    return !above(run_record_value(record, "delivery.p95") * 1e9, (double)slo->p95_ns) &&
           !above(run_record_value(record, "delivery.p99") * 1e9, (double)slo->p99_ns) &&
           !above(dropped / due, slo->drop_share) &&
           !above(run_record_value(record, "reconnects") / run_record_value(record, "duration"),
                  slo->reconnects_hz);
}
