/* event_ladder.h - the far part of the pending events: unsorted, coarse buckets first, ever finer
 * ones towards the present (a ladder queue: Tang, Goh, Thng, ACM TOMACS 15(3), 2005).
 *
 * Entries enter in any order and leave in batches; each batch is unsorted and wholly before all
 * that stay behind. Everything beyond the coarsest rung waits in one bucket, the top; all buckets
 * share their storage, so that an entry lies in one place only. Bucket widths are powers of two,
 * chosen from the spread and number of the entries when a rung is made.
 */
#ifndef PUSHSIM_SIM_EVENT_LADDER_H
#define PUSHSIM_SIM_EVENT_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EVENT_LADDER_BATCH = 48,    /* entries a batch has at most, if time can split it */
    EVENT_LADDER_BUCKETS = 256, /* of a rung, at most */
    EVENT_LADDER_RUNGS = 10,    /* below each other, at most */
    EVENT_LADDER_BLOCKS = 26,   /* of storage, each twice as large as the one before */
};

struct event_entry {
    int64_t at_ns;  /* time, >= 0 */
    uint64_t order; /* among equal times: smaller first; unique */
    uint32_t slot;  /* of the event it stands for */
};

/* Is (at_ns, order) before the entry? */
static inline bool event_entry_before(int64_t at_ns, uint64_t order,
                                      const struct event_entry *entry)
{
    unsigned __int128 one = (unsigned __int128)at_ns << 64 | order;
    return one < ((unsigned __int128)entry->at_ns << 64 | entry->order);
}

static inline void event_entry_set(struct event_entry *entry, int64_t at_ns, uint64_t order,
                                   uint32_t slot)
{
    entry->at_ns = at_ns;
    entry->order = order;
    entry->slot = slot;
}

struct event_list {
    struct event_entry *items; /* owned */
    uint32_t count;            /* in use */
    uint32_t capacity;         /* allocated */
};

struct event_rung;
struct event_chunk;

/* All that adding an entry reads: the chunk is far away, and only written to. */
struct event_bucket {
    struct event_chunk *first; /* NULL = empty */
    struct event_chunk *last;  /* it is being filled */
    uint32_t filled;           /* entries in it */
    uint32_t count;            /* entries in all */
};

struct event_ladder {
    struct event_bucket top;                      /* entries beyond the coarsest rung */
    int64_t top_min_ns;                           /* earliest in top */
    int64_t top_max_ns;                           /* latest in top */
    struct event_rung *rungs[EVENT_LADDER_RUNGS]; /* coarsest first; owned, kept when unused */
    int depth;                                    /* rungs in use */
    struct event_chunk *free_chunk;               /* first of the free list; NULL = none */
    /* Storage of all buckets; each block owned, never moved; NULL: not needed so far. */
    struct event_chunk *blocks[EVENT_LADDER_BLOCKS];
    int block;     /* the one that new chunks are taken from; those before it are used up */
    uint32_t used; /* chunks of it that were ever given out */
};

void event_ladder_init(struct event_ladder *l);
void event_ladder_close(struct event_ladder *l);
void event_ladder_clear(struct event_ladder *l); /* forgets all entries, keeps the storage */

/* An entry later than all batches taken so far. */
void event_ladder_add(struct event_ladder *l, int64_t at_ns, uint64_t order, uint32_t slot);
/* Gives back the later part of a batch: n entries within from_ns .. last_ns, with last_ns as
 * event_ladder_take gave it. False when the ladder is as deep as it can be: nothing is done. */
bool event_ladder_return(struct event_ladder *l, const struct event_entry *entries, uint32_t n,
                         int64_t from_ns, int64_t last_ns);
/* Appends the next batch to `batch`; from now on every time <= *last_ns is before the ladder. False
 * when the ladder is empty; *last_ns is then INT64_MAX. */
bool event_ladder_take(struct event_ladder *l, struct event_list *batch, int64_t *last_ns);

#endif
