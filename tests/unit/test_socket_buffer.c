#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "models/socket_buffer.h"
#include "sim/random_stream.h"

#define S INT64_C(1000000000)

static const struct socket_params params = {
    .kernel_bytes = 100000, .high_bytes = 65536, .low_bytes = 16384, .write_timeout_ns = 10 * S
};

static void test_reader_at_once(void **state)
{
    (void)state;
    struct socket_buffer b = { 0 };
    for (int i = 0; i < 5; i++) {
        assert_int_equal(socket_buffer_write(&params, &b, 0, i * S, 1000000), i * S);
        assert_int_equal(socket_buffer_level(&b, 0, i * S), 0);
        assert_true(socket_buffer_writable(&params, &b, 0, i * S));
    }
}

/* 1000 B/s, 300 B then 500 B at 0.1 s: the last byte is read at 0.8 s. */
static void test_rate(void **state)
{
    (void)state;
    struct socket_buffer b = { 0 };
    assert_int_equal(socket_buffer_write(&params, &b, 1000, 0, 300), 3 * S / 10);
    assert_int_equal(socket_buffer_write(&params, &b, 1000, S / 10, 500), 8 * S / 10);
    assert_int_equal(socket_buffer_level(&b, 1000, S / 2), 300);
    assert_int_equal(socket_buffer_falls_to(&b, 1000, S / 2, 100), 7 * S / 10);
    assert_int_equal(socket_buffer_level(&b, 1000, 9 * S), 0);
}

/* A frozen reader: the kernel takes 100,000, the process the rest; paused above 65,536. */
static void test_frozen_reader(void **state)
{
    (void)state;
    struct socket_buffer b = { 0 };
    socket_buffer_stall(&b, 0, 0, SOCKET_NEVER);
    int64_t now = 0;
    while (socket_buffer_writable(&params, &b, 0, now)) {
        now += S;
        assert_int_equal(socket_buffer_write(&params, &b, 0, now, 4096), SOCKET_NEVER);
    }
    assert_int_equal(now / S, (100000 + 65536) / 4096 + 1);
    assert_int_equal(socket_buffer_kernel(&params, &b, 0, now), 100000);
    assert_int_equal(socket_buffer_buffered(&params, &b, 0, now), 41 * 4096 - 100000);
    assert_int_equal(socket_buffer_resumes_ns(&params, &b, 0, now), SOCKET_NEVER);
    assert_int_equal(socket_buffer_times_out_ns(&params, &b, 0, now), now + 10 * S);
    struct socket_params patient = params;
    patient.write_timeout_ns = 0;
    assert_int_equal(socket_buffer_times_out_ns(&patient, &b, 0, now), SOCKET_NEVER);
}

static void test_resumes_at_the_low_mark(void **state)
{
    (void)state;
    struct socket_buffer b = { 0 };
    socket_buffer_write(&params, &b, 10000, 0, 200000);
    assert_true(b.paused);
    int64_t resumes = socket_buffer_resumes_ns(&params, &b, 10000, 0);
    assert_int_equal(resumes, (200000 - 100000 - 16384) * (S / 10000));
    assert_int_equal(socket_buffer_times_out_ns(&params, &b, 10000, 0), SOCKET_NEVER);
    assert_false(socket_buffer_writable(&params, &b, 10000, resumes - 1));
    assert_true(socket_buffer_writable(&params, &b, 10000, resumes));
}

static void test_stall_and_resume(void **state)
{
    (void)state;
    struct socket_buffer b = { 0 };
    socket_buffer_write(&params, &b, 1000, 0, 1000);
    socket_buffer_stall(&b, 1000, S / 2, 5 * S); /* 500 read, 500 left */
    assert_int_equal(socket_buffer_level(&b, 1000, 4 * S), 500);
    assert_int_equal(socket_buffer_write(&params, &b, 1000, 4 * S, 100), 56 * S / 10);
    struct socket_buffer fast = { 0 };
    socket_buffer_stall(&fast, 0, 0, 5 * S);
    assert_int_equal(socket_buffer_write(&params, &fast, 0, S, 1000), 5 * S);
    assert_int_equal(socket_buffer_level(&fast, 0, 5 * S), 0);
}

/* The level against a byte-by-byte reader, and looking at it changes nothing. */
static void test_random_against_reference(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 300; seed++) {
        struct random_stream rs;
        random_stream_init(&rs, seed, 0, 9, 0);
        int64_t rate = 1 + (int64_t)(random_stream_u64(&rs) % 100000);
        struct socket_buffer b = { 0 };
        int64_t now = 0, done = 0; /* when the reference reader is idle */
        for (int i = 0; i < 50; i++) {
            now += (int64_t)(random_stream_u64(&rs) % (uint64_t)S);
            int64_t bytes = (int64_t)(random_stream_u64(&rs) % 100000);
            int64_t before = socket_buffer_level(&b, rate, now);
            int64_t at = socket_buffer_write(&params, &b, rate, now, bytes);
            int64_t want = (done > now ? done : now) + bytes * S / rate;
            if (at < want - 60 || at > want + 60) /* 1 ns of rounding a write at most */
                fail_msg("seed %u write %d: read at %ld, expected %ld", seed, i, at, want);
            assert_int_equal(socket_buffer_level(&b, rate, now), before + bytes);
            int64_t kernel = socket_buffer_kernel(&params, &b, rate, now);
            int64_t buffered = socket_buffer_buffered(&params, &b, rate, now);
            assert_int_equal(kernel + buffered, before + bytes);
            assert_true(kernel == params.kernel_bytes || buffered == 0);
            done = at;
        }
        assert_int_equal(socket_buffer_level(&b, rate, done), 0);
        if (done > now)
            assert_true(socket_buffer_level(&b, rate, done - S / rate - 1) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_at_once),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_frozen_reader),
        cmocka_unit_test(test_resumes_at_the_low_mark),
        cmocka_unit_test(test_stall_and_resume),
        cmocka_unit_test(test_random_against_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
