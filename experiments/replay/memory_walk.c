#include "experiments/replay/memory_walk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/error.h"

/* Before the first word is written. A kernel without large pages knows no such advice. */
static void take_small_pages(uint64_t *next, size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), off = (uintptr_t)next % page;
    if (bytes >= 2 * page)
        madvise((char *)next + (off ? page - off : 0), bytes - page, MADV_NOHUGEPAGE);
}

void memory_walk_init(struct memory_walk *walk, uint64_t words)
{
    assert(words > 1 && (words & (words - 1)) == 0);
    size_t bytes = words * sizeof *walk->next;
    *walk = (struct memory_walk){ mem_alloc(bytes), words, 0 };
    take_small_pages(walk->next, bytes);
    for (uint64_t i = 0; i < words; i++)
        walk->next[i] = (i * 6364136223846793005u + 1442695040888963407u) % words;
}

void memory_walk_close(struct memory_walk *walk)
{
    free(walk->next);
    memset(walk, 0, sizeof *walk);
}

void memory_walk_go(struct memory_walk *walk, int reads)
{
    uint64_t at = walk->at;
    for (int i = 0; i < reads; i++)
        at = walk->next[at];
    walk->at = at;
}
