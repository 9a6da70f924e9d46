#include "tests/bench/bench.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/bench_pace.h"

enum { RUNS_MAX = 99, TRIES_MAX = BENCH_PACE_TRIES * RUNS_MAX };

struct repeats {
    enum bench_cpus cpus;
    double best; /* pace, ns a step */
    int tries;
    double pace[TRIES_MAX];
    double figures[TRIES_MAX][BENCH_FIGURES];
};

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

static double sorted_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double best_so_far(void)
{
    const char *text = getenv(BENCH_PACE_BEST);
    double best = text ? strtod(text, NULL) : 0;
    return best > 0 ? best : INFINITY;
}

static double read_pace(struct repeats *r)
{
    double best, pace;
    if (r->cpus == BENCH_ALL_CPUS)
        pace = bench_pace_everywhere(&best);
    else
        pace = best = bench_pace_here();
    r->best = fmin(r->best, best);
    return pace;
}

static void repeat(struct repeats *r, bench_many_fn *fn, void *context)
{
    double before = read_pace(r), during = 0;
    fn(context, r->figures[r->tries], &during);
    r->pace[r->tries++] = fmax(fmax(before, during), read_pace(r));
}

static void rest_when_off(const struct repeats *r)
{
    const struct timespec rest = { 0, BENCH_PACE_REST_NS };
    if (r->tries > 0 && bench_pace_off(r->pace[r->tries - 1], r->best))
        nanosleep(&rest, NULL);
}

/* Prints the lines of figure number `which`; returns the median. */
static double print(const struct repeats *r, const struct bench_figure *name, int which,
                    int runs)
{
    int chosen[RUNS_MAX];
    double figures[RUNS_MAX], pace[RUNS_MAX];
    int off = bench_pace_choose(r->pace, r->tries, runs, r->best, chosen);
    for (int i = 0; i < runs; i++) {
        figures[i] = r->figures[chosen[i]][which];
        pace[i] = r->pace[chosen[i]];
    }
    double median = sorted_median(figures, runs), middle = sorted_median(pace, runs);
    printf("%s %.6g %s %.6g %.6g %d\n", name->name, median, name->unit, figures[0],
           figures[runs - 1], runs);
    printf("# %s pace %.4g %.4g %.4g set_aside %d off_pace %d best %.4g\n", name->name, middle,
           pace[0], pace[runs - 1], r->tries - runs, off, r->best);
    fflush(stdout);
    return median;
}

static double report(const struct bench_figure *names, int count, int runs,
                     enum bench_cpus cpus, bench_many_fn *fn, void *context)
{
    double median = NAN;
    assert(runs >= 1 && runs <= RUNS_MAX && count <= BENCH_FIGURES);
    struct repeats *r = malloc(sizeof *r);
    assert(r);
    r->cpus = cpus;
    r->best = best_so_far();
    r->tries = 0;
    repeat(r, fn, context);
    r->tries = 0; /* that was to warm up */
    while (bench_pace_goes_on(r->pace, r->tries, runs, r->best)) {
        rest_when_off(r);
        repeat(r, fn, context);
    }
    for (int i = 0; i < count; i++)
        median = print(r, &names[i], i, runs);
    free(r);
    return median;
}

struct single {
    bench_fn *fn;
    void *context;
};

static void run_single(void *context, double *figures, double *pace_ns)
{
    const struct single *s = context;
    (void)pace_ns;
    figures[0] = s->fn(s->context);
}

double bench_report(const char *name, const char *unit, int runs, bench_fn *fn, void *context)
{
    struct single s = { fn, context };
    return report(&(struct bench_figure){ name, unit }, 1, runs, BENCH_THIS_CPU, run_single,
                  &s);
}

double bench_report_all(const char *name, const char *unit, int runs, bench_fn *fn,
                        void *context)
{
    struct single s = { fn, context };
    return report(&(struct bench_figure){ name, unit }, 1, runs, BENCH_ALL_CPUS, run_single,
                  &s);
}

void bench_report_many(const struct bench_figure *names, int count, int runs,
                       enum bench_cpus cpus, bench_many_fn *fn, void *context)
{
    report(names, count, runs, cpus, fn, context);
}
