/* test_histogram.c - buckets, quantiles against sorted samples, progressions against single
 * additions, and bytes that come back or are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"
#include "sim/histogram.h"
#include "sim/random_stream.h"

static bool same(const struct histogram *a, const struct histogram *b)
{
    return a->count == b->count && a->overflow == b->overflow && a->min == b->min &&
           a->max == b->max && a->sum == b->sum &&
           memcmp(a->buckets, b->buckets, HISTOGRAM_BUCKETS * sizeof *a->buckets) == 0;
}

static void assert_same(const struct histogram *a, const struct histogram *b)
{
    assert_true(same(a, b));
}

static void buckets_tile_the_range(void **state)
{
    (void)state;
    assert_int_equal(histogram_bucket_start(0), 0);
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        int64_t start = histogram_bucket_start(i), next = histogram_bucket_start(i + 1);
        assert_int_equal(histogram_bucket(start), i);
        assert_int_equal(histogram_bucket(next - 1), i);
        assert_true(next - start == 1 || (next - start) * 128 <= start);
    }
    assert_int_equal(histogram_bucket_start(HISTOGRAM_BUCKETS), (int64_t)1 << 42);
}

static void empty_has_no_quantile(void **state)
{
    (void)state;
    struct histogram h;
    histogram_init(&h);
    assert_true(isnan(histogram_quantile(&h, 0.5)));
    assert_true(isnan(histogram_mean(&h)));
    assert_true(h.min > h.max);
    histogram_close(&h);
}

static void values_above_the_range_are_counted(void **state)
{
    (void)state;
    struct histogram h;
    histogram_init(&h);
    assert_true(histogram_add(&h, ((int64_t)1 << 42) - 1, 1));
    assert_false(histogram_add(&h, (int64_t)1 << 42, 3));
    assert_int_equal(h.count, 4);
    assert_int_equal(h.overflow, 3);
    assert_int_equal(h.max, (int64_t)1 << 42);
    assert_true(histogram_quantile(&h, 1) == 0x1p42);
    histogram_close(&h);
}

static int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void quantiles_match_sorted_samples(void **state)
{
    (void)state;
    static const double qs[] = { 0, 0.01, 0.07, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };
    enum { SAMPLES = 5000 };
    static int64_t sorted[SAMPLES];
    struct random_stream rs;
    struct histogram h;
    histogram_init(&h);
    random_stream_init(&rs, 1, 0, 0, 0);
    for (int i = 0; i < SAMPLES; i++) {
        sorted[i] = (int64_t)random_stream_lognormal(&rs, 1e6, 3);
        histogram_add(&h, sorted[i], 1);
    }
    qsort(sorted, SAMPLES, sizeof *sorted, compare_int64);
    for (size_t i = 0; i < sizeof qs / sizeof *qs; i++) {
        long rank = lround(ceil(qs[i] * SAMPLES - 1e-6));
        double exact = (double)sorted[rank > 0 ? rank - 1 : 0];
        double error = fabs(histogram_quantile(&h, qs[i]) - exact);
        assert_true(error <= exact / 256 + 0.5);
    }
    assert_true(histogram_quantile(&h, 0) >= (double)h.min);
    assert_true(histogram_quantile(&h, 1) <= (double)h.max);
    histogram_close(&h);
}

static int64_t random_bits(struct random_stream *rs, unsigned most)
{
    uint64_t bits = random_stream_u64(rs) % (most + 1);
    return bits ? (int64_t)(random_stream_u64(rs) >> (64 - bits)) : 0;
}

static void add_progression(struct histogram *h, int64_t first, int64_t step, uint64_t n)
{
    struct histogram_progression p = { first, step, n };
    struct histogram_share shares[64];
    while (p.left > 0)
        histogram_add_shares(h, shares,
                             histogram_cut(&p, shares, sizeof shares / sizeof *shares));
}

/* One progression beside n single additions; n < 4,096, all values < 2^45. */
static void compare_progression(int64_t first, int64_t step, uint64_t n)
{
    struct histogram whole, single;
    histogram_init(&whole);
    histogram_init(&single);
    add_progression(&whole, first, step, n);
    for (uint64_t i = 0; i < n; i++)
        histogram_add(&single, first + step * (int64_t)i, 1);
    if (single.sum >= 0x1p53) /* rounded as it was added up */
        whole.sum = single.sum = nearbyint(whole.sum / single.sum * 1e12);
    if (!same(&whole, &single))
        fail_msg("first %ld, step %ld, n %lu", (long)first, (long)step, (unsigned long)n);
    histogram_close(&whole);
    histogram_close(&single);
}

static void progressions_equal_single_additions(void **state)
{
    (void)state;
    enum { CASES = 3000 };
    for (uint32_t seed = 0; seed < CASES; seed++) {
        struct random_stream rs;
        random_stream_init(&rs, 2, seed, 0, 0);
        int64_t first = random_bits(&rs, 43), step = random_bits(&rs, 32);
        uint64_t n = (uint64_t)random_bits(&rs, 12);
        compare_progression(first, step, n);
    }
    compare_progression(0, 1, 4095); /* every bucket, whole */
    compare_progression(((int64_t)1 << 42) - 3, 1, 6);
}

