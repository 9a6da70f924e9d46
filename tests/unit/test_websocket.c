/* WebSocket frames and compression: sizes from RFC 6455 and zconf.h, and what compressing does to a
 * run: dearer deliveries, fewer bytes in a slow client's buffers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/push_run.h"
#include "models/websocket.h"
#include "tests/support/near.h"
#include "tests/support/push_case.h"

static void headers_grow_with_the_payload(void **state)
{
    static const struct {
        int64_t payload, header; /* bytes; unmasked */
    } cases[] = { { 0, 2 }, { 125, 2 }, { 126, 4 }, { 65535, 4 }, { 65536, 10 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(websocket_header_bytes(cases[i].payload, false), cases[i].header);
        assert_int_equal(websocket_header_bytes(cases[i].payload, true), cases[i].header + 4);
    }
}

/* Nothing is compressed to nothing: a block has a byte at least. */
static void compressed_by_the_ratio(void **state)
{
    static const struct websocket_params p = { .deflate_ratio = 0.25 };
    (void)state;
    assert_int_equal(websocket_deflated_bytes(&p, 10240), 2560);
    assert_int_equal(websocket_deflated_bytes(&p, 4), 1);
    assert_int_equal(websocket_deflated_bytes(&p, 3), 1);
}

/* zconf.h: 128 KiB + 128 KiB for the defaults (15, 8), 32 KiB and about 7 for inflate. */
static void states_are_as_large_as_zlib_says(void **state)
{
    (void)state;
    assert_int_equal(websocket_deflate_state_bytes(15, 8), (256 + 32 + 7) * 1024);
    assert_int_equal(websocket_deflate_state_bytes(14, 7), (128 + 16 + 7) * 1024);
}

static void run(enum push_protocol protocol, int64_t window, struct run_record *r)
{
    struct parameters p = push_case_plain();
    struct schedule s;
    p.clients = 10;
    p.server.protocol = protocol;
    p.memory = (struct memory_params){ .base_bytes = 1000000, .deflate_window = window };
    p.websocket = (struct websocket_params){ .deflate_ns = 50000,
                                             .deflate_kib_ns = 95000,
                                             .deflate_ratio = 0.25 };
    p.workload.payload_bytes = 10240;
    schedule_build(&s, &p, 1, 1);
    s.actions[0] = (struct action){ 0, ACTION_STALL, 0, 0, INT64_C(1000000000000), false };
    run_record_init(r);
    push_run(&p, &s, 1, 1, r);
    schedule_close(&s);
}

/* 9 publishes of 10 KiB to 10 connections, each compressed for each: 1 ms of CPU a delivery. */
static void compression_costs_cpu_and_memory_and_saves_bytes(void **state)
{
    struct run_record off, on, sse;
    (void)state;
    run(PROTOCOL_WEBSOCKET, 0, &off);
    run(PROTOCOL_WEBSOCKET, 15, &on);
    run(PROTOCOL_SSE, 15, &sse);
    double more = run_record_value(&on, "cpu.used") - run_record_value(&off, "cpu.used");
    assert_near(more, 90 * (1e-3 - 0.75 * 10 * 700e-9), 2e-3);
    assert_near(run_record_value(&off, "memory.end.sockets"), 9 * (10240 + 4), 1);
    assert_near(run_record_value(&on, "memory.end.sockets"), 9 * (2560 + 4), 1);
    assert_true(run_record_value(&on, "memory.end.compression") == 10 * 295 * 1024);
    assert_true(run_record_value(&sse, "memory.end.compression") == 0);
    run_record_close(&off);
    run_record_close(&on);
    run_record_close(&sse);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_grow_with_the_payload),
        cmocka_unit_test(compressed_by_the_ratio),
        cmocka_unit_test(states_are_as_large_as_zlib_says),
        cmocka_unit_test(compression_costs_cpu_and_memory_and_saves_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
