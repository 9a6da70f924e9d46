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

static void visit_group(const char *dir, cgroup_process_fn *visit, void *context)
{
    char text[16384],
        *end; /* some 2,000 processes; of a longer list the rest is left out, and the
                               number that was cut */
    if (!cgroup_get(dir, "cgroup.procs", text, sizeof text))
        return;
    for (char *at = text;; at = end + 1) {
        long pid = strtol(at, &end, 10);
        if (end == at || *end != '\n')
            return;
        if (pid > 0) /* 0 stands for a process of another PID namespace */
            visit((pid_t)pid, context);
    }
}

/* The path of the next group below; false: that was the last. */
static bool next_below(DIR *open, const char *dir, char path[PATH_MAX])
{
    for (struct dirent *e; open && (e = readdir(open)) != NULL;)
        if (e->d_type == DT_DIR && e->d_name[0] != '.' &&
            snprintf(path, PATH_MAX, "%s/%s", dir, e->d_name) < PATH_MAX)
            return true;
    if (open)
        closedir(open);
    return false;
}

void cgroup_each_process(const char *dir, cgroup_process_fn *visit, void *context)
{
    char path[PATH_MAX];
    visit_group(dir, visit, context);
    for (DIR *open = opendir(dir); next_below(open, dir, path);)
        cgroup_each_process(path, visit, context);
}

static void end_process(pid_t pid, void *unused)
{
    (void)unused;
    if (pid > 1 && pid != getpid())
        kill(pid, SIGKILL);
}

void cgroup_kill_each(const char *dir)
{
    cgroup_each_process(dir, end_process, NULL);
}

void cgroup_kill_all(const char *dir)
{
    if (!cgroup_present(dir, "cgroup.kill") || cgroup_put(dir, "cgroup.kill", "1") != 0)
        cgroup_kill_each(dir);
}

/* The innermost first, as far as they are empty. */
static void remove_below(const char *dir)
{
    char path[PATH_MAX];
    for (DIR *open = opendir(dir); next_below(open, dir, path);) {
        remove_below(path);
        rmdir(path);
    }
}

bool cgroup_clear(const char *dir, int tries, cgroup_kill_fn *kill_in)
{
    struct timespec wait = { .tv_nsec = TRY_NS };
    for (int i = 0; rmdir(dir) != 0; i++) {
        if (errno != EBUSY || i == tries)
            return false;
        kill_in(dir); /* each time: it may have forked meanwhile */
        remove_below(dir);
        nanosleep(&wait, NULL);
    }
    return true;
}

bool cgroup_is_populated(const struct cgroup *group)
{
    char text[64];
    return cgroup_get(group->cpu, "cgroup.procs", text, sizeof text) && text[0] != '\0';
}
