#include "experiments/replay/self_check.h"

#include <math.h>
#include <stdio.h>

#include "experiments/replay/cgroup_around.h"
#include "experiments/run/monotonic.h"

static int64_t own_wait_ns(void)
{
    long long run_ns, wait_ns = 0;
    FILE *f = fopen("/proc/thread-self/schedstat", "re");
    if (f) {
        if (fscanf(f, "%lld %lld", &run_ns, &wait_ns) != 2)
            wait_ns = 0;
        fclose(f);
    }
    return wait_ns;
}

static int64_t all_work_ns(int cpu)
{
    long long used = -1;
    FILE *f = fopen("/sys/fs/cgroup/cpuacct/cpuacct.usage_percpu", "re");
    if (!f)
        return -1;
    for (int i = 0; i <= cpu; i++)
        if (fscanf(f, "%lld", &used) != 1)
            used = -1;
    fclose(f);
    return used;
}

static void take(struct self_reading *r, const struct self_check *check)
{
    r->at_ns = monotonic_ns();
    r->cpu_ns = monotonic_thread_cpu_ns();
    r->wait_ns = own_wait_ns();
    host_time_read(&r->host, "");
    r->server_cpu_ns = all_work_ns(check->server_cpu);
    r->throttled = cgroup_around_throttled(NULL, NULL);
}

void self_check_begin(struct self_check *check, int server_cpu, int client_cpu)
{
    check->server_cpu = server_cpu;
    check->client_cpu = client_cpu;
    take(&check->before, check);
}

/* One rule: the metric is written by the caller; false and an event when it is above its bound. */
static bool within(struct run_record *out, const char *what, double value, double bound,
                   double scale, const char *unit)
{
    if (!(value > bound))
        return true;
    run_record_event(out, 0, "invalid", "%s: %.3g%s (at most %.3g%s)", what, value * scale,
                     unit, bound * scale, unit);
    return false;
}

/* Lateness counts when it is long and a part of the tail that the run is to show. */
static bool in_time(struct run_record *out)
{
    double tail = run_record_value(out, "delivery.p99");
    double p99 = fmax(CHECK_LATE_P99_NS / 1e9, isnan(tail) ? 0 : 0.05 * tail);
    double max = fmax(CHECK_LATE_MAX_NS / 1e9, isnan(tail) ? 0 : 0.25 * tail);
    bool good = within(out, "publishes went out late (p99)",
                       run_record_value(out, "client.late.p99"), p99, 1e3, " ms");
    good &= within(out, "publishes went out late (max)",
                   run_record_value(out, "client.late.max"), max, 1e3, " ms");
    return good;
}

static double noted(struct run_record *out, const char *name, double value)
{
    run_record_metric(out, name, "1", value);
    return value;
}

/* A run whose latencies may be the client's own in any part tells nothing. */
static bool knows_floor(const struct client_floor *floor, struct run_record *out)
{
    client_floor_record(floor, out);
    if (floor->unjudged || (isfinite(floor->first_s) && isfinite(floor->step_s)))
        return true;
    run_record_event(out, 0, "invalid", "the client's own time is not known");
    return false;
}

bool self_check_end(const struct self_check *check, int64_t server_used_ns,
                    double own_share_max, const struct client_floor *floor,
                    struct run_record *out)
{
    const struct self_reading *a = &check->before;
    struct self_reading b;
    take(&b, check);
    double wall_ns = (double)(b.at_ns - a->at_ns);
    bool separate = check->server_cpu != check->client_cpu;
    double other = a->server_cpu_ns < 0 || !separate
                       ? NAN
                       : (double)(b.server_cpu_ns - a->server_cpu_ns - server_used_ns);
    bool valid = separate;
    if (!separate)
        run_record_event(out, 0, "invalid", "server and client share CPU %d",
                         check->server_cpu);

    /* the cause before what may come of it: the first reason is the one that is shown */
    valid &= within(
        out, "a CPU limit around pushsim itself held it back",
        noted(out, "host.throttled", fmax((double)b.throttled - (double)a->throttled, 0)), 0, 1,
        " periods");
    valid &= in_time(out);
    valid &= within(out, "the client used its CPU",
                    noted(out, "client.cpu_share", (double)(b.cpu_ns - a->cpu_ns) / wall_ns),
                    CHECK_CPU_SHARE, 100, " %");
    valid &= within(out, "the client used its CPU in one second",
                    noted(out, "client.cpu_share_max", own_share_max), CHECK_CPU_SHARE_MAX, 100,
                    " %");
    valid &= within(out, "the client waited for its CPU",
                    noted(out, "client.wait_share", (double)(b.wait_ns - a->wait_ns) / wall_ns),
                    CHECK_WAIT_SHARE, 100, " %");
    valid &= within(out, "the host took CPU time away",
                    noted(out, "host.steal_share", host_time_steal(a->host, b.host)),
                    CHECK_STEAL_SHARE, 100, " %");
    valid &=
        within(out, "others used the server's CPU",
               noted(out, "host.other_share", other / wall_ns), CHECK_OTHER_SHARE, 100, " %");
    if (floor) /* last: where it is not known for what others did, that is the first reason */
        valid &= knows_floor(floor, out);
    run_record_metric(out, "client.valid", "1", valid);
    return valid;
}
