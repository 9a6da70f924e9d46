#include "sim/random_stream.h"

#include <math.h>

#include <Random123/philox.h>

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
        .counter = { 0, 0, replication, index },
        .used = 4,
    };
}

void random_stream_refill(struct random_stream *rs)
{
    philox4x32_ctr_t counter = { { rs->counter[0], rs->counter[1], rs->counter[2],
                                   rs->counter[3] } };
    philox4x32_key_t key = { { rs->key[0], rs->key[1] } };
    philox4x32_ctr_t block = philox4x32_R(10, counter, key);
    for (int i = 0; i < 4; i++)
        rs->block[i] = block.v[i];
    rs->counter[1] += ++rs->counter[0] == 0;
    rs->used = 0;
}

/* The ziggurat's rarer cases (2 %) for a first draw of `bits`: in the wedge beside a layer the density
 * decides; beyond the base layer the law has no memory, so that one may start anew from there. */
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
        double low = exp(-ziggurat_exponential[layer]);
        double high = exp(-ziggurat_exponential[layer + 1]);
        if (low + random_stream_uniform(rs) * (high - low) < exp(-x))
            return tail + x;
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

static double normal_density(double x)
{
    return exp(-x * x / 2);
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
        double low = normal_density(ziggurat_normal[layer]);
        double high = normal_density(ziggurat_normal[layer + 1]);
        if (low + random_stream_uniform(rs) * (high - low) < normal_density(x))
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
