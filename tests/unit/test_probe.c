#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/probe.h"

static const struct probe_params kubernetes = {
    .period_ns = 10000000000, .timeout_ns = 1000000000, .failures = 3, .successes = 1
};

/* Answers: '+' or '-'; states after each: 'P'assing or 'F'ailing. */
static void check(enum probe_kind kind, const struct probe_params *p, const char *answers,
                  const char *states)
{
    struct probe probe;
    probe_init(&probe, kind, p);
    for (int i = 0; answers[i]; i++) {
        bool before = probe.passing, changed = probe_answer(&probe, p, answers[i] == '+');
        assert_int_equal(changed, before != probe.passing);
        if (probe.passing != (states[i] == 'P'))
            fail_msg("%s: answer %d should leave %c", answers, i, states[i]);
    }
}

static void test_traces(void **state)
{
    struct probe_params twice = kubernetes;
    (void)state;
    twice.successes = 2;
    check(PROBE_READINESS, &kubernetes, "--+--+---++", "FFPPPPPPFPP");
    check(PROBE_READINESS, &twice, "+-++---+-++", "FFFPPPFFFFP");
    check(PROBE_LIVENESS, &kubernetes, "--+---", "PPPPPF");
}

/* Ticks at 3, 13, 23 s …: the first from now on that finds the container started, and its delay
 * over. */
static void test_first_tick(void **state)
{
    static const struct {
        int64_t started_s, delay_s, now_s, first_s;
    } cases[] = { { 0, 0, 0, 3 },   { 3, 0, 3, 3 },   { 4, 0, 4, 13 },
                  { 3, 10, 3, 13 }, { 3, 11, 3, 23 }, { 20, 3, 20, 23 },
                  { 3, 0, 13, 13 }, { 3, 0, 14, 23 }, { 3, 11, 22, 23 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct probe_params p = kubernetes;
        p.delay_ns = cases[i].delay_s * 1000000000;
        assert_int_equal(probe_first_ns(&p, 3000000000, cases[i].started_s * 1000000000,
                                        cases[i].now_s * 1000000000),
                         cases[i].first_s * 1000000000);
    }
}

static void test_no_probe_passes(void **state)
{
    struct probe probe;
    struct probe_params none = kubernetes;
    (void)state;
    none.period_ns = 0;
    probe_init(&probe, PROBE_READINESS, &none);
    assert_true(probe.passing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_traces),
        cmocka_unit_test(test_first_tick),
        cmocka_unit_test(test_no_probe_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
