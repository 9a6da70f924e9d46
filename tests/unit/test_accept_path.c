#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/accept_path.h"

#define S INT64_C(1000000000)

/* The times of Documentation/networking/ip-sysctl.rst. */
static void test_syn_times(void **state)
{
    (void)state;
    static const struct {
        int64_t retries, linear, end_s, at_s[12];
    } cases[] = {
        { 6, 0, 127, { 0, 1, 3, 7, 15, 31, 63, -1 } },
        { 6, 4, 131, { 0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 67, -1 } },
        { 1, 0, 3, { 0, 1, -1 } },
        { 0, 0, 1, { 0, -1 } },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct accept_params p = { .syn_retries = cases[c].retries,
                                   .syn_linear = cases[c].linear };
        int64_t n = 0;
        for (; cases[c].at_s[n] >= 0; n++)
            assert_int_equal(accept_path_syn_ns(&p, n), cases[c].at_s[n] * S);
        assert_int_equal(accept_path_syn_ns(&p, n), -1);
        assert_int_equal(accept_path_syn_end_ns(&p), cases[c].end_s * S);
    }
}

static void test_queue_holds_backlog_and_one(void **state)
{
    (void)state;
    struct accept_params p = { .backlog = 3 };
    struct accept_path a;
    accept_path_init(&a, 0);
    for (int i = 0; i < 6; i++)
        assert_int_equal(accept_path_syn(&p, &a, 0), i < 4);
    assert_int_equal(a.syn_dropped, 2);
    accept_path_accepted(&a, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(accept_path_syn(&p, &a, 0), i < 2);
}

/* freenet-core#3210: 5/s for 30 s, 20/s to 120 s, then whoever comes; knocked at 100/s. */
static void test_ramp(void **state)
{
    (void)state;
    struct accept_params p = { .backlog = 100000,
                               .ramp_steps = 2,
                               .ramp = { { 30 * S, 5 }, { 120 * S, 20 } } };
    struct accept_path a;
    accept_path_init(&a, 7 * S);
    int64_t at_30 = 0, at_120 = 0;
    for (int64_t now = 7 * S; now < 137 * S; now += S / 100) {
        accept_path_syn(&p, &a, now);
        at_30 = now < 37 * S ? a.waiting : at_30;
        at_120 = now < 127 * S ? a.waiting : at_120;
    }
    assert_in_range(at_30, 150, 151);
    assert_in_range(at_120 - at_30, 1798, 1802);
    assert_in_range(a.waiting - at_120, 999, 1001);
}

/* Credit does not pile up while nobody knocks. */
static void test_ramp_saves_nothing(void **state)
{
    (void)state;
    struct accept_params p = { .backlog = 100, .ramp_steps = 1, .ramp = { { 1000 * S, 1 } } };
    struct accept_path a;
    accept_path_init(&a, 0);
    assert_true(accept_path_syn(&p, &a, 500 * S));
    assert_false(accept_path_syn(&p, &a, 500 * S));
    assert_false(accept_path_syn(&p, &a, 500 * S + S / 2));
    assert_true(accept_path_syn(&p, &a, 501 * S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syn_times),
        cmocka_unit_test(test_queue_holds_backlog_and_one),
        cmocka_unit_test(test_ramp),
        cmocka_unit_test(test_ramp_saves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
