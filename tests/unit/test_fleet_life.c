/* The life of pods as Kubernetes prescribes it, by hand: crash back-off, preStop and grace,
 * start-up and readiness, memory of each its own, neighbours, the balancer's kinds, each signal of
 * the autoscaler and how old it is.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/fleet_case.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static double connections(const struct run_record *r, int pod)
{
    char name[48];
    snprintf(name, sizeof name, "pod.%d.connections", pod);
    return run_record_value(r, name);
}

/* 200 clients need twice the memory that there is: it dies whenever they are back. */
static void test_crash_backoff(void **state)
{
    static const int64_t delays_s[] = { 0, 10, 20, 40, 80, 160, 300, 300 };
    struct parameters p = fleet_case(1, 200, 1200 * S);
    struct run_record r;
    (void)state;
    p.workload.phase[0].rate_hz = 0.1;
    p.memory.base_bytes = 1000000;
    p.memory.connection_bytes = 10000;
    p.memory_limit_bytes = 2000000;
    push_case_run(&p, 1, &r);
    for (size_t i = 0; i < sizeof delays_s / sizeof *delays_s; i++) {
        int64_t died = fleet_case_event_ns(&r, "oom", "pod 0", i);
        int64_t begun = fleet_case_event_ns(&r, "restart", "pod 0", i);
        assert_true(died >= 0);
        if (begun - died != delays_s[i] * S)
            fail_msg("death %zu: started again after %.9g s", i, (double)(begun - died) / 1e9);
    }
    run_record_close(&r);
}

struct happening {
    const char *kind, *detail;
    int64_t at_s;
};

static void check_happenings(const struct run_record *r, const struct happening *h,
                             size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t at_ns = fleet_case_event_ns(r, h[i].kind, h[i].detail, 0);
        /* a probe is answered within 50 ms */
        if (at_ns < h[i].at_s * S || at_ns > h[i].at_s * S + 50 * MS)
            fail_msg("%s %s at %.9g s, by hand %lld", h[i].kind, h[i].detail,
                     (double)at_ns / 1e9, (long long)h[i].at_s);
    }
}

/* Three pods are replaced from 10 s on. A new pod listens after 1 s, is ready by its probe 2 s
 * after it started (that of its start is refused); an old one is killed 5 s after it was stopped.
 * The controller looks once a second: a pod ready at 12.0 s counts at 13 s. */