static void long_progressions_cost_by_the_bucket(void **state)
{
    (void)state;
    struct histogram h;
    histogram_init(&h);
    /* 2^40 values: only feasible bucket by bucket */
    add_progression(&h, 0, 1, (uint64_t)1 << 40);
    assert_int_equal(h.count, (uint64_t)1 << 40);
    for (uint32_t i = 0; histogram_bucket_start(i) < (int64_t)1 << 40; i++)
        assert_int_equal(h.buckets[i],
                         histogram_bucket_start(i + 1) - histogram_bucket_start(i));
    histogram_close(&h);
}

static void fill(struct histogram *h, uint32_t seed, int values)
{
    struct random_stream rs;
    random_stream_init(&rs, 3, seed, 0, 0);
    for (int i = 0; i < values; i++)
        histogram_add(h, random_bits(&rs, 43), 1 + random_stream_u64(&rs) % 1000);
}

static void merging_is_adding_all(void **state)
{
    (void)state;
    struct histogram both, a, b;
    histogram_init(&both);
    histogram_init(&a);
    histogram_init(&b);
    add_progression(&a, 5, 7, 1000);
    add_progression(&b, 3, 1000, 1000);
    add_progression(&both, 5, 7, 1000);
    add_progression(&both, 3, 1000, 1000);
    histogram_merge(&a, &b);
    assert_same(&a, &both);
    histogram_close(&both);
    histogram_close(&a);
    histogram_close(&b);
}

static void bytes_come_back(void **state)
{
    (void)state;
    static const int sizes[] = { 0, 1, 2, 100, 20000 };
    for (uint32_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct histogram h, back;
        size_t bytes;
        histogram_init(&h);
        histogram_init(&back);
        fill(&h, i, sizes[i]);
        void *block = histogram_encode(&h, &bytes);
        assert_int_equal(histogram_decode(&back, block, bytes), 0);
        assert_same(&h, &back);
        free(block);
        histogram_close(&h);
        histogram_close(&back);
    }
}

static void bytes_are_portable(void **state)
{
    (void)state;
    /* 3, 300, 300: count 3, overflow 0, min 3, max 300 (0xac 0x02), sum 603.0, buckets 3 and 278 */
    static const unsigned char golden[] = {
        'H', 1, 7, 42, 3, 0, 3, 0xac, 0x02, 0, 0, 0, 0, 0, 0xd8, 0x82, 0x40, 4, 1, 0x93, 0x02, 2
    };
    struct histogram h;
    size_t bytes;
    histogram_init(&h);
    histogram_add(&h, 3, 1);
    histogram_add(&h, 300, 2);
    unsigned char *block = histogram_encode(&h, &bytes);
    assert_int_equal(bytes, sizeof golden);
    assert_memory_equal(block, golden, bytes);
    free(block);
    histogram_close(&h);
}

/* Whatever the bytes: decode either takes a consistent histogram or refuses and changes nothing. */
static void check_decode(const unsigned char *block, size_t bytes)
{
    struct histogram h, before;
    histogram_init(&h);
    histogram_init(&before);
    fill(&h, 9, 10);
    histogram_merge(&before, &h);
    if (histogram_decode(&h, block, bytes) != 0) {
        assert_same(&h, &before);
    } else {
        uint64_t total = h.overflow;
        for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
            total += h.buckets[i];
        assert_int_equal(total, h.count);
    }
    histogram_close(&h);
    histogram_close(&before);
}

static void corrupt_bytes_are_refused(void **state)
{
    (void)state;
    struct histogram h;
    size_t bytes;
    histogram_init(&h);
    fill(&h, 1, 30);
    unsigned char *block = histogram_encode(&h, &bytes);
    for (size_t cut = 0; cut < bytes; cut++) {
        assert_int_equal(histogram_decode(&h, block, cut), ERR_INVALID);
        unsigned char *copy = malloc(cut + 1); /* a sanitizer sees one byte too many */
        memcpy(copy, block, cut);
        check_decode(copy, cut);
        free(copy);
    }
    for (size_t i = 0; i < bytes * 8; i++) {
        block[i / 8] ^= (unsigned char)(1 << i % 8);
        check_decode(block, bytes);
        block[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    free(block);
    histogram_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_tile_the_range),
        cmocka_unit_test(empty_has_no_quantile),
        cmocka_unit_test(values_above_the_range_are_counted),
        cmocka_unit_test(quantiles_match_sorted_samples),
        cmocka_unit_test(progressions_equal_single_additions),
        cmocka_unit_test(long_progressions_cost_by_the_bucket),
        cmocka_unit_test(merging_is_adding_all),
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(bytes_are_portable),
        cmocka_unit_test(corrupt_bytes_are_refused),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
