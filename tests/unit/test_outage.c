/* A network that carries nothing for a while: what the clients, TCP and the server make of it. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/client_preset.h"
#include "models/push_run.h"
#include "tests/support/clients_case.h"
#include "tests/support/near.h"
#include "tests/support/preset_named.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

/* Sent at 10 s, and again after 0.2, 0.6, 1.4, 3.0, 6.2, 12.6 … s; at most every 120 s. */
static void sent_again_at_times_that_double(void **state)
{
    (void)state;
    static const struct {
        int64_t until_ms, through_ms;
    } cases[] = { { 10000, 10000 },   { 10001, 10200 },   { 10200, 10200 },
                  { 10201, 10600 },   { 15000, 16200 },   { 25000, 35400 },
                  { 100000, 112200 }, { 250000, 334600 }, { 400000, 454600 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(outage_through_ns(10 * S, cases[i].until_ms * MS),
                         cases[i].through_ms * MS);
}

static void it_hits_its_share_evenly(void **state)
{
    struct outage o = { 0 };
    (void)state;
    outage_begin(&o, 5 * S, 8 * S, 0.25, 40);
    for (uint32_t i = 0, hit = 0; i < 40; i++) {
        hit += outage_hits(&o, i);
        assert_int_equal(hit, (i + 1) / 4);
        assert_false(outage_cuts(&o, i, 5 * S - 1));
        assert_int_equal(outage_cuts(&o, i, 5 * S), outage_hits(&o, i));
        assert_false(outage_cuts(&o, i, 8 * S));
    }
    outage_close(&o);
    assert_false(outage_cuts(&o, 3, 6 * S));
}

static const struct client_class plain = { .share = 1 };

/* One client that is open, and cut off from 10 s to 30 s. */
static void cut_off(struct clients_case *f, const struct client_class *klass)
{
    clients_case_init(f, klass, "eventsource-chromium", 1);
    f->answer = SYN_QUEUED;
    clients_connect(&f->clients, 0);
    clients_opened(&f->clients, 0);
    simulation_run_until(&f->sim, 10 * S);
    assert_int_equal(clients_blip(&f->clients, 1, 30 * S), 1);
    assert_int_equal(f->cut_off, 1);
    assert_int_equal(f->until_ns, 30 * S);
}

/* The server gives the connection up at 14 s. The client hears of it at 39.4 s, when the FIN has
 * been sent for the seventh time, or when the server's kernel says; only then does it try again. */
static void the_end_of_a_connection_comes_late(void **state)
{
    struct clients_case f;
    (void)state;
    for (int later = 0; later < 2; later++) {
        int64_t hears = later ? 61 * S : 39400 * MS;
        cut_off(&f, &plain);
        simulation_run_until(&f.sim, 14 * S);
        clients_dropped(&f.clients, 0, DISCONNECT_PONG_TIMEOUT, 0, 0, later ? hears : 0);
        simulation_run_until(&f.sim, hears - 1);
        assert_int_equal(f.clients.open, 1);
        simulation_run_until(&f.sim, hears + 3 * S); /* its retry delay */
        assert_int_equal(f.clients.counters.disconnects[DISCONNECT_PONG_TIMEOUT], 1);
        assert_int_equal(f.syns, 2);
        assert_int_equal(f.syn_ns[1], hears + 3 * S);
        clients_case_close(&f);
    }
}

/* It finds out by itself, after 5 s of silence: its FIN takes until 40.4 s (25.4 s after it was
 * sent), its SYNs until the first after the outage: 18 + 15 s. */
static void a_client_that_finds_out_connects_when_it_can(void **state)
{
    struct clients_case f;
    struct client_class k = plain;
    (void)state;
    k.silence_timeout_ns = 15 * S; /* since it opened, at 0 */
    cut_off(&f, &k);
    f.answer = SYN_DROPPED; /* no more of them than the outage has left */
    simulation_run_until(&f.sim, 33 * S);
    assert_int_equal(f.clients.counters.disconnects[DISCONNECT_SILENCE], 1);
    assert_int_equal(f.left, 0);
    assert_int_equal(f.vanished, 1);
    assert_int_equal(f.tells_ns, 40400 * MS);
    assert_int_equal(f.syns, 2); /* the first is that of time 0 */
    assert_int_equal(f.syn_ns[1], 33 * S);
    clients_case_close(&f);
}

/* All it sends on one connection comes together, behind the first thing that was swallowed. */
static void what_a_client_sends_waits(void **state)
{
    struct clients_case f;
    (void)state;
    cut_off(&f, &plain);
    simulation_run_until(&f.sim, 12 * S);
    assert_int_equal(clients_through_ns(&f.clients, 0), 37400 * MS);
    simulation_run_until(&f.sim, 29 * S);
    assert_int_equal(clients_through_ns(&f.clients, 0), 37400 * MS);
    simulation_run_until(&f.sim, 31 * S); /* the network is back, what was swallowed is not */
    assert_int_equal(clients_through_ns(&f.clients, 0), 37400 * MS);
    simulation_run_until(&f.sim, 38 * S);
    assert_int_equal(clients_through_ns(&f.clients, 0), 38 * S);
    clients_case_close(&f);
}

/* ---- with a server ---- */

static struct parameters outage_of(int64_t duration_ns, double rate_hz)
{
    struct parameters p = push_case_plain();
    p.clients = 40;
    p.server.protocol = PROTOCOL_WEBSOCKET;
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = S, .cap_ns = S, .factor = 1
    };
    p.fault.blip_at_ns = 2 * S;
    p.fault.blip_ns = duration_ns;
    p.fault.blip_share = 0.5;
    p.workload.arrivals = ARRIVAL_CONSTANT;
    p.workload.drain_ns = 60 * S;
    p.workload.phase[0] = (struct phase_params){ "steady", 40 * S, rate_hz, true, 0, 0, 0 };
    return p;
}

static void run(const struct parameters *p, struct run_record *r)
{
    struct schedule s;
    schedule_build(&s, p, 1, 1);
    run_record_init(r);
    push_run(p, &s, 1, 1, r);
    schedule_close(&s);
}

/* A message every 100 ms: one is swallowed at once, so 5 s of outage are 6.2 s of delay, and 15 s
 * are 25.4 s. Nobody loses the connection, nor any message. */
static void tcp_makes_it_longer(void **state)
{
    static const struct {
        int64_t outage_ns;
        double worst_s;
    } cases[] = { { 5 * S, 6.2 }, { 15 * S, 25.4 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = outage_of(cases[i].outage_ns, 10);
        struct run_record r;
        run(&p, &r);
        assert_near(run_record_value(&r, "delivery.max"), cases[i].worst_s, 0.1);
        assert_true(run_record_value(&r, "disconnects") == 0);
        assert_true(run_record_value(&r, "delivered") == 40 * 400);
        run_record_close(&r);
    }
}

/* The moment at which the last client of those that came back is open again, s. */
static double last_opened_s(const struct run_record *r)
{
    double last = 0;
    for (size_t i = 0; i < r->point_count; i++) {
        const struct record_point *at = &r->points[i];
        if (strcmp(at->name, "connects") == 0 && at->value > 0 &&
            (double)at->at_ns / 1e9 > last)
            last = (double)at->at_ns / 1e9;
    }
    return last;
}

/* With a ping every 0.5 s, and 1 s for its pong, the server gives half of the clients up. They hear
 * of it when the network is back, and try again a second later: nobody connects during the outage.
 */
static void those_given_up_come_back_when_it_is_over(void **state)
{
    struct parameters p = outage_of(15 * S, 5);
    struct run_record r;
    (void)state;
    p.heartbeat = (struct heartbeat_params){ .period_ns = 500 * MS, .pong_timeout_ns = S };
    run(&p, &r);
    assert_true(run_record_value(&r, "disconnects.pong_timeout") == 20);
    assert_true(run_record_value(&r, "reconnects") == 20);
    assert_true(run_record_value(&r, "clients.open") == 40);
    for (size_t i = 0; i < r.point_count; i++)
        if (strcmp(r.points[i].name, "connects") == 0 && r.points[i].at_ns < 17 * S)
            assert_true(r.points[i].value == 0);
    assert_in_range((uintmax_t)last_opened_s(&r), 17, 30);
    run_record_close(&r);
}

/* Longer than the outage is for them, the pong's time-out passes: a ping that was swallowed is
 * answered when it has come through after all. */
static void a_late_pong_counts(void **state)
{
    struct parameters p = outage_of(5 * S, 0.1);
    struct run_record r;
    (void)state;
    p.heartbeat = (struct heartbeat_params){ .period_ns = 10 * S, .pong_timeout_ns = 9 * S };
    run(&p, &r);
    assert_true(run_record_value(&r, "disconnects") == 0);
    run_record_close(&r);
}

/* Socket.IO's client counts pings alone: the one that it reads late keeps it, too. */
static void a_late_ping_is_heard(void **state)
{
    struct parameters p = outage_of(6 * S, 2);
    struct run_record r;
    (void)state;
    p.heartbeat = (struct heartbeat_params){ .period_ns = 5 * S, .pong_timeout_ns = 8 * S };
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1 };
    p.classes[0].preset = 1 + (int)(preset_named("socket.io") - client_presets);
    run(&p, &r);
    assert_true(run_record_value(&r, "disconnects") == 0);
    run_record_close(&r);
}

/* A second stall begins before a pong is due that the first one kept: it comes after that. */
static void a_pong_waits_for_every_stall(void **state)
{
    struct parameters p = outage_of(5 * S, 0.05);
    struct run_record r;
    (void)state;
    p.heartbeat = (struct heartbeat_params){ .period_ns = 20 * S, .pong_timeout_ns = 15 * S };
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1, .stall_at_ns = 6 * S, .stall_ns = 6 * S };
    run(&p, &r);
    assert_true(run_record_value(&r, "clients.stalls") == 40);
    assert_true(run_record_value(&r, "disconnects.pong_timeout") == 0);
    run_record_close(&r);
}

