/* The real arm refuses by name what it cannot play, and asks of a server what its file can say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "experiments/replay/replay_support.h"

static char deaf_command[] = "server", *deaf_words[] = { deaf_command, NULL };
static char told[] = "A={workers} {policy} {write_timeout} {heartbeat} {ping_interval} "
                     "{ping_timeout} {auth_workers} {buffers} {fan_out}";

static struct server_spec spec_of(bool hears)
{
    static char url[] = "http://127.0.0.1:{port}/";
    struct server_spec spec = { .name = deaf_words[0], .sse = url, .websocket = url };
    spec.command[0] = deaf_command;
    spec.environment[0] = hears ? told : NULL;
    return spec;
}

static struct parameters plain(enum push_protocol protocol)
{
    struct parameters p = { .class_count = 1 };
    p.server.protocol = protocol;
    p.server.workers = 1;
    p.websocket.close_timeout_ns = INT64_C(10000000000);
    return p;
}

static void check(const struct parameters *p, bool hears, const char *option)
{
    struct server_spec spec = spec_of(hears);
    struct error err = { .text = "" };
    int rc = replay_supports(p, &spec, &err);
    assert_int_equal(rc, option ? ERR_INVALID : 0);
    if (option)
        assert_int_equal(strncmp(err.text, option, strlen(option)), 0);
}

/* What the clients need is asked for before the first run. */
static void test_urls(void **state)
{
    static char url[] = "http://127.0.0.1:{port}/";
    (void)state;
    const struct {
        enum push_protocol protocol;
        bool sends;
        char *sse, *websocket, *message;
        const char *missing;
    } cases[] = {
        { PROTOCOL_SSE, false, url, NULL, NULL, NULL },
        { PROTOCOL_SSE, false, NULL, url, url, "no sse URL" },
        { PROTOCOL_SSE, true, url, NULL, NULL, "no message URL" },
        { PROTOCOL_SSE, true, url, NULL, url, NULL },
        { PROTOCOL_WEBSOCKET, false, url, NULL, NULL, "no websocket URL" },
        { PROTOCOL_WEBSOCKET, true, NULL, url, NULL, NULL }, /* over the connection itself */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = plain(cases[i].protocol);
        struct server_spec spec = spec_of(true);
        struct error err = { .text = "" };
        p.duplex.rate_hz = cases[i].sends;
        spec.sse = cases[i].sse;
        spec.websocket = cases[i].websocket;
        spec.message = cases[i].message;
        int rc = replay_supports(&p, &spec, &err);
        assert_int_equal(rc, cases[i].missing ? ERR_INVALID : 0);
        assert_true(!cases[i].missing || strstr(err.text, cases[i].missing));
    }
}

static void give(struct settings *s, const char *option, const char *text)
{
    struct setting which;
    struct error err;
    assert_int_equal(settings_find(s, option, &which, &err), 0);
    assert_int_equal(settings_parse(s, &which, text, &err), 0);
}

/* Told of what was given alone: of defaults nobody expects that the server knows them. */
static void test_untold(void **state)
{
    static char hears[] = "Q={queue} {reply} {auth_service} {auth_timeout}";
    (void)state;
    static const char *const given[][4] = {
        { "server.queue.bound", "4" },
        { "duplex.reply", "1KiB", "duplex.rate", "1/s" },
        { "auth.service", "5ms", "auth.workers", "2" },
        { "auth.timeout", "5s", "auth.workers", "2" },
    };
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct server_spec deaf = spec_of(false), hearing = spec_of(false);
        struct settings s;
        hearing.environment[0] = hears;
        settings_init(&s);
        assert_null(replay_untold(&s, &deaf));
        give(&s, given[i][0], given[i][1]);
        if (given[i][2]) {
            assert_null(replay_untold(&s, &deaf)); /* idle: it would not matter */
            give(&s, given[i][2], given[i][3]);
        }
        assert_string_equal(replay_untold(&s, &deaf), given[i][0]);
        assert_null(replay_untold(&s, &hearing));
    }
}

