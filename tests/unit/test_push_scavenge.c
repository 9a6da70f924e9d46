/* A push server pays for the scavenges of its young generation, in the fan-out where its
 * semi-space is full and before that one's deliveries: by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/push_case.h"

#define CLIENTS 100

struct outcome {
    double cpu_s, max_s;
};

static struct outcome simulate(const struct parameters *p)
{
    struct run_record record;
    push_case_run(p, 3, &record);
    struct outcome o = { run_record_value(&record, "cpu.used"),
                         run_record_value(&record, "delivery.max") };
    run_record_close(&record);
    return o;
}

/* Ten publishes of 100 B in a second, of which nothing is by chance, without a young generation. */
static struct parameters node_server(enum push_protocol protocol)
{
    struct parameters p = push_case_node(protocol, CLIENTS);
    p.workload.payload_bytes = 100;
    p.workload.phase[0].duration_ns = 1000000000;
    p.workload.phase[0].rate_hz = 10;
    p.cost.young_start_bytes = p.cost.young_publish_bytes = 0;
    p.cost.scavenge_ns = 50e3;
    p.cost.young_byte_ns = 2;
    p.cost.text_byte_ns = 0.5;
    p.cost.by_protocol[protocol].young_bytes = 1000;
    p.cost.by_protocol[protocol].kept_bytes = 0;
    return p;
}

#define SPACE   200e3                           /* at first; 16 times as much at most */
#define BYTE_NS ((1000 * 2 + 100 * 0.5) / 1100) /* of an event stream's delivery */

/* Event streams: 110 kB a fan-out. The 2nd finds 90 kB free, which are copied; 20 follow. So the
 * 3rd and the 4th: 270 kB have survived, and the space is 400. 110, 220, 330; the 7th finds 70,
 * and the 10th. WebSockets, whose frame is one for all, 100 kB: two fill the space, and when the
 * 3rd, 5th, 7th and 9th find it full, all in it is dead. With 3 kB kept of each connection the
 * space of the first is 400 from the 67th on: the 4th, 7th and 10th find 70. */
static void paid_where_the_space_is_full(void **state)
{
    (void)state;
    static const struct {
        enum push_protocol protocol;
        double kept, scavenges, copied, byte_ns;
    } cases[] = {
        { PROTOCOL_SSE, 0, 5, 3 * 90e3 + 2 * 70e3, BYTE_NS },
        { PROTOCOL_WEBSOCKET, 0, 4, 0, 2 },
        { PROTOCOL_SSE, 3000, 3, 3 * 70e3, BYTE_NS },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct parameters p = node_server(cases[i].protocol);
        struct outcome before = simulate(&p);
        p.cost.by_protocol[cases[i].protocol].kept_bytes = cases[i].kept;
        p.cost.young_space_bytes = 16 * SPACE;
        struct outcome after = simulate(&p);
        double paid_s = after.cpu_s - before.cpu_s;
        double due_s = (cases[i].scavenges * 50e3 + cases[i].copied * cases[i].byte_ns) / 1e9;
        print_message("case %zu: %g us paid, %g due\n", i, 1e6 * paid_s, 1e6 * due_s);
        assert_true(fabs(paid_s - due_s) < 1e-8);
    }
}

/* One scavenge, of 90 kB, waits before the latest delivery. */
static void its_deliveries_wait(void **state)
{
    (void)state;
    struct parameters p = node_server(PROTOCOL_SSE);
    struct outcome before = simulate(&p);
    p.cost.young_space_bytes = 16 * SPACE;
    double later_s = simulate(&p).max_s - before.max_s;
    print_message("%g us later\n", 1e6 * later_s);
    assert_true(fabs(later_s - (50e3 + 90e3 * BYTE_NS) / 1e9) < 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paid_where_the_space_is_full),
        cmocka_unit_test(its_deliveries_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
