/* Pods of a fleet that are looked at closely (models/fleet_detail.c): each balances by itself,
 * together they are the fleet, and however many there are, what is stored is bounded. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "models/fleet.h"
#include "sim/error.h"
#include "tests/support/fleet_case.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* Trouble of every kind, drawn: memory kills, crashes, updates, scaling, stalled and silent
 * clients, messages both ways, replays, refused connects. Quiet at the end, so that series end
 * too. */
static struct parameters troubled(uint32_t seed, int64_t detail)
{
    struct random_stream rs;
    random_stream_init(&rs, seed, 0, 1, 0);
    struct parameters p =
        fleet_case(1 + random_stream_u32(&rs) % 4, 20 + random_stream_u32(&rs) % 80, 25 * S);
    p.fleet.detail = detail;
    p.cpu.quota_ns = (2 + random_stream_u32(&rs) % 20) * MS;
    p.server.workers = 1 + random_stream_u32(&rs) % 2;
    p.server.protocol = random_stream_u32(&rs) % 2 ? PROTOCOL_WEBSOCKET : PROTOCOL_SSE;
    p.websocket.close_timeout_ns = 2 * S;
    p.server.queue_bound = 1 + random_stream_u32(&rs) % 20;
    p.server.write_high_bytes = 8192;
    p.network.socket_bytes = 4096;
    p.network.write_timeout_ns = random_stream_u32(&rs) % 2 * 3 * S;
    p.workload.payload_bytes = 4000;
    p.fleet.balancer = random_stream_u32(&rs) % 3;
    p.fleet.stop = random_stream_u32(&rs) % 2;
    p.fleet.drain_ns = 3 * S;
    p.fleet.rebalance_hz = random_stream_u32(&rs) % 2 * 10;
    p.fleet.probe[PROBE_LIVENESS].period_ns = random_stream_u32(&rs) % 2 * S;
    p.fleet.autoscale = random_stream_u32(&rs) % 2;
    p.fleet.autoscaler.target[AUTOSCALE_CPU] = 0.5;
    p.fleet.autoscaler.down.stabilisation_ns = 0;
    p.fault.deploy_at_ns = random_stream_u32(&rs) % 2 * 8 * S;
    p.fault.crash_at_ns = random_stream_u32(&rs) % 2 * 13 * S;
    p.restart = (struct restart_params){ S, 4 * S, 10 * S };
    p.slo.p99_ns = 50 * MS;
    p.control.trigger = random_stream_u32(&rs) % 3;
    p.control.retry_after_ns = random_stream_u32(&rs) % 2 * 2 * S;
    p.memory.base_bytes = 1000000;
    p.memory.connection_bytes = 10000;
    p.memory_limit_bytes = random_stream_u32(&rs) % 2 * 1600000;
    p.replay = (struct replay_params){ .length = random_stream_u32(&rs) % 2 * 50, .batch = 1 };
    p.duplex.rate_hz = random_stream_u32(&rs) % 2 * 0.5;
    p.class_count = 2;
    p.classes[0] = (struct client_class){ .share = 4, .loss_rate_hz = 0.005 };
    p.classes[1] = (struct client_class){ .share = 1, .stall_rate_hz = 0.1, .stall_ns = 4 * S };
    p.workload.phases = 2;
    p.workload.phase[1] = (struct phase_params){ "quiet", 20 * S, 0, false, 0, 0, 0 };
    p.workload.drain_ns = 0;
    return p;
}

static double of_pod(const struct run_record *r, int pod, const char *name)
{
    char full[64];
    snprintf(full, sizeof full, "pod.%d.%s", pod, name);
    return run_record_value(r, full);
}

static double points_sum(const struct run_record *r, const char *name)
{
    double sum = 0;
    for (size_t i = 0; i < r->point_count; i++)
        sum += strcmp(r->points[i].name, name) == 0 ? r->points[i].value : 0;
    return sum;
}

/* What was due at a pod ended there. */
static void assert_pod_balances(uint32_t seed, const struct run_record *r, int pod)
{
    double due = of_pod(r, pod, "due") + of_pod(r, pod, "recalled");
    double ended = of_pod(r, pod, "delivered") + of_pod(r, pod, "replayed") +
                   of_pod(r, pod, "dropped") + of_pod(r, pod, "lost") +
                   of_pod(r, pod, "in_flight");
    if (due != ended)
        fail_msg("seed %u: pod %d: %g due, %g ended", seed, pod, due, ended);
    if (of_pod(r, pod, "messages.sent") >= 0)
        assert_true(of_pod(r, pod, "messages.sent") ==
                    of_pod(r, pod, "messages.answered") + of_pod(r, pod, "messages.lost") +
                        of_pod(r, pod, "messages.in_flight"));
}

