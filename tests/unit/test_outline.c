/* When the pressure of a run begins and ends: phases, faults, traces. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "analysis/outline.h"
#include "tests/support/push_case.h"

#define S INT64_C(1000000000)

static struct parameters phases_case(int n, const double rates[])
{
    struct parameters p = push_case_plain();
    p.workload.phases = n;
    for (int i = 0; i < n; i++)
        p.workload.phase[i] = (struct phase_params){ "x", 10 * S, rates[i], true, 0, 0, 0 };
    return p;
}

static struct outline outline_of(const struct parameters *p)
{
    struct schedule s;
    struct outline o;
    schedule_build(&s, p, 1, 1);
    outline_init(&o, p, &s);
    schedule_close(&s);
    return o;
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static void test_phases(void **state)
{
    static const struct {
        int n;
        double rates[4], begin, end;
    } cases[] = {
        { 1, { 10 }, NAN, NAN },
        { 3, { 10, 40, 10 }, 10, 20 },
        { 4, { 10, 14, 16, 5 }, 20, 30 },   /* 14 is not above 1.5 x 10 */
        { 4, { 10, 40, 10, 40 }, 10, NAN }, /* to the end of the load */
        { 4, { 0, 10, 20, 0 }, 20, 30 },    /* the first phase with publishes is the calm one */
        { 4, { 10, 40, 10, 20 }, 10, NAN },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = phases_case(cases[i].n, cases[i].rates);
        struct outline o = outline_of(&p);
        if (!same(o.pressure_begin, cases[i].begin) || !same(o.pressure_end, cases[i].end))
            fail_msg("case %zu: %g to %g", i, o.pressure_begin, o.pressure_end);
        assert_true(o.load_end == 10 * cases[i].n);
    }
}

/* Rates that grow or fall within a phase press from where they cross the bound. */
static void test_ramps(void **state)
{
    static const struct {
        double rates[3], to[3], begin, end;
    } cases[] = {
        { { 10, 10, 10 }, { 0, 20, 0 }, 15, 20 }, /* crosses 15 half way */
        { { 10, 10, 10 }, { 0, 14, 0 }, NAN, NAN },
        { { 10, 20, 10 }, { 0, 10, 0 }, 10, 15 }, /* and back */
        { { 10, 10, 20 }, { 0, 20, 10 }, 15, 25 },
        { { 10, 10, 10 }, { 20, 0, 0 }, 5, 10 },  /* the first one's begin is the calm */
        { { 0, 10, 20 }, { 10, 0, 0 }, 20, NAN }, /* from nothing: its end is */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = phases_case(3, cases[i].rates);
        for (int k = 0; k < 3; k++)
            p.workload.phase[k].rate_to_hz = cases[i].to[k];
        struct outline o = outline_of(&p);
        if (!same(o.pressure_begin, cases[i].begin) || !same(o.pressure_end, cases[i].end))
            fail_msg("case %zu: %g to %g", i, o.pressure_begin, o.pressure_end);
    }
}

static void test_faults(void **state)
{
    static const double rates[] = { 10, 10, 10, 10 };
    struct parameters p = phases_case(4, rates);
    (void)state;
    p.fault.crash_at_ns = 12 * S;
    struct outline o = outline_of(&p);
    assert_true(o.pressure_begin == 12 && o.pressure_end == 12);
    p.fault.busy_at_ns = 5 * S;
    p.fault.busy_ns = 10 * S;
    o = outline_of(&p);
    assert_true(o.pressure_begin == 5 && o.pressure_end == 15);
    p.fault = (struct fault_params){ .leave_at_ns = 30 * S };
    p.clients = 100;
    p.class_count = 2;
    p.classes[0].share = 0.75;
    p.classes[1].share = 0.25;
    o = outline_of(&p);
    assert_true(o.pressure_begin == 0 && o.pressure_end == 30);
    assert_true(o.clients == 75);
}

static void add(struct schedule *s, struct action *at, enum action_kind kind, double at_s,
                double duration_s)
{
    at[s->count++] = (struct action){ .at_ns = (int64_t)(at_s * 1e9),
                                      .kind = kind,
                                      .duration_ns = (int64_t)(duration_s * 1e9) };
}

