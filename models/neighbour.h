/* neighbour.h - other work on the same CPUs: a thread in a cgroup of its own that works and sleeps.
 */
#ifndef PUSHSIM_MODELS_NEIGHBOUR_H
#define PUSHSIM_MODELS_NEIGHBOUR_H

#include "models/cpu.h"

struct neighbour {
    struct simulation *sim;    /* borrowed */
    struct cpu_thread *thread; /* its own, of the group; owned by the host */
    int64_t busy_ns;           /* CPU time at a time, > 0 */
    int64_t idle_ns;           /* then sleeps so long; 0 = never */
};

/* From now on, on one CPU of the group's host; *n must stay where it is. */
void neighbour_start(struct neighbour *n, struct simulation *sim, struct cpu_group *group,
                     int cpu, int64_t busy_ns, int64_t idle_ns);

#endif
