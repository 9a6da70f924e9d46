/* A share of broken runs that falls again is told where chance does not explain it, and only
 * there. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/limit_scan.h"
#include "sim/random_stream.h"

#define RUNS 40

/* Runs that break with probability p(i), independent. */
static void judge(struct limit_scan *scan, double (*p)(size_t i), uint32_t stream)
{
    static bool broken[RUNS * LIMIT_SCAN_VALUES];
    struct random_stream rs;
    random_stream_init(&rs, 21, stream, 1, 0);
    *scan = (struct limit_scan){ .count = LIMIT_SCAN_VALUES };
    for (size_t r = 0; r < RUNS; r++)
        for (size_t i = 0; i < LIMIT_SCAN_VALUES; i++)
            broken[r * LIMIT_SCAN_VALUES + i] = random_stream_uniform(&rs) < p(i);
    limit_scan_judge(scan, broken, RUNS);
}

static double rising(size_t i)
{
    return 1 / (1 + exp(-((double)i - 10) / 2));
}

static double level(size_t i)
{
    (void)i;
    return 0.5;
}

/* 2, 85, 69, 8 %, then rising. */
static double saw(size_t i)
{
    static const double start[] = { 0.02, 0.85, 0.69, 0.08 };
    return i < 4 ? start[i] : fmin(0.3 + 0.05 * (double)(i - 4), 1);
}

static void test_judge(void **state)
{
    (void)state;
    int chance[2] = { 0 }, found = 0, there = 0;
    for (uint32_t k = 1; k <= 500; k++) {
        struct limit_scan s;
        judge(&s, rising, k);
        chance[0] += s.falls;
        judge(&s, level, k);
        chance[1] += s.falls;
        judge(&s, saw, k);
        found += s.falls;
        there += s.falls && s.low == 3 && (s.high == 1 || s.high == 2);
    }
    print_message("of 500: %d found, %d where it is; by chance: %d rising, %d level\n", found,
                  there, chance[0], chance[1]);
    assert_true(found >= 495 && there >= 490);
    assert_true(chance[0] <= 5 && chance[1] <= 12);
}

/* Half of the runs keep it: so far, beyond the stretch where they do not. */
static void test_last(void **state)
{
    (void)state;
    static const char *const breaks[] = { "0123432244", "4444444444", "0000000000",
                                          "0123444444" };
    static const double last[] = { 8, 0, 10, 3 };
    for (size_t k = 0; k < sizeof breaks / sizeof *breaks; k++) {
        bool broken[4 * LIMIT_SCAN_VALUES] = { false };
        struct limit_scan s = { .count = 10 };
        for (int i = 0; i < 10; i++) {
            s.value[i] = i + 1;
            for (int r = 0; r < breaks[k][i] - '0'; r++)
                broken[r * LIMIT_SCAN_VALUES + i] = true;
        }
        limit_scan_judge(&s, broken, 4);
        for (int i = 0; i < 10; i++)
            assert_true(s.share[i] == (breaks[k][i] - '0') / 4.0);
        assert_true(last[k] > 0 ? s.last == last[k] : isnan(s.last));
    }
}

/* Of the model: the shares are those of its runs, whichever threads make them; the knee of this
 * one is no saw. Too few runs: no scan. */
static void test_model(void **state)
{
    (void)state;
    struct error err;
    struct limit_question q = { .from = 10, .to = 3000, .precision = 0.02, .seed = 1 };
    struct limit_answer a;
    struct limit_scan one, two;
    memset(&one, 0, sizeof one);
    memset(&two, 0, sizeof two);
    settings_init(&q.settings);
    q.settings.cpu_limit_millicores = 100;
    q.settings.parameters.slo.p99_ns = 200000000;
    assert_int_equal(settings_find(&q.settings, "clients.count", &q.option, &err), 0);
    assert_int_equal(limit_model(&q, 16, 2, &a, &err), 0);
    assert_int_equal(limit_scan(&q, a.value, a.more_breaks, 16, 1, &one, &err), 0);
    assert_int_equal(limit_scan(&q, a.value, a.more_breaks, 16, 2, &two, &err), 0);
    assert_memory_equal(&one.share, &two.share, sizeof one.share);
    assert_int_equal(one.count, LIMIT_SCAN_VALUES);
    assert_true(!one.falls && one.share[0] == 0 && one.share[one.count - 1] == 1);
    for (size_t i = 0; i < one.count; i++) {
        int broken = 0;
        for (uint32_t r = 1; r <= 16; r++) {
            bool kept;
            assert_int_equal(limit_run(&q, r, one.value[i], &kept, &err), 0);
            broken += !kept;
        }
        assert_true(one.share[i] == broken / 16.0);
    }
    assert_int_equal(limit_scan(&q, a.value, a.more_breaks, 15, 1, &one, &err), 0);
    assert_true(one.count == 0 && !one.falls);
}

/* Towards the side that breaks, within the range, whole values once. */
static void test_values(void **state)
{
    (void)state;
    struct error err;
    struct limit_question q = { .from = 10, .to = 20, .seed = 1 };
    struct limit_scan s;
    settings_init(&q.settings);
    assert_int_equal(settings_find(&q.settings, "clients.count", &q.option, &err), 0);
    assert_int_equal(limit_scan(&q, 18, true, 16, 2, &s, &err), 0);
    assert_int_equal(s.count, 7);
    assert_true(s.value[0] == 14 && s.value[6] == 20);
    assert_int_equal(limit_scan(&q, 18, false, 16, 2, &s, &err), 0);
    assert_true(s.count == 7 && s.value[0] == 20 && s.value[6] == 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_judge),
                                        cmocka_unit_test(test_last),
                                        cmocka_unit_test(test_model),
                                        cmocka_unit_test(test_values) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
