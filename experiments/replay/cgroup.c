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
#include <time.h>
#include <unistd.h>

#define MS             INT64_C(1000000)
#define DEFAULT_PERIOD (100 * MS)
#define DEFAULT_WEIGHT 1024
#define REMOVE_TRIES   2000 /* of a millisecond each */

/* Writes "text" to dir/file. O_CREAT changes nothing on a real hierarchy, where the kernel makes
 * the files; it lets a plain directory stand in for one. Returns 0 or an errno. */
static int put(const char *dir, const char *file, const char *text)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return errno;
    ssize_t n = write(fd, text, strlen(text));
    int code = n < 0 ? errno : 0;
    close(fd);
    return code;
}

static int put_number(const char *dir, const char *file, int64_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%" PRId64, value);
    return put(dir, file, text);
}

static bool present(const char *dir, const char *file)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    return access(path, F_OK) == 0;
}

/* The whole file as text; false when it cannot be read. */
static bool get(const char *dir, const char *file, char *text, size_t size)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, size - 1);
    close(fd);
    if (n < 0)
        return false;
    text[n] = '\0';
    return true;
}

static int64_t get_number(const char *dir, const char *file, int64_t otherwise)
{
    char text[64];
    return get(dir, file, text, sizeof text) ? strtoll(text, NULL, 10) : otherwise;
}

/* The number after "key " at the start of a line. */
static int64_t field(const char *text, const char *key, int64_t otherwise)
{
    size_t n = strlen(key);
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, n) == 0 && line[n] == ' ')
            return strtoll(line + n, NULL, 10);
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return otherwise;
}

enum cgroup_version cgroup_detect(const char *root)
{
    char text[1024];
    root = root == NULL ? CGROUP_ROOT : root;
    if (present(root, "cpu/cgroup.procs"))
        return CGROUP_V1;
    if (!get(root, "cgroup.controllers", text, sizeof text))
        return CGROUP_NONE;
    char *rest = text;
    for (char *word; (word = strsep(&rest, " \n")) != NULL;)
        if (strcmp(word, "cpu") == 0)
            return CGROUP_V2;
    return CGROUP_NONE;
}

/* The ranges of kernel/sched/core.c, tg_set_bandwidth, and of cpu.shares. */
static int check(const struct cgroup_limits *l, struct error *err)
{
    if (l->quota_ns != 0 && l->quota_ns < MS)
        return error_set(err, ERR_INVALID, "quota %g ms is below the kernel's smallest, 1 ms",
                         (double)l->quota_ns / MS);
    if (l->period_ns != 0 && (l->period_ns < MS || l->period_ns > 1000 * MS))
        return error_set(err, ERR_INVALID, "period %g ms is out of range: 1 ms to 1 s",
                         (double)l->period_ns / MS);
    if (l->burst_ns < 0 || (l->burst_ns > 0 && l->burst_ns > l->quota_ns))
        return error_set(err, ERR_INVALID, "burst %g ms is out of range: 0 to the quota, %g ms",
                         (double)l->burst_ns / MS, (double)l->quota_ns / MS);
    if (l->weight != 0 && (l->weight < 2 || l->weight > 262144))
        return error_set(err, ERR_INVALID, "weight %" PRId64 " is out of range: 2 to 262144",
                         l->weight);
    if (l->memory_bytes < 0)
        return error_set(err, ERR_INVALID, "memory limit %" PRId64 " is negative",
                         l->memory_bytes);
    return 0;
}

static int put_failed(const char *dir, const char *file, int code, struct error *err)
{
    return error_set(err, ERR_IO, "%s/%s: %s", dir, file, strerror(code));
}

/* A write that must succeed; `code` chains, so that the first failure stays. */
static int must(int code, const char *dir, const char *file, int64_t value, struct error *err)
{
    if (code != 0)
        return code;
    int failed = put_number(dir, file, value);
    return failed == 0 ? 0 : put_failed(dir, file, failed, err);
}

