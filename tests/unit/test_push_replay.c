/* Replays by hand: what a client that comes back gets again, of which kind, and when; then two ways
 * for a connection to end that cost something, and must come about. */
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

/* One SSE client; a deploy at 300 ms ends its connection, and it comes back 300 ms later. */
static struct parameters one_client(void)
{
    struct parameters p = push_case_plain();
    p.clients = 1;
    p.cost.by_protocol[PROTOCOL_SSE].frame_bytes = 0;
    p.workload.payload_bytes = 1024;
    p.fault.deploy_at_ns = 300 * MS;
    p.startup_ns = 10 * MS;
    p.reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = 300 * MS, .cap_ns = S, .factor = 1, .steps = 1
    };
    return p;
}

static void run(const struct parameters *p, const int64_t *at_ns, size_t n,
                struct run_record *out)
{
    struct schedule s;
    push_case_publishes(&s, (uint32_t)p->clients, at_ns, n, 2 * S);
    run_record_init(out);
    push_run(p, &s, 1, 0, out);
    schedule_close(&s);
}

static double value(const struct run_record *r, const char *name)
{
    return run_record_value(r, name);
}

/* Published at 100 ms (delivered), 299.95 (it arrives 50 us after the process has died: nobody
 * hears of it), 350 and 400 (the client is away), 900. In us:
 *   SYN 600,000, arrives + 100, poll 33, set-up 200                 -> 600,333
 *   poll 33, a write 9, two events 2 x 4.5, two KiB 2 x 0.5         -> 600,385, + 50 at the client
 * so that the events were 250.435 and 200.435 ms under way. */
