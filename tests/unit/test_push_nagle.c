/* Streams without TCP_NODELAY (nagle.h): a write that waits sends nothing, and each stream waits
 * for itself. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "models/random_purpose.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

#define MS     INT64_C(1000000)
#define SECOND (1000 * MS)
#define SEED   1

/* Of a run, in ns. */
static double value_ns(const struct parameters *p, const int64_t *at_ns, size_t n,
                       const char *metric)
{
    struct schedule s;
    struct run_record r;
    push_case_publishes(&s, (uint32_t)p->clients, at_ns, n, 4 * SECOND);
    run_record_init(&r);
    push_run(p, &s, SEED, 0, &r);
    double value = 1e9 * run_record_value(&r, metric);
    run_record_close(&r);
    schedule_close(&s);
    return value;
}

static double cpu_us(const struct parameters *p, const int64_t *at_ns, size_t n)
{
    return value_ns(p, at_ns, n, "cpu.used") / 1e3;
}

/* In one second of the wall clock 20 publishes, 50 ms apart: ids get a digit longer with the 11th.
 * In the next second two more: the second smaller segment is acknowledged 40 to 48 ms late. 10 and
 * 20 ms later the 23rd and 24th. */
static void publishes(int64_t at_ns[24])
{
    struct random_stream clock;
    random_stream_init(&clock, SEED, 0, RANDOM_CLOCK, 0);
    int64_t begin_ns = SECOND - (int64_t)(random_stream_uniform(&clock) * 1e9);
    for (int k = 0; k < 22; k++)
        at_ns[k] = begin_ns + k * 50 * MS;
    at_ns[22] = at_ns[21] + 10 * MS;
    at_ns[23] = at_ns[21] + 20 * MS;
}

/* To three clients; a write is 4 us. Saved by the publishes that wait, one or two: what sending
 * takes of the write, never more than the write. 16 segments to each client are acknowledged
 * inside their writes; nothing changes for who does not wait. */
static void who_waits_sends_nothing(void **state)
{
    static const struct {
        const char *what;
        enum loop_kind loop;
        enum push_protocol protocol;
        size_t count;
        double transmit_us, saved_us;
    } cases[] = {
        { "all is sent", LOOP_NGINX, PROTOCOL_SSE, 22, 3, 0 },
        { "one waits", LOOP_NGINX, PROTOCOL_SSE, 23, 3, 3 * 3 },
        { "two wait", LOOP_NGINX, PROTOCOL_SSE, 24, 3, 2 * 3 * 3 },
        { "all of the write", LOOP_NGINX, PROTOCOL_SSE, 24, 100, 2 * 3 * 4 },
        { "a WebSocket", LOOP_NGINX, PROTOCOL_WEBSOCKET, 24, 3, 0 },
        { "another server", LOOP_NODE, PROTOCOL_SSE, 24, 3, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = push_case_plain();
        int64_t at_ns[24];
        p.server.loop = cases[i].loop;
        p.server.protocol = cases[i].protocol;
        p.server.hops = 0;
        p.cost.by_protocol[cases[i].protocol].write_ns = 4000;
        publishes(at_ns);
        double before_us = cpu_us(&p, at_ns, cases[i].count);
        p.cost.transmit_ns = 1e3 * cases[i].transmit_us;
        double saved_us = before_us - cpu_us(&p, at_ns, cases[i].count);
        p.cost.ack_ns = 5000;
        double acked_us = cpu_us(&p, at_ns, cases[i].count) + saved_us - before_us;
        if (saved_us < cases[i].saved_us - 0.01 || saved_us > cases[i].saved_us + 0.01)
            print_message("%s\n", cases[i].what);
        assert_near(saved_us, cases[i].saved_us, 0.01);
        assert_near(acked_us, 16 * 3 * 5, 0.01);
    }
}

/* Writes 2 ms apart: ticks of 4 ms come between, so the streams' acknowledgements of the 22nd
 * message are 40 to 44 ms late, each at a tick of its own. The 23rd is written to each 41 ms after
 * the 22nd. */
static void each_stream_waits_for_itself(void **state)
{
    static const int64_t one[] = { 0 };
    struct parameters p = push_case_plain();
    int64_t at_ns[24];
    (void)state;
    p.server.loop = LOOP_NGINX;
    p.server.hops = 0;
    p.cost.by_protocol[PROTOCOL_SSE].write_ns = 2e6;
    publishes(at_ns);
    at_ns[22] = at_ns[21] + 41 * MS;
    int64_t step_ns = llround(value_ns(&p, one, 1, "delivery.slope"));
    int64_t last_ns = llround(value_ns(&p, one, 1, "delivery.max")) - p.network.delivery_ns;
    double waits_ns = 0;
    int some = 0;
    for (int64_t k = 0; k < 3; k++) {
        int64_t written_ns = at_ns[21] + last_ns - (2 - k) * step_ns;
        int64_t acked_ns = (written_ns / p.host.tick_ns + 11) * p.host.tick_ns;
        int64_t wait_ns = acked_ns - written_ns - 41 * MS;
        waits_ns += wait_ns > 0 ? (double)wait_ns : 0;
        some += wait_ns > 0;
    }
    assert_in_range(some, 1, 2);
    double sum_ns = 3 * 23 * value_ns(&p, at_ns, 23, "delivery.mean");
    p.server.protocol = PROTOCOL_WEBSOCKET; /* the same costs, and TCP_NODELAY */
    p.cost.by_protocol[PROTOCOL_WEBSOCKET] = p.cost.by_protocol[PROTOCOL_SSE];
    sum_ns -= 3 * 23 * value_ns(&p, at_ns, 23, "delivery.mean");
    assert_near(sum_ns, waits_ns, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_waits_sends_nothing),
                                        cmocka_unit_test(each_stream_waits_for_itself) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