/* The kernel refuses burst > quota and a share of the parent's above the parent's own at every
 * single write, so burst is cleared first, and the write that lowers quota / period goes first. */
static int set_cpu_v1(const struct cgroup *g, const struct cgroup_limits *l, int64_t period_ns,
                      struct error *err)
{
    int64_t quota_us = l->quota_ns == 0 ? -1 : l->quota_ns / 1000;
    int64_t old_us = get_number(g->cpu, "cpu.cfs_period_us", DEFAULT_PERIOD / 1000);
    /* A first quota starts the refill timer with the period it finds; its first expiry stays. */
    bool unlimited = get_number(g->cpu, "cpu.cfs_quota_us", -1) < 0;
    bool longer = period_ns / 1000 > old_us || unlimited;
    bool burst = l->burst_ns > 0 || get_number(g->cpu, "cpu.cfs_burst_us", 0) > 0;
    int code = burst ? must(0, g->cpu, "cpu.cfs_burst_us", 0, err) : 0;
    if (longer)
        code = must(code, g->cpu, "cpu.cfs_period_us", period_ns / 1000, err);
    code = must(code, g->cpu, "cpu.cfs_quota_us", quota_us, err);
    if (!longer)
        code = must(code, g->cpu, "cpu.cfs_period_us", period_ns / 1000, err);
    if (l->burst_ns > 0)
        code = must(code, g->cpu, "cpu.cfs_burst_us", l->burst_ns / 1000, err);
    return must(code, g->cpu, "cpu.shares", l->weight == 0 ? DEFAULT_WEIGHT : l->weight, err);
}

/* cpu.weight is cpu.shares * 100 / 1024 (kernel/sched/core.c, cpu_weight_write_u64). */
static int64_t weight_v2(int64_t shares)
{
    int64_t weight = (shares * 100 + DEFAULT_WEIGHT / 2) / DEFAULT_WEIGHT;
    return weight < 1 ? 1 : weight > 10000 ? 10000 : weight;
}

static int set_cpu_v2(const struct cgroup *g, const struct cgroup_limits *l, int64_t period_ns,
                      struct error *err)
{
    char max[64];
    snprintf(max, sizeof max, "%" PRId64 " %" PRId64, l->quota_ns / 1000, period_ns / 1000);
    if (l->quota_ns == 0)
        snprintf(max, sizeof max, "max %" PRId64, period_ns / 1000);
    bool burst = l->burst_ns > 0 || get_number(g->cpu, "cpu.max.burst", 0) > 0;
    int code = burst ? must(0, g->cpu, "cpu.max.burst", 0, err) : 0;
    if (code != 0)
        return code;
    int failed = put(g->cpu, "cpu.max", max);
    if (failed != 0)
        return put_failed(g->cpu, "cpu.max", failed, err);
    if (l->burst_ns > 0)
        code = must(0, g->cpu, "cpu.max.burst", l->burst_ns / 1000, err);
    return must(code, g->cpu, "cpu.weight",
                weight_v2(l->weight == 0 ? DEFAULT_WEIGHT : l->weight), err);
}

/* Swap would turn an OOM kill into a slow server, so where the kernel can it is excluded (errors
 * there are ignored: the files are missing where swap is not accounted). */
static int set_memory(const struct cgroup *g, int64_t bytes, struct error *err)
{
    if (g->memory[0] == '\0')
        return bytes == 0
                   ? 0
                   : error_set(err, ERR_UNAVAILABLE,
                               "no memory limit can be set: the memory controller is missing");
    bool v2 = g->version == CGROUP_V2;
    const char *file = v2 ? "memory.max" : "memory.limit_in_bytes";
    const char *swap = v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes";
    char text[32] = "max";
    if (!v2)
        strcpy(text, "-1");
    /* memsw may never be below the memory limit: lift it before, lower it after */
    if (present(g->memory, swap))
        put(g->memory, swap, text);
    if (bytes > 0)
        snprintf(text, sizeof text, "%" PRId64, bytes);
    int failed = put(g->memory, file, text);
    if (failed != 0)
        return put_failed(g->memory, file, failed, err);
    if (bytes > 0 && present(g->memory, swap))
        put(g->memory, swap, v2 ? "0" : text);
    return 0;
}

