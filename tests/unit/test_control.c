/* The SLO's actions in whole runs of a lone pod: each does what it says, from its beginning to its
 * end in the event log, and a control with nothing to do changes nothing.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* 10 s at 5/s, 20 s of a burst far above the limit, 60 s at 5/s; the trigger is a breach of p99,
 * which must hold for a second; nothing is undone before the end. */
static struct parameters burst_case(void)
{
    struct parameters p = push_case_plain();
    p.clients = 200;
    p.cpu.quota_ns = 10 * MS; /* a publish costs about 3.3 ms: 30/s */
    p.startup_ns = S;
    p.restart = (struct restart_params){ 10 * S, 300 * S, 600 * S };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = S, .cap_ns = 60 * S, .factor = 1
    };
    p.workload.phases = 3;
    p.workload.phase[0] = (struct phase_params){ "calm", 10 * S, 5, true, 0, 0, 0 };
    p.workload.phase[1] = (struct phase_params){ "burst", 20 * S, 60, true, 0, 0, 0 };
    p.workload.phase[2] = (struct phase_params){ "after", 60 * S, 5, true, 0, 0, 0 };
    p.slo.p99_ns = 300 * MS;
    p.control = (struct slo_control_params){ .trigger = TRIGGER_BREACH,
                                             .rise = 2,
                                             .amplification = 2,
                                             .for_ns = S,
                                             .step_ns = 5 * S,
                                             .clear_ns = 1000 * S };
    return p;
}

static int64_t event_ns(const struct run_record *r, const char *kind, const char *detail)
{
    for (size_t i = 0; i < r->event_count; i++)
        if (strcmp(r->events[i].kind, kind) == 0 && strstr(r->events[i].detail, detail))
            return r->events[i].at_ns;
    return -1;
}

/* The breach is seen, the trigger begins with it, the action a second later. */
static void begun_in_order(const struct run_record *r, const char *action)
{
    int64_t breach = event_ns(r, "breach", "p99"), trigger = event_ns(r, "trigger", "begins");
    assert_true(breach > 10 * S && breach <= 14 * S);
    assert_int_equal(trigger, breach);
    assert_int_equal(event_ns(r, "action", action), breach + S);
}

/* Sum of a series from `from_s` on. */
static double sum_from(const struct run_record *r, const char *name, double from_s)
{
    double sum = 0;
    for (size_t i = 0; i < r->point_count; i++)
        if (strcmp(r->points[i].name, name) == 0 && (double)r->points[i].at_ns / 1e9 > from_s)
            sum += r->points[i].value;
    return sum;
}

/* 0 and 1 by second, as breach and recovery tell: their sum is the time in breach. None without an
 * SLO. */
static void check_state_series(const struct run_record *r, bool slo)
{
    int64_t breach = event_ns(r, "breach", ""), recovery = event_ns(r, "recovery", "");
    int points = 0;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct record_point *p = &r->points[i];
        if (strcmp(p->name, "slo.broken") != 0)
            continue;
        points++;
        if (p->at_ns <= recovery)
            assert_true(p->value == (p->at_ns >= breach && p->at_ns < recovery));
        assert_true(p->value == 0 || p->value == 1);
    }
    assert_true(slo ? points >= 90 && recovery > breach : points == 0);
    assert_true(sum_from(r, "slo.broken", 0) == run_record_value(r, "breach.time"));
}

/* What the lone pod's own loop and the fleet of one that control needs make of the same run. */
static void test_control_with_nothing_to_do(void **state)
{
    static const char *const same[] = { "delivery.p50", "delivery.p99", "delivery.mean",
                                        "delivered",    "dropped",      "lost",
                                        "cpu.used",     "memory.peak",  "breaches",
                                        "breach.first", "breach.time",  "breach.green" };
    (void)state;
    for (int slo = 0; slo < 2; slo++) {
        struct parameters p = burst_case();
        struct run_record never, idle;
        p.slo.p99_ns = slo ? 300 * MS : 0;
        push_case_run(&p, 1, &idle);
        assert_true((event_ns(&idle, "breach", "") >= 0) == slo);
        assert_int_equal(event_ns(&idle, "action", ""), -1);
        p.control.trigger = TRIGGER_NEVER;
        push_case_run(&p, 1, &never);
        check_state_series(&idle, slo);
        check_state_series(&never, slo);
        assert_int_equal(event_ns(&never, "breach", ""), event_ns(&idle, "breach", ""));
        for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
            double a = run_record_value(&never, same[i]), b = run_record_value(&idle, same[i]);
            if (a != b && !(isnan(a) && isnan(b)))
                fail_msg("%s: %.17g never, %.17g idle", same[i], a, b);
        }
        run_record_close(&never);
        run_record_close(&idle);
    }
}

/* Without a limit four workers that use more than one CPU are still below 80 % of what they could,
 * in a fleet as alone: who looks at CPU use sees nothing of a breach that lasts all the time. */
