#include "tests/bench/bench.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int64_t clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t bench_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t bench_cpu_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_print(const char *name, const char *unit, double *figures, int runs)
{
    qsort(figures, (size_t)runs, sizeof *figures, compare);
    double median = (figures[(runs - 1) / 2] + figures[runs / 2]) / 2;
    printf("%s %.6g %s %.6g %.6g %d\n", name, median, unit, figures[0], figures[runs - 1],
           runs);
    fflush(stdout);
    return median;
}

double bench_report(const char *name, const char *unit, int runs, bench_fn *fn, void *context)
{
    double figures[99];
    assert(runs >= 1 && runs <= 99);
    fn(context);
    for (int i = 0; i < runs; i++)
        figures[i] = fn(context);
    return bench_print(name, unit, figures, runs);
}