/* The process dies when the network is back and the connections are not: they hear of it in the
 * tail, at 2 + 25.4 s. */
static void a_kill_is_heard_late(void **state)
{
    struct parameters p = outage_of(15 * S, 10);
    struct run_record r;
    (void)state;
    p.fault.crash_at_ns = 18 * S;
    p.fault.blip_share = 1;
    run(&p, &r);
    assert_true(run_record_value(&r, "reconnects") == 40);
    for (size_t i = 0; i < r.point_count; i++)
        if (strcmp(r.points[i].name, "reconnects") == 0 && r.points[i].at_ns <= 27 * S)
            assert_true(r.points[i].value == 0);
    run_record_close(&r);
}

/* What clients send: on the stream behind what was swallowed first, on a connection of its own when
 * a SYN comes through; nothing on one that the server has ended is ever answered. */
static void messages_of_clients_wait(void **state)
{
    (void)state;
    for (int each = 0; each < 2; each++) {
        struct parameters p = outage_of(15 * S, 0.05);
        struct run_record r;
        p.server.protocol = each ? PROTOCOL_SSE : PROTOCOL_WEBSOCKET;
        p.accept = (struct accept_params){ .backlog = each ? 3 : 100, .syn_retries = 6 };
        p.duplex = (struct duplex_params){ .rate_hz = 2, .bytes = 50, .reply_bytes = 50 };
        p.duplex.connection = each ? DUPLEX_EACH : DUPLEX_KEEP_ALIVE;
        run(&p, &r);
        double worst = run_record_value(&r, "roundtrip.max");
        assert_true(each ? worst > 10 && worst < 20 : worst > 20 && worst < 25.6);
        assert_true(run_record_value(&r, "messages.in_flight") == 0);
        run_record_close(&r);

        p.heartbeat = (struct heartbeat_params){ .period_ns = S, .pong_timeout_ns = 500 * MS };
        p.websocket.close_timeout_ns = 0;
        run(&p, &r);
        if (!each)
            assert_true(run_record_value(&r, "roundtrip.max") < 2);
        assert_true(run_record_value(&r, "messages.in_flight") == 0);
        run_record_close(&r);
    }
}

