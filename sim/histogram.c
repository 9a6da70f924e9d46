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
    histogram_clear(h);
}

void histogram_close(struct histogram *h)
{
    free(h->buckets);
    h->buckets = NULL;
}

void histogram_clear(struct histogram *h)
{
    memset(h->buckets, 0, HISTOGRAM_BUCKETS * sizeof *h->buckets);
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

/* Steps at least as wide as the buckets: each value has a bucket of its own. */
static uint64_t add_wide(struct histogram *h, int64_t *value, int64_t step, uint64_t n,
                         int64_t end)
{
    uint64_t added = 0;
    for (; added < n && *value < end; added++, *value += step)
        h->buckets[histogram_bucket(*value)]++;
    return added;
}

/* Steps narrower than the buckets of [value, end), all `width` wide. A bucket entered at offset d
 * from its start (d < step) holds floor(width / step) values, and one more if d < width mod step;
 * so one division does for all of them, as in Bresenham's line. */
static uint64_t add_narrow(struct histogram *h, int64_t *value, int64_t step, uint64_t n,
                           int64_t end)
{
    uint32_t bucket = histogram_bucket(*value);
    int64_t width = (int64_t)1 << bucket_shift(bucket);
    int64_t whole = width / step, rest = width % step;
    int64_t start = histogram_bucket_start(bucket), offset = *value - start;
    uint64_t added = 0;
    /* the first bucket may be entered anywhere */
    int64_t in_bucket = (width - offset + step - 1) / step;
    for (; start < end && added + (uint64_t)in_bucket <= n; bucket++, start += width) {
        h->buckets[bucket] += (uint64_t)in_bucket;
        added += (uint64_t)in_bucket;
        offset += in_bucket * step - width;
        in_bucket = whole + (offset < rest);
    }
    if (start < end) {
        h->buckets[bucket] += n - added;
        added = n;
    }
    *value = start + offset;
    return added;
}

void histogram_add_progression(struct histogram *h, int64_t first, int64_t step, uint64_t n)
{
    assert(first >= 0 && step >= 0);
    if (n <= 1 || step == 0) {
        histogram_add(h, first, n);
        return;
    }
    int64_t last = first + step * (int64_t)(n - 1);
    assert(last > first);
    h->count += n;
    h->sum += (double)((__int128)(first + last) * (int64_t)n / 2);
    h->min = first < h->min ? first : h->min;
    h->max = last > h->max ? last : h->max;
    while (n > 0 && first >> HISTOGRAM_VALUE_BITS == 0) {
        /* one group of equal widths after the other */
        uint32_t next_group = (histogram_bucket(first) / GROUP + 1) * GROUP;
        int64_t end = histogram_bucket_start(next_group);
        bool narrow = step >> bucket_shift(next_group - 1) == 0;
        n -= (narrow ? add_narrow : add_wide)(h, &first, step, n, end);
    }
    h->overflow += n;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
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
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
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

uint64_t histogram_count_above(const struct histogram *h, int64_t value)
{
    uint64_t above = h->overflow;
    for (uint32_t i = HISTOGRAM_BUCKETS; i-- > 0 && histogram_bucket_start(i) > value;)
        above += h->buckets[i];
    return above;
}