static void test_plain(void **state)
{
    (void)state;
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
        struct parameters p = plain(protocol);
        check(&p, false, NULL);
        check(&p, true, NULL);
    }
}

/* Each changes one parameter; refused by every server. */
static void test_only_simulated(void **state)
{
    (void)state;
    for (int i = 0; i < 15; i++) {
        struct parameters p = plain(i != 14 ? PROTOCOL_SSE : PROTOCOL_WEBSOCKET);
        const char *option = NULL;
#define CASE(n, field, value, name)                                                            \
    if (i == n) {                                                                              \
        p.field = value;                                                                       \
        option = name;                                                                         \
    }
        CASE(0, server.queue_policy, POLICY_CONFLATE, "server.queue.policy")
        CASE(1, replay.snapshot_bytes, 1, "replay.snapshot")
        CASE(2, accept.handshake_timeout_ns, 1, "accept.handshake-timeout")
        CASE(3, accept.ramp_steps, 1, "accept.ramp.steps")
        CASE(4, replay.length, 1, "replay.length")
        CASE(5, sse.retry_ns, 1, "sse.retry")
        CASE(6, fault.crash_connects, 1, "fault.crash-connects")
        CASE(7, fault.busy_at_ns, 1, "fault.busy-at")
        CASE(8, fault.blip_at_ns, 1, "fault.blip-at")
        CASE(9, fleet.pods, 1, "fleet.pods")
        CASE(10, control.trigger, TRIGGER_BREACH, "slo.control.trigger")
        CASE(11, heartbeat.period_ns, 1, "heartbeat.only-idle")
        CASE(12, workload.topics.count, 2, "workload.topics.count")
        CASE(13, workload.publishers, 8, "workload.publishers")
        CASE(14, websocket.close_timeout_ns, 1, "websocket.close-timeout")
#undef CASE
        p.heartbeat.only_idle = true;
        check(&p, true, option);
        check(&p, false, option);
    }
}

/* Refused where the description has no placeholder for it, asked for where it has. */
static void test_server(void **state)
{
    (void)state;
    struct parameters p = plain(PROTOCOL_SSE);
    p.server.workers = 2;
    check(&p, false, "server.workers");
    check(&p, true, NULL);
    p = plain(PROTOCOL_SSE);
    p.server.queue_policy = POLICY_NONE;
    check(&p, false, "server.queue.policy");
    check(&p, true, NULL);
    p = plain(PROTOCOL_SSE);
    p.server.fan_out = FAN_OUT_SHARED;
    check(&p, false, "server.fan-out");
    check(&p, true, NULL);
    p = plain(PROTOCOL_SSE);
    p.network.write_timeout_ns = 1;
    check(&p, false, "server.write-timeout");
    check(&p, true, NULL);
    p = plain(PROTOCOL_WEBSOCKET);
    p.memory.buffers = BUFFERS_COPIES;
    check(&p, false, "memory.buffers");
    check(&p, true, NULL);
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
        p = plain(protocol);
        p.heartbeat.period_ns = 1;
        check(&p, false, "heartbeat.period");
        check(&p, true, NULL);
    }
    p = plain(PROTOCOL_WEBSOCKET);
    p.heartbeat.pong_timeout_ns = 1;
    check(&p, false, "heartbeat.timeout");
    check(&p, true, NULL);
}

static void test_auth(void **state)
{
    (void)state;
    struct parameters p = plain(PROTOCOL_WEBSOCKET);
    p.auth.workers = 1;
    check(&p, true, "auth.workers"); /* nobody would be authenticated */
    p.fault.deploy_at_ns = 1;
    check(&p, true, NULL);
    check(&p, false, "auth.workers");
    p.server.protocol = PROTOCOL_SSE;
    check(&p, true, "auth.workers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),   cmocka_unit_test(test_untold),
        cmocka_unit_test(test_plain),  cmocka_unit_test(test_only_simulated),
        cmocka_unit_test(test_server), cmocka_unit_test(test_auth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
