/* cgroup_limits.c - a group's limits on CPU and memory: checked, and written in an order that the
 * kernel takes. */
#include "experiments/replay/cgroup_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MS             INT64_C(1000000)
#define DEFAULT_PERIOD (100 * MS)
#define DEFAULT_WEIGHT 1024

/* The ranges of kernel/sched/core.c, tg_set_bandwidth, and of cpu.shares. */
int cgroup_check(const struct cgroup_limits *l, struct error *err)
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

/* A write that must succeed; `code` chains, so that the first failure stays. */
static int must(int code, const char *dir, const char *file, int64_t value, struct error *err)
{
    if (code != 0)
        return code;
    int failed = cgroup_put_number(dir, file, value);
    if (failed == ENOENT && strstr(file, "burst") != NULL)
        return error_set(err, ERR_UNAVAILABLE,
                         "this kernel has no %s: a burst needs Linux 5.14 or later", file);
    return failed == 0 ? 0 : cgroup_put_failed(dir, file, failed, err);
}

/* The kernel refuses burst > quota and a share of the parent's above the parent's own at every
 * single write, so burst is cleared first, and the write that lowers quota / period goes first. */
static int set_cpu_v1(const struct cgroup *g, const struct cgroup_limits *l, int64_t period_ns,
                      struct error *err)
{
    int64_t quota_us = l->quota_ns == 0 ? -1 : l->quota_ns / 1000;
    int64_t old_us = cgroup_get_number(g->cpu, "cpu.cfs_period_us", DEFAULT_PERIOD / 1000);
    /* A first quota starts the refill timer with the period it finds; its first expiry stays. */
    bool unlimited = cgroup_get_number(g->cpu, "cpu.cfs_quota_us", -1) < 0;
    bool longer = period_ns / 1000 > old_us || unlimited;
    bool burst = l->burst_ns > 0 || cgroup_get_number(g->cpu, "cpu.cfs_burst_us", 0) > 0;
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
    return (shares * 100 + DEFAULT_WEIGHT / 2) / DEFAULT_WEIGHT;
}

/* 1 and 10,000, on the scale of v1: nearer than this to what was asked v2 does not come. */
static int check_weight_v2(int64_t shares, struct error *err)
{
    if (shares == 0 || (shares >= 10 && shares <= 102400))
        return 0;
    return error_set(err, ERR_UNAVAILABLE,
                     "weight %" PRId64 " cannot be set on cgroup v2: 10 to 102400", shares);
}

static int set_cpu_v2(const struct cgroup *g, const struct cgroup_limits *l, int64_t period_ns,
                      struct error *err)
{
    char max[64];
    int code = check_weight_v2(l->weight, err);
    if (code != 0)
        return code;
    snprintf(max, sizeof max, "%" PRId64 " %" PRId64, l->quota_ns / 1000, period_ns / 1000);
    if (l->quota_ns == 0)
        snprintf(max, sizeof max, "max %" PRId64, period_ns / 1000);
    bool burst = l->burst_ns > 0 || cgroup_get_number(g->cpu, "cpu.max.burst", 0) > 0;
    code = burst ? must(0, g->cpu, "cpu.max.burst", 0, err) : 0;
    if (code != 0)
        return code;
    int failed = cgroup_put(g->cpu, "cpu.max", max);
    if (failed != 0)
        return cgroup_put_failed(g->cpu, "cpu.max", failed, err);
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
    if (cgroup_present(g->memory, swap))
        cgroup_put(g->memory, swap, text);
    if (bytes > 0)
        snprintf(text, sizeof text, "%" PRId64, bytes);
    int failed = cgroup_put(g->memory, file, text);
    if (failed != 0)
        return cgroup_put_failed(g->memory, file, failed, err);
    if (bytes > 0 && cgroup_present(g->memory, swap))
        cgroup_put(g->memory, swap, v2 ? "0" : text);
    return 0;
}

int cgroup_set_limits(const struct cgroup *group, const struct cgroup_limits *limits,
                      struct error *err)
{
    int code = cgroup_check(limits, err);
    if (code != 0)
        return code;
    int64_t period_ns = limits->period_ns == 0 ? DEFAULT_PERIOD : limits->period_ns;
    code = group->version == CGROUP_V1 ? set_cpu_v1(group, limits, period_ns, err)
                                       : set_cpu_v2(group, limits, period_ns, err);
    return code != 0 ? code : set_memory(group, limits->memory_bytes, err);
}
