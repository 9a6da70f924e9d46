#include "models/blame.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "sim/error.h"

const char *blame_part_name(enum blame_part part)
{
    static const char *const names[BLAME_PARTS] = {
        [BLAME_NETWORK] = "network", [BLAME_THROTTLED] = "throttled",
        [BLAME_LOOP] = "loop",       [BLAME_PIPELINE] = "pipeline",
        [BLAME_QUEUE] = "queue",     [BLAME_BUFFERS] = "buffers",
    };
    return names[part];
}

void blame_init(struct blame *b)
{
    b->buckets = mem_alloc((HISTOGRAM_BUCKETS + 1) * sizeof *b->buckets);
}

void blame_close(struct blame *b)
{
    free(b->buckets);
    b->buckets = NULL;
}

void blame_merge(struct blame *into, const struct blame *from)
{
    for (uint32_t i = 0; i <= HISTOGRAM_BUCKETS; i++)
        for (int k = 0; k < BLAME_PARTS; k++)
            into->buckets[i].part_ns[k] += from->buckets[i].part_ns[k];
}

/* How many of n values first, first + step, ... lie in the bucket of the first. */
static uint64_t run_in_bucket(int64_t first, int64_t step, uint64_t n, uint32_t bucket)
{
    if (step == 0 || bucket == HISTOGRAM_BUCKETS)
        return n;
    int64_t room = histogram_bucket_start(bucket + 1) - first;
    uint64_t fit = (uint64_t)((room + step - 1) / step);
    return fit < n ? fit : n;
}

void blame_add(struct blame *b, const int64_t part_ns[BLAME_PARTS], enum blame_part growing,
               int64_t step_ns, uint64_t n)
{
    int64_t latency = 0, grown = part_ns[growing];
    for (int i = 0; i < BLAME_PARTS; i++) {
        assert(part_ns[i] >= 0);
        latency += part_ns[i];
    }
    while (n > 0) {
        uint32_t bucket = histogram_bucket_of(latency);
        int64_t k = (int64_t)run_in_bucket(latency, step_ns, n, bucket);
        int64_t *sums = b->buckets[bucket].part_ns;
        for (int i = 0; i < BLAME_PARTS; i++)
            sums[i] += k * (i == (int)growing ? grown : part_ns[i]);
        sums[growing] += k * (k - 1) / 2 * step_ns;
        latency += k * step_ns;
        grown += k * step_ns;
        n -= (uint64_t)k;
    }
}

void blame_add_share(struct blame *b, const int64_t part_ns[BLAME_PARTS],
                     enum blame_part growing, const struct histogram_share *share)
{
    int64_t *sums = b->buckets[share->bucket].part_ns, count = (int64_t)share->count;
    int64_t rest = share->sum;
    for (int i = 0; i < BLAME_PARTS; i++) {
        int64_t part = i == (int)growing ? 0 : count * part_ns[i];
        assert(part >= 0);
        sums[i] += part;
        rest -= part;
    }
    assert(rest >= 0);
    sums[growing] += rest;
}

void blame_shares(const struct blame *b, int64_t from_ns, double share[BLAME_PARTS])
{
    double sums[BLAME_PARTS] = { 0 }, total = 0;
    for (uint32_t k = histogram_bucket_of(from_ns); k <= HISTOGRAM_BUCKETS; k++)
        for (int i = 0; i < BLAME_PARTS; i++)
            sums[i] += (double)b->buckets[k].part_ns[i];
    for (int i = 0; i < BLAME_PARTS; i++)
        total += sums[i];
    for (int i = 0; i < BLAME_PARTS; i++)
        share[i] = total > 0 ? sums[i] / total : NAN;
}

double blame_total_ns(const struct blame *b)
{
    double total = 0;
    for (uint32_t k = 0; k <= HISTOGRAM_BUCKETS; k++)
        for (int i = 0; i < BLAME_PARTS; i++)
            total += (double)b->buckets[k].part_ns[i];
    return total;
}
