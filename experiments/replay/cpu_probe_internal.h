/* cpu_probe_internal.h - what the two sides of the CPU probe share.
 *
 * Parent and child talk through two pipes, a byte for each step: the child waits in read()
 * while the parent moves it, sets limits and reads the group's CPU time, which is exact then.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_INTERNAL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "experiments/replay/cgroup.h"
#include "experiments/replay/cpu_probe_thread.h"
#include "models/cpu_workload.h"

#define CPU_PROBE_CPUS 64 /* and threads, at most */

struct cpu_probe_shared {
    int64_t go_ns, end_ns;         /* parent to child: absolute, CLOCK_MONOTONIC */
    uint64_t units, units_on;      /* parent to child: TOUCH, see struct cpu_probe_order */
    uint64_t calibrated;           /* child to parent: units done to calibrate */
    struct cpu_probe_area areas[]; /* one a thread */
};

struct cpu_probe_rival { /* the neighbour on one CPU */
    struct cgroup group; /* version CGROUP_NONE: not made */
    pid_t child;         /* 0: none */
};

struct cpu_probe {
    const struct cpu_workload_params *params; /* borrowed */
    size_t set_bytes;                         /* working set of TOUCH, >= 64 */
    int cpus[CPU_PROBE_CPUS];                 /* host.cpus of them */
    struct cgroup group;                      /* version CGROUP_NONE: not made */
    pid_t child;                              /* 0: none */
    struct cpu_probe_rival *rivals;           /* owned; host.cpus of them, or NULL */
    int to_child[2], from_child[2];           /* pipes; -1: none */
    int signals;                              /* signalfd of the parent; -1: none */
    struct cpu_probe_shared *shared;          /* owned mapping */
    size_t shared_bytes;                      /* its size */
};

/* Forks a child that dies with this process; its pid or -1 with errno. The measured child waits
 * for a step, [touches: reports, waits, calibrates, reports,] waits, measures, reports, waits[,
 * reports, waits, calibrates, reports, waits]. */
pid_t cpu_probe_fork_measured(struct cpu_probe *p);
pid_t cpu_probe_fork_rival(struct cpu_probe *p, int cpu); /* spins there until killed */

#endif
