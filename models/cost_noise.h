/* cost_noise.h - the factor that the costs of each publish are multiplied by: its own chance, and how
 * fast the host is at that moment.
 *
 * Its own: log-normal, cost.noise its coefficient of variation, drawn anew for each.
 *
 * The host's: the share of a core that a virtual CPU gets changes in spells (host_pace.h), so
 * neighbours in a burst are slow together and their sum strays further than independent ones' would.
 * The logarithm of the pace within a run is taken for a stationary Gaussian process sampled when
 * publishes arrive, with a coefficient of variation of cost.spell.depth; two that are dt apart are
 * correlated by exp(-dt / cost.spell.time) (Ornstein-Uhlenbeck; Gillespie, Phys. Rev. E 54, 1996: the
 * update is exact for any dt). Costs go with the power cost.host-power of it. Both figures are measured
 * beside real runs (host_pace_spells.h), whatever the server; the mean pace of a run is apart from it
 * (cost_scale.h).
 */
#ifndef PUSHSIM_MODELS_COST_NOISE_H
#define PUSHSIM_MODELS_COST_NOISE_H

#include <stdint.h>

#include "models/parameters.h"
#include "sim/random_stream.h"

struct cost_noise {
    struct random_stream draws, spells;
    double deviate; /* of the host at the last publish, standard normal */
    int64_t at_ns;  /* when that was */
};

void cost_noise_init(struct cost_noise *noise, uint64_t seed, uint32_t replication);
/* The factor (mean 1) of a publish that arrives at now_ns, not before the last one. One draw of each
 * kind each time; of the host's none with a depth of 0. */
double cost_noise_next(struct cost_noise *noise, const struct cost_params *cost,
                       int64_t now_ns);

#endif
