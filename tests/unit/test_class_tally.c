/* What each class of clients got: ranges as single deliveries, and sums that are the meter's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "models/class_tally.h"
#include "sim/random_stream.h"
#include "tests/support/push_case.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)

#define CONNECTIONS 40

static uint32_t below(struct random_stream *rs, uint32_t n)
{
    return (uint32_t)(random_stream_u64(rs) % n);
}

static void assert_same(const struct class_tally *a, const struct class_tally *b)
{
    for (int c = 0; c < a->classes; c++) {
        const struct class_figures *f = &a->figures[c], *g = &b->figures[c];
        assert_int_equal(f->delivered, g->delivered);
        assert_int_equal(f->dropped, g->dropped);
        assert_int_equal(f->lost, g->lost);
        assert_int_equal(f->delivery.count, g->delivery.count);
        assert_true(f->delivery.count == 0 || f->delivery.max == g->delivery.max);
        for (int q = 1; q < 100 && f->delivery.count > 0; q++)
            assert_true(histogram_quantile(&f->delivery, q / 100.0) ==
                        histogram_quantile(&g->delivery, q / 100.0));
    }
}

/* One range in three ways: as a progression, at times of its own, one by one. */
static void deliver(struct class_tally *t, struct random_stream *rs)
{
    uint32_t first = below(rs, CONNECTIONS), n = 1 + below(rs, CONNECTIONS - first);
    int64_t step = below(rs, 1 << below(rs, 20)), latency = below(rs, 1 << below(rs, 30));
    bool measured = below(rs, 3) > 0;
    int64_t at[CONNECTIONS];
    for (uint32_t i = 0; i < n; i++)
        at[i] = i * step;
    class_tally_deliver(&t[0], first, n, measured, latency, step);
    class_tally_deliver_at(&t[1], first, n, measured, latency, at);
    for (uint32_t i = 0; i < n; i++)
        class_tally_deliver(&t[2], first + i, 1, measured, latency + at[i], 0);
}

static void end(struct class_tally *t, struct random_stream *rs)
{
    uint32_t first = below(rs, CONNECTIONS), n = 1 + below(rs, CONNECTIONS - first);
    uint32_t messages = 1 + below(rs, 9);
    for (int k = 0; k < 2; k++) {
        class_tally_drop(&t[k], first, n, messages);
        class_tally_lose(&t[k], first, n, messages + 1);
        class_tally_drop(&t[k], first, 1, -1);
    }
    for (uint32_t i = 0; i < n; i++) {
        class_tally_drop(&t[2], first + i, 1, messages);
        class_tally_lose(&t[2], first + i, 1, messages + 1);
    }
    class_tally_drop(&t[2], first, 1, -1);
}

static void ranges_are_their_single_deliveries(void **state)
{
    struct random_stream rs;
    struct class_tally t[3];
    (void)state;
    random_stream_init(&rs, 11, 0, 1, 0);
    for (int k = 0; k < 3; k++)
        class_tally_init(&t[k], 3, CONNECTIONS);
    for (uint32_t i = 0; i < CONNECTIONS; i++) {
        int klass = (int)below(&rs, 3);
        for (int k = 0; k < 3; k++)
            class_tally_seat(&t[k], i, klass);
    }
    for (int i = 0; i < 500; i++) {
        deliver(t, &rs);
        end(t, &rs);
    }
    assert_true(t[0].figures[2].delivered > 0);
    assert_same(&t[0], &t[1]);
    assert_same(&t[0], &t[2]);
    for (int k = 0; k < 3; k++)
        class_tally_close(&t[k]);
}

static void one_class_is_told_apart_from_nobody(void **state)
{
    struct class_tally t;
    struct run_record record;
    (void)state;
    run_record_init(&record);
    class_tally_init(&t, 1, CONNECTIONS);
    assert_false(class_tally_on(&t));
    class_tally_seat(&t, 3, 0);
    class_tally_report(&t, &record);
    assert_int_equal(record.metric_count, 0);
    class_tally_close(&t);
    run_record_close(&record);
}

