#include "models/cost_noise.h"

#include <math.h>

#include "models/random_purpose.h"

void cost_noise_init(struct cost_noise *noise, uint64_t seed, uint32_t replication)
{
    *noise = (struct cost_noise){ .deviate = 0 };
    random_stream_init(&noise->draws, seed, replication, RANDOM_COST_NOISE, 0);
    noise->at_ns = INT64_MIN; /* nothing is kept of it */
}

static double kept(const struct cost_noise *noise, double memory_ns, int64_t now_ns)
{
    if (memory_ns == 0 || noise->at_ns == INT64_MIN)
        return 0;
    return exp(-(double)(now_ns - noise->at_ns) / memory_ns);
}

double cost_noise_next(struct cost_noise *noise, const struct cost_params *cost, int64_t now_ns)
{
    double variance = log1p(cost->noise_cv * cost->noise_cv); /* of the logarithm */
    double keep = kept(noise, cost->noise_memory, now_ns);
    noise->deviate =
        keep * noise->deviate + sqrt(1 - keep * keep) * random_stream_normal(&noise->draws);
    noise->at_ns = now_ns;
    return exp(sqrt(variance) * noise->deviate - variance / 2);
}
