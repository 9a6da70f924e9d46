/* cpu_workload.h - what a CPU limit does to a thread: the sim arm of `pushsim cpu`.
 *
 * Runs the probe's threads on the CPU model and takes the samples that a real probe takes. Both
 * arms define them alike, by the readings of a clock in a loop:
 *
 * - a wait of more than gap_ns for the CPU is a stall, its length a sample: between two readings
 *   in the middle of work, or between the time a sleep was to end and the first reading after it;
 * - a run is the work from the end of one stall to the beginning of the next (so the first and the
 *   last, which are cut, are none); sleeps in between do not count and do not end it;
 * - work is the sum of the gaps that are no stalls: `on_ns` is measured in it, not in wall time;
 * - lateness is how much later than asked a sleep ended, stall or not.
 *
 * A group with a limit has been at rest for some periods when its threads start: its pool is full
 * (quota and burst), its timer stands still. Time and counters begin with the threads.
 */
#ifndef PUSHSIM_MODELS_CPU_WORKLOAD_H
#define PUSHSIM_MODELS_CPU_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "models/cache_warmth.h"
#include "models/cpu.h"

enum cpu_work {
    CPU_WORK_SPIN,  /* reads the clock for ever */
    CPU_WORK_ONOFF, /* works on_ns (and up to excess_ns longer), sleeps off_ns, again */
    CPU_WORK_TOUCH, /* passes over a working set; sleeps off_ns after each on_ns if off_ns > 0 */
};

struct cpu_workload_params {
    struct cpu_host_params host;   /* its CPUs: all threads and neighbours run there */
    struct cpu_group_params group; /* of all threads, with their limit */
    enum cpu_work work;            /* what each thread does */
    int64_t on_ns;                 /* ONOFF, TOUCH with off_ns: work before each sleep, > 0 */
    int64_t off_ns;                /* ONOFF: > 0; TOUCH: >= 0, 0 = never sleeps */
    /* A turn before a sleep keeps the CPU for so much more than on_ns, drawn anew from a quarter of
     * this to all of it: the reading that ends it and the way into the sleep; >= 0. On 6.18 turns
     * of 500 us kept a CPU with two threads for 504 to 516 us. */
    int64_t excess_ns;
    int64_t total_ns;           /* TOUCH: each thread ends after so much warm work; > 0 */
    struct cache_warmth warmth; /* TOUCH: of the working set */
    int threads;                /* thread i is pinned to CPU i mod host.cpus; 1..64 */
    int64_t neighbour_weight; /* 0 = none; else a spinning thread in a group of its own on each
                                   CPU, with this weight */
    int64_t duration_ns;      /* of the run, > 0; TOUCH: at most so long */
    int64_t gap_ns;           /* shortest stall, > 0; 200,000 by default */
};

struct cpu_samples {
    int64_t *ns;     /* owned */
    size_t count;    /* samples */
    size_t capacity; /* room in `ns` */
};

struct cpu_workload_result {
    struct cpu_samples runs;      /* ns, all threads together */
    struct cpu_samples stalls;    /* the same */
    struct cpu_samples late;      /* the same; ONOFF, TOUCH with sleeps */
    struct cpu_counters counters; /* of the group, over the whole duration */
    int64_t elapsed_ns;           /* duration_ns; TOUCH: until the last thread ended */
    int64_t work_ns;              /* warm work done, without warm-up and wake-up costs */
    uint64_t events;              /* simulation events, the model's own cost */
};

/* The defaults of `pushsim cpu`: one spinning thread on one CPU, 20/100 ms, 250 Hz, Linux 6.18,
 * 10 s, the wake-up constants of the reference host (107 us late; 27 us of CPU a turn besides its
 * work, 10 of them excess). */
void cpu_workload_defaults(struct cpu_workload_params *params);
/* Fresh tick and period phases are drawn from (seed, replication). `out` is initialised here. */
void cpu_workload_run(const struct cpu_workload_params *params, uint64_t seed,
                      uint32_t replication, struct cpu_workload_result *out);
/* The excess of a turn, on average. */
double cpu_workload_excess_ns(const struct cpu_workload_params *params);
void cpu_workload_result_close(struct cpu_workload_result *result);
void cpu_samples_add(struct cpu_samples *samples, int64_t ns);

#endif
