/* Cells that the profile was fitted to are refused as held-out ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/held_out.h"
#include "experiments/run/plan.h"
#include "tests/support/scratch_file.h"

static const char experiment_text[] =
    "workload: { phases: [ { name: load, duration: 1s, rate: 10/s } ] }\n"
    "sweep: { clients.count: [100, 200] }\n";

static int check_against(const char *profile_text, struct error *err)
{
    struct experiment e;
    struct plan plan;
    struct scratch dir;
    scratch_open(&dir);
    char *yaml = scratch_write(&dir, "held.yaml", experiment_text);
    char *profile = scratch_write(&dir, "profile.yaml", profile_text);
    assert_int_equal(config_load(&e, yaml, NULL, 0, err), 0);
    assert_int_equal(plan_build(&plan, &e, err), 0);
    int code = held_out_check(&plan, profile, err);
    plan_close(&plan);
    config_close(&e);
    free(yaml);
    free(profile);
    scratch_close(&dir);
    return code;
}

static void test_held_out(void **state)
{
    (void)state;
    static const struct {
        const char *profile, *says;
    } cases[] = {
        { "fit: { cells: [ { key: 'protocol=sse clients.count=300 rate=10/s' } ] }\n", NULL },
        { "fit: { cells: [ { key: 'protocol=sse clients.count=200 rate=10/s' } ] }\n",
          "point 2 (clients.count=200)" },
        { "fit: { cells: [ { cell: 'clients.count=300' } ] }\n", "does not say" },
        { "name: x\n", "does not say" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = { .text = "" };
        int code = check_against(cases[i].profile, &err);
        assert_int_equal(code, cases[i].says ? ERR_INVALID : 0);
        if (cases[i].says && !strstr(err.text, cases[i].says))
            fail_msg("case %zu says: %s", i, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_held_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