/* Everything is told apart to the last message, whatever else happens beside the outage. */
static void the_books_are_kept(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 30; seed++) {
        struct parameters p = outage_of((int64_t)(1 + seed % 11) * S, 4 + seed % 5);
        struct run_record r;
        p.server.protocol = seed % 2 ? PROTOCOL_SSE : PROTOCOL_WEBSOCKET;
        p.heartbeat = (struct heartbeat_params){ .period_ns = (int64_t)(1 + seed % 4) * S,
                                                 .pong_timeout_ns = (int64_t)(seed % 3) * S };
        p.websocket.close_timeout_ns = (int64_t)(seed % 4) * S;
        p.class_count = 1;
        p.classes[0] = (struct client_class){ .share = 1,
                                              .silence_timeout_ns = (int64_t)(seed % 5) * 2 * S,
                                              .loss_rate_hz = seed % 7 ? 0 : 0.01,
                                              .connect_timeout_ns = 5 * S };
        p.fault.crash_at_ns = seed % 3 ? 0 : 6 * S;
        p.fault.leave_at_ns = seed % 5 ? 0 : 4 * S;
        p.duplex = (struct duplex_params){ .rate_hz = p.server.protocol == PROTOCOL_SSE ? 0 : 1,
                                           .bytes = 50 };
        run(&p, &r);
        assert_true(run_record_value(&r, "due") ==
                    run_record_value(&r, "delivered") + run_record_value(&r, "dropped") +
                        run_record_value(&r, "lost") + run_record_value(&r, "in_flight"));
        run_record_close(&r);
    }
}

