/* cpu_probe_child.c - the processes inside the groups; see cpu_probe_internal.h. */
#include "experiments/replay/cpu_probe_internal.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "experiments/replay/thread_pin.h"
#include "experiments/run/monotonic.h"

#define CALIBRATION_NS                                                                         \
    INT64_C(100000000)    /* of touching without a limit: the warm cost of a unit */
#define WARM_PASSES 4     /* times the set is touched before it counts as warm */
#define UNIT_BYTES  65536 /* one unit of touching covers about so much */

struct measured {
    struct cpu_probe_order order;
    struct cpu_probe_area *area;
    int cpu;
};

static void await_step(struct cpu_probe *p)
{
    char step;
    if (read(p->to_child[0], &step, 1) != 1)
        _exit(0); /* the parent gave up */
}

static void report_step(struct cpu_probe *p)
{
    if (write(p->from_child[1], "", 1) != 1)
        _exit(1);
}

static void *measured_main(void *data)
{
    struct measured *m = data;
    thread_pin(m->cpu);
    cpu_probe_measure(&m->order, m->area);
    return NULL;
}

static char *make_set(size_t bytes)
{
    char *set = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (set == MAP_FAILED)
        _exit(1);
    memset(set, 1, bytes);
    return set;
}

/* The group's cpu.stat, or -1 where every wait counts: without a limit there is no other stall, and
 * a neighbour's turns cannot be told from anybody else's. */
static int open_stat(const struct cpu_probe *p)
{
    char path[PATH_MAX + 16];
    if (p->params->group.quota_ns == 0 || p->params->neighbour_weight > 0)
        return -1;
    snprintf(path, sizeof path, "%s/cpu.stat", p->group.cpu);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Touches until caches are as warm as they get, then counts units in the very loop that measures:
 * its readings of the clock and looks at cpu.stat are 0.5 to 1 % of a unit. */
static void calibrate(struct cpu_probe *p, const struct cpu_probe_order *order,
                      struct cpu_probe_area *area)
{
    struct cpu_probe_order free_order = *order;
    uint64_t random = 1;
    for (size_t i = 0; i < WARM_PASSES * p->set_bytes / UNIT_BYTES + 1; i++)
        cpu_probe_touch(order->set, p->set_bytes, &random);
    report_step(p);
    await_step(p);
    free_order.go_ns = monotonic_ns();
    free_order.end_ns = free_order.go_ns + CALIBRATION_NS;
    free_order.units = UINT64_MAX;
    free_order.units_on = 0;
    cpu_probe_area_clear(area);
    cpu_probe_measure(&free_order, area);
    p->shared->calibrated = area->units;
    cpu_probe_area_clear(area);
    report_step(p);
}

/* Without when and how much: the parent says so later. */
static void prepare(struct cpu_probe *p, int stat_fd, struct measured *measured)
{
    const struct cpu_workload_params *params = p->params;
    for (int i = 0; i < params->threads; i++)
        measured[i] = (struct measured){
            .order = { .params = params,
                       .set = params->work == CPU_WORK_TOUCH ? make_set(p->set_bytes) : NULL,
                       .set_bytes = p->set_bytes,
                       .witness = { .stat_fd = stat_fd,
                                    .areas = p->shared->areas,
                                    .thread = i,
                                    .threads = params->threads,
                                    .cpus = params->host.cpus } },
            .area = &p->shared->areas[i],
            .cpu = p->cpus[i % params->host.cpus],
        };
}

static void child_main(struct cpu_probe *p)
{
    int threads = p->params->threads;
    struct measured measured[CPU_PROBE_CPUS];
    pthread_t ids[CPU_PROBE_CPUS];
    int stat_fd = open_stat(p);
    await_step(p);
    thread_pin(p->cpus[0]);
    prepare(p, stat_fd, measured);
    if (p->params->work == CPU_WORK_TOUCH)
        calibrate(p, &measured[0].order, measured[0].area);
    await_step(p);
    for (int i = 0; i < threads; i++) {
        struct cpu_probe_order *order = &measured[i].order;
        order->go_ns = p->shared->go_ns;
        order->end_ns = p->shared->end_ns;
        order->units = p->shared->units;
        order->units_on = p->shared->units_on;
        if (pthread_create(&ids[i], NULL, measured_main, &measured[i]) != 0)
            _exit(1);
    }
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    report_step(p);
    await_step(p);
    if (p->params->work == CPU_WORK_TOUCH) { /* the parent has what it measured */
        calibrate(p, &measured[0].order, measured[0].area);
        await_step(p);
    }
}

/* A child that dies with this process: 0 in the child. */
static pid_t spawn(struct cpu_probe *p)
{
    pid_t parent = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    close(p->to_child[1]);
    close(p->from_child[0]);
    return 0;
}

pid_t cpu_probe_fork_measured(struct cpu_probe *p)
{
    pid_t pid = spawn(p);
    if (pid != 0)
        return pid;
    child_main(p);
    _exit(0);
}

pid_t cpu_probe_fork_rival(struct cpu_probe *p, int cpu)
{
    pid_t pid = spawn(p);
    if (pid != 0)
        return pid;
    thread_pin(cpu);
    for (;;)
        monotonic_ns();
}
