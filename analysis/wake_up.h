/* wake_up.h - what a wake-up takes on a host: from repeats of a free thread that sleeps and works.
 *
 * Medians of many short repeats, because what the hypervisor or another task takes in the middle
 * of a turn is CPU time of the thread to the kernel and no work to the thread: a few such waits
 * double what a wake-up seems to cost, so repeats that saw one are left out while enough others
 * are there. A host is not the same all the time either: on a quiet virtual machine undisturbed
 * repeats went from 25 us of CPU and 85 us of lateness to 50 and 129 and back within seconds, so
 * repeats belong between the measurements that they are to explain. A turn's CPU time is work +
 * excess + cost, as in models/cpu_workload.h: the excess, mostly the way into the sleep, is the
 * turn's own whoever runs before or after; the rest, the way out of idle, is what the model
 * charges before the first reading (cpu_host_params), a part of the lateness.
 */
#ifndef PUSHSIM_ANALYSIS_WAKE_UP_H
#define PUSHSIM_ANALYSIS_WAKE_UP_H

#include <stdbool.h>
#include <stdint.h>

#include "models/cpu_workload.h"

#define WAKE_UP_REPEATS_MAX 64
#define WAKE_UP_ENOUGH      5 /* undisturbed repeats that may speak for all */

struct wake_up_repeat {
    double spent_ns; /* CPU time a turn besides its work, mean */
    double late_ns;  /* median lateness */
    bool clean;      /* machine quiet and not one wait of gap_ns in it: no limit, so no stall */
};

struct wake_up_log {
    struct wake_up_repeat repeats[WAKE_UP_REPEATS_MAX]; /* in the order in which they came */
    int count;                                          /* of them */
};

struct wake_up {
    int64_t latency_ns; /* as in cpu_host_params; >= 0 */
    int64_t cost_ns;    /* CPU time of a sleep and a wake-up; likewise */
    int clean; /* repeats that were undisturbed; from WAKE_UP_ENOUGH on the figures are theirs */
};

/* Adds a repeat of CPU_WORK_ONOFF without a limit, unless the thread never slept or the log is
 * full. Sorts the samples of lateness. */
void wake_up_add(struct wake_up_log *log, struct cpu_workload_result *result, bool noisy);
/* At least one repeat. excess_ns: the mean excess of a turn. */
void wake_up_estimate(const struct wake_up_log *log, double excess_ns, struct wake_up *out);

#endif
