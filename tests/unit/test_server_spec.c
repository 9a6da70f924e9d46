/* Server descriptions: what is read, what is refused and where, and the placeholders. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/replay/server_spec.h"

#define GOOD                                                                                   \
    "name: x\ncommand: [./x, --port, \"{port}\"]\nready: http://127.0.0.1:{port}/\n"           \
    "publish: http://127.0.0.1:{port}/p\nsse: http://127.0.0.1:{port}/e\n"

static int read_text(struct server_spec *spec, const char *text, struct error *err)
{
    char path[] = "/tmp/pushsim-spec-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    int rc = server_spec_read(spec, path, err);
    unlink(path);
    return rc;
}

static void test_good(void **state)
{
    (void)state;
    struct server_spec spec;
    struct error err;
    assert_int_equal(read_text(&spec,
                               GOOD "environment: { A: b, C: \"{queue}\", D: \"\", E: }\n"
                                    "stats: { url: http://127.0.0.1/, dropped: d }\n"
                                    "loop: asyncio\nhops: 1\n",
                               &err),
                     0);
    assert_string_equal(spec.name, "x");
    assert_string_equal(spec.command[2], "{port}");
    assert_null(spec.command[3]);
    assert_string_equal(spec.environment[1], "C={queue}");
    assert_string_equal(spec.environment[2], "D=");
    assert_string_equal(spec.environment[3], "E=");
    assert_string_equal(spec.stats_dropped, "d");
    assert_null(spec.websocket);
    assert_string_equal(spec.dir, "/tmp");
    assert_int_equal(spec.loop, LOOP_ASYNCIO);
    assert_int_equal(spec.hops, 1);
    server_spec_close(&spec);
    assert_int_equal(read_text(&spec, GOOD, &err), 0);
    assert_int_equal(spec.loop, -1); /* nobody has said */
    assert_int_equal(spec.hops, -1);
    server_spec_close(&spec);
}

static void test_expand(void **state)
{
    (void)state;
    struct server_spec spec = { .dir = "/d" };
    struct parameters p = { .server = { .loop = LOOP_ASYNCIO,
                                        .workers = 3,
                                        .queue_bound = 512,
                                        .queue_policy = POLICY_DROP_NEWEST,
                                        .fan_out = FAN_OUT_SEQUENTIAL },
                            .heartbeat.period_ns = 2500000000,
                            .auth = { .workers = 3, .service_ns = 250000000 },
                            .memory.buffers = BUFFERS_REFERENCES };
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "", "" },
        { "plain", "plain" },
        { "{port}", "8080" },
        { "a{port}b{dir}c", "a8080b/dc" },
        { "{loop} {workers} {queue} {policy}", "asyncio 3 512 drop-newest" },
        { "{ping_interval} {ping_timeout} {write_timeout}", "2.5 1000000 1000000" },
        { "{heartbeat} {auth_workers} {auth_service} {auth_timeout}", "2.5 3 0.25 1000000" },
        { "{buffers} {fan_out}", "references sequential" },
        { "{{port}} {other} {", "{8080} {other} {" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *got = server_spec_expand(&spec, cases[i].text, &p, 8080);
        assert_string_equal(got, cases[i].want);
        free(got);
    }
}

/* An argument may be empty, the program not. */
static void test_empty_argument(void **state)
{
    (void)state;
    struct server_spec spec;
    struct error err;
    char *text = mem_strdup(GOOD);
    memcpy(strstr(text, "--port"), "''    ", 6);
    assert_int_equal(read_text(&spec, text, &err), 0);
    free(text);
    assert_string_equal(spec.command[1], "");
    assert_string_equal(spec.command[2], "{port}");
    server_spec_close(&spec);
}

static void test_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *why;
    } cases[] = {
        { "", ": ", "the file is empty" },
        { GOOD "needs: \xff\n", ":6:8:", "byte 0xff: not a text file" },
        { GOOD "sse: http://h/\n", ":6:1:", "key 'sse' is given twice" },
        { "[1, 2]", ":1:", "is a map" },
        { GOOD "clour: red\n", ":6:1:", "unknown key 'clour'" },
        { GOOD "clour: red\n", ":6:1:", "loop, hops)\n  clour: red\n  ^" },
        { GOOD "stats: { urn: x }\n", ":6:10:", "unknown key 'stats.urn'" },
        { GOOD "stats: { dropped: x }\n", ":6:", "lacks 'url'" },
        { GOOD "websocket: http://x/\n", ":6:12:", "begins with ws://" },
        { GOOD "websocket: ws://a.b/\n", ":6:12:", "must be an IPv4 address" },
        { GOOD "websocket: ws://127.0.0.1:{prot}/\n", ":6:12:", "is not a URL" },
        { GOOD "message: http://127.0.0.1:99999/\n", ":6:10:", "is not a URL" },
        { GOOD "loop: libuv\n", ":6:7:", "uvloop, asyncio, node" },
        { GOOD "hops: 5\n", ":6:7:", "from 0 to 4" },
        { GOOD "needs: [a]\n", ":6:", "wants a text" },
        { "name: x\ncommand: ls\n", ":2:10:", "wants a list" },
        { "name: x\ncommand: []\n", ":2:", "is empty" },
        { "name: x\ncommand: [\"\", a]\n", ":2:", "is empty" },
        { "name: x\ncommand: [a, [b]]\n", ":2:", "wants a text" },
        { "name: &n x\ncommand: [*n]\n", ":2:", "aliases (*name) are not supported" },
        { "name: x\n", ":1:", "'command' is missing" },
        { "name: x\ncommand: [a]\nready: http://127.0.0.1/\npublish: http://127.0.0.1/\n",
          ":1:", "at least one" },
        { "name: [x\n", ":2:1:", "closing bracket" },
        { "\tname: x\n", ":1:", "tab" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_spec spec;
        struct error err = { .text = "" };
        print_message("%s\n", cases[i].why);
        assert_int_equal(read_text(&spec, cases[i].text, &err), ERR_INVALID);
        assert_non_null(strstr(err.text, cases[i].place));
        assert_non_null(strstr(err.text, cases[i].why));
        assert_null(strstr(err.text, "error:")); /* as all other files' mistakes are told */
    }
}

static void test_missing(void **state)
{
    (void)state;
    struct server_spec spec;
    struct error err;
    assert_int_equal(server_spec_read(&spec, "/nonexistent/x.yaml", &err), ERR_INVALID);
}

/* By what is started and how it is reached; not by what only starts or explains it. */
static void test_hash(void **state)
{
    (void)state;
    const struct server_spec plain = {
        .name = "a", .command = { "a", "b" }, .publish = "p", .sse = "s"
    };
    struct server_spec others[] = { plain, plain, plain, plain, plain, plain, plain };
    others[0].command[1] = "c";
    others[1].command[1] = NULL;
    others[2].environment[0] = "b";
    others[3].publish = "s", others[3].sse = "p";
    others[4].websocket = others[4].sse, others[4].sse = NULL;
    others[5].command[0] = "ab", others[5].command[1] = "";
    others[6].name = "b";
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (size_t k = 0; k < i; k++) {
            assert_true(server_spec_hash(&others[i]) != server_spec_hash(&plain));
            assert_true(server_spec_hash(&others[i]) != server_spec_hash(&others[k]));
        }
    struct server_spec same = plain;
    same.needs = "apt-get install a";
    same.dir[0] = '/';
    assert_true(server_spec_hash(&same) == server_spec_hash(&plain));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_expand),
        cmocka_unit_test(test_empty_argument), cmocka_unit_test(test_bad),
        cmocka_unit_test(test_missing),        cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