static void kinds_and_latencies(void **state)
{
    static const int64_t at[] = { 100 * MS, 299950000, 350 * MS, 400 * MS, 900 * MS };
    static const struct {
        struct replay_params replay;
        double recalled, again, stored, away, missed_away;
    } cases[] = {
        { { .length = 10 }, 2, 0, 0, 2, 0 },
        { { .length = 10, .stored = 3 }, 2, 0, 0, 2, 0 },
        { { .length = 10, .stored = 3, .whole = true }, 6, 1, 3, 2, 0 },
        { { .length = 4, .stored = 3, .whole = true }, 4, 1, 1, 2, 0 },
        { { .length = 1 }, 1, 0, 0, 1, 1 },
        { { .length = 0 }, 0, 0, 0, 0, 2 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = one_client();
        struct run_record r;
        p.replay = cases[i].replay;
        run(&p, at, 5, &r);
        assert_true(value(&r, "published.failed") == 1 && value(&r, "due") == 2);
        assert_true(value(&r, "delivered") == 2 && value(&r, "lost") == 0);
        assert_true(value(&r, "recalled") == cases[i].recalled);
        assert_true(value(&r, "replayed") == cases[i].recalled);
        assert_true(value(&r, "replayed.again") == cases[i].again);
        assert_true(value(&r, "replayed.stored") == cases[i].stored);
        assert_true(value(&r, "replayed.away") == cases[i].away);
        assert_true(value(&r, "replayed.lost") == 0 && value(&r, "missed.lost") == 0);
        assert_true(value(&r, "missed.away") == cases[i].missed_away);
        assert_true(value(&r, "delivery.max") < 0.002);
        if (i == 0)
            assert_near(value(&r, "replayed.max"), 0.250435, 1e-12);
        if (i == 0) { /* as near as the histogram's buckets */
            assert_near(value(&r, "replayed.p50"), 0.200435, 0.002);
            assert_near(value(&r, "replayed.p99"), 0.250435, 0.0025);
        }
        if (cases[i].recalled == 0)
            assert_true(isnan(value(&r, "replayed.max")));
        run_record_close(&r);
    }
}

/* The same client without the first publish, of events of so many bytes. */
static void run_of_bytes(struct parameters p, int64_t bytes, struct run_record *out)
{
    static const int64_t at[] = { 350 * MS, 400 * MS };
    struct schedule s;
    p.replay.length = 10;
    push_case_publishes(&s, 1, at, 2, 2 * S);
    s.actions[0].bytes = s.actions[1].bytes = bytes;
    run_record_init(out);
    push_run(&p, &s, 1, 0, out);
    assert_true(value(out, "replayed.away") == 2);
    schedule_close(&s);
}

/* Of two events 4 KiB larger than workload.payload 8 KiB more are loaded, and copied at 0.5 us a
 * KiB; in batches of one 4 KiB more are loaded. */
static void events_have_bytes_of_their_own(void **state)
{
    (void)state;
    for (int64_t batch = 0; batch < 2; batch++) {
        struct parameters p = one_client();
        struct run_record small, large;
        p.replay.batch = batch;
        run_of_bytes(p, 1024, &small);
        run_of_bytes(p, 5120, &large);
        assert_near(value(&small, "replayed.max"), 0.250435, 1e-12);
        assert_near(value(&large, "replayed.max"), 0.250435 + 8 * 0.5e-6, 1e-12);
        assert_true(value(&large, "memory.peak") - value(&small, "memory.peak") ==
                    (batch ? 4096 : 8192));
        run_record_close(&small);
        run_record_close(&large);
    }
}

/* Each event goes in a frame of its own, also one from before the run: 3 of those, one that the
 * client had, two that it had not, six frames of 1 KiB to copy at 0.5 us a KiB. */
static void every_event_has_its_frame(void **state)
{
    static const int64_t at[] = { 100 * MS, 350 * MS, 400 * MS };
    struct parameters p = one_client();
    struct run_record bare, framed;
    (void)state;
    p.replay = (struct replay_params){ .length = 10, .stored = 3, .whole = true };
    run(&p, at, 3, &bare);
    p.cost.by_protocol[PROTOCOL_SSE].frame_bytes = 1024;
    run(&p, at, 3, &framed);
    assert_true(value(&bare, "replayed") == 6);
    double longer_s = value(&framed, "replayed.max") - value(&bare, "replayed.max");
    assert_true(fabs(longer_s - 6 * 0.5e-6) < 1e-12);
    run_record_close(&bare);
    run_record_close(&framed);
}

/* A snapshot of 4 KiB goes before the two events: 4 KiB more to load, and to copy at 0.5 us a KiB;
 * it is no event, and has no latency of its own. Who has missed nothing gets it, too, by a wake-up for
 * it alone (poll 33 us, write 9). */
static void a_snapshot_goes_first(void **state)
{
    static const int64_t at[] = { 350 * MS, 400 * MS };
    (void)state;
    for (size_t missed = 0; missed <= 2; missed += 2) {
        struct parameters p = one_client();
        struct run_record without, with;
        p.replay.length = 10;
        run(&p, at, missed, &without);
        p.replay.snapshot_bytes = 4096;
        run(&p, at, missed, &with);
        double longer_s = value(&with, "replayed.max") - value(&without, "replayed.max");
        double more_s = value(&with, "cpu.used") - value(&without, "cpu.used");
        assert_true(value(&with, "replayed") == (double)missed);
        assert_true(missed ? fabs(longer_s - 4 * 0.5e-6) < 1e-12 : isnan(longer_s));
        assert_true(fabs(more_s - (missed ? 2e-6 : 44e-6)) < 1e-12);
        assert_true(value(&with, "memory.peak") - value(&without, "memory.peak") == 4096);
        run_record_close(&without);
        run_record_close(&with);
    }
}

/* Two events of 1 KiB are compressed anew: 1 us each, 2 us a KiB; half of their bytes are left,
 * which are copied at 0.7 us a KiB. */
static void events_are_compressed_for_the_connection(void **state)
{
    struct parameters p = one_client();
    struct run_record plain, deflated;
    (void)state;
    p.server.protocol = PROTOCOL_WEBSOCKET;
    p.cost.by_protocol[PROTOCOL_WEBSOCKET].frame_bytes = 0;
    p.websocket.deflate_ns = 1000;
    p.websocket.deflate_kib_ns = 2000;
    p.websocket.deflate_ratio = 0.5;
    run_of_bytes(p, 1024, &plain);
    p.memory.deflate_window = 15;
    run_of_bytes(p, 1024, &deflated);
    double longer_s = value(&deflated, "replayed.max") - value(&plain, "replayed.max");
    assert_true(fabs(longer_s - (2 * 1e-6 + 2 * 2e-6 - 0.7e-6)) < 1e-12);
    run_record_close(&plain);
    run_record_close(&deflated);
}

/* What a slow wake-up (200 ms an item) had not written when the process died is lost with it, and
 * made good by the replay; the second death, in the midst of that replay (memory), changes nothing
 * but the time. */
static void lost_events_are_made_good(void **state)
{
    static const int64_t at[] = { 150 * MS, 200 * MS };
    (void)state;
    struct parameters p = one_client();
    struct run_record r;
    p.cost.by_protocol[PROTOCOL_SSE].item_ns = 200.0 * MS;
    p.replay.length = 10;
    run(&p, at, 2, &r);
    assert_true(value(&r, "due") == 2 && value(&r, "delivered") == 0);
    assert_true(value(&r, "lost.server_stopped") == 2);
    assert_true(value(&r, "replayed.lost") == 2 && value(&r, "replayed") == 2);
    assert_true(value(&r, "in_flight") == 0);
    run_record_close(&r);
    p.fault.crash_at_ns = 700 * MS;
    run(&p, at, 2, &r);
    assert_true(value(&r, "recalled") == 4 && value(&r, "replayed.lost") == 2);
    assert_true(value(&r, "lost.server_stopped") == 2 && value(&r, "lost.server_killed") == 2);
    run_record_close(&r);
}

/* The authentication backend rejects a client at 500 ms, in the midst of its connection's last
 * wake-up (100 ms an item), after which nothing is published: it has the message, and is closed
 * in the same turn. `slow`: the client does not read as it comes. */
static void dropped_in_its_last_wake_up(void **state)
{
    static const struct {
        enum loop_kind loop;
        bool slow;
    } cases[] = { { LOOP_UVLOOP, false },
                  { LOOP_ASYNCIO, false },
                  { LOOP_UVLOOP, true },
                  { LOOP_ASYNCIO, true } };
    static const int64_t at[] = { 450 * MS };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = one_client();
        struct run_record r;
        struct schedule s;
        p.fault.deploy_at_ns = 0;
        p.reconnect.base_ns = 60 * S;
        p.server.loop = cases[i].loop;
        p.class_count = 1;
        p.classes[0] = (struct client_class){ .share = 1, .read_bps = cases[i].slow * 100000 };
        p.auth = (struct auth_params){ 1, S, 400 * MS };
        p.cost.by_protocol[PROTOCOL_SSE].item_ns = 100.0 * MS;
        push_case_publishes(&s, 1, at, 1, S);
        s.initial = 0;
        s.actions[1] = s.actions[0];
        s.actions[0] = (struct action){ .at_ns = 100 * MS, .kind = ACTION_CONNECT };
        s.count = 2;
        run_record_init(&r);
        push_run(&p, &s, 1, 0, &r);
        assert_true(value(&r, "disconnects.rejected") == 1);
        assert_true(value(&r, "connections") == 0 && value(&r, "clients.open") == 0);
        assert_true(value(&r, "due") == 1);
        assert_true(value(&r, "delivered") + value(&r, "lost") == 1);
        assert_true(cases[i].slow || value(&r, "delivered") == 1);
        run_record_close(&r);
        schedule_close(&s);
    }
}

