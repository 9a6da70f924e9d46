#include "sim/random_stream.h"

#include <math.h>
#include <stdbool.h>

#include <Random123/philox.h>
#ifdef __x86_64__
#include <immintrin.h>
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif
#endif

#include "sim/random_stream_internal.h"
#include "sim/ziggurat.h"

/* The finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds give distant keys. */
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

void random_stream_init(struct random_stream *rs, uint64_t seed, uint32_t replication,
                        uint32_t purpose, uint32_t index)
{
    uint64_t key = mix(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) ^ purpose);
    *rs = (struct random_stream){
        .key = { (uint32_t)key, (uint32_t)(key >> 32) },
        .name = { replication, index },
        .used = RANDOM_STREAM_WORDS,
    };
}

/* Two blocks side by side, a word of each in the low half of a lane; what stands in the high half
 * is of no account. */
typedef uint64_t lanes __attribute__((vector_size(16)));

struct blocks {
    lanes words[4]; /* in the order of the counter */
};

/* The products of the low halves. The compilers do not find the instruction by themselves. */
static inline lanes multiply(lanes words, uint32_t by)
{
#ifdef __x86_64__
    return (lanes)_mm_mul_epu32((__m128i)words, _mm_set1_epi64x(by));
#else
    return (words & UINT32_MAX) * by;
#endif
}

/* One round of Philox4x32 with Random123's constants. */
static inline struct blocks mix_round(struct blocks b, lanes key0, lanes key1)
{
    lanes first = multiply(b.words[0], PHILOX_M4x32_0);
    lanes second = multiply(b.words[2], PHILOX_M4x32_1);
    return (struct blocks){ { second >> 32 ^ b.words[1] ^ key0, second,
                              first >> 32 ^ b.words[3] ^ key1, first } };
}

static struct blocks counters(const struct random_stream *rs, uint64_t position)
{
    lanes positions = { position, position + 1 };
    return (struct blocks){ { positions, positions >> 32, (lanes){ 0 } + rs->name[0],
                              (lanes){ 0 } + rs->name[1] } };
}

static inline void put_pairs(struct blocks b, uint64_t *pairs)
{
    lanes low = b.words[1] << 32 | (b.words[0] & UINT32_MAX);
    lanes high = b.words[3] << 32 | (b.words[2] & UINT32_MAX);
    pairs[0] = low[0];
    pairs[1] = high[0];
    pairs[2] = low[1];
    pairs[3] = high[1];
}

/* One block alone would mostly wait for its products. */
void random_stream_four(const struct random_stream *rs, uint64_t position, uint64_t *pairs)
{
    struct blocks a = counters(rs, position), b = counters(rs, position + 2);
    lanes key0 = (lanes){ 0 } + rs->key[0], key1 = (lanes){ 0 } + rs->key[1];
    for (int round = 0; round < 10; round++) {
        a = mix_round(a, key0, key1);
        b = mix_round(b, key0, key1);
        key0 += PHILOX_W32_0;
        key1 += PHILOX_W32_1;
    }
    put_pairs(a, pairs);
    put_pairs(b, pairs + 4);
}

#ifdef __x86_64__
#define WIDE __attribute__((target("avx2")))

struct wide_blocks { /* four of them, a word of each in the low half of a lane */
    __m256i words[4];
};

WIDE static inline struct wide_blocks wide_counters(const struct random_stream *rs,
                                                    uint64_t position)
{
    __m256i at = _mm256_add_epi64(_mm256_set1_epi64x((long long)position),
                                  _mm256_set_epi64x(3, 2, 1, 0));
    return (struct wide_blocks){ { at, _mm256_srli_epi64(at, 32),
                                   _mm256_set1_epi64x(rs->name[0]),
                                   _mm256_set1_epi64x(rs->name[1]) } };
}

