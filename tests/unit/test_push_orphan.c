/* What the kernel delivers after the server has closed a connection (models/push_server_orphan.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static double value(const struct run_record *r, const char *name)
{
    return run_record_value(r, name);
}

/* One client reads 50,000 B/s; 10 publishes of 10,000 B a second for 5 s, all into its socket: at
 * 5 s half of the 50 is in the kernel, and read after 10 s. Then it comes back at once. */
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
    p.workload.phases = 2;
    p.workload.phase[0] = (struct phase_params){ "load", 5 * S, 10, true, 0, 0, 0 };
    p.workload.phase[1] = (struct phase_params){ "quiet", 10 * S, 0, true, 0, 0, 0 };
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1, .read_bps = 50000 };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = 100 * MS, .cap_ns = S, .factor = 1, .steps = 1
    };
    return p;
}

static void crash(struct parameters *p)
{
    p->fault.crash_at_ns = 5050 * MS;
}

static void deploy(struct parameters *p)
{
    p->fault.deploy_at_ns = 5050 * MS;
}

/* The ping of 3 s is behind 15 of 30 messages, and read at 6 s. */
static void miss_pong(struct parameters *p)
{
    p->heartbeat.period_ns = 3 * S;
    p->heartbeat.pong_timeout_ns = 2050 * MS;
}

static const struct {
    const char *cause;
    void (*arrange)(struct parameters *p);
} closes[] = {
    { "disconnects.server_killed", crash },
    { "disconnects.server_stopped", deploy },
    { "disconnects.pong_timeout", miss_pong },
};

#define CLOSES (sizeof closes / sizeof *closes)

/* Sum of the points of a count up to then. */
static double by(const struct run_record *r, const char *name, int64_t at_ns)
{
    double sum = 0;
    for (size_t i = 0; i < r->point_count; i++)
        if (strcmp(r->points[i].name, name) == 0 && r->points[i].at_ns <= at_ns)
            sum += r->points[i].value;
    return sum;
}

static double at(const struct run_record *r, const char *name, int64_t at_ns)
{
    return by(r, name, at_ns) - by(r, name, at_ns - 1);
}

/* All 50 are read, the last 5.1 s late, and only then the client connects again; the server knows
 * at once what it has done. */
static void what_the_kernel_has_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLOSES; i++) {
        struct parameters p = scene(PROTOCOL_SSE);
        struct run_record r;
        closes[i].arrange(&p);
        push_case_run(&p, 1, &r);
        assert_true(value(&r, "delivered") == 50 && value(&r, "lost") == 0);
        assert_true(value(&r, "delivery.max") > 5.05 && value(&r, "delivery.max") < 5.15);
        assert_true(value(&r, closes[i].cause) == 1 && value(&r, "disconnects") == 1);
        assert_true(by(&r, closes[i].cause, 5 * S) == 0 && by(&r, closes[i].cause, 6 * S) == 1);
        assert_true(at(&r, "connections", 7 * S) == 0 && at(&r, "clients.open", 7 * S) == 1);
        assert_true(by(&r, "connects", 10 * S) == 0 && by(&r, "connects", 11 * S) == 1);
        assert_true(value(&r, "reconnects") == 1);
        run_record_close(&r);
    }
}

/* Half a second and a message of 12 s are left in the process: the socket takes 200,000 B. */
static void what_the_process_has_is_lost(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    struct run_record r;
    p.network.socket_bytes = 200000;
    crash(&p);
    push_case_run(&p, 1, &r);
    double read = 5 * 50000, kernel = 200000, delivered = value(&r, "delivered");
    assert_true(delivered * 10008 <= read + kernel && delivered * 10008 > read + kernel / 2);
    assert_true(value(&r, "lost.server_killed") == 50 - delivered);
    run_record_close(&r);
}

/* It stops at 5.1 s and hears nothing for 2 s: it leaves, and what it had not read is lost. The
 * connection has ended once. */
static void who_leaves_reads_no_more(void **state)
{
    (void)state;
    for (int websocket = 0; websocket < 2; websocket++) {
        struct parameters p = scene(websocket ? PROTOCOL_WEBSOCKET : PROTOCOL_SSE);
        struct run_record r;
        p.classes[0].stall_at_ns = 5100 * MS;
        p.classes[0].silence_timeout_ns = 2 * S;
        p.reconnect.kind = RECONNECT_NEVER;
        crash(&p);
        push_case_run(&p, 1, &r);
        assert_true(value(&r, "delivered") == 24 || value(&r, "delivered") == 25);
        assert_true(value(&r, "lost.client_left") == 50 - value(&r, "delivered"));
        assert_true(value(&r, "disconnects.server_killed") == 1);
        assert_true(value(&r, "disconnects") == 1 && value(&r, "clients.open") == 0);
        run_record_close(&r);
    }
}

