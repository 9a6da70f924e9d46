/* The delivery pipeline by hand, and one golden run (tests/golden/push_run.txt; write it anew with
 * PUSHSIM_GOLDEN=1 and look at the difference). */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

#include "models/push_run.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

#define GOLDEN "tests/golden/push_run.txt"

static void run(const struct parameters *p, const int64_t *at_ns, size_t n,
                struct run_record *out)
{
    struct schedule s;
    push_case_publishes(&s, (uint32_t)p->clients, at_ns, n, 1000000000);
    run_record_init(out);
    push_run(p, &s, 1, 0, out);
    schedule_close(&s);
}

/* Two publishes to three clients, ample CPU, payload 1 KiB - 8 (so that a write is 1 KiB), us:
 *   arrives 100, poll 33, publish 300 + 3 x 1.5 = 304.5            -> 437.5
 *   poll 30, pass 1: 3 x 1.5                                        -> 472
 *   poll 30, pass 2: 3 x (1.5 + 4.5), written at once: + 9.5 each
 * uvloop: take ends at 520, writes at 529.5, 539, 548.5; asyncio: writes at 517.5, 533, 548.5.
 * nginx without passes writes in the publish callback: 437.5 + 15.5, 31, 46.5; so does Node, but
 * its sockets are corked until the next tick: take ends at 455.5, writes at 465, 474.5, 484.
 * The client has it 50 us later. */
