/* bench.h - the benchmark programs' one way to measure and to report.
 *
 * A program prints two lines a figure: `name value unit low high runs`, the median of at least
 * five runs with the smallest and the largest; and `# name pace MEDIAN LOW HIGH set_aside N
 * off_pace N best BEST`, the pace of the host beside the runs that count, ns a step, and what was
 * done about it (the noise rule: tests/support/bench_pace.h). tests/bench/run_benches.py runs them
 * all and writes the JSON file; a new program needs only to be a tests/bench/bench_*.c and to call
 * bench_report.
 */
#ifndef PUSHSIM_TESTS_BENCH_BENCH_H
#define PUSHSIM_TESTS_BENCH_BENCH_H

#include <stdint.h>

enum { BENCH_RUNS = 5, BENCH_FIGURES = 3 };

enum bench_cpus { /* whose pace is read beside a run */
                  BENCH_THIS_CPU,
                  BENCH_ALL_CPUS, /* it has threads or starts processes */
};

/* One run: does the work and returns its figure. */
typedef double bench_fn(void *context);

struct bench_figure {
    const char *name, *unit;
};
/* One run with several figures. *pace_ns: 0, or what the run itself read of the pace. */
typedef void bench_many_fn(void *context, double *figures, double *pace_ns);

int64_t bench_now_ns(void); /* monotonic clock */
int64_t bench_cpu_ns(void); /* CPU time of the process: one core's, whatever else runs */

/* Runs fn once to warm up and then `runs` (<= 99) times at the host's pace, prints the lines,
 * returns the median. */
double bench_report(const char *name, const char *unit, int runs, bench_fn *fn, void *context);
/* The same, with the pace of all CPUs. */
double bench_report_all(const char *name, const char *unit, int runs, bench_fn *fn,
                        void *context);
/* The same for `count` (<= BENCH_FIGURES) figures of one run. */
void bench_report_many(const struct bench_figure *names, int count, int runs,
                       enum bench_cpus cpus, bench_many_fn *fn, void *context);

#endif
