#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/memory_account.h"
#include "sim/random_stream.h"

#define S   INT64_C(1000000000)
#define MIB INT64_C(1048576)

static void test_kinds_and_overhead(void **state)
{
    (void)state;
    struct memory_params p = { .base_bytes = 40 * MIB, .overhead = 0.25 };
    struct memory_account m;
    memory_account_init(&m, NULL);
    memory_account_start(&m, &p, 1);
    memory_account_change(&m, &p, MEMORY_QUEUES, 8 * MIB);
    memory_account_change(&m, &p, MEMORY_SOCKETS, 4 * MIB); /* the kernel's: no overhead */
    assert_int_equal(m.held_bytes[MEMORY_OVERHEAD], 2 * MIB);
    assert_int_equal(memory_account_total(&m), 54 * MIB);
    memory_account_change(&m, &p, MEMORY_QUEUES, -8 * MIB);
    assert_int_equal(memory_account_total(&m), 44 * MIB);
    assert_int_equal(m.peak_bytes, 54 * MIB);
}

/* websockets/ws#667: memory stays high after the clients left; used again before it grows. */
static void test_retention(void **state)
{
    (void)state;
    struct memory_params p = { .base_bytes = 50 * MIB, .retention = 0.5 };
    struct memory_account m;
    memory_account_init(&m, NULL);
    memory_account_start(&m, &p, 1);
    memory_account_change(&m, &p, MEMORY_WRITE_BUFFERS, 400 * MIB);
    memory_account_change(&m, &p, MEMORY_WRITE_BUFFERS, -400 * MIB);
    assert_int_equal(memory_account_total(&m), 250 * MIB);
    memory_account_change(&m, &p, MEMORY_WRITE_BUFFERS, 150 * MIB);
    assert_int_equal(memory_account_total(&m), 250 * MIB);
    memory_account_change(&m, &p, MEMORY_WRITE_BUFFERS, 100 * MIB);
    assert_int_equal(memory_account_total(&m), 300 * MIB);
}

/* The most that two processes held at one time; not the sum of the most that each held. */
static void test_sum_of_processes(void **state)
{
    (void)state;
    struct memory_params p = { .base_bytes = 10 };
    struct memory_sum sum = { 0 };
    struct memory_account a, b;
    memory_account_init(&a, &sum);
    memory_account_init(&b, &sum);
    assert_int_equal(sum.bytes, 0);
    memory_account_start(&a, &p, 1);
    memory_account_change(&a, &p, MEMORY_SOCKETS, 90);
    assert_int_equal(sum.bytes, 100);
    memory_account_end(&a);
    assert_int_equal(sum.bytes, 0);
    assert_int_equal(memory_account_total(&a), 0);
    memory_account_start(&b, &p, 1);
    memory_account_change(&b, &p, MEMORY_SOCKETS, 40);
    memory_account_start(&a, &p, 1);
    assert_int_equal(sum.bytes, 60);
    assert_int_equal(sum.peak_bytes, 100);
    memory_account_change(&b, &p, MEMORY_SOCKETS, 41);
    assert_int_equal(sum.peak_bytes, 101);
    assert_int_equal(a.peak_bytes, 100);
    assert_int_equal(b.peak_bytes, 91);
}

static void test_limit(void **state)
{
    (void)state;
    struct memory_params p = { .base_bytes = 10 };
    struct memory_account m;
    memory_account_init(&m, NULL);
    memory_account_start(&m, &p, 1);
    memory_account_change(&m, &p, MEMORY_SOCKETS, 90);
    assert_false(memory_account_exceeded(&m, 100));
    memory_account_change(&m, &p, MEMORY_SOCKETS, 1);
    assert_true(memory_account_exceeded(&m, 100));
    assert_false(memory_account_exceeded(&m, 0));
}

/* The kinds sum to the total, nothing is negative, and retained memory never exceeds what was
 * freed; all given back leaves base, overhead 0 and what is retained. */
static void test_random_walk(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 200; seed++) {
        struct random_stream rs;
        random_stream_init(&rs, seed, 0, 9, 0);
        struct memory_params p = { .base_bytes = 1000,
                                   .overhead = random_stream_uniform(&rs),
                                   .retention = random_stream_uniform(&rs) };
        struct memory_account m;
        memory_account_init(&m, NULL);
        memory_account_start(&m, &p, 1);
        int64_t held[MEMORY_KINDS] = { 0 };
        for (int i = 0; i < 500; i++) {
            int kind = MEMORY_CONNECTIONS + (int)(random_stream_u64(&rs) % 6);
            int64_t bytes = (int64_t)(random_stream_u64(&rs) % 100000);
            if (random_stream_uniform(&rs) < 0.5)
                bytes = -(bytes % (held[kind] + 1));
            memory_account_change(&m, &p, (enum memory_kind)kind, bytes);
            held[kind] += bytes;
            assert_int_equal(m.held_bytes[kind], held[kind]);
            assert_true(m.held_bytes[MEMORY_RETAINED] >= 0);
            assert_true(m.peak_bytes >= memory_account_total(&m));
        }
        for (int k = MEMORY_CONNECTIONS; k < MEMORY_OVERHEAD; k++)
            memory_account_change(&m, &p, (enum memory_kind)k, -held[k]);
        assert_int_equal(m.held_bytes[MEMORY_OVERHEAD], 0);
        assert_int_equal(memory_account_total(&m), 1000 + m.held_bytes[MEMORY_RETAINED]);
    }
}

static void test_names_are_distinct(void **state)
{
    (void)state;
    for (int i = 0; i < MEMORY_KINDS; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(memory_kind_name((enum memory_kind)i),
                                    memory_kind_name((enum memory_kind)j));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_and_overhead),
        cmocka_unit_test(test_retention),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_sum_of_processes),
        cmocka_unit_test(test_random_walk),
        cmocka_unit_test(test_names_are_distinct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
