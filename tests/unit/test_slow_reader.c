/* Clients that read slowly, vanish, or stop (models/push_server_slow.c, push_server_read.c,
 * push_server_beat.c): what their sockets take, when the server may write again, and what is
 * behind what. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* One client reads 50,000 B/s; 10 publishes of 10,000 B a second from 0.1 s on. After t seconds
 * 50,000 B x t are behind it and as many before it: t seconds' reading. It never comes back. */
static struct parameters scene(enum push_protocol protocol)
{
    struct parameters p = push_case_plain();
    p.server.protocol = protocol;
    p.server.queue_policy = POLICY_NONE;
    p.clients = 1;
    p.network.socket_bytes = 1 << 20;
    p.workload.payload_bytes = 10000;
    p.workload.drain_ns = 0;
    p.workload.arrivals = ARRIVAL_CONSTANT;
    p.workload.phase[0] = (struct phase_params){ "steady", 12 * S, 10, true, 0, 0, 0 };
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1, .read_bps = 50000 };
    p.reconnect = (struct reconnect_params){ .kind = RECONNECT_NEVER };
    return p;
}

static double value_of(const struct parameters *p, const char *name)
{
    struct run_record r;
    push_case_run(p, 1, &r);
    double value = run_record_value(&r, name);
    run_record_close(&r);
    return value;
}

/* The ping of 4 s is read at 8 s, the next one, of 8 s, not before 16 s: a time-out of 3 s ends
 * the connection at 7 s, one of 5 s at 13 s, after the run. One message of 10 less, and it keeps
 * up and answers at once. */
static void pongs_come_behind_the_backlog(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_WEBSOCKET);
    p.heartbeat.period_ns = 4 * S;
    p.heartbeat.pong_timeout_ns = 5 * S;
    assert_true(value_of(&p, "disconnects.pong_timeout") == 0);
    p.heartbeat.pong_timeout_ns = 3 * S;
    assert_true(value_of(&p, "disconnects.pong_timeout") == 1);
    p.workload.phase[0].rate_hz = 4;
    assert_true(value_of(&p, "disconnects.pong_timeout") == 0);
}

/* A message a second takes 10 s to read: the pings of 4 s and 8 s come behind the first one, which
 * is there after 11 s. */
static void pings_are_heard_behind_the_backlog(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    p.workload.payload_bytes = 500000;
    p.workload.phase[0].rate_hz = 1;
    p.heartbeat.period_ns = 4 * S;
    p.classes[0].silence_timeout_ns = 8 * S;
    assert_true(value_of(&p, "disconnects.silence") == 1);
    p.classes[0].silence_timeout_ns = 11500 * MS;
    assert_true(value_of(&p, "disconnects.silence") == 0);
}

/* Messages are heard as they are read, every 0.2 s. */
static void messages_are_heard_as_they_are_read(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    p.classes[0].silence_timeout_ns = 300 * MS;
    assert_true(value_of(&p, "disconnects.silence") == 0);
    p.classes[0].silence_timeout_ns = 150 * MS;
    assert_true(value_of(&p, "disconnects.silence") == 1);
}

/* It hears messages for 1 s, stops for 2 s and reads on: that is no silence of 2.5 s, though nothing
 * is heard while it lasts, nor while the loop is busy when it ends. One of 1.5 s it is, at 2.5 s. */
static void silence_begins_with_the_last_message(void **state)
{
    (void)state;
    for (int busy = 0; busy < 2; busy++) {
        struct parameters p = scene(PROTOCOL_SSE);
        p.classes[0].read_bps = 0;
        p.classes[0].stall_at_ns = S;
        p.classes[0].stall_ns = 2 * S;
        p.classes[0].silence_timeout_ns = 2500 * MS;
        p.fault.busy_at_ns = busy ? 2900 * MS : 0;
        p.fault.busy_ns = S;
        assert_true(value_of(&p, "disconnects.silence") == 0);
        p.classes[0].silence_timeout_ns = 1500 * MS;
        assert_true(value_of(&p, "disconnects.silence") == 1);
    }
}

/* A full socket of 300,000 B is writable again when 100,000 B of it have been read, which takes
 * 2 s: the writer waits longer than 1.9 s and not 2.2 s. It fills the socket in one go. */
