/* Clients, heartbeats, memory, faults and fan-out together: for random settings every message is
 * accounted for (meter_check sees to it for each connection), ranges give what single entries
 * give, and the counts of both sides agree. Then what shared and sequential fan-out do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

#include "models/client_preset.h"
#include "models/push_run.h"
#include "tests/support/push_case.h"

#define MS    INT64_C(1000000)
#define S     INT64_C(1000000000)
#define CASES 300

static int64_t pick(struct random_stream *rs, int64_t low, int64_t high)
{
    return low + (int64_t)(random_stream_u64(rs) % (uint64_t)(high - low + 1));
}

static bool chance(struct random_stream *rs, double p)
{
    return random_stream_uniform(rs) < p;
}

static void random_clients(struct parameters *p, struct random_stream *rs)
{
    p->class_count = 2;
    for (int c = 0; c < 2; c++) {
        struct client_class *k = &p->classes[c];
        *k = (struct client_class){ .share = (double)pick(rs, 1, 3) };
        k->read_bps = chance(rs, 0.2) ? pick(rs, 1000, 100000) : 0;
        k->stall_rate_hz = chance(rs, 0.3) ? 0.5 : 0;
        k->stall_ns = chance(rs, 0.5) ? pick(rs, 1, 900) * MS : 0;
        k->stall_at_ns = chance(rs, 0.2) ? pick(rs, 1, 900) * MS : 0;
        k->loss_rate_hz = chance(rs, 0.3) ? 0.3 : 0;
        k->connect_timeout_ns = chance(rs, 0.5) ? pick(rs, 1, 500) * MS : 0;
        k->silence_timeout_ns = chance(rs, 0.3) ? pick(rs, 50, 500) * MS : 0;
        k->preset = chance(rs, 0.3) ? (int)pick(rs, 1, (int64_t)client_preset_count) : 0;
    }
    p->reconnect = (struct reconnect_params){ .kind = (enum reconnect_kind)pick(rs, 1, 5),
                                              .base_ns = pick(rs, 1, 200) * MS,
                                              .cap_ns = S,
                                              .factor = 2,
                                              .jitter = 0.5,
                                              .steps = 1,
                                              .reset = (enum reconnect_reset)pick(rs, 0, 2),
                                              .stable_ns = 100 * MS };
}

static void random_troubles(struct parameters *p, struct random_stream *rs, enum fan_out last)
{
    p->heartbeat.period_ns = chance(rs, 0.6) ? pick(rs, 20, 400) * MS : 0;
    p->heartbeat.pong_timeout_ns = chance(rs, 0.6) ? pick(rs, 1, 300) * MS : 0;
    p->heartbeat.only_idle = chance(rs, 0.2);
    p->network.write_timeout_ns = chance(rs, 0.4) ? pick(rs, 10, 400) * MS : 0;
    p->network.dead_ns = pick(rs, 50, 500) * MS;
    p->accept = (struct accept_params){ .backlog = pick(rs, 0, 50),
                                        .syn_retries = 6,
                                        .steps = pick(rs, 1, 3) };
    p->accept.handshake_timeout_ns = chance(rs, 0.3) ? pick(rs, 1, 50) * MS : 0;
    if (chance(rs, 0.3))
        p->auth = (struct auth_params){ 2, 20 * MS, pick(rs, 10, 100) * MS };
    p->replay = (struct replay_params){ .length = pick(rs, 0, 20),
                                        .batch = pick(rs, 0, 5),
                                        .snapshot_bytes = pick(rs, 0, 1) * 5000 };
    p->memory = (struct memory_params){ .base_bytes = 100000,
                                        .connection_bytes = 2000,
                                        .message_bytes = 64,
                                        .overhead = 0.1,
                                        .retention = 0.5,
                                        .shared_payload = chance(rs, 0.5) };
    p->memory_limit_bytes = chance(rs, 0.4) ? 100000 + pick(rs, 50, 800) * 1000 : 0;
    p->restart = (struct restart_params){ 100 * MS, 400 * MS, S };
    p->startup_ns = pick(rs, 0, 100) * MS;
    p->fault.deploy_at_ns = chance(rs, 0.3) ? pick(rs, 1, 1000) * MS : 0;
    p->fault.crash_at_ns = chance(rs, 0.3) ? pick(rs, 1, 1000) * MS : 0;
    p->fault.crash_connects = chance(rs, 0.2) ? pick(rs, 10, 100) : 0;
    p->fault.busy_at_ns = chance(rs, 0.3) ? pick(rs, 1, 1000) * MS : 0;
    p->fault.busy_ns = pick(rs, 1, 300) * MS;
    p->fault.leave_at_ns = chance(rs, 0.3) ? pick(rs, 1, 1000) * MS : 0;
    p->server.fan_out = (enum fan_out)pick(rs, FAN_OUT_QUEUES, last);
    if (p->server.fan_out != FAN_OUT_QUEUES || p->heartbeat.only_idle)
        p->workload.topics.count = 1; /* the others have one topic */
    if (chance(rs, 0.2)) {
        p->server.queue_policy = POLICY_CONFLATE;
        p->server.queue_keys = pick(rs, 1, 4);
    }
    p->duplex = (struct duplex_params){ .rate_hz = chance(rs, 0.5) ? 2 : 0,
                                        .bytes = pick(rs, 1, 3000),
                                        .reply_bytes = pick(rs, 1, 3000),
                                        .hops = pick(rs, 0, 2),
                                        .connection = (enum duplex_connection)pick(rs, 0, 1) };
    for (int i = 0; i < PROTOCOLS; i++)
        p->cost.by_protocol[i].message_ns = (double)pick(rs, 0, 100000);
    p->memory.held_copies[PROTOCOL_SSE] = 2 * (rs->key[0] % 2);
    p->websocket.close_timeout_ns = chance(rs, 0.7) ? pick(rs, 1, 400) * MS : 0;
    p->replay.stored = chance(rs, 0.3) ? pick(rs, 1, 10) : 0;
    p->replay.whole = chance(rs, 0.2);
    p->workload.publishers = chance(rs, 0.4) ? pick(rs, 1, 4) : 0;
    p->fault.blip_at_ns = chance(rs, 0.3) ? pick(rs, 1, 1000) * MS : 0;
    p->fault.blip_ns = pick(rs, 1, 800) * MS;
    p->fault.blip_share = (double)pick(rs, 1, 10) / 10;
}

