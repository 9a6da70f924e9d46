#include "tests/support/cpu_trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "sim/error.h"

struct cpu_host_params cpu_trace_host(int cpus)
{
    return (struct cpu_host_params){
        .cpus = cpus, .tick_ns = 4 * MS, .slice_ns = 5 * MS, .generation = CPU_THROTTLE_TASK
    };
}

void cpu_trace_init(struct cpu_trace *trace, const struct cpu_host_params *host,
                    const struct cpu_group_params *group, struct random_stream *phases)
{
    *trace = (struct cpu_trace){ 0 };
    simulation_init(&trace->sim);
    trace->host = cpu_host_new(&trace->sim, host, phases);
    trace->group = cpu_group_new(trace->host, group);
}

void cpu_trace_close(struct cpu_trace *trace)
{
    for (int i = 0; i < trace->count; i++)
        free(trace->threads[i].ran);
    cpu_host_free(trace->host);
    simulation_close(&trace->sim);
}

static void record(struct cpu_trace_thread *t, int64_t from_ns, int64_t to_ns)
{
    t->calls++;
    if (t->count > 0 && t->ran[t->count - 1].to_ns == from_ns) {
        t->ran[t->count - 1].to_ns = to_ns;
        return;
    }
    if (t->count == t->capacity) {
        t->capacity = t->capacity == 0 ? 64 : 2 * t->capacity;
        t->ran = mem_realloc(t->ran, t->capacity * sizeof *t->ran);
    }
    t->ran[t->count++] = (struct cpu_stretch){ from_ns, to_ns };
}

static void ask(void *subject, void *object)
{
    struct cpu_trace_thread *t = subject;
    int64_t chunk_ns = t->chunk_ns < t->left_ns ? t->chunk_ns : t->left_ns;

    (void)object;
    t->left_ns -= chunk_ns;
    cpu_thread_demand(t->thread, chunk_ns);
}

static void ran(struct cpu_thread *thread, void *owner, int64_t from_ns, int64_t to_ns,
                bool done)
{
    struct cpu_trace_thread *t = owner;

    record(t, from_ns, to_ns);
    if (!done)
        return;
    if (t->left_ns > 0 && t->off_ns == 0) {
        ask(t, NULL);
        return;
    }
    cpu_thread_sleep(thread);
    if (t->left_ns > 0)
        simulation_at(&t->trace->sim, to_ns + t->off_ns, 0, ask, t, NULL);
}

struct cpu_trace_thread *cpu_trace_add(struct cpu_trace *trace, struct cpu_group *group,
                                       int cpu, int64_t chunk_ns, int64_t left_ns,
                                       int64_t off_ns)
{
    struct cpu_trace_thread *t = &trace->threads[trace->count++];

    *t = (struct cpu_trace_thread){
        .trace = trace, .chunk_ns = chunk_ns, .left_ns = left_ns, .off_ns = off_ns
    };
    t->thread = cpu_thread_new(group, cpu, ran, t);
    ask(t, NULL);
    return t;
}

int64_t cpu_trace_supply(const struct cpu_trace *trace, int threads, int64_t from_ns,
                         int64_t to_ns)
{
    int64_t sum_ns = 0;

    for (int i = 0; i < threads; i++) {
        const struct cpu_trace_thread *t = &trace->threads[i];

        for (size_t j = 0; j < t->count; j++) {
            int64_t a = t->ran[j].from_ns > from_ns ? t->ran[j].from_ns : from_ns;
            int64_t b = t->ran[j].to_ns < to_ns ? t->ran[j].to_ns : to_ns;

            sum_ns += b > a ? b - a : 0;
        }
    }
    return sum_ns;
}

bool cpu_trace_ran(const struct cpu_trace_thread *t, const struct cpu_stretch *ran,
                   size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct cpu_stretch *is = i < t->count ? &t->ran[i] : NULL;
        if (is && is->from_ns == ran[i].from_ns && is->to_ns == ran[i].to_ns)
            continue;
        fprintf(stderr, "stretch %zu of %zu: [%lld, %lld)\n", i, t->count,
                is ? (long long)is->from_ns : -1, is ? (long long)is->to_ns : -1);
        return false;
    }
    return true;
}
