/* Ranges of connections, and planned runs of connections with costs of their own, give what one
 * ready-queue entry and one demand for CPU time a connection give: the same record to the last bit,
 * for random servers, limits, policies, loads and clients that come, leave and stall. In each run
 * every message is accounted for (meter_check sees to it), and the parts of the blame sum to the
 * latency. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

#include "models/push_run.h"
#include "tests/support/push_case.h"

#define CASES 800

static void run_case(uint32_t number, bool plain, struct run_record *out)
{
    struct random_stream rs;
    struct schedule schedule;
    random_stream_init(&rs, 42, number, 1, 0);
    struct parameters p = push_case_random(&rs);
    push_case_schedule(&schedule, &p, &rs);
    p.server.plain = plain;
    run_record_init(out);
    push_run(&p, &schedule, 42, number, out);
    schedule_close(&schedule);
}

static bool same_value(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* From `i` on; a range's drops are counted at its begin, so their seconds may differ. */
static size_t next_point(const struct run_record *r, size_t i)
{
    while (i < r->point_count && strcmp(r->points[i].name, "drops") == 0)
        i++;
    return i;
}

static void assert_same(uint32_t number, const struct run_record *a, const struct run_record *b)
{
    assert_int_equal(a->metric_count, b->metric_count);
    for (size_t i = 0; i < a->metric_count; i++)
        if (!same_value(a->metrics[i].value, b->metrics[i].value))
            fail_msg("case %u: %s is %.17g with ranges, %.17g without", number,
                     a->metrics[i].name, a->metrics[i].value, b->metrics[i].value);
    for (size_t i = next_point(a, 0), k = next_point(b, 0);
         i < a->point_count || k < b->point_count;
         i = next_point(a, i + 1), k = next_point(b, k + 1)) {
        assert_true(i < a->point_count && k < b->point_count);
        if (!same_value(a->points[i].value, b->points[k].value))
            fail_msg("case %u: %s at %lld ns is %.17g with ranges, %.17g without", number,
                     a->points[i].name, (long long)a->points[i].at_ns, a->points[i].value,
                     b->points[k].value);
    }
    assert_memory_equal(a->histograms[0].histogram.buckets, b->histograms[0].histogram.buckets,
                        HISTOGRAM_BUCKETS * sizeof *a->histograms[0].histogram.buckets);
}

static void ranges_change_nothing(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct run_record ranges, plain;
        run_case(number, false, &ranges);
        run_case(number, true, &plain);
        assert_same(number, &ranges, &plain);
        run_record_close(&ranges);
        run_record_close(&plain);
    }
}

/* Many clients vanish, some while a fan-out has reached a part of them: the kernel gives each up
 * dead_ns after the first write to it, wherever the range ends that the write was part of. */
static void run_vanishing(uint32_t number, bool plain, struct run_record *out)
{
    struct random_stream rs;
    struct schedule schedule;
    random_stream_init(&rs, 44, number, 1, 0);
    struct parameters p = push_case_plain();
    p.server.protocol = number % PROTOCOLS;
    p.server.loop = number % 3 ? LOOP_UVLOOP : LOOP_ASYNCIO;
    p.server.plain = plain;
    p.clients = 600;
    p.cpu.quota_ns = 6000000;
    p.class_count = 1;
    p.classes[0] = (struct client_class){ .share = 1, .loss_rate_hz = 1 };
    p.network.dead_ns = 200000000;
    p.workload.arrivals = ARRIVAL_POISSON;
    p.workload.phase[0] = (struct phase_params){ "steady", 600000000, 20, true, 0, 0, 0 };
    schedule_build(&schedule, &p, 44, number);
    run_record_init(out);
    push_run(&p, &schedule, 44, number, out);
    schedule_close(&schedule);
}

static void zombies_die_at_the_same_time(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < 60; number++) {
        struct run_record ranges, plain;
        run_vanishing(number, false, &ranges);
        run_vanishing(number, true, &plain);
        assert_true(run_record_value(&ranges, "noticed.write_failed") > 0);
        assert_same(number, &ranges, &plain);
        run_record_close(&ranges);
        run_record_close(&plain);
    }
}

static double value(const struct run_record *r, const char *name)
{
    return run_record_value(r, name);
}

/* The cases reach what they are there to reach: drops, losses, slow clients, deep queues. */
static void messages_are_accounted_for(void **state)
{
    double reached[6] = { 0 };
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct run_record r;
        run_case(number, false, &r);
        double due = value(&r, "due"), parts = 0;
        double accounted = value(&r, "delivered") + value(&r, "dropped") + value(&r, "lost") +
                           value(&r, "in_flight");
        if (due != accounted)
            fail_msg("case %u: %g messages due, %g accounted for", number, due, accounted);
        static const char *const names[] = { "network",  "throttled", "loop",
                                             "pipeline", "queue",     "buffers" };
        for (size_t i = 0; i < 6; i++) {
            char name[48];
            snprintf(name, sizeof name, "blame.%s.all", names[i]);
            parts += value(&r, name);
        }
        if (value(&r, "delivery.mean") > 0 && !(fabs(parts - 1) <= 1e-12))
            fail_msg("case %u: blame sums to %.17g", number, parts);
        reached[0] += value(&r, "dropped") > 0;
        reached[1] += value(&r, "lost") > 0;
        reached[2] += value(&r, "in_flight") > 0;
        reached[3] += value(&r, "blame.buffers.all") > 0;
        reached[4] += value(&r, "disconnects.slow_consumer") > 0;
        reached[5] += value(&r, "connects") > 0;
        run_record_close(&r);
    }
    for (size_t i = 0; i < 6; i++)
        assert_true(reached[i] >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_change_nothing),
        cmocka_unit_test(zombies_die_at_the_same_time),
        cmocka_unit_test(messages_are_accounted_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