int cgroup_set_limits(const struct cgroup *group, const struct cgroup_limits *limits,
                      struct error *err)
{
    int code = check(limits, err);
    if (code != 0)
        return code;
    int64_t period_ns = limits->period_ns == 0 ? DEFAULT_PERIOD : limits->period_ns;
    code = group->version == CGROUP_V1 ? set_cpu_v1(group, limits, period_ns, err)
                                       : set_cpu_v2(group, limits, period_ns, err);
    return code != 0 ? code : set_memory(group, limits->memory_bytes, err);
}

static int unavailable(const char *dir, int code, struct error *err)
{
    return error_set(err, ERR_UNAVAILABLE,
                     "cannot make a cgroup in %s: %s; run as root, or in a delegated cgroup v2 "
                     "subtree, for example through: systemd-run --user --scope -p Delegate=yes",
                     dir, strerror(code));
}

static bool same_directory(const char *a, const char *b)
{
    struct stat s, t;
    return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

/* One hierarchy of v1: makes root/hierarchy/name and tells its path. */
static int make_v1(char *path, const char *root, const char *hierarchy, const char *name,
                   struct error *err)
{
    char made[PATH_MAX];
    snprintf(made, sizeof made, "%s/%s/%s", root, hierarchy, name);
    if (mkdir(made, 0755) != 0)
        return unavailable(made, errno, err);
    strcpy(path, made);
    return 0;
}

static int create_v1(struct cgroup *g, const char *root, const char *name, struct error *err)
{
    char cpu[PATH_MAX], other[PATH_MAX];
    int code = make_v1(g->cpu, root, "cpu", name, err);
    if (code != 0)
        return code;
    snprintf(cpu, sizeof cpu, "%s/cpu", root);
    snprintf(other, sizeof other, "%s/cpuacct", root);
    if (same_directory(cpu, other))
        strcpy(g->cpuacct, g->cpu);
    else
        code = make_v1(g->cpuacct, root, "cpuacct", name, err);
    snprintf(other, sizeof other, "%s/memory", root);
    if (code == 0 && present(other, "cgroup.procs"))
        code = make_v1(g->memory, root, "memory", name, err);
    return code;
}

/* The caller's own group on v2, below the root: the line "0::/path" of /proc/self/cgroup. */
static void own_group(char *path, size_t size)
{
    char text[4096];
    snprintf(path, size, "%s", CGROUP_ROOT);
    if (!get("/proc/self", "cgroup", text, sizeof text))
        return;
    char *line = strstr(text, "0::/");
    if (line == NULL)
        return;
    line[strcspn(line, "\n")] = '\0';
    snprintf(path, size, "%s%s", CGROUP_ROOT, strcmp(line + 3, "/") == 0 ? "" : line + 3);
}

/* Gives the controllers to the children of `parent`; memory may be missing, cpu may not. */
static int delegate(const char *parent, bool *memory)
{
    int code = put(parent, "cgroup.subtree_control", "+cpu");
    *memory = code == 0 && put(parent, "cgroup.subtree_control", "+memory") == 0;
    return code;
}

static int create_v2(struct cgroup *g, const char *parent, const char *name, struct error *err)
{
    char self[PATH_MAX + 16];
    bool memory;
    int failed = delegate(parent, &memory);
    if (failed == EBUSY) { /* "no internal processes": step aside into a leaf, then again */
        snprintf(self, sizeof self, "%s/pushsim-self", parent);
        if (mkdir(self, 0755) == 0 || errno == EEXIST)
            put_number(self, "cgroup.procs", getpid());
        failed = delegate(parent, &memory);
    }
    if (failed != 0)
        return unavailable(parent, failed, err);
    char made[PATH_MAX];
    snprintf(made, sizeof made, "%s/%s", parent, name);
    if (mkdir(made, 0755) != 0)
        return unavailable(made, errno, err);
    strcpy(g->cpu, made);
    strcpy(g->cpuacct, made);
    if (memory)
        strcpy(g->memory, made);
    return 0;
}

void cgroup_parent(char path[CGROUP_PARENT_MAX], enum cgroup_version version, const char *root)
{
    snprintf(path, CGROUP_PARENT_MAX, "%s", root == NULL ? CGROUP_ROOT : root);
    if (version == CGROUP_V2 && root == NULL && geteuid() != 0)
        own_group(path, CGROUP_PARENT_MAX);
}

int cgroup_create(struct cgroup *group, const char *root, const char *name,
                  const struct cgroup_limits *limits, struct error *err)
{
    char parent[CGROUP_PARENT_MAX];
    assert(strchr(name, '/') == NULL && strlen(name) < 200);
    int code = check(limits, err);
    if (code != 0)
        return code;
    struct cgroup made = { .version = cgroup_detect(root) };
    cgroup_parent(parent, made.version, root);
    if (made.version == CGROUP_NONE)
        return error_set(err, ERR_UNAVAILABLE,
                         "no cpu controller under %s: mount cgroup v2, or v1 with the cpu "
                         "hierarchy at %s/cpu",
                         parent, parent);
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
    int failed = put_number(dir, "cgroup.procs", pid);
    return failed == 0 ? 0 : put_failed(dir, "cgroup.procs", failed, err);
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
    u->memory_bytes = get_number(g->memory, now, 0);
    u->memory_peak_bytes = get_number(g->memory, peak, 0);
    if (get(g->memory, events, text, sizeof text))
        u->oom_kills = (uint64_t)field(text, "oom_kill", 0);
}

int cgroup_read(const struct cgroup *group, struct cgroup_usage *usage, struct error *err)
{
    char text[4096];
    bool v2 = group->version == CGROUP_V2;
    struct cgroup_usage u = { 0 };
    if (!get(group->cpu, "cpu.stat", text, sizeof text))
        return error_set(err, ERR_IO, "%s/cpu.stat: %s", group->cpu, strerror(errno));
    u.periods = (uint64_t)field(text, "nr_periods", 0);
    u.throttled = (uint64_t)field(text, "nr_throttled", 0);
    u.throttled_ns =
        v2 ? 1000 * field(text, "throttled_usec", 0) : field(text, "throttled_time", 0);
    u.usage_ns = v2 ? 1000 * field(text, "usage_usec", -1)
                    : get_number(group->cpuacct, "cpuacct.usage", -1);
    if (u.usage_ns < 0)
        return error_set(err, ERR_IO, "%s: no CPU time is counted there", group->cpuacct);
    read_memory(group, &u);
    *usage = u;
    return 0;
}

int64_t cgroup_host_usage(const char *root, int cpu)
{
    char dir[PATH_MAX - 512], text[4096];
    snprintf(dir, sizeof dir, "%s/cpuacct", root == NULL ? CGROUP_ROOT : root);
    if (!get(dir, "cpuacct.usage_percpu", text, sizeof text))
        return 0;
    char *at = text;
    for (int i = 0; i < cpu; i++)
        strtoll(at, &at, 10);
    return strtoll(at, NULL, 10);
}

static int remove_directory(char *dir, struct error *err)
{
    struct timespec wait = { .tv_nsec = MS };
    if (dir[0] == '\0')
        return 0;
    for (int i = 0; rmdir(dir) != 0; i++) {
        if (errno == ENOENT)
            break;
        if (errno != EBUSY || i == REMOVE_TRIES)
            return error_set(err, ERR_IO, "cannot remove %s: %s", dir, strerror(errno));
        nanosleep(&wait, NULL);
    }
    dir[0] = '\0';
    return 0;
}

int cgroup_remove(struct cgroup *group, struct error *err)
{
    int cpu = remove_directory(group->cpu, err);
    int acct = remove_directory(group->cpuacct, err);
    int memory = remove_directory(group->memory, err);
    return cpu != 0 ? cpu : acct != 0 ? acct : memory;
}
