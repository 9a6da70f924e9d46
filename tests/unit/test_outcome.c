/* Outcomes of cells built by hand: majorities, what is unknown, and when the arms agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "analysis/outcome.h"
#include "tests/support/near.h"

static struct outcome_arm arm(size_t runs, size_t drops, size_t disconnects, size_t recovers)
{
    return (struct outcome_arm){ .known = { runs, runs, runs },
                                 .yes = { drops, disconnects, recovers } };
}

static void test_majority(void **state)
{
    (void)state;
    static const struct {
        size_t known, yes;
        enum outcome_answer want;
    } cases[] = { { 0, 0, ANSWER_UNKNOWN }, { 1, 0, ANSWER_NO },  { 1, 1, ANSWER_YES },
                  { 3, 1, ANSWER_NO },      { 2, 1, ANSWER_YES }, { 3, 2, ANSWER_YES } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct outcome_arm a = arm(cases[i].known, 0, cases[i].yes, 0);
        assert_int_equal(outcome_answer(&a, OUTCOME_DISCONNECTS), cases[i].want);
    }
}

static void test_same(void **state)
{
    (void)state;
    struct outcome o = { .arm = { arm(10, 9, 0, 10), arm(2, 2, 0, 2) } };
    assert_int_equal(outcome_agreement(&o), AGREEMENT_SAME);
    o.arm[ARM_REAL].yes[OUTCOME_DROPS] = 0;
    assert_int_equal(outcome_agreement(&o), AGREEMENT_DIFFERS);
    o.arm[ARM_REAL].known[OUTCOME_RECOVERS] = 0; /* what is not known hides no difference */
    assert_int_equal(outcome_agreement(&o), AGREEMENT_DIFFERS);
    o.arm[ARM_REAL] = arm(2, 2, 0, 2);
    o.arm[ARM_REAL].known[OUTCOME_RECOVERS] = 0; /* one arm cannot tell, the other can */
    assert_int_equal(outcome_agreement(&o), AGREEMENT_UNKNOWN);
    o.arm[ARM_SIM].known[OUTCOME_RECOVERS] = 0;
    assert_int_equal(outcome_agreement(&o), AGREEMENT_SAME);
    o.arm[ARM_REAL] = arm(0, 0, 0, 0);
    assert_int_equal(outcome_agreement(&o), AGREEMENT_ONE_ARM);
}

/* Amounts are those of the replications that both arms have: the same arrivals. */
static void test_amounts_of_the_same_arrivals(void **state)
{
    (void)state;
    struct outcome_run runs[] = {
        { ARM_SIM, 1, { 104, 0, 2 } },    { ARM_SIM, 2, { 136, 0, NAN } },
        { ARM_SIM, 3, { 220, 0, 6 } },    { ARM_REAL, 1, { 112, 0, NAN } },
        { ARM_REAL, 2, { 140, 4, NAN } },
    };
    struct outcome o = { .runs = runs, .run_count = 5 };
    assert_near(outcome_amount(&o, ARM_SIM, OUTCOME_DROPS), 120, 0);
    assert_near(outcome_amount(&o, ARM_REAL, OUTCOME_DROPS), 126, 0);
    assert_near(outcome_amount(&o, ARM_REAL, OUTCOME_DISCONNECTS), 2, 0);
    assert_near(outcome_amount(&o, ARM_SIM, OUTCOME_RECOVERS), 2, 0); /* run 2 did not */
    assert_true(isnan(outcome_amount(&o, ARM_REAL, OUTCOME_RECOVERS)));
    runs[3].replication = 8;
    runs[4].replication = 9; /* none is in both: all count */
    assert_near(outcome_amount(&o, ARM_SIM, OUTCOME_DROPS), 460.0 / 3, 1e-12);
    o.run_count = 0;
    assert_true(isnan(outcome_amount(&o, ARM_SIM, OUTCOME_DROPS)));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_majority),
                                        cmocka_unit_test(test_same),
                                        cmocka_unit_test(test_amounts_of_the_same_arrivals) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
