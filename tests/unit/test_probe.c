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
        cmocka_unit_test(test_no_probe_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
