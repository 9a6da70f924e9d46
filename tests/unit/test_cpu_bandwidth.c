/* The books of one group, step by step against hand-computed tables. Times in us. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "models/cpu_bandwidth.h"

enum step_kind { ACCOUNT, THROTTLE, WANT, EMPTY, REFILL, SLACK };

struct step {
    enum step_kind kind;
    int cpu;
    int64_t ran_us; /* ACCOUNT */
    int64_t at_us;
    uint64_t answer; /* ACCOUNT, THROTTLE: true or false; REFILL, SLACK: CPUs set free */
    int64_t pool_ns; /* afterwards */
    int64_t left_ns; /* remaining of `cpu` afterwards */
};

static uint64_t take(struct cpu_bandwidth *b, const struct step *s)
{
    int64_t now_ns = s->at_us * 1000;

    switch (s->kind) {
    case ACCOUNT:
        return cpu_bandwidth_account(b, s->cpu, s->ran_us * 1000, now_ns);
    case THROTTLE:
        return cpu_bandwidth_throttle(b, s->cpu, now_ns);
    case WANT:
        cpu_bandwidth_want(b, s->cpu, now_ns);
        return s->answer;
    case EMPTY:
        cpu_bandwidth_empty(b, s->cpu, now_ns);
        return s->answer;
    case REFILL:
        return cpu_bandwidth_refill(b, now_ns);
    case SLACK:
        return cpu_bandwidth_slack(b, now_ns);
    }
    return 0;
}

static void follow(struct cpu_bandwidth *b, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (take(b, &steps[i]) != steps[i].answer)
            fail_msg("step %zu: answer", i);
        if (b->pool_ns != steps[i].pool_ns)
            fail_msg("step %zu: pool %lld", i, (long long)b->pool_ns);
        if (b->queues[steps[i].cpu].remaining_ns != steps[i].left_ns)
            fail_msg("step %zu: remaining %lld", i,
                     (long long)b->queues[steps[i].cpu].remaining_ns);
    }
}

#define FOLLOW(b, steps) follow(b, steps, sizeof(steps) / sizeof *(steps))

static void start(struct cpu_bandwidth *b, int64_t quota_us, int64_t period_us,
                  int64_t burst_us, int64_t phase_us)
{
    cpu_bandwidth_init(b, 2, 5000000, phase_us * 1000);
    assert_int_equal(
        cpu_bandwidth_limit(b, quota_us * 1000, period_us * 1000, burst_us * 1000, 0), 0);
}

/* A CPU starts with 1 ns, takes a slice when it is spent, throttles in debt, repays at refill. */
static void test_slices_debt_and_repayment(void **state)
{
    static const struct step steps[] = {
        { ACCOUNT, 0, 4000, 4000, 1, 1000001, 5000000 },
        { ACCOUNT, 0, 4000, 8000, 1, 1000001, 1000000 },
        { ACCOUNT, 0, 4000, 12000, 0, 0, -1999999 }, /* takes all, not enough */
        { THROTTLE, 0, 0, 12000, 1, 0, -1999999 },
        { WANT, 0, 0, 12000, 0, 0, -1999999 },
        { ACCOUNT, 0, 500, 12500, 0, 0, -2499999 }, /* its system call ends: more debt */
        { REFILL, 0, 0, 50000, 1, 7500000, 1 },
        { ACCOUNT, 0, 2000, 52000, 1, 500001, 5000000 },
    };
    struct cpu_bandwidth b;

    (void)state;
    start(&b, 10000, 100000, 0, 50000);
    FOLLOW(&b, steps);
    assert_int_equal(b.periods, 1);
    assert_int_equal(b.throttled, 1);
    assert_int_equal(b.throttled_ns, 38000000);
}

/* A refill smaller than the debt leaves the CPU throttled for further periods. */
static void test_debt_outlasts_a_refill(void **state)
{
    static const struct step steps[] = {
        { ACCOUNT, 0, 4000, 4000, 0, 0, -2999999 }, { THROTTLE, 0, 0, 4000, 1, 0, -2999999 },
        { REFILL, 0, 0, 5000, 0, 0, -1999999 },     { REFILL, 0, 0, 10000, 0, 0, -999999 },
        { REFILL, 0, 0, 15000, 1, 0, 1 },
    };
    struct cpu_bandwidth b;

    (void)state;
    start(&b, 1000, 5000, 0, 5000);
    FOLLOW(&b, steps);
    assert_int_equal(b.throttled, 3);
    assert_int_equal(b.periods, 3);
    assert_int_equal(b.throttled_ns, 0); /* nobody wanted to run */
}

/* Unused quota is kept up to quota + burst, and never more. */
static void test_burst(void **state)
{
    static const struct step steps[] = {
        { ACCOUNT, 0, 1, 10, 1, 5000001 - 1000, 5000000 },
        { REFILL, 0, 0, 20000, 0, 14999001, 5000000 },
        { ACCOUNT, 0, 5000, 30000, 1, 9999001, 5000000 },
        { REFILL, 0, 0, 40000, 0, 17000000, 5000000 }, /* capped: 10 + 7 */
    };
    struct cpu_bandwidth b;

    (void)state;
    start(&b, 10000, 20000, 7000, 20000);
    FOLLOW(&b, steps);
}

