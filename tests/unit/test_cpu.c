/* Threads under a limit: hand-computed traces of when they run. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "models/cpu_internal.h"
#include "tests/support/cpu_trace.h"

#define EVER (1000 * 1000 * MS)

static const struct cpu_group_params limit_20_100 = { 20 * MS, 100 * MS, 0, 1024 };
static const struct cpu_group_params unlimited = { .weight = 1024, .period_ns = 100 * MS };

#define EXPECT(t, ran) assert_true(cpu_trace_ran(t, ran, sizeof(ran) / sizeof *(ran)))

/* Refills at 50, 150, … ms, ticks at 0, 4, … ms. The 4th slice is 3 ms (+ 1 ns, which the CPU has
 * from the start): 24 ms, 4 ms too many, which the next period repays, and so on. */
static void test_spin_on_the_tick_grid(void **state)
{
    static const struct cpu_stretch ran[] = {
        { 0, 24 * MS },
        { 50 * MS, 68 * MS },
        { 150 * MS, 172 * MS },
        { 250 * MS, 268 * MS },
    };

    (void)state;
    for (int generation = 0; generation < 2; generation++) {
        struct cpu_host_params params = cpu_trace_host(1);
        struct cpu_trace trace;

        params.generation = generation;
        cpu_trace_init(&trace, &params, &limit_20_100, NULL);
        cpu_group_set_period_phase(trace.group, 50 * MS);
        struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
        simulation_run_until(&trace.sim, 300 * MS);
        EXPECT(t, ran);
        struct cpu_counters counters = cpu_group_counters(trace.group);
        assert_int_equal(counters.usage_ns, 82 * MS);
        assert_int_equal(counters.periods, 3);
        assert_int_equal(counters.throttled, 3);
        assert_int_equal(counters.throttled_ns, (26 + 82 + 78 + 32) * MS);
        assert_int_equal(cpu_thread_throttled_ns(t->thread), counters.throttled_ns);
        assert_true(trace.sim.executed <= 8); /* one a throttle, one a refill */
        cpu_trace_close(&trace);
    }
}

static void test_exact_accounting(void **state)
{
    static const struct cpu_stretch ran[] = { { 0, 20 * MS + 1 },
                                              { 50 * MS, 70 * MS },
                                              { 150 * MS, 170 * MS } };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    params.hrtick = true;
    cpu_trace_init(&trace, &params, &limit_20_100, NULL);
    cpu_group_set_period_phase(trace.group, 50 * MS);
    struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    simulation_run_until(&trace.sim, 200 * MS);
    EXPECT(t, ran);
    cpu_trace_close(&trace);
}

/* Two CPUs share the pool: by 4 ms 18, by 8 ms 20 ms are handed out, 2 of them for the debts
 * of CPU 0 and none for CPU 1; CPU 0 goes on to 12 ms. */
static void test_two_cpus_burn_one_pool(void **state)
{
    static const struct cpu_stretch first[] = { { 0, 12 * MS } }, second[] = { { 0, 12 * MS } };
    struct cpu_host_params params = cpu_trace_host(2);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &limit_20_100, NULL);
    cpu_group_set_period_phase(trace.group, 50 * MS);
    cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    cpu_trace_add(&trace, trace.group, 1, EVER, EVER, 0);
    simulation_run_until(&trace.sim, 60 * MS);
    EXPECT(&trace.threads[0], first);
    EXPECT(&trace.threads[1], second);
    assert_int_equal(cpu_group_counters(trace.group).throttled_ns, 2 * 38 * MS);
    cpu_trace_close(&trace);
}

/* Work of 3 ms every 8 ms: no tick sees it in debt with an empty pool while it works; it is
 * throttled on going to sleep, so the next wake-up (not the work) waits for the refill. */
