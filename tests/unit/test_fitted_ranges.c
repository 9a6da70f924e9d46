/* Ranges that a profile was fitted to: read, refused, and what of a question lies outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "experiments/run/config.h"
#include "experiments/run/fitted_ranges.h"
#include "tests/support/need.h"
#include "tests/support/scratch_file.h"

static int parse(struct fitted_ranges *r, const char *text, struct error *err)
{
    struct yaml_document doc;
    struct error bad;
    need(yaml_parse(&doc, "p.yaml", text, strlen(text), &bad), &bad);
    int code = fitted_ranges_parse(r, &doc, err);
    yaml_close(&doc);
    return code;
}

static struct fitted_ranges sse_only(void)
{
    struct fitted_ranges r;
    struct error err;
    need(parse(&r,
               "provenance:\n  date: today\n  ranges:\n    protocol: sse\n"
               "    clients.count: 16..2000\n    rate: 2/s..200/s\n"
               "    workload.payload: 100B..4KiB\n    cpu.limit: 80m..1\n",
               &err),
         &err);
    return r;
}

struct question {
    const char *option, *value;
};

static char *outside_of(const struct fitted_ranges *r, const struct question *questions,
                        size_t count)
{
    struct fitted_outside outside = { 0 };
    for (size_t i = 0; i < count; i++) {
        struct settings s;
        struct setting which;
        struct error err;
        settings_init(&s);
        s.parameters.clients = 100;
        need(settings_find(&s, questions[i].option, &which, &err), &err);
        need(settings_parse(&s, &which, questions[i].value, &err), &err);
        need(settings_resolve(&s, NULL, &err), &err);
        bool found = fitted_ranges_outside(r, &s, &outside);
        char *so_far = fitted_outside_text(r, &outside);
        if (found)
            assert_true(*so_far);
        free(so_far);
    }
    return fitted_outside_text(r, &outside);
}

/* A quarter beyond a side is no news; more is. */
static void one_question_at_a_time(void **state)
{
    (void)state;
    static const struct {
        struct question question;
        const char *text;
    } cases[] = {
        { { "clients.count", "100" }, "" },
        { { "clients.count", "2500" }, "" },
        { { "clients.count", "2501" }, "clients.count 2501 (16..2000)" },
        { { "clients.count", "13" }, "" },
        { { "clients.count", "12" }, "clients.count 12 (16..2000)" },
        { { "workload.phases.steady.rate", "250/s" }, "" },
        { { "workload.phases.steady.rate", "300/s" }, "rate 300/s (2/s..200/s)" },
        { { "workload.phases.steady.rate", "1/s" }, "rate 1/s (2/s..200/s)" },
        { { "workload.phases.steady.rate", "0" }, "" }, /* nothing published: no rate */
        { { "workload.phases.steady.ramp-to", "300/s" }, "rate 300/s (2/s..200/s)" },
        { { "workload.payload", "64KiB" }, "workload.payload 64KiB (100B..4KiB)" },
        { { "cpu.limit", "64m" }, "" },
        { { "cpu.limit", "50m" }, "cpu.limit 50m (80m..1000m)" },
        { { "cpu.limit", "4" }, "" }, /* one CPU gives no more than one */
        { { "protocol", "websocket" }, "protocol websocket (sse)" },
    };
    struct fitted_ranges r = sse_only();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = outside_of(&r, &cases[i].question, 1);
        if (strcmp(text, cases[i].text) != 0)
            fail_msg("%s=%s: '%s'", cases[i].question.option, cases[i].question.value, text);
        free(text);
    }
}

static void several_questions_in_one_line(void **state)
{
    (void)state;
    static const struct question questions[] = { { "clients.count", "5" },
                                                 { "clients.count", "500" },
                                                 { "clients.count", "9000" },
                                                 { "protocol", "websocket" },
                                                 { "cpu.limit", "20m" } };
    struct fitted_ranges r = sse_only();
    char *text = outside_of(&r, questions, 5);
    assert_string_equal(text, "protocol websocket (sse), clients.count 5 to 9000 (16..2000), "
                              "cpu.limit 20m (80m..1000m)");
    free(text);
}

/* Clients of a fleet are shared out. */
static void clients_count_for_each_pod(void **state)
{
    (void)state;
    struct fitted_ranges r = sse_only();
    struct fitted_outside outside = { 0 };
    struct settings s;
    struct error err;
    settings_init(&s);
    s.parameters.clients = 20000;
    s.parameters.fleet.pods = 10;
    need(settings_resolve(&s, NULL, &err), &err);
    assert_false(fitted_ranges_outside(&r, &s, &outside));
    s.parameters.fleet.pods = 5;
    assert_true(fitted_ranges_outside(&r, &s, &outside));
}

static void old_profile_says_nothing(void **state)
{
    (void)state;
    struct fitted_ranges r;
    struct error err;
    static const struct question questions[] = { { "clients.count", "1000000" },
                                                 { "protocol", "websocket" } };
    need(parse(&r, "name: old\nprovenance:\n  date: \"2026-11-24\"\n", &err), &err);
    char *text = outside_of(&r, questions, 2);
    assert_string_equal(text, "");
    assert_false(fitted_ranges_told(&r)); /* "nothing outside" is not what it says */
    r = sse_only();
    assert_true(fitted_ranges_told(&r));
    free(text);
}

