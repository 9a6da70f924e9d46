/* Calm figures are those of the quarter that nothing slowed, whatever became of the rest. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/fan_out.h"
#include "tests/support/near.h"

#define US INT64_C(1000)

static void report(struct fan_out_time *list, size_t count, double *first, double *slope)
{
    struct run_record r;
    run_record_init(&r);
    fan_out_report(list, count, &r);
    *first = run_record_value(&r, "delivery.first.calm");
    *slope = run_record_value(&r, "delivery.slope.calm");
    run_record_close(&r);
}

/* 8 ms and 10 us a position; three quarters take up to twice as long, a calm one's first byte is
 * late once: no more than the median shows of it. */
static void test_disturbed_ones_do_not_count(void **state)
{
    (void)state;
    struct fan_out_time list[40];
    double first, slope;
    for (int i = 0; i < 40; i++) {
        int64_t scale = i % 4 == 0 ? 100 : 130 + 2 * i;
        list[i] = (struct fan_out_time){ 80 * US * scale, (80 + 50) * US * scale, 501 };
    }
    list[8].first_ns += 4000 * US;
    report(list, 40, &first, &slope);
    assert_near(first, 8e-3, 1e-9);
    assert_near(slope, 10e-6, 1e-9);
}

static void test_few(void **state)
{
    (void)state;
    struct fan_out_time list[] = { { 5 * US, 9 * US, 2 }, { 3 * US, 3 * US, 1 } };
    double first, slope;
    report(list, 0, &first, &slope);
    assert_true(isnan(first) && isnan(slope));
    report(list, 1, &first, &slope);
    assert_near(first, 5e-6, 1e-12);
    assert_near(slope, 4e-6, 1e-12);
    report(list, 2, &first, &slope); /* the calm one has one client */
    assert_near(first, 3e-6, 1e-12);
    assert_true(isnan(slope));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_disturbed_ones_do_not_count),
                                        cmocka_unit_test(test_few) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