/* Figures whose sum over the pods is the fleet's; those with a series of the same name whose
 * points sum to the pod's figure. */
static const struct {
    const char *name;
    bool series;
} shared[] = {
    { "delivered", false },
    { "dropped", false },
    { "lost", true },
    { "replayed", false },
    { "missed", false },
    { "connections", false },
    { "clients.open", false },
    { "connects.opened", false },
    { "reconnects", true },
    { "clients.vanished", false },
    { "clients.stalls", false },
    { "disconnects.write_timeout", true },
    { "disconnects.server_killed", true },
    { "disconnects.server_stopped", true },
    { "disconnects.network", true },
    { "disconnects.drained", true },
    { "noticed.write_failed", false },
    { "lost.server_killed", false },
    { "messages.sent", false },
    { "messages.answered", true },
    { "messages.lost", false },
    { "memory.end", false },
    { "memory.end.connections", false },
    { "oom", true },
    { "restarts", true },
    { "cpu.used", false },
};
enum { SHARED = sizeof shared / sizeof *shared };

static void assert_pods_are_the_fleet(uint32_t seed, const struct run_record *r,
                                      double reached[SHARED])
{
    int pods = (int)run_record_value(r, "pods.started");
    for (int i = 0; i < SHARED; i++) {
        double all = run_record_value(r, shared[i].name), sum = 0;
        for (int k = 0; k < pods; k++) {
            char series[64];
            double one = of_pod(r, k, shared[i].name);
            snprintf(series, sizeof series, "pod.%d.%s", k, shared[i].name);
            if (shared[i].series && !isnan(one) && points_sum(r, series) != one)
                fail_msg("seed %u: the points of %s sum to %g, the figure is %g", seed, series,
                         points_sum(r, series), one);
            sum += one;
        }
        if (isnan(all) != isnan(sum) || fabs(all - sum) > 1e-9)
            fail_msg("seed %u: %s is %g, that of all %d pods %g", seed, shared[i].name, all,
                     pods, sum);
        reached[i] += isnan(all) ? 0 : all;
    }
}

/* Clients of these runs are refused by the balancer only: those disconnects are no pod's. */
static double refused_at_no_pod(uint32_t seed, const struct run_record *r)
{
    double refused = run_record_value(r, "disconnects.rejected");
    double sum = refused;
    for (int k = 0; k < (int)run_record_value(r, "pods.started"); k++)
        sum += of_pod(r, k, "disconnects");
    if (sum != run_record_value(r, "disconnects"))
        fail_msg("seed %u: %g disconnects, %g at the pods and the balancer", seed,
                 run_record_value(r, "disconnects"), sum);
    assert_true(refused <= run_record_value(r, "connects.retry_after"));
    return refused;
}

static int by_name(const void *a, const void *b)
{
    const struct record_point *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

static int by_metric_name(const void *a, const void *b)
{
    return strcmp(((const struct record_metric *)a)->name,
                  ((const struct record_metric *)b)->name);
}

/* A database takes each figure, and each point of a series, once. */
static void assert_no_name_twice(uint32_t seed, struct run_record *r)
{
    qsort(r->points, r->point_count, sizeof *r->points, by_name);
    qsort(r->metrics, r->metric_count, sizeof *r->metrics, by_metric_name);
    for (size_t i = 1; i < r->point_count; i++)
        if (by_name(&r->points[i - 1], &r->points[i]) == 0)
            fail_msg("seed %u: %s twice at %lld ns", seed, r->points[i].name,
                     (long long)r->points[i].at_ns);
    for (size_t i = 1; i < r->metric_count; i++)
        if (by_metric_name(&r->metrics[i - 1], &r->metrics[i]) == 0)
            fail_msg("seed %u: %s twice", seed, r->metrics[i].name);
}

/* Latencies in a histogram; -1: there is no such. */
static double latencies(const struct run_record *r, const char *name)
{
    for (size_t i = 0; i < r->histogram_count; i++)
        if (strcmp(r->histograms[i].name, name) == 0)
            return (double)r->histograms[i].histogram.count;
    return -1;
}

/* Every latency is in the histogram of one pod. */
static void assert_histograms_are_the_fleets(const struct run_record *r, int pods)
{
    double sum = 0;
    for (int k = 0; k < pods; k++) {
        char name[48];
        snprintf(name, sizeof name, "pod.%d.delivery", k);
        assert_true(latencies(r, name) >= 0);
        sum += latencies(r, name);
    }
    assert_true(sum > 0 && sum == latencies(r, "delivery"));
}

static void pods_sum_to_the_fleet(void **state)
{
    double reached[SHARED] = { 0 }, refused = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        struct parameters p = troubled(seed, 1000);
        struct run_record r;
        push_case_run(&p, seed, &r);
        int pods = (int)run_record_value(&r, "pods.started");
        assert_true(run_record_value(&r, "pods.detailed") == pods);
        for (int k = 0; k < pods; k++)
            assert_pod_balances(seed, &r, k);
        assert_pods_are_the_fleet(seed, &r, reached);
        refused += refused_at_no_pod(seed, &r);
        assert_no_name_twice(seed, &r);
        assert_histograms_are_the_fleets(&r, pods);
        run_record_close(&r);
    }
    assert_true(refused > 0);
    for (int i = 0; i < SHARED; i++)
        if (!(reached[i] > 0))
            fail_msg("no %s in any run", shared[i].name);
}

