/* monotonic.h - the time between two moments of this process, whatever becomes of the wall
 * clock, and the CPU time between two of a thread. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_MONOTONIC_H
#define PUSHSIM_EXPERIMENTS_RUN_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* Of any clock that only goes forward, ns. */
static inline int64_t monotonic_clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* CLOCK_MONOTONIC, ns. */
static inline int64_t monotonic_ns(void)
{
    return monotonic_clock_ns(CLOCK_MONOTONIC);
}

/* CPU time of the calling thread, ns. */
static inline int64_t monotonic_thread_cpu_ns(void)
{
    return monotonic_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* The same, seconds. */
static inline double monotonic_s(void)
{
    return (double)monotonic_ns() / 1e9;
}

#endif
