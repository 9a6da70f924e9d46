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
 *
 * It is worked off before anything else (work_ns = 0) or, where work touches a large set bit by
 * bit, along with the work, dearest at first:
 *
 *     extra(work) = coldness * (1 - exp(-work / work_ns))
 *
 * so that who is taken off the CPU soon has paid for what he touched, and what he did not touch
 * stays cold. Source: random accesses to 32 MiB, L2 of 2 MiB: after 90 ms away 10 ms of work cost
 * 5.8 ms more, but under 10 ms of CPU in 100 ms, which is 6 ms of work a turn, 4 ms.
 */
#ifndef PUSHSIM_MODELS_CACHE_WARMTH_H
#define PUSHSIM_MODELS_CACHE_WARMTH_H

#include <stdint.h>

struct cache_warmth {
    int64_t saturation_ns; /* warm-up after a long time away, >= 0; 0 = no effect */
    int64_t time_ns;       /* time away after which 63 % of it is due, >= 0 */
    int64_t work_ns;       /* work in which 63 % of it is paid, >= 0; 0 = all before any work */
};

/* Since the thread came to the CPU; work and time in whole ns, time = work + warm-up paid. */
struct cache_refill {
    int64_t cold_ns;   /* coldness then */
    int64_t ran_ns;    /* CPU time since */
    int64_t worked_ns; /* work in it */
};

/* The coldness after `away_ns` (>= 0) off the CPU, when it was `coldness_ns` before. */
int64_t cache_warmth_after(const struct cache_warmth *warmth, int64_t coldness_ns,
                           int64_t away_ns);

/* It comes to the CPU with this coldness. */
void cache_refill_begin(struct cache_refill *refill, int64_t cold_ns);
/* The coldness now: what was not paid. */
int64_t cache_refill_cold(const struct cache_refill *refill);
/* The CPU time that work_ns more takes; 0 for 0. Does not depend on how time or work before was
 * cut. */
int64_t cache_refill_time(const struct cache_warmth *warmth, const struct cache_refill *refill,
                          int64_t work_ns);
/* The thread has the CPU for ran_ns (>= 0) more: returns the work done, at most most_ns. */
int64_t cache_refill_run(const struct cache_warmth *warmth, struct cache_refill *refill,
                         int64_t ran_ns, int64_t most_ns);

#endif
