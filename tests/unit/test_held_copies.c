/* What an iteration that holds its writes back has in memory meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/near.h"
#include "tests/support/push_case.h"

static double peak_bytes(enum loop_kind loop, enum push_protocol protocol, int64_t limit_bytes,
                         double *oom)
{
    struct parameters p = push_case_plain();
    struct run_record r;
    p.clients = 100;
    p.server.loop = loop;
    p.server.protocol = protocol;
    p.workload.payload_bytes = 10000;
    p.memory.base_bytes = 1000000;
    p.memory.shared_payload = true;
    p.memory.held_copies[PROTOCOL_SSE] = 2;
    p.memory.held_copies[PROTOCOL_WEBSOCKET] = 1;
    p.memory_limit_bytes = limit_bytes;
    p.workload.phase[0].duration_ns = INT64_C(5000000000);
    push_case_run(&p, 1, &r);
    double bytes = run_record_value(&r, "memory.peak") - 1e6;
    *oom = run_record_value(&r, "oom");
    run_record_close(&r);
    return bytes;
}

/* One fan-out at a time, 100 clients, 10,000 B and a frame of 8 or 4 B; no loop but uvloop holds
 * back. What queues refer to is one copy for all. */
static void a_fan_out_is_in_memory(void **state)
{
    double oom;
    (void)state;
    double one = peak_bytes(LOOP_ASYNCIO, PROTOCOL_SSE, 0, &oom);
    assert_true(one < 100000);
    assert_near(peak_bytes(LOOP_UVLOOP, PROTOCOL_SSE, 0, &oom), 2e2 * 10008, 30000);
    assert_near(peak_bytes(LOOP_UVLOOP, PROTOCOL_WEBSOCKET, 0, &oom), 1e2 * 10004, 30000);
    assert_true(oom == 0);
}

static void and_may_be_more_than_there_is(void **state)
{
    double oom;
    (void)state;
    peak_bytes(LOOP_UVLOOP, PROTOCOL_SSE, 2500000, &oom);
    assert_true(oom > 0);
    peak_bytes(LOOP_UVLOOP, PROTOCOL_WEBSOCKET, 2500000, &oom);
    assert_true(oom == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fan_out_is_in_memory),
        cmocka_unit_test(and_may_be_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