static void test_stalls_at_wake_up(void **state)
{
    static const struct cpu_stretch ran[] = {
        { 0, 3 * MS }, { 8 * MS, 11 * MS }, { 16 * MS, 19 * MS }, { 50 * MS, 53 * MS }
    };
    static const struct cpu_group_params limit = { 8 * MS, 100 * MS, 0, 1024 };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &limit, NULL);
    cpu_group_set_period_phase(trace.group, 50 * MS);
    struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, 3 * MS, EVER, 5 * MS);
    simulation_run_until(&trace.sim, 54 * MS);
    EXPECT(t, ran);
    /* wanted from 24 ms, when it woke, not from 19 ms, when it was throttled */
    assert_int_equal(cpu_group_counters(trace.group).throttled_ns, 26 * MS);
    assert_int_equal(cpu_thread_throttled_ns(t->thread), 26 * MS);
    cpu_trace_close(&trace);
}

/* Who goes to sleep in debt is throttled at once (put_prev_entity): the refill repays the debt and
 * counts the period, though nobody waited. */
static void test_sleeping_in_debt_is_throttled(void **state)
{
    static const struct cpu_stretch ran[] = { { 0, 7 * MS }, { 60 * MS, 64 * MS } };
    static const struct cpu_group_params limit = { 4 * MS, 100 * MS, 0, 1024 };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &limit, NULL);
    cpu_group_set_period_phase(trace.group, 50 * MS);
    struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, 7 * MS, EVER, 53 * MS);
    simulation_run_until(&trace.sim, 55 * MS);
    assert_int_equal(cpu_group_counters(trace.group).throttled, 1);
    assert_int_equal(cpu_group_counters(trace.group).throttled_ns, 0);
    simulation_run_until(&trace.sim, 70 * MS);
    EXPECT(t, ran);
    assert_int_equal(cpu_thread_throttled_ns(t->thread), 6 * MS);
    cpu_trace_close(&trace);
}

/* An enqueue accounts (enqueue_entity, update_curr), also where it preempts nobody: 4.5 ms are
 * handed out by 4 ms, when the second thread begins; a third one that comes at 5 ms, in its
 * protected slice, finds 0.5 ms overdrawn, and all wait. Without the third the second would have
 * run to the tick. */
static void test_an_enqueue_accounts(void **state)
{
    static const struct cpu_stretch ran[] = { { 4 * MS, 5 * MS } },
                                    alone[] = { { 4 * MS, 8 * MS } };
    static const struct cpu_group_params limit = { 4500000, 100 * MS, 0, 1024 };
    struct cpu_host_params params = cpu_trace_host(1);

    (void)state;
    for (int third = 0; third < 2; third++) {
        struct cpu_trace trace;

        cpu_trace_init(&trace, &params, &limit, NULL);
        cpu_group_set_period_phase(trace.group, 50 * MS);
        cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
        struct cpu_trace_thread *second = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
        simulation_run_until(&trace.sim, 5 * MS);
        if (third)
            cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
        simulation_run_until(&trace.sim, 49 * MS);
        assert_true(cpu_trace_ran(second, third ? ran : alone, 1));
        assert_int_equal(cpu_group_counters(trace.group).usage_ns, (third ? 5 : 8) * MS);
        cpu_trace_close(&trace);
    }
}

/* From 6.18 a throttled thread ends its system call first: later, and as a debt. */
static void test_system_call_ends_first(void **state)
{
    static const struct cpu_stretch ran[] = { { 0, 24 * MS + 300000 }, { 50 * MS, 68 * MS } },
                                    before[] = { { 0, 24 * MS }, { 50 * MS, 68 * MS } };
    struct cpu_host_params params = cpu_trace_host(1);

    (void)state;
    params.syscall_ns = 300000;
    for (int generation = 0; generation < 2; generation++) {
        struct cpu_trace trace;

        params.generation = generation;
        cpu_trace_init(&trace, &params, &limit_20_100, NULL);
        cpu_group_set_period_phase(trace.group, 50 * MS);
        struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
        simulation_run_until(&trace.sim, 100 * MS);
        assert_true(cpu_trace_ran(t, generation == CPU_THROTTLE_TASK ? ran : before, 1));
        cpu_trace_close(&trace);
    }
}

/* The wake-up of test_stalls_at_wake_up at 24 ms, amid a system call of 0.3 ms: before 6.18 the
 * thread waits for the refill with all of it before it, from 6.18 on it comes to the call's end. */
