#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>

#include "models/cache_warmth.h"

static const struct cache_warmth server = { .saturation_ns = 3000000, .time_ns = 20000000 };

static void test_grows_and_saturates(void **state)
{
    static const struct {
        int64_t away_ns, cold_ns; /* 3 ms * (1 - exp(-away / 20 ms)) */
    } cases[] = { { 0, 0 },
                  { 1000, 150 },
                  { 1000000, 146312 },
                  { 20000000, 1896362 },
                  { 90000000, 2966673 },
                  { INT64_MAX / 2, 3000000 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cache_warmth_after(&server, 0, cases[i].away_ns), cases[i].cold_ns);
}

/* An interrupted warm-up goes on where it stopped: what is left is the coldness to start from. */
static void test_absences_add_up(void **state)
{
    (void)state;
    for (int64_t first_ns = 0; first_ns < 50000000; first_ns += 3700000) {
        int64_t part = cache_warmth_after(&server, 0, first_ns);
        int64_t both = cache_warmth_after(&server, part, 50000000 - first_ns);

        assert_true(llabs(both - cache_warmth_after(&server, 0, 50000000)) <= 1);
    }
    assert_int_equal(cache_warmth_after(&server, 3000000, 1000), 3000000);
}

static void test_no_working_set_costs_nothing(void **state)
{
    const struct cache_warmth none = { 0, 20000000 }, at_once = { 1000, 0 };

    (void)state;
    assert_int_equal(cache_warmth_after(&none, 0, 90000000), 0);
    assert_int_equal(cache_warmth_after(&at_once, 0, 1), 1000);
    assert_int_equal(cache_warmth_after(&at_once, 0, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_and_saturates),
        cmocka_unit_test(test_absences_add_up),
        cmocka_unit_test(test_no_working_set_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
