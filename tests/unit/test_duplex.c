/* Messages of clients and their answers: what a round trip is made of on each protocol, what an
 * answer waits for, and what becomes of those whose connection or server goes away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "models/duplex.h"
#include "models/push_run.h"
#include "sim/error.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* -- the books ----------------------------------------------------------------------------- */

static void open_books(struct duplex *d, bool own_connection, struct run_record *r)
{
    static const struct duplex_params p = { .rate_hz = 1 };
    run_record_init(r);
    duplex_init(d, &p, own_connection, 3, 10, r);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(duplex_send(d, i % 3, i, 10, true), i);
}

static void who_loses_what(void **state)
{
    static const struct {
        bool own_connection;
        enum disconnect_cause cause;
        uint64_t lost; /* of the two messages of client 1 */
    } cases[] = {
        { true, DISCONNECT_PONG_TIMEOUT, 2 },   { true, DISCONNECT_CLIENT_LEFT, 2 },
        { false, DISCONNECT_PONG_TIMEOUT, 0 },  { false, DISCONNECT_SLOW_CONSUMER, 0 },
        { false, DISCONNECT_CLIENT_LEFT, 2 },   { false, DISCONNECT_NETWORK, 2 },
        { false, DISCONNECT_SERVER_KILLED, 2 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct duplex d;
        struct run_record r;
        open_books(&d, cases[i].own_connection, &r);
        duplex_disconnected(&d, 1, cases[i].cause);
        assert_int_equal(d.all.lost[cases[i].cause], cases[i].lost);
        duplex_answered(&d, 1, 100); /* of client 1: only if it was not lost */
        assert_int_equal(d.all.answered, cases[i].lost == 0);
        duplex_report(&d);
        assert_true(run_record_value(&r, "messages.sent") == 6);
        assert_true(run_record_value(&r, "messages.in_flight") ==
                    6 - (double)cases[i].lost - (cases[i].lost == 0));
        duplex_close(&d);
        run_record_close(&r);
    }
}

/* Client 0 has messages 0 and 3; their answers stand behind 2 and 5 others. */
static void unread_answers_wait(void **state)
{
    struct duplex d;
    struct run_record r;
    (void)state;
    open_books(&d, true, &r);
    duplex_unread(&d, 0, 2);
    duplex_unread(&d, 3, 5);
    duplex_read(&d, 0, 1, 10);
    assert_int_equal(d.all.answered, 0);
    duplex_read(&d, 0, 1, 20);
    assert_int_equal(d.all.answered, 1);
    assert_int_equal(d.all.roundtrip.max, 20);
    duplex_read(&d, 0, 9, 33);
    assert_int_equal(d.all.answered, 2);
    assert_int_equal(d.all.roundtrip.max, 30); /* planned at 3 */
    assert_int_equal(duplex_in_flight(&d), 4);
    duplex_close(&d);
    run_record_close(&r);
}

/* -- round trips --------------------------------------------------------------------------- */

/* Nothing but a message from each of 3 clients, far apart, whatever else is in p. */
static void run(const struct parameters *p, struct action *actions, size_t count,
                struct run_record *r)
{
    struct schedule s = { .actions = actions,
                          .count = count,
                          .initial = (uint32_t)p->clients,
                          .clients = (uint32_t)p->clients,
                          .end_ns = 5 * S };
    run_record_init(r);
    push_run(p, &s, 1, 1, r);
}

static struct parameters quiet(enum push_protocol protocol, enum loop_kind loop)
{
    struct parameters p = push_case_plain();
    p.server.protocol = protocol;
    p.server.loop = loop;
    p.duplex = (struct duplex_params){ 1, 1024, 512, 1, DUPLEX_KEEP_ALIVE };
    p.workload.drain_ns = 0;
    for (int i = 0; i < PROTOCOLS; i++) {
        p.cost.by_protocol[i].message_ns = 100000 * (i == PROTOCOL_SSE ? 3 : 1);
        p.cost.by_protocol[i].frame_bytes = 0;
    }
    return p;
}

/* network out + poll + message + poll + write + network back; costs of tests/support/push_case.c:
 * poll 30 us and 3 us for a descriptor; by size for a masked header of 8 bytes and one of 4, or the
 * heads of request and response. */
static void an_idle_server_answers_at_once(void **state)
{
    const struct {
        enum push_protocol protocol;
        enum loop_kind loop;
        enum duplex_connection connection;
        int64_t tls_ns;
        double us;
    } cases[] = {
        { PROTOCOL_WEBSOCKET, LOOP_ASYNCIO, DUPLEX_KEEP_ALIVE, 0,
          100 + 33 + 100 + 0.7 * 1032 / 1024 + 30 + 14 + 0.7 * 516 / 1024 + 50 },
        { PROTOCOL_WEBSOCKET, LOOP_UVLOOP, DUPLEX_KEEP_ALIVE, 0,
          100 + 33 + 100 + 0.7 * 1032 / 1024 + 30 + 14 + 0.7 * 516 / 1024 + 50 },
        { PROTOCOL_SSE, LOOP_ASYNCIO, DUPLEX_KEEP_ALIVE, 0,
          100 + 33 + 300 + 0.5 * 1134 / 1024 + 30 + 9 + 0.5 * 642 / 1024 + 50 },
        /* one more round trip, and closing costs 50 us */
        { PROTOCOL_SSE, LOOP_ASYNCIO, DUPLEX_EACH, 0,
          250 + 33 + 350 + 0.5 * 1134 / 1024 + 30 + 9 + 0.5 * 642 / 1024 + 50 },
        /* TLS takes another one, and 400 us of CPU; on a connection that stands it is over */
        { PROTOCOL_SSE, LOOP_ASYNCIO, DUPLEX_EACH, 400000,
          400 + 33 + 750 + 0.5 * 1134 / 1024 + 30 + 9 + 0.5 * 642 / 1024 + 50 },
        { PROTOCOL_SSE, LOOP_ASYNCIO, DUPLEX_KEEP_ALIVE, 400000,
          100 + 33 + 300 + 0.5 * 1134 / 1024 + 30 + 9 + 0.5 * 642 / 1024 + 50 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = quiet(cases[i].protocol, cases[i].loop);
        struct action a[3] = { 0 };
        struct run_record r;
        p.duplex.connection = cases[i].connection;
        p.accept.tls_ns = cases[i].tls_ns;
        for (uint32_t k = 0; k < 3; k++)
            a[k] = (struct action){ (k + 1) * S, ACTION_MESSAGE, k, 1024, 0, true };
        run(&p, a, 3, &r);
        assert_true(run_record_value(&r, "messages.answered") == 3);
        assert_near(run_record_value(&r, "roundtrip.mean") * 1e6, cases[i].us, 0.01);
        run_record_close(&r);
    }
}

/* A client that does not read from 1 s to 3 s sends at 2 s: its answer on the WebSocket is read
 * at 3 s, that of a POST at once. */
static void a_stalled_reader_gets_its_answer_late(void **state)
{
    (void)state;
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
        struct parameters p = quiet((enum push_protocol)protocol, LOOP_ASYNCIO);
        struct run_record r;
        struct action a[] = {
            { 1 * S, ACTION_STALL, 0, 0, 2 * S, false },
            { 1500 * MS, ACTION_PUBLISH, 0, 1000, 0, true },
            { 2 * S, ACTION_MESSAGE, 0, 1024, 0, true },
        };
        run(&p, a, 3, &r);
        double ms = run_record_value(&r, "roundtrip.max") * 1e3;
        if (protocol == PROTOCOL_WEBSOCKET)
            assert_near(ms, 1000, 1e-6);
        else
            assert_true(ms < 2);
        assert_true(run_record_value(&r, "clients.stalls") == 1);
        run_record_close(&r);
    }
}

/* The server dies at 2 s while it is busy: what it has not answered is lost; a message of a client
 * that is not connected is not sent. */
static void a_killed_server_answers_nobody(void **state)
{
    (void)state;
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
        struct parameters p = quiet((enum push_protocol)protocol, LOOP_ASYNCIO);
        struct run_record r;
        struct action a[] = {
            { 1 * S, ACTION_MESSAGE, 0, 1024, 0, true },
            { 1950 * MS, ACTION_MESSAGE, 1, 1024, 0, true },
            { 3 * S, ACTION_MESSAGE, 2, 1024, 0, true },
        };
        p.fault.busy_at_ns = 1900 * MS;
        p.fault.busy_ns = 500 * MS;
        p.fault.crash_at_ns = 2 * S;
        run(&p, a, 3, &r);
        assert_true(run_record_value(&r, "messages.answered") == 1);
        assert_true(run_record_value(&r, "messages.lost.server_killed") == 1);
        assert_true(run_record_value(&r, "messages.unsent") == 1);
        run_record_close(&r);
    }
}

