#include "experiments/replay/cpu_probe_setup.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

int cpu_probe_setup_cpus(struct cpu_probe *p, struct error *err)
{
    cpu_set_t set;
    int n = 0, want = p->params->host.cpus;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && n < want; cpu--)
        if (CPU_ISSET(cpu, &set))
            p->cpus[n++] = cpu;
    if (n < want)
        return error_set(err, ERR_UNAVAILABLE, "%d CPUs asked for, %d are there", want, n);
    return 0;
}

int cpu_probe_setup_channels(struct cpu_probe *p, const sigset_t *set, struct error *err)
{
    p->to_child[0] = p->to_child[1] = p->from_child[0] = p->from_child[1] = p->signals = -1;
    p->shared_bytes =
        sizeof *p->shared + (size_t)p->params->threads * sizeof(struct cpu_probe_area);
    void *shared = mmap(NULL, p->shared_bytes, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    p->shared = shared == MAP_FAILED ? NULL : shared;
    p->signals = signalfd(-1, set, SFD_CLOEXEC);
    if (p->shared == NULL || p->signals < 0 || pipe(p->to_child) != 0 ||
        pipe(p->from_child) != 0)
        return error_set(err, ERR_IO, "cannot set up the probe: %s", strerror(errno));
    return 0;
}

void cpu_probe_setup_keep_away(const struct cpu_probe *p)
{
    cpu_set_t set;
    sched_getaffinity(0, sizeof set, &set);
    for (int i = 0; i < p->params->host.cpus; i++)
        CPU_CLR(p->cpus[i], &set);
    if (CPU_COUNT(&set) > 0)
        sched_setaffinity(0, sizeof set, &set);
}

static int make_group(struct cgroup *group, const char *kind,
                      const struct cgroup_limits *limits, struct error *err)
{
    char name[64];
    snprintf(name, sizeof name, CGROUP_PREFIX "%d-%s", (int)getpid(), kind);
    return cgroup_create(group, NULL, name, limits, err);
}

int cpu_probe_setup_child(struct cpu_probe *p, struct error *err)
{
    struct cgroup_limits limits = { .weight = p->params->group.weight };
    int code = make_group(&p->group, "cpu", &limits, err);
    if (code != 0)
        return code;
    pid_t pid = cpu_probe_fork_measured(p);
    if (pid < 0)
        return error_set(err, ERR_IO, "fork: %s", strerror(errno));
    p->child = pid;
    close(p->from_child[1]), p->from_child[1] = -1; /* so that its death is seen */
    return cgroup_add(&p->group, pid, err);
}

int cpu_probe_setup_rivals(struct cpu_probe *p, struct error *err)
{
    struct cgroup_limits limits = { .weight = p->params->neighbour_weight };
    int code = 0;
    if (limits.weight == 0)
        return 0;
    p->rivals = mem_alloc((size_t)p->params->host.cpus * sizeof *p->rivals);
    for (int i = 0; i < p->params->host.cpus && code == 0; i++) {
        struct cpu_probe_rival *rival = &p->rivals[i];
        char kind[32];
        snprintf(kind, sizeof kind, "neighbour-%d", i);
        code = make_group(&rival->group, kind, &limits, err);
        if (code != 0)
            return code;
        pid_t pid = cpu_probe_fork_rival(p, p->cpus[i]);
        if (pid < 0)
            return error_set(err, ERR_IO, "fork: %s", strerror(errno));
        rival->child = pid;
        code = cgroup_add(&rival->group, pid, err);
    }
    return code;
}

static void end_process(pid_t pid)
{
    if (pid <= 0)
        return;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

int cpu_probe_setup_end(struct cpu_probe *p, int code, struct error *err)
{
    struct error later;
    end_process(p->child);
    int removed = p->group.version == CGROUP_NONE ? 0 : cgroup_remove(&p->group, &later);
    for (int i = 0; p->rivals != NULL && i < p->params->host.cpus; i++) {
        struct cpu_probe_rival *rival = &p->rivals[i];
        end_process(rival->child);
        if (rival->group.version != CGROUP_NONE && cgroup_remove(&rival->group, &later) != 0)
            removed = ERR_IO;
    }
    free(p->rivals);
    for (int i = 0; i < 2; i++)
        close_fd(p->to_child[i]), close_fd(p->from_child[i]);
    close_fd(p->signals);
    if (p->shared != NULL)
        munmap(p->shared, p->shared_bytes);
    return code == 0 && removed != 0 ? error_set(err, removed, "%s", later.text) : code;
}
