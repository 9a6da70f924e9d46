/* A fleet: the same as one pod where it is one pod; every message accounted for whatever happens;
 * rolling updates, probes, scaling, control and rebalancing by hand-checked small cases.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "models/fleet.h"
#include "models/push_run.h"
#include "tests/support/fleet_case.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* Without probes and control one pod behind a balancer is one pod: to the nanosecond. */
static void test_one_pod_is_one_pod(void **state)
{
    static const char *const same[] = {
        "delivery.p50",  "delivery.p99", "delivery.mean",  "delivery.max", "delivered",
        "dropped",       "due",          "lost",           "in_flight",    "cpu.used",
        "cpu.throttled", "cpu.periods",  "blame.loop.all", "memory.peak",  "queue.depth.mean"
    };
    (void)state;
    for (uint32_t seed = 1; seed <= 60; seed++) {
        struct random_stream rs;
        struct run_record alone, fleet;
        struct schedule s;
        random_stream_init(&rs, seed, 0, 0, 0);
        struct parameters p = push_case_random(&rs);
        push_case_schedule(&s, &p, &rs);
        p.server.workers = 1; /* several are dealt their clients otherwise */
        run_record_init(&alone);
        run_record_init(&fleet);
        push_run(&p, &s, seed, 1, &alone);
        struct fleet_params ones = fleet_case(1, 0, S).fleet;
        p.fleet = ones;
        p.fleet.probe[PROBE_READINESS].period_ns = 0;
        fleet_run(&p, &s, seed, 1, &fleet);
        for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
            double a = run_record_value(&alone, same[i]), b = run_record_value(&fleet, same[i]);
            if (a != b && !(isnan(a) && isnan(b)))
                fail_msg("seed %u: %s is %.17g alone, %.17g in a fleet", seed, same[i], a, b);
        }
        run_record_close(&alone);
        run_record_close(&fleet);
        schedule_close(&s);
    }
}

/* Peak, end and series are those of the whole fleet; no pod ever held more than all. */
static void assert_memory_of_all(uint32_t seed, const struct run_record *r)
{
    double peak = run_record_value(r, "memory.peak"), end = run_record_value(r, "memory.end");
    double largest = run_record_value(r, "memory.pod.peak"), pods = 0, one = 0;
    for (size_t i = 0; i < r->point_count; i++)
        if (strcmp(r->points[i].name, "memory") == 0 && r->points[i].value > peak)
            fail_msg("seed %u: %g B at a second, %g at the peak", seed, r->points[i].value,
                     peak);
    for (size_t i = 0; i < r->metric_count; i++) {
        const char *name = r->metrics[i].name, *last = strstr(name, ".memory.peak");
        if (strncmp(name, "pod.", 4) != 0 || !last || strcmp(last, ".memory.peak") != 0)
            continue;
        pods += r->metrics[i].value;
        one = fmax(one, r->metrics[i].value);
    }
    if (!(end <= peak && largest <= peak && peak <= pods && largest == one))
        fail_msg("seed %u: %g B at the end, %g at the peak, %g the largest pod, %g all pods' "
                 "peaks",
                 seed, end, peak, largest, pods);
}

/* Crashes, memory limits, rolling updates, scaling, shedding, rebalancing at random: fleet_run
 * checks the conservation of every message of every pod; the same seed gives the same record. */
