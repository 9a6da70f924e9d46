/* What is given in passing: one value, or values to sweep over; the last of a name counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/run/plan.h"
#include "tests/support/plan_text.h"

#define CELLS_MAX 6

/* A file that sweeps two options, asked with up to three --set. */
static const char swept[] = "cpu: { limit: 1000m }\n"
                            "sweep: { protocol: [sse, websocket], clients.count: [5, 6] }\n";

static const struct {
    struct override given[3];
    const char *cells[CELLS_MAX];
} plans[] = {
    { { { "protocol", "sse", NULL }, { "clients.count", "[7, 8, 9]", NULL } },
      { "clients.count=7", "clients.count=8", "clients.count=9" } },
    /* appended: it varies fastest */
    { { { "clients.count", "5", NULL }, { "cpu.limit", "[100m,0.2]", NULL } },
      { "protocol=sse cpu.limit=100m", "protocol=sse cpu.limit=200m",
        "protocol=websocket cpu.limit=100m", "protocol=websocket cpu.limit=200m" } },
    /* in place of the file's own axis */
    { { { "protocol", "[websocket]", NULL }, { "clients.count", "[5]", NULL } },
      { "protocol=websocket clients.count=5" } },
    /* ranges as in a file */
    { { { "protocol", "sse", NULL },
        { "clients.count", "{ from: 10, to: 1000, points: 3 }", NULL } },
      { "clients.count=10", "clients.count=100", "clients.count=1000" } },
    { { { "protocol", "sse", NULL }, { "clients.count", "{from: 1, to: 5, step: 2}", NULL } },
      { "clients.count=1", "clients.count=3", "clients.count=5" } },
    /* with blanks, over several lines */
    { { { "protocol", "sse", NULL }, { "clients.count", " [7,\n  8]", NULL } },
      { "clients.count=7", "clients.count=8" } },
    /* the last of a name counts, whatever it is */
    { { { "protocol", "sse", NULL },
        { "clients.count", "[7, 8]", NULL },
        { "clients.count", "9", NULL } },
      { "" } },
    { { { "protocol", "sse", NULL },
        { "clients.count", "9", NULL },
        { "clients.count", "[7, 8]", NULL } },
      { "clients.count=7", "clients.count=8" } },
    { { { "protocol", "sse", NULL },
        { "clients.count", "[7, 8]", NULL },
        { "clients.count", "[1, 2]", NULL } },
      { "clients.count=1", "clients.count=2" } },
};

static void test_values_to_sweep_over(void **state)
{
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        struct experiment e;
        struct plan plan;
        size_t given = 0, cells = 0;
        while (given < 3 && plans[i].given[given].name)
            given++;
        while (cells < CELLS_MAX && plans[i].cells[cells])
            cells++;
        plan_text(*state, swept, plans[i].given, given, &e, &plan);
        assert_int_equal(plan.count, cells);
        for (size_t k = 0; k < cells; k++)
            assert_string_equal(plan.points[k].cell, plans[i].cells[k]);
        plan_close(&plan);
        config_close(&e);
    }
}

/* Swept in passing is as swept by the file: the same settings, so the same runs. */
static void test_as_if_the_file_said_so(void **state)
{
    static const char plain[] = "clients: { count: 5 }\n";
    static const char file[] = "clients: { count: 5 }\nsweep: { cpu.limit: [100m, 200m] }\n";
    const struct override o = { "cpu.limit", "[100m, 200m]", NULL };
    struct experiment one, other;
    struct plan passing, written;
    plan_text(*state, plain, &o, 1, &one, &passing);
    plan_text(*state, file, NULL, 0, &other, &written);
    assert_int_equal(passing.count, 2);
    assert_int_equal(written.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(passing.points[i].cell, written.points[i].cell);
        assert_true(passing.points[i].model_hash == written.points[i].model_hash);
    }
    plan_close(&passing), plan_close(&written);
    config_close(&one), config_close(&other);
}

