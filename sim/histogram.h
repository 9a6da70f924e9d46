/* histogram.h - mergeable log-linear histogram of non-negative int64 values.
 *
 * Values below 2^HISTOGRAM_SUB_BITS have a bucket each; above, each power of two is divided into
 * 2^HISTOGRAM_SUB_BITS buckets: relative bucket width <= 2^-7 (0.8 %). Largest value 2^42 ns
 * (73 minutes); larger ones are counted in `overflow` and still enter count, sum, max.
 * count, sum, min, max are exact.
 */
#ifndef PUSHSIM_SIM_HISTOGRAM_H
#define PUSHSIM_SIM_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_SUB_BITS 7

struct histogram {
    uint64_t *buckets;  /* owned */
    uint64_t count;     /* values recorded */
    uint64_t overflow;  /* of these, above the range */
    int64_t min, max;   /* of all recorded; min > max when empty */
    double sum;         /* exact sum of the values as long as it is < 2^53 */
};

void histogram_init(struct histogram *h);
void histogram_close(struct histogram *h);
void histogram_clear(struct histogram *h);

bool histogram_add(struct histogram *h, int64_t value, uint64_t times); /* false: out of range */
/* Records first, first + step, … (n values; step >= 0) bucket by bucket: the same result as n
 * single additions, in time proportional to the buckets touched, not to n. */
void histogram_add_progression(struct histogram *h, int64_t first, int64_t step, uint64_t n);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The smallest bucket midpoint with at least q of the values at or below it (clamped to min and
 * max); NAN when empty. q in [0, 1]. */
double histogram_quantile(const struct histogram *h, double q);
double histogram_mean(const struct histogram *h);                 /* NAN when empty */
uint64_t histogram_count_above(const struct histogram *h, int64_t value); /* by whole buckets */

/* Portable bytes (sparse, little-endian): encode returns a malloc'ed block, decode adds to h. */
void *histogram_encode(const struct histogram *h, size_t *bytes);
int histogram_decode(struct histogram *h, const void *block, size_t bytes); /* ERR_INVALID */

#endif
