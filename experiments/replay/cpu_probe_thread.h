/* cpu_probe_thread.h - the measured threads of the CPU probe: a loop that reads the clock.
 *
 * The definitions are those of models/cpu_workload.h, but that a wait for which a witness says
 * that neither the limit nor a measured thread made it is left out: no stall, no work, and the run
 * goes on after it. A measured thread never reads a
 * per-thread CPU clock, since that would make the kernel account for it at once and so throttle
 * it more exactly than a thread that does not ask.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_THREAD_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CPU_PROBE_THREAD_H

#include <stddef.h>
#include <stdint.h>

#include "experiments/replay/cpu_witness.h"
#include "models/cpu_workload.h"

#define CPU_PROBE_ROOM 65536 /* samples of a kind a thread has room for */

struct cpu_probe_list {
    size_t count;               /* samples; at CPU_PROBE_ROOM further ones are lost */
    int64_t ns[CPU_PROBE_ROOM]; /* written in order, so untouched pages stay unmade */
};

struct cpu_probe_area { /* of one thread, in memory shared with the parent */
    int64_t work_ns;    /* sum of the gaps that are no stalls; read by the others' witnesses */
    uint64_t units;     /* of touching, done */
    int64_t ended_ns;   /* clock when it ended */
    uint64_t foreign;   /* waits that were left out */
    int64_t foreign_ns; /* their lengths together */
    struct cpu_probe_list runs, stalls, late; /* as cpu_workload.h defines them */
};

/* Nothing was measured; samples that were written stay in their pages. */
void cpu_probe_area_clear(struct cpu_probe_area *area);

struct cpu_sampler {
    struct cpu_probe_area *area; /* borrowed */
    struct cpu_witness witness;  /* of its waits; none after cpu_sampler_start */
    int64_t gap_ns;              /* shortest stall */
    int64_t last_ns;             /* latest reading */
    int64_t run_ns;              /* work since the last stall; -1: its beginning was not seen */
};

void cpu_sampler_start(struct cpu_sampler *sampler, struct cpu_probe_area *area, int64_t gap_ns,
                       int64_t now_ns);
/* The clock was read on the CPU; returns the work since the last reading, 0 for a stall. */
int64_t cpu_sampler_read(struct cpu_sampler *sampler, int64_t now_ns);
/* The clock was read for the first time after a sleep that was to end at asked_ns. */
void cpu_sampler_wake(struct cpu_sampler *sampler, int64_t asked_ns, int64_t now_ns);

struct cpu_probe_order {                      /* what a thread is to do */
    const struct cpu_workload_params *params; /* work, on_ns, off_ns, gap_ns; borrowed */
    int64_t go_ns, end_ns;                    /* absolute, CLOCK_MONOTONIC */
    uint64_t units;                           /* TOUCH: work of the whole run */
    uint64_t units_on;                        /* TOUCH with sleeps: work before each */
    char *set;                                /* TOUCH: the working set, borrowed */
    size_t set_bytes;                         /* its size, >= 64 */
    struct cpu_witness witness;               /* of this thread */
};

/* Waits until go_ns, then measures until end_ns or until the work is done. */
void cpu_probe_measure(const struct cpu_probe_order *order, struct cpu_probe_area *area);

/* One unit of touching: a fixed number of reads and writes in random lines of the set, where no
 * read waits for a write before it. */
void cpu_probe_touch(char *set, size_t bytes, uint64_t *random);

void cpu_probe_sleep_until(int64_t at_ns); /* of monotonic_ns() */

#endif