static void a_third_must_be_read_before_the_next_write(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    p.network.socket_bytes = 300000;
    p.server.write_high_bytes = p.server.write_low_bytes = 0;
    p.network.write_timeout_ns = 1900 * MS;
    assert_true(value_of(&p, "disconnects.write_timeout") == 1);
    p.network.write_timeout_ns = 2200 * MS;
    assert_true(value_of(&p, "disconnects.write_timeout") == 0);
}

/* One message of 500,000 B and a head of 8: of what a client that has stopped gets, its socket
 * takes 200,000 B, the write buffer the rest. */
static void what_fits_goes_into_the_socket(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    p.classes[0].read_bps = 0;
    p.classes[0].stall_at_ns = MS;
    p.network.socket_bytes = 200000;
    p.workload.payload_bytes = 500000;
    p.workload.phase[0].rate_hz = 0.1;
    assert_true(value_of(&p, "in_flight") == 1);
    assert_true(value_of(&p, "memory.end.sockets") == 200000);
    assert_true(value_of(&p, "memory.end.write_buffers") == 300008);
}

/* Of 200,000 B in the sockets the client's receive buffer has 60,000, or its half: memory of another
 * machine. Who was gone before has received nothing. */
static void what_the_client_has_received_is_its_own_memory(void **state)
{
    static const struct {
        int64_t receive_bytes;
        double loss_rate_hz, sockets;
    } cases[] = { { 60000, 0, 140000 }, { 150000, 0, 100000 }, { 60000, 1000, 200000 } };
    (void)state;
    for (int k = 0; k < 3; k++) {
        struct parameters p = scene(PROTOCOL_SSE);
        p.network.socket_bytes = 200000;
        p.network.receive_bytes = cases[k].receive_bytes;
        p.network.dead_ns = 60 * S;
        p.classes[0].read_bps = 0;
        p.classes[0].stall_at_ns = cases[k].loss_rate_hz > 0 ? 0 : MS;
        p.classes[0].loss_rate_hz = cases[k].loss_rate_hz;
        assert_true(value_of(&p, "memory.end.sockets") == cases[k].sockets);
    }
}

/* nginx's timer starts anew with each write that gets on: every 1.33 s 66,667 B of the 200,000 B
 * have been read. asyncio's drain goes on until the buffer is at its low mark. */
static void partial_writes_set_nginx_timer_anew(void **state)
{
    (void)state;
    for (int nginx = 0; nginx < 2; nginx++) {
        struct parameters p = scene(PROTOCOL_WEBSOCKET);
        p.server.loop = nginx ? LOOP_NGINX : LOOP_ASYNCIO;
        p.network.socket_bytes = 200000;
        p.network.write_timeout_ns = 1500 * MS;
        p.workload.payload_bytes = 500000;
        p.workload.phase[0].rate_hz = 0.1;
        assert_true(value_of(&p, "disconnects.write_timeout") == !nginx);
    }
}

/* Who reads 50,000 B/s has it after 10 s: its reading goes on while the rest comes. */
static void a_large_message_is_read_in_parts(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    p.network.socket_bytes = 200000;
    p.workload.payload_bytes = 500000;
    p.workload.phase[0].rate_hz = 0.1;
    p.workload.drain_ns = 20 * S;
    double longest = value_of(&p, "delivery.max");
    assert_true(longest > 10 && longest < 10.02);
}

/* Published at 5 s. Who has read all that was in its socket, 200,000 B by 9 s, while the loop was
 * busy reads on when the rest of 300,000 B is written, from 15 s on. */
static void it_reads_on_after_the_servers_pause(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    p.network.socket_bytes = 200000;
    p.workload.payload_bytes = 500000;
    p.workload.phase[0].rate_hz = 0.1;
    p.workload.drain_ns = 20 * S;
    p.fault.busy_at_ns = 5200 * MS;
    p.fault.busy_ns = 9800 * MS;
    double longest = value_of(&p, "delivery.max");
    assert_true(longest > 15.9 && longest < 16.1);
}

/* What did not fit into the socket is written again when there is room, in parts, each of which
 * costs its own bytes: all 500,008 B at first, and the 300,008 B that are left. */
