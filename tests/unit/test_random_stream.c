/* test_random_stream.c - the generator's published answers, golden first values of named streams,
 * laws of the draws, and that neighbouring streams know nothing of each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <Random123/philox.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort_double.h>

#include "sim/random_stream.h"
#include "sim/random_stream_internal.h"
#include "sim/ziggurat.h"

enum { DRAWS = 100000 };

struct known_answer {
    uint32_t counter[4]; /* in */
    uint32_t key[2];     /* in */
    uint32_t block[4];   /* out */
};

/* philox4x32 10 of Random123 1.14's kat_vectors */
static void published_answers(void **state)
{
    (void)state;
    static const struct known_answer answers[] = {
        { { 0 }, { 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
          { 0xffffffff, 0xffffffff },
          { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
          { 0xa4093822, 0x299f31d0 },
          { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const uint32_t *counter = answers[i].counter;
        struct random_stream rs = { .used = RANDOM_STREAM_WORDS,
                                    .name = { counter[2], counter[3] },
                                    .position = (uint64_t)counter[1] << 32 | counter[0] };
        memcpy(rs.key, answers[i].key, sizeof rs.key);
        for (int word = 0; word < 4; word++)
            assert_int_equal(random_stream_u32(&rs), answers[i].block[word]);
    }
}

/* If these change, every stored result changes: never by accident. */
static void golden_first_values(void **state)
{
    (void)state;
    static const uint32_t first[4] = { 0x610f1990, 0x754e4248, 0x3502312e, 0xe12709ba };
    static const uint32_t other[4] = { 0x41584bf1, 0x54b9035d, 0x699a0206, 0x7dea029f };
    struct random_stream rs;
    random_stream_init(&rs, 1, 0, 0, 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(random_stream_u32(&rs), first[i]);
    random_stream_init(&rs, UINT64_C(0x123456789abcdef), 7, 3, 11);
    for (int i = 0; i < 4; i++)
        assert_int_equal(random_stream_u32(&rs), other[i]);
    assert_true(random_stream_exponential(&rs, 1e6) == 0x1.37b20e20a5927p+17);
    assert_true(random_stream_exponential(&rs, 1e6) == 0x1.53c85bad2f893p+16);
    assert_true(random_stream_normal(&rs) == -0x1.3318a6a29726p-2);
    assert_true(random_stream_normal(&rs) == 0x1.438a5fed6cf24p+1);
}

/* Word by word the generator of Random123, over the carry into the counter's second word and at
 * whatever position the blocks that are worked out together begin. */
static void words_are_those_of_random123(void **state)
{
    (void)state;
    enum { BLOCKS = 19 };
    for (uint64_t start = UINT32_MAX - UINT64_C(9); start <= UINT32_MAX; start++) {
        struct random_stream rs = { { 3, 4 }, { 5, 6 }, start, { 0 }, RANDOM_STREAM_WORDS };
        for (uint64_t block = start; block < start + BLOCKS; block++) {
            philox4x32_ctr_t in = { { (uint32_t)block, (uint32_t)(block >> 32), 5, 6 } };
            philox4x32_ctr_t out = philox4x32_R(10, in, (philox4x32_key_t){ { 3, 4 } });
            for (int word = 0; word < 4; word++)
                assert_int_equal(random_stream_u32(&rs), out.v[word]);
        }
    }
}

/* The words do not depend on how many blocks the processor mixes at a time. */
static void same_words_without_avx2(void **state)
{
    (void)state;
    enum { PAIRS = RANDOM_STREAM_WORDS / 2 };
    for (uint32_t seed = 0; seed < 1000; seed++) {
        struct random_stream rs;
        uint64_t pairs[PAIRS];
        random_stream_init(&rs, seed, seed * 7, seed * 11, seed * 13);
        rs.position =
            UINT64_C(0x9e3779b97f4a7c15) * seed; /* also where its low half runs over */
        rs.position = seed % 2 ? rs.position : (rs.position | 0xffffffff) - seed % 9;
        random_stream_four(&rs, rs.position, pairs);
        random_stream_four(&rs, rs.position + 4, pairs + PAIRS / 2);
        random_stream_refill(&rs);
        assert_memory_equal(rs.pairs, pairs, sizeof pairs);
    }
}

/* A draw of two words is the next two, whatever was drawn before: low first. */
static void pairs_are_two_words(void **state)
{
    (void)state;
    for (int before = 0; before < 2 * RANDOM_STREAM_WORDS; before++) {
        struct random_stream pairs, words;
        random_stream_init(&pairs, 1, 2, 3, 4);
        for (int i = 0; i < before; i++)
            random_stream_u32(&pairs);
        words = pairs;
        for (int i = 0; i < RANDOM_STREAM_WORDS; i++) {
            uint64_t low = random_stream_u32(&words), high = random_stream_u32(&words);
            assert_true(random_stream_u64(&pairs) == (high << 32 | low));
        }
    }
}

static double exponential_density(double x)
{
    return exp(-x);
}

static double normal_density(double x)
{
    return exp(-x * x / 2);
}

static void check_densities(const double *x, const double *density, double (*f)(double))
{
    for (int i = 0; i <= 256; i++)
        assert_true(fabs(density[i] - f(x[i])) <= 2e-16 * f(x[i]));
}

/* The tables, and what decides in the wedges without exp(), are the method as it is written down. */
static double plain_exponential(struct random_stream *rs)
{
    for (double tail = 0;;) {
        uint64_t bits = random_stream_u64(rs);
        unsigned layer = bits & 255;
        double above = ziggurat_exponential[layer], below = ziggurat_exponential[layer + 1];
        double x = ziggurat_position(bits, above);
        if (x < below)
            return tail + x;
        if (layer == 0)
            tail += below;
        else if (exp(-above) + random_stream_uniform(rs) * (exp(-below) - exp(-above)) <
                 exp(-x))
            return tail + x;
    }
}

static void exponentials_are_the_plain_method(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 20; seed++) {
        struct random_stream rs, plain;
        random_stream_init(&rs, seed, 0, 0, 0);
        plain = rs;
        for (int i = 0; i < 200000; i++)
            if (random_stream_exponential(&rs, 1) != plain_exponential(&plain))
                fail_msg("seed %u, draw %d", seed, i);
    }
}

/* Many at once are the same as one by one, wherever in the words they begin, and leave the stream
 * where those do. */
static void many_exponentials_are_single_ones(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 2000; seed++) {
        struct random_stream one, many;
        double values[100];
        size_t n = seed % 101;
        random_stream_init(&one, seed, 0, 0, 0);
        for (uint32_t i = 0; i < seed / 7 % 40; i++)
            random_stream_u32(&one);
        many = one;
        random_stream_exponentials(&many, 1e6, values, n);
        for (size_t i = 0; i < n; i++)
            if (values[i] != random_stream_exponential(&one, 1e6))
                fail_msg("seed %u, draw %zu of %zu", seed, i, n);
        assert_true(random_stream_u32(&many) == random_stream_u32(&one));
    }
}

static void check_layers(const double *x, double (*f)(double), double tail)
{
    double area = x[1] * f(x[1]) + tail;
    assert_true(fabs(x[0] * f(x[1]) - area) < 1e-15);
    assert_true(x[256] == 0);
    for (int i = 1; i < 256; i++)
        assert_true(fabs((f(x[i + 1]) - f(x[i])) * x[i] - area) < 1e-13);
}

static void layers_have_equal_areas(void **state)
{
    (void)state;
    double r = ziggurat_normal[1];
    check_layers(ziggurat_exponential, exponential_density, exp(-ziggurat_exponential[1]));
    check_layers(ziggurat_normal, normal_density, sqrt(M_PI / 2) * erfc(r / sqrt(2)));
    check_densities(ziggurat_exponential, ziggurat_exponential_density, exponential_density);
    check_densities(ziggurat_normal, ziggurat_normal_density, normal_density);
}

static double draw_exponential(struct random_stream *rs)
{
    return random_stream_exponential(rs, 2);
}

static double draw_lognormal(struct random_stream *rs)
{
    return random_stream_lognormal(rs, 3, 0.5);
}

static double cdf_uniform(double x)
{
    return x;
}

static double cdf_exponential(double x)
{
    return gsl_cdf_exponential_P(x, 2);
}

static double cdf_normal(double x)
{
    return gsl_cdf_ugaussian_P(x);
}

static double cdf_lognormal(double x)
{
    double variance = log(1.25);
    return gsl_cdf_lognormal_P(x, log(3) - variance / 2, sqrt(variance));
}

/* Kolmogorov and Smirnov's largest distance, times sqrt(n): above 1.95 with probability 0.001. */
static double distance(double (*draw)(struct random_stream *), double (*cdf)(double),
                       uint32_t seed)
{
    static double x[DRAWS];
    struct random_stream rs;
    double most = 0;
    random_stream_init(&rs, seed, 0, 0, 0);
    for (int i = 0; i < DRAWS; i++)
        x[i] = draw(&rs);
    gsl_sort(x, 1, DRAWS);
    for (int i = 0; i < DRAWS; i++) {
        double p = cdf(x[i]);
        most = fmax(most, fmax(p - (double)i / DRAWS, (double)(i + 1) / DRAWS - p));
    }
    return most * sqrt(DRAWS);
}

static void draws_follow_their_laws(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++) {
        assert_true(distance(random_stream_uniform, cdf_uniform, seed) < 1.95);
        assert_true(distance(draw_exponential, cdf_exponential, seed) < 1.95);
        assert_true(distance(random_stream_normal, cdf_normal, seed) < 1.95);
        assert_true(distance(draw_lognormal, cdf_lognormal, seed) < 1.95);
    }
}

/* The tail beyond the last layer is 0.05 % (exponential), 0.03 % (normal): too rare for the above. */
static void tails_are_as_heavy_as_they_should_be(void **state)
{
    (void)state;
    enum { MANY = 20000000 };
    struct random_stream rs;
    double beyond = 0, far = 0;
    random_stream_init(&rs, 1, 0, 0, 0);
    for (int i = 0; i < MANY; i++) {
        double x = random_stream_exponential(&rs, 1);
        beyond += x > 8;
        far += fabs(random_stream_normal(&rs)) > 3.8;
    }
    double expect_beyond = MANY * exp(-8), expect_far = MANY * 2 * gsl_cdf_ugaussian_Q(3.8);
    assert_true(fabs(beyond - expect_beyond) < 4 * sqrt(expect_beyond));
    assert_true(fabs(far - expect_far) < 4 * sqrt(expect_far));
}

static void without_variation_the_mean_is_drawn(void **state)
{
    (void)state;
    struct random_stream rs, other;
    random_stream_init(&rs, 1, 0, 0, 0);
    random_stream_init(&other, 1, 0, 0, 0);
    assert_true(random_stream_lognormal(&rs, 42, 0) == 42);
    random_stream_normal(&other);
    assert_int_equal(random_stream_u64(&rs),
                     random_stream_u64(&other)); /* it drew all the same */
}

static double correlation(struct random_stream a, struct random_stream b)
{
    double sum = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += (random_stream_uniform(&a) - 0.5) * (random_stream_uniform(&b) - 0.5);
    return sum * 12 / sqrt(DRAWS); /* about normal, deviation 1 */
}

/* Every pair of streams that differ by one in one part of the name. */
static void neighbours_are_independent(void **state)
{
    (void)state;
    for (uint32_t base = 0; base < 8; base++) {
        struct random_stream a, b[4];
        random_stream_init(&a, base, base, base, base);
        random_stream_init(&b[0], base + 1, base, base, base);
        random_stream_init(&b[1], base, base + 1, base, base);
        random_stream_init(&b[2], base, base, base + 1, base);
        random_stream_init(&b[3], base, base, base, base + 1);
        for (int i = 0; i < 4; i++)
            assert_true(fabs(correlation(a, b[i])) < 4);
    }
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void names_give_distinct_streams(void **state)
{
    (void)state;
    enum { SIDE = 16, NAMES = SIDE * SIDE * SIDE * SIDE };
    static uint64_t first[NAMES];
    for (uint32_t i = 0; i < NAMES; i++) {
        struct random_stream rs;
        random_stream_init(&rs, i % SIDE, i / SIDE % SIDE, i / SIDE / SIDE % SIDE,
                           i / SIDE / SIDE / SIDE);
        first[i] = random_stream_u64(&rs);
    }
    qsort(first, NAMES, sizeof *first, compare_u64);
    for (uint32_t i = 1; i < NAMES; i++)
        assert_true(first[i] != first[i - 1]);
}

static void gsl_draws_from_the_same_stream(void **state)
{
    (void)state;
    struct random_stream rs;
    gsl_rng *r = gsl_rng_alloc(random_stream_gsl());
    gsl_rng_set(r, 77);
    random_stream_init(&rs, 77, 0, 0, 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(gsl_rng_get(r), random_stream_u32(&rs));
    assert_true(gsl_rng_uniform(r) == random_stream_uniform(&rs));
    random_stream_init(gsl_rng_state(r), 1, 2, 3, 4);
    random_stream_init(&rs, 1, 2, 3, 4);
    assert_int_equal(gsl_rng_get(r), random_stream_u32(&rs));
    double sum = 0;
    for (int i = 0; i < DRAWS; i++)
        sum += gsl_ran_poisson(r, 3);
    assert_true(fabs(sum / DRAWS - 3) < 4 * sqrt(3.0 / DRAWS));
    gsl_rng_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_answers),
        cmocka_unit_test(golden_first_values),
        cmocka_unit_test(words_are_those_of_random123),
        cmocka_unit_test(same_words_without_avx2),
        cmocka_unit_test(pairs_are_two_words),
        cmocka_unit_test(layers_have_equal_areas),
        cmocka_unit_test(exponentials_are_the_plain_method),
        cmocka_unit_test(many_exponentials_are_single_ones),
        cmocka_unit_test(draws_follow_their_laws),
        cmocka_unit_test(tails_are_as_heavy_as_they_should_be),
        cmocka_unit_test(without_variation_the_mean_is_drawn),
        cmocka_unit_test(neighbours_are_independent),
        cmocka_unit_test(names_give_distinct_streams),
        cmocka_unit_test(gsl_draws_from_the_same_stream),
    };
    return cmocka_run_group_tests_name("random_stream", tests, NULL, NULL);
}