/* The timer stops after a period without a withdrawal, and keeps its phase. */
static void test_idle_timer_keeps_phase(void **state)
{
    static const struct step steps[] = {
        { ACCOUNT, 0, 1, 1000, 1, 15000001 - 1000, 5000000 },
        { REFILL, 0, 0, 30000, 0, 20000000, 5000000 },  /* something was withdrawn */
        { REFILL, 0, 0, 130000, 0, 20000000, 5000000 }, /* nothing: the timer stops */
    };
    struct cpu_bandwidth b;

    (void)state;
    start(&b, 20000, 100000, 0, 30000);
    FOLLOW(&b, steps);
    assert_false(b.active);
    assert_int_equal(b.periods, 2);
    /* 7 periods later it starts again: no refill for the time between, next one on the grid */
    assert_true(cpu_bandwidth_account(&b, 0, 5000000, 871000000));
    assert_true(b.active);
    assert_int_equal(b.refill_at_ns, 930000000);
    assert_int_equal(b.pool_ns, 15000000);
    assert_int_equal(b.periods, 2);
}

/* What an idle CPU gives back reaches a throttled one through the slack timer. */
static void test_slack(void **state)
{
    struct cpu_bandwidth b;

    (void)state;
    start(&b, 5000, 100000, 0, 50000);
    b.queues[1].remaining_ns = 5000000;
    b.queues[0].remaining_ns = -3000000;
    b.pool_ns = 0;
    assert_true(cpu_bandwidth_throttle(&b, 0, 3000000));
    b.pool_ns = 2000000;
    cpu_bandwidth_empty(&b, 1, 3000000); /* 2 + 4 ms: more than a slice */
    assert_int_equal(b.pool_ns, 6000000);
    assert_int_equal(b.queues[1].remaining_ns, 1000000);
    assert_true(b.slack_active);
    assert_int_equal(b.slack_at_ns, 8000000);
    assert_int_equal(cpu_bandwidth_slack(&b, 8000000), 1);
    assert_int_equal(b.pool_ns, 2999999);
    assert_int_equal(b.queues[0].remaining_ns, 1);
    assert_false(b.slack_active);
}

/* By the time the slack timer fires others may have taken what was given back: of a slice or less
 * it hands nothing out. */
static void test_slack_finds_the_pool_taken(void **state)
{
    static const struct {
        int64_t pool_ns;
        uint64_t freed;
    } cases[] = { { 5000001, 1 }, { 5000000, 0 }, { 0, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cpu_bandwidth b;

        start(&b, 5000, 100000, 0, 50000);
        b.pool_ns = 0;
        b.queues[0].remaining_ns = -3000000;
        assert_true(cpu_bandwidth_throttle(&b, 0, 3000000));
        b.pool_ns = 2000000;
        b.queues[1].remaining_ns = 5000000;
        cpu_bandwidth_empty(&b, 1, 3000000);
        assert_true(b.slack_active);
        b.pool_ns = cases[i].pool_ns;
        assert_int_equal(cpu_bandwidth_slack(&b, 8000000), cases[i].freed);
        assert_false(b.slack_active);
        assert_int_equal(b.pool_ns, cases[i].pool_ns - (cases[i].freed ? 3000001 : 0));
    }
}

static void test_no_slack_late_in_the_period(void **state)
{
    static const struct {
        int64_t pool_ms, at_ms;
        bool armed;
    } cases[] = { { 2, 42, true }, { 2, 43, true }, { 2, 44, false }, { 1, 3, false } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cpu_bandwidth b;

        start(&b, 10000, 100000, 0, 50000);
        b.pool_ns = 0;
        b.queues[0].remaining_ns = -3000000;
        assert_true(cpu_bandwidth_throttle(&b, 0, 0));
        b.pool_ns = cases[i].pool_ms * 1000000;
        b.queues[1].remaining_ns = 5000000;
        cpu_bandwidth_empty(&b, 1, cases[i].at_ms * 1000000);
        assert_int_equal(b.slack_active, cases[i].armed);
    }
}

/* Throttled CPUs are served in the order in which they were throttled. */
static void test_first_throttled_first_served(void **state)
{
    struct cpu_bandwidth b;

    (void)state;
    start(&b, 4000, 100000, 0, 50000);
    b.pool_ns = 0;
    for (int cpu = 1; cpu >= 0; cpu--) {
        b.queues[cpu].remaining_ns = -3000000;
        assert_true(cpu_bandwidth_throttle(&b, cpu, 0));
    }
    assert_int_equal(cpu_bandwidth_refill(&b, 50000000), 2); /* CPU 1; CPU 0 gets the rest */
    assert_int_equal(b.queues[0].remaining_ns, -2000001);
    assert_int_equal(cpu_bandwidth_refill(&b, 150000000), 1);
}

static void test_due(void **state)
{
    static const struct {
        int64_t remaining, accounted, tick, phase, due;
    } cases[] = {
        { 1, 0, 4, 0, 4 },  { 4, 0, 4, 0, 4 },     { 5, 0, 4, 0, 8 },  { -3, 4, 4, 0, 8 },
        { 5, 3, 4, 3, 11 }, { 5, 0, 0, 0, 5 },     { -5, 7, 0, 0, 8 }, { 1, 0, 4, 3, 3 },
        { 0, 3, 4, 3, 7 },  { 100, 2, 4, 3, 103 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cpu_bandwidth_due(cases[i].remaining, cases[i].accounted,
                                           cases[i].tick, cases[i].phase),
                         cases[i].due);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices_debt_and_repayment),
        cmocka_unit_test(test_debt_outlasts_a_refill),
        cmocka_unit_test(test_burst),
        cmocka_unit_test(test_idle_timer_keeps_phase),
        cmocka_unit_test(test_slack),
        cmocka_unit_test(test_slack_finds_the_pool_taken),
        cmocka_unit_test(test_no_slack_late_in_the_period),
        cmocka_unit_test(test_first_throttled_first_served),
        cmocka_unit_test(test_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