static void test_who_wakes_throttled_ends_its_system_call(void **state)
{
    static const struct cpu_stretch before[] = {
        { 0, 3 * MS }, { 8 * MS, 11 * MS }, { 16 * MS, 19 * MS }, { 50 * MS, 53 * MS }
    };
    static const struct cpu_stretch after[] = { { 0, 3 * MS },
                                                { 8 * MS, 11 * MS },
                                                { 16 * MS, 19 * MS },
                                                { 24 * MS, 24 * MS + 300000 },
                                                { 50 * MS, 52 * MS + 700000 } };
    static const struct cpu_group_params limit = { 8 * MS, 100 * MS, 0, 1024 };

    (void)state;
    for (int generation = 0; generation < 2; generation++) {
        struct cpu_host_params params = cpu_trace_host(1);
        struct cpu_trace trace;

        params.generation = generation;
        params.syscall_ns = 300000;
        cpu_trace_init(&trace, &params, &limit, NULL);
        cpu_group_set_period_phase(trace.group, 50 * MS);
        struct cpu_trace_thread *t =
            cpu_trace_add(&trace, trace.group, 0, 3 * MS, EVER, 5 * MS);
        simulation_run_until(&trace.sim, 54 * MS);
        if (generation == CPU_THROTTLE_TASK)
            EXPECT(t, after);
        else
            EXPECT(t, before);
        assert_int_equal(cpu_thread_throttled_ns(t->thread),
                         26 * MS - (generation == CPU_THROTTLE_TASK ? 300000 : 0));
        cpu_trace_close(&trace);
    }
}

/* An unthrottled thread waits for the neighbour's next tick; then they take turns. */
static void test_busy_neighbour(void **state)
{
    static const struct cpu_stretch ran[] = { { 0, 4 * MS },
                                              { 8 * MS, 12 * MS },
                                              { 52 * MS, 56 * MS } };
    static const struct cpu_group_params limit = { 7 * MS, 100 * MS, 0, 1024 };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &limit, NULL);
    cpu_group_set_period_phase(trace.group, 50 * MS);
    struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    cpu_trace_add(&trace, cpu_group_new(trace.host, &unlimited), 0, EVER, EVER, 0);
    simulation_run_until(&trace.sim, 58 * MS);
    EXPECT(t, ran);
    cpu_trace_close(&trace);
}

static void test_two_threads_share_a_cpu(void **state)
{
    static const struct cpu_stretch first[] = { { 0, 4 * MS }, { 8 * MS, 12 * MS } },
                                    second[] = { { 4 * MS, 8 * MS }, { 12 * MS, 16 * MS } };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    cpu_trace_init(&trace, &params, &unlimited, NULL);
    cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    cpu_trace_add(&trace, trace.group, 0, EVER, EVER, 0);
    simulation_run_until(&trace.sim, 40 * MS);
    EXPECT(&trace.threads[0], first);
    EXPECT(&trace.threads[1], second);
    cpu_trace_close(&trace);
}

/* Overhead uses CPU time but is no part of what the owner asked for. */
static void test_wake_up_and_warm_up_costs(void **state)
{
    static const struct cpu_stretch ran[] = { { 110000, 1110000 },
                                              { 11110000 + 110000 + 500000, 12720000 } };
    static const struct cache_warmth at_once = { .saturation_ns = 500000, .time_ns = 0 };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    params.wake_latency_ns = 80000;
    params.wake_cost_ns = 30000;
    cpu_trace_init(&trace, &params, &unlimited, NULL);
    struct cpu_trace_thread *t = cpu_trace_add(&trace, trace.group, 0, 1 * MS, 2 * MS, 10 * MS);
    simulation_run_until(&trace.sim, 5 * MS);
    cpu_thread_set_warmth(t->thread, &at_once);
    simulation_run_until(&trace.sim, 100 * MS);
    EXPECT(t, ran);
    assert_int_equal(t->count, 2);
    assert_int_equal(cpu_group_counters(trace.group).usage_ns, 2 * MS + 2 * 30000 + 500000);
    cpu_trace_close(&trace);
}

