/* Clients that lose a connection and come back with the number of the last event that they read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

static double value(const struct run_record *r, const char *name)
{
    return run_record_value(r, name);
}

struct comeback { /* what makes clients come back */
    struct client_class klass;
    int64_t handshake_timeout_ns;
    int64_t crash_at_ns;
    int64_t length; /* of the history */
    double item_ns; /* cost of an event: how long a replay takes */
    int64_t socket_bytes;
    enum push_protocol protocol;
    const char *reached; /* figures that this makes > 0 */
    const char *replayed;
};

/* Ten seconds at 20/s, then quiet ones in which everybody comes back and reads on. */
static void run_lost_and_back(const struct comeback *c, struct run_record *r)
{
    struct parameters p = push_case_plain();
    p.clients = 40;
    p.server.protocol = c->protocol;
    p.websocket.close_timeout_ns = S;
    p.class_count = 1;
    p.classes[0] = c->klass;
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = 200 * MS, .cap_ns = S, .factor = 1, .steps = 1
    };
    p.accept.handshake_timeout_ns = c->handshake_timeout_ns;
    p.network.dead_ns = 300 * MS; /* else the slots run out */
    if (c->socket_bytes > 0)
        p.network.socket_bytes = c->socket_bytes;
    p.cost.by_protocol[c->protocol].item_ns += c->item_ns;
    p.fault.crash_at_ns = c->crash_at_ns;
    p.restart = (struct restart_params){ 100 * MS, 400 * MS, S };
    p.replay.length = c->length;
    p.server.queue_policy = POLICY_NONE; /* nothing is dropped */
    p.workload.phases = 2;
    p.workload.phase[0] = (struct phase_params){ "steady", 10 * S, 20, true, 0, 0, 0 };
    p.workload.phase[1] = (struct phase_params){ "quiet", 5 * S, 0, false, 0, 0, 0 };
    push_case_run(&p, 5, r);
}

static const struct comeback comebacks[] = {
    { .klass = { .share = 1, .loss_rate_hz = 0.3 },
      .length = 1000,
      .reached = "disconnects.network",
      .replayed = "replayed.away" },
    { .klass = { .share = 1, .stall_rate_hz = 0.3, .silence_timeout_ns = 400 * MS },
      .length = 1000,
      .reached = "disconnects.silence",
      .replayed = "replayed.lost" },
    { .klass = { .share = 1, .loss_rate_hz = 1 },
      .handshake_timeout_ns = 140000,
      .length = 1000,
      .reached = "disconnects.handshake_timeout",
      .replayed = "replayed.away" },
    { .klass = { .share = 1, .stall_rate_hz = 0.3, .silence_timeout_ns = 400 * MS },
      .length = 3,
      .reached = "missed.lost",
      .replayed = "replayed.away" },
    { .klass = { .share = 1, .loss_rate_hz = 0.3 },
      .length = 3,
      .reached = "missed.away",
      .replayed = "replayed.away" },
    { .klass = { .share = 1, .loss_rate_hz = 1 }, /* while the loop is at other replays */
      .item_ns = 4e5,
      .length = 1000,
      .reached = "lost.write_failed",
      .replayed = "replayed.lost" },
    { .klass = { .share = 1, .loss_rate_hz = 0.5 },
      .item_ns = 4e5,
      .crash_at_ns = 5 * S,
      .length = 1000,
      .reached = "disconnects.server_killed",
      .replayed = "replayed.lost" },
    { .klass = { .share = 1, .loss_rate_hz = 0.3, .read_bps = 20000 },
      .length = 1000,
      .socket_bytes = 1000,
      .reached = "disconnects.network",
      .replayed = "replayed.lost" },
    { .klass = { .share = 1,
                 .read_bps = 3500 }, /* they read what the kernel holds, then come */
      .crash_at_ns = 5 * S,
      .length = 1000,
      .socket_bytes = 2000,
      .reached = "disconnects.server_killed",
      .replayed = "replayed.lost" },
    { .klass = { .share = 1, .stall_rate_hz = 0.5, .silence_timeout_ns = 400 * MS },
      .protocol = PROTOCOL_WEBSOCKET,
      .length = 1000,
      .socket_bytes = 1000,
      .reached = "disconnects.silence",
      .replayed = "replayed.lost" },
};

/* Each event that the server heard of reaches each client once, on the connection that it was
 * published to or by a replay, or the history no longer held it: whatever ends a connection, at
 * whatever point of a replay, and however its client reads. */
static void lost_clients_get_each_event_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof comebacks / sizeof *comebacks; i++) {
        struct run_record r;
        run_lost_and_back(&comebacks[i], &r);
        double once = 40 * (value(&r, "published") - value(&r, "published.failed"));
        double got = value(&r, "delivered") + value(&r, "replayed") + value(&r, "missed");
        if (got != once)
            fail_msg("case %zu: %g events of %g, %g in flight, %g clients open", i, got, once,
                     value(&r, "in_flight"), value(&r, "clients.open"));
        if (!(value(&r, comebacks[i].reached) >= 10 && value(&r, comebacks[i].replayed) >= 10))
            fail_msg("case %zu: %s is %g, %s is %g", i, comebacks[i].reached,
                     value(&r, comebacks[i].reached), comebacks[i].replayed,
                     value(&r, comebacks[i].replayed));
        assert_true(value(&r, "replayed.again") == 0 && value(&r, "replayed.stored") == 0);
        run_record_close(&r);
    }
}

/* All come back at once to a short accept queue; what was dropped there is told, though the process
 * dies once more. */
static void dropped_syns_outlive_the_process(void **state)
{
    double dropped[2];
    (void)state;
    for (int again = 0; again < 2; again++) {
        struct parameters p = push_case_plain();
        struct run_record r;
        p.clients = 100;
        p.accept.backlog = 5;
        p.accept.syn_retries = 6;
        p.startup_ns = 100 * MS;
        p.reconnect = (struct reconnect_params){
            .kind = RECONNECT_FIXED, .base_ns = S, .cap_ns = S, .factor = 1, .steps = 1
        };
        p.fault.crash_at_ns = S;
        p.fault.deploy_at_ns = again ? 19 * S : 0;
        p.workload.phase[0].duration_ns = 20 * S;
        push_case_run(&p, 1, &r);
        assert_true(value(&r, "restarts") == 1 + again);
        dropped[again] = value(&r, "connects.syn_dropped");
        run_record_close(&r);
    }
    assert_true(dropped[0] > 50 && dropped[1] >= dropped[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_clients_get_each_event_once),
        cmocka_unit_test(dropped_syns_outlive_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