/* It has stopped for good: what is in its socket stays there, and it never hears of the end. */
static void who_has_stopped_hears_nothing(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_SSE);
    struct run_record r;
    p.classes[0].stall_at_ns = 2 * S;
    miss_pong(&p);
    push_case_run(&p, 1, &r);
    assert_true(value(&r, "in_flight") > 30 && value(&r, "lost") == 0);
    assert_true(value(&r, "disconnects.pong_timeout") == 1 && value(&r, "connects") == 0);
    assert_true(value(&r, "connections") == 0 && value(&r, "clients.open") == 1);
    run_record_close(&r);
}

/* Until it is read it is memory of the process that wrote it. */
static void it_is_memory_until_it_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < CLOSES; i++) {
        struct parameters p = scene(PROTOCOL_SSE);
        struct run_record r;
        closes[i].arrange(&p);
        push_case_run(&p, 1, &r);
        double left = at(&r, "memory", 6 * S);
        if (closes[i].arrange == miss_pong)
            assert_true(left == 21 * 10008); /* the 30th is being read */
        else
            assert_true(left == 0);
        assert_true(at(&r, "memory", 11 * S) == 0);
        run_record_close(&r);
    }
}

/* A client that does not know sends on, and has no answer. */
static void its_messages_are_lost(void **state)
{
    (void)state;
    struct parameters p = scene(PROTOCOL_WEBSOCKET);
    struct run_record r;
    p.duplex = (struct duplex_params){ .rate_hz = 5, .bytes = 10, .reply_bytes = 10 };
    deploy(&p);
    push_case_run(&p, 1, &r);
    assert_true(value(&r, "delivered") == 50);
    assert_true(value(&r, "messages.lost.server_stopped") > 25);
    assert_true(value(&r, "messages.in_flight") == 0 && value(&r, "messages.answered") > 10);
    run_record_close(&r);
}

static double pick(struct random_stream *rs, const double *from, size_t n)
{
    return from[(size_t)(random_stream_uniform(rs) * (double)n)];
}

#define PICK(rs, ...)                                                                          \
    pick(rs, (const double[]){ __VA_ARGS__ },                                                  \
         sizeof((double[]){ __VA_ARGS__ }) / sizeof(double))

/* Clients that read slowly, stop, vanish and leave, of a server that closes and dies. */
static struct parameters any_case(struct random_stream *rs)
{
    struct parameters p = push_case_random(rs);
    p.clients = 1 + p.clients % 40;
    p.class_count = 2;
    for (int k = 0; k < 2; k++)
        p.classes[k] = (struct client_class){ .share = 1,
                                              .read_bps = (int64_t)PICK(rs, 0, 2000, 20000),
                                              .stall_rate_hz = PICK(rs, 0, 1),
                                              .stall_ns = (int64_t)PICK(rs, 0, 3e8),
                                              .loss_rate_hz = PICK(rs, 0, 0.5),
                                              .silence_timeout_ns = (int64_t)PICK(rs, 0, 4e8) };
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = 50 * MS, .cap_ns = S, .factor = 1, .steps = 1
    };
    p.fault.crash_at_ns = (int64_t)PICK(rs, 0, 5e8, 9e8);
    p.fault.deploy_at_ns = (int64_t)PICK(rs, 0, 7e8);
    p.fault.leave_at_ns = (int64_t)PICK(rs, 0, 8e8);
    p.fault.blip_at_ns = (int64_t)PICK(rs, 0, 6e8);
    p.fault.blip_ns = 300 * MS;
    p.fault.blip_share = 0.5;
    p.restart = (struct restart_params){ 100 * MS, 400 * MS, S };
    p.network.dead_ns = 300 * MS;
    p.network.write_timeout_ns = (int64_t)PICK(rs, 0, 1e8);
    p.heartbeat.period_ns = (int64_t)PICK(rs, 0, 2e8);
    p.heartbeat.pong_timeout_ns = (int64_t)PICK(rs, 0, 1e8);
    p.replay.length = (int64_t)PICK(rs, 0, 1000);
    p.duplex =
        (struct duplex_params){ .rate_hz = PICK(rs, 0, 5), .bytes = 9, .reply_bytes = 9 };
    return p;
}

/* Every message is accounted for, which each run checks for each connection. */
static void nothing_is_lost_from_the_books(void **state)
{
    double orphaned = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct random_stream rs;
        struct run_record r;
        random_stream_init(&rs, seed, 0, 0, 0);
        struct parameters p = any_case(&rs);
        push_case_run(&p, seed, &r);
        double sum = value(&r, "delivered") + value(&r, "replayed") + value(&r, "dropped") +
                     value(&r, "lost") + value(&r, "in_flight");
        if (value(&r, "due") + value(&r, "recalled") != sum)
            fail_msg("seed %llu", (unsigned long long)seed);
        orphaned += value(&r, "disconnects.server_killed");
        run_record_close(&r);
    }
    assert_true(orphaned > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_kernel_has_is_read),
        cmocka_unit_test(what_the_process_has_is_lost),
        cmocka_unit_test(who_leaves_reads_no_more),
        cmocka_unit_test(who_has_stopped_hears_nothing),
        cmocka_unit_test(it_is_memory_until_it_is_read),
        cmocka_unit_test(its_messages_are_lost),
        cmocka_unit_test(nothing_is_lost_from_the_books),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
