/* warmth_fit.h - the three parameters of models/cache_warmth.h, from measured turns of work.
 *
 * A free thread touches its set for on_ns, sleeps for away_ns, and so on; what its work cost is
 * usage / work. From a first turn after first_away_ns off the CPU the warm-up of every further one
 * follows in closed form: a turn begins with coldness c, pays c (1 - exp(-on / work)), and the
 * sleep adds to what is left. Sleeps tell the time constant, turns of several lengths over how
 * much work it is paid: two sets that cost the same after 10 ms of work need not after 2.
 */
#ifndef PUSHSIM_ANALYSIS_WARMTH_FIT_H
#define PUSHSIM_ANALYSIS_WARMTH_FIT_H

#include <stddef.h>
#include <stdint.h>

#include "models/cache_warmth.h"

struct warmth_turns {
    int64_t on_ns, away_ns; /* work in a turn, sleep after it; > 0 */
    int turns;              /* so many, >= 1 */
    int64_t first_away_ns;  /* off the CPU before the first, >= 0 */
    int64_t wake_cost_ns;   /* CPU time of each wake-up, >= 0 */
};

struct warmth_point {
    struct warmth_turns turns; /* what was measured */
    double cost;               /* CPU time for 1 of warm work, > 0 */
};

/* What the work of such turns costs. */
double warmth_cost(const struct warmth_turns *turns, const struct cache_warmth *warmth);

/* Least squares of the relative errors of the costs over a grid of both constants, five to the
 * hundred, of 0.2 to 200 ms each (work_ns also 0); saturation_ns >= 0 is linear. `n` >= 3. */
void warmth_fit(const struct warmth_point *points, size_t n, struct cache_warmth *out);

#endif