static void fan_out_in_the_right_order(void **state)
{
    static const struct {
        enum loop_kind loop;
        int64_t hops;
        double first_us, slope_us;
    } cases[] = {
        { LOOP_UVLOOP, 2, 579.5, 9.5 }, { LOOP_ASYNCIO, 2, 567.5, 15.5 },
        { LOOP_NODE, 0, 515, 9.5 },     { LOOP_NGINX, 0, 503, 15.5 },
        { LOOP_THREADS, 0, 503, 15.5 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const int64_t at[] = { 0, 500000000 };
        struct parameters p = push_case_plain();
        struct run_record r;
        p.server.loop = cases[i].loop;
        p.server.hops = cases[i].hops;
        p.cost.by_protocol[PROTOCOL_SSE].frame_bytes = 0;
        run(&p, at, 2, &r);
        double first = cases[i].first_us / 1e6, slope = cases[i].slope_us / 1e6;
        double mean = run_record_value(&r, "delivery.mean");
        assert_true(run_record_value(&r, "delivered") == 6);
        assert_near(mean, first + slope, 1e-12);
        assert_near(run_record_value(&r, "delivery.slope"), slope, 1e-12);
        assert_near(run_record_value(&r, "delivery.max"), first + 2 * slope, 1e-12);
        run_record_close(&r);
    }
}

/* Cold state is paid where it is found: on uvloop by all wake-ups before the first byte, or by each
 * write in the slope; a write that is acknowledged at once costs the acknowledgement as well. On
 * asyncio each client's wake-up and write are the slope. Added to the cases above, us. */
static void cold_state_and_acknowledgements_have_their_place(void **state)
{
    static const struct {
        enum loop_kind loop;
        double state_us, write_state_us, ack_us; /* given */
        double first_us, slope_us;               /* more */
    } cases[] = {
        { LOOP_UVLOOP, 2, 0, 0, 2 * 3 * 2, 0 }, /* two passes over three clients */
        { LOOP_UVLOOP, 0, 3, 0, 3, 3 },          { LOOP_UVLOOP, 0, 0, 4, 4, 4 },
        { LOOP_ASYNCIO, 2, 0, 0, 3 * 2 + 2, 2 }, { LOOP_ASYNCIO, 0, 3, 0, 3, 3 },
        { LOOP_ASYNCIO, 0, 0, 4, 4, 4 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const int64_t at[] = { 0, 500000000 };
        struct parameters p = push_case_plain();
        struct protocol_costs *c = &p.cost.by_protocol[PROTOCOL_SSE];
        struct run_record without, with;
        p.server.loop = cases[i].loop;
        run(&p, at, 2, &without);
        c->state_ns = 1e3 * cases[i].state_us;
        c->write_state_ns = 1e3 * cases[i].write_state_us;
        p.cost.ack_ns = 1e3 * cases[i].ack_us;
        run(&p, at, 2, &with);
        double slope = run_record_value(&with, "delivery.slope") -
                       run_record_value(&without, "delivery.slope");
        double mean = run_record_value(&with, "delivery.mean") -
                      run_record_value(&without, "delivery.mean");
        assert_near(slope, cases[i].slope_us / 1e6, 1e-12);
        assert_near(mean, (cases[i].first_us + cases[i].slope_us) / 1e6, 1e-12);
        run_record_close(&without);
        run_record_close(&with);
    }
}

/* Acknowledgements that the writes of a run to three clients have paid for, each 4 us. */
static double acknowledgements(struct parameters *p, const int64_t *at_ns, size_t n)
{
    struct run_record without, with;
    p->cost.ack_ns = 0;
    run(p, at_ns, n, &without);
    p->cost.ack_ns = 4000;
    run(p, at_ns, n, &with);
    double more_s =
        run_record_value(&with, "cpu.used") - run_record_value(&without, "cpu.used");
    run_record_close(&without);
    run_record_close(&with);
    return more_s / 4e-6;
}

/* Groups of publishes, 25 ms from one group to the next, those of a group 1 us: they are handled
 * while the first one's wake-ups are in their passes. uvloop writes what a wake-up has taken at
 * once: one segment for each group and client, of which 16 are acknowledged at once. asyncio
 * writes, and the kernel sends, message by message. A bound that drops the first message of a
 * segment takes no acknowledgement away. */
static void a_segment_is_acknowledged_once(void **state)
{
    static const struct {
        enum loop_kind loop;
        int groups, each;
        int64_t bound;
        int acknowledged; /* for each of three clients */
    } cases[] = {
        { LOOP_UVLOOP, 1, 1, 512, 1 },    { LOOP_UVLOOP, 1, 3, 512, 1 },
        { LOOP_UVLOOP, 10, 2, 512, 10 },  { LOOP_UVLOOP, 20, 2, 512, 16 },
        { LOOP_UVLOOP, 10, 3, 1, 10 },    { LOOP_ASYNCIO, 1, 3, 512, 3 },
        { LOOP_ASYNCIO, 10, 2, 512, 16 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = push_case_plain();
        int64_t at[40];
        size_t n = 0;
        for (int g = 0; g < cases[i].groups; g++)
            for (int k = 0; k < cases[i].each; k++)
                at[n++] = g * INT64_C(25000000) + k * 1000;
        p.server.loop = cases[i].loop;
        p.server.queue_bound = cases[i].bound;
        assert_near(acknowledgements(&p, at, n), 3 * cases[i].acknowledged, 1e-3);
    }
}

/* A bound of 4 and a limit that lets nothing through in time: of the publishes that are handled
 * together only the last 4 (drop-oldest) or the first 4 (drop-newest) are delivered. */
static void the_bound_drops(void **state)
{
    (void)state;
    for (int newest = 0; newest < 2; newest++) {
        int64_t at[10] = { 0 };
        struct parameters p = push_case_plain();
        struct run_record r;
        p.server.queue_bound = 4;
        p.server.queue_policy = newest ? POLICY_DROP_NEWEST : POLICY_DROP_OLDEST;
        for (int i = 0; i < 10; i++)
            at[i] = i * 1000; /* all of them arrive during the first callback */
        run(&p, at, 10, &r);
        /* the first publish is polled alone; the other nine come with the next poll, in which
         * the first is still in its pass */
        assert_true(run_record_value(&r, "delivered") == 3 * 4);
        assert_true(run_record_value(&r, "dropped") == 3 * 6);
        assert_true(run_record_value(&r, "queue.depth.max") == 4);
        run_record_close(&r);
    }
}

static void write_record(FILE *f, const struct run_record *r)
{
    for (size_t i = 0; i < r->metric_count; i++)
        fprintf(f, "%s %.12g\n", r->metrics[i].name, r->metrics[i].value);
    for (size_t i = 0; i < r->point_count; i++)
        fprintf(f, "%s %" PRId64 " %.12g\n", r->points[i].name, r->points[i].at_ns,
                r->points[i].value);
}

static void write_runs(FILE *f)
{
    for (int protocol = 0; protocol < PROTOCOLS; protocol++) {
        struct parameters p = push_case_plain();
        struct schedule s;
        struct run_record r;
        p.server.protocol = (enum push_protocol)protocol;
        p.cpu.quota_ns = 10000000;
        p.clients = 500;
        p.cost.noise_cv = 0.2;
        p.cost.interference_rate_hz = 2;
        p.cost.interference_ns = 1e6;
        p.cost.interference_idle = true;
        p.cost.warm_saturation_ns = 2.5e6;
        p.cost.warm_time_ns = 3e7;
        p.workload.arrivals = ARRIVAL_POISSON;
        p.workload.phase[0].duration_ns = 3000000000;
        schedule_build(&s, &p, 11, 0);
        run_record_init(&r);
        push_run(&p, &s, 11, 0, &r);
        write_record(f, &r);
        run_record_close(&r);
        schedule_close(&s);
    }
}

static void golden(void **state)
{
    char *text = NULL, stored[65536];
    size_t size;
    (void)state;
    FILE *f = open_memstream(&text, &size);
    write_runs(f);
    fclose(f);
    if (getenv("PUSHSIM_GOLDEN")) {
        f = fopen(GOLDEN, "w");
        assert_non_null(f);
        fwrite(text, 1, size, f);
        fclose(f);
    }
    f = fopen(GOLDEN, "r");
    if (!f)
        fail_msg("run from the top of the tree: no %s", GOLDEN);
    size_t n = fread(stored, 1, sizeof stored - 1, f);
    fclose(f);
    stored[n] = 0;
    assert_string_equal(text, stored);
    free(text);
}

/* CPU time of 10 s without a publish. */
static double idle_cpu_s(enum loop_kind loop, int64_t workers, int64_t clients,
                         double gc_period_ns)
{
    struct parameters p = push_case_plain();
    struct schedule s;
    struct run_record r;
    p.server.loop = loop;
    p.server.workers = p.host.cpus = (int)workers;
    p.clients = clients;
    p.cost.gc_period_ns = gc_period_ns;
    p.cost.gc_base_ns = 3e6;
    p.cost.gc_connection_ns = 20000;
    p.workload.phase[0] = (struct phase_params){ "idle", 10000000000, 0, true, 0, 0, 0 };
    schedule_build(&s, &p, 3, 1);
    run_record_init(&r);
    push_run(&p, &s, 3, 1, &r);
    double used_s = run_record_value(&r, "cpu.used");
    run_record_close(&r);
    schedule_close(&s);
    return used_s;
}

/* Pauses by the clock: each process has 40 of its own, at a period of 250 ms, of 3 ms and 20 us for
 * each connection that it holds; before each the loop polls (30 us). */
static void pauses_grow_with_connections(void **state)
{
    static const enum loop_kind loops[] = { LOOP_ASYNCIO, LOOP_UVLOOP, LOOP_NODE };
    (void)state;
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        for (int64_t workers = 1; workers <= 2; workers++)
            for (int64_t clients = 0; clients <= 200; clients += 100) {
                double pauses_s = idle_cpu_s(loops[i], workers, clients, 250e6) -
                                  idle_cpu_s(loops[i], workers, clients, 0);
                double expect_s = 40 * ((double)workers * 3030e-6 + (double)clients * 20e-6);
                assert_true(fabs(pauses_s - expect_s) < 1e-6 * expect_s);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fan_out_in_the_right_order),
        cmocka_unit_test(cold_state_and_acknowledgements_have_their_place),
        cmocka_unit_test(a_segment_is_acknowledged_once),
        cmocka_unit_test(the_bound_drops),
        cmocka_unit_test(golden),
        cmocka_unit_test(pauses_grow_with_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
