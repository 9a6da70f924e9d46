/* host_facts.c - see host_facts.h. */
#include "experiments/replay/host_facts.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "experiments/replay/cgroup.h"

#define SLICE_NS INT64_C(5000000) /* kernel/sched/fair.c, sysctl_sched_cfs_bandwidth_slice */

static void add(struct host_facts *f, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add(struct host_facts *f, const char *key, const char *format, ...)
{
    assert(f->count < HOST_FACTS_MAX);
    struct host_fact *fact = &f->list[f->count++];
    snprintf(fact->key, sizeof fact->key, "%s", key);
    va_list args;
    va_start(args, format);
    vsnprintf(fact->value, sizeof fact->value, format, args);
    va_end(args);
}

static FILE *open_below(const char *root, const char *path)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s%s", root, path);
    return fopen(full, "re");
}

/* The first line, without its end; false when there is none. */
static bool first_line(const char *root, const char *path, char *line, size_t size)
{
    FILE *f = open_below(root, path);
    if (f == NULL)
        return false;
    bool got = fgets(line, (int)size, f) != NULL;
    fclose(f);
    if (got)
        line[strcspn(line, "\n")] = '\0';
    return got;
}

static void read_tick(struct host_facts *f)
{
    struct timespec res = { 0 };
    clock_getres(CLOCK_MONOTONIC_COARSE, &res);
    int64_t tick = res.tv_sec * INT64_C(1000000000) + res.tv_nsec;
    bool told =
        tick >= 500000 && tick <= 20000000; /* HZ 50 to 2000; else not a Linux kernel's */
    f->cpu.tick_ns = told ? tick : 4000000;
    add(f, "tick", "%g Hz%s", 1e9 / (double)f->cpu.tick_ns, told ? "" : " (assumed)");
}

static void read_slice(struct host_facts *f, const char *root)
{
    char line[64];
    bool told =
        first_line(root, "/proc/sys/kernel/sched_cfs_bandwidth_slice_us", line, sizeof line) &&
        atoll(line) > 0;
    f->cpu.slice_ns = told ? 1000 * atoll(line) : SLICE_NS;
    add(f, "bandwidth slice", "%" PRId64 " us%s", f->cpu.slice_ns / 1000,
        told ? "" : " (assumed)");
}

/* HRTICK is a scheduler feature that is compiled in and off (kernel/sched/features.h); who turned
 * it on did so through debugfs, under one of two names. */
static void read_hrtick(struct host_facts *f, const char *root)
{
    static const char *const paths[] = { "/sys/kernel/debug/sched/features",
                                         "/sys/kernel/debug/sched_features" };
    char line[2048];
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (!first_line(root, paths[i], line, sizeof line))
            continue;
        char *rest = line;
        for (char *word; (word = strsep(&rest, " ")) != NULL;)
            f->cpu.hrtick = f->cpu.hrtick || strcmp(word, "HRTICK") == 0;
        add(f, "hrtick", "%s", f->cpu.hrtick ? "on" : "off");
        return;
    }
    add(f, "hrtick", "off (the default; debugfs is not readable)");
}

enum cpu_generation host_facts_generation(const char *release)
{
    int major = 0, minor = 0;
    if (sscanf(release, "%d.%d", &major, &minor) != 2)
        return CPU_THROTTLE_TASK;
    return major > 6 || (major == 6 && minor >= 18) ? CPU_THROTTLE_TASK : CPU_THROTTLE_QUEUE;
}

static void read_kernel(struct host_facts *f)
{
    struct utsname name;
    uname(&name);
    f->cpu.generation = host_facts_generation(name.release);
    add(f, "kernel", "%s %s %s", name.sysname, name.release, name.machine);
    add(f, "throttling", "%s",
        f->cpu.generation == CPU_THROTTLE_TASK ? "each task on its return to user mode"
                                               : "the whole queue at once");
}

