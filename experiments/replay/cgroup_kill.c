/* cgroup_kill.c - ends what is in a group: a server that left its process group lives on in it. */
#include "experiments/replay/cgroup_internal.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* Numbers of cgroup.procs; 0 stands for a process of another PID namespace. */
static long next_pid(char **at)
{
    char *end;
    long pid = strtol(*at, &end, 10);
    if (end == *at)
        return -1;
    *at = end;
    return pid;
}

void cgroup_kill_each(const char *dir)
{
    char text[16384]; /* some 2,000 processes; the others come next time */
    if (!cgroup_get(dir, "cgroup.procs", text, sizeof text))
        return;
    char *at = text;
    for (long pid; (pid = next_pid(&at)) >= 0;)
        if (pid > 1 && pid != getpid())
            kill((pid_t)pid, SIGKILL);
}

void cgroup_kill_all(const char *dir)
{
    if (!cgroup_present(dir, "cgroup.kill") || cgroup_put(dir, "cgroup.kill", "1") != 0)
        cgroup_kill_each(dir);
}

bool cgroup_is_populated(const struct cgroup *group)
{
    char text[64];
    return cgroup_get(group->cpu, "cgroup.procs", text, sizeof text) && text[0] != '\0';
}
