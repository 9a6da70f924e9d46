/* Kubernetes' delays between restarts of a container. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/restart_backoff.h"

#define S INT64_C(1000000000)

static const struct restart_params kubernetes = { 10 * S, 300 * S, 600 * S };

/* At once, then 10 s doubling to 300 s; ten minutes of life forget it all. */
static void test_delays(void **state)
{
    static const struct {
        int64_t ran_s, delay_s;
    } deaths[] = {
        { 5, 0 },   { 5, 10 },    { 5, 20 },  { 5, 40 },  { 599, 80 }, { 5, 160 },
        { 5, 300 }, { 599, 300 }, { 600, 0 }, { 30, 10 }, { 5, 20 },   { 7200, 0 },
    };
    struct restart_backoff r = { 0 };
    int64_t now = 0;
    (void)state;
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        now += deaths[i].ran_s * S;
        int64_t delay = restart_backoff_next(&kubernetes, &r, false, now);
        now += delay;
        if (delay != deaths[i].delay_s * S)
            fail_msg("death %zu: %lld s", i, (long long)(delay / S));
    }
}

/* Killed a minute after each start: the delay has to outgrow the minute, then each wait makes the
 * next cycle longer, and every other restart is immediate again. */
static void test_killed_by_the_kubelet(void **state)
{
    static const int64_t delays_s[] = { 0, 0, 0, 0, 0, 80, 160, 300, 0, 300, 0, 300 };
    struct restart_backoff r = { 0 };
    int64_t now = 0;
    (void)state;
    for (size_t i = 0; i < sizeof delays_s / sizeof *delays_s; i++) {
        now += 60 * S;
        int64_t delay = restart_backoff_next(&kubernetes, &r, true, now);
        now += delay;
        if (delay != delays_s[i] * S)
            fail_msg("kill %zu: %lld s", i, (long long)(delay / S));
    }
}

/* An end of its own after an immediate restart waits for what the kill has raised. */
static void test_killed_then_crashed(void **state)
{
    struct restart_backoff r = { 0 };
    (void)state;
    assert_int_equal(restart_backoff_next(&kubernetes, &r, true, 60 * S), 0);
    assert_int_equal(restart_backoff_next(&kubernetes, &r, true, 120 * S), 0);
    assert_int_equal(restart_backoff_next(&kubernetes, &r, false, 130 * S), 10 * S);
    assert_int_equal(restart_backoff_next(&kubernetes, &r, true, 145 * S), 20 * S);
}

/* No overflow, however long the loop of crashes; other parameters are kept too. */
static void test_never_beyond_the_cap(void **state)
{
    static const struct restart_params odd[] = { { 7 * S, 300 * S, 600 * S },
                                                 { 500 * S, 300 * S, 600 * S },
                                                 { 1, INT64_MAX, INT64_MAX } };
    (void)state;
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
        struct restart_backoff r = { 0 };
        int64_t before = 0;
        for (int i = 0; i < 1000; i++) {
            int64_t delay = restart_backoff_next(&odd[k], &r, false, 0);
            assert_true(delay >= before && delay <= odd[k].cap_ns);
            before = delay;
        }
        assert_true(before == odd[k].cap_ns);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_killed_by_the_kubelet),
        cmocka_unit_test(test_killed_then_crashed),
        cmocka_unit_test(test_never_beyond_the_cap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
