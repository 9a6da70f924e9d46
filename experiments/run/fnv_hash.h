/* fnv_hash.h - FNV-1a, 64 bit (Fowler, Noll, Vo; draft-eastlake-fnv): the hashes by which runs in a
 * database are known again. Not against malice.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_FNV_HASH_H
#define PUSHSIM_EXPERIMENTS_RUN_FNV_HASH_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t fnv_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}

static inline uint64_t fnv_bytes(uint64_t hash, const void *bytes, size_t count)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < count; i++)
        hash = fnv_byte(hash, b[i]);
    return hash;
}

#endif
