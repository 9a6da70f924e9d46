/* The load client's floor makes a run unsound exactly where it could have mattered. What else the
 * check finds depends on this host and is not looked at.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/replay/self_check.h"

#define FIRST "first delivery"
#define STEP  "time for a delivery"

/* Is there an "invalid" event with this text? */
static bool says(const struct run_record *r, const char *text)
{
    for (size_t i = 0; i < r->event_count; i++)
        if (strcmp(r->events[i].kind, "invalid") == 0 && strstr(r->events[i].detail, text))
            return true;
    return false;
}

static void check(const struct client_floor *floor, double p50_s, double slope_s,
                  struct run_record *r)
{
    struct self_check c;
    run_record_init(r);
    run_record_metric(r, "delivery.p50", "s", p50_s);
    run_record_metric(r, "delivery.slope", "s", slope_s);
    self_check_begin(&c, 0, 1);
    self_check_end(&c, 0, 0.1, floor, r);
}

static void test_floor(void **state)
{
    (void)state;
    static const struct {
        double first_s, step_s, p50_s, slope_s;
        bool first, step; /* is a reason */
    } cases[] = {
        { 300e-6, 5e-6, 10e-3, 20e-6, false, false },
        { 300e-6, 5e-6, 0.59e-3, 20e-6, true, false },
        { 300e-6, 5e-6, 0.61e-3, 20e-6, false, false },
        { 300e-6, 5e-6, 10e-3, 5.4e-6, false, true },
        { 300e-6, 5e-6, 10e-3, 5.7e-6, false, false },
        { 300e-6, 5e-6, NAN, NAN, false, false }, /* nothing was delivered */
        { NAN, NAN, 1e-6, 1e-6, false, false },   /* no floor was measured */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record r;
        struct client_floor floor = { .first_s = cases[i].first_s, .step_s = cases[i].step_s };
        check(&floor, cases[i].p50_s, cases[i].slope_s, &r);
        if (says(&r, FIRST) != cases[i].first || says(&r, STEP) != cases[i].step)
            fail_msg("case %zu: first %d, step %d", i, says(&r, FIRST), says(&r, STEP));
        if (cases[i].first || cases[i].step)
            assert_true(run_record_value(&r, "client.valid") == 0);
        run_record_close(&r);
    }
}

/* It is stored with the run; without one nothing is. */
static void test_stored(void **state)
{
    (void)state;
    struct run_record r;
    struct client_floor floor = { 300e-6, 2e-3, 5e-3, 100e-6, 5e-6, 0.1, false };
    check(&floor, 10e-3, 20e-6, &r);
    assert_true(run_record_value(&r, "floor.first") == 300e-6);
    assert_true(run_record_value(&r, "floor.late.p99") == 100e-6);
    assert_true(fabs(run_record_value(&r, "floor.capacity") - 200000) < 1e-6);
    run_record_close(&r);
    check(NULL, 1e-6, 1e-6, &r);
    assert_true(isnan(run_record_value(&r, "floor.first")));
    assert_false(says(&r, FIRST) || says(&r, STEP));
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_floor),
                                        cmocka_unit_test(test_stored) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
