/* The series of counts (models/second_counts.h): over a run their points sum to its figures, for a
 * pod alone and for fleets, through every kind of trouble. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* Trouble of every kind for ten seconds, then quiet ones up to end_ns, or up to an end amid it and
 * a drain: a crash or memory kills, stalled clients behind short queues and write time-outs,
 * replays, messages both ways. */
static void run_into_trouble(int64_t pods, int64_t limit_bytes, int64_t end_ns,
                             struct run_record *r)
{
    struct parameters p = push_case_plain();
    struct schedule s;
    p.clients = 40;
    p.fleet.pods = pods;
    p.fleet.pods_per_node = 1;
    p.fleet.detail = 10;
    p.fleet.autoscaler.window_ns = 15 * S;
    p.fleet.probe[PROBE_READINESS] = (struct probe_params){ 0, 300 * MS, 200 * MS, 3, 1 };
    p.fleet.probe[PROBE_LIVENESS] = (struct probe_params){ 0, 700 * MS, 400 * MS, 9, 1 };
    p.cpu.quota_ns = 4 * MS;
    p.server.queue_bound = 4;
    p.network.socket_bytes = 4096;
    p.network.write_timeout_ns = 2 * S;
    p.server.write_high_bytes = 8192;
    p.workload.payload_bytes = 4000;
    p.memory.base_bytes = 1000;
    p.memory.connection_bytes = 1000;
    p.memory_limit_bytes = limit_bytes;
    p.fault.crash_at_ns = 5 * S;
    p.fault.leave_at_ns = end_ns == 5 * S ? 1500 * MS : 0; /* while they are there */
    p.fault.busy_at_ns = 2 * S;
    p.fault.busy_ns = 900 * MS;
    p.startup_ns = 1300 * MS;
    p.restart = (struct restart_params){ 100 * MS, 400 * MS, S };
    p.replay = (struct replay_params){ .length = 20, .batch = 1 };
    p.duplex.rate_hz = 0.5;
    p.heartbeat.period_ns = S;
    p.class_count = 2;
    p.classes[0] = (struct client_class){ .share = 3 };
    p.classes[1] = (struct client_class){ .share = 1, .stall_at_ns = S, .stall_ns = 4 * S };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = 500 * MS, .cap_ns = S, .factor = 1
    };
    p.workload.phases = 1;
    p.workload.phase[0] = (struct phase_params){ "steady", 10 * S, 20, true, 0, 0, 0 };
    if (end_ns > 10 * S)
        p.workload.phase[p.workload.phases++] =
            (struct phase_params){ "quiet", end_ns - 10 * S, 0, false, 0, 0, 0 };
    else
        p.workload.phase[0].duration_ns = end_ns;
    p.workload.drain_ns = end_ns > 10 * S ? 0 : 700 * MS;
    schedule_build(&s, &p, 5, 1);
    run_record_init(r);
    push_run(&p, &s, 5, 1, r);
    schedule_close(&s);
}

static double sum_of(const struct run_record *r, const char *name)
{
    double sum = 0;
    for (size_t i = 0; i < r->point_count; i++)
        sum += strcmp(r->points[i].name, name) == 0 ? r->points[i].value : 0;
    return sum;
}

static const struct {
    const char *series, *figure; /* NULL: not a count */
} sums[] = { { "drops", "dropped" },
             { "lost", "lost" },
             { "replayed", "replayed" },
             { "oom", "oom" },
             { "restarts", "restarts" },
             { "reconnects", "reconnects" },
             { "connects", "connects" },
             { "connects.failed", "connects.failed" },
             { "write_timeouts", "write_timeouts" },
             { "disconnects", "disconnects" },
             { "disconnects.client_left", "disconnects.client_left" },
             { "disconnects.server_killed", "disconnects.server_killed" },
             { "disconnects.write_timeout", "disconnects.write_timeout" },
             { "messages.answered", "messages.answered" },
             { "probes.failed", "probes.failed" },
             { "probes.failed.ready", NULL },
             { "slow_consumers", NULL },
             { "cpu.throttled_share", NULL } };
enum { SUMS = sizeof sums / sizeof *sums };

/* A pod alone has no probes. */
static bool of_fleets_only(int i)
{
    return strncmp(sums[i].series, "probes.", 7) == 0;
}

/* A fleet's memory is that of all its pods, of processes that start and do not listen yet too: it
 * is the sum of the pods' own series, and after every restart it is more than nothing. */
static void memory_of_a_fleet(void **state)
{
    (void)state;
    int points = 0;
    for (int k = 0; k < 4; k++) {
        struct run_record r;
        run_into_trouble(1 + k % 2, k / 2 ? 300000 : 0, 30 * S, &r);
        for (size_t i = 0; i < r.point_count; i++) {
            const struct record_point *p = &r.points[i];
            double sum = 0;
            if (strcmp(p->name, "memory") != 0)
                continue;
            for (size_t j = 0; j < r.point_count; j++) {
                size_t length = strlen(r.points[j].name);
                sum += r.points[j].at_ns == p->at_ns && length == strlen("pod.0.memory") &&
                               strncmp(r.points[j].name, "pod.", 4) == 0 &&
                               strcmp(r.points[j].name + length - 7, ".memory") == 0
                           ? r.points[j].value
                           : 0;
            }
            if (p->value != sum)
                fail_msg("run %d, second %g: %g B, its pods %g", k, (double)p->at_ns / 1e9,
                         p->value, sum);
            points += sum > 0;
        }
        run_record_close(&r);
    }
    assert_true(points > 20);
}