/* The value of the first "key : value" line of /proc/cpuinfo. */
static bool cpuinfo(const char *root, const char *key, char *value, size_t size)
{
    char line[4096];
    bool found = false;
    FILE *f = open_below(root, "/proc/cpuinfo");
    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        char *colon = strchr(line, ':');
        if (colon == NULL || strncmp(line, key, strlen(key)) != 0)
            continue;
        for (colon++; isspace((unsigned char)*colon);)
            colon++;
        colon[strcspn(colon, "\n")] = '\0';
        snprintf(value, size, "%s", colon);
        found = true;
    }
    if (f != NULL)
        fclose(f);
    return found;
}

static void read_cpu(struct host_facts *f, const char *root)
{
    char model[96] = "unknown", flags[4096] = "";
    cpuinfo(root, "model name", model, sizeof model);
    bool told = cpuinfo(root, "flags", flags, sizeof flags); /* x86 alone has them */
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    f->cpu.cpus = cpus < 1 ? 1 : cpus > 64 ? 64 : (int)cpus;
    add(f, "cpus", "%ld", cpus);
    add(f, "cpu model", "%s", model);
    add(f, "virtual", "%s",
        !told                                  ? "unknown"
        : strstr(flags, " hypervisor") != NULL ? "yes"
                                               : "no");
}

/* Caches decide the cost of coming back after time off the CPU. */
static void read_caches(struct host_facts *f, const char *root)
{
    char text[128] = "", path[96], level[16], size[32];
    for (int i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
        if (!first_line(root, path, level, sizeof level))
            break;
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
        if (!first_line(root, path, size, sizeof size))
            continue;
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%sL%s %s", used > 0 ? ", " : "", level,
                 size);
    }
    add(f, "caches", "%s", text[0] != '\0' ? text : "unknown");
}

static void read_cgroup(struct host_facts *f, const char *root)
{
    static const char *const names[] = { "none", "v1", "v2" };
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s%s", root, CGROUP_ROOT);
    add(f, "cgroup", "%s", names[cgroup_detect(path)]);
}

void host_facts_read(struct host_facts *facts, const char *root)
{
    char clock[64] = "unknown";
    *facts = (struct host_facts){ 0 };
    read_kernel(facts);
    read_cpu(facts, root);
    read_caches(facts, root);
    read_tick(facts);
    read_slice(facts, root);
    read_hrtick(facts, root);
    read_cgroup(facts, root);
    first_line(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", clock,
               sizeof clock);
    add(facts, "clock source", "%s", clock);
}

const char *host_facts_get(const struct host_facts *facts, const char *key)
{
    for (int i = 0; i < facts->count; i++)
        if (strcmp(facts->list[i].key, key) == 0)
            return facts->list[i].value;
    return NULL;
}

char *host_facts_describe(const struct host_facts *facts, char *text, size_t size)
{
    snprintf(text, size, "%s, %d x %s, %s, cgroup %s", host_facts_get(facts, "kernel"),
             facts->cpu.cpus, host_facts_get(facts, "cpu model"), host_facts_get(facts, "tick"),
             host_facts_get(facts, "cgroup"));
    return text;
}

void host_time_read(struct host_time *time, const char *root)
{
    char line[256];
    *time = (struct host_time){ 0 };
    if (!first_line(root, "/proc/stat", line, sizeof line))
        return;
    /* cpu user nice system idle iowait irq softirq steal; guest time is in user already */
    char *rest = line, *word = strsep(&rest, " ");
    for (int i = 0; i < 8 && (word = strsep(&rest, " ")) != NULL;) {
        if (*word == '\0')
            continue;
        uint64_t ticks = strtoull(word, NULL, 10);
        time->all += ticks;
        if (i == 7)
            time->steal = ticks;
        i++;
    }
}

double host_time_steal(struct host_time before, struct host_time after)
{
    if (after.all <= before.all)
        return 0;
    return (double)(after.steal - before.steal) / (double)(after.all - before.all);
}
