#include "tests/support/bench_pace.h"

#include <assert.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>

#include "experiments/replay/host_pace.h"

enum { SAMPLES = 80 };

#define CLIP 2 /* times the fastest: a longer sample holds an interrupt, not a neighbour */

/* The first samples after a rest are a little slow: too few of 80 to matter. */
double bench_pace_here(void)
{
    double ns[SAMPLES], best = INFINITY, sum = 0;
    for (int i = 0; i < SAMPLES; i++) {
        ns[i] = host_pace_sample();
        best = fmin(best, ns[i]);
    }
    for (int i = 0; i < SAMPLES; i++)
        sum += fmin(ns[i], CLIP * best);
    return sum / SAMPLES;
}

double bench_pace_everywhere(double *best)
{
    cpu_set_t all, one;
    double slowest = 0;
    *best = INFINITY;
    sched_getaffinity(0, sizeof all, &all);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &all))
            continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        if (sched_setaffinity(0, sizeof one, &one))
            continue;
        double pace = bench_pace_here();
        slowest = fmax(slowest, pace);
        *best = fmin(*best, pace);
    }
    sched_setaffinity(0, sizeof all, &all);
    return slowest;
}

bool bench_pace_off(double pace, double best)
{
    return pace > (1 + BENCH_PACE_OFF) * best;
}

bool bench_pace_goes_on(const double *pace, int tries, int wanted, double best)
{
    int kept = 0;
    for (int i = 0; i < tries; i++)
        kept += !bench_pace_off(pace[i], best);
    return kept < wanted && tries < BENCH_PACE_TRIES * wanted;
}

/* Those that keep the pace, the earlier first, whatever their pace; then the least off. */
int bench_pace_choose(const double *pace, int tries, int wanted, double best, int *chosen)
{
    int count = 0, off = 0;
    bool *counts = calloc((size_t)tries, sizeof *counts);
    assert(counts && wanted <= tries);
    for (int i = 0; i < tries && count < wanted; i++)
        if (!bench_pace_off(pace[i], best))
            counts[i] = true, count++;
    for (; count < wanted; count++, off++) {
        int least = -1;
        for (int i = 0; i < tries; i++)
            if (!counts[i] && (least < 0 || pace[i] < pace[least]))
                least = i;
        counts[least] = true;
    }
    for (int i = 0; i < tries; i++)
        if (counts[i])
            *chosen++ = i;
    free(counts);
    return off;
}
