/* cgroup.c - see cgroup.h. */
#include "experiments/replay/cgroup_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REMOVE_TRIES 2000 /* of a millisecond each */

enum cgroup_version cgroup_top(char path[CGROUP_PARENT_MAX], const char *root)
{
    snprintf(path, CGROUP_PARENT_MAX, "%s", root == NULL ? CGROUP_ROOT : root);
    if (cgroup_present(path, "cpu/cgroup.procs"))
        return CGROUP_V1;
    if (cgroup_has_word(path, "cgroup.controllers", "cpu"))
        return CGROUP_V2;
    if (!cgroup_has_word(path, "unified/cgroup.controllers", "cpu"))
        return CGROUP_NONE;
    snprintf(path, CGROUP_PARENT_MAX, "%s/unified", root == NULL ? CGROUP_ROOT : root);
    return CGROUP_V2;
}

enum cgroup_version cgroup_detect(const char *root)
{
    char top[CGROUP_PARENT_MAX];
    return cgroup_top(top, root);
}

static bool same_directory(const char *a, const char *b)
{
    struct stat s, t;
    return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

/* Makes root/hierarchy/name and tells its path. */
static int make_v1(char *path, int *held, const char *root, const char *hierarchy,
                   const char *name, struct error *err)
{
    char made[PATH_MAX];
    snprintf(made, sizeof made, "%s/%s/%s", root, hierarchy, name);
    int failed = cgroup_make(made, held);
    if (failed != 0)
        return cgroup_unavailable(made, failed, err);
    strcpy(path, made);
    return 0;
}

static int create_v1(struct cgroup *g, const char *root, const char *name, struct error *err)
{
    char cpu[PATH_MAX], other[PATH_MAX];
    int code = make_v1(g->cpu, &g->held[0], root, "cpu", name, err);
    if (code != 0)
        return code;
    snprintf(cpu, sizeof cpu, "%s/cpu", root);
    snprintf(other, sizeof other, "%s/cpuacct", root);
    if (same_directory(cpu, other))
        strcpy(g->cpuacct, g->cpu);
    else
        code = make_v1(g->cpuacct, &g->held[1], root, "cpuacct", name, err);
    snprintf(other, sizeof other, "%s/memory", root);
    if (code == 0 && cgroup_present(other, "cgroup.procs"))
        code = make_v1(g->memory, &g->held[2], root, "memory", name, err);
    return code;
}

static int create_v2(struct cgroup *g, const char *parent, const char *name, struct error *err)
{
    bool memory;
    int code = cgroup_prepare_v2(parent, &memory, err);
    if (code != 0)
        return code;
    char made[PATH_MAX];
    snprintf(made, sizeof made, "%s/%s", parent, name);
    int failed = cgroup_make(made, &g->held[0]);
    if (failed != 0)
        return cgroup_unavailable(made, failed, err);
    strcpy(g->cpu, made);
    strcpy(g->cpuacct, made);
    if (memory)
        strcpy(g->memory, made);
    return 0;
}

void cgroup_parent(char path[CGROUP_PARENT_MAX], const char *root)
{
    char top[CGROUP_PARENT_MAX];
    if (cgroup_top(top, root) == CGROUP_V2 && root == NULL)
        cgroup_parent_v2(path, top);
    else
        strcpy(path, top);
}

static int no_controller(const char *root, struct error *err)
{
    char has[256];
    if (!cgroup_get(root, "cgroup.controllers", has, sizeof has))
        return error_set(err, ERR_UNAVAILABLE,
                         "no cpu controller under %s: mount cgroup v2, or v1 with the cpu "
                         "hierarchy at %s/cpu",
                         root, root);
    has[strcspn(has, "\n")] = '\0';
    return error_set(
        err, ERR_UNAVAILABLE,
        "no cpu controller under %s: cgroup v2 there has only these: %s; a container "
        "has what its host gives to its user (systemd: Delegate=cpu memory), and "
        "cgroup_disable= on the kernel's command line takes them from all",
        root, has[0] != '\0' ? has : "none");
}

int cgroup_create(struct cgroup *group, const char *root, const char *name,
                  const struct cgroup_limits *limits, struct error *err)
{
    char parent[CGROUP_PARENT_MAX];
    assert(strchr(name, '/') == NULL && strlen(name) < 200);
    int code = cgroup_check(limits, err);
    if (code != 0)
        return code;
    struct cgroup made = { .version = cgroup_detect(root) };
    cgroup_parent(parent, root);
    if (made.version == CGROUP_NONE)
        return no_controller(parent, err);
    code = made.version == CGROUP_V1 ? create_v1(&made, parent, name, err)
                                     : create_v2(&made, parent, name, err);
    if (code == 0)
        code = cgroup_set_limits(&made, limits, err);
    if (code != 0) {
        struct error ignored;
        cgroup_remove(&made, &ignored);
        return code;
    }
    *group = made;
    return 0;
}

static int add_to(const char *dir, pid_t pid, struct error *err)
{
    if (dir[0] == '\0')
        return 0;
    int failed = cgroup_put_number(dir, "cgroup.procs", pid);
    return failed == 0 ? 0 : cgroup_put_failed(dir, "cgroup.procs", failed, err);
}

/* cpu last: from that write on the limit holds, and all is counted by then. */
int cgroup_add(const struct cgroup *group, pid_t pid, struct error *err)
{
    int code = add_to(group->memory, pid, err);
    if (code == 0 && strcmp(group->cpuacct, group->cpu) != 0)
        code = add_to(group->cpuacct, pid, err);
    return code == 0 ? add_to(group->cpu, pid, err) : code;
}

static void read_memory(const struct cgroup *g, struct cgroup_usage *u)
{
    char text[4096];
    bool v2 = g->version == CGROUP_V2;
    const char *now = v2 ? "memory.current" : "memory.usage_in_bytes";
    const char *peak = v2 ? "memory.peak" : "memory.max_usage_in_bytes";
    const char *events = v2 ? "memory.events" : "memory.oom_control";
    if (g->memory[0] == '\0')
        return;
    u->memory_bytes = cgroup_get_number(g->memory, now, 0);
    u->memory_peak_bytes = cgroup_get_number(g->memory, peak, 0);
    if (cgroup_get(g->memory, events, text, sizeof text))
        u->oom_kills = (uint64_t)cgroup_field(text, "oom_kill", 0);
}

/* 0: it has gone, or this kernel does not count. */
static int64_t first_thread_ns(long pid)
{
    char dir[64], text[96];
    snprintf(dir, sizeof dir, "/proc/%ld/task/%ld", pid, pid);
    return cgroup_get(dir, "schedstat", text, sizeof text) ? strtoll(text, NULL, 10) : 0;
}

static void read_first_threads(const struct cgroup *group, struct cgroup_usage *u)
{
    char text[16384], *end; /* some 2,000 processes; of a longer list the rest is left out */
    if (!cgroup_get(group->cpu, "cgroup.procs", text, sizeof text))
        return;
    for (char *at = text; *at != '\0'; at = end + 1) {
        long pid = strtol(at, &end, 10);
        if (end == at || *end != '\n')
            break;
        u->first_ns += first_thread_ns(pid);
        u->pids += (uint64_t)pid;
    }
}

int cgroup_read(const struct cgroup *group, struct cgroup_usage *usage, struct error *err)
{
    char text[4096];
    bool v2 = group->version == CGROUP_V2;
    struct cgroup_usage u = { 0 };
    if (!cgroup_get(group->cpu, "cpu.stat", text, sizeof text))
        return error_set(err, ERR_IO, "%s/cpu.stat: %s", group->cpu, strerror(errno));
    u.periods = (uint64_t)cgroup_field(text, "nr_periods", 0);
    u.throttled = (uint64_t)cgroup_field(text, "nr_throttled", 0);
    u.throttled_ns = v2 ? 1000 * cgroup_field(text, "throttled_usec", 0)
                        : cgroup_field(text, "throttled_time", 0);
    u.usage_ns = v2 ? 1000 * cgroup_field(text, "usage_usec", -1)
                    : cgroup_get_number(group->cpuacct, "cpuacct.usage", -1);
    if (u.usage_ns < 0)
        return error_set(err, ERR_IO, "%s: no CPU time is counted there", group->cpuacct);
    read_first_threads(group, &u);
    read_memory(group, &u);
    *usage = u;
    return 0;
}

int64_t cgroup_host_usage(const char *root, int cpu)
{
    char dir[PATH_MAX - 512], text[4096];
    snprintf(dir, sizeof dir, "%s/cpuacct", root == NULL ? CGROUP_ROOT : root);
    if (!cgroup_get(dir, "cpuacct.usage_percpu", text, sizeof text))
        return 0;
    char *at = text;
    for (int i = 0; i < cpu; i++)
        strtoll(at, &at, 10);
    return strtoll(at, NULL, 10);
}

static int remove_directory(char *dir, struct error *err)
{
    if (dir[0] == '\0')
        return 0;
    if (!cgroup_clear(dir, REMOVE_TRIES, cgroup_kill_all) && errno != ENOENT)
        return error_set(err, ERR_IO, "cannot remove %s: %s", dir, strerror(errno));
    dir[0] = '\0';
    return 0;
}

int cgroup_remove(struct cgroup *group, struct error *err)
{
    int cpu = remove_directory(group->cpu, err);
    int acct = remove_directory(group->cpuacct, err);
    int memory = remove_directory(group->memory, err);
    for (size_t i = 0; i < sizeof group->held / sizeof *group->held; i++)
        if (group->held[i] > 0)
            close(group->held[i] - 1);
    memset(group->held, 0, sizeof group->held);
    return cpu != 0 ? cpu : acct != 0 ? acct : memory;
}
