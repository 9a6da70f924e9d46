/* What kubelet, balancer and process do to each other where one of them is stuck or not there yet:
 * kills, SIGTERM, probes and SYNs that find nobody, readiness without a probe.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "models/fleet.h"
#include "models/schedule.h"
#include "tests/support/fleet_case.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

#define S INT64_C(1000000000)

/* Its loop is at one callback of 100 s when the process dies: the next one finds nothing of it. */
static void test_a_kill_ends_what_the_loop_is_at(void **state)
{
    (void)state;
    for (int fleet = 0; fleet < 2; fleet++) {
        struct parameters p = fleet_case(fleet, 20, 60 * S);
        struct run_record r;
        p.fault.busy_at_ns = 10 * S;
        p.fault.busy_ns = 100 * S;
        p.fault.crash_at_ns = 20 * S;
        push_case_run(&p, 1, &r);
        assert_int_equal(fleet_case_event_ns(&r, "restart", "", 0), 20 * S);
        double used_s = run_record_value(&r, "cpu.used");
        assert_true(used_s > 10 && used_s < 11.5);
        assert_true(run_record_value(&r, "clients.open") == 20);
        run_record_close(&r);
    }
}

/* Pod 0 is replaced at 10 s; what would keep its loop busy and disturb it finds nobody: 0.1 s a
 * second while it runs, and then no more. */
static void test_who_is_gone_does_nothing(void **state)
{
    struct parameters p = fleet_case(1, 20, 60 * S);
    struct run_record r;
    (void)state;
    p.cost.interference_rate_hz = 100;
    p.cost.interference_ns = 1e6;
    p.cost.interference_idle = true;
    p.fault.deploy_at_ns = 10 * S;
    p.fault.busy_at_ns = 40 * S;
    p.fault.busy_ns = 15 * S;
    push_case_run(&p, 1, &r);
    int64_t ended_ns = fleet_case_event_ns(&r, "end", "pod 0", 0);
    assert_true(ended_ns > 10 * S && ended_ns < 25 * S);
    double used_s = run_record_value(&r, "pod.0.cpu.used");
    assert_true(used_s > 1 && used_s < 3);
    run_record_close(&r);
}

/* Kubernetes' StartTime of a pod that has long been there is long ago: with overload from 10 s on
 * the first sync that sees it scales, also where the pod is not ready. */
static void test_old_pods_are_not_newborn(void **state)
{
    struct parameters p = fleet_case(1, 300, 90 * S);
    struct run_record r;
    (void)state;
    p.cpu.quota_ns = 10000000;
    p.workload.phase[0].rate_hz = 100;
    p.fleet.autoscale = true;
    p.fleet.autoscaler.target[AUTOSCALE_CPU] = 0.5;
    push_case_run(&p, 1, &r);
    assert_true(fleet_case_events(&r, "unready", "pod 0") > 0);
    assert_true(run_record_value(&r, "scale.first") <= 45);
    run_record_close(&r);
}

/* A failed liveness probe does not make a pod unready: only the end of its container does. */
static void test_a_failed_liveness_probe_leaves_it_ready(void **state)
{
    struct parameters p = fleet_case(2, 20, 60 * S);
    struct run_record r;
    (void)state;
    p.fleet.grace_ns = 20 * S;
    p.fleet.probe[PROBE_READINESS].period_ns = 0;
    p.fleet.probe[PROBE_LIVENESS] = (struct probe_params){ 0, 2 * S, S, 3, 1 };
    p.fault.busy_at_ns = 10 * S;
    p.fault.busy_ns = 100 * S;
    push_case_run(&p, 1, &r);
    int64_t failed_ns = fleet_case_event_ns(&r, "liveness", "pod 0", 0);
    assert_true(failed_ns > 10 * S);
    assert_true(fleet_case_event_ns(&r, "unready", "pod 0", 0) >= failed_ns + 20 * S);
    assert_int_equal(fleet_case_events(&r, "ready", "pod 0"),
                     2); /* before, and started again */
    run_record_close(&r);
}

