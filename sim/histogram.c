#include "sim/histogram.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

#define GROUP (1u << HISTOGRAM_SUB_BITS) /* buckets of equal width in a row */

void histogram_init(struct histogram *h)
{
    h->buckets = mem_alloc(HISTOGRAM_BUCKETS * sizeof *h->buckets);
    h->count = 0;
    histogram_clear(h);
}

void histogram_close(struct histogram *h)
{
    free(h->buckets);
    h->buckets = NULL;
}

/* The buckets in use: first .. end - 1. */
static uint32_t used_buckets(const struct histogram *h, uint32_t *end)
{
    *end = h->count == 0 ? 0 : histogram_bucket_of(h->max) + 1;
    *end = *end < HISTOGRAM_BUCKETS ? *end : HISTOGRAM_BUCKETS;
    return h->count == 0 ? 0 : histogram_bucket_of(h->min);
}

void histogram_clear(struct histogram *h)
{
    uint32_t end, first = used_buckets(h, &end);
    if (first < end)
        memset(h->buckets + first, 0, (end - first) * sizeof *h->buckets);
    h->count = h->overflow = 0;
    h->min = INT64_MAX;
    h->max = INT64_MIN;
    h->sum = 0;
}

static uint32_t bucket_shift(uint32_t bucket)
{
    uint32_t group = bucket >> HISTOGRAM_SUB_BITS;
    return group > 1 ? group - 1 : 0;
}

int64_t histogram_bucket_start(uint32_t bucket)
{
    uint32_t shift = bucket_shift(bucket);
    return (int64_t)(bucket - (shift << HISTOGRAM_SUB_BITS)) << shift;
}

int64_t histogram_bucket_end(uint32_t bucket)
{
    return bucket < HISTOGRAM_BUCKETS ? histogram_bucket_start(bucket + 1) : INT64_MAX;
}

/* The first n values of the progression, which lie in one bucket. */
static void cut_share(struct histogram_progression *p, uint32_t bucket, uint64_t n,
                      struct histogram_share *share)
{
    uint64_t first = (uint64_t)p->next, step = (uint64_t)p->step;
    *share = (struct histogram_share){ .bucket = bucket,
                                       .count = n,
                                       .min = p->next,
                                       .max = (int64_t)(first + (n - 1) * step),
                                       .sum = (int64_t)(n * first + n * (n - 1) / 2 * step) };
    p->next = (int64_t)(first + n * step);
    p->left -= n;
}

/* Steps at least as wide as the buckets up to `end`: each value has a bucket of its own. */
static size_t cut_wide(struct histogram_progression *p, uint32_t end,
                       struct histogram_share *shares, size_t most)
{
    size_t n = 0;
    for (; n < most && p->left > 0; n++) {
        uint32_t bucket = histogram_bucket_of(p->next);
        if (bucket >= end)
            break;
        cut_share(p, bucket, 1, &shares[n]);
    }
    return n;
}

/* Steps narrower than the buckets up to `end`, all `width` wide. A bucket entered at offset d
 * from its start (d < step) holds floor(width / step) values, and one more if d < width mod step;
 * so one division does for all of them, as in Bresenham's line. */
static size_t cut_narrow(struct histogram_progression *p, uint32_t end,
                         struct histogram_share *shares, size_t most)
{
    uint32_t bucket = histogram_bucket(p->next);
    int64_t step = p->step, width = (int64_t)1 << bucket_shift(bucket);
    int64_t whole = width / step, rest = width % step;
    int64_t offset = p->next - histogram_bucket_start(bucket);
    /* the first bucket may be entered anywhere */
    int64_t in_bucket = (width - offset + step - 1) / step;
    size_t n = 0;
    for (; n < most && bucket < end && p->left > 0; n++, bucket++) {
        uint64_t some = (uint64_t)in_bucket < p->left ? (uint64_t)in_bucket : p->left;
        cut_share(p, bucket, some, &shares[n]);
        offset += in_bucket * step - width;
        in_bucket = whole + (offset < rest);
    }
    return n;
}

size_t histogram_cut(struct histogram_progression *p, struct histogram_share *shares,
                     size_t most)
{
    size_t n = 0;
    while (n < most && p->left > 0) {
        uint32_t bucket = histogram_bucket_of(p->next);
        if (bucket == HISTOGRAM_BUCKETS || p->step == 0) {
            cut_share(p, bucket, p->left, &shares[n++]);
            break;
        }
        /* one group of equal widths after the other */
        uint32_t end = (bucket / GROUP + 1) * GROUP;
        bool narrow = p->step >> bucket_shift(bucket) == 0;
        n += (narrow ? cut_narrow : cut_wide)(p, end, shares + n, most - n);
    }
    return n;
}

static void add_counts(struct histogram *h, const struct histogram_share *shares, size_t n)
{
    for (size_t i = 0; i < n; i++)
        *(shares[i].bucket < HISTOGRAM_BUCKETS ? &h->buckets[shares[i].bucket]
                                               : &h->overflow) += shares[i].count;
}

void histogram_add_shares(struct histogram *h, const struct histogram_share *shares, size_t n)
{
    add_counts(h, shares, n);
    for (size_t i = 0; i < n; i++) {
        h->count += shares[i].count;
        h->sum += (double)shares[i].sum;
        h->min = shares[i].min < h->min ? shares[i].min : h->min;
        h->max = shares[i].max > h->max ? shares[i].max : h->max;
    }
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    uint32_t end, first = used_buckets(from, &end);
    for (uint32_t i = first; i < end; i++)
        into->buckets[i] += from->buckets[i];
    into->count += from->count;
    into->overflow += from->overflow;
    into->sum += from->sum;
    into->min = from->min < into->min ? from->min : into->min;
    into->max = from->max > into->max ? from->max : into->max;
}

static double midpoint(uint32_t bucket)
{
    double low = (double)histogram_bucket_start(bucket);
    return (low + (double)(histogram_bucket_start(bucket + 1) - 1)) / 2;
}

double histogram_quantile(const struct histogram *h, double q)
{
    assert(q >= 0 && q <= 1);
    if (h->count == 0)
        return NAN;
    /* 0.07 * 100 is a hair above 7: take the hair off before rounding up */
    double rank = fmax(1, ceil(q * (double)h->count * (1 - 2 * DBL_EPSILON)));
    uint64_t left = (uint64_t)rank;
    uint32_t end, first = used_buckets(h, &end);
    for (uint32_t i = first; i < end; i++) {
        if (left <= h->buckets[i])
            return fmin(fmax(midpoint(i), (double)h->min), (double)h->max);
        left -= h->buckets[i];
    }
    return (double)h->max;
}

double histogram_mean(const struct histogram *h)
{
    return h->count ? h->sum / (double)h->count : NAN;
}
