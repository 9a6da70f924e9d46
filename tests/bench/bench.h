/* bench.h - the benchmark programs' one way to measure and to report.
 *
 * A program prints lines `name value unit low high runs`: the median of at least five runs with the
 * smallest and the largest. tests/bench/run_benches.py runs them all and writes the JSON file; a new
 * program needs only to be a tests/bench/bench_*.c and to call bench_report.
 */
#ifndef PUSHSIM_TESTS_BENCH_BENCH_H
#define PUSHSIM_TESTS_BENCH_BENCH_H

#include <stdint.h>

enum { BENCH_RUNS = 5 };

/* One run: does the work and returns its figure. */
typedef double bench_fn(void *context);

int64_t bench_now_ns(void); /* monotonic clock */
int64_t bench_cpu_ns(void); /* CPU time of the process: one core's, whatever else runs */

/* Runs fn once to warm up and `runs` (<= 99) times more, prints the line, returns the median. */
double bench_report(const char *name, const char *unit, int runs, bench_fn *fn, void *context);
/* Prints a line for figures taken elsewhere; sorts them; returns the median. */
double bench_print(const char *name, const char *unit, double *figures, int runs);

#endif