/* The ticks of a liveness probe are the pod's: it fails at one of them, 7 s apart, also where the
 * container began and passed its startup probe in between. */
static void test_liveness_keeps_its_ticks(void **state)
{
    int64_t failed_ns[2];
    (void)state;
    for (int again = 0; again < 2; again++) {
        struct parameters p = fleet_case(2, 20, 60 * S);
        struct run_record r;
        p.fleet.probe[PROBE_LIVENESS] = (struct probe_params){ 0, 7 * S, S, 1, 1 };
        p.fleet.probe[PROBE_STARTUP] = (struct probe_params){ 0, S, S, 10, 1 };
        p.fault.crash_at_ns = again ? 10 * S : 0;
        p.fault.busy_at_ns = 20 * S;
        p.fault.busy_ns = 100 * S;
        push_case_run(&p, 1, &r);
        failed_ns[again] = fleet_case_event_ns(&r, "liveness", "pod 0", 0);
        assert_true(failed_ns[again] > 20 * S && failed_ns[again] < 28 * S);
        run_record_close(&r);
    }
    assert_int_equal(failed_ns[0], failed_ns[1]);
}

/* A tick that finds the last probe still under way is made up for as soon as that one is over: of
 * probes 1 s apart with a time-out of 1.4 s the third failure is 2 x 1.4 s behind the first. */
static void test_a_missed_tick_is_made_up_for(void **state)
{
    int64_t failed_ns[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct parameters p = fleet_case(2, 20, 60 * S);
        struct run_record r;
        p.fleet.probe[PROBE_LIVENESS] =
            (struct probe_params){ 0, S, 1400 * (S / 1000), k ? 3 : 1, 1 };
        p.fault.busy_at_ns = 20 * S;
        p.fault.busy_ns = 100 * S;
        push_case_run(&p, 1, &r);
        failed_ns[k] = fleet_case_event_ns(&r, "liveness", "pod 0", 0);
        assert_true(failed_ns[k] > 20 * S);
        run_record_close(&r);
    }
    assert_int_equal(failed_ns[1] - failed_ns[0], 2800 * (S / 1000));
}

/* A tick asks once: a startup probe that refuses at it, when the process dies of SIGTERM and is
 * started again at the same instant, asks the new one a period later. */
static void test_a_tick_asks_one_process(void **state)
{
    struct parameters p = fleet_case(1, 20, 20 * S);
    struct run_record r;
    (void)state;
    p.startup_ns = 30 * S;
    p.fleet.probe[PROBE_STARTUP] = (struct probe_params){ 0, 2 * S, S, 1, 1 };
    p.fault.deploy_at_ns = 10 * S;
    push_case_run(&p, 1, &r);
    int64_t first_ns = fleet_case_event_ns(&r, "startup", "pod 1", 0);
    assert_in_range(first_ns, 10 * S, 14 * S);
    assert_int_equal(fleet_case_event_ns(&r, "startup", "pod 1", 1), first_ns + 2 * S);
    run_record_close(&r);
}

#define NEWCOMERS 400

/* To 20 clients NEWCOMERS more connect, ten a second from 1 s on. */
static void run_with_newcomers(const struct parameters *p, struct run_record *r)
{
    struct action *actions = calloc(NEWCOMERS, sizeof *actions);
    struct schedule s = { .actions = actions,
                          .count = NEWCOMERS,
                          .initial = 20,
                          .clients = 20 + NEWCOMERS,
                          .end_ns = p->workload.phase[0].duration_ns };
    for (uint32_t i = 0; i < NEWCOMERS; i++)
        actions[i] = (struct action){ .at_ns = S + i * (S / 10),
                                      .kind = ACTION_CONNECT,
                                      .client = 20 + i };
    run_record_init(r);
    fleet_run(p, &s, 1, 1, r);
    free(actions);
}