/* 10 publishes/s; 30/s from 20 s to 25 s; then 4 of 40 clients stall at 30 s for 12 s; one alone
 * leaves at 50 s, which is everyday churn. */
static void test_trace(void **state)
{
    struct action actions[1000];
    struct schedule s = { .actions = actions, .initial = 40, .clients = 40, .end_ns = 60 * S };
    struct parameters p = push_case_plain();
    struct outline o;
    (void)state;
    for (int i = 0; i < 60; i++) {
        for (int k = 0; k < (i >= 20 && i < 25 ? 30 : 10); k++)
            add(&s, actions, ACTION_PUBLISH, i + k / 100.0, 0);
        for (int k = 0; k < 4 && i == 30; k++)
            add(&s, actions, ACTION_STALL, i + 0.5, 12);
        if (i == 50)
            add(&s, actions, ACTION_DISCONNECT, i + 0.5, 0);
    }
    outline_init(&o, &p, &s);
    assert_true(o.pressure_begin == 20);
    assert_true(fabs(o.pressure_end - 42.5) < 1e-9);
    assert_true(o.clients == 39);
    assert_true(o.load_end == 60);
}

static void test_recall(void **state)
{
    static const double rates[] = { 10, 40, 10 };
    struct parameters p = phases_case(3, rates);
    struct run_record r;
    struct outline again, o = outline_of(&p);
    (void)state;
    run_record_init(&r);
    outline_record(&o, &r);
    outline_limits(&again, &p);
    outline_recall(&again, &r);
    assert_true(again.pressure_begin == 10 && again.pressure_end == 20);
    assert_true(again.load_end == 30 && again.clients == o.clients);
    run_record_close(&r);
}

/* What CPU use is a share of, told by the request, the limit or the workers. */
static void test_request(void **state)
{
    static const struct {
        double request, limit;
        int64_t workers;
        double cpus;
    } cases[] = { { 0, 0, 1, 1 },     { 0, 0, 4, 4 },     { 0, 0.25, 4, 0.25 },
                  { 0.5, 0, 4, 0.5 }, { 0.5, 2, 1, 0.5 }, { 3, 0.25, 4, 3 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = push_case_plain();
        struct outline o;
        p.fleet.cpu_request = cases[i].request;
        p.cpu.period_ns = S / 10;
        p.cpu.quota_ns = (int64_t)(cases[i].limit * S / 10);
        p.server.workers = cases[i].workers;
        outline_limits(&o, &p);
        assert_true(cpu_request(&p) == cases[i].cpus && o.cpu == cases[i].cpus);
    }
}

/* Four of forty clients that leave within a second, at any time between two publishes: pressure
 * from the first of them on. Spread over more than a second they are everyday churn. */
static void test_a_crowd_begins_with_its_first(void **state)
{
    static const struct {
        double every_s, begin, end;
    } cases[] = { { 0.1, 30.05, 30.35 }, { 1.1, NAN, NAN } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct action actions[200];
        struct schedule s = {
            .actions = actions, .initial = 40, .clients = 40, .end_ns = 60 * S
        };
        struct parameters p = push_case_plain();
        struct outline o;
        for (int k = 0; k < 31; k++)
            add(&s, actions, ACTION_PUBLISH, k - (k > 0 ? 0.3 : 0), 0);
        for (int k = 0; k < 4; k++)
            add(&s, actions, ACTION_DISCONNECT, 30.05 + k * cases[i].every_s, 0);
        for (int k = 32; k < 60; k++)
            add(&s, actions, ACTION_PUBLISH, k, 0);
        outline_init(&o, &p, &s);
        if (!same(round(1e9 * o.pressure_begin), round(1e9 * cases[i].begin)) ||
            !same(round(1e9 * o.pressure_end), round(1e9 * cases[i].end)))
            fail_msg("case %zu: %g to %g", i, o.pressure_begin, o.pressure_end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_ramps),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_a_crowd_begins_with_its_first),
        cmocka_unit_test(test_recall),
        cmocka_unit_test(test_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
