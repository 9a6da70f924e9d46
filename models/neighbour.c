#include "models/neighbour.h"

static void works(void *subject, void *object)
{
    struct neighbour *n = subject;
    (void)object;
    cpu_thread_demand(n->thread, n->busy_ns);
}

static void ran(struct cpu_thread *thread, void *owner, int64_t from_ns, int64_t to_ns,
                bool done)
{
    struct neighbour *n = owner;
    (void)from_ns;
    if (!done)
        return;
    if (n->idle_ns == 0) {
        cpu_thread_demand(thread, n->busy_ns);
        return;
    }
    cpu_thread_sleep(thread);
    simulation_at(n->sim, to_ns + n->idle_ns, 0, works, n, NULL);
}

void neighbour_start(struct neighbour *n, struct simulation *sim, struct cpu_group *group,
                     int cpu, int64_t busy_ns, int64_t idle_ns)
{
    *n = (struct neighbour){ sim, cpu_thread_new(group, cpu, ran, n), busy_ns, idle_ns };
    works(n, NULL);
}