/* A rolling update under newcomers: a pod that is told at once, while the balancer does not know
 * yet, refuses those who are sent to it. preStop is there to wait for the balancer. */
static void test_pre_stop_waits_for_the_balancer(void **state)
{
    static const struct {
        int64_t lag_ns, pre_stop_ns;
        bool refused;
    } cases[] = { { 0, 0, false }, { 2 * S, 0, true }, { 2 * S, 4 * S, false } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = fleet_case(4, 20, 45 * S);
        struct run_record r;
        p.fleet.stop = STOP_CLOSES;
        p.fault.deploy_at_ns = 10 * S;
        p.fleet.endpoint_lag_ns = cases[i].lag_ns;
        p.fleet.pre_stop_ns = cases[i].pre_stop_ns;
        run_with_newcomers(&p, &r);
        assert_true((run_record_value(&r, "connects.refused") > 0) == cases[i].refused);
        assert_true(run_record_value(&r, "clients.open") == 20 + NEWCOMERS);
        run_record_close(&r);
    }
}

/* Without a readiness probe a container that starts is ready, and refuses all connections for ten
 * seconds; with one nobody is sent there. */
static void test_ready_without_a_probe(void **state)
{
    (void)state;
    for (int probed = 0; probed < 2; probed++) {
        struct parameters p = fleet_case(2, 20, 45 * S);
        struct run_record r;
        p.startup_ns = 10 * S;
        p.fault.deploy_at_ns = 10 * S;
        if (!probed)
            p.fleet.probe[PROBE_READINESS].period_ns = 0;
        run_with_newcomers(&p, &r);
        assert_true((run_record_value(&r, "connects.refused") > 50) == !probed);
        run_record_close(&r);
    }
}

/* Both pods are told to stop at 10 s, and pod 0's loop is at one callback: it comes to SIGTERM
 * never, and is killed when its grace is over; pod 1 closes its connections and goes. */
static void test_a_stuck_loop_does_not_obey(void **state)
{
    struct parameters p = fleet_case(2, 20, 60 * S);
    struct run_record r;
    (void)state;
    p.fleet.stop = STOP_CLOSES;
    p.fleet.drain_ns = S;
    p.fleet.grace_ns = 20 * S;
    p.fleet.rollout = (struct rollout_params){ 2, 0, 0 };
    p.fleet.probe[PROBE_READINESS].period_ns = 0;
    p.fault.deploy_at_ns = 10 * S;
    p.fault.busy_at_ns = 9 * S;
    p.fault.busy_ns = 100 * S;
    push_case_run(&p, 1, &r);
    int64_t told_ns = fleet_case_event_ns(&r, "stop", "pod 0", 0);
    int64_t ended_ns = fleet_case_event_ns(&r, "end", "pod 0: 10 connections", 0);
    assert_true(ended_ns >= told_ns + 20 * S && ended_ns <= told_ns + 21 * S);
    told_ns = fleet_case_event_ns(&r, "stop", "pod 1", 0);
    ended_ns = fleet_case_event_ns(&r, "end", "pod 1: 0 connections", 0);
    assert_true(ended_ns > told_ns && ended_ns <= told_ns + 4 * S);
    run_record_close(&r);
}

/* A liveness probe stops pod 0 while its new process starts, which listens before the fleet looks
 * at it the next time: SIGTERM found no handler and has ended it at once, not its grace. */
