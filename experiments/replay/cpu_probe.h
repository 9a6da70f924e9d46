/* cpu_probe.h - what a CPU limit does to a thread, on this kernel: the real arm of `pushsim
 * cpu`.
 *
 * Makes a cgroup with the workload's limits, runs the threads in a child process inside it,
 * takes the samples that models/cpu_workload.h defines, and removes the group again: also on
 * failure and on SIGINT or SIGTERM. Every call has a new group; the caller says at which phases of
 * period and tick it starts.
 *
 * Rule for noise, which looks at the machine and never at the samples: a measurement is noisy when
 * more than CPU_PROBE_STEAL of the machine's time was stolen while it ran, or more than
 * CPU_PROBE_FOREIGN of its CPUs' time was used by other processes, or when in the
 * CPU_PROBE_CONTROL_NS before it a control loop without limit on one of its CPUs lost more than
 * CPU_PROBE_GAPS of the time in gaps longer than gap_ns.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/cpu_workload.h"
#include "sim/error.h"

/* Measured on Linux 6.18 in a virtual machine with two CPUs. Nothing else running: no steal; no
 * gap in most control loops, sometimes one of 0.5 to 1.5 ms (up to 0.03 of its time); the
 * machine's agent takes 0.005 to 0.008 of one CPU, and kernel threads and the probe's parent their
 * part. The agent busy: foreign 0.014 to 0.04, no gaps. With compilers running: gaps 0.08 to 0.89,
 * foreign 0.2 to 0.87. The bounds are the next round figures above the first: a single short wait
 * is left out where it happens (cpu_witness.h), the rule has to find what goes on all the while. */
#define CPU_PROBE_STEAL      0.005
#define CPU_PROBE_GAPS       0.04
#define CPU_PROBE_FOREIGN    0.015
#define CPU_PROBE_CONTROL_NS 50000000

struct cpu_probe_start {
    double period; /* where between two refills the threads begin, 0..1; without a quota too */
    double tick;   /* where between two ticks the refills lie, but for a constant, 0..1 */
};

struct cpu_probe_quality {
    double steal; /* share of the machine's time during the measurement, 0..1 */
    /* Share of the CPUs' time used by others; 0 where not counted (cgroup v2). */
    double foreign;
    double gaps;         /* share of the control loop's time, worst CPU, 0..1 */
    bool noisy;          /* by the rule above */
    uint64_t left_out;   /* waits that neither the limit nor a measured thread made */
    int64_t left_out_ns; /* their lengths together */
};

/* The params' host.cpus are the highest ones this process may use; of the kernel's own parameters
 * only tick_ns is used, and `warmth` is not. set_bytes: the working set of TOUCH, 0 = one cache
 * line. `out` is initialised here, untouched on error; its work_ns for TOUCH is in warm work,
 * measured without a limit in the same process just before and, without a neighbour, just after,
 * and elapsed_ns ends with the last thread. ERR_UNAVAILABLE: no cgroup can be made or too few
 * CPUs; ERR_IO; ERR_STATE: interrupted, or a thread did not end in time. Neighbours have spun
 * alone for 25 ms when the threads start, and rested while those were made: the group is owed
 * nothing then. */
int cpu_probe_run(const struct cpu_workload_params *params, size_t set_bytes,
                  const struct cpu_probe_start *start, struct cpu_workload_result *out,
                  struct cpu_probe_quality *quality, struct error *err);

#endif