/* About half of them have stopped reading for good before it. No event of theirs is due at the end of
 * time, where the queue's arithmetic ends, too (seen by UBSan). */
static void who_never_reads_is_not_waited_for(void **state)
{
    struct parameters p = push_case_plain();
    struct run_record r;
    (void)state;
    p.clients = 300;
    p.server.protocol = PROTOCOL_WEBSOCKET;
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1, .stall_rate_hz = 0.1 };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = S, .cap_ns = S, .factor = 1, .steps = 1
    };
    p.fault.blip_at_ns = 7 * S;
    p.fault.blip_ns = S;
    p.fault.blip_share = 1;
    p.fault.deploy_at_ns = 9 * S;
    p.workload.phase[0].duration_ns = 25 * S;
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "clients.stalls") > 150);
    run_record_close(&r);
}

/* 42 KB come in two seconds to one that reads 2 KB of them a second; an outage from 1 s on is over
 * for it when it stalls at 25 s: it has read all, and what comes then is in its own kernel. */
static void who_reads_slowly_is_through_it_too(void **state)
{
    struct parameters p = push_case_plain();
    struct run_record r;
    (void)state;
    p.clients = 1;
    p.network.receive_bytes = 100000;
    p.class_count = 1;
    p.classes[0] = (struct client_class){
        .share = 1, .read_bps = 2000, .stall_at_ns = 25 * S, .stall_ns = 100 * S
    };
    p.workload.phases = 2;
    p.workload.phase[0] = (struct phase_params){ .duration_ns = 2 * S, .rate_hz = 100 };
    p.workload.phase[1] = (struct phase_params){ .duration_ns = 28 * S, .rate_hz = 0.2 };
    p.fault.blip_at_ns = S;
    p.fault.blip_ns = 2 * S;
    p.fault.blip_share = 1;
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "in_flight") > 0);
    assert_true(run_record_value(&r, "memory.end.sockets") == 0);
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_never_reads_is_not_waited_for),
        cmocka_unit_test(sent_again_at_times_that_double),
        cmocka_unit_test(it_hits_its_share_evenly),
        cmocka_unit_test(the_end_of_a_connection_comes_late),
        cmocka_unit_test(a_client_that_finds_out_connects_when_it_can),
        cmocka_unit_test(what_a_client_sends_waits),
        cmocka_unit_test(tcp_makes_it_longer),
        cmocka_unit_test(those_given_up_come_back_when_it_is_over),
        cmocka_unit_test(a_late_pong_counts),
        cmocka_unit_test(a_late_ping_is_heard),
        cmocka_unit_test(a_pong_waits_for_every_stall),
        cmocka_unit_test(a_kill_is_heard_late),
        cmocka_unit_test(messages_of_clients_wait),
        cmocka_unit_test(the_books_are_kept),
        cmocka_unit_test(who_reads_slowly_is_through_it_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