static void test_who_starts_dies_of_sigterm(void **state)
{
    struct parameters p = fleet_case(2, 20, 30 * S);
    struct run_record r;
    (void)state;
    p.startup_ns = S / 5;
    p.fleet.grace_ns = 10 * S;
    p.fleet.probe[PROBE_LIVENESS] = (struct probe_params){ 0, S / 10, S / 10, 1, 1 };
    p.fault.crash_at_ns = 10 * S + 3 * S / 10;
    push_case_run(&p, 1, &r);
    int64_t told_ns = fleet_case_event_ns(&r, "stop", "pod 0", 0);
    assert_true(told_ns > 10 * S && told_ns < 10 * S + S / 2);
    assert_int_equal(fleet_case_event_ns(&r, "end", "pod 0", 0), told_ns);
    assert_int_equal(fleet_case_events(&r, "liveness", ""), fleet_case_events(&r, "end", ""));
    run_record_close(&r);
}

/* A process that is killed while it starts takes no more CPU for that. Pod 1 would need 100 s of
 * half a CPU; its startup probe ends it, and it starts again later and later (back-off). */
static void test_who_died_starting_computes_no_more(void **state)
{
    struct parameters p = fleet_case(1, 20, 100 * S);
    struct run_record r;
    (void)state;
    p.cpu.quota_ns = p.cpu.period_ns / 2;
    p.startup_cpu_ns = 50 * S;
    p.fleet.probe[PROBE_STARTUP] = (struct probe_params){ 0, 2 * S, S, 2, 1 };
    p.fault.deploy_at_ns = 10 * S;
    push_case_run(&p, 1, &r);
    double starting_s = 0;
    for (size_t i = 0; i < r.event_count; i++) {
        const struct record_event *e = &r.events[i];
        bool begins = strcmp(e->kind, "start") == 0 || strcmp(e->kind, "restart") == 0;
        if (begins || strcmp(e->kind, "end") == 0)
            starting_s += (begins ? -1 : 1) * (double)e->at_ns / 1e9;
    }
    assert_true(starting_s > 10 && starting_s < 20); /* of 90 */
    double used_s = run_record_value(&r, "pod.1.cpu.used");
    assert_true(used_s > 0.5 * starting_s - 0.1 && used_s < 0.5 * starting_s + 0.1);
    run_record_close(&r);
}

/* Both pods are told to stop, listen no more, and wait for their clients until the grace is over:
 * nobody asks meanwhile whether they live. */
static void test_who_stops_is_not_asked_if_it_lives(void **state)
{
    struct parameters p = fleet_case(2, 20, 60 * S);
    struct run_record r;
    (void)state;
    p.fleet.grace_ns = 20 * S;
    p.fleet.probe[PROBE_READINESS].period_ns = 0;
    p.fleet.probe[PROBE_LIVENESS] = (struct probe_params){ 3 * S, S, S, 3, 1 };
    p.fault.deploy_at_ns = 10 * S;
    push_case_run(&p, 1, &r);
    int64_t told_ns = fleet_case_event_ns(&r, "stop", "pod 0", 0);
    assert_true(fleet_case_event_ns(&r, "end", "pod 0", 0) >= told_ns + 20 * S);
    assert_true(run_record_value(&r, "probes.failed") == 0);
    run_record_close(&r);
}

/* Pod 0 hangs for 20 s with a short accept queue: those who were sent to it wait there, or send
 * their SYN again to it; none of them gets to the other pod before. */
static void test_syns_again_to_the_same_pod(void **state)
{
    struct parameters p = fleet_case(2, 20, 45 * S);
    struct run_record r;
    (void)state;
    p.accept.backlog = 4;
    p.fleet.balancer = BALANCE_ROUND_ROBIN;
    p.fleet.probe[PROBE_READINESS].period_ns = 0;
    p.fault.busy_at_ns = 2 * S;
    p.fault.busy_ns = 20 * S;
    run_with_newcomers(&p, &r);
    double open_at_20 = 0;
    for (size_t i = 0; i < r.point_count; i++)
        if (strcmp(r.points[i].name, "clients.open") == 0 && r.points[i].at_ns / S == 20)
            open_at_20 = r.points[i].value;
    assert_true(open_at_20 >= 20 + 95 &&
                open_at_20 <= 20 + 105); /* half of 190, and the first ten */
    assert_true(run_record_value(&r, "connects.syn_dropped") > 80);
    run_record_close(&r);
}