static void run_case(uint32_t number, enum fan_out last, bool plain, struct run_record *out)
{
    struct random_stream rs;
    struct schedule schedule;
    random_stream_init(&rs, 43, number, 1, 0);
    struct parameters p = push_case_random(&rs);
    random_clients(&p, &rs);
    random_troubles(&p, &rs, last);
    push_case_schedule(&schedule, &p, &rs);
    p.server.plain = plain;
    run_record_init(out);
    push_run(&p, &schedule, 43, number, out);
    schedule_close(&schedule);
}

static double value(const struct run_record *r, const char *name)
{
    return run_record_value(r, name);
}

/* The kinds sum up, and nothing is made good that was not lost. */
static void check_replays(const struct run_record *r, uint32_t number)
{
    double kinds = value(r, "replayed.stored") + value(r, "replayed.again") +
                   value(r, "replayed.lost") + value(r, "replayed.away");
    double failed = value(r, "lost") + value(r, "dropped") + value(r, "in_flight");
    if (kinds != value(r, "replayed") || value(r, "replayed") > value(r, "recalled"))
        fail_msg("case %u: %g replayed by kind, %g in all, %g recalled", number, kinds,
                 value(r, "replayed"), value(r, "recalled"));
    if (value(r, "replayed.lost") + value(r, "missed.lost") > failed)
        fail_msg("case %u: %g of %g lost events made good", number, value(r, "replayed.lost"),
                 failed);
}

/* What the two classes have is what all have. */
static void check_classes(const struct run_record *r, uint32_t number)
{
    static const char *const counts[] = { "delivered", "dropped", "lost" };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char first[48], second[48];
        snprintf(first, sizeof first, "class.clients.%s", counts[i]);
        snprintf(second, sizeof second, "class.slow.%s", counts[i]);
        if (value(r, first) + value(r, second) != value(r, counts[i]))
            fail_msg("case %u: %s of the classes are not those of all", number, counts[i]);
    }
}

/* Figures that some case makes > 0. */
static const char *const reach[] = {
    "oom",
    "crashes",
    "reconnects",
    "replayed.stored",
    "replayed.again",
    "replayed.lost",
    "replayed.away",
    "missed.lost",
    "missed.away",
    "clients.vanished",
    "auth.timeouts",
    "disconnects.pong_timeout",
    "disconnects.write_timeout",
    "disconnects.silence",
    "disconnects.rejected",
    "disconnects.connect_timeout",
    "noticed.write_failed",
    "disconnects.handshake_timeout",
    "lost.shared_queue",
    "lost.server_killed",
    "lost.server_stopped",
    "connects.syn_dropped",
    "connections.closing",
    "connections.closing.max",
    "clients.closing",
    "closes.timed_out",
    "connects.refused",
    "clients.stalls",
    "messages.answered",
    "messages.unsent",
    "messages.in_flight",
    "messages.lost.client_left",
    "messages.lost.server_killed",
};