static void test_every_message_is_accounted_for(void **state)
{
    double replayed = 0;
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        struct random_stream rs;
        struct run_record a, b;
        random_stream_init(&rs, seed, 0, 1, 0);
        struct parameters p =
            fleet_case(1 + random_stream_u32(&rs) % 5, random_stream_u32(&rs) % 300, 40 * S);
        p.cpu.quota_ns = (1 + random_stream_u32(&rs) % 20) * 1000000;
        p.server.workers = 1 + random_stream_u32(&rs) % 2;
        p.server.queue_bound = 1 + random_stream_u32(&rs) % 20;
        p.fleet.balancer = random_stream_u32(&rs) % 3;
        p.fleet.pods_per_node = 1 + random_stream_u32(&rs) % 3;
        p.fleet.stop = random_stream_u32(&rs) % 2;
        p.fleet.drain_ns = 3 * S;
        p.fleet.rebalance_hz = random_stream_u32(&rs) % 2 * 10;
        p.fleet.probe[PROBE_LIVENESS].period_ns = random_stream_u32(&rs) % 2 * S;
        p.fleet.neighbour_weight = random_stream_u32(&rs) % 2 * 1024;
        p.fleet.neighbour_busy_ns = 20 * MS;
        p.fleet.neighbour_idle_ns = 30 * MS;
        p.fleet.autoscale = random_stream_u32(&rs) % 2;
        p.fleet.autoscaler.target[AUTOSCALE_CPU] = 0.5;
        p.fleet.autoscaler.target[AUTOSCALE_P99] = 0.1;
        p.fleet.autoscaler.down.stabilisation_ns = 0;
        p.fault.deploy_at_ns = random_stream_u32(&rs) % 2 * 10 * S;
        p.fault.crash_at_ns = random_stream_u32(&rs) % 2 * 13 * S;
        p.slo.p99_ns = 50 * MS;
        p.control.trigger = random_stream_u32(&rs) % 3;
        p.control.shed_share = 0.5;
        p.control.retry_after_ns = 2 * S;
        p.control.policy = random_stream_u32(&rs) % 5;
        p.heartbeat.period_ns = random_stream_u32(&rs) % 2 * S;
        p.heartbeat.pong_timeout_ns = S;
        p.control.heartbeat_factor = random_stream_u32(&rs) % 4;
        p.memory.base_bytes = 1000000;
        p.memory.connection_bytes = 10000;
        p.memory_limit_bytes = random_stream_u32(&rs) % 2 * 2000000;
        p.replay.length = random_stream_u32(&rs) % 2 * 50;
        push_case_run(&p, seed, &a);
        push_case_run(&p, seed, &b);
        assert_int_equal(a.metric_count, b.metric_count);
        for (size_t i = 0; i < a.metric_count; i++)
            assert_memory_equal(&a.metrics[i].value, &b.metrics[i].value, sizeof(double));
        double due = run_record_value(&a, "due") + run_record_value(&a, "recalled");
        double ended = run_record_value(&a, "delivered") + run_record_value(&a, "replayed");
        ended += run_record_value(&a, "dropped") + run_record_value(&a, "lost");
        replayed += run_record_value(&a, "replayed");
        if (due != ended + run_record_value(&a, "in_flight"))
            fail_msg("seed %u: %g due, %g ended", seed, due, ended);
        assert_memory_of_all(seed, &a);
        run_record_close(&a);
        run_record_close(&b);
    }
    assert_true(replayed > 1000);
}

/* A rolling update behind which the pods share their history: who comes back at another pod gets
 * from that one what it has missed, and each of 40 clients has each event once. */
static void test_other_pods_replay(void **state)
{
    struct parameters p = fleet_case(4, 40, 60 * S);
    struct run_record r;
    (void)state;
    p.fault.deploy_at_ns = 10 * S;
    p.replay.length = 1000;
    p.workload.phases = 2;
    p.workload.phase[1] = (struct phase_params){ "quiet", 10 * S, 0, false, 0, 0, 0 };
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "reconnects") >= 40);
    assert_true(run_record_value(&r, "replayed.away") >= 40);
    assert_true(run_record_value(&r, "missed") == 0);
    double got = run_record_value(&r, "delivered") + run_record_value(&r, "replayed");
    assert_true(got == 40 * run_record_value(&r, "published"));
    run_record_close(&r);
}

/* 4 pods, surge 1, unavailable 1: never fewer than 3 ready; uvicorn's streams are cut when the
 * grace is over, 5 s after each pod left the balancer; all clients are back in the end. */
static void test_rolling_update(void **state)
{
    struct parameters p = fleet_case(4, 40, 60 * S);
    struct run_record r;
    (void)state;
    p.fault.deploy_at_ns = 10 * S;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_events(&r, "rollout", "over"), 1);
    assert_int_equal(fleet_case_events(&r, "stop", "pod"), 4);
    /* at 10 s one is stopped and two are started; their probes at 0 (refused) and 2 s pass */
    assert_int_equal(fleet_case_event_ns(&r, "stop", "pod", 0), 10 * S);
    assert_int_equal(fleet_case_events(&r, "start", "revision 1"), 4);
    assert_int_equal(fleet_case_event_ns(&r, "ready", "pod 4", 0) / S, 12);
    assert_int_equal(fleet_case_event_ns(&r, "end", "pod 3: 10", 0), 15 * S);
    double fewest = 4, clients = run_record_value(&r, "clients.open");
    for (size_t i = 0; i < r.point_count; i++)
        if (strcmp(r.points[i].name, "pods.ready") == 0 && r.points[i].value < fewest)
            fewest = r.points[i].value;
    assert_true(fewest == 3);
    assert_true(clients == 40);
    assert_true(run_record_value(&r, "disconnects.server_stopped") >= 40);
    run_record_close(&r);
}

/* A server that closes its streams itself loses nobody to the kill. */
static void test_draining_server(void **state)
{
    struct parameters p = fleet_case(4, 40, 60 * S);
    struct run_record r;
    (void)state;
    p.fault.deploy_at_ns = 10 * S;
    p.fleet.stop = STOP_CLOSES;
    p.fleet.drain_ns = 3 * S;
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "disconnects.server_stopped") == 0);
    assert_true(run_record_value(&r, "disconnects.drained") >= 40);
    assert_true(run_record_value(&r, "lost") == 0);
    run_record_close(&r);
}