/* A message costs 1 ms, planned at random 600 times a second by 300 clients: M/D/1, whose mean wait
 * is rho / (2 (1 - rho)) services. */
static void many_senders_are_a_queue(void **state)
{
    struct parameters p = quiet(PROTOCOL_WEBSOCKET, LOOP_THREADS);
    struct schedule s;
    struct run_record r;
    (void)state;
    p.clients = 300;
    p.duplex = (struct duplex_params){ 2, 1, 1, 0, DUPLEX_KEEP_ALIVE };
    p.cost.iteration_ns = p.cost.ready_fd_ns = 0;
    p.cost.by_protocol[PROTOCOL_WEBSOCKET].message_ns = 986000; /* and a write of 14 us */
    p.cost.by_protocol[PROTOCOL_WEBSOCKET].write_kib_ns = 0;
    p.workload.phase[0] = (struct phase_params){ "steady", 400 * S, 0, true, 0, 0, 0 };
    schedule_build(&s, &p, 1, 1);
    run_record_init(&r);
    push_run(&p, &s, 1, 1, &r);
    double rho = 0.6, wait_ms = run_record_value(&r, "roundtrip.mean") * 1e3 - 0.15 - 1;
    assert_near(run_record_value(&r, "messages.sent"), 240000, 5 * sqrt(240000));
    assert_near(wait_ms, rho / (2 * (1 - rho)), 0.03);
    run_record_close(&r);
    schedule_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_loses_what),
        cmocka_unit_test(unread_answers_wait),
        cmocka_unit_test(an_idle_server_answers_at_once),
        cmocka_unit_test(a_stalled_reader_gets_its_answer_late),
        cmocka_unit_test(a_killed_server_answers_nobody),
        cmocka_unit_test(many_senders_are_a_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
