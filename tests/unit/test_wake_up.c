/* test_wake_up.c - what a wake-up takes, from repeats: of the model, and of disturbed ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analysis/wake_up.h"
#include "sim/random_stream.h"

enum { REPEATS = 21, SEED = 20261126 };

/* The model's own costs come back out of what a thread in it sees. */
static void finds_the_costs_of_a_simulated_host(void **state)
{
    (void)state;
    static const struct {
        int64_t latency_ns, cost_ns;
    } hosts[] = { { 90000, 17000 }, { 57000, 25000 }, { 5000, 1000 } };
    for (size_t h = 0; h < sizeof hosts / sizeof *hosts; h++) {
        struct wake_up_log log = { .count = 0 };
        struct cpu_workload_params params;
        struct wake_up found;
        cpu_workload_defaults(&params);
        params.group.quota_ns = 0;
        params.work = CPU_WORK_ONOFF;
        params.duration_ns = 2000000000;
        params.host.wake_latency_ns = hosts[h].latency_ns;
        params.host.wake_cost_ns = hosts[h].cost_ns;
        for (uint32_t i = 0; i < REPEATS; i++) {
            struct cpu_workload_result r;
            cpu_workload_run(&params, SEED, i, &r);
            wake_up_add(&log, &r, false);
            cpu_workload_result_close(&r);
        }
        /* the model's readings see the excess, so there is none besides */
        wake_up_estimate(&log, 0, &found);
        assert_int_equal(found.clean, REPEATS);
        /* the last turn may be cut: used, but not yet told; one in some 1200 */
        assert_in_range(found.cost_ns, hosts[h].cost_ns, hosts[h].cost_ns + 500);
        assert_in_range(found.latency_ns + found.cost_ns,
                        hosts[h].latency_ns + hosts[h].cost_ns - 1,
                        hosts[h].latency_ns + hosts[h].cost_ns + 1);
    }
}

static void the_excess_is_the_turns_own(void **state)
{
    (void)state;
    struct wake_up_log log = { { { 25000, 85000, true } }, 1 };
    struct wake_up found;
    wake_up_estimate(&log, 10000, &found);
    assert_int_equal(found.cost_ns, 15000);
    assert_int_equal(found.latency_ns, 70000);
    wake_up_estimate(&log, 30000, &found);
    assert_int_equal(found.cost_ns, 0);
    assert_int_equal(found.latency_ns, 85000);
    log.repeats[0].late_ns = 5000;
    wake_up_estimate(&log, 10000, &found);
    assert_int_equal(found.latency_ns, 0);
}

/* Waits of others in up to sixteen of the repeats, a millisecond or two each, move nothing that the
 * five clean ones would not: a mean over all would be off by the half of it. */
static void disturbed_repeats_do_not_count(void **state)
{
    (void)state;
    struct random_stream rs;
    random_stream_init(&rs, SEED, 0, 1, 0);
    for (int disturbed = 0; disturbed <= REPEATS - WAKE_UP_ENOUGH; disturbed++) {
        struct wake_up_log log = { .count = REPEATS };
        struct wake_up_repeat *repeats = log.repeats;
        struct wake_up found;
        for (int i = 0; i < REPEATS; i++) {
            double own = 2000 * random_stream_uniform(&rs) - 1000;
            repeats[i] = (struct wake_up_repeat){ 25000 + own, 85000 + own, true };
            if (i < disturbed)
                repeats[i] = (struct wake_up_repeat){ 45000 + 10 * own, 120000, false };
        }
        wake_up_estimate(&log, 10000, &found);
        if (llabs(found.cost_ns - 15000) > 1000 || llabs(found.latency_ns - 70000) > 2000)
            fail_msg("seed %d, %d disturbed: %lld us, %lld us", SEED, disturbed,
                     (long long)found.cost_ns, (long long)found.latency_ns);
        assert_int_equal(found.clean, REPEATS - disturbed);
    }
}

/* With too few clean ones all count, and the median holds up to a half. */
static void the_median_of_all_when_few_are_clean(void **state)
{
    (void)state;
    struct wake_up_log log = { { { 25000, 85000, true },
                                 { 26000, 86000, false },
                                 { 60000, 95000, false },
                                 { 24000, 84000, false },
                                 { 90000, 190000, false } },
                               5 };
    struct wake_up found;
    wake_up_estimate(&log, 0, &found);
    assert_int_equal(found.clean, 1);
    assert_int_equal(found.cost_ns, 26000);
    assert_int_equal(found.latency_ns, 60000);
}

/* A wait in the middle of a turn is a stall where there is no limit: somebody else's. */
static void a_stall_disturbs(void **state)
{
    (void)state;
    struct cpu_workload_result r = { .counters = { .usage_ns = 3100 }, .work_ns = 3000 };
    struct wake_up_log log = { .count = 0 };
    wake_up_add(&log, &r, false);
    assert_int_equal(log.count, 0); /* no wake-up */
    cpu_samples_add(&r.late, 90);
    cpu_samples_add(&r.late, 70);
    cpu_samples_add(&r.late, 80);
    cpu_samples_add(&r.late, 10000);
    wake_up_add(&log, &r, false);
    wake_up_add(&log, &r, true);
    cpu_samples_add(&r.stalls, 10000);
    wake_up_add(&log, &r, false);
    assert_int_equal(log.count, 3);
    assert_true(log.repeats[0].spent_ns == 25 && log.repeats[0].late_ns == 90);
    assert_true(log.repeats[0].clean && !log.repeats[1].clean && !log.repeats[2].clean);
    log.count = WAKE_UP_REPEATS_MAX;
    wake_up_add(&log, &r, false);
    assert_int_equal(log.count, WAKE_UP_REPEATS_MAX);
    cpu_workload_result_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_costs_of_a_simulated_host),
        cmocka_unit_test(the_excess_is_the_turns_own),
        cmocka_unit_test(disturbed_repeats_do_not_count),
        cmocka_unit_test(the_median_of_all_when_few_are_clean),
        cmocka_unit_test(a_stall_disturbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