/* The value that a series has at an instant; 0: no point. */
static double at(const struct run_record *r, const char *name, int64_t at_ns)
{
    for (size_t i = 0; i < r->point_count; i++)
        if (r->points[i].at_ns == at_ns && strcmp(r->points[i].name, name) == 0)
            return r->points[i].value;
    return 0;
}

/* Of the attempts that ended in a second, the share that failed: with the failures it tells the
 * successes. Of a second without failures it tells only that there was a success: without any
 * such second the sum is the figure, else at most that less one for each. Returns how many
 * successes are told of a run without. */
static double check_failure_rate(const struct run_record *r)
{
    double opened = 0, figure = run_record_value(r, "connects.opened");
    int untold = 0;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct record_point *p = &r->points[i];
        if (strcmp(p->name, "connects.failed") == 0)
            assert_true(at(r, "connects.failure_rate", p->at_ns) > 0);
        if (strcmp(p->name, "connects.failure_rate") != 0)
            continue;
        double failed = at(r, "connects.failed", p->at_ns);
        assert_true(p->value >= 0 && p->value <= 1 && (p->value > 0) == (failed > 0));
        if (p->value > 0)
            opened += failed / p->value - failed;
        else
            untold++;
    }
    assert_true(untold ? opened + untold < figure + 1e-6 : fabs(opened - figure) < 1e-6);
    return untold ? 0 : opened;
}

/* The figure is the quotient of the two beside it: of a pod alone (k < 0), or of pod k. */
static void check_throttled_share(const struct run_record *r, int k)
{
    static const char *const names[] = { "cpu.throttled_share", "cpu.throttled_periods",
                                         "cpu.periods" };
    double value[3];
    for (int i = 0; i < 3; i++) {
        char name[48];
        snprintf(name, sizeof name, "pod.%d.%s", k, names[i]);
        value[i] = run_record_value(r, k < 0 ? names[i] : name);
    }
    assert_true(value[1] <= value[2]);
    assert_true(fabs(value[0] - (value[2] > 0 ? value[1] / value[2] : 0)) < 1e-12);
}

/* Of probes and losses a fleet has what its pods have. */
static void check_pods(const struct run_record *r)
{
    static const char *const names[] = { "probes.failed", "lost", "restarts", "disconnects" };
    double pods = run_record_value(r, "pods.started");
    for (size_t i = 0; i < sizeof names / sizeof *names && pods > 0; i++) {
        double sum = 0;
        for (int k = 0; k < (int)pods; k++) {
            char name[48];
            snprintf(name, sizeof name, "pod.%d.%s", k, names[i]);
            sum += run_record_value(r, name);
        }
        if (sum != run_record_value(r, names[i]))
            fail_msg("%s of the pods sum to %g, of the fleet it is %g", names[i], sum,
                     run_record_value(r, names[i]));
    }
}

/* Each figure of a group is at most the next one: quantiles of one histogram, in one unit. */
static void check_quantiles(const struct run_record *r)
{
    static const char *const groups[][5] = {
        { "delivery.p50", "delivery.p95", "delivery.p99", "delivery.p999", "delivery.max" },
        { "replayed.p50", "replayed.p99", "replayed.max" },
        { "roundtrip.p50", "roundtrip.p95", "roundtrip.p99", "roundtrip.p999",
          "roundtrip.max" },
        { "heartbeat.late.p50", "heartbeat.late.p99" },
        { "queue.depth.mean", "queue.depth.max" },
        { "queue.depth.p99", "queue.depth.max" },
    };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        for (int k = 1; k < 5 && groups[i][k]; k++) {
            double below = run_record_value(r, groups[i][k - 1]);
            double above = run_record_value(r, groups[i][k]);
            if (below > above || isnan(below) != isnan(above))
                fail_msg("%s is %g, %s %g", groups[i][k - 1], below, groups[i][k], above);
        }
}

/* Returns what check_failure_rate does. */
static double check_series(const struct run_record *r, double seen[SUMS])
{
    for (int i = 0; i < SUMS; i++) {
        double sum = sum_of(r, sums[i].series);
        if (of_fleets_only(i) && isnan(run_record_value(r, "pods.started")))
            continue;
        if (sums[i].figure && sum != run_record_value(r, sums[i].figure))
            fail_msg("the points of %s sum to %g, the figure is %g", sums[i].series, sum,
                     run_record_value(r, sums[i].figure));
        seen[i] += sum;
    }
    assert_true(sum_of(r, "delivery.p999") >= sum_of(r, "delivery.p50"));
    assert_true(sum_of(r, "probes.failed.ready") <= sum_of(r, "probes.failed"));
    check_pods(r);
    check_quantiles(r);
    bool alone = isnan(run_record_value(r, "pods.started"));
    for (int k = alone ? -1 : 0; k < (alone ? 0 : (int)run_record_value(r, "pods.started"));
         k++)
        check_throttled_share(r, k);
    return check_failure_rate(r);
}

