/* cpu_trace.h - a host with threads that record when they ran: for the tests of the CPU model. */
#ifndef PUSHSIM_TESTS_CPU_TRACE_H
#define PUSHSIM_TESTS_CPU_TRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "models/cpu.h"

#define MS 1000000LL /* ns */

struct cpu_stretch {
    int64_t from_ns, to_ns;
};

struct cpu_trace;

struct cpu_trace_thread {
    struct cpu_trace *trace;
    struct cpu_thread *thread;
    int64_t chunk_ns;        /* asks for so much at a time, > 0 */
    int64_t left_ns;         /* and for so much more in all */
    int64_t off_ns;          /* sleeps so long after each chunk; 0 = goes on at once */
    struct cpu_stretch *ran; /* owned; adjoining stretches are merged */
    size_t count, capacity;
    int64_t calls; /* of the callback */
};

struct cpu_trace {
    struct simulation sim;
    struct cpu_host *host;
    struct cpu_group *group;
    struct cpu_trace_thread threads[64];
    int count;
};

/* 250 Hz, 5 ms slices, phases 0, nothing else. */
struct cpu_host_params cpu_trace_host(int cpus);
void cpu_trace_init(struct cpu_trace *trace, const struct cpu_host_params *host,
                    const struct cpu_group_params *group, struct random_stream *phases);
void cpu_trace_close(struct cpu_trace *trace);
/* A thread of the group that asks for left_ns in all, in chunks, from now on. */
struct cpu_trace_thread *cpu_trace_add(struct cpu_trace *trace, struct cpu_group *group,
                                       int cpu, int64_t chunk_ns, int64_t left_ns,
                                       int64_t off_ns);
/* Whether it ran in these stretches and only then, until the last of them; else prints the first
 * that differs. */
bool cpu_trace_ran(const struct cpu_trace_thread *t, const struct cpu_stretch *ran,
                   size_t count);
/* CPU time of the first `threads` threads in [from_ns, to_ns). */
int64_t cpu_trace_supply(const struct cpu_trace *trace, int threads, int64_t from_ns,
                         int64_t to_ns);

#endif
