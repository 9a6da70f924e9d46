/* Publishes come over a number of connections, each with one request under way. */
#include <math.h>
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

/* A delivery of four costs a millisecond and more, 50 publishes are due in a second: twice what a
 * tenth of a CPU gives. */
static void run_overload(int64_t publishers, struct run_record *r)
{
    struct parameters p = push_case_plain();
    struct schedule s;
    p.clients = 4;
    p.server.hops = 1; /* what is published in one turn of the loop is taken in the next */
    p.server.queue_policy = POLICY_NONE;
    p.cpu.quota_ns = 10 * MS;
    p.cpu.period_ns = 100 * MS;
    p.workload.publishers = publishers;
    p.workload.drain_ns = 60 * S;
    p.cost.by_protocol[p.server.protocol].item_ns += 1e6;
    p.workload.phase[0] = (struct phase_params){ "burst", 3 * S, 50, true, 0, 0, 0 };
    schedule_build(&s, &p, 1, 1);
    run_record_init(r);
    push_run(&p, &s, 1, 1, r);
    schedule_close(&s);
}

/* What waits in the publishers' sockets is in no queue: bounds of queues do not see it, and nothing
 * of it is lost. */
static void queues_are_no_deeper_than_publishers(void **state)
{
    struct run_record any, three;
    (void)state;
    run_overload(0, &any);
    run_overload(3, &three);
    assert_true(value(&any, "queue.depth.max") > 10);
    assert_true(value(&three, "queue.depth.max") == 3);
    assert_true(value(&any, "delivered") == 600 && value(&three, "delivered") == 600);
    run_record_close(&any);
    run_record_close(&three);
}

/* Fan-outs of 12 ms each, answered as they begin. */
static double longest_ms(enum loop_kind loop, const int *sent_ms, uint32_t count)
{
    struct parameters p = push_case_node(PROTOCOL_WEBSOCKET, 4);
    struct schedule s;
    struct run_record r;
    p.server.loop = loop;
    p.workload.publishers = 8;
    p.cost.by_protocol[PROTOCOL_WEBSOCKET].item_ns = 3 * MS;
    p.workload.phase[0] = (struct phase_params){ "load", S, count, true, 0, 0, 0 };
    schedule_build(&s, &p, 1, 1);
    for (size_t i = 0; i < s.count; i++)
        if (s.actions[i].kind == ACTION_PUBLISH)
            s.actions[i].at_ns = *sent_ms++ * MS;
    run_record_init(&r);
    push_run(&p, &s, 1, 1, &r);
    double longest = 1e3 * value(&r, "delivery.max");
    assert_true(value(&r, "delivered") == 4 * count);
    run_record_close(&r);
    schedule_close(&s);
    return longest;
}

/* The first fan-out is over at 12 ms. By then the second publish waits on the first connection,
 * which is free again, the third and fourth on two others: sent out until 48 ms. The fifth comes
 * at 13 ms on the first connection, the sixth at 14 on the fourth, the seventh at 26 on the
 * second, which was told by the poll at 12 ms and stands on the list still: so it goes out before
 * the sixth, which is through at 84 ms, 70 after it was sent. First come, first served, sixth and
 * seventh take 58. */
static void a_busy_level_triggered_server_serves_out_of_turn(void **state)
{
    (void)state;
    static const int sent_ms[] = { 0, 1, 2, 3, 13, 14, 26 };
    static const struct {
        enum loop_kind loop;
        double longest_ms;
    } rows[] = { { LOOP_NODE, 70 }, { LOOP_NGINX, 58 } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(fabs(longest_ms(rows[i].loop, sent_ms, 7) - rows[i].longest_ms) < 2.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues_are_no_deeper_than_publishers),
        cmocka_unit_test(a_busy_level_triggered_server_serves_out_of_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
