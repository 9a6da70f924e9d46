/* A command is looked for where execvp would find it, and nothing else is said than at a start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "experiments/replay/server_command.h"

static void test_commands(void **state)
{
    (void)state;
    static const struct {
        char *command, *environment, *needs;
        const char *path, *why; /* "": it is there */
    } cases[] = {
        { "sh", NULL, NULL, "/nowhere:/bin", "" },
        { "/bin/sh", NULL, NULL, "/nowhere", "" },
        { "./sh", NULL, NULL, "/nowhere", "" }, /* of the description's directory */
        { "sh", NULL, NULL, "/nowhere:", "" },  /* which the empty entry is, too */
        { "{dir}/no", NULL, NULL, "/bin", "" },
        { "no-such", "PATH=/opt", NULL, "/bin", "" },
        { "no-such", "A=b", NULL, "/bin", "no-such: No such file or directory" },
        { "./no", NULL, "make it", "/bin", "needs 'make it': ./no: No such file or directory" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_spec spec = { .dir = "/bin", .needs = cases[i].needs };
        struct error err = { .text = "" };
        spec.command[0] = cases[i].command;
        spec.environment[0] = cases[i].environment;
        setenv("PATH", cases[i].path, 1);
        assert_int_equal(server_command_check(&spec, &err),
                         *cases[i].why ? ERR_UNAVAILABLE : 0);
        assert_string_equal(err.text, cases[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_commands) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
