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
