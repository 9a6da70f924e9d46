/* cache_warmth.h - the extra work after time off the CPU: caches are cold.
 *
 * A thread has a coldness: the CPU time it would take to warm its caches up, 0 (warm) to
 * saturation_ns (cold). Off the CPU it approaches saturation exponentially, whoever took the CPU
 * away (throttled, preempted, asleep); on the CPU it is worked off before anything else:
 *
 *     coldness(away) = saturation - (saturation - coldness) * exp(-away / time)
 *
 * so that an interrupted warm-up goes on where it stopped and two absences without a run between
 * them cost the same as one of their summed length. Source: measured with loops over working sets
 * of 0 to 32 MiB under quotas and sleeps; the size is a property of the working set.
 */
#ifndef PUSHSIM_MODELS_CACHE_WARMTH_H
#define PUSHSIM_MODELS_CACHE_WARMTH_H

#include <stdint.h>

struct cache_warmth {
    int64_t saturation_ns; /* warm-up after a long time away, >= 0; 0 = no effect */
    int64_t time_ns;       /* time away after which 63 % of it is due, >= 0 */
};

/* The coldness after `away_ns` (>= 0) off the CPU, when it was `coldness_ns` before. */
int64_t cache_warmth_after(const struct cache_warmth *warmth, int64_t coldness_ns,
                           int64_t away_ns);

#endif
