/* What a fan-out leaves to do (cost.*.settle) is paid once a delivery, after all of its writes:
 * the next publish waits for it, its own deliveries do not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/push_case.h"

#define CLIENTS   100
#define SETTLE_NS 3000

struct outcome {
    double cpu_s, mean_s, max_s;
};

static struct outcome simulate(const struct parameters *p)
{
    struct run_record record;
    push_case_run(p, 3, &record);
    struct outcome o = { run_record_value(&record, "cpu.used"),
                         run_record_value(&record, "delivery.mean"),
                         run_record_value(&record, "delivery.max") };
    run_record_close(&record);
    return o;
}

/* Ten publishes, as many a second as asked for; nothing by chance. */
static struct parameters node_server(enum push_protocol protocol, double rate_hz)
{
    struct parameters p = push_case_node(protocol, CLIENTS);
    p.workload.phase[0].duration_ns = llround(10 / rate_hz * 1e9);
    p.workload.phase[0].rate_hz = rate_hz;
    return p;
}

static double settled(struct parameters *p, struct outcome *before, struct outcome *after)
{
    *before = simulate(p);
    p->cost.by_protocol[p->server.protocol].settle_ns = SETTLE_NS;
    *after = simulate(p);
    return after->cpu_s - before->cpu_s;
}

/* 10 publishes to 100 clients at 3 us: 3 ms, and no delivery is later where publishes are far
 * apart (by more than the nanosecond that every callback takes). */
static void paid_once_a_delivery(void **state)
{
    (void)state;
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
        struct parameters p = node_server((enum push_protocol)protocol, 10);
        struct outcome before, after;
        double paid_s = settled(&p, &before, &after);
        assert_true(fabs(paid_s - 10 * CLIENTS * SETTLE_NS / 1e9) < 1e-6);
        assert_true(fabs(after.mean_s - before.mean_s) < 2e-9);
        assert_true(fabs(after.max_s - before.max_s) < 2e-9);
    }
}

/* Publishes that come faster than they are handled: the last has nine such remainders before it,
 * 2.7 ms. */
static void the_next_publish_waits(void **state)
{
    (void)state;
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
        struct parameters p = node_server((enum push_protocol)protocol, 20000);
        struct outcome before, after;
        settled(&p, &before, &after);
        double later_s = after.max_s - before.max_s;
        assert_true(fabs(later_s - 9 * CLIENTS * SETTLE_NS / 1e9) < 1e-6);
    }
}

/* With a hop the task that writes is a callback of its own: what follows is in its cost. */
static void not_with_hops(void **state)
{
    (void)state;
    struct parameters p = node_server(PROTOCOL_WEBSOCKET, 10);
    struct outcome before, after;
    p.server.hops = 1;
    assert_true(settled(&p, &before, &after) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(paid_once_a_delivery),
                                        cmocka_unit_test(the_next_publish_waits),
                                        cmocka_unit_test(not_with_hops) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
