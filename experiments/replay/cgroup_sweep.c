/* cgroup_sweep.c - groups that a pushsim left which could not clean up (killed, crashed). */
#include "experiments/replay/cgroup_internal.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SWEEP_TRIES 200 /* of a millisecond each */

/* The process that made the group of this name; 0: not a name of ours (CGROUP_PREFIX). */
static pid_t maker(const char *name)
{
    char *rest;
    if (strncmp(name, CGROUP_PREFIX, strlen(CGROUP_PREFIX)) != 0)
        return 0;
    long pid = strtol(name + strlen(CGROUP_PREFIX), &rest, 10);
    return *rest == '-' && pid > 0 ? (pid_t)pid : 0;
}

/* One that has ended and waits for its parent is dead, too (proc(5), /proc/PID/stat: the state stands
 * behind the name, which may hold anything). */
static bool is_dead(pid_t pid)
{
    char dir[32], text[1024];
    if (kill(pid, 0) != 0 && errno == ESRCH)
        return true;
    snprintf(dir, sizeof dir, "/proc/%d", (int)pid);
    const char *name = cgroup_get(dir, "stat", text, sizeof text) ? strrchr(text, ')') : NULL;
    return name && (strncmp(name, ") Z", 3) == 0 || strncmp(name, ") X", 3) == 0);
}

/* A maker in another PID namespace looks dead from here, and our number may be that of an earlier
 * one in a container that was started again: so who lives holds its groups. What a dead maker left
 * running is killed by the numbers it has here. */
bool cgroup_sweep_stale(const char *dir)
{
    const char *slash = strrchr(dir, '/');
    pid_t pid = maker(slash ? slash + 1 : dir);
    if (pid == 0 || (pid != getpid() && !is_dead(pid)))
        return false;
    int fd = cgroup_hold(dir, false);
    if (fd < 0)
        return false;
    bool removed = cgroup_clear(dir, SWEEP_TRIES, cgroup_kill_each);
    close(fd);
    return removed;
}

static int sweep(const char *dir)
{
    char path[PATH_MAX];
    DIR *open = opendir(dir);
    int removed = 0;
    if (!open)
        return 0;
    for (struct dirent *e; (e = readdir(open)) != NULL;)
        if (snprintf(path, sizeof path, "%s/%s", dir, e->d_name) < (int)sizeof path)
            removed += cgroup_sweep_stale(path);
    closedir(open);
    return removed;
}

int cgroup_sweep(const char *root)
{
    static const char *const hierarchies[] = { "cpu", "cpuacct", "memory" };
    char parent[CGROUP_PARENT_MAX], dir[PATH_MAX];
    int removed = 0;
    cgroup_parent(parent, root);
    if (cgroup_detect(root) == CGROUP_V2)
        return sweep(parent);
    for (size_t i = 0; i < sizeof hierarchies / sizeof *hierarchies; i++) {
        snprintf(dir, sizeof dir, "%s/%s", parent, hierarchies[i]);
        removed += sweep(dir);
    }
    return removed;
}
