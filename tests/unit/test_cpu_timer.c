/* The period timer of a limit: when it stops and starts anew, what it costs to simulate, new
 * limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/cpu_internal.h"
#include "tests/support/cpu_trace.h"

#define EVER           (1000 * 1000 * MS)
#define EXPECT(t, ran) assert_true(cpu_trace_ran(t, ran, sizeof(ran) / sizeof *(ran)))

static const struct cpu_group_params limit_20_100 = { 20 * MS, 100 * MS, 0, 1024 };
static const struct cpu_group_params unlimited = { .weight = 1024, .period_ns = 100 * MS };

static void test_timer_stops_when_idle(void **state)
{
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &limit_20_100, NULL);
    cpu_group_set_period_phase(trace.group, 30 * MS);
    cpu_trace_add(&trace, trace.group, 0, 6 * MS, 12 * MS, 870 * MS);
    simulation_run_until(&trace.sim, 800 * MS);
    /* withdrawals before 30 ms; none before 130 ms: the timer stops there */
    assert_int_equal(cpu_group_counters(trace.group).periods, 2);
    simulation_run_until(&trace.sim, 2000 * MS); /* work again at 876 ms: 930, 1030 */
    assert_int_equal(cpu_group_counters(trace.group).periods, 4);
    assert_int_equal(cpu_group_counters(trace.group).throttled, 0);
    cpu_trace_close(&trace);
}

/* Idle for long: no period passes until there is work; a new limit's timer runs for two. */
static void test_a_settled_group_has_no_timer(void **state)
{
    (void)state;
    for (int settled = 0; settled < 2; settled++) {
        struct cpu_host_params params = cpu_trace_host(1);
        struct cpu_trace trace;

        cpu_trace_init(&trace, &params, &limit_20_100, NULL);
        cpu_group_set_period_phase(trace.group, 30 * MS);
        if (settled)
            cpu_group_settle(trace.group);
        simulation_run_until(&trace.sim, 500 * MS);
        assert_int_equal(cpu_group_counters(trace.group).periods, settled ? 0 : 2);
        struct cpu_trace_thread *t =
            cpu_trace_add(&trace, trace.group, 0, 12 * MS, 12 * MS, 10 * MS);
        static const struct cpu_stretch ran[] = { { 500 * MS, 512 * MS } };
        simulation_run_until(&trace.sim, 1000 * MS); /* on its old phase: 530 and 630 */
        EXPECT(t, ran);
        assert_int_equal(cpu_group_counters(trace.group).periods, settled ? 2 : 4);
        cpu_trace_close(&trace);
    }
}

static void test_an_idle_or_ample_hour_costs_nothing(void **state)
{
    static const struct {
        int64_t quota_ns, demand_ns;
        uint64_t events; /* at most */
    } cases[] = {
        { 20 * MS, 1 * MS, 10 },        /* idle under a limit */
        { 0, 2 * EVER * 10, 5 },        /* busy without one */
        { 200 * MS, EVER * 10, 36010 }, /* busy under an ample one: its period timer */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cpu_group_params limit = { cases[i].quota_ns, 100 * MS, 0, 1024 };
        struct cpu_host_params params = cpu_trace_host(1);
        struct cpu_trace trace;

        cpu_trace_init(&trace, &params, &limit, NULL);
        cpu_trace_add(&trace, trace.group, 0, cases[i].demand_ns, cases[i].demand_ns, 0);
        simulation_run_until(&trace.sim, 3600 * 1000 * MS);
        assert_true(trace.sim.executed <= cases[i].events);
        cpu_trace_close(&trace);
    }
}

static void test_limit_changes_at_work(void **state)
{
    static const struct cpu_stretch ran[] = { { 0, 224 * MS }, { 300 * MS, 320 * MS } };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &unlimited, NULL);
    struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    simulation_run_until(&trace.sim, 200 * MS);
    cpu_group_limit(trace.group, &limit_20_100);
    simulation_run_until(&trace.sim, 390 * MS);
    EXPECT(t, ran);
    cpu_group_limit(trace.group, &unlimited);
    simulation_run_until(&trace.sim, 1000 * MS);
    cpu_group_limit(trace.group, &limit_20_100);
    assert_int_equal(cpu_group_counters(trace.group).usage_ns, (224 + 20 + 610) * MS);
    cpu_trace_close(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timer_stops_when_idle),
        cmocka_unit_test(test_a_settled_group_has_no_timer),
        cmocka_unit_test(test_an_idle_or_ample_hour_costs_nothing),
        cmocka_unit_test(test_limit_changes_at_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
