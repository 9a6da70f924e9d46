/* What a preset brings with it, and what a class or the server says in its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/clients_case.h"
#include "tests/support/preset_named.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static const struct client_class plain = { .share = 1 };

/* The same time-out comes with the preset, and the class's own goes before it. */
static void test_connect_timeout_of_preset(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        int64_t own_ns, holds_ns;
    } cases[] = {
        { "reconnecting-websocket", 0, 4 * S }, { "socket.io", 0, 20 * S },
        { "reconnecting-websocket", S, S },     { "eventsource-chromium", 0, 0 },
        { "eventsource-chromium", S, S },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct client_preset *preset = preset_named(cases[i].preset);
        struct client_class k = plain;
        struct clients_case f;
        k.connect_timeout_ns = cases[i].own_ns;
        k.preset = (int)(preset - client_presets) + 1;
        clients_case_init(&f, &k, cases[i].preset, 1);
        f.answer = SYN_QUEUED;
        clients_connect(&f.clients, 0);
        if (cases[i].holds_ns > 0) {
            simulation_run_until(&f.sim, cases[i].holds_ns - 1);
            assert_int_equal(f.left, 0);
            simulation_run_until(&f.sim, cases[i].holds_ns);
        } else {
            simulation_run_until(&f.sim, 600 * S);
        }
        if (f.left != (cases[i].holds_ns > 0))
            fail_msg("case %zu: %d left", i, f.left);
        clients_case_close(&f);
    }
}

/* The preset's silence holds where the class has none of its own; presets that ask have none. */
static void test_silence_of_a_preset(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        int64_t own_s, closes_s; /* 0: never */
    } cases[] = { { "socket.io", 0, 45 },        { "signalr", 0, 30 }, { "signalr", 7, 7 },
                  { "websockets-python", 0, 0 }, { "phoenix", 0, 0 },  { "phoenix", 60, 60 },
                  { "websocket-browser", 0, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct client_class k = plain;
        struct clients_case f;
        k.silence_timeout_ns = cases[i].own_s * S;
        k.preset = 1 + (int)(preset_named(cases[i].preset) - client_presets);
        clients_case_init(&f, &k, "websocket-browser", 1); /* never again */
        clients_open_at_start(&f.clients, 0, 1);
        simulation_run_until(&f.sim, (cases[i].closes_s ? cases[i].closes_s : 3600) * S - 1);
        assert_int_equal(f.clients.open, 1);
        simulation_run_until(&f.sim, 3600 * S);
        assert_int_equal(f.clients.counters.disconnects[DISCONNECT_SILENCE],
                         cases[i].closes_s > 0);
        clients_case_close(&f);
    }
}

/* Socket.IO's client goes by what the server tells it, and by pings alone: neither a message nor an
 * answer keeps it, and a server that pings each minute does not lose it. */
static void test_pings_alone_count(void **state)
{
    (void)state;
    static const struct heartbeat_params minutely = { .period_ns = 60 * S,
                                                      .pong_timeout_ns = 20 * S };
    for (int64_t pinged_s = 0; pinged_s <= 60; pinged_s += 60) {
        struct client_class k = plain;
        struct clients_case f;
        k.preset = 1 + (int)(preset_named("socket.io") - client_presets);
        clients_case_init(&f, &k, "websocket-browser", 1);
        f.clients.params.heartbeat = &minutely;
        f.last_sent_ns = 59 * S; /* a message */
        clients_open_at_start(&f.clients, 0, 1);
        simulation_run_until(&f.sim, 60 * S);
        clients_heard(&f.clients, 0);
        if (pinged_s > 0)
            clients_pinged(&f.clients, 0);
        simulation_run_until(&f.sim, (pinged_s + 80) * S - 1);
        assert_int_equal(f.clients.open, 1);
        simulation_run_until(&f.sim, (pinged_s + 80) * S);
        assert_int_equal(f.clients.counters.disconnects[DISCONNECT_SILENCE], 1);
        clients_case_close(&f);
    }
}

/* `retry:` takes the place of an EventSource's own delay once it has read a stream; a first
 * connect that fails waits as ever, and who has a policy of its own takes no notice. */
static void test_retry_field(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        int64_t retry_ns, waits_ns;
    } cases[] = {
        { "eventsource-chromium", 0, 3 * S },
        { "eventsource-chromium", 7 * S, 7 * S },
        { "eventsource-chromium", 100 * MS, 100 * MS },
        { "eventsource-firefox", 9 * S, 9 * S },
        { "eventsource-firefox", 100 * MS, 500 * MS },
        { "eventsource-npm", 7 * S, 7 * S },
        { "dust-fixed", 7 * S, 5 * S },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct clients_case f;
        clients_case_init(&f, &plain, cases[i].preset, 1);
        int64_t own_ns = preset_named(cases[i].preset)->reconnect.base_ns;
        f.clients.params.retry_ns = cases[i].retry_ns;
        f.answer = SYN_REFUSED;
        clients_connect(&f.clients, 0);
        f.answer = SYN_QUEUED;
        simulation_run_until(&f.sim, own_ns);
        assert_int_equal(f.syns, 2);
        assert_int_equal(f.syn_ns[1], own_ns);
        clients_opened(&f.clients, 0);
        clients_dropped(&f.clients, 0, DISCONNECT_SERVER_KILLED, 0, 0, 0);
        simulation_run_until(&f.sim, 60 * S);
        assert_int_equal(f.syns, 3);
        assert_int_equal(f.syn_ns[2] - f.syn_ns[1], cases[i].waits_ns);
        clients_case_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect_timeout_of_preset),
        cmocka_unit_test(test_silence_of_a_preset),
        cmocka_unit_test(test_pings_alone_count),
        cmocka_unit_test(test_retry_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
