/* Outcomes of cells built by hand: majorities, what is unknown, and when the arms agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "analysis/outcome.h"
#include "tests/support/near.h"
#include "tests/support/need.h"
#include "tests/support/planned_store.h"

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

/* One run a cell: whose figures belong together is told by the point alone. */
static void test_runs_of_a_store(void **state)
{
    (void)state;
    struct planned_store s;
    struct outcomes outcomes = { 0 };
    struct error err;
    planned_store_open(&s,
                       "workload: { phases: [ { name: load, duration: 1s, rate: 10/s } ] }\n"
                       "sweep: { clients.count: [10, 20, 30] }\n");
    for (size_t point = 0; point < 3; point++) {
        struct run_record r;
        run_record_init(&r);
        run_record_metric(&r, "dropped", "1", 7 * (double)point);
        run_record_metric(&r, "disconnects", "1", 5);
        run_record_metric(&r, "disconnects.client_left", "1", 3 + (double)point);
        run_record_metric(&r, "metastable", "1", point == 1);
        run_record_metric(&r, "recovery.time", "s", 2.5);
        planned_store_put(&s, point, 1, RUN_DONE, &r);
    }
    need(outcomes_load(&outcomes, s.store, "x", &err), &err);
    assert_int_equal(outcomes.count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct outcome *o = &outcomes.items[i];
        const struct outcome_arm *a = &o->arm[ARM_REAL];
        assert_string_equal(o->cell, s.plan.points[i].cell);
        for (int q = 0; q < OUTCOMES; q++) {
            assert_int_equal(a->known[q], 1);
            assert_int_equal(o->arm[ARM_SIM].known[q], 0);
        }
        assert_int_equal(a->yes[OUTCOME_DROPS], i > 0);
        assert_int_equal(a->yes[OUTCOME_DISCONNECTS],
                         i < 2); /* 2, 1 and none not of themselves */
        assert_int_equal(a->yes[OUTCOME_RECOVERS], i != 1);
        assert_near(outcome_amount(o, ARM_REAL, OUTCOME_DROPS), 7 * (double)i, 0);
        assert_near(outcome_amount(o, ARM_REAL, OUTCOME_DISCONNECTS), 2 - (double)i, 0);
        if (i != 1)
            assert_near(outcome_amount(o, ARM_REAL, OUTCOME_RECOVERS), 2.5, 0);
        else
            assert_true(isnan(outcome_amount(o, ARM_REAL, OUTCOME_RECOVERS)));
    }
    outcomes_close(&outcomes);
    planned_store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_majority),
                                        cmocka_unit_test(test_same),
                                        cmocka_unit_test(test_amounts_of_the_same_arrivals),
                                        cmocka_unit_test(test_runs_of_a_store) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
