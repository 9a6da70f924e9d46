/* What an experiment asserts: how it is read, of which cells it speaks, when it holds. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "experiments/run/expectation.h"

static int read(struct expectations *e, const char *line, struct error *err)
{
    struct yaml_document doc;
    char *text = mem_printf("assert:\n  - %s\n", line);
    memset(e, 0, sizeof *e);
    assert_int_equal(yaml_parse(&doc, "t.yaml", text, strlen(text), err), 0);
    int code = expectations_read(e, &doc, yaml_get(doc.root, "assert"), err);
    yaml_close(&doc);
    free(text);
    return code;
}

static void bad_lines_are_refused(void **state)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        { "oom", "METRIC >= NUMBER" },
        { "oom => 1", "'=>' is no comparison" },
        { "oom >= many", "'many' is no number" },
        { "oom >= inf", "'inf' is no number" },
        { "oom >= 1 when protocol=sse", "'when protocol=sse'" },
        { "oom >= 1 if protocol", "'if protocol'" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expectations e;
        struct error err;
        assert_int_equal(read(&e, cases[i].line, &err), ERR_INVALID);
        assert_non_null(strstr(err.text, "t.yaml:2:"));
        assert_non_null(strstr(err.text, cases[i].message));
        expectations_close(&e);
    }
}

static void comparisons(void **state)
{
    static const struct {
        const char *line;
        bool below, at, above; /* holds for 1, 2, 3 */
    } cases[] = {
        { "oom < 2", true, false, false },  { "oom <= 2", true, true, false },
        { "oom > 2", false, false, true },  { "oom >= 2", false, true, true },
        { "oom == 2", false, true, false }, { "oom != 2", true, false, true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expectations e;
        struct error err;
        assert_int_equal(read(&e, cases[i].line, &err), 0);
        assert_int_equal(expectation_holds(&e.items[0], 1), cases[i].below);
        assert_int_equal(expectation_holds(&e.items[0], 2), cases[i].at);
        assert_int_equal(expectation_holds(&e.items[0], 3), cases[i].above);
        assert_false(expectation_holds(&e.items[0], NAN));
        expectations_close(&e);
    }
}

/* All the words after `if` must be words of the cell, whole and in any order. */
static void cells_it_speaks_of(void **state)
{
    static const struct {
        const char *line, *cell;
        bool applies;
    } cases[] = {
        { "oom == 0", "", true },
        { "oom == 0", "protocol=sse", true },
        { "oom == 0 if protocol=sse", "protocol=sse cpu.limit=20m", true },
        { "oom == 0 if cpu.limit=20m protocol=sse", "protocol=sse cpu.limit=20m", true },
        { "oom == 0 if cpu.limit=20m", "protocol=sse cpu.limit=200m", false },
        { "oom == 0 if limit=20m", "protocol=sse cpu.limit=20m", false },
        { "oom == 0 if protocol=sse", "", false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct expectations e;
        struct error err;
        assert_int_equal(read(&e, cases[i].line, &err), 0);
        if (expectation_applies(&e.items[0], cases[i].cell) != cases[i].applies)
            fail_msg("'%s' and the cell '%s'", cases[i].line, cases[i].cell);
        expectations_close(&e);
    }
}

static void every_run_counts(void **state)
{
    struct expectations e;
    struct error err;
    (void)state;
    assert_int_equal(read(&e, "oom <= 2 if a=1", &err), 0);
    const struct expectation *x = &e.items[0];
    expectations_see(&e, "a=2", "oom", 9);
    expectations_see(&e, "a=1", "oom.first", 9);
    assert_false(expectation_fulfilled(x)); /* no run tells */
    expectations_see(&e, "a=1", "oom", 1);
    expectations_see(&e, "a=1", "oom", 2);
    assert_true(expectation_fulfilled(x));
    assert_true(x->runs == 2 && x->low == 1 && x->high == 2 && !x->broken_cell);
    expectations_see(&e, "a=1 b=1", "oom", 3);
    expectations_see(&e, "a=1 b=2", "oom", NAN);
    assert_false(expectation_fulfilled(x));
    assert_true(x->runs == 4 && x->broken == 2 && x->high == 3 && x->broken_value == 3);
    assert_string_equal(x->broken_cell, "a=1 b=1");
    expectations_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_lines_are_refused),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(cells_it_speaks_of),
        cmocka_unit_test(every_run_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