static void test_rollouts_by_hand(void **state)
{
    /* 1 more, none fewer; available after 4 s: 12.0 + 4 is past at 17 s, and so on, every 7 s */
    static const struct happening one_more[] = {
        { "start", "pod 3", 10 }, { "ready", "pod 3", 12 }, { "stop", "pod 2", 17 },
        { "start", "pod 4", 17 }, { "ready", "pod 4", 19 }, { "end", "pod 2", 22 },
        { "stop", "pod 1", 24 },  { "start", "pod 5", 24 }, { "ready", "pod 5", 26 },
        { "end", "pod 1", 29 },   { "stop", "pod 0", 31 },  { "rollout", "over", 31 },
        { "end", "pod 0", 36 },
    };
    /* none more, 1 fewer: first stop, then start; the next when the new one is available */
    static const struct happening one_fewer[] = {
        { "stop", "pod 2", 10 },  { "start", "pod 3", 10 }, { "ready", "pod 3", 12 },
        { "stop", "pod 1", 13 },  { "start", "pod 4", 13 }, { "end", "pod 2", 15 },
        { "ready", "pod 4", 15 }, { "stop", "pod 0", 16 },  { "start", "pod 5", 16 },
        { "end", "pod 1", 18 },   { "ready", "pod 5", 18 }, { "rollout", "over", 19 },
        { "end", "pod 0", 21 },
    };
    /* 50 %: 1.5 up to 2 more, down to 1 fewer. Two start and one stops; its place lets the third
     * start; when all three are available both old ones go */
    static const struct happening halves[] = {
        { "start", "pod 3", 10 }, { "start", "pod 4", 10 }, { "stop", "pod 2", 10 },
        { "start", "pod 5", 10 }, { "ready", "pod 3", 12 }, { "ready", "pod 5", 12 },
        { "stop", "pod 1", 13 },  { "stop", "pod 0", 13 },  { "end", "pod 2", 15 },
        { "end", "pod 1", 18 },   { "end", "pod 0", 18 },
    };
    /* as one_fewer, but each container starts 3 s after its pod was made, and 4 s more for the
     * image on a node of its own: ready 9 s after */
    static const struct happening delayed[] = {
        { "stop", "pod 2", 10 },   { "start", "pod 3", 10 }, { "ready", "pod 3", 19 },
        { "stop", "pod 1", 20 },   { "start", "pod 4", 20 }, { "ready", "pod 4", 29 },
        { "stop", "pod 0", 30 },   { "start", "pod 5", 30 }, { "ready", "pod 5", 39 },
        { "rollout", "over", 40 },
    };
    static const struct {
        struct rollout_params rollout;
        int64_t start_s, pull_s;
        const struct happening *happenings;
        size_t count;
    } cases[] = {
        { { 1, 0, 4 * S }, 0, 0, one_more, sizeof one_more / sizeof *one_more },
        { { 0, 1, 0 }, 0, 0, one_fewer, sizeof one_fewer / sizeof *one_fewer },
        { { -50, -50, 0 }, 0, 0, halves, sizeof halves / sizeof *halves },
        { { 0, 1, 0 }, 3, 4, delayed, sizeof delayed / sizeof *delayed },
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct parameters p = fleet_case(3, 30, 60 * S);
        struct run_record r;
        p.fault.deploy_at_ns = 10 * S;
        p.fleet.rollout = cases[c].rollout;
        p.fleet.start_delay_ns = cases[c].start_s * S;
        p.fleet.image_pull_ns = cases[c].pull_s * S;
        push_case_run(&p, 1, &r);
        check_happenings(&r, cases[c].happenings, cases[c].count);
        assert_int_equal(fleet_case_events(&r, "start", "revision 1"), 3);
        assert_int_equal(fleet_case_events(&r, "stop", "pod"), 3);
        assert_true(run_record_value(&r, "clients.open") == 30);
        run_record_close(&r);
    }
}

/* The autoscaler makes pods at 15 s. The delay of each is drawn (1.4 s in the mean); on one node
 * the image is there, on a node of its own it takes 20 s more. A restart in place has neither. */
static void test_start_delay(void **state)
{
    double first_s[2] = { 0, 0 };
    (void)state;
    for (int on_one_node = 0; on_one_node < 2; on_one_node++) {
        double low = INFINITY, high = 0;
        for (uint64_t seed = 1; seed <= 30; seed++) {
            struct parameters p = fleet_case(1, 30, 60 * S);
            struct run_record r;
            p.fleet.autoscale = true;
            p.fleet.autoscaler.target[AUTOSCALE_CONNECTIONS] = 15;
            p.fleet.probe[PROBE_READINESS].period_ns = 10 * MS;
            p.fleet.start_delay_ns = 1400 * MS;
            p.fleet.image_pull_ns = 20 * S;
            p.fleet.start_cv = 0.3;
            p.fleet.pods_per_node = on_one_node ? 2 : 1;
            p.fault.crash_at_ns = 40 * S;
            push_case_run(&p, seed, &r);
            assert_int_equal(fleet_case_event_ns(&r, "start", "pod 1", 0), 15 * S);
            double ready_s = (double)fleet_case_event_ns(&r, "ready", "pod 1", 0) / 1e9;
            first_s[on_one_node] += (ready_s - 15 - 1) / 30; /* it listens after 1 s */
            low = fmin(low, ready_s);
            high = fmax(high, ready_s);
            /* the crash's first restart comes at once; then it listens after 1 s */
            assert_in_range(fleet_case_event_ns(&r, "ready", "pod 0", 1), 41 * S,
                            41 * S + 50 * MS);
            run_record_close(&r);
        }
        assert_true(high > low + 0.5);
    }
    /* standard errors: 0.08 s, 1.1 s */
    assert_true(first_s[1] > 1.1 && first_s[1] < 1.7);
    assert_true(first_s[0] > 17 && first_s[0] < 26);
}

