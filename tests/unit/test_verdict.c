#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "analysis/verdict.h"

/* 1 .. 5: mean 3, sd 1.58114, t(4) = 2.77645: half width 1.96324. */
static void test_interval(void **state)
{
    static const double values[] = { 1, 2, 3, 4, 5 };
    double mean, low, high;
    (void)state;
    verdict_interval(values, 5, &mean, &low, &high);
    assert_true(mean == 3);
    assert_true(fabs(low - (3 - 1.96324)) < 1e-4);
    assert_true(fabs(high - (3 + 1.96324)) < 1e-4);
    verdict_interval(values, 1, &mean, &low, &high);
    assert_true(low == 1 && high == 1);
}

static void test_decisions(void **state)
{
    static const struct {
        const char *operator;
        double low, high;
        enum evidence_result expected;
    } cases[] = {
        { ">", 0.1, 2, EVIDENCE_SHOWN },     { ">", -0.1, 2, EVIDENCE_OPEN },
        { ">", -2, -0.1, EVIDENCE_REFUTED }, { "<", -2, -0.1, EVIDENCE_SHOWN },
        { "<", -2, 0.1, EVIDENCE_OPEN },     { "<", 0.1, 2, EVIDENCE_REFUTED },
        { ">", 0, 0, EVIDENCE_REFUTED },     { ">=", 0, 0, EVIDENCE_SHOWN },
        { "<=", 0, 0, EVIDENCE_SHOWN },      { "<", 0, 0, EVIDENCE_REFUTED },
        { "<=", -1, 1, EVIDENCE_OPEN },      { ">", NAN, NAN, EVIDENCE_OPEN },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (verdict_decide(cases[i].operator, cases[i].low, cases[i].high) != cases[i].expected)
            fail_msg("case %zu", i);
}

static void test_verdicts(void **state)
{
    struct evidence items[3] = { { .result = EVIDENCE_SHOWN },
                                 { .result = EVIDENCE_SHOWN },
                                 { .result = EVIDENCE_SHOWN } };
    struct claim c = { .items = items, .count = 3 };
    (void)state;
    assert_int_equal(claim_verdict(&c), VERDICT_HOLDS);
    items[1].result = EVIDENCE_OPEN;
    assert_int_equal(claim_verdict(&c), VERDICT_WITHIN_LIMITS);
    items[0].result = items[2].result = EVIDENCE_REFUTED;
    assert_int_equal(claim_verdict(&c), VERDICT_DOES_NOT_HOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