static void test_green_by_the_workers(void **state)
{
    struct parameters p = burst_case();
    struct run_record alone, fleet;
    (void)state;
    p.cpu.quota_ns = 0;
    p.host.cpus = 4;
    p.server.workers = 4;
    p.workload.phase[1].rate_hz = 400;
    p.slo.p99_ns = 1000;
    push_case_run(&p, 1, &fleet); /* of one, for its trigger */
    p.control.trigger = TRIGGER_NEVER;
    push_case_run(&p, 1, &alone);
    double cpus = run_record_value(&alone, "cpu.used") / 20;
    assert_true(cpus > 1 && cpus < 0.8 * 4);
    assert_true(run_record_value(&alone, "breach.green") == 1);
    assert_true(run_record_value(&fleet, "breach.green") ==
                run_record_value(&alone, "breach.green"));
    run_record_close(&fleet);
    run_record_close(&alone);
}

/* A comment to each of 200 clients every second costs 200 x 9 us = 1.8 ms a second (and a loop
 * iteration for each run of them); one in ten a tenth. */
static void test_longer_heartbeats(void **state)
{
    struct parameters p = burst_case();
    struct run_record with, without;
    (void)state;
    p.heartbeat.period_ns = S;
    p.workload.phase[2].rate_hz = 0;
    push_case_run(&p, 1, &without);
    p.control.heartbeat_factor = 10;
    push_case_run(&p, 1, &with);
    begun_in_order(&with, "longer heartbeats: begins");
    double every = sum_from(&without, "cpu.used", 60), tenth = sum_from(&with, "cpu.used", 60);
    assert_true(every > 30 * 200 * 9e-6);
    assert_true(fabs(tenth / every - 0.1) < 0.02);
    run_record_close(&with);
    run_record_close(&without);
}

/* The heartbeats come back in step when the action ends. */
static void test_heartbeats_come_back(void **state)
{
    struct parameters p = burst_case();
    struct run_record with, without;
    (void)state;
    p.heartbeat.period_ns = S;
    p.workload.phase[2].rate_hz = 0;
    push_case_run(&p, 1, &without);
    p.control.heartbeat_factor = 10;
    p.control.clear_ns = 10 * S;
    push_case_run(&p, 1, &with);
    int64_t ends = event_ns(&with, "action", "longer heartbeats: ends");
    assert_true(ends > 30 * S && ends < 60 * S);
    double from = (double)ends / 1e9 + 1;
    double after = sum_from(&with, "cpu.used", from);
    assert_true(fabs(after / sum_from(&without, "cpu.used", from) - 1) < 0.01);
    run_record_close(&with);
    run_record_close(&without);
}

/* The process dies in the burst; while the action holds nobody gets in, and each comes back no
 * earlier than it was told. */
static void test_refuses_connects(void **state)
{
    struct parameters p = burst_case();
    struct run_record r;
    (void)state;
    p.fault.crash_at_ns = 20 * S;
    p.reconnect.retry_after = true;
    p.control.retry_after_ns = 7 * S;
    p.control.clear_ns = 10 * S;
    push_case_run(&p, 1, &r);
    begun_in_order(&r, "refuse connects: begins");
    int64_t ends = event_ns(&r, "action", "refuse connects: ends");
    double refused = run_record_value(&r, "connects.retry_after");
    assert_true(ends > 20 * S);
    /* each of 200 once every 7 s until the end of the action */
    double times = ((double)ends / 1e9 - 20) / 7;
    assert_true(refused == 200 * floor(times) || refused == 200 * ceil(times));
    for (size_t i = 0; i < r.point_count; i++)
        if (strcmp(r.points[i].name, "clients.open") == 0 && r.points[i].at_ns > 21 * S &&
            r.points[i].at_ns <= ends)
            assert_true(r.points[i].value == 0);
    assert_true(run_record_value(&r, "clients.open") == 200);
    run_record_close(&r);
}

/* Of the publishes while it holds, the share that is of low priority, or that rate. */
static void test_sheds(void **state)
{
    (void)state;
    for (int priority = 0; priority < 2; priority++) {
        struct parameters p = burst_case();
        struct run_record r;
        *(priority ? &p.control.low_priority : &p.control.shed_share) = 0.7;
        push_case_run(&p, 1, &r);
        begun_in_order(&r, priority ? "shed low priority: begins" : "shed by rate: begins");
        double since = (double)event_ns(&r, "action", "begins") / 1e9;
        double published = (30 - since) * 60 + 60 * 5,
               shed = run_record_value(&r, "published.shed");
        double sd = sqrt(published * 0.7 * 0.3);
        assert_true(fabs(shed - 0.7 * published) < 4 * sd + 60);
        run_record_close(&r);
    }
}

