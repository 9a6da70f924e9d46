/* monotonic.h - the time between two moments of this process, whatever becomes of the wall clock. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_MONOTONIC_H
#define PUSHSIM_EXPERIMENTS_RUN_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC, ns. */
static inline int64_t monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* The same, seconds. */
static inline double monotonic_s(void)
{
    return (double)monotonic_ns() / 1e9;
}

#endif