/* A pod alone and fleets; with memory to spare and without; to the end of a second, and amid one. */
static void seconds_add_up_to_the_figures(void **state)
{
    (void)state;
    double told = 0;
    for (int fleet = 0; fleet < 2; fleet++) {
        double seen[SUMS] = { 0 };
        for (int k = 0; k < 16; k++) {
            static const int64_t ends_ns[] = { 30 * S, 9700 * MS, 6300 * MS, 5 * S };
            struct run_record r;
            run_into_trouble(fleet ? 1 + k / 2 % 2 : 0, k % 2 ? 300000 : 0, ends_ns[k / 4], &r);
            told += check_series(&r, seen);
            run_record_close(&r);
        }
        for (int i = 0; i < SUMS; i++)
            if (!(seen[i] > 0) && (fleet || !of_fleets_only(i)))
                fail_msg("%s: no %s in any run", fleet ? "fleet" : "pod", sums[i].series);
    }
    assert_true(told > 0);
}

static double highest(const struct run_record *r, const char *name)
{
    double most = -1;
    for (size_t i = 0; i < r->point_count; i++)
        if (strcmp(r->points[i].name, name) == 0 && r->points[i].value > most)
            most = r->points[i].value;
    return most;
}

/* A sum would be right, too, if all were told at the end: after the trouble nothing but messages
 * goes on, and of those, 20 a second, no second has a fifth. */
static void what_happens_is_told_in_its_second(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        struct run_record r;
        run_into_trouble(k / 2, k % 2 ? 300000 : 0, 30 * S, &r);
        for (int i = 0; i < SUMS; i++)
            for (size_t j = 0; j < r.point_count; j++)
                if (strcmp(r.points[j].name, sums[i].series) == 0 && r.points[j].value > 0 &&
                    r.points[j].at_ns > 25 * S && strcmp(sums[i].series, "messages.answered"))
                    fail_msg("run %d: %g %s in second %g", k, r.points[j].value, sums[i].series,
                             (double)r.points[j].at_ns / 1e9);
        assert_true(highest(&r, "messages.answered") < sum_of(&r, "messages.answered") / 5);
        run_record_close(&r);
    }
}

/* `stalled` of 200 clients stop reading after a second, behind buffers of one message: only their
 * queues grow, by 10 a second up to the bound of 30. */
static void stall_some(int64_t pods, double stalled, struct run_record *r)
{
    struct parameters p = push_case_plain();
    struct schedule s;
    p.clients = 200;
    p.fleet.pods = pods;
    p.fleet.pods_per_node = 1;
    p.fleet.autoscaler.window_ns = 15 * S;
    p.server.queue_bound = 30;
    p.network.socket_bytes = 4096;
    p.server.write_high_bytes = 1000;
    p.workload.payload_bytes = 4000;
    p.class_count = 2;
    p.classes[0] = (struct client_class){ .share = 200 - stalled };
    p.classes[1] = (struct client_class){ .share = stalled, .stall_at_ns = S, .stall_ns = 0 };
    p.workload.phases = 1;
    p.workload.phase[0] = (struct phase_params){ "steady", 10 * S, 10, true, 0, 0, 0 };
    p.workload.drain_ns = 0;
    schedule_build(&s, &p, 5, 1);
    run_record_init(r);
    push_run(&p, &s, 5, 1, r);
    schedule_close(&s);
}

/* One of 200 is above the 99th percentile, five are not; the mean hides both. */
static void depths_are_told_over_connections(void **state)
{
    (void)state;
    for (int64_t pods = 0; pods <= 2; pods++) {
        struct run_record one, five;
        stall_some(pods, 1, &one);
        stall_some(pods, 5, &five);
        assert_true(highest(&one, "queue.depth.max") == 30);
        assert_true(highest(&one, "queue.depth.p99") <= 1);
        assert_true(highest(&one, "queue.depth") < 1.5);
        assert_true(highest(&five, "queue.depth.max") == 30);
        assert_true(highest(&five, "queue.depth.p99") == 30);
        assert_true(run_record_value(&five, "queue.depth.p99") >= 29);
        assert_true(run_record_value(&five, "queue.depth.max") == 30);
        assert_true(run_record_value(&one, "slow_consumers.max") == 1);
        if (pods < 2) /* the most of one pod */
            assert_true(run_record_value(&five, "slow_consumers.max") == 5);
        assert_true(sum_of(&five, "queue.depth.max") < 300); /* it took some seconds */
        run_record_close(&one);
        run_record_close(&five);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(seconds_add_up_to_the_figures),
                                        cmocka_unit_test(what_happens_is_told_in_its_second),
                                        cmocka_unit_test(memory_of_a_fleet),
                                        cmocka_unit_test(depths_are_told_over_connections) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
