/* cgroup_kill.c - ends what is in a group, and the group: a server that left its process group lives
 * on in it, or in groups that it made below. */
#include "experiments/replay/cgroup_internal.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define TRY_NS 1000000

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

/* What there is of groups below it, the innermost first, as far as they are empty. */
static void remove_below(const char *dir, cgroup_kill_fn *kill_in)
{
    char path[PATH_MAX];
    DIR *open = opendir(dir);
    for (struct dirent *e; open && (e = readdir(open)) != NULL;) {
        int length = snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (e->d_type != DT_DIR || e->d_name[0] == '.' || length >= (int)sizeof path)
            continue;
        kill_in(path);
        remove_below(path, kill_in);
        rmdir(path);
    }
    if (open)
        closedir(open);
}

bool cgroup_clear(const char *dir, int tries, cgroup_kill_fn *kill_in)
{
    struct timespec wait = { .tv_nsec = TRY_NS };
    for (int i = 0; rmdir(dir) != 0; i++) {
        if (errno != EBUSY || i == tries)
            return false;
        kill_in(dir); /* each time: it may have forked meanwhile */
        remove_below(dir, kill_in);
        nanosleep(&wait, NULL);
    }
    return true;
}

bool cgroup_is_populated(const struct cgroup *group)
{
    char text[64];
    return cgroup_get(group->cpu, "cgroup.procs", text, sizeof text) && text[0] != '\0';
}
