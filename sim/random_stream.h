/* random_stream.h - counter-based random streams (Random123 Philox4x32-10; Salmon et al., SC11).
 *
 * A stream is named by (seed, replication, purpose, index); streams never disturb each other, so a
 * change in one mechanism leaves the draws of all others alone (common random numbers).
 */
#ifndef PUSHSIM_SIM_RANDOM_STREAM_H
#define PUSHSIM_SIM_RANDOM_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <gsl/gsl_rng.h>

#include "sim/ziggurat.h"

enum { RANDOM_STREAM_WORDS = 32 }; /* worked out at a time: eight blocks, side by side */

struct random_stream {
    uint32_t key[2];                         /* seed and purpose, mixed */
    uint32_t name[2];                        /* replication, index: the counter's high half */
    uint64_t position;                       /* of the next block: the counter's low half */
    uint64_t pairs[RANDOM_STREAM_WORDS / 2]; /* words worked out, the first of two below */
    unsigned used;                           /* of these words given out, 0..32 */
};

/* purpose: which mechanism draws (one of the models' enum random_purpose, or any number);
 * index: which of its instances. Any values. */
void random_stream_init(struct random_stream *rs, uint64_t seed, uint32_t replication,
                        uint32_t purpose, uint32_t index);

void random_stream_refill(struct random_stream *rs); /* for the two functions below */

static inline uint32_t random_stream_u32(struct random_stream *rs)
{
    if (rs->used == RANDOM_STREAM_WORDS)
        random_stream_refill(rs);
    uint32_t word = (uint32_t)(rs->pairs[rs->used / 2] >> rs->used % 2 * 32);
    rs->used++;
    return word;
}

static inline uint64_t random_stream_u64(struct random_stream *rs)
{
    if (rs->used % 2) {
        uint64_t low = random_stream_u32(rs);
        return (uint64_t)random_stream_u32(rs) << 32 | low;
    }
    if (rs->used == RANDOM_STREAM_WORDS)
        random_stream_refill(rs);
    uint64_t both = rs->pairs[rs->used / 2];
    rs->used += 2;
    return both;
}

static inline double random_stream_uniform(struct random_stream *rs) /* in (0, 1) */
{
    /* 52 bits and a half: never 0, and exact, so never rounded up to 1 */
    return ((double)(int64_t)(random_stream_u64(rs) >> 12) + 0.5) * 0x1p-52;
}

/* By the ziggurat (Marsaglia, Tsang 2000): one u64 in 98 of 100 cases, so that streams of the same
 * name stay in step only while the calls are the same. */
double random_stream_exponential_rare(struct random_stream *rs, uint64_t bits); /* goes on */

static inline double random_stream_exponential(struct random_stream *rs,
                                               double mean) /* mean > 0 */
{
    uint64_t bits = random_stream_u64(rs);
    unsigned layer = bits & 255;
    double x = ziggurat_position(bits, ziggurat_exponential[layer]);
    if (x < ziggurat_exponential[layer + 1])
        return mean * x;
    return mean * random_stream_exponential_rare(rs, bits);
}

/* The next n of them: the same draws in two thirds of the instructions. */
void random_stream_exponentials(struct random_stream *rs, double mean, double *values,
                                size_t n);

double random_stream_normal(struct random_stream *rs); /* mean 0, sd 1 */
/* Mean exactly `mean`; `cv` = sd / mean, >= 0 (0 gives the mean and still draws). */
double random_stream_lognormal(struct random_stream *rs, double mean, double cv);
/* The next n of them: the same draws, and what depends on cv alone is worked out once. */
void random_stream_lognormals(struct random_stream *rs, double mean, double cv, double *values,
                              size_t n);

/* The same generator as a gsl_rng_type (32-bit words, doubles of 52 bits in (0, 1)), for GSL's
 * distributions. gsl_rng_set(r, seed) names stream (seed, 0, 0, 0); any other one is set with
 * random_stream_init(gsl_rng_state(r), ...). */
const gsl_rng_type *random_stream_gsl(void);

#endif
