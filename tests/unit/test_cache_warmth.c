#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "models/cache_warmth.h"
#include "sim/random_stream.h"

enum { CASES = 2000, SEED = 20261126 };

static const struct cache_warmth server = { .saturation_ns = 3000000, .time_ns = 20000000 };

static void test_grows_and_saturates(void **state)
{
    static const struct {
        int64_t away_ns, cold_ns; /* 3 ms * (1 - exp(-away / 20 ms)) */
    } cases[] = { { 0, 0 },
                  { 1000, 150 },
                  { 1000000, 146312 },
                  { 20000000, 1896362 },
                  { 90000000, 2966673 },
                  { INT64_MAX / 2, 3000000 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cache_warmth_after(&server, 0, cases[i].away_ns), cases[i].cold_ns);
}

/* An interrupted warm-up goes on where it stopped: what is left is the coldness to start from. */
static void test_absences_add_up(void **state)
{
    (void)state;
    for (int64_t first_ns = 0; first_ns < 50000000; first_ns += 3700000) {
        int64_t part = cache_warmth_after(&server, 0, first_ns);
        int64_t both = cache_warmth_after(&server, part, 50000000 - first_ns);

        assert_true(llabs(both - cache_warmth_after(&server, 0, 50000000)) <= 1);
    }
    assert_int_equal(cache_warmth_after(&server, 3000000, 1000), 3000000);
}

static void test_no_working_set_costs_nothing(void **state)
{
    const struct cache_warmth none = { .time_ns = 20000000 },
                              at_once = { .saturation_ns = 1000 };

    (void)state;
    assert_int_equal(cache_warmth_after(&none, 0, 90000000), 0);
    assert_int_equal(cache_warmth_after(&at_once, 0, 1), 1000);
    assert_int_equal(cache_warmth_after(&at_once, 0, 0), 0);
}

static void test_paid_along_with_the_work(void **state)
{
    static const struct cache_warmth large = { .saturation_ns = 6585000, .work_ns = 10000000 };
    static const struct {
        int64_t work_ns, time_ns; /* work + 6.585 ms * (1 - exp(-work / 10 ms)) */
    } cases[] = { { 0, 0 },
                  { 10000, 16582 },
                  { 1000000, 1626646 },
                  { 6070000, 9066285 },
                  { 10000000, 14162514 },
                  { 45000000, 51511847 },
                  { 1000000000, 1006585000 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cache_refill refill;
        int64_t work_ns = cases[i].work_ns, time_ns = cases[i].time_ns;

        cache_refill_begin(&refill, large.saturation_ns);
        assert_int_equal(cache_refill_time(&large, &refill, work_ns), time_ns);
        assert_int_equal(cache_refill_run(&large, &refill, time_ns, INT64_MAX), work_ns);
        assert_int_equal(cache_refill_cold(&refill), 6585000 - (time_ns - work_ns));
    }
}

static struct cache_warmth draw(struct random_stream *rs, bool along, int64_t *cold_ns)
{
    struct cache_warmth w = { .saturation_ns = 1 + (int64_t)(2e7 * random_stream_uniform(rs)),
                              .time_ns = 1 };

    if (along)
        w.work_ns = (int64_t)pow(10, 2 + 6 * random_stream_uniform(rs));
    *cold_ns = (int64_t)((double)w.saturation_ns * random_stream_uniform(rs));
    return w;
}

/* In pieces or at once, with or without a stop, the same work takes the same time, to the ns; and
 * time is work and what was paid, to the ns. */
static void test_cutting_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct random_stream rs;
        struct cache_refill whole, cut;
        int64_t cold_ns, ran_ns = 0, worked_ns = 0;

        random_stream_init(&rs, SEED, number, 0, 0);
        struct cache_warmth w = draw(&rs, number % 2 == 0, &cold_ns);
        int64_t want_ns = 1 + (int64_t)(3e7 * random_stream_uniform(&rs));
        cache_refill_begin(&whole, cold_ns);
        cache_refill_begin(&cut, cold_ns);
        int64_t time_ns = cache_refill_time(&w, &whole, want_ns);
        int64_t done_ns = cache_refill_run(&w, &whole, time_ns, want_ns);
        while (ran_ns < time_ns) {
            int64_t part_ns = 1 + (int64_t)(3e6 * random_stream_uniform(&rs));

            part_ns = part_ns < time_ns - ran_ns ? part_ns : time_ns - ran_ns;
            ran_ns += part_ns;
            worked_ns += cache_refill_run(&w, &cut, part_ns, want_ns - worked_ns);
            if (worked_ns < want_ns &&
                ran_ns + cache_refill_time(&w, &cut, want_ns - worked_ns) != time_ns)
                fail_msg("seed %d case %u: the time that is left", SEED, number);
        }
        if (done_ns != want_ns || worked_ns != want_ns)
            fail_msg("seed %d case %u: %lld and %lld of %lld", SEED, number, (long long)done_ns,
                     (long long)worked_ns, (long long)want_ns);
        assert_int_equal(cold_ns - cache_refill_cold(&cut), time_ns - want_ns);
        assert_int_equal(cache_refill_cold(&cut), cache_refill_cold(&whole));
        assert_in_range(cache_refill_cold(&cut), 0, cold_ns);
    }
}

