/* test_cpu_workload.c - the sim arm of `pushsim cpu`: how it starts, how long a turn of work is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "models/cpu_workload.h"

#define MS     INT64_C(1000000)
#define PHASES 50 /* of tick and period */

static int64_t usage_with_burst(int64_t burst_ns, uint32_t replication)
{
    struct cpu_workload_params params;
    struct cpu_workload_result result;

    cpu_workload_defaults(&params);
    params.host.hrtick = true; /* no overrun, so that sums are exact */
    params.group.burst_ns = burst_ns;
    params.duration_ns = 6 * params.group.period_ns;
    cpu_workload_run(&params, 3, replication, &result);
    int64_t usage_ns = result.counters.usage_ns;
    assert_int_equal(result.elapsed_ns, params.duration_ns);
    cpu_workload_result_close(&result);
    return usage_ns;
}

/* A thread that never rests saves nothing: what it has above the quota is what the group had
 * saved before it came. */
static void a_group_at_rest_has_its_whole_burst(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < PHASES; i++)
        assert_int_equal(usage_with_burst(20 * MS, i) - usage_with_burst(0, i), 20 * MS);
}

/* Idle periods before the start are not counted: six periods are six or, with the one in which the
 * thread came, seven refills. */
static void counters_begin_with_the_threads(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < PHASES; i++) {
        struct cpu_workload_params params;
        struct cpu_workload_result result;

        cpu_workload_defaults(&params);
        params.duration_ns = 6 * params.group.period_ns;
        cpu_workload_run(&params, 3, i, &result);
        assert_in_range(result.counters.periods, 5, 7);
        assert_true(result.counters.throttled_ns <= params.duration_ns);
        cpu_workload_result_close(&result);
    }
}

static void a_turn_is_never_shorter_than_asked(void **state)
{
    (void)state;
    struct cpu_workload_params params;
    struct cpu_workload_result result;

    cpu_workload_defaults(&params);
    params.group.quota_ns = 0;
    params.work = CPU_WORK_ONOFF;
    cpu_workload_run(&params, 3, 0, &result);
    int64_t turns =
        (int64_t)result.late.count; /* a sleep ends each; the last turn may be cut */
    int64_t extra_ns = result.work_ns - turns * params.on_ns;
    assert_true(turns > 5000);
    /* uniform over 4 to 16 us: known to 1 % after so many turns */
    assert_true(cpu_workload_excess_ns(&params) == 10000);
    assert_in_range(extra_ns, turns * 9800, turns * 10200 + params.on_ns);
    cpu_workload_result_close(&result);
}

/* What a wake-up costs and how much longer a turn is are two things: a cost that is wrong must not
 * count twice. */
static void a_turn_does_not_depend_on_the_wake_ups_cost(void **state)
{
    (void)state;
    int64_t work_ns[2];
    for (int i = 0; i < 2; i++) {
        struct cpu_workload_params params;
        struct cpu_workload_result result;

        cpu_workload_defaults(&params);
        params.group.quota_ns = 0;
        params.work = CPU_WORK_ONOFF;
        params.duration_ns = 1000 * MS;
        params.host.wake_cost_ns = i * 40000;
        params.host.wake_latency_ns = 100000 - params.host.wake_cost_ns;
        cpu_workload_run(&params, 3, 0, &result);
        work_ns[i] = result.work_ns;
        assert_in_range(result.counters.usage_ns - result.work_ns,
                        (int64_t)result.late.count * params.host.wake_cost_ns,
                        (int64_t)(result.late.count + 1) * params.host.wake_cost_ns +
                            params.on_ns + params.excess_ns); /* the last turn was cut */
        cpu_workload_result_close(&result);
    }
    assert_int_equal(work_ns[0], work_ns[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_at_rest_has_its_whole_burst),
        cmocka_unit_test(counters_begin_with_the_threads),
        cmocka_unit_test(a_turn_is_never_shorter_than_asked),
        cmocka_unit_test(a_turn_does_not_depend_on_the_wake_ups_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
