#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/clients_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static const struct client_class plain = { .share = 1 };

/* A full accept queue: SYNs at 0, 1, 3, 7 … 63 s, failed at 127 s, again after 3 s. */
static void test_syn_retransmission(void **state)
{
    (void)state;
    struct clients_case f;
    clients_case_init(&f, &plain, "eventsource-chromium", 1);
    f.answer = SYN_DROPPED;
    clients_connect(&f.clients, 0);
    simulation_run_until(&f.sim, 130 * S);
    static const int64_t at[] = { 0, 1, 3, 7, 15, 31, 63, 130 };
    assert_int_equal(f.syns, 8);
    for (int i = 0; i < 8; i++)
        assert_int_equal(f.syn_ns[i], at[i] * S);
    assert_int_equal(f.clients.counters.failed, 1);
    assert_int_equal(f.clients.counters.disconnects[DISCONNECT_CONNECT_TIMEOUT], 1);
    clients_case_close(&f);
}

/* A server that takes the connection and never answers: the client's time-out ends it, and the
 * server is told. */
static void test_connect_timeout(void **state)
{
    (void)state;
    struct client_class k = plain;
    k.connect_timeout_ns = 4 * S;
    struct clients_case f;
    clients_case_init(&f, &k, "eventsource-chromium", 1);
    f.answer = SYN_QUEUED;
    clients_connect(&f.clients, 0);
    simulation_run_until(&f.sim, 8 * S);
    assert_int_equal(f.syns, 2);
    assert_int_equal(f.syn_ns[1], 7 * S);
    assert_int_equal(f.left, 1);
    clients_case_close(&f);
}

static void test_life_of_a_connection(void **state)
{
    (void)state;
    struct clients_case f;
    clients_case_init(&f, &plain, "eventsource-chromium", 1);
    f.answer = SYN_QUEUED;
    clients_connect(&f.clients, 0);
    simulation_run_until(&f.sim, S);
    clients_opened(&f.clients, 0);
    assert_int_equal(f.clients.open, 1);
    simulation_run_until(&f.sim, 10 * S);
    clients_dropped(&f.clients, 0, DISCONNECT_SERVER_STOPPED, 0, 42, 0);
    assert_int_equal(f.clients.open, 0);
    assert_int_equal(f.clients.list[0].seen, 42);
    simulation_run_until(&f.sim, 14 * S);
    assert_int_equal(f.syn_ns[1], 13 * S);
    clients_opened(&f.clients, 0);
    assert_int_equal(f.clients.counters.reconnects, 1);
    assert_int_equal(f.clients.counters.opened, 2);
    clients_leave(&f.clients, 0);
    simulation_run_until(&f.sim, 100 * S);
    assert_int_equal(f.syns, 2);
    assert_int_equal(f.left, 1);
    clients_case_close(&f);
}

/* Its policy says at once, but a refusal takes a millisecond to be heard of and answered. */
static void test_refused_and_given_up(void **state)
{
    (void)state;
    struct clients_case f;
    clients_case_init(&f, &plain, "signalr", 1);
    f.answer = SYN_REFUSED;
    clients_connect(&f.clients, 0);
    simulation_run_until(&f.sim, 100 * S);
    static const int64_t at[] = { 0, 0, 2, 12, 42 };
    assert_int_equal(f.syns, 5);
    for (int i = 0; i < 5; i++)
        assert_in_range(f.syn_ns[i], at[i] * S, at[i] * S + 5 * MS);
    assert_int_equal(f.syn_ns[1] - f.syn_ns[0], MS);
    assert_int_equal(f.clients.counters.given_up, 1);
    clients_case_close(&f);
}

/* Silence counts from the last thing heard. */
static void test_silence(void **state)
{
    (void)state;
    struct client_class k = plain;
    k.silence_timeout_ns = 30 * S;
    struct clients_case f;
    clients_case_init(&f, &k, "eventsource-chromium", 1);
    clients_open_at_start(&f.clients, 0, 1);
    simulation_run_until(&f.sim, 20 * S);
    clients_heard(&f.clients, 0);
    simulation_run_until(&f.sim, 50 * S - 1);
    assert_int_equal(f.clients.open, 1);
    simulation_run_until(&f.sim, 50 * S);
    assert_int_equal(f.clients.open, 0);
    assert_int_equal(f.left, 1);
    assert_int_equal(f.clients.counters.disconnects[DISCONNECT_SILENCE], 1);
    clients_case_close(&f);
}

/* Poisson churn: 1000 clients at 0.01/s for 100 s: 1000 expected, sd 32. */
static void test_churn_rates(void **state)
{
    (void)state;
    struct client_class k = plain;
    k.stall_rate_hz = 0.01;
    k.stall_ns = 0;
    struct clients_case f;
    clients_case_init(&f, &k, "eventsource-chromium", 1000);
    clients_open_at_start(&f.clients, 0, 1000);
    clients_start(&f.clients);
    simulation_run_until(&f.sim, 100 * S);
    assert_in_range(f.stalled, 870, 1130);
    assert_int_equal(f.until_ns, INT64_MAX);
    assert_int_equal(f.vanished, 0);
    clients_case_close(&f);
}

