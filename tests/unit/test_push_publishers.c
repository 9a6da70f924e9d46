/* Publishes come over a number of connections, each with one request under way. */
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

/* A delivery of four costs a millisecond and more, 50 publishes are due in a second: twice what a tenth
 * of a CPU gives. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues_are_no_deeper_than_publishers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
