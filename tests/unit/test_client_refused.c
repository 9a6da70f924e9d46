/* A connect that is answered and refused (HTTP: another status) is the last one of some clients,
 * and one failure among others of the rest: models/client_preset.h. The server here takes every
 * SYN.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/clients_case.h"
#include "tests/support/preset_named.h"

#define S INT64_C(1000000000)

static const struct client_class plain = { .share = 1 };

/* WHATWG HTML 9.2.3: an answer with another status fails an EventSource for good; a connection
 * that is refused, reset or ended before an answer, and a stream that ends, make it try again. */
static void test_refused_by_an_answer(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        enum client_refused refused;
        bool again; /* after an answer that refuses it */
    } cases[] = {
        { "eventsource-chromium", REFUSED_AS_PRESET, false },
        { "eventsource-firefox", REFUSED_AS_PRESET, false },
        { "eventsource-npm-3", REFUSED_AS_PRESET, false },
        { "eventsource-npm", REFUSED_AS_PRESET, true },  /* 1.x, 2.x: after 503 too */
        { "eventsource-chromium", REFUSED_RETRY, true }, /* the page makes a new one */
        { "dust-fixed", REFUSED_AS_PRESET, true },
        { "socket.io", REFUSED_AS_PRESET, true },
        { "socket.io", REFUSED_STOP, false },
        { NULL, REFUSED_AS_PRESET, true }, /* custom */
        { NULL, REFUSED_STOP, false },
    };
    static const enum disconnect_cause no_answer[] = { DISCONNECT_SERVER_KILLED,
                                                       DISCONNECT_HANDSHAKE_TIMEOUT,
                                                       DISCONNECT_SERVER_STOPPED };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name =
            cases[i].preset ? cases[i].preset : "dust-fixed"; /* the policy alone */
        struct client_class k = plain;
        struct clients_case f;
        k.refused = cases[i].refused;
        k.preset = cases[i].preset ? (int)(preset_named(name) - client_presets) + 1 : 0;
        clients_case_init(&f, &k, name, 1);
        f.answer = SYN_QUEUED;
        clients_connect(&f.clients, 0);
        for (int j = 0; j < 3; j++) {
            clients_dropped(&f.clients, 0, no_answer[j], 0, 0, 0);
            simulation_run_until(&f.sim, f.sim.now_ns + 7 * S);
            assert_int_equal(f.syns, j + 2);
        }
        clients_opened(&f.clients, 0); /* answered 200; then thrown out: the stream ends */
        clients_dropped(&f.clients, 0, DISCONNECT_REJECTED, 0, 0, 0);
        simulation_run_until(&f.sim, f.sim.now_ns + 7 * S);
        assert_int_equal(f.syns, 5);
        clients_dropped(&f.clients, 0, DISCONNECT_REJECTED, 0, 0, 0);
        assert_int_equal(f.clients.counters.failed, 4);
        simulation_run_until(&f.sim, f.sim.now_ns + 3600 * S);
        if ((f.syns > 5) != cases[i].again)
            fail_msg("case %zu (%s): %d attempts after the refusal", i, name, f.syns - 5);
        assert_int_equal(f.clients.counters.given_up, !cases[i].again);
        clients_case_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_refused_by_an_answer) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
