/* test_cpu_summary.c - figures and distances of hand-made samples. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/cpu_summary.h"
#include "tests/support/near.h"

static void wasserstein_of_known_pairs(void **state)
{
    (void)state;
    static const struct {
        double a[4], b[4];
        size_t n, m;
        double expect;
    } cases[] = {
        { { 1 }, { 4 }, 1, 1, 3 },
        { { 4 }, { 1 }, 1, 1, 3 },
        { { 1, 2, 3 }, { 1, 2, 3 }, 3, 3, 0 },
        { { 1, 2, 3 }, { 2, 3, 4 }, 3, 3, 1 },   /* a shift */
        { { 0, 0, 0, 4 }, { 1 }, 4, 1, 1.5 },    /* 3/4 * 1 + 1/4 * 3 */
        { { 0, 10 }, { 5 }, 2, 1, 5 },           /* equal means, still apart */
        { { 1, 1 }, { 1, 1, 1, 3 }, 2, 4, 0.5 }, /* sizes differ */
        { { -2, 2 }, { -2, 2, 2, 2 }, 2, 4, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(cpu_summary_wasserstein(cases[i].a, cases[i].n, cases[i].b, cases[i].m),
                    cases[i].expect, 1e-12);
    assert_true(isnan(cpu_summary_wasserstein(NULL, 0, cases[0].a, 1)));
}

static struct cpu_workload_result hand_made(void)
{
    struct cpu_workload_result r = {
        .counters = { .usage_ns = 200, .periods = 4, .throttled = 3, .throttled_ns = 30 },
        .elapsed_ns = 1000,
        .work_ns = 160,
        .events = 7
    };
    for (int i = 5; i >= 1; i--)
        cpu_samples_add(&r.stalls, i * INT64_C(1000000));
    cpu_samples_add(&r.runs, 7000000);
    return r;
}

static void summary_of_hand_made_samples(void **state)
{
    (void)state;
    struct cpu_workload_result r = hand_made();
    struct cpu_summary s;
    cpu_summary_init(&s, &r);
    assert_near(s.stall.mean, 3, 1e-12);
    assert_near(s.stall.sd, sqrt(2.5), 1e-12);
    assert_near(s.stall.p10, 1.4, 1e-12);
    assert_near(s.stall.p50, 3, 1e-12);
    assert_near(s.stall.p90, 4.6, 1e-12);
    assert_near(s.run.p99, 7, 1e-12);
    assert_true(isnan(s.run.sd));
    assert_true(isnan(s.late.mean));
    assert_near(s.throttled_share, 0.75, 1e-12);
    assert_near(s.cpu_share, 0.2, 1e-12);
    assert_near(s.cost, 1.25, 1e-12);
    cpu_summary_close(&s);
    cpu_workload_result_close(&r);
}

static void repeats_pool_samples_and_counters(void **state)
{
    (void)state;
    struct cpu_workload_result a = hand_made(), b = hand_made(), all = { 0 };
    struct cpu_summary one, two;
    struct cpu_distance d;
    cpu_summary_pool(&all, &a);
    cpu_summary_pool(&all, &b);
    assert_int_equal(all.stalls.count, 10);
    assert_int_equal(all.runs.count, 2);
    assert_int_equal(all.counters.periods, 8);
    assert_int_equal(all.counters.throttled, 6);
    assert_int_equal(all.counters.throttled_ns, 60);
    assert_int_equal(all.counters.usage_ns, 400);
    assert_int_equal(all.elapsed_ns, 2000);
    assert_int_equal(all.work_ns, 320);
    assert_int_equal(all.events, 14);
    cpu_summary_init(&one, &a);
    cpu_summary_init(&two, &all);
    cpu_distance_of(&one, &two, &d);
    assert_near(d.stall_w1_ms, 0, 1e-12);
    assert_near(d.stall_mean, 0, 1e-12);
    assert_near(d.cpu_share, 0, 1e-12);
    assert_true(isnan(d.late_w1_ms));
    cpu_summary_close(&one), cpu_summary_close(&two);
    cpu_workload_result_close(&a), cpu_workload_result_close(&b);
    cpu_workload_result_close(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wasserstein_of_known_pairs),
        cmocka_unit_test(summary_of_hand_made_samples),
        cmocka_unit_test(repeats_pool_samples_and_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
