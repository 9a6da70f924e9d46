#include "models/retry_stream.h"

#include "models/random_purpose.h"

/* Odd constants (2^32 by the golden ratio, MurmurHash3's finaliser) mix the three into an index. */
void retry_stream_init(struct random_stream *rs, uint64_t seed, uint32_t replication,
                       struct retry retry)
{
    uint32_t index =
        retry.client * 0x9e3779b1u + retry.losses * 0x85ebca6bu + retry.attempt * 0xc2b2ae35u;
    random_stream_init(rs, seed, replication, RANDOM_RECONNECT, index);
}