static void test_vanishing_tells_nobody(void **state)
{
    (void)state;
    struct clients_case f;
    clients_case_init(&f, &plain, "eventsource-chromium", 2);
    clients_open_at_start(&f.clients, 0, 2);
    f.answer = SYN_QUEUED;
    clients_vanish(&f.clients, 1);
    simulation_run_until(&f.sim, 4 * S);
    assert_int_equal(f.vanished, 1);
    assert_int_equal(f.left, 0);
    assert_int_equal(f.syns, 1); /* it comes back on a new connection */
    assert_int_equal(f.clients.counters.disconnects[DISCONNECT_NETWORK], 1);
    clients_case_close(&f);
}

/* A stall some time after connecting hits that connection only. */
static void test_stall_after_connecting(void **state)
{
    (void)state;
    struct client_class k = plain;
    k.stall_at_ns = 5 * S;
    k.stall_ns = 2 * S;
    struct clients_case f;
    clients_case_init(&f, &k, "eventsource-chromium", 2);
    f.answer = SYN_QUEUED;
    clients_open_at_start(&f.clients, 0, 2);
    simulation_run_until(&f.sim, S);
    clients_dropped(&f.clients, 1, DISCONNECT_DRAINED, 0, 0, 0);
    simulation_run_until(&f.sim, 4 * S);
    clients_opened(&f.clients, 1);
    simulation_run_until(&f.sim, 8 * S);
    assert_int_equal(f.stalled, 1);
    assert_int_equal(f.until_ns, 7 * S);
    simulation_run_until(&f.sim, 9 * S);
    assert_int_equal(f.stalled, 2);
    clients_case_close(&f);
}

/* What a schedule makes stop reading counts like what stops by itself; a client without a connection
 * has nothing to read. */
static void test_told_to_stall(void **state)
{
    (void)state;
    struct clients_case f;
    clients_case_init(&f, &plain, "eventsource-chromium", 2);
    clients_open_at_start(&f.clients, 0, 1);
    clients_stall(&f.clients, 0, 3 * S);
    clients_stall(&f.clients, 1, 4 * S);
    assert_int_equal(f.stalled, 1);
    assert_int_equal(f.until_ns, 3 * S);
    assert_int_equal(clients_all(&f.clients).counters.stalls, 1);
    clients_case_close(&f);
}

/* A client's delays do not depend on what others do. */
static void test_draws_are_its_own(void **state)
{
    (void)state;
    int64_t at[2];
    for (int crowd = 0; crowd < 2; crowd++) {
        struct clients_case f;
        clients_case_init(&f, &plain, "full-jitter", 100);
        f.answer = SYN_REFUSED;
        clients_connect(&f.clients, 7);
        for (uint32_t i = 20; crowd && i < 100; i++)
            clients_connect(&f.clients, i);
        simulation_step(&f.sim);
        while (f.clients.list[7].reconnect.attempt < 4)
            assert_true(simulation_step(&f.sim));
        at[crowd] = f.sim.now_ns;
        clients_case_close(&f);
    }
    assert_int_equal(at[0], at[1]);
}

/* The closing handshake as a client sees it: told, then ended by the server or after its own
 * time-out, it tries again; one that left does not. */
static void test_closing(void **state)
{
    static const struct {
        bool leaves, ended;
        int told; /* the server that the client is gone */
        uint8_t then;
    } cases[] = { { false, true, 0, CLIENT_WAITING },
                  { false, false, 1, CLIENT_WAITING },
                  { true, true, 0, CLIENT_CLOSED },
                  { true, false, 1, CLIENT_CLOSED } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct clients_case f;
        clients_case_init(&f, &plain, "eventsource-chromium", 1);
        f.clients.params.close_timeout_ns = S;
        clients_open_at_start(&f.clients, 0, 1);
        if (cases[i].leaves)
            clients_leave(&f.clients, 0);
        else
            clients_told_to_close(&f.clients, 0, DISCONNECT_DRAINED);
        assert_int_equal(f.closes, cases[i].leaves);
        assert_int_equal(f.clients.open, 0);
        assert_int_equal(f.clients.closing, 1);
        simulation_run_until(&f.sim, S - 1);
        assert_int_equal(f.clients.state[0], CLIENT_CLOSING);
        if (cases[i].ended)
            clients_dropped(&f.clients, 0, DISCONNECT_DRAINED, 0, 0, 0);
        simulation_run_until(&f.sim, S);
        assert_int_equal(f.clients.state[0], cases[i].then);
        assert_int_equal(f.left, cases[i].told);
        assert_int_equal(f.clients.closing, 0);
        unsigned cause = cases[i].leaves ? DISCONNECT_CLIENT_LEFT : DISCONNECT_DRAINED;
        assert_int_equal(f.clients.counters.disconnects[cause], 1);
        clients_case_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syn_retransmission),
        cmocka_unit_test(test_connect_timeout),
        cmocka_unit_test(test_life_of_a_connection),
        cmocka_unit_test(test_refused_and_given_up),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_churn_rates),
        cmocka_unit_test(test_vanishing_tells_nobody),
        cmocka_unit_test(test_stall_after_connecting),
        cmocka_unit_test(test_told_to_stall),
        cmocka_unit_test(test_draws_are_its_own),
        cmocka_unit_test(test_closing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
