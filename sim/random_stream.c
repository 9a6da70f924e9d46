#include "sim/random_stream.h"

#include <math.h>

#include <Random123/philox.h>

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

static void refill(struct random_stream *rs)
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

static uint32_t next_u32(struct random_stream *rs)
{
    if (rs->used >= 4)
        refill(rs);
    return rs->block[rs->used++];
}

uint64_t random_stream_u64(struct random_stream *rs)
{
    uint64_t low = next_u32(rs);
    return (uint64_t)next_u32(rs) << 32 | low;
}

double random_stream_uniform(struct random_stream *rs)
{
    /* 52 bits and a half: never 0, and exact, so never rounded up to 1 */
    return ((double)(random_stream_u64(rs) >> 12) + 0.5) * 0x1p-52;
}

double random_stream_exponential(struct random_stream *rs, double mean)
{
    return -mean * log(random_stream_uniform(rs));
}

double random_stream_normal(struct random_stream *rs)
{
    double radius = sqrt(-2 * log(random_stream_uniform(rs)));
    return radius * cos(6.283185307179586 * random_stream_uniform(rs));
}

double random_stream_lognormal(struct random_stream *rs, double mean, double cv)
{
    double variance = log1p(cv * cv); /* of the logarithm */
    return mean * exp(sqrt(variance) * random_stream_normal(rs) - variance / 2);
}

static void gsl_set(void *state, unsigned long seed)
{
    random_stream_init(state, seed, 0, 0, 0);
}

static unsigned long gsl_get(void *state)
{
    return next_u32(state);
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