/* A pod that is scaled away while it is pending never starts. */
static void test_stopped_while_pending(void **state)
{
    struct parameters p = fleet_case(1, 30, 80 * S);
    struct run_record r;
    (void)state;
    p.fleet.autoscale = true;
    p.fleet.autoscaler.target[AUTOSCALE_CONNECTIONS] = 15;
    p.fleet.start_delay_ns = 20 * S;
    p.fleet.rollout = (struct rollout_params){ 0, 1, 0 };
    p.fault.deploy_at_ns = 16 * S; /* pod 1, made at 15 s, is old and the first to go */
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_event_ns(&r, "start", "pod 1: revision 0", 0), 15 * S);
    assert_int_equal(fleet_case_event_ns(&r, "stop", "pod 1: 0", 0), 16 * S);
    assert_int_equal(fleet_case_events(&r, "ready", "pod 1:"), 0);
    assert_int_equal(fleet_case_events(&r, "rollout", "over"), 1);
    assert_true(run_record_value(&r, "clients.open") == 30);
    run_record_close(&r);
}

struct end {
    int64_t pre_stop_ns, grace_ns;
    enum pod_stop stop;
    double first_gone_s, end_s; /* after the decision: a client is gone, the pod ends */
};

/* One pod with 40 clients is replaced. SIGTERM comes after preStop, counted within the grace. */
static void test_pre_stop_and_grace(void **state)
{
    static const struct end cases[] = {
        { 0, 5 * S, STOP_WAITS, 5, 5 },      /* uvicorn: all at once, by the kill */
        { 3 * S, 8 * S, STOP_WAITS, 8, 8 },  /* preStop is part of the grace */
        { 5 * S, 2 * S, STOP_WAITS, 4, 4 },  /* and cut short by it; 2 s are left in any case */
        { 0, 8 * S, STOP_CLOSES, 0, 2 },     /* spread over 2 s from SIGTERM */
        { 3 * S, 8 * S, STOP_CLOSES, 3, 5 }, /* nobody leaves during preStop */
        { 3 * S, 4 * S, STOP_CLOSES, 3, 5 }, /* as here: all are drained */
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct parameters p = fleet_case(1, 40, 40 * S);
        struct run_record r;
        double stop_s, gone_s = -1;
        p.fault.deploy_at_ns = 10 * S;
        p.fleet.pre_stop_ns = cases[c].pre_stop_ns;
        p.fleet.grace_ns = cases[c].grace_ns;
        p.fleet.stop = cases[c].stop;
        p.fleet.drain_ns = 2 * S;
        push_case_run(&p, 1, &r);
        stop_s = (double)fleet_case_event_ns(&r, "stop", "pod 0", 0) / 1e9;
        double end_s = (double)fleet_case_event_ns(&r, "end", "pod 0", 0) / 1e9 - stop_s;
        for (size_t i = 0; i < r.point_count && gone_s < 0; i++)
            if (strcmp(r.points[i].name, "clients.open") == 0 && r.points[i].value < 40)
                gone_s = (double)r.points[i].at_ns / 1e9 - stop_s;
        /* the fleet looks once a second, and acts after the point of the series */
        if (end_s < cases[c].end_s || end_s > cases[c].end_s + 1 ||
            gone_s < cases[c].first_gone_s || gone_s > cases[c].first_gone_s + 2)
            fail_msg("case %zu: first gone after %g s, ended after %g s", c, gone_s, end_s);
        assert_int_equal(fleet_case_event_ns(&r, "unready", "pod 0", 0),
                         fleet_case_event_ns(&r, "stop", "pod 0", 0));
        assert_true(run_record_value(&r, "clients.open") == 40);
        run_record_close(&r);
    }
}

/* The autoscaler asks at 15 s; the process listens after 3 s; the probes of 15 and 17 s are
 * refused, that of 19 s is answered. */