static void a_rest_costs_its_bytes(void **state)
{
    (void)state;
    double used_s[2];
    for (int dear = 0; dear < 2; dear++) {
        struct parameters p = scene(PROTOCOL_SSE);
        p.network.socket_bytes = 200000;
        p.workload.payload_bytes = 500000;
        p.workload.phase[0].rate_hz = 0.1;
        p.workload.drain_ns = 20 * S;
        p.cost.by_protocol[PROTOCOL_SSE].write_kib_ns = dear ? 500 : 0;
        used_s[dear] = value_of(&p, "cpu.used");
    }
    double bytes_s = used_s[1] - used_s[0];
    assert_near(bytes_s, 500e-9 * (500008 + 300008) / 1024, 1e-8);
}

/* Three messages of 50,000 B at once: a wake-up takes two of them, which bring the write buffer
 * above its mark of 65,536 B. The third goes when the client has made room, though no publish comes
 * that would wake its task. */
static void what_a_wake_up_leaves_goes_without_another(void **state)
{
    (void)state;
    for (int loop = LOOP_UVLOOP; loop <= LOOP_ASYNCIO; loop++) {
        struct parameters p = scene(PROTOCOL_SSE);
        struct schedule s;
        struct run_record r;
        static const int64_t at[] = { S, S + 1000, S + 2000 };
        p.server.loop = (enum loop_kind)loop;
        p.network.socket_bytes = 10000;
        p.workload.drain_ns = 20 * S;
        push_case_publishes(&s, 1, at, 3, 2 * S);
        for (int i = 0; i < 3; i++)
            s.actions[i].bytes = 50000;
        run_record_init(&r);
        push_run(&p, &s, 1, 0, &r);
        assert_true(run_record_value(&r, "delivered") == 3);
        assert_true(run_record_value(&r, "in_flight") == 0);
        run_record_close(&r);
        schedule_close(&s);
    }
}

/* Who reads a message in no time is as quick as who is said to read all as it comes, and costs the
 * server as much: the two are followed apart (push_server_slow.c, push_server_take.c). Groups of
 * three publishes, which the later wake-ups take together. */
static void a_rate_without_bounds_is_none(void **state)
{
    (void)state;
    for (int k = 0; k < (LOOP_THREADS + 1) * PROTOCOLS; k++) {
        double mean_s[2], max_s[2], used_s[2];
        for (int rate = 0; rate < 2; rate++) {
            struct parameters p = scene((enum push_protocol)(k % PROTOCOLS));
            struct schedule s;
            struct run_record r;
            int64_t at[30];
            p.server.loop = (enum loop_kind)(k / PROTOCOLS);
            p.server.hops =
                p.server.loop == LOOP_UVLOOP || p.server.loop == LOOP_ASYNCIO ? 2 : 0;
            p.classes[0].read_bps = rate ? INT64_C(1000000000000) : 0;
            for (int i = 0; i < 30; i++)
                at[i] = (i / 3 + 1) * 50 * MS + i % 3 * 1000;
            push_case_publishes(&s, 1, at, 30, S);
            run_record_init(&r);
            push_run(&p, &s, 1, 0, &r);
            assert_true(run_record_value(&r, "delivered") == 30);
            mean_s[rate] = run_record_value(&r, "delivery.mean");
            max_s[rate] = run_record_value(&r, "delivery.max");
            used_s[rate] = run_record_value(&r, "cpu.used");
            run_record_close(&r);
            schedule_close(&s);
        }
        assert_true(fabs(mean_s[1] - mean_s[0]) < 1e-12);
        assert_true(fabs(max_s[1] - max_s[0]) < 1e-12);
        assert_true(fabs(used_s[1] - used_s[0]) < 1e-12);
    }
}

/* One message of 500,000 B to a client that has stopped, and none after it: nginx gives up after
 * its time-out, so do websockets' sends; an event stream of uvicorn's only finds out at the next
 * write. */