/* The option that says the same, a quota of a limit, is no longer swept either. */
static void test_of_a_rival(void **state)
{
    const struct override o = { "cpu.limit", "[100m, 200m]", NULL };
    struct experiment e;
    struct plan plan;
    plan_text(*state, "sweep: { cpu.quota: [1ms, 2ms, 3ms] }\n", &o, 1, &e, &plan);
    assert_int_equal(plan.count, 2);
    assert_string_equal(plan.points[1].cell, "cpu.limit=200m");
    assert_int_equal(plan.points[1].settings.parameters.cpu.quota_ns, 20000000);
    plan_close(&plan);
    config_close(&e);
}

/* A database notes it behind the file's text, as a comment of one line. */
static void test_noted_on_one_line(void **state)
{
    const struct override o[] = { { "protocol", "sse", NULL },
                                  { "clients.count", "[7,\n  8]", NULL } };
    struct experiment e;
    struct plan plan;
    plan_text(*state, "clients: { count: 5 }\n", o, 2, &e, &plan);
    assert_string_equal(e.set, "protocol=sse clients.count=[7,   8]");
    plan_close(&plan);
    config_close(&e);
}

/* A list of profiles takes the place of the file's one. */
static void test_profiles(void **state)
{
    char *a = scratch_write(*state, "a.yaml", "name: a\ncost: { publish: 10us }\n");
    char *b = scratch_write(*state, "b.yaml", "name: b\ncost: { publish: 20us }\n");
    char *list = mem_printf("[%s, %s]", a, b);
    const struct override o[] = { { "cost.enqueue", "3us", NULL }, { "profile", list, NULL } };
    struct experiment e;
    struct plan plan;
    plan_text(*state, "profile: b.yaml\nsweep: { cpu.limit: [100m] }\n", o, 2, &e, &plan);
    assert_int_equal(plan.count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct parameters *p = &plan.points[i].settings.parameters;
        assert_string_equal(plan.points[i].cell,
                            i == 0 ? "cpu.limit=100m profile=a" : "cpu.limit=100m profile=b");
        assert_int_equal(p->cost.publish_ns, i == 0 ? 10000 : 20000);
        assert_int_equal(p->cost.enqueue_ns, 3000);
    }
    plan_close(&plan);
    config_close(&e);
    free(list), free(b), free(a);
}

static void test_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        struct override given;
        const char *place; /* how the message begins */
        const char *cause; /* stands in it */
    } cases[] = {
        { { "cpu.limt", "[1]", NULL }, "--set cpu.limt=[1]: ", "did you mean 'cpu.limit'" },
        { { "constraint", "[1]", NULL }, "--set constraint=[1]: ", "unknown option" },
        { { "cpu.limit", "[100m, 3x]", NULL }, "--set:1:", "'x' is not a unit" },
        { { "cpu.limit", "[100m, 0.1]", NULL }, "--set:1:", "100m twice" },
        { { "cpu.limit", "[]", NULL }, "--set:1:", "no value" },
        { { "cpu.limit", "[100m", NULL }, "--set:", "closing bracket" },
        { { "cpu.limit", "{from:1,to:2,step:1}", NULL }, "--set:1:", "behind each colon" },
        { { "seed", "[1, 2]", NULL }, "--set:1:", "cannot be swept" },
        { { "cpu.limit", "[1, 2]\nprotocol: [sse]", NULL }, "--set:2:1: ", "one option" },
        { { "cpu.limit", "1,2", NULL }, "--set cpu.limit=1,2: ", "no comma" },
        { { "cpu.limit", "1m,2m", NULL }, "--set cpu.limit=1m,2m: ", "'NAME=[A, B]'" },
        { { "cpu.limit", "1x", "--from" }, "--from 1x: ", "not a unit" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e;
        struct error err;
        int code =
            config_parse(&e, "x.yaml", "clients: { count: 5 }\n", &cases[i].given, 1, &err);
        if (code != ERR_INVALID || strncmp(err.text, cases[i].place, strlen(cases[i].place)) ||
            !strstr(err.text, cases[i].cause))
            fail_msg("case %zu: %d: %s", i, code, code ? err.text : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_to_sweep_over),
        cmocka_unit_test(test_as_if_the_file_said_so),
        cmocka_unit_test(test_of_a_rival),
        cmocka_unit_test(test_noted_on_one_line),
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
