/* The policy that disconnects, by hand: who has no room for a message is a subscriber no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

enum { CLIENTS = 3, BOUND = 4, PUBLISHES = 10 };

/* Something keeps the loop busy from 200 to 700 ms; ten publishes come meanwhile, which one poll
 * then finds: all are handled before any connection's task has its turn. */
static void run(struct parameters *p, struct run_record *out)
{
    int64_t at[PUBLISHES];
    struct schedule s;
    for (int i = 0; i < PUBLISHES; i++)
        at[i] = (300 + 10 * i) * MS;
    p->clients = CLIENTS;
    p->server.queue_bound = BOUND;
    p->server.queue_policy = POLICY_DISCONNECT;
    p->fault.busy_at_ns = 200 * MS;
    p->fault.busy_ns = 500 * MS;
    p->reconnect = (struct reconnect_params){
        .kind = RECONNECT_FIXED, .base_ns = 300 * MS, .cap_ns = S, .factor = 1, .steps = 1
    };
    push_case_publishes(&s, CLIENTS, at, PUBLISHES, 3 * S);
    run_record_init(out);
    push_run(p, &s, 1, 0, out);
    schedule_close(&s);
}

/* With the fifth message each has more than four: five are lost with it, and the other five were
 * published when it was gone. A history brings them all. */
static void lost_is_what_did_not_fit_and_what_was_there(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct parameters p = push_case_plain();
        struct run_record r;
        p.server.protocol = i % 2 ? PROTOCOL_WEBSOCKET : PROTOCOL_SSE;
        p.websocket.close_timeout_ns = S;
        p.server.plain = i / 2;
        p.replay.length = 100;
        run(&p, &r);
        assert_true(run_record_value(&r, "disconnects.slow_consumer") == CLIENTS);
        assert_true(run_record_value(&r, "due") == CLIENTS * (BOUND + 1));
        assert_true(run_record_value(&r, "lost.slow_consumer") == CLIENTS * (BOUND + 1));
        assert_true(run_record_value(&r, "queue.depth.max") <= BOUND);
        assert_true(run_record_value(&r, "replayed.lost") == CLIENTS * (BOUND + 1));
        assert_true(run_record_value(&r, "replayed.away") == CLIENTS * (PUBLISHES - BOUND - 1));
        assert_true(run_record_value(&r, "in_flight") == 0);
        run_record_close(&r);
    }
}

/* A publish costs nothing more for who has left: 100 us for each queue, of five publishes of the
 * ten. */
static void a_publish_has_no_work_for_who_left(void **state)
{
    double used[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct parameters p = push_case_plain();
        struct run_record r;
        p.cost.enqueue_ns = i * 100e3;
        run(&p, &r);
        used[i] = run_record_value(&r, "cpu.used");
        run_record_close(&r);
    }
    assert_true(used[1] - used[0] > 0.9 * CLIENTS * (BOUND + 1) * 100e-6);
    assert_true(used[1] - used[0] < 1.1 * CLIENTS * (BOUND + 1) * 100e-6);
}

/* The process dies at 750 ms, when all have left and the first task is at its wake-up, which takes
 * 100 ms: what was published since they left is neither due nor lost. */
static void a_crash_finds_what_was_due(void **state)
{
    struct parameters p = push_case_plain();
    struct run_record r;
    (void)state;
    p.cost.by_protocol[PROTOCOL_SSE].wake_ns = 100.0 * MS;
    p.replay.length = 100;
    p.restart = (struct restart_params){ 100 * MS, 400 * MS, S };
    p.fault.crash_at_ns = 750 * MS;
    run(&p, &r);
    assert_true(run_record_value(&r, "disconnects.server_killed") == CLIENTS);
    assert_true(run_record_value(&r, "due") == CLIENTS * (BOUND + 1));
    assert_true(run_record_value(&r, "replayed.lost") == CLIENTS * (BOUND + 1));
    assert_true(run_record_value(&r, "replayed.away") == CLIENTS * (PUBLISHES - BOUND - 1));
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_is_what_did_not_fit_and_what_was_there),
        cmocka_unit_test(a_publish_has_no_work_for_who_left),
        cmocka_unit_test(a_crash_finds_what_was_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