/* Three clients connect while the loop is busy, which accepts one in each poll, and give up before
 * that: the server reads the ends of all before it accepts the second one, but accepts it all the
 * same and answers (200 us), besides the end (50 us); two polls more for each at most. */
static void giving_up_in_the_accept_queue_costs(void **state)
{
    double used[2], costs = 3 * 250e-6, polls = 3 * 2 * 40e-6;
    (void)state;
    for (int come = 0; come < 2; come++) {
        struct parameters p = one_client();
        struct run_record r;
        struct schedule s;
        p.clients = 3;
        p.server.accept_batch = 1;
        p.fault = (struct fault_params){ .busy_at_ns = 100 * MS, .busy_ns = 500 * MS };
        p.class_count = 1;
        p.classes[0] = (struct client_class){ .share = 1, .connect_timeout_ns = 100 * MS };
        p.reconnect.kind = RECONNECT_NEVER;
        push_case_publishes(&s, 3, (const int64_t[]){ 0, 0, 0 }, 3, S);
        s.initial = 0;
        for (uint32_t i = 0; i < 3; i++)
            s.actions[i] =
                (struct action){ .at_ns = 200 * MS, .kind = ACTION_CONNECT, .client = i };
        s.count = come ? 3 : 0;
        run_record_init(&r);
        push_run(&p, &s, 1, 0, &r);
        assert_true(value(&r, "clients.given_up") == 3 * come);
        assert_true(value(&r, "connects.opened") == 0 && value(&r, "connections") == 0);
        used[come] = value(&r, "cpu.used");
        run_record_close(&r);
        schedule_close(&s);
    }
    assert_true(used[1] - used[0] >= costs - 1e-9);
    assert_true(used[1] - used[0] <= costs + polls + 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_latencies),
        cmocka_unit_test(events_have_bytes_of_their_own),
        cmocka_unit_test(every_event_has_its_frame),
        cmocka_unit_test(a_snapshot_goes_first),
        cmocka_unit_test(events_are_compressed_for_the_connection),
        cmocka_unit_test(lost_events_are_made_good),
        cmocka_unit_test(dropped_in_its_last_wake_up),
        cmocka_unit_test(giving_up_in_the_accept_queue_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
