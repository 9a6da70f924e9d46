/* random_stream_internal.h - for random_stream.c and its test. */
#ifndef PUSHSIM_SIM_RANDOM_STREAM_INTERNAL_H
#define PUSHSIM_SIM_RANDOM_STREAM_INTERNAL_H

#include "sim/random_stream.h"

/* Philox4x32-10 for four positions of the stream, without AVX2: 8 pairs of words. */
void random_stream_four(const struct random_stream *rs, uint64_t position, uint64_t *pairs);

#endif
