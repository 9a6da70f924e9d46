/* The real arm against servers that do one thing otherwise than others (tests/servers/odd_server.py):
 * what is allowed is understood, all else is an error that names its cause. Skipped with one line
 * where no cgroup can be made. Nothing here depends on how fast the machine is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "experiments/replay/replay.h"

#define MS        1000000LL
#define PUBLISHES 10
#define CLIENTS   4

static char *servers_dir(void)
{
    char *dir = realpath("tests/servers", NULL);
    assert_non_null(dir);
    return dir;
}

static int run(const struct server_spec *spec, struct run_record *out, struct error *err)
{
    struct parameters p = { .limit_after_connect = true };
    struct action actions[PUBLISHES];
    struct schedule s = { .actions = actions,
                          .initial = CLIENTS,
                          .clients = CLIENTS,
                          .count = PUBLISHES,
                          .end_ns = 20 * PUBLISHES * MS };
    struct replay_options options = {
        .server_cpu = -1, .client_cpu = -1, .settle_ms = 50, .ready_ms = 1500
    };
    p.server.workers = 1;
    p.workload.drain_ns = 500 * MS;
    for (int i = 0; i < PUBLISHES; i++)
        actions[i] = (struct action){
            .at_ns = 20 * i * MS, .kind = ACTION_PUBLISH, .bytes = 100, .measured = true
        };
    return replay_run(&p, &s, spec, &options, out, err);
}

static int run_habit(char *habit, struct run_record *out, struct error *err)
{
    struct server_spec spec = { .name = "odd",
                                .command = { "python3", "odd_server.py", "{port}", habit },
                                .ready = "http://127.0.0.1:{port}/health",
                                .publish = "http://127.0.0.1:{port}/publish",
                                .sse = "http://127.0.0.1:{port}/events" };
    char *dir = servers_dir();
    memcpy(spec.dir, dir, strlen(dir) + 1);
    free(dir);
    return run(&spec, out, err);
}

static void what_is_allowed_is_understood(void **state)
{
    static const struct {
        char *habit;
        double duplicates;
    } cases[] = { { "", 0 }, { "dup", CLIENTS * (PUBLISHES / 3) } };
    if (!*state)
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record out;
        struct error err;
        if (run_habit(cases[i].habit, &out, &err))
            fail_msg("'%s': %s", cases[i].habit, err.text);
        double delivered = run_record_value(&out, "delivered");
        double duplicates = run_record_value(&out, "client.duplicates");
        double dropped = run_record_value(&out, "dropped");
        double answered = run_record_value(&out, "publish.answered");
        run_record_close(&out);
        if (delivered != PUBLISHES * CLIENTS || answered != PUBLISHES)
            fail_msg("'%s': %g delivered, %g answered", cases[i].habit, delivered, answered);
        assert_int_equal(duplicates, cases[i].duplicates);
        assert_int_equal(dropped, 0);
    }
}

static void what_is_not_fails_with_its_cause(void **state)
{
    static const struct {
        char *habit;
        const char *why;
    } cases[] = {
        { "json", "40 messages came, and none begins as what is published does, with eight "
                  "digits; the first began '{\"m\":\"00'" },
        { "refuses", "10 of 10 publishes failed: answered with status 404" },
    };
    if (!*state)
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record out;
        struct error err;
        int code = run_habit(cases[i].habit, &out, &err);
        if (code == 0)
            fail_msg("'%s' is not found out", cases[i].habit);
        assert_int_equal(code, ERR_STATE);
        if (!strstr(err.text, cases[i].why))
            fail_msg("'%s': %s", cases[i].habit, err.text);
    }
}

int main(void)
{
    struct error err;
    bool can = replay_possible(&err) == 0;
    if (!can)
        print_message("SKIP the real arm: %s\n", err.text);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(what_is_allowed_is_understood, can ? "" : NULL),
        cmocka_unit_test_prestate(what_is_not_fails_with_its_cause, can ? "" : NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
