/* What the series of a run say of its seconds: silent ones, ones in pairs, single ones. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "analysis/phases.h"
#include "tests/support/course_case.h"

#define S INT64_C(1000000000)

/* Where the series hold no latency, the next delivery tells what the silent seconds were: what took
 * 5.5 s was 4.5 s late a second before. What is under way at the end is as late as the last. */
static void test_silence_that_the_next_delivery_tells(void **state)
{
    static const struct course_stretch rows[] = {
        { 30, 20, 30, 40, 0, 0, 0, 0 },   { 35, 0, 0, 0, 0, 0, 0, 0 },
        { 36, 20, 30, 5500, 0, 0, 0, 0 }, { 98, 20, 30, 40, 0, 0, 0, 0 },
        { 99, 20, 30, 300, 0, 0, 0, 0 },  { 100, 0, 0, 0, 0, 0, 0, 0 }
    };
    (void)state;
    for (int under_way = 0; under_way < 2; under_way++) {
        struct run_record r;
        struct phases f;
        course_record(&r, rows, sizeof rows / sizeof *rows);
        run_record_metric(&r, "in_flight", "1", under_way);
        phases_init(&f, &phases_defaults, &course_outline, &r);
        const struct phases_signal *p99 = &f.signal[SIGNAL_P99];
        assert_true(p99->first_s == 30 && p99->peak == 5.5 && p99->peak_s == 35);
        assert_true(p99->time_s == 7 + under_way); /* seconds 30 to 35 and 98; 99 */
        phases_close(&f);
        run_record_close(&r);
    }
}

/* Points two seconds apart are seconds in pairs. */
static void test_slow_sampling(void **state)
{
    struct run_record r;
    struct phases f;
    (void)state;
    run_record_init(&r);
    for (int i = 0; i < 50; i++) {
        int64_t at = (2 * i + 2) * S;
        run_record_point(&r, "delivery.p50", at, 0.02);
        run_record_point(&r, "delivery.p95", at, i >= 15 && i < 20 ? 0.09 : 0.03);
        run_record_point(&r, "connections", at, 100);
        run_record_point(&r, "reconnects", at, i == 10 ? 30 : 0);
        run_record_point(&r, "cpu.used", at, 0.1);
    }
    phases_init(&f, &phases_defaults, &course_outline, &r);
    assert_true(f.step_s == 2);
    assert_int_equal(f.count, 50);
    assert_true(f.signal[SIGNAL_P95].first_s == 30 && f.signal[SIGNAL_P95].time_s == 10);
    assert_true(f.signal[SIGNAL_CHURN].peak == 15); /* a second */
    phases_close(&f);
    run_record_close(&r);
}

/* One second of it is enough for what never happens on a calm day, and of what varies it is not. */
static void test_one_second(void **state)
{
    static const struct course_stretch rows[] = { { 100, 20, 30, 40, 0, 0, 0, 0 } };
    static const struct {
        const char *series;
        enum failure_signal signal;
        double value;
        bool broke;
    } cases[] = {
        { "delivery.p50", SIGNAL_P50, 0.1, false },
        { "delivery.p95", SIGNAL_P95, 0.1, false },
        { "delivery.p99", SIGNAL_P99, 0.5, false },
        { "queue.depth", SIGNAL_QUEUE, 9, false },
        { "drops", SIGNAL_DROPS, 1, true },
        { "reconnects", SIGNAL_CHURN, 2, true },
        { "reconnects", SIGNAL_CHURN, 1, false }, /* not above 1 % of 100 */
        { "write_timeouts", SIGNAL_WRITE_TIMEOUTS, 1, true },
        { "connects.failed", SIGNAL_HANDSHAKES, 2, true },
        { "memory", SIGNAL_MEMORY, 95, true },
        { "probes.failed.ready", SIGNAL_PROBES, 1, true },
        { "pods.running", SIGNAL_PODS, 2, true },
    };
    struct outline o = course_outline;
    (void)state;
    o.memory_bytes = 100;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record r;
        struct phases f;
        course_record(&r, rows, 1);
        if (cases[i].signal == SIGNAL_PODS)
            run_record_point(&r, "pods.ready", 30 * S, 1);
        run_record_point(&r, cases[i].series, 30 * S, cases[i].value);
        phases_init(&f, &phases_defaults, &o, &r);
        double at = f.signal[cases[i].signal].first_s;
        if (cases[i].broke ? at != 29 : !isnan(at))
            fail_msg("%s %g: from %g", cases[i].series, cases[i].value, at);
        phases_close(&f);
        run_record_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silence_that_the_next_delivery_tells),
        cmocka_unit_test(test_slow_sampling),
        cmocka_unit_test(test_one_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
