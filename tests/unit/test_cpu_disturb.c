/* Time that the host takes from a thread, by hand: only while it runs, and on its group's account. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/support/cpu_trace.h"

#define EVER (1000 * 1000 * MS)

static const struct cpu_group_params limit_20_100 = { 20 * MS, 100 * MS, 0, 1024 };
static const struct cpu_group_params unlimited = { .weight = 1024, .period_ns = 100 * MS };

#define EXPECT(t, ran) assert_true(cpu_trace_ran(t, ran, sizeof(ran) / sizeof *(ran)))

/* 3 ms taken from 10 ms of work make them 13, on the group's account; nothing is taken from one who
 * sleeps. Under a limit they count against it: 20 ms (+ 1 ns) are over at that time. */
static void test_a_disturbance_lengthens_what_runs(void **state)
{
    static const struct cpu_stretch ran[] = { { 0, 4 * MS }, { 7 * MS, 13 * MS } };
    static const struct cpu_stretch limited[] = { { 0, 10 * MS },
                                                  { 15 * MS, 20 * MS + 1 },
                                                  { 50 * MS, 70 * MS } };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &unlimited, NULL);
    struct cpu_trace_thread *t =
        cpu_trace_add(&trace, trace.group, 0, 10 * MS, 10 * MS, 100 * MS);
    simulation_run_until(&trace.sim, 4 * MS);
    assert_true(cpu_thread_disturb(t->thread, 3 * MS));
    simulation_run_until(&trace.sim, 5 * MS);
    assert_int_equal(cpu_thread_remaining_ns(t->thread), 6 * MS);
    simulation_run_until(&trace.sim, 50 * MS);
    assert_false(cpu_thread_disturb(t->thread, 3 * MS));
    simulation_run_until(&trace.sim, 90 * MS);
    EXPECT(t, ran);
    assert_int_equal(t->count, 2);
    assert_int_equal(cpu_group_counters(trace.group).usage_ns, 13 * MS);
    assert_int_equal(cpu_thread_worked_ns(t->thread), 10 * MS);
    cpu_trace_close(&trace);
    params.hrtick = true;
    cpu_trace_init(&trace, &params, &limit_20_100, NULL);
    cpu_group_set_period_phase(trace.group, 50 * MS);
    t = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    simulation_run_until(&trace.sim, 10 * MS);
    assert_true(cpu_thread_disturb(t->thread, 5 * MS));
    simulation_run_until(&trace.sim, 30 * MS);
    assert_false(cpu_thread_disturb(t->thread, 5 * MS)); /* throttled */
    simulation_run_until(&trace.sim, 100 * MS);
    EXPECT(t, limited);
    cpu_trace_close(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_disturbance_lengthens_what_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
