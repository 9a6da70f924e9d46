/* cpu_probe_phase.c - see cpu_probe_phase.h. */
#include "experiments/replay/cpu_probe_phase.h"

#include "experiments/replay/cpu_probe_thread.h"
#include "experiments/run/monotonic.h"

#define US            INT64_C(1000)
#define LOOK_NS       (50 * US)           /* between two looks at the counter of periods */
#define PERIOD_MAX_NS INT64_C(1000000000) /* max_cfs_quota_period */

static int limit(const struct cgroup *group, const struct cpu_group_params *params,
                 int64_t period_ns, struct error *err)
{
    struct cgroup_limits limits = { .quota_ns = params->quota_ns,
                                    .period_ns = period_ns,
                                    .burst_ns = params->burst_ns,
                                    .weight = params->weight };
    return cgroup_set_limits(group, &limits, err);
}

/* The time of the next refill, known to some LOOK_NS; -1 when none was seen in two periods. */
static int await_refill(const struct cgroup *group, int64_t period_ns, int64_t *refill_ns,
                        struct error *err)
{
    struct cgroup_usage first, usage;
    int64_t begin_ns = monotonic_ns(), before_ns = begin_ns;
    int code = cgroup_read(group, &first, err);
    *refill_ns = -1;
    while (code == 0 && *refill_ns < 0 && before_ns < begin_ns + 2 * period_ns) {
        cpu_probe_sleep_until(before_ns + LOOK_NS);
        int64_t now_ns = monotonic_ns();
        code = cgroup_read(group, &usage, err);
        if (code == 0 && usage.periods != first.periods)
            *refill_ns = (before_ns + now_ns) / 2;
        before_ns = now_ns;
    }
    return code;
}

/* How much later a refill would have to be, in whole microseconds as the kernel takes them. */
static int64_t shift_to(int64_t refill_ns, int64_t tick_ns, double tick_share)
{
    int64_t wanted_ns = (int64_t)(tick_share * (double)tick_ns);
    int64_t later_ns = (wanted_ns - refill_ns % tick_ns) % tick_ns;
    return (later_ns < 0 ? later_ns + tick_ns : later_ns) / US * US;
}

int cpu_probe_phase_limit(const struct cgroup *group, const struct cpu_group_params *params,
                          int64_t tick_ns, double tick_share, int64_t *refill_ns,
                          struct error *err)
{
    int64_t period_ns = params->period_ns, seen_ns = -1;
    int code = limit(group, params, period_ns, err);
    if (code == 0)
        code = await_refill(group, period_ns, &seen_ns, err);
    if (code != 0)
        return code;
    int64_t later_ns = shift_to(seen_ns, tick_ns, tick_share);
    *refill_ns = monotonic_ns();
    if (seen_ns < 0 || period_ns + later_ns > PERIOD_MAX_NS)
        return 0;
    code = limit(group, params, period_ns + later_ns, err);
    cpu_probe_sleep_until(seen_ns + period_ns + period_ns / 4); /* it was forwarded so far */
    if (code == 0)
        code = limit(group, params, period_ns, err);
    *refill_ns = seen_ns + 2 * period_ns + later_ns;
    return code;
}
