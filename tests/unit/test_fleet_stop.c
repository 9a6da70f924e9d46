/* Containers that are stopped, and what meets them on the way: a rolling update, a death of their
 * own, a start that takes longer than their liveness probe has patience for; and what the
 * autoscaler knows of a process that does not run.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/fleet_case.h"
#include "tests/support/push_case.h"

#define S INT64_C(1000000000)

/* Something keeps pod 0 busy from 5 s on, for so long that its liveness probe fails (2 s apart,
 * three times): from some 10 s on it waits for its streams, until the grace of 40 s is over. */
static struct parameters being_stopped(int64_t pods)
{
    struct parameters p = fleet_case(pods, 10 * pods, 90 * S);
    p.workload.phase[0].rate_hz = 1;
    p.fault.busy_at_ns = 5 * S;
    p.fault.busy_ns = 12 * S;
    p.fleet.grace_ns = 40 * S;
    p.fleet.probe[PROBE_LIVENESS].period_ns = 2 * S;
    return p;
}

/* The update replaces that pod as any other, before those that are ready. It goes on with its end,
 * and does not come back. */
static void test_update_of_one_that_is_stopped(void **state)
{
    static const int64_t pods[] = { 1, 2, 4, 5 };
    (void)state;
    for (size_t i = 0; i < sizeof pods / sizeof *pods; i++) {
        struct parameters p = being_stopped(pods[i]);
        struct run_record r;
        p.fault.deploy_at_ns = 14 * S;
        push_case_run(&p, 1, &r);
        assert_int_equal(fleet_case_events(&r, "liveness", "pod 0"), 1);
        assert_int_equal(fleet_case_events(&r, "rollout", "over"), 1);
        assert_int_equal(fleet_case_events(&r, "start", "revision 1"), pods[i]);
        int64_t stopped = fleet_case_event_ns(&r, "stop", "pod 0", 1);
        assert_true(stopped >= 14 * S);
        for (int64_t k = 1; k < pods[i]; k++) { /* not ready goes before ready */
            char name[16];
            snprintf(name, sizeof name, "pod %d", (int)k);
            assert_true(fleet_case_event_ns(&r, "stop", name, 0) >= stopped);
        }
        int64_t first = fleet_case_event_ns(&r, "stop", "pod 0", 0);
        assert_in_range(fleet_case_event_ns(&r, "end", "pod 0", 0), first + 40 * S,
                        first + 41 * S);
        assert_true(run_record_value(&r, "restarts") == 0);
        assert_true(run_record_value(&r, "clients.open") == (double)(10 * pods[i]));
        run_record_close(&r);
    }
}

/* It dies before its grace is over: then it has been stopped, and starts again; the new process is
 * left alone. */
static void test_death_of_one_that_is_stopped(void **state)
{
    struct parameters p = being_stopped(1);
    struct run_record r;
    (void)state;
    p.fault.crash_at_ns = 20 * S;
    p.fleet.pre_stop_ns = 30 * S;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_events(&r, "liveness", "pod 0"), 1);
    assert_int_equal(fleet_case_events(&r, "crash", "pod 0"), 1);
    assert_int_equal(fleet_case_event_ns(&r, "restart", "pod 0", 0), 20 * S);
    /* until it has ended it is in the balancer: its readiness probe passes again once it is free */
    assert_int_equal(fleet_case_event_ns(&r, "ready", "pod 0", 1) / S, 17);
    assert_int_equal(fleet_case_event_ns(&r, "unready", "pod 0", 1), 20 * S);
    assert_int_equal(fleet_case_event_ns(&r, "ready", "pod 0", 2) / S, 22);
    assert_int_equal(fleet_case_events(&r, "end", "pod 0"), 0);
    assert_true(run_record_value(&r, "restarts") == 1);
    run_record_close(&r);
}

/* A pod that stops for good is not started again when its process dies before. */
static void test_death_of_one_that_ends(void **state)
{
    struct parameters p = fleet_case(2, 20, 60 * S);
    struct run_record r;
    (void)state;
    p.fault.deploy_at_ns = 10 * S;
    p.fleet.rollout = (struct rollout_params){ 0, 2, 0 };
    p.fleet.pre_stop_ns = 20 * S;
    p.fleet.grace_ns = 30 * S;
    p.fault.crash_at_ns = 15 * S;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_events(&r, "crash", "pod 0"), 1);
    assert_int_equal(fleet_case_events(&r, "restart", ""), 0);
    assert_int_equal(fleet_case_events(&r, "end", "pod 0: 0"), 1);
    assert_true(run_record_value(&r, "restarts") == 0);
    assert_true(run_record_value(&r, "clients.open") == 20);
    run_record_close(&r);
}

/* Listening takes 30 s; the next three liveness probes after each start are refused, 5 s apart
 * from wherever the ticks fall. It is killed and started again, for ever: the loop that a startup
 * probe or initialDelaySeconds is for. */