/* 5 ms of work after a long time off take 5 + 3 (1 - exp(-5 / 10)) ms; what is left of the 3 ms
 * is due after the next sleep, in which nothing cools any more. */
static void test_warm_up_along_with_the_work(void **state)
{
    static const struct cpu_stretch ran[] = { { 0, 6180408 }, { 16180408, 22360816 } };
    static const struct cpu_stretch again[] = { { 0, 6180408 }, { 16180408, 21896362 } };
    struct cpu_host_params params = cpu_trace_host(1);

    (void)state;
    for (int cools = 0; cools < 2; cools++) {
        struct cache_warmth warmth = { .saturation_ns = 3 * MS, .work_ns = 10 * MS };
        struct cpu_trace trace;

        cpu_trace_init(&trace, &params, &unlimited, NULL);
        struct cpu_trace_thread *t =
            cpu_trace_add(&trace, trace.group, 0, 5 * MS, 10 * MS, 10 * MS);
        /* away for no time before the first turn: cold, but for the rounding */
        t->thread->off_since_ns = -1;
        cpu_thread_set_warmth(t->thread, &warmth);
        simulation_run_until(&trace.sim, 4 * MS);
        assert_in_range(cpu_thread_remaining_ns(t->thread), 1670000, 2000000);
        if (!cools) { /* from now on it takes for ever */
            warmth.time_ns = INT64_MAX / 2;
            cpu_thread_set_warmth(t->thread, &warmth);
        }
        simulation_run_until(&trace.sim, 100 * MS);
        if (cools)
            EXPECT(t, ran);
        else
            EXPECT(t, again);
        assert_int_equal(t->count, 2);
        assert_int_equal(cpu_thread_worked_ns(t->thread), 10 * MS);
        assert_int_equal(cpu_group_counters(trace.group).usage_ns,
                         (t->ran[0].to_ns - t->ran[0].from_ns) +
                             (t->ran[1].to_ns - t->ran[1].from_ns));
        cpu_trace_close(&trace);
    }
}

/* The interrupt that is due for the first wakes the second too; the third's has to come. */
static void test_one_interrupt_wakes_all_that_are_due(void **state)
{
    static const struct cpu_stretch first[] = { { 80000, 90000 } },
                                    second[] = { { 90000, 100000 } },
                                    third[] = { { 161000, 171000 } };
    struct cpu_host_params params = cpu_trace_host(1);
    struct cpu_trace trace;

    (void)state;
    params.wake_latency_ns = 80000;
    cpu_trace_init(&trace, &params, &unlimited, NULL);
    struct cpu_trace_thread *a = cpu_trace_add(&trace, trace.group, 0, 10000, 10000, 0);
    simulation_run_until(&trace.sim, 79000);
    struct cpu_trace_thread *b = cpu_trace_add(&trace, trace.group, 0, 10000, 10000, 0);
    simulation_run_until(&trace.sim, 81000);
    struct cpu_trace_thread *c = cpu_trace_add(&trace, trace.group, 0, 10000, 10000, 0);
    simulation_run_until(&trace.sim, 1 * MS);
    EXPECT(a, first);
    EXPECT(b, second);
    EXPECT(c, third);
    cpu_trace_close(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spin_on_the_tick_grid),
        cmocka_unit_test(test_exact_accounting),
        cmocka_unit_test(test_two_cpus_burn_one_pool),
        cmocka_unit_test(test_stalls_at_wake_up),
        cmocka_unit_test(test_sleeping_in_debt_is_throttled),
        cmocka_unit_test(test_an_enqueue_accounts),
        cmocka_unit_test(test_system_call_ends_first),
        cmocka_unit_test(test_who_wakes_throttled_ends_its_system_call),
        cmocka_unit_test(test_busy_neighbour),
        cmocka_unit_test(test_two_threads_share_a_cpu),
        cmocka_unit_test(test_wake_up_and_warm_up_costs),
        cmocka_unit_test(test_warm_up_along_with_the_work),
        cmocka_unit_test(test_one_interrupt_wakes_all_that_are_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