/* Leaving the CPU and coming back at once goes on where it stopped: exp(-a) exp(-b). */
static void test_what_was_not_paid_is_still_due(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct random_stream rs;
        struct cache_refill refill;
        int64_t cold_ns, time_ns = 0, left_ns = 20000000;

        random_stream_init(&rs, SEED, number, 1, 0);
        struct cache_warmth w = draw(&rs, true, &cold_ns);
        cache_refill_begin(&refill, cold_ns);
        int64_t whole_ns = cache_refill_time(&w, &refill, left_ns);
        for (int i = 0; i < 5; i++) {
            int64_t part_ns = i < 4 ? left_ns / 3 : left_ns;
            int64_t took_ns = cache_refill_time(&w, &refill, part_ns);

            assert_int_equal(cache_refill_run(&w, &refill, took_ns, part_ns), part_ns);
            time_ns += took_ns;
            left_ns -= part_ns;
            cache_refill_begin(&refill, cache_refill_cold(&refill));
        }
        if (llabs(time_ns - whole_ns) > 5)
            fail_msg("seed %d case %u: %lld, at once %lld", SEED, number, (long long)time_ns,
                     (long long)whole_ns);
    }
}

/* All of it is paid in the end, however it is spread: the lump of work_ns = 0. */
static void test_the_sum_is_the_lump(void **state)
{
    (void)state;
    for (uint32_t number = 0; number < CASES; number++) {
        struct random_stream rs;
        struct cache_refill refill;
        int64_t cold_ns;

        random_stream_init(&rs, SEED, number, 2, 0);
        struct cache_warmth w = draw(&rs, true, &cold_ns), lump = w;
        lump.work_ns = 0;
        cache_refill_begin(&refill, cold_ns);
        int64_t work_ns = 50 * w.work_ns, time_ns = cache_refill_time(&w, &refill, work_ns);
        assert_int_equal(time_ns, work_ns + cold_ns);
        assert_int_equal(time_ns, cache_refill_time(&lump, &refill, work_ns));
        /* on the way there never more */
        assert_true(cache_refill_time(&w, &refill, w.work_ns) <=
                    cache_refill_time(&lump, &refill, w.work_ns));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows_and_saturates),
        cmocka_unit_test(test_absences_add_up),
        cmocka_unit_test(test_no_working_set_costs_nothing),
        cmocka_unit_test(test_paid_along_with_the_work),
        cmocka_unit_test(test_cutting_changes_nothing),
        cmocka_unit_test(test_what_was_not_paid_is_still_due),
        cmocka_unit_test(test_the_sum_is_the_lump),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
