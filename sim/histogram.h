/* histogram.h - mergeable log-linear histogram of non-negative int64 values.
 *
 * Values below 2^(HISTOGRAM_SUB_BITS + 1) have a bucket each; above, each power of two is divided
 * into 2^HISTOGRAM_SUB_BITS buckets: relative bucket width <= 2^-7 (0.8 %), so a midpoint is
 * within 0.4 % of every value of its bucket. Largest value in range: 2^42 - 1 ns (73 minutes);
 * larger ones are counted in `overflow` and still enter count, sum, min, max. count, min, max are
 * exact, sum too as long as it is < 2^53. 36 KiB each.
 */
#ifndef PUSHSIM_SIM_HISTOGRAM_H
#define PUSHSIM_SIM_HISTOGRAM_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS   7
#define HISTOGRAM_VALUE_BITS 42
/* the linear part and one group of 2^SUB_BITS for each further power of two */
#define HISTOGRAM_BUCKETS                                                                      \
    ((HISTOGRAM_VALUE_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

struct histogram {
    uint64_t *buckets; /* HISTOGRAM_BUCKETS counts; owned */
    uint64_t count;    /* values recorded */
    uint64_t overflow; /* of these, above the range */
    int64_t min, max;  /* of all recorded; min > max when empty */
    double sum;        /* of the values */
};

void histogram_init(struct histogram *h);
void histogram_close(struct histogram *h);
void histogram_clear(struct histogram *h);

/* The bucket of a value in 0 .. 2^HISTOGRAM_VALUE_BITS - 1. */
static inline uint32_t histogram_bucket(int64_t value)
{
    int bits = 63 - __builtin_clzll((uint64_t)value | 1);
    uint32_t shift = bits > HISTOGRAM_SUB_BITS ? (uint32_t)(bits - HISTOGRAM_SUB_BITS) : 0;
    return (shift << HISTOGRAM_SUB_BITS) + (uint32_t)(value >> shift);
}

/* The same for any value >= 0: HISTOGRAM_BUCKETS when it is above the range. */
static inline uint32_t histogram_bucket_of(int64_t value)
{
    return value >> HISTOGRAM_VALUE_BITS ? HISTOGRAM_BUCKETS : histogram_bucket(value);
}

/* The lowest value of a bucket; that of bucket + 1 is one above its highest. */
int64_t histogram_bucket_start(uint32_t bucket);

/* One above the highest value of histogram_bucket_of's bucket; INT64_MAX above the range. */
int64_t histogram_bucket_end(uint32_t bucket);

/* Records `times` values (0: none); false: above the range, counted in overflow. */
static inline bool histogram_add(struct histogram *h, int64_t value, uint64_t times)
{
    assert(value >= 0);
    if (times == 0)
        return true;
    bool in_range = value >> HISTOGRAM_VALUE_BITS == 0;
    h->count += times;
    h->sum += (double)value * (double)times;
    h->min = value < h->min ? value : h->min;
    h->max = value > h->max ? value : h->max;
    if (in_range)
        h->buckets[histogram_bucket(value)] += times;
    else
        h->overflow += times;
    return in_range;
}

struct histogram_share {   /* values that lie in one bucket */
    uint32_t bucket;       /* histogram_bucket_of each of them */
    uint64_t count;        /* how many, >= 1 */
    int64_t min, max, sum; /* the sum modulo 2^64 */
};

/* Values next, next + step, … Cut and recorded bucket by bucket they come to the same as single
 * additions, in time proportional to the buckets touched. */
struct histogram_progression {
    int64_t next, step; /* the first that is not cut off yet; to the one after; both >= 0 */
    uint64_t left;      /* values from `next` on; the last of them is within int64 */
};

/* Cuts the first shares off the progression, at most `most`; returns how many. */
size_t histogram_cut(struct histogram_progression *p, struct histogram_share *shares,
                     size_t most);
/* Records the values of n shares; their sums do not exceed int64. */
void histogram_add_shares(struct histogram *h, const struct histogram_share *shares, size_t n);

void histogram_merge(struct histogram *into, const struct histogram *from);

/* The midpoint of the bucket that holds the value of rank ceil(q * count) (at least 1) in sorted
 * order, clamped to min and max; above the range: max. NAN when empty. q in [0, 1]. */
double histogram_quantile(const struct histogram *h, double q);
double histogram_mean(const struct histogram *h); /* NAN when empty */

/* Portable bytes (versioned, sparse): encode returns a malloc'ed block, decode adds its content to
 * h or returns ERR_INVALID and leaves h as it was. Format: histogram_code.c. */
void *histogram_encode(const struct histogram *h, size_t *bytes);
int histogram_decode(struct histogram *h, const void *block, size_t bytes);

#endif
