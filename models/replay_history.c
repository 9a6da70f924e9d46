#include "models/replay_history.h"

#include <assert.h>

struct missed replay_history_missed(const struct replay_params *p, uint64_t oldest,
                                    uint64_t seen, uint64_t next)
{
    assert(seen <= next && p->length >= 0);
    uint64_t kept = next > (uint64_t)p->length ? next - (uint64_t)p->length : 0;
    uint64_t first = oldest > kept ? oldest : kept;
    if (first > next)
        first = next;
    if (first < seen)
        first = seen;
    return (struct missed){ .first = first, .count = next - first };
}

int64_t replay_history_load_bytes(const struct replay_params *p, uint64_t count,
                                  int64_t event_bytes)
{
    uint64_t batch = p->batch > 0 && (uint64_t)p->batch < count ? (uint64_t)p->batch : count;
    return (int64_t)batch * event_bytes;
}