WIDE static inline struct wide_blocks wide_round(struct wide_blocks b, __m256i key0,
                                                 __m256i key1)
{
    __m256i first = _mm256_mul_epu32(b.words[0], _mm256_set1_epi64x(PHILOX_M4x32_0));
    __m256i second = _mm256_mul_epu32(b.words[2], _mm256_set1_epi64x(PHILOX_M4x32_1));
    return (struct wide_blocks){ { _mm256_srli_epi64(second, 32) ^ (b.words[1] ^ key0), second,
                                   _mm256_srli_epi64(first, 32) ^ (b.words[3] ^ key1),
                                   first } };
}

WIDE static inline void put_wide(struct wide_blocks b, uint64_t *pairs)
{
    __m256i low = _mm256_blend_epi32(b.words[0], _mm256_slli_epi64(b.words[1], 32), 0xaa);
    __m256i high = _mm256_blend_epi32(b.words[2], _mm256_slli_epi64(b.words[3], 32), 0xaa);
    __m256i even = _mm256_unpacklo_epi64(low, high), odd = _mm256_unpackhi_epi64(low, high);
    __m256i *out = (__m256i *)(void *)pairs;
    _mm256_storeu_si256(out, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256(out + 1, _mm256_permute2x128_si256(even, odd, 0x31));
}

/* The words of eight blocks in about the time that four take: waiting is what they have in common. */
WIDE static void mix_eight(const struct random_stream *rs, uint64_t position, uint64_t *pairs)
{
    struct wide_blocks a = wide_counters(rs, position), b = wide_counters(rs, position + 4);
    __m256i key0 = _mm256_set1_epi64x(rs->key[0]), key1 = _mm256_set1_epi64x(rs->key[1]);
    for (int round = 0; round < 10; round++) {
        a = wide_round(a, key0, key1);
        b = wide_round(b, key0, key1);
        key0 = _mm256_add_epi32(key0, _mm256_set1_epi64x(PHILOX_W32_0));
        key1 = _mm256_add_epi32(key1, _mm256_set1_epi64x(PHILOX_W32_1));
    }
    put_wide(a, pairs);
    put_wide(b, pairs + 8);
}
#endif

#ifdef __x86_64__
/* As the C library found at the start, where it tells: __builtin_cpu_supports has every program
 * begin by asking the processor once more, and on a virtual machine each of those questions is a
 * trap (0.2 ms). */
static bool has_avx2(void)
{
#ifdef CPU_FEATURE_ACTIVE
    return CPU_FEATURE_ACTIVE(AVX2);
#else
    return __builtin_cpu_supports("avx2");
#endif
}
#endif

void random_stream_refill(struct random_stream *rs)
{
#ifdef __x86_64__
    if (has_avx2()) {
        mix_eight(rs, rs->position, rs->pairs);
    } else
#endif
    {
        random_stream_four(rs, rs->position, rs->pairs);
        random_stream_four(rs, rs->position + 4, rs->pairs + 8);
    }
    rs->position += 8;
    rs->used = 0;
}

/* Is a point of the layer's wedge below exp(-x), `height` (0..1) of the way from the layer's floor
 * to its top? The curve is below its chord and above its tangent, close to each other: in 99 of
 * 100 cases they tell, without exp(). They leave a gap far wider than what rounding does to
 * either, so that the answer is exp()'s own. */
static bool below_exponential(unsigned layer, double x, double height)
{
    const double gap = 1e-12;
    double left = ziggurat_exponential[layer] - x;
    double width = ziggurat_exponential[layer] - ziggurat_exponential[layer + 1];
    double low = ziggurat_exponential_density[layer];
    double high = ziggurat_exponential_density[layer + 1];
    double y = low + height * (high - low);
    if (height * width > left + gap)
        return false;
    if (y < low * (1 + left) * (1 - gap))
        return true;
    return y < exp(-x);
}

/* The ziggurat's rarer cases (2 %) for a first draw of `bits`: in the wedge beside a layer the
 * density decides; beyond the base layer the law has no memory, so that one may start anew from
 * there. */
double random_stream_exponential_rare(struct random_stream *rs, uint64_t bits)
{
    for (double tail = 0;; bits = random_stream_u64(rs)) {
        unsigned layer = bits & 255;
        double x = ziggurat_position(bits, ziggurat_exponential[layer]);
        if (x < ziggurat_exponential[layer + 1])
            return tail + x;
        if (layer == 0) {
            tail += ziggurat_exponential[1];
            continue;
        }
        if (below_exponential(layer, x, random_stream_uniform(rs)))
            return tail + x;
    }
}

/* Draws without a rare case among the words at hand, at most n; returns how many. */
static size_t common_exponentials(const struct random_stream *rs, double mean, double *values,
                                  size_t n)
{
    const uint64_t *pairs = rs->pairs + rs->used / 2;
    size_t most = (RANDOM_STREAM_WORDS - rs->used) / 2, i = 0;
    for (n = n < most ? n : most; i < n; i++) {
        unsigned layer = pairs[i] & 255;
        double x = ziggurat_position(pairs[i], ziggurat_exponential[layer]);
        if (x >= ziggurat_exponential[layer + 1])
            break;
        values[i] = mean * x;
    }
    return i;
}

void random_stream_exponentials(struct random_stream *rs, double mean, double *values, size_t n)
{
    for (size_t i = 0; i < n;) {
        if (rs->used == RANDOM_STREAM_WORDS)
            random_stream_refill(rs);
        size_t some = rs->used % 2 ? 0 : common_exponentials(rs, mean, values + i, n - i);
        rs->used += 2 * (unsigned)some;
        i += some;
        if (i < n && rs->used < RANDOM_STREAM_WORDS)
            values[i++] = random_stream_exponential(rs, mean);
    }
}

/* Beyond R: Marsaglia 1964. */
static double normal_tail(struct random_stream *rs)
{
    const double r = ziggurat_normal[1];
    for (;;) {
        double x = random_stream_exponential(rs, 1) / r;
        if (2 * random_stream_exponential(rs, 1) > x * x)
            return r + x;
    }
}

double random_stream_normal(struct random_stream *rs)
{
    for (;;) {
        uint64_t bits = random_stream_u64(rs);
        unsigned layer = bits & 255;
        double sign = 1 - (double)(bits >> 7 & 2); /* of bit 8; no branch to guess */
        double x = ziggurat_position(bits, ziggurat_normal[layer]);
        if (x < ziggurat_normal[layer + 1])
            return sign * x;
        if (layer == 0)
            return sign * normal_tail(rs);
        double low = ziggurat_normal_density[layer];
        double high = ziggurat_normal_density[layer + 1];
        if (low + random_stream_uniform(rs) * (high - low) < exp(-x * x / 2))
            return sign * x;
    }
}

void random_stream_lognormals(struct random_stream *rs, double mean, double cv, double *values,
                              size_t n)
{
    double variance = log1p(cv * cv); /* of the logarithm */
    double deviation = sqrt(variance);
    for (size_t i = 0; i < n; i++)
        values[i] = mean * exp(deviation * random_stream_normal(rs) - variance / 2);
}

double random_stream_lognormal(struct random_stream *rs, double mean, double cv)
{
    double value;
    random_stream_lognormals(rs, mean, cv, &value, 1);
    return value;
}

static void gsl_set(void *state, unsigned long seed)
{
    random_stream_init(state, seed, 0, 0, 0);
}

static unsigned long gsl_get(void *state)
{
    return random_stream_u32(state);
}

static double gsl_get_double(void *state)
{
    return random_stream_uniform(state);
}

const gsl_rng_type *random_stream_gsl(void)
{
    static const gsl_rng_type type = {
        .name = "philox4x32-10",
        .max = UINT32_MAX,
        .min = 0,
        .size = sizeof(struct random_stream),
        .set = gsl_set,
        .get = gsl_get,
        .get_double = gsl_get_double,
    };
    return &type;
}
