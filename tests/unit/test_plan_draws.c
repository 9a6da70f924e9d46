/* Plans whose replications draw the profile's parameters: what differs between runs, and what may
 * not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "experiments/run/plan.h"
#include "tests/support/plan_text.h"

/* Drawn parameters are of the model alone: both arms are asked the same. A replication has its
 * own, the other point none. */
static void test_parameters_are_drawn(void **state)
{
    struct experiment e;
    struct plan plan;
    struct settings fixed, drawn, again;
    free(scratch_write(*state, "p.yaml",
                       "cost: { publish: 100us }\nfit:\n  parameters:\n"
                       "    - { name: cost.publish, error: 0.2 }\n"));
    plan_text(*state, "profile: p.yaml\nsweep: { parameters: [fixed, drawn] }\n", NULL, 0, &e,
              &plan);
    assert_int_equal(plan.count, 2);
    assert_true(plan.points[0].scenario_hash == plan.points[1].scenario_hash);
    assert_true(plan.points[0].model_hash != plan.points[1].model_hash);
    plan_settings(&plan, &plan.points[0], 1, &fixed);
    assert_true(fixed.parameters.cost.publish_ns == 100e3);
    plan_settings(&plan, &plan.points[1], 1, &drawn);
    plan_settings(&plan, &plan.points[1], 1, &again);
    assert_true(drawn.parameters.cost.publish_ns != 100e3);
    assert_true(drawn.parameters.cost.publish_ns == again.parameters.cost.publish_ns);
    plan_settings(&plan, &plan.points[1], 2, &again);
    assert_true(drawn.parameters.cost.publish_ns != again.parameters.cost.publish_ns);
    plan_close(&plan);
    config_close(&e);
}

/* Another error of the same parameter is another model: its rows are not taken for these. */
static void test_other_errors_other_rows(void **state)
{
    static const char *const errors[] = { "0.2", "0.3" };
    uint64_t hash[2];
    for (int i = 0; i < 2; i++) {
        struct experiment e;
        struct plan plan;
        char profile[128];
        snprintf(profile, sizeof profile,
                 "fit: { parameters: [ { name: cost.publish, error: %s } ] }\n", errors[i]);
        free(scratch_write(*state, "p.yaml", profile));
        plan_text(*state, "profile: p.yaml\nparameters: drawn\n", NULL, 0, &e, &plan);
        hash[i] = plan.points[0].model_hash;
        plan_close(&plan);
        config_close(&e);
    }
    assert_true(hash[0] != hash[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_are_drawn),
        cmocka_unit_test(test_other_errors_other_rows),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