static void sums_are_those_of_its_parts(void **state)
{
    struct class_tally sum, part;
    (void)state;
    class_tally_init(&sum, 2, 0);
    class_tally_init(&part, 2, CONNECTIONS);
    class_tally_seat(&part, 1, 1);
    class_tally_deliver(&part, 0, 3, true, 7 * MS, MS); /* 7 and 9 ms; of class 1: 8 */
    class_tally_lose(&part, 1, 1, 4);
    for (int i = 0; i < 2; i++)
        class_tally_merge(&sum, &part);
    assert_int_equal(sum.figures[0].delivered, 4);
    assert_int_equal(sum.figures[0].delivery.max, 9 * MS);
    assert_int_equal(sum.figures[1].delivered, 2);
    assert_int_equal(sum.figures[1].delivery.max, 8 * MS);
    assert_int_equal(sum.figures[1].lost, 8);
    class_tally_close(&sum);
    class_tally_close(&part);
}

/* Half of the clients stop reading after 2 s: their messages are dropped, the others' come as
 * before. */
static void the_slow_do_not_hide_the_others(void **state)
{
    struct run_record r;
    struct parameters p = push_case_plain();
    (void)state;
    p.clients = 4;
    p.network.socket_bytes = 4096;
    p.server.queue_bound = 5;
    p.workload.payload_bytes = 10000;
    p.workload.phase[0] = (struct phase_params){ "steady", 20 * S, 2, true, 0, 0, 0 };
    p.class_count = 2;
    p.classes[0] = (struct client_class){ .share = 1 };
    p.classes[1] = (struct client_class){ .share = 1, .stall_at_ns = 2 * S };
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "class.clients.delivered") == 2 * 40);
    assert_true(run_record_value(&r, "class.clients.dropped") == 0);
    assert_true(run_record_value(&r, "class.clients.delivery.p99") < 0.01);
    assert_true(run_record_value(&r, "class.slow.dropped") > 0);
    assert_true(run_record_value(&r, "class.slow.dropped") == run_record_value(&r, "dropped"));
    assert_true(run_record_value(&r, "class.slow.delivered") ==
                run_record_value(&r, "delivered") - 80);
    run_record_close(&r);
}

/* Clients of all classes are there from the start, and are counted once. */
static void all_classes_are_open(void **state)
{
    struct parameters p = push_case_plain();
    struct run_record r;
    (void)state;
    p.clients = 12;
    p.class_count = 3;
    for (int k = 0; k < 3; k++)
        p.classes[k] = (struct client_class){ .share = k + 1 };
    push_case_run(&p, 1, &r);
    assert_true(run_record_value(&r, "clients.open") == 12);
    assert_true(run_record_value(&r, "connections") == 12);
    run_record_close(&r);
}

/* Where each connection has costs of its own, too: three classes alike are about as quick as all
 * are, and all that is delivered is some class's. */
static void classes_of_own_paces(void **state)
{
    struct parameters p = push_case_plain();
    struct run_record r;
    double delivered = 0;
    (void)state;
    p.clients = 600;
    p.cost.connection_cv = 0.3;
    p.class_count = 3;
    for (int k = 0; k < 3; k++)
        p.classes[k] = (struct client_class){ .share = 1 };
    push_case_run(&p, 1, &r);
    double all_s = run_record_value(&r, "delivery.p95");
    for (int k = 0; k < 3; k++) {
        char name[48];
        snprintf(name, sizeof name, "class.%s.delivery.p95", class_tally_name(k));
        double own_s = run_record_value(&r, name);
        /* the last are served last */
        assert_true(own_s > all_s / (k == 2 ? 1.02 : 3) && own_s <= all_s * 1.1);
        snprintf(name, sizeof name, "class.%s.delivered", class_tally_name(k));
        delivered += run_record_value(&r, name);
    }
    assert_true(delivered > 0 && delivered == run_record_value(&r, "delivered"));
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_of_own_paces),
        cmocka_unit_test(all_classes_are_open),
        cmocka_unit_test(ranges_are_their_single_deliveries),
        cmocka_unit_test(one_class_is_told_apart_from_nobody),
        cmocka_unit_test(sums_are_those_of_its_parts),
        cmocka_unit_test(the_slow_do_not_hide_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