/* Something keeps the loop of pod 0 busy for 8 s: three probes in a row fail (2 s apart, 1 s of
 * patience each), it leaves the balancer; with a liveness probe it is stopped and started again. */
static void test_probes(void **state)
{
    struct parameters p = fleet_case(2, 20, 60 * S);
    struct run_record r;
    (void)state;
    p.fault.busy_at_ns = 10 * S;
    p.fault.busy_ns = 8 * S;
    push_case_run(&p, 1, &r);
    int64_t unready = fleet_case_event_ns(&r, "unready", "pod 0", 0);
    assert_in_range(unready, 15 * S, 17 * S);
    assert_in_range(fleet_case_event_ns(&r, "ready", "pod 0: 10 ", 0), 0, 0);
    assert_true(run_record_value(&r, "probes.failed") == 3 ||
                run_record_value(&r, "probes.failed") == 4);
    assert_int_equal(fleet_case_events(&r, "liveness", "pod"), 0);
    run_record_close(&r);

    p.fleet.probe[PROBE_LIVENESS].period_ns = 2 * S;
    push_case_run(&p, 1, &r);
    assert_in_range(fleet_case_event_ns(&r, "liveness", "pod 0", 0), 15 * S, 17 * S);
    assert_int_equal(fleet_case_events(&r, "liveness", "pod"), 1);
    assert_true(run_record_value(&r, "restarts") == 1);
    assert_true(run_record_value(&r, "clients.open") == 20);
    run_record_close(&r);
}

/* Connections as the signal: 300 on one pod, 100 a pod wanted. Long-lived connections stay where
 * they are: the new pods stay empty unless the old one gives some away. */
static void test_new_pods_get_only_new_connections(void **state)
{
    struct parameters p = fleet_case(1, 300, 90 * S);
    struct run_record r;
    (void)state;
    p.fleet.autoscale = true;
    p.fleet.autoscaler.target[AUTOSCALE_CONNECTIONS] = 100;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_event_ns(&r, "scale", "1 to 3 pods", 0), 15 * S);
    assert_true(run_record_value(&r, "pod.0.connections") == 300);
    assert_true(run_record_value(&r, "pod.1.connections") == 0);
    run_record_close(&r);

    p.fleet.rebalance_hz = 20;
    push_case_run(&p, 1, &r);
    assert_in_range((int)run_record_value(&r, "pod.0.connections"), 90, 111);
    assert_in_range((int)run_record_value(&r, "pod.1.connections"), 90, 111);
    assert_true(run_record_value(&r, "clients.open") == 300);
    run_record_close(&r);
}

/* A burst of five times what the limit serves: shedding keeps p99 down; without it the queues fill
 * and 20 messages behind each other come late. Every step is in the event log. */
static void test_control_sheds(void **state)
{
    struct parameters p = fleet_case(1, 200, 10 * S);
    struct run_record with, without;
    (void)state;
    p.cpu.quota_ns = 5 * MS; /* about 3.3 ms a publish: 15/s, more when they come together */
    p.workload.phases = 3;
    p.workload.phase[1] = (struct phase_params){ "burst", 30 * S, 60, true, 0, 0, 0 };
    p.workload.phase[2] = (struct phase_params){ "after", 60 * S, 10, true, 0, 0, 0 };
    p.slo.p99_ns = 500 * MS;
    push_case_run(&p, 1, &without);
    p.control.trigger = TRIGGER_BREACH;
    p.control.for_ns = S;
    p.control.shed_share = 0.8;
    push_case_run(&p, 1, &with);
    assert_int_equal(fleet_case_events(&with, "action", "shed by rate: begins"), 1);
    assert_int_equal(fleet_case_events(&with, "action", "shed by rate: ends"), 1);
    assert_int_equal(fleet_case_events(&without, "action", ""), 0);
    assert_true(fleet_case_events(&without, "breach", "p99") >= 1);
    assert_true(run_record_value(&with, "published.shed") > 500);
    assert_true(run_record_value(&with, "delivery.p99") <
                0.5 * run_record_value(&without, "delivery.p99"));
    run_record_close(&with);
    run_record_close(&without);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_pod_is_one_pod),
        cmocka_unit_test(test_every_message_is_accounted_for),
        cmocka_unit_test(test_other_pods_replay),
        cmocka_unit_test(test_rolling_update),
        cmocka_unit_test(test_draining_server),
        cmocka_unit_test(test_probes),
        cmocka_unit_test(test_new_pods_get_only_new_connections),
        cmocka_unit_test(test_control_sheds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
