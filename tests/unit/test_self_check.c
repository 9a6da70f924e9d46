/* The load client's floor: known, it is no reason against a run however large a part it is, since
 * runs of a cell near a bound would be chosen by their own latency; not known, it is one, unless
 * it is fitted. What else the check finds depends on this host and is not looked at.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/replay/self_check.h"

#define UNKNOWN "client's own time is not known"

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

/* How many reasons speak of the client's own time? */
static size_t client_reasons(const struct run_record *r)
{
    size_t count = 0;
    for (size_t i = 0; i < r->event_count; i++)
        count += strcmp(r->events[i].kind, "invalid") == 0 &&
                 strstr(r->events[i].detail, "client's own");
    return count;
}

static void test_floor(void **state)
{
    (void)state;
    static const struct {
        double first_s, step_s, p50_s, slope_s;
        bool fitted, unknown; /* the latter is a reason */
    } cases[] = {
        { 300e-6, 5e-6, 10e-3, 20e-6, false, false },
        { 300e-6, 5e-6, 0.59e-3, 20e-6, false, false }, /* above half of the latency */
        { 300e-6, 5e-6, 0.31e-3, 5.1e-6, false, false },
        { 300e-6, 5e-6, NAN, NAN, false, false }, /* nothing was delivered */
        { NAN, NAN, 10e-3, 20e-6, false, true },
        { 300e-6, NAN, 10e-3, 20e-6, false, true },
        { NAN, 5e-6, 10e-3, 20e-6, false, true },
        { NAN, NAN, 10e-3, 20e-6, true, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record r;
        struct client_floor floor = { .first_s = cases[i].first_s,
                                      .step_s = cases[i].step_s,
                                      .unjudged = cases[i].fitted };
        check(&floor, cases[i].p50_s, cases[i].slope_s, &r);
        if (says(&r, UNKNOWN) != cases[i].unknown || client_reasons(&r) != cases[i].unknown)
            fail_msg("case %zu: unknown %d, %zu reasons", i, says(&r, UNKNOWN),
                     client_reasons(&r));
        if (cases[i].unknown)
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
    assert_int_equal(client_reasons(&r), 0);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_floor),
                                        cmocka_unit_test(test_stored) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
