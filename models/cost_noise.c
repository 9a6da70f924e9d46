#include "models/cost_noise.h"

#include <math.h>

#include "models/random_purpose.h"

void cost_noise_init(struct cost_noise *noise, uint64_t seed, uint32_t replication)
{
    *noise = (struct cost_noise){ .deviate = 0 };
    random_stream_init(&noise->draws, seed, replication, RANDOM_COST_NOISE, 0);
    random_stream_init(&noise->spells, seed, replication, RANDOM_SPELLS, 0);
    noise->at_ns = INT64_MIN; /* nothing is kept of it */
}

static double kept(const struct cost_noise *noise, double time_ns, int64_t now_ns)
{
    if (time_ns == 0 || noise->at_ns == INT64_MIN)
        return 0;
    return exp(-(double)(now_ns - noise->at_ns) / time_ns);
}

/* Its mean is 1 as the other's is. */
static double host_factor(struct cost_noise *noise, const struct cost_params *cost,
                          int64_t now_ns)
{
    if (cost->spell_cv == 0)
        return 1;
    double deviation = cost->pace_power * sqrt(log1p(cost->spell_cv * cost->spell_cv));
    double keep = kept(noise, cost->spell_ns, now_ns);
    noise->deviate =
        keep * noise->deviate + sqrt(1 - keep * keep) * random_stream_normal(&noise->spells);
    noise->at_ns = now_ns;
    return exp(deviation * noise->deviate - deviation * deviation / 2);
}

double cost_noise_next(struct cost_noise *noise, const struct cost_params *cost, int64_t now_ns)
{
    return random_stream_lognormal(&noise->draws, 1, cost->noise_cv) *
           host_factor(noise, cost, now_ns);
}
