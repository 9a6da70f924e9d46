/* Replays by hand: what a client that comes back gets again, of which kind, and when. */
#include <math.h>
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
            assert_float_equal(value(&r, "replayed.max"), 0.250435, 1e-12);
        if (cases[i].recalled == 0)
            assert_true(isnan(value(&r, "replayed.max")));
        run_record_close(&r);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_latencies),
        cmocka_unit_test(lost_events_are_made_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
