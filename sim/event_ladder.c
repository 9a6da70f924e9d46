#include "sim/event_ladder.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

enum {
    LINE_BYTES = 64,
    CHUNK_ENTRIES = 10,
    BITMAP_WORDS = EVENT_LADDER_BUCKETS / 64,
    PER_BUCKET = 16,
    FIRST_BLOCK = 64, /* chunks */
};

/* A bucket is a list of chunks: entries lie together, and a chunk just freed is warm. All but the
 * last are full. */
struct event_chunk {
    struct event_chunk *next; /* of the free list or, but for the last, of the bucket */
    struct event_entry entries[CHUNK_ENTRIES];
};

struct event_rung {                /* all buckets are empty when it is not in use */
    int64_t start_ns;              /* of bucket 0 */
    int64_t last_ns;               /* the latest time that belongs here */
    int shift;                     /* buckets are 2^shift ns wide */
    int word;                      /* the words of `filled` before it are 0, and stay so */
    uint64_t filled[BITMAP_WORDS]; /* a bit for each bucket that is not empty */
    struct event_bucket buckets[EVENT_LADDER_BUCKETS];
};

static void make_room(struct event_list *list, uint32_t n)
{
    while (list->count + n > list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 4 * EVENT_LADDER_BATCH;
        list->items = mem_realloc(list->items, list->capacity * sizeof *list->items);
    }
}

void event_ladder_init(struct event_ladder *l)
{
    *l = (struct event_ladder){ 0 };
    event_ladder_clear(l);
}

void event_ladder_close(struct event_ladder *l)
{
    for (int i = 0; i < EVENT_LADDER_RUNGS; i++)
        free(l->rungs[i]);
    for (int i = 0; i < EVENT_LADDER_BLOCKS; i++)
        free(l->blocks[i]);
    event_ladder_init(l);
}

static void clear_top(struct event_ladder *l)
{
    l->top = (struct event_bucket){ 0 };
    l->top_min_ns = INT64_MAX;
    l->top_max_ns = 0;
}

void event_ladder_clear(struct event_ladder *l)
{
    clear_top(l);
    for (; l->depth > 0; l->depth--)
        memset(l->rungs[l->depth - 1], 0, sizeof **l->rungs);
    l->block = 0;
    l->used = 0;
    l->free_chunk = NULL;
}

static uint32_t block_chunks(int block)
{
    return (uint32_t)FIRST_BLOCK << block;
}

/* A chunk never given out. Blocks stay where they are: one that grew would be copied, which needs
 * both at once wherever the allocator does not map it apart. */
static struct event_chunk *new_chunk(struct event_ladder *l)
{
    if (l->used == block_chunks(l->block)) {
        l->block++;
        l->used = 0;
    }
    struct event_chunk **block = &l->blocks[l->block];
    if (!*block)
        *block = mem_realloc(NULL, block_chunks(l->block) * sizeof **block);
    return *block + l->used++;
}

static inline struct event_chunk *take_chunk(struct event_ladder *l)
{
    struct event_chunk *chunk = l->free_chunk;
    if (!chunk)
        return new_chunk(l);
    l->free_chunk = chunk->next;
    return chunk;
}

static inline void bucket_add(struct event_ladder *l, struct event_bucket *bucket,
                              int64_t at_ns, uint64_t order, uint32_t slot)
{
    if (bucket->count == 0) {
        bucket->first = bucket->last = take_chunk(l);
    } else if (bucket->filled == CHUNK_ENTRIES) {
        bucket->last = bucket->last->next = take_chunk(l);
        bucket->filled = 0;
    }
    event_entry_set(&bucket->last->entries[bucket->filled++], at_ns, order, slot);
    bucket->count++;
}

static inline void rung_add(struct event_ladder *l, struct event_rung *rung, int64_t at_ns,
                            uint64_t order, uint32_t slot)
{
    uint64_t index = (uint64_t)(at_ns - rung->start_ns) >> rung->shift;
    if (rung->buckets[index].count == 0)
        rung->filled[index / 64] |= UINT64_C(1) << index % 64;
    bucket_add(l, &rung->buckets[index], at_ns, order, slot);
}

void event_ladder_add(struct event_ladder *l, int64_t at_ns, uint64_t order, uint32_t slot)
{
    for (int i = l->depth; i-- > 0;) {
        if (at_ns <= l->rungs[i]->last_ns) {
            rung_add(l, l->rungs[i], at_ns, order, slot);
            return;
        }
    }
    l->top_min_ns = at_ns < l->top_min_ns ? at_ns : l->top_min_ns;
    l->top_max_ns = at_ns > l->top_max_ns ? at_ns : l->top_max_ns;
    bucket_add(l, &l->top, at_ns, order, slot);
}

static int bits_of(uint64_t x)
{
    return x ? 64 - __builtin_clzll(x) : 0;
}

