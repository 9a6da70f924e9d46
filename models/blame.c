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

void blame_add(struct blame *b, const int64_t part_ns[BLAME_PARTS], enum blame_part growing,
               const struct histogram_share *shares, size_t n)
{
    int used[BLAME_PARTS] = { 0 }, parts = 0;
    int64_t known_ns = 0;
    assert(part_ns[growing] == 0);
    for (int i = 0; i < BLAME_PARTS; i++) {
        assert(part_ns[i] >= 0);
        known_ns += part_ns[i];
        if (part_ns[i] > 0)
            used[parts++] = i;
    }
    for (size_t k = 0; k < n; k++) {
        int64_t *sums = b->buckets[shares[k].bucket].part_ns, count = (int64_t)shares[k].count;
        assert(shares[k].min >= known_ns);
        for (int i = 0; i < parts; i++)
            sums[used[i]] += count * part_ns[used[i]];
        sums[growing] += shares[k].sum - count * known_ns;
    }
}

void blame_shares(const struct blame *b, int64_t from_ns, int64_t to_ns,
                  double share[BLAME_PARTS])
{
    double sums[BLAME_PARTS] = { 0 }, total = 0;
    uint32_t last = histogram_bucket_of(to_ns);
    for (uint32_t k = histogram_bucket_of(from_ns); k <= last; k++)
        for (int i = 0; i < BLAME_PARTS; i++)
            sums[i] += (double)b->buckets[k].part_ns[i];
    for (int i = 0; i < BLAME_PARTS; i++)
        total += sums[i];
    for (int i = 0; i < BLAME_PARTS; i++)
        share[i] = total > 0 ? sums[i] / total : NAN;
}

double blame_total_ns(const struct blame *b, int64_t from_ns, int64_t to_ns)
{
    double total = 0;
    uint32_t last = histogram_bucket_of(to_ns);
    for (uint32_t k = histogram_bucket_of(from_ns); k <= last; k++)
        for (int i = 0; i < BLAME_PARTS; i++)
            total += (double)b->buckets[k].part_ns[i];
    return total;
}