static void test_start_too_slow_for_liveness(void **state)
{
    static const double backoff_s[] = { 0, 20,
                                        40 }; /* at its first kill the crash is 10 s ago */
    struct parameters p = fleet_case(2, 20, 130 * S);
    struct run_record r;
    (void)state;
    p.workload.phase[0].rate_hz = 1;
    p.startup_ns = 30 * S;
    p.fault.crash_at_ns = 10 * S;
    p.fleet.probe[PROBE_LIVENESS].period_ns = 5 * S;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_event_ns(&r, "restart", "pod 0", 0), 10 * S);
    for (size_t i = 0; i < sizeof backoff_s / sizeof *backoff_s; i++) {
        double gap_s = (double)(fleet_case_event_ns(&r, "restart", "pod 0", i + 1) -
                                fleet_case_event_ns(&r, "restart", "pod 0", i)) /
                       1e9;
        /* two periods and up to one more, up to a second until the fleet looks, the back-off */
        assert_true(gap_s >= 10 + backoff_s[i] && gap_s <= 16 + backoff_s[i]);
    }
    assert_int_equal(fleet_case_events(&r, "ready", "pod 0"), 1); /* at the start alone */
    run_record_close(&r);

    p.fleet.probe[PROBE_LIVENESS].delay_ns = 30 * S;
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "restarts") == 1);
    assert_int_equal(fleet_case_event_ns(&r, "ready", "pod 0", 1) / S, 40);
    run_record_close(&r);

    p.fleet.probe[PROBE_LIVENESS].delay_ns = 0;
    p.fleet.probe[PROBE_STARTUP] = p.fleet.probe[PROBE_LIVENESS];
    p.fleet.probe[PROBE_STARTUP].failures = 7; /* 30 s and more */
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "restarts") == 1);
    double ready_s = (double)fleet_case_event_ns(&r, "ready", "pod 0", 1) / 1e9;
    assert_true(ready_s >= 40 &&
                ready_s <= 45.1); /* at its next tick; readiness is asked at once */
    run_record_close(&r);

    struct parameters always_ready = p; /* but for what has not started */
    always_ready.fleet.probe[PROBE_READINESS].period_ns = 0;
    push_case_run(&always_ready, 1, &r);
    ready_s = (double)fleet_case_event_ns(&r, "ready", "pod 0", 1) / 1e9;
    assert_true(ready_s >= 40 && ready_s <= 45.1);
    run_record_close(&r);

    p.fleet.probe[PROBE_STARTUP].failures = 3;
    push_case_run(&p, 1, &r);
    assert_true(fleet_case_events(&r, "startup", "pod 0") >= 3);
    assert_int_equal(fleet_case_events(&r, "liveness", "pod 0"), 0);
    run_record_close(&r);
}

/* A container that waits to be started again is not probed: nobody stops what does not run. Pod 0
 * dies of its clients' connections whenever they are back. */
static void test_no_probes_in_back_off(void **state)
{
    struct parameters p = fleet_case(1, 200, 300 * S);
    struct run_record r;
    (void)state;
    p.workload.phase[0].rate_hz = 0.1;
    p.memory.base_bytes = 1000000;
    p.memory.connection_bytes = 10000;
    p.memory_limit_bytes = 2000000;
    p.fleet.probe[PROBE_LIVENESS].period_ns = 2 * S;
    push_case_run(&p, 1, &r);
    assert_true(fleet_case_events(&r, "oom", "pod 0") >= 5);
    assert_int_equal(fleet_case_events(&r, "liveness", ""), 0);
    assert_int_equal(fleet_case_events(&r, "stop", ""), 0);
    assert_true(run_record_value(&r, "liveness_kills") == 0);
    run_record_close(&r);
}

/* Pod 0 crashes and takes a minute to listen again; its 100 clients go to pod 1, which has 200
 * then, twice its target. What pod 0 had before is no metric of it any more: it counts as missing,
 * that is as 0 when pods are to be added, and 200 in all are what two pods are for. */
static void test_metrics_end_with_the_process(void **state)
{
    struct parameters p = fleet_case(2, 200, 120 * S);
    struct run_record r;
    (void)state;
    p.workload.phase[0].rate_hz = 1;
    p.startup_ns = 60 * S;
    p.fault.crash_at_ns = 40 * S;
    p.fleet.autoscale = true;
    p.fleet.autoscaler.target[AUTOSCALE_CONNECTIONS] = 100;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_events(&r, "crash", "pod 0"), 1);
    assert_true(run_record_value(&r, "pod.1.connections") == 200);
    assert_int_equal(fleet_case_events(&r, "scale", ""), 0);
    run_record_close(&r);
}

/* Four pods where the autoscaler allows two: at its first sync, at 15 s, the two youngest are
 * stopped and no other; they end, and their clients go over to those that stay. */
static void test_scaled_away_are_the_youngest(void **state)
{
    struct parameters p = fleet_case(4, 40, 60 * S);
    struct run_record r;
    (void)state;
    p.fleet.autoscale = true;
    p.fleet.autoscaler.target[AUTOSCALE_CPU] = 0.5;
    p.fleet.autoscaler.max = 2;
    push_case_run(&p, 1, &r);
    for (int k = 0; k < 4; k++) {
        char name[48];
        snprintf(name, sizeof name, "pod %d", k);
        int64_t told_ns = fleet_case_event_ns(&r, "stop", name, 0);
        int64_t ended_ns = fleet_case_event_ns(&r, "end", name, 0);
        assert_int_equal(told_ns, k < 2 ? -1 : 15 * S);
        assert_true(k < 2 ? ended_ns == -1 : ended_ns >= told_ns && ended_ns <= 21 * S);
        snprintf(name, sizeof name, "pod.%d.connections", k);
        assert_true((run_record_value(&r, name) > 0) == (k < 2));
    }
    assert_true(run_record_value(&r, "clients.open") == 40);
    size_t told = 0;
    for (size_t i = 0; i < r.point_count; i++)
        if (strcmp(r.points[i].name, "pods.running") == 0 && ++told)
            assert_true(r.points[i].value == (r.points[i].at_ns <= 15 * S ? 4 : 2));
    assert_true(told > 50);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scaled_away_are_the_youngest),
        cmocka_unit_test(test_update_of_one_that_is_stopped),
        cmocka_unit_test(test_death_of_one_that_is_stopped),
        cmocka_unit_test(test_death_of_one_that_ends),
        cmocka_unit_test(test_start_too_slow_for_liveness),
        cmocka_unit_test(test_no_probes_in_back_off),
        cmocka_unit_test(test_metrics_end_with_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
