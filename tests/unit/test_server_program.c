/* The hash of a server's program follows the files that its command names, and no others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "experiments/replay/server_program.h"
#include "tests/support/scratch_file.h"

static void place(const struct scratch *s, const char *name, const char *text)
{
    free(scratch_write(s, name, text));
}

static void what_the_command_names_counts(void **state)
{
    const struct scratch *s = *state;
    static const struct {
        char *words[4]; /* of the command, ended by NULL */
        bool counts;    /* a change of a.py does */
    } cases[] = {
        { { "a.py" }, true },
        { { "python3", "./a.py", "{port}" }, true },
        { { "python3", "{dir}/a.py" }, true },
        { { "run", "--file=a.py" }, true },
        { { "uvicorn", "a:app" }, true },
        { { "uvicorn", "b:app" }, false },
        { { "python3", "b.py" }, false },
        { { "python3", "/bin/sh", "." }, false },
        { { "python3", "../a.py", "a" }, false },
        { { "{port}", "", ":", "=" }, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_spec spec = { 0 };
        strcpy(spec.dir, s->directory);
        memcpy(spec.command, cases[i].words, sizeof cases[i].words);
        place(s, "a.py", "first");
        uint64_t first = server_program_hash(&spec);
        place(s, "a.py", "other");
        uint64_t other = server_program_hash(&spec);
        place(s, "a.py", "first");
        assert_true(server_program_hash(&spec) == first);
        if ((first != other) != cases[i].counts)
            fail_msg("case %zu", i);
    }
}

/* The same content in another file is another program only by its description. */
static void where_it_lies_does_not_count(void **state)
{
    const struct scratch *s = *state;
    struct server_spec spec = { .command = { "python3", "a.py" } };
    struct scratch elsewhere;
    scratch_open(&elsewhere);
    place(s, "a.py", "first");
    place(&elsewhere, "a.py", "first");
    strcpy(spec.dir, s->directory);
    uint64_t here = server_program_hash(&spec);
    strcpy(spec.dir, elsewhere.directory);
    uint64_t there = server_program_hash(&spec);
    scratch_close(&elsewhere);
    assert_true(here == there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_command_names_counts),
        cmocka_unit_test(where_it_lies_does_not_count),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