static void everything_is_accounted_for(void **state)
{
    int reached[sizeof reach / sizeof *reach] = { 0 };
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct run_record r;
        run_case(number, FAN_OUT_SEQUENTIAL, false, &r);
        double due = value(&r, "due") + value(&r, "recalled");
        double accounted = value(&r, "delivered") + value(&r, "replayed") +
                           value(&r, "dropped") + value(&r, "lost") + value(&r, "in_flight");
        if (due != accounted)
            fail_msg("case %u: %g messages due, %g accounted for", number, due, accounted);
        check_replays(&r, number);
        check_classes(&r, number);
        double sent = value(&r, "messages.sent");
        double ended = value(&r, "messages.answered") + value(&r, "messages.lost") +
                       value(&r, "messages.in_flight");
        if (sent != ended && !isnan(sent))
            fail_msg("case %u: %g messages of clients sent, %g accounted for", number, sent,
                     ended);
        if (value(&r, "reconnects") > value(&r, "connects.opened") ||
            value(&r, "connects.opened") + value(&r, "connects.failed") > value(&r, "connects"))
            fail_msg("case %u: more connects ended than began", number);
        for (size_t i = 0; i < sizeof reach / sizeof *reach; i++)
            reached[i] += value(&r, reach[i]) > 0;
        run_record_close(&r);
    }
    for (size_t i = 0; i < sizeof reach / sizeof *reach; i++)
        if (reached[i] == 0)
            fail_msg("no case reaches %s", reach[i]);
}

static void ranges_change_nothing(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct run_record a, b;
        run_case(number, FAN_OUT_SEQUENTIAL, false, &a);
        run_case(number, FAN_OUT_SEQUENTIAL, true, &b);
        assert_int_equal(a.metric_count, b.metric_count);
        for (size_t i = 0; i < a.metric_count; i++) {
            double x = a.metrics[i].value, y = b.metrics[i].value;
            if (x != y && !(isnan(x) && isnan(y)))
                fail_msg("case %u: %s is %.17g with ranges, %.17g without", number,
                         a.metrics[i].name, x, y);
        }
        run_record_close(&a);
        run_record_close(&b);
    }
}

static void run_fan_out(enum fan_out fan_out, int64_t write_timeout_ns, struct run_record *r)
{
    struct parameters p = push_case_plain();
    p.clients = 4;
    p.server.fan_out = fan_out;
    p.network.write_timeout_ns = write_timeout_ns;
    p.network.socket_bytes = 4096;
    p.workload.payload_bytes = 10000;
    p.workload.phase[0] = (struct phase_params){ "steady", 20 * S, 2, true, 0, 0, 0 };
    p.class_count = 2;
    p.classes[0] = (struct client_class){ .share = 1 };
    p.classes[1] = (struct client_class){ .share = 3, .stall_at_ns = 0 };
    if (fan_out == FAN_OUT_SEQUENTIAL)
        p.classes[0].stall_at_ns = 2 * S; /* client 0 of 4 stops reading for good */
    push_case_run(&p, 1, r);
}

/* The minimal sample with one queue for all: each of 40 events reaches one of 4 subscribers. */
static void shared_queue_reaches_one(void **state)
{
    struct run_record r;
    (void)state;
    run_fan_out(FAN_OUT_SHARED, 0, &r);
    assert_true(value(&r, "published") == 40 && value(&r, "due") == 160);
    assert_true(value(&r, "delivered") == 40);
    assert_true(value(&r, "lost.shared_queue") == 120);
    run_record_close(&r);
}

/* Client 0 stalls after 2 s; its socket and write buffer take some 12 messages, then everybody
 * waits with it; a write time-out ends that. */
static void one_stalled_send_blocks_all(void **state)
{
    struct run_record blocked, cured;
    (void)state;
    run_fan_out(FAN_OUT_SEQUENTIAL, 0, &blocked);
    assert_true(value(&blocked, "delivered") < 80);
    assert_true(value(&blocked, "in_flight") > 60);
    run_fan_out(FAN_OUT_SEQUENTIAL, 3 * S, &cured);
    assert_true(value(&cured, "disconnects.write_timeout") == 1);
    assert_true(value(&cured, "delivered") >= 3 * 40);
    run_record_close(&blocked);
    run_record_close(&cured);
}

/* Clients vanish from a stream without events. A comment that the kernel cannot deliver tells the
 * server, dead_ns after it was written; without comments it never learns. */
static void comments_find_zombies(void **state)
{
    (void)state;
    for (int beats = 0; beats < 2; beats++) {
        struct run_record r;
        struct parameters p = push_case_plain();
        p.clients = 50;
        p.reconnect.kind = RECONNECT_NEVER;
        p.class_count = 1;
        p.classes[0] = (struct client_class){ .share = 1, .loss_rate_hz = 1 };
        p.heartbeat.period_ns = beats ? 5 * S : 0;
        p.network.dead_ns = 8 * S;
        p.workload.phase[0] = (struct phase_params){ "silent", 40 * S, 0, true, 0, 0, 0 };
        push_case_run(&p, 1, &r);
        assert_true(value(&r, "clients.vanished") == 50 && value(&r, "clients.open") == 0);
        assert_true(value(&r, "noticed.write_failed") == 50 * beats);
        assert_true(value(&r, "connections") == 50 - 50 * beats);
        run_record_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_accounted_for),
        cmocka_unit_test(ranges_change_nothing),
        cmocka_unit_test(shared_queue_reaches_one),
        cmocka_unit_test(one_stalled_send_blocks_all),
        cmocka_unit_test(comments_find_zombies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