static void test_start_up_and_readiness(void **state)
{
    struct parameters p = fleet_case(1, 30, 40 * S);
    struct run_record r;
    (void)state;
    p.startup_ns = 3 * S;
    p.fleet.autoscale = true;
    p.fleet.autoscaler.target[AUTOSCALE_CONNECTIONS] = 15;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_event_ns(&r, "start", "pod 1", 0), 15 * S);
    assert_int_equal(fleet_case_event_ns(&r, "ready", "pod 1", 0) / (10 * MS), 1900);
    p.fleet.probe[PROBE_READINESS].successes = 3; /* 19, 21, 23 s */
    run_record_close(&r);
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_event_ns(&r, "ready", "pod 1", 0) / (10 * MS), 2300);
    run_record_close(&r);
}

/* Each pod has its own limit: 100 connections fit, 200 do not. Pod 0 crashes, its clients move to
 * pod 1, which then dies of them. */
static void test_memory_of_its_own(void **state)
{
    struct parameters p = fleet_case(2, 200, 30 * S);
    struct run_record r;
    (void)state;
    p.memory.base_bytes = 1000000;
    p.memory.connection_bytes = 10000;
    p.memory_limit_bytes = 2500000;
    push_case_run(&p, 1, &r);
    assert_int_equal(fleet_case_events(&r, "oom", ""), 0);
    run_record_close(&r);
    p.fault.crash_at_ns = 10 * S;
    push_case_run(&p, 1, &r);
    assert_in_range(fleet_case_event_ns(&r, "oom", "", 0), 11 * S, 12 * S);
    assert_int_equal(fleet_case_event_ns(&r, "oom", "", 0),
                     fleet_case_event_ns(&r, "oom", "pod 1", 0));
    run_record_close(&r);
}

/* A neighbour of equal weight that never sleeps takes half the CPU of the node: the fan-out of 1.65
 * ms waits for its turns. Of weight 2 it is hardly felt. */
static void test_neighbours(void **state)
{
    double p99[3];
    (void)state;
    for (int i = 0; i < 3; i++) {
        static const int64_t weights[] = { 0, 2, 1024 };
        struct parameters p = fleet_case(1, 100, 60 * S);
        struct run_record r;
        p.fleet.neighbour_weight = weights[i];
        p.fleet.neighbour_busy_ns = 10 * MS;
        push_case_run(&p, 1, &r);
        p99[i] = run_record_value(&r, "delivery.p99");
        run_record_close(&r);
    }
    assert_true(p99[1] < p99[0] + 0.005);
    assert_true(p99[2] > p99[0] + 0.003);
}

/* Pod 0 of 4 crashes; its 100 clients find three pods with 100 each. */
static void test_balancers(void **state)
{
    (void)state;
    for (int kind = BALANCE_RANDOM; kind <= BALANCE_LEAST_CONNECTIONS; kind++) {
        struct parameters p = fleet_case(4, 400, 20 * S);
        struct run_record r;
        double least = 400, most = 0, sum = 0;
        p.fleet.balancer = (enum balancer_kind)kind;
        p.fault.crash_at_ns = 10 * S;
        p.startup_ns = 5 * S; /* not back before they are placed */
        push_case_run(&p, 1, &r);
        assert_true(connections(&r, 0) == 0);
        for (int i = 1; i < 4; i++) {
            least = fmin(least, connections(&r, i));
            most = fmax(most, connections(&r, i));
            sum += connections(&r, i);
        }
        assert_true(sum == 400);
        if (kind == BALANCE_RANDOM) /* 33 +- 4.7 each: equal by less than a chance in 20 */
            assert_true(most - least >= 2 && most - least < 40);
        else
            assert_true(most - least <= 1);
        run_record_close(&r);
    }
}

