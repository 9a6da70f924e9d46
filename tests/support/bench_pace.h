/* bench_pace.h - which repeats of a benchmark count: the noise rule, written before the figures.
 *
 * The other thread of the core under a virtual CPU may be a stranger's; while that one computes,
 * all work here takes up to 1.7 times as long, for a tenth of a second or for minutes, and no
 * counter of the guest tells (experiments/replay/host_pace.h). So the pace of the host is read
 * beside each repeat:
 *
 *   1. A repeat's pace is the slowest of the readings before and after it, and of those between
 *      its parts, where it has some: of the CPU that it runs on, or of each CPU when it uses several.
 *   2. It is off the pace when that is more than BENCH_PACE_OFF above the best reading since the run
 *      of the benchmarks began, those of earlier programs included. It is set aside, and made
 *      again after a rest of BENCH_PACE_REST_NS: BENCH_PACE_TRIES tries at most for a repeat wanted.
 *   3. Are there too few then, the least off of those set aside count as well, the earlier first.
 *   4. Figures have no say in any of this, and the output tells how many repeats were set aside, how
 *      many count although they are off the pace, and at what pace those that count were made.
 *
 * A spell that begins and ends between two readings is not seen.
 */
#ifndef PUSHSIM_TESTS_SUPPORT_BENCH_PACE_H
#define PUSHSIM_TESTS_SUPPORT_BENCH_PACE_H

#include <stdbool.h>

#define BENCH_PACE_OFF     0.1
#define BENCH_PACE_TRIES   3
#define BENCH_PACE_REST_NS 200000000
#define BENCH_PACE_BEST    "BENCH_PACE_BEST" /* environment: best of earlier programs, ns */

/* Reads the pace of this CPU, ns a step: the mean over 2 ms. */
double bench_pace_here(void);
/* The slowest of all CPUs that the thread may use, each read from there; *best: the fastest. */
double bench_pace_everywhere(double *best);

bool bench_pace_off(double pace, double best);
/* Of `tries` made so far, do fewer than `wanted` keep the pace, and may one more be made? */
bool bench_pace_goes_on(const double *pace, int tries, int wanted, double best);
/* Puts the numbers of the `wanted` (<= tries) tries that count into `chosen`, in the order they
 * were made; returns how many of them are off the pace. */
int bench_pace_choose(const double *pace, int tries, int wanted, double best, int *chosen);

#endif