static void a_rest_starts_the_time_out(void **state)
{
    static const struct {
        enum push_protocol protocol;
        enum loop_kind loop;
        double ends;
    } cases[] = {
        { PROTOCOL_SSE, LOOP_NGINX, 1 },         { PROTOCOL_WEBSOCKET, LOOP_NGINX, 1 },
        { PROTOCOL_WEBSOCKET, LOOP_ASYNCIO, 1 }, { PROTOCOL_WEBSOCKET, LOOP_UVLOOP, 1 },
        { PROTOCOL_SSE, LOOP_ASYNCIO, 0 },       { PROTOCOL_SSE, LOOP_UVLOOP, 0 },
        { PROTOCOL_WEBSOCKET, LOOP_NODE, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = scene(cases[i].protocol);
        p.server.loop = cases[i].loop;
        p.classes[0].read_bps = 0;
        p.classes[0].stall_at_ns = MS;
        p.network.socket_bytes = 200000;
        p.network.write_timeout_ns = S;
        p.workload.payload_bytes = 500000;
        p.workload.phase[0].rate_hz = 0.1;
        p.workload.drain_ns = 2 * S;
        assert_true(value_of(&p, "disconnects.write_timeout") == cases[i].ends);
    }
}

/* The client's network is gone for good, or for an outage: the kernel takes 60,000 B for it, not
 * the 200,000 B that one has room for that has only stopped. */
static void little_goes_into_the_socket_of_who_is_gone(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        struct parameters p = scene(PROTOCOL_SSE);
        p.network.socket_bytes = 200000;
        p.network.vanished_bytes = 60000;
        p.network.dead_ns = 60 * S;
        p.classes[0].read_bps = 0;
        p.classes[0].loss_rate_hz = k == 0 ? 1000 : 0;
        p.classes[0].stall_at_ns = k == 2 ? MS : 0;
        p.fault.blip_at_ns = k == 1 ? MS : 0;
        p.fault.blip_ns = 30 * S;
        p.fault.blip_share = 1;
        assert_true(value_of(&p, "memory.end.sockets") == (k < 2 ? 60000 : 200000));
    }
}

/* Two slots in turn: on its third connection it has the first one's, on which it was reading
 * 100,000 B for 2 s from 0.5 s on. The same of the third, from 1 s on, takes until 3 s. */
static void a_slot_reads_for_its_present_client(void **state)
{
    (void)state;
    static const int64_t at_ms[] = { 500, 600, 700, 800, 900, 1000 };
    static const enum action_kind kinds[] = { ACTION_PUBLISH, ACTION_DISCONNECT,
                                              ACTION_CONNECT, ACTION_DISCONNECT,
                                              ACTION_CONNECT, ACTION_PUBLISH };
    struct action actions[6];
    struct parameters p = scene(PROTOCOL_SSE);
    struct run_record r;
    for (int i = 0; i < 6; i++)
        actions[i] = (struct action){
            .at_ns = at_ms[i] * MS, .kind = kinds[i], .bytes = 100000, .measured = true
        };
    struct schedule s = {
        .actions = actions, .count = 6, .initial = 1, .clients = 1, .end_ns = 5 * S
    };
    run_record_init(&r);
    push_run(&p, &s, 1, 1, &r);
    assert_true(run_record_value(&r, "delivered") == 1);
    assert_true(run_record_value(&r, "delivery.max") > 1.99);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pongs_come_behind_the_backlog),
        cmocka_unit_test(pings_are_heard_behind_the_backlog),
        cmocka_unit_test(messages_are_heard_as_they_are_read),
        cmocka_unit_test(silence_begins_with_the_last_message),
        cmocka_unit_test(a_third_must_be_read_before_the_next_write),
        cmocka_unit_test(what_fits_goes_into_the_socket),
        cmocka_unit_test(a_rest_starts_the_time_out),
        cmocka_unit_test(little_goes_into_the_socket_of_who_is_gone),
        cmocka_unit_test(what_the_client_has_received_is_its_own_memory),
        cmocka_unit_test(partial_writes_set_nginx_timer_anew),
        cmocka_unit_test(a_large_message_is_read_in_parts),
        cmocka_unit_test(it_reads_on_after_the_servers_pause),
        cmocka_unit_test(a_rest_costs_its_bytes),
        cmocka_unit_test(what_a_wake_up_leaves_goes_without_another),
        cmocka_unit_test(a_rate_without_bounds_is_none),
        cmocka_unit_test(a_slot_reads_for_its_present_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
