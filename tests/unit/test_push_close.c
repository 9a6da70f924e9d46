/* The closing handshake of a WebSocket (models/push_server_close.c), from both sides: who answers
 * is gone after a round trip and a turn of the loop; who does not read holds its connection, and
 * what is in its buffers, until the time-out; a busy loop keeps leavers waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

#define CLIENTS 20

/* 20 clients, 20 publishes of 10,000 B a second, 10 s; sockets hold 12,000 B, one message. Nobody
 * comes back within the run. */
static struct parameters scene(enum push_protocol protocol, int64_t close_timeout_ns)
{
    struct parameters p = push_case_plain();
    p.server.protocol = protocol;
    p.clients = CLIENTS;
    p.websocket.close_timeout_ns = close_timeout_ns;
    p.network.socket_bytes = 12000;
    p.workload.payload_bytes = 10000;
    p.workload.drain_ns = 0;
    p.workload.phase[0] = (struct phase_params){ "steady", 10 * S, 20, true, 0, 0, 0 };
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1 };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = 60 * S, .cap_ns = 60 * S, .factor = 1, .steps = 1
    };
    return p;
}

static double value(const struct run_record *r, const char *name)
{
    return run_record_value(r, name);
}

/* Value of a series at the whole second; -1: no such point. */
static double at_second(const struct run_record *r, const char *name, int64_t second)
{
    for (size_t i = 0; i < r->point_count; i++)
        if (strcmp(r->points[i].name, name) == 0 && r->points[i].at_ns == second * S)
            return r->points[i].value;
    return -1;
}

/* Clients that read, thrown out because a pong takes longer than its time-out, one every 150 ms:
 * each is closing for the way there and back, 400.1 ms, and never for the time-out. */
static void readers_answer(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_WEBSOCKET, 5 * S);
    struct run_record r;
    p.network.delivery_ns = 400 * MS;
    p.heartbeat.period_ns = 3 * S;
    p.heartbeat.pong_timeout_ns = 300 * MS;
    push_case_run(&p, 1, &r);
    assert_true(value(&r, "disconnects.pong_timeout") == CLIENTS);
    assert_true(value(&r, "closes.timed_out") == 0);
    double closing = at_second(&r, "connections.closing", 2);
    assert_true(closing == 2 || closing == 3);
    assert_true(at_second(&r, "clients.closing", 2) <= 1); /* they hear of it 0.1 ms before */
    assert_true(value(&r, "connections.closing.max") <= 3);
    assert_true(at_second(&r, "connections.closing", 4) == 0);
    assert_true(at_second(&r, "connections", 4) == 0);
    run_record_close(&r);
}

/* All stop reading at 2 s and are thrown out a second after their write buffer is full. SSE lets
 * them go at once; a WebSocket waits, in vain, for five seconds more. */
static void who_does_not_read_is_waited_for(void **state)
{
    static const struct {
        enum push_protocol protocol;
        int64_t close_timeout_ns;
        double closing_at_5, timed_out;
    } cases[] = {
        { PROTOCOL_SSE, 5 * S, -1, 0 },
        { PROTOCOL_WEBSOCKET, 0, -1, 0 },
        { PROTOCOL_WEBSOCKET, 5 * S, CLIENTS, CLIENTS },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = scene(cases[i].protocol, cases[i].close_timeout_ns);
        struct run_record r;
        p.classes[0].stall_at_ns = 2 * S;
        p.network.write_timeout_ns = S;
        push_case_run(&p, 1, &r);
        assert_true(at_second(&r, "connections", 5) == 0);
        assert_true(at_second(&r, "connections.closing", 5) == cases[i].closing_at_5);
        assert_true(value(&r, "closes.timed_out") == cases[i].timed_out);
        assert_true(value(&r, "disconnects.write_timeout") == CLIENTS);
        /* the clients never know: it is behind what they do not read */
        assert_true(value(&r, "clients.open") == CLIENTS);
        run_record_close(&r);
    }
}

/* The same, but they read again: before the time-out the Close comes behind what their buffers
 * held, which is delivered; without a handshake it is lost. */
static void buffers_are_read_before_the_close(void **state)
{
    struct run_record r[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct parameters p = scene(PROTOCOL_WEBSOCKET, k ? 5 * S : 0);
        p.classes[0].stall_at_ns = 2 * S;
        p.classes[0].stall_ns = 3 * S;
        p.network.write_timeout_ns = 200 * MS;
        push_case_run(&p, 1, &r[k]);
    }
    assert_true(value(&r[1], "closes.timed_out") < CLIENTS);
    assert_true(value(&r[1], "delivered") > value(&r[0], "delivered"));
    assert_true(value(&r[1], "blame.buffers.all") > value(&r[0], "blame.buffers.all"));
    double due = value(&r[1], "due");
    assert_true(due == value(&r[1], "delivered") + value(&r[1], "dropped") +
                           value(&r[1], "lost") + value(&r[1], "in_flight"));
    run_record_close(&r[0]);
    run_record_close(&r[1]);
}

/* Memory is held until the time-out, connections and write buffers; what is in the sockets as long
 * as nobody reads it. */
static void closing_connections_hold_memory(void **state)
{
    struct run_record r[2];
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct parameters p = scene(PROTOCOL_WEBSOCKET, k ? 4 * S : 0);
        p.memory = (struct memory_params){ .connection_bytes = 1000000 };
        p.classes[0].stall_at_ns = 2 * S;
        p.network.write_timeout_ns = S;
        push_case_run(&p, 1, &r[k]);
    }
    assert_true(at_second(&r[0], "memory", 5) == CLIENTS * 12000);
    assert_true(at_second(&r[1], "memory", 5) > CLIENTS * (1e6 + 65536));
    assert_true(at_second(&r[1], "memory", 9) == CLIENTS * 12000);
    run_record_close(&r[0]);
    run_record_close(&r[1]);
}

/* All leave at 3 s, when the loop has a second of other work left to do: they wait for it. */
static void leavers_wait_for_the_loop(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        struct parameters p = scene(PROTOCOL_WEBSOCKET, k ? 300 * MS : 10 * S);
        struct run_record r;
        p.class_count = 2;
        p.classes[0].share = 0.0001; /* the second class is everybody */
        p.classes[1] = (struct client_class){ .share = 1 };
        p.fault.leave_at_ns = 2900 * MS;
        p.fault.busy_at_ns = 2800 * MS;
        p.fault.busy_ns = 1500 * MS;
        push_case_run(&p, 1, &r);
        double left = value(&r, "disconnects.client_left");
        assert_true(left >= CLIENTS - 1);
        assert_true(at_second(&r, "clients.closing", 3) == left);
        assert_true(at_second(&r, "clients.closing", 4) == (k ? 0 : left));
        assert_true(at_second(&r, "connections", 4) == CLIENTS);
        assert_true(at_second(&r, "connections", 5) == CLIENTS - left);
        assert_true(value(&r, "noticed.client_left") == left);
        run_record_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_answer),
        cmocka_unit_test(who_does_not_read_is_waited_for),
        cmocka_unit_test(buffers_are_read_before_the_close),
        cmocka_unit_test(closing_connections_hold_memory),
        cmocka_unit_test(leavers_wait_for_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
