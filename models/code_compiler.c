#include "models/code_compiler.h"

#include <stddef.h>

static void ran(struct cpu_thread *thread, void *owner, int64_t from_ns, int64_t to_ns,
                bool done)
{
    (void)owner;
    (void)from_ns;
    (void)to_ns;
    if (done)
        cpu_thread_sleep(thread);
}

void code_compiler_start(struct code_compiler *c, struct cpu_group *group, int cpu)
{
    c->thread = cpu_thread_new(group, cpu, ran, NULL);
}

void code_compiler_work(struct code_compiler *c, int64_t ns)
{
    if (ns > 0)
        cpu_thread_demand(c->thread, ns);
}

int64_t code_compiler_done_ns(const struct code_compiler *c)
{
    return c->thread ? cpu_thread_worked_ns(c->thread) : 0;
}

int64_t code_compiler_left_ns(const struct code_compiler *c)
{
    return c->thread ? cpu_thread_remaining_ns(c->thread) : 0;
}

void code_compiler_kill(struct code_compiler *c)
{
    int64_t left_ns = code_compiler_left_ns(c);
    if (left_ns > 1)
        cpu_thread_shorten(c->thread, left_ns - 1);
}
