/* cost_noise.h - the factor that the costs of each publish are multiplied by, and how long one
 * stays as it is.
 *
 * Its logarithm is a stationary Gaussian process sampled when publishes arrive: with
 * cost.noise-memory M two that are dt apart are correlated by exp(-dt / M) (Ornstein-Uhlenbeck;
 * Gillespie, Phys. Rev. E 54, 1996: the update is exact for any dt). The share of a core that a
 * virtual CPU gets changes in spells (host_pace.h), so neighbours in a burst are slow together and
 * their sum strays further than independent ones' would. M = 0: each is drawn for itself.
 */
#ifndef PUSHSIM_MODELS_COST_NOISE_H
#define PUSHSIM_MODELS_COST_NOISE_H

#include <stdint.h>

#include "models/parameters.h"
#include "sim/random_stream.h"

struct cost_noise {
    struct random_stream draws;
    double deviate; /* of the last publish, standard normal */
    int64_t at_ns;  /* when that was */
};

void cost_noise_init(struct cost_noise *noise, uint64_t seed, uint32_t replication);
/* The factor (mean 1, coefficient of variation cost->noise_cv) of a publish that arrives at now_ns,
 * not before the last one. One draw each time. */
double cost_noise_next(struct cost_noise *noise, const struct cost_params *cost,
                       int64_t now_ns);

#endif