/* A finer rung below all others, for about n entries; a few for each bucket. */
static struct event_rung *new_rung(struct event_ladder *l, uint32_t n, int64_t start_ns,
                                   int64_t last_ns)
{
    struct event_rung **rung = &l->rungs[l->depth++];
    if (!*rung)
        *rung = mem_alloc(sizeof **rung);
    int most = bits_of(EVENT_LADDER_BUCKETS - 1);
    int buckets = bits_of(n / PER_BUCKET);
    buckets = buckets < most ? buckets : most;
    int spread = bits_of((uint64_t)(last_ns - start_ns));
    (*rung)->start_ns = start_ns;
    (*rung)->last_ns = last_ns;
    (*rung)->word = 0;
    (*rung)->shift = spread > buckets ? spread - buckets : 0;
    return *rung;
}

bool event_ladder_return(struct event_ladder *l, const struct event_entry *entries, uint32_t n,
                         int64_t from_ns, int64_t last_ns)
{
    bool empty = l->depth == 0 && l->top.count == 0;
    if (!empty) {
        if (l->depth == EVENT_LADDER_RUNGS)
            return false;
        new_rung(l, n, from_ns, last_ns);
    }
    for (uint32_t i = 0; i < n; i++)
        event_ladder_add(l, entries[i].at_ns, entries[i].order, entries[i].slot);
    return true;
}

/* The first bucket of the rung that is not empty, or -1. */
static int first_filled(struct event_rung *rung)
{
    for (; rung->word < BITMAP_WORDS; rung->word++)
        if (rung->filled[rung->word])
            return rung->word * 64 + __builtin_ctzll(rung->filled[rung->word]);
    return -1;
}

/* Empties a bucket into a finer rung or, without one, into the batch. */
static void empty_bucket(struct event_ladder *l, struct event_bucket *emptied,
                         struct event_rung *finer, struct event_list *batch)
{
    struct event_bucket bucket = *emptied;
    *emptied = (struct event_bucket){ 0 };
    if (!finer)
        make_room(batch, bucket.count);
    struct event_entry *out = batch->items + batch->count;
    for (struct event_chunk *chunk = bucket.first, *next; bucket.count > 0; chunk = next) {
        uint32_t n = chunk == bucket.last ? bucket.filled : CHUNK_ENTRIES;
        next = chunk->next;
        if (chunk != bucket.last)
            for (size_t byte = 0; byte < sizeof *next; byte += LINE_BYTES)
                __builtin_prefetch((const char *)next + byte);
        for (uint32_t i = 0; i < n; i++) {
            const struct event_entry e = chunk->entries[i];
            if (finer)
                rung_add(l, finer, e.at_ns, e.order, e.slot);
            else
                event_entry_set(out++, e.at_ns, e.order, e.slot);
        }
        bucket.count -= n;
        chunk->next = l->free_chunk;
        l->free_chunk = chunk;
    }
    batch->count = (uint32_t)(out - batch->items);
}

/* Takes a bucket as the batch if it is small enough or cannot be split; else spreads it. */
static bool take_bucket(struct event_ladder *l, struct event_rung *rung, int index,
                        struct event_list *batch, int64_t *last_ns)
{
    int64_t start = rung->start_ns + ((int64_t)index << rung->shift);
    int64_t width = (int64_t)1 << rung->shift;
    int64_t last = rung->last_ns - start < width ? rung->last_ns : start + width - 1;
    uint32_t count = rung->buckets[index].count;
    bool whole =
        count <= EVENT_LADDER_BATCH || rung->shift == 0 || l->depth == EVENT_LADDER_RUNGS;
    struct event_rung *finer = whole ? NULL : new_rung(l, count, start, last);
    rung->filled[index / 64] &= ~(UINT64_C(1) << index % 64);
    empty_bucket(l, &rung->buckets[index], finer, batch);
    if (whole)
        *last_ns = last;
    return whole;
}

/* The top becomes the batch if that is all there is, and little; else the coarsest rung. */
static bool take_top(struct event_ladder *l, struct event_list *batch, int64_t *last_ns)
{
    bool whole = l->top.count <= EVENT_LADDER_BATCH;
    struct event_rung *rung =
        whole ? NULL : new_rung(l, l->top.count, l->top_min_ns, l->top_max_ns);
    empty_bucket(l, &l->top, rung, batch);
    clear_top(l);
    if (whole)
        *last_ns = INT64_MAX;
    return whole;
}

bool event_ladder_take(struct event_ladder *l, struct event_list *batch, int64_t *last_ns)
{
    for (;;) {
        if (l->depth == 0 && l->top.count == 0) {
            *last_ns = INT64_MAX;
            return false;
        }
        if (l->depth == 0) {
            if (take_top(l, batch, last_ns))
                return true;
            continue;
        }
        struct event_rung *rung = l->rungs[l->depth - 1];
        int index = first_filled(rung);
        if (index < 0)
            l->depth--;
        else if (take_bucket(l, rung, index, batch, last_ns))
            return true;
    }
}
