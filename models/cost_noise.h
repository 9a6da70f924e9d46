/* cost_noise.h - the factor that the costs of each publish are multiplied by: its own chance, and
 * how fast the host is at that moment.
 *
 * Its own: log-normal, cost.noise its coefficient of variation, drawn anew for each.
 *
 * The host's: the share of a core that a virtual CPU gets changes in spells (host_pace.h), so
 * neighbours in a burst are slow together and their sum strays further than independent ones'
 * would. The logarithm of the pace within a run is taken for a Gaussian process with a coefficient
 * of variation of cost.spell.depth, of which two moments dt apart are correlated by exp(-dt /
 * cost.spell.time) (Ornstein-Uhlenbeck; Gillespie, Phys. Rev. E 54, 1996: the update is exact for
 * any dt), less its own mean over the run: that is the run's pace (cost_scale.h), which is told or
 * drawn apart, and a run of 6 s would else stray by another 4 % of it. Costs go with the power
 * cost.host-power of it. Both figures are measured beside real runs, about each run's mean
 * (host_pace_spells.h), whatever the server.
 *
 * The path is drawn at the start, a point each sixteenth of cost.spell.time, and a publish takes
 * the last one before it.
 */
#ifndef PUSHSIM_MODELS_COST_NOISE_H
#define PUSHSIM_MODELS_COST_NOISE_H

#include <stddef.h>
#include <stdint.h>

#include "models/parameters.h"
#include "sim/random_stream.h"

#define COST_NOISE_POINTS 65536 /* of a path, at most: then they lie farther apart */

struct cost_noise {
    struct random_stream draws, spells; /* of each publish's own chance; of the host's path */
    /* Deviates of the host, standard normal but for their mean of 0; owned; NULL: none. */
    double *path;
    size_t count;   /* of them; 0: none */
    double step_ns; /* between two points; from time 0 on */
};

/* run_ns: how long publishes arrive, >= 0. */
void cost_noise_init(struct cost_noise *noise, const struct cost_params *cost, int64_t run_ns,
                     uint64_t seed, uint32_t replication);
void cost_noise_close(struct cost_noise *noise);
/* The factor (mean 1) of a publish that arrives at now_ns >= 0. */
double cost_noise_next(struct cost_noise *noise, const struct cost_params *cost,
                       int64_t now_ns);

#endif
