/* cpu_summary.h - what `pushsim cpu` says of one arm, and how far two arms are apart. */
#ifndef PUSHSIM_ANALYSIS_CPU_SUMMARY_H
#define PUSHSIM_ANALYSIS_CPU_SUMMARY_H

#include <stddef.h>

#include "models/cpu_workload.h"

struct cpu_series {            /* one kind of sample, milliseconds */
    double *ms;                /* owned, ascending */
    size_t count;              /* samples; 0: all figures below are NAN */
    double mean, sd;           /* sd with n - 1; NAN for one sample */
    double p10, p50, p90, p99; /* linear interpolation between order statistics */
};

struct cpu_summary {
    struct cpu_series run, stall, late; /* cpu_workload.h says what they are */
    double throttled_share;      /* nr_throttled / nr_periods, 0..1; NAN without periods */
    double cpu_share;            /* CPU time used / time elapsed, in CPUs */
    double cost;                 /* CPU time used / warm work done; TOUCH */
    uint64_t periods, throttled; /* nr_periods, nr_throttled */
};

/* Distances: Wasserstein-1 of the distributions, relative error of sim's mean (|sim - real| /
 * real), difference of the shares. NAN where an arm has no samples. */
struct cpu_distance {
    double run_w1_ms, stall_w1_ms, late_w1_ms; /* Wasserstein-1 */
    double run_mean, stall_mean, late_mean;    /* relative */
    double throttled_share; /* absolute difference; 0 if neither had periods */
    double cpu_share, cost; /* relative */
};

/* Adds the samples and counters of `more` to `into`, which may start as zeros: repeats. */
void cpu_summary_pool(struct cpu_workload_result *into, const struct cpu_workload_result *more);

void cpu_summary_init(struct cpu_summary *summary, const struct cpu_workload_result *result);
void cpu_summary_close(struct cpu_summary *summary);
void cpu_distance_of(const struct cpu_summary *sim, const struct cpu_summary *real,
                     struct cpu_distance *distance);

/* The area between the two distribution functions; both ascending. NAN if one is empty. */
double cpu_summary_wasserstein(const double *a, size_t n, const double *b, size_t m);

#endif