/* Looking closer changes nothing: the fleet's own figures and points are the same. */
static void looking_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 10; seed++) {
        struct parameters brief = troubled(seed, 0), close = troubled(seed, 1000);
        struct run_record a, b;
        size_t n = 0, k = 0;
        push_case_run(&brief, seed, &a);
        push_case_run(&close, seed, &b);
        for (size_t i = 0; i < a.metric_count; i++) {
            double x = a.metrics[i].value, y = run_record_value(&b, a.metrics[i].name);
            bool told = strcmp(a.metrics[i].name, "pods.detailed") == 0;
            if (!told && x != y && !(isnan(x) && isnan(y)))
                fail_msg("seed %u: %s is %g, %g with details", seed, a.metrics[i].name, x, y);
        }
        for (;; n++, k++) {
            while (n < a.point_count && strncmp(a.points[n].name, "pod.", 4) == 0)
                n++;
            while (k < b.point_count && strncmp(b.points[k].name, "pod.", 4) == 0)
                k++;
            if (n == a.point_count || k == b.point_count)
                break;
            assert_string_equal(a.points[n].name, b.points[k].name);
            assert_int_equal(a.points[n].at_ns, b.points[k].at_ns);
            assert_memory_equal(&a.points[n].value, &b.points[k].value, sizeof(double));
        }
        assert_int_equal(n, a.point_count);
        assert_int_equal(k, b.point_count);
        run_record_close(&a);
        run_record_close(&b);
    }
}

static bool has_series(const struct run_record *r, int pod)
{
    char name[64];
    snprintf(name, sizeof name, "pod.%d.memory", pod);
    for (size_t i = 0; i < r->point_count; i++)
        if (strcmp(r->points[i].name, name) == 0)
            return true;
    return false;
}

/* Two of five: pods 0 and 1, and after a rolling update 5 and 6. The others have their short list,
 * and the record says so. */
static void so_many_at_a_time(void **state)
{
    struct parameters p = fleet_case(5, 50, 60 * S);
    struct run_record r;
    (void)state;
    p.fleet.detail = 2;
    p.fault.deploy_at_ns = 10 * S;
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "pods.started") == 10);
    assert_true(run_record_value(&r, "pods.detailed") == 4);
    int detailed = 0, most = 0;
    for (int k = 0; k < 10; k++) {
        bool full = !isnan(of_pod(&r, k, "blame.loop.all"));
        assert_true(full == has_series(&r, k));
        assert_true(full == (k % 5 < 2));
        assert_true(of_pod(&r, k, "delivered") >= 0 && of_pod(&r, k, "disconnects") >= 0);
        detailed += full;
    }
    assert_int_equal(detailed, 4);
    for (int64_t second = 1; second <= 60; second++) {
        int now = 0;
        for (size_t i = 0; i < r.point_count; i++) {
            const char *last = strrchr(r.points[i].name, '.');
            now += strncmp(r.points[i].name, "pod.", 4) == 0 && strcmp(last, ".memory") == 0 &&
                   r.points[i].at_ns == second * S;
        }
        most = now > most ? now : most;
    }
    assert_in_range(most, 2, 4);
    int told = 0;
    for (size_t i = 0; i < r.event_count; i++)
        told += strcmp(r.events[i].kind, "detail") == 0;
    assert_int_equal(told, 1);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pods_sum_to_the_fleet),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(so_many_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