/* Clients and publishes of a trace are its own; limit, payload and protocol are the question's. */
static void of_a_trace_the_load_does_not_count(void **state)
{
    (void)state;
    struct fitted_ranges r = sse_only();
    struct fitted_outside outside = { 0 };
    struct settings s;
    struct error err;
    settings_init(&s);
    s.parameters.clients = 100000;
    s.parameters.server.protocol = PROTOCOL_WEBSOCKET;
    s.parameters.workload.phase[0].rate_hz = 5000;
    s.cpu_limit_millicores = 10;
    need(settings_resolve(&s, NULL, &err), &err);
    assert_true(fitted_ranges_outside(&r, &s, &outside));
    fitted_outside_forget_load(&outside);
    char *text = fitted_outside_text(&r, &outside);
    assert_string_equal(text, "protocol websocket (sse), cpu.limit 10m (80m..1000m)");
    free(text);
}

/* What is written of cells reads back. */
static void ranges_hold_the_cells(void **state)
{
    (void)state;
    struct fitted_ranges r = { 0 };
    struct settings s;
    struct error err;
    char text[2 * UNIT_TEXT_BYTES + 2];
    settings_init(&s);
    s.parameters.clients = 480;
    s.parameters.workload.phase[0].rate_hz = 12.5;
    s.cpu_limit_millicores = 157;
    need(settings_resolve(&s, NULL, &err), &err);
    fitted_ranges_add(&r, &s);
    assert_string_equal(fitted_range_text(&r, FITTED_CLIENTS, text), "480..480");
    s.parameters.clients = 15;
    s.parameters.server.protocol = PROTOCOL_WEBSOCKET;
    s.parameters.workload.phase[0].rate_hz = 192;
    s.cpu_limit_millicores = 1000;
    need(settings_resolve(&s, NULL, &err), &err);
    fitted_ranges_add(&r, &s);
    assert_string_equal(fitted_range_text(&r, FITTED_CLIENTS, text), "15..480");
    assert_string_equal(fitted_range_text(&r, FITTED_RATE, text), "12.5/s..192/s");
    assert_string_equal(fitted_range_text(&r, FITTED_LIMIT, text), "157m..1000m");
    assert_string_equal(fitted_ranges_protocol(&r, PROTOCOL_SSE), "sse");
    assert_string_equal(fitted_ranges_protocol(&r, PROTOCOL_WEBSOCKET), "websocket");
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        { "provenance: { ranges: 3 }", "ranges must be a map" },
        { "provenance: { ranges: { protocol: sse http } }", "must be sse, websocket" },
        { "provenance: { ranges: { clinets: 1..2 } }", "'clinets'" },
        { "provenance: { ranges: { clients.count: 15 } }", "must be LOW..HIGH" },
        { "provenance: { ranges: { clients.count: 20..15 } }", "must be LOW..HIGH" },
        { "provenance: { ranges: { clients.count: 0..15 } }", "must be LOW..HIGH" },
        { "provenance: { ranges: { rate: 1..2/s } }", "must be LOW..HIGH" },
        { "provenance: { ranges: { cpu.limit: [1, 2] } }", "must be LOW..HIGH" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fitted_ranges r = sse_only(), before = r;
        struct error err;
        if (parse(&r, bad[i].text, &err) != ERR_INVALID)
            fail_msg("taken: %s", bad[i].text);
        if (!strstr(err.text, bad[i].message) || strncmp(err.text, "p.yaml:1:", 9) != 0)
            fail_msg("%s: %s", bad[i].text, err.text);
        assert_memory_equal(&r, &before, sizeof r);
    }
}

/* Costs of one server's loop are none of another's: a profile that tells its loop, no other one. */
static void another_loop(void **state)
{
    static const struct {
        const char *profile, *loop, *text;
    } cases[] = {
        { "server: { loop: node }\n", "node", "" },
        { "server: { loop: node }\n", "uvloop", "server.loop uvloop (node)" },
        { "server.loop: asyncio\n", "uvloop", "server.loop uvloop (asyncio)" },
        { "cost: { publish: 1us }\n", "node", "" },
        { "server.loop: node\nprovenance: { ranges: { clients.count: 1..10 } }\n", "nginx",
          "server.loop nginx (node), clients.count 100 (1..10)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = scratch_write(*state, "p.yaml", cases[i].profile);
        struct fitted_ranges r = { 0 };
        struct settings s;
        struct error err;
        settings_init(&s);
        need(profile_load(&s, &r, path, &err), &err);
        char *text = outside_of(&r, &(struct question){ "server.loop", cases[i].loop }, 1);
        assert_string_equal(text, cases[i].text);
        free(text), free(path);
    }
}

static void each_other_loop_is_named(void **state)
{
    (void)state;
    static const struct question questions[] = { { "server.loop", "nginx" },
                                                 { "server.loop", "node" },
                                                 { "server.loop", "uvloop" },
                                                 { "server.loop", "nginx" } };
    const struct fitted_ranges r = { .loop = 1 + LOOP_UVLOOP };
    char *text = outside_of(&r, questions, sizeof questions / sizeof *questions);
    assert_string_equal(text, "server.loop node (uvloop), server.loop nginx (uvloop)");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_question_at_a_time),
        cmocka_unit_test(several_questions_in_one_line),
        cmocka_unit_test(clients_count_for_each_pod),
        cmocka_unit_test(old_profile_says_nothing),
        cmocka_unit_test(of_a_trace_the_load_does_not_count),
        cmocka_unit_test(ranges_hold_the_cells),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test_setup_teardown(another_loop, scratch_setup, scratch_teardown),
        cmocka_unit_test(each_other_loop_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