/* Unbounded queues grow until the action bounds them at 5: from then on they drop. */
static void test_switches_the_policy(void **state)
{
    struct parameters p = burst_case();
    struct run_record with, without;
    (void)state;
    p.server.queue_policy = POLICY_NONE;
    p.server.queue_bound = 5;
    push_case_run(&p, 1, &without);
    p.control.policy = POLICY_DROP_OLDEST + 1;
    push_case_run(&p, 1, &with);
    begun_in_order(&with, "switch drop policy: begins");
    assert_true(run_record_value(&without, "dropped") == 0);
    assert_true(run_record_value(&with, "dropped") > 1000);
    assert_true(run_record_value(&with, "queue.depth.max") <
                run_record_value(&without, "queue.depth.max"));
    run_record_close(&with);
    run_record_close(&without);
}

/* A reader that stopped while its queue had no bound: the first message after the switch drops all
 * that is beyond it. */
static void test_switch_bounds_a_stalled_reader(void **state)
{
    struct parameters p = burst_case();
    struct run_record r;
    double latest = 0;
    (void)state;
    p.class_count = 2;
    p.classes[0] = p.classes[1] = (struct client_class){ .share = 99 };
    p.classes[1] = (struct client_class){ .share = 1, .stall_at_ns = S, .stall_ns = 0 };
    p.network.socket_bytes = 4096;
    p.workload.payload_bytes = 1024;
    p.workload.phase[1].duration_ns = 60 * S;
    p.server.queue_policy = POLICY_NONE;
    p.server.queue_bound = 5;
    p.control.policy = POLICY_DROP_OLDEST + 1;
    push_case_run(&p, 1, &r);
    int64_t begun_ns = event_ns(&r, "action", "switch drop policy: begins");
    assert_true(begun_ns > 0);
    for (size_t i = 0; i < r.point_count; i++)
        if (strcmp(r.points[i].name, "queue.depth.max") == 0 &&
            r.points[i].at_ns > begun_ns + 5 * S)
            latest = fmax(latest, r.points[i].value);
    assert_true(latest == 5);
    assert_true(run_record_value(&r, "queue.depth.max") > 20);
    run_record_close(&r);
}

/* All of them, mildest first, five seconds apart; undone in the opposite order. */
static void test_all_in_order(void **state)
{
    static const char *const order[] = { "longer heartbeats", "refuse connects",
                                         "shed low priority", "shed by rate",
                                         "switch drop policy" };
    struct parameters p = burst_case();
    struct run_record r;
    char begins[64], ends[64];
    int64_t begun = 0, ended = INT64_MAX;
    (void)state;
    p.workload.phase[1].duration_ns = 60 * S;
    p.workload.phase[1].rate_hz = 400;
    p.workload.phase[2].duration_ns = 200 * S;
    p.control.heartbeat_factor = 5;
    p.control.retry_after_ns = 5 * S;
    p.control.low_priority = p.control.shed_share = 0.1;
    p.control.policy = POLICY_DROP_NEWEST + 1;
    p.control.clear_ns = 10 * S;
    push_case_run(&p, 1, &r);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        snprintf(begins, sizeof begins, "%s: begins", order[i]);
        snprintf(ends, sizeof ends, "%s: ends", order[i]);
        int64_t b = event_ns(&r, "action", begins), e = event_ns(&r, "action", ends);
        assert_true(b > 0 && (i == 0 || b == begun + 5 * S));
        assert_true(e > b && (i == 0 || e == ended - 10 * S));
        begun = b;
        ended = e;
    }
    assert_true(run_record_value(&r, "actions") == 5);
    run_record_close(&r);
}

/* A late second without queues is no amplification: one slow callback does not trigger; the burst,
 * in which queues grow with p99, does. */
static void test_amplification(void **state)
{
    struct parameters p = burst_case();
    struct run_record r;
    (void)state;
    p.control.trigger = TRIGGER_AMPLIFICATION;
    p.control.shed_share = 0.7;
    push_case_run(&p, 1, &r);
    int64_t trigger = event_ns(&r, "trigger", "begins");
    assert_true(trigger > 10 * S && trigger < 14 * S);
    assert_int_equal(event_ns(&r, "action", "shed by rate: begins"), trigger + S);
    run_record_close(&r);
    p.workload.phase[1].rate_hz = 5; /* no burst */
    p.cpu.quota_ns = 0;
    p.fault.busy_at_ns = 15 * S + 10 * MS; /* p99 of one second is 20 times the calm one */
    p.fault.busy_ns = 150 * MS;
    push_case_run(&p, 1, &r);
    assert_int_equal(event_ns(&r, "trigger", ""), -1);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_control_with_nothing_to_do),
        cmocka_unit_test(test_green_by_the_workers),
        cmocka_unit_test(test_longer_heartbeats),
        cmocka_unit_test(test_heartbeats_come_back),
        cmocka_unit_test(test_refuses_connects),
        cmocka_unit_test(test_sheds),
        cmocka_unit_test(test_switches_the_policy),
        cmocka_unit_test(test_switch_bounds_a_stalled_reader),
        cmocka_unit_test(test_all_in_order),
        cmocka_unit_test(test_amplification),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
