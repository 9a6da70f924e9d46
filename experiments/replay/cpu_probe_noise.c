#include "experiments/replay/cpu_probe_noise.h"

#include <sched.h>

#include "experiments/replay/thread_pin.h"
#include "experiments/run/monotonic.h"

double cpu_probe_noise_gaps(const struct cpu_probe *p)
{
    double worst = 0;
    cpu_set_t before;
    sched_getaffinity(0, sizeof before, &before);
    for (int i = 0; i < p->params->host.cpus; i++) {
        thread_pin(p->cpus[i]);
        int64_t begin = monotonic_ns(), last = begin, lost = 0;
        for (int64_t now; last - begin < CPU_PROBE_CONTROL_NS; last = now) {
            now = monotonic_ns();
            lost += now - last > p->params->gap_ns ? now - last : 0;
        }
        worst = (double)lost / (double)(last - begin) > worst
                    ? (double)lost / (double)(last - begin)
                    : worst;
    }
    sched_setaffinity(0, sizeof before, &before);
    return worst;
}

/* CPU time used on the measured CPUs by all but our groups so far; 0 where the kernel does not
 * count it a CPU. */
static int64_t foreign_ns(const struct cpu_probe *p)
{
    struct cgroup_usage usage = { 0 };
    struct error ignored;
    int64_t foreign = 0;
    for (int i = 0; i < p->params->host.cpus; i++) {
        foreign += cgroup_host_usage(NULL, p->cpus[i]);
        if (p->rivals != NULL && cgroup_read(&p->rivals[i].group, &usage, &ignored) == 0)
            foreign -= usage.usage_ns;
    }
    if (foreign == 0 || cgroup_read(&p->group, &usage, &ignored) != 0)
        return 0;
    return foreign - usage.usage_ns;
}

void cpu_probe_noise_begin(struct cpu_probe_noise *n, const struct cpu_probe *p)
{
    host_time_read(&n->time, "");
    n->at_ns = monotonic_ns();
    n->foreign_ns = foreign_ns(p);
}

void cpu_probe_noise_end(const struct cpu_probe_noise *n, const struct cpu_probe *p,
                         struct cpu_probe_quality *quality)
{
    struct host_time after;
    host_time_read(&after, "");
    int64_t span_ns = (monotonic_ns() - n->at_ns) * p->params->host.cpus;
    quality->foreign = (double)(foreign_ns(p) - n->foreign_ns) / (double)span_ns;
    quality->steal = host_time_steal(n->time, after);
    quality->noisy = quality->steal > CPU_PROBE_STEAL || quality->gaps > CPU_PROBE_GAPS ||
                     quality->foreign > CPU_PROBE_FOREIGN;
}
