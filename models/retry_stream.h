/* retry_stream.h - the random numbers that a client's retry delay is drawn from.
 *
 * A stream of its own for each retry: what other clients do does not disturb the draw, and both
 * arms draw the same delays.
 */
#ifndef PUSHSIM_MODELS_RETRY_STREAM_H
#define PUSHSIM_MODELS_RETRY_STREAM_H

#include <stdint.h>

#include "sim/random_stream.h"

struct retry {        /* which one of a run */
    uint32_t client;  /* its number */
    uint32_t losses;  /* connections it has lost so far, modulo 2^16, never 0 after one */
    uint32_t attempt; /* since the last reset: struct reconnect's */
};

/* The stream (seed, replication, RANDOM_RECONNECT) of this retry. */
void retry_stream_init(struct random_stream *rs, uint64_t seed, uint32_t replication,
                       struct retry retry);

#endif
