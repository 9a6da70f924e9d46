#include "models/balancer.h"

#include <math.h>

#include "models/random_purpose.h"

void balancer_init(struct balancer *b, enum balancer_kind kind, uint64_t seed,
                   uint32_t replication)
{
    b->kind = kind;
    b->next = 0;
    random_stream_init(&b->random, seed, replication, RANDOM_BALANCER, 0);
}

static size_t count_available(const struct balancer_backend *backends, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += backends[i].available;
    return n;
}

/* The k-th available one; there are more than k. */
static size_t available(const struct balancer_backend *backends, size_t k)
{
    size_t i = 0;
    for (;; i++)
        if (backends[i].available && k-- == 0)
            return i;
}

static size_t least(const struct balancer_backend *backends, size_t count)
{
    size_t best = BALANCER_NONE;
    for (size_t i = 0; i < count; i++)
        if (backends[i].available &&
            (best == BALANCER_NONE || backends[i].connections < backends[best].connections))
            best = i;
    return best;
}

size_t balancer_pick(struct balancer *b, const struct balancer_backend *backends, size_t count)
{
    size_t n = count_available(backends, count);
    if (n == 0)
        return BALANCER_NONE;
    switch (b->kind) {
    case BALANCE_RANDOM:
        return available(backends, (size_t)(random_stream_uniform(&b->random) * (double)n));
    case BALANCE_ROUND_ROBIN:
        while (!backends[b->next % count].available)
            b->next = (b->next + 1) % count;
        return b->next++ % count;
    case BALANCE_LEAST_CONNECTIONS:
        break;
    }
    return least(backends, count);
}

int64_t balancer_surplus(int64_t connections, double mean, double tolerance)
{
    int64_t most = (int64_t)ceil(mean * (1 + tolerance) - 1e-9);
    return connections > most ? connections - most : 0;
}