/* Any signal alone scales; the event says which. */
static void test_signals(void **state)
{
    static const struct {
        enum autoscaler_metric metric;
        double target;
        const char *name;
    } cases[] = {
        { AUTOSCALE_CPU, 0.3, "cpu at" },
        { AUTOSCALE_P99, 0.05, "p99 at" },
        { AUTOSCALE_QUEUE, 0.005, "queue at" },
        { AUTOSCALE_CONNECTIONS, 100, "connections at" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = fleet_case(1, 200, 20 * S);
        struct run_record r;
        p.cpu.quota_ns = 10 * MS; /* 20 publishes/s x 3.3 ms = 66 % of it; in bursts */
        p.workload.arrivals = ARRIVAL_POISSON;
        p.workload.phase[0].rate_hz = 20;
        p.fleet.autoscale = true;
        p.fleet.autoscaler.target[cases[i].metric] = cases[i].target;
        push_case_run(&p, 1, &r);
        if (fleet_case_event_ns(&r, "scale", cases[i].name, 0) != 15 * S)
            fail_msg("%s", cases[i].name);
        run_record_close(&r);
    }
}

/* From 30 s on there is more to do. The windows end every 5 s. At 45 s those up to 45 s are seen,
 * or, 20 s old, those up to 25 s: then the next sync is the first that knows. */
static void test_metric_lag(void **state)
{
    static const struct {
        int64_t lag_s, scale_s;
    } cases[] = { { 0, 45 }, { 20, 60 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = fleet_case(1, 200, 30 * S);
        struct run_record r;
        p.cpu.quota_ns = 10 * MS;
        p.workload.phase[0].rate_hz = 5;
        p.workload.phases = 2;
        p.workload.phase[1] = (struct phase_params){ "more", 60 * S, 25, true, 0, 0, 0 };
        p.fleet.autoscale = true;
        p.fleet.autoscaler.target[AUTOSCALE_CPU] = 0.5;
        p.fleet.autoscaler.lag_ns = cases[i].lag_s * S;
        push_case_run(&p, 1, &r);
        assert_int_equal(fleet_case_event_ns(&r, "scale", "1 to", 0), cases[i].scale_s * S);
        run_record_close(&r);
    }
}

/* A fleet of one is a pod: what is published while it is down reaches nobody, by no replay. */
static void test_what_nobody_hears(void **state)
{
    struct parameters p = fleet_case(1, 4, 40 * S);
    struct run_record r;
    (void)state;
    p.workload.phase[0].rate_hz = 10;
    p.fault.crash_at_ns = 10050 * MS;
    p.replay.length = 1000;
    push_case_run(&p, 1, &r);
    double unheard = run_record_value(&r, "published.failed");
    double published = run_record_value(&r, "published");
    assert_true(published == 400 && unheard >= 10);
    assert_true(run_record_value(&r, "delivered") + run_record_value(&r, "replayed") ==
                4 * (published - unheard));
    assert_true(run_record_value(&r, "missed") == 0);
    run_record_close(&r);
}

/* The last publish is half a second from the server when the schedule ends: it is due, and the
 * drain waits for it. */
static void test_what_is_on_its_way_at_the_end(void **state)
{
    (void)state;
    for (int pods = 0; pods < 3; pods++)
        for (int drain_s = 0; drain_s < 2; drain_s++) {
            struct parameters p = fleet_case(pods, 4, 10 * S);
            struct run_record r;
            p.workload.phase[0].rate_hz = 2.5;
            p.workload.drain_ns = drain_s * S;
            p.network.publish_ns = 500 * MS;
            push_case_run(&p, 1, &r);
            double last = drain_s ? 0 : 4; /* that of 9.6 s */
            assert_true(run_record_value(&r, "published") == 25);
            assert_true(run_record_value(&r, "due") == 100);
            assert_true(run_record_value(&r, "in_flight") == last);
            assert_true(run_record_value(&r, "delivered") == 100 - last);
            run_record_close(&r);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_backoff),
        cmocka_unit_test(test_rollouts_by_hand),
        cmocka_unit_test(test_start_delay),
        cmocka_unit_test(test_stopped_while_pending),
        cmocka_unit_test(test_pre_stop_and_grace),
        cmocka_unit_test(test_start_up_and_readiness),
        cmocka_unit_test(test_memory_of_its_own),
        cmocka_unit_test(test_neighbours),
        cmocka_unit_test(test_balancers),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_metric_lag),
        cmocka_unit_test(test_what_nobody_hears),
        cmocka_unit_test(test_what_is_on_its_way_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