/* Probes have connections of their own: while newcomers fill the accept queue most find no place in
 * it, though the loop, busy for 200 ms at a time, would answer all in time. */
static void test_probes_find_the_queue_full(void **state)
{
    struct parameters p = fleet_case(1, 20, 45 * S);
    struct run_record r;
    (void)state;
    p.accept.backlog = 0;
    p.cost.by_protocol[PROTOCOL_SSE].handshake_ns = 200e6;
    p.fleet.probe[PROBE_READINESS] = (struct probe_params){ 0, S, S, 1, 1 };
    run_with_newcomers(&p, &r);
    assert_true(run_record_value(&r, "connects.syn_dropped") > 100);
    assert_true(run_record_value(&r, "probes.failed") > 10);
    run_record_close(&r);
}

/* A pod that waits to be started again runs nothing: told to stop, it is gone at once, without its
 * hook, and starts no more. Ten connections are more than its memory bears: it dies at once, again
 * when the clients are back, then it waits for 10 s, 20 s. So does its successor: the first death
 * of all is told, and how many there were. */
static void test_stopped_in_back_off(void **state)
{
    struct parameters p = fleet_case(1, 10, 60 * S);
    struct run_record r;
    (void)state;
    p.memory.base_bytes = 1000000;
    p.memory.connection_bytes = 10000;
    p.memory_limit_bytes = 1050000;
    p.fleet.rollout = (struct rollout_params){ 0, 1, 0 };
    p.fleet.pre_stop_ns = 4 * S;
    p.fault.deploy_at_ns = 20 * S;
    push_case_run(&p, 1, &r);
    size_t restarts = fleet_case_events(&r, "restart", "pod 0");
    assert_true(restarts >= 2);
    assert_true(fleet_case_event_ns(&r, "restart", "pod 0", restarts - 1) < 20 * S);
    assert_true(fleet_case_event_ns(&r, "oom", "pod 0", restarts) > 0); /* it is down */
    int64_t told_ns = fleet_case_event_ns(&r, "stop", "pod 0", 0);
    int64_t ended_ns = fleet_case_event_ns(&r, "end", "pod 0", 0);
    assert_true(told_ns >= 20 * S && ended_ns >= told_ns && ended_ns <= told_ns + S);
    int64_t first_ns = fleet_case_event_ns(&r, "oom", "pod 0", 0);
    assert_true(fleet_case_event_ns(&r, "oom", "pod 1", 0) > first_ns + 20 * S);
    assert_true(run_record_value(&r, "oom") == (double)fleet_case_events(&r, "oom", ""));
    assert_near(run_record_value(&r, "oom.first"), (double)first_ns / 1e9, 1e-9);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_kill_ends_what_the_loop_is_at),
        cmocka_unit_test(test_who_is_gone_does_nothing),
        cmocka_unit_test(test_old_pods_are_not_newborn),
        cmocka_unit_test(test_a_failed_liveness_probe_leaves_it_ready),
        cmocka_unit_test(test_liveness_keeps_its_ticks),
        cmocka_unit_test(test_a_missed_tick_is_made_up_for),
        cmocka_unit_test(test_a_tick_asks_one_process),
        cmocka_unit_test(test_pre_stop_waits_for_the_balancer),
        cmocka_unit_test(test_ready_without_a_probe),
        cmocka_unit_test(test_a_stuck_loop_does_not_obey),
        cmocka_unit_test(test_who_starts_dies_of_sigterm),
        cmocka_unit_test(test_who_died_starting_computes_no_more),
        cmocka_unit_test(test_who_stops_is_not_asked_if_it_lives),
        cmocka_unit_test(test_syns_again_to_the_same_pod),
        cmocka_unit_test(test_probes_find_the_queue_full),
        cmocka_unit_test(test_stopped_in_back_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
