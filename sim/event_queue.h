/* event_queue.h - pending events in order of time, priority, sequence.
 *
 * A handle names an event until it has left the queue: slot in the low, generation in the high 32
 * bits. A handle used later is recognised as gone; 0 is never a handle. Moving an event gives it a
 * new sequence number: among equal times and priorities it runs as if it were scheduled now.
 *
 * The next few events lie in a short sorted array, the others in a ladder (event_ladder.h).
 * Cancelled events leave their entry behind, and an event that is moved to a later time keeps its
 * entry where it is until that comes up: a timer that is mostly re-armed costs one store each
 * time.
 */
#ifndef PUSHSIM_SIM_EVENT_QUEUE_H
#define PUSHSIM_SIM_EVENT_QUEUE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/event_ladder.h"

typedef void event_fn(void *subject, void *object);

struct event_node {        /* one cache line */
    int64_t at_ns;         /* when the event is due */
    uint64_t order;        /* priority (biased) in the top 16 bits, sequence below */
    int64_t placed_ns;     /* time of its entry; <= at_ns */
    uint64_t placed_order; /* order of its entry, which no other has; 0 = slot is free */
    event_fn *fn;          /* what to call */
    void *subject;         /* first argument; borrowed */
    void *object;          /* second argument; borrowed */
    uint32_t generation;   /* of the handle; changes when the event leaves */
    uint32_t next_free;    /* slot; 0 = none */
};

struct event_queue {
    struct event_entry *next;  /* the first of the near entries; they are sorted */
    struct event_entry *end;   /* one past the last of them */
    struct event_entry *limit; /* the end of the array they lie in */
    struct event_list near;    /* the array they lie in; owned */
    int64_t near_last_ns;      /* entries up to this time are near, all others far */
    struct event_node *nodes;  /* one for each slot */
    void *node_block;          /* the allocation that nodes lies in; owned */
    uint32_t capacity;         /* slots allocated */
    uint32_t used;             /* slots ever given out, from 1 */
    uint32_t free_slot;        /* first of the free list; 0 = none */
    uint32_t stale;          /* entries whose event was cancelled or moved to an earlier time */
    uint64_t sequence;       /* of the next event, < 2^48 */
    struct event_ladder far; /* the other entries, unsorted */
};

void event_queue_init(struct event_queue *q);
void event_queue_close(struct event_queue *q);

/* For event_queue_push: puts a new slot on the free list; makes an entry. */
void event_queue_add_slot(struct event_queue *q);
void event_queue_place(struct event_queue *q, int64_t at_ns, uint64_t order, uint32_t slot);

/* An entry beside at most one other. Which of the two is first is a toss-up that no branch
 * predictor can learn: it becomes an index. */
static inline void event_queue_place_second(struct event_queue *q, int64_t at_ns,
                                            uint64_t order, uint32_t slot)
{
    struct event_entry *place = q->end;
    if (place != q->next && event_entry_before(at_ns, order, place - 1)) {
        event_entry_set(place, place[-1].at_ns, place[-1].order, place[-1].slot);
        place--;
    }
    event_entry_set(place, at_ns, order, slot);
    q->end++;
}

/* priority: -32768..32767, smaller first. Returns the handle. */
static inline uint64_t event_queue_push(struct event_queue *q, int64_t at_ns, int priority,
                                        event_fn *fn, void *subject, void *object)
{
    assert(at_ns >= 0 && priority >= INT16_MIN && priority <= INT16_MAX);
    if (q->free_slot == 0)
        event_queue_add_slot(q);
    uint32_t slot = q->free_slot;
    struct event_node *node = &q->nodes[slot];
    uint64_t order = (uint64_t)(priority - INT16_MIN) << 48 | q->sequence++;
    q->free_slot = node->next_free;
    node->at_ns = node->placed_ns = at_ns;
    node->order = node->placed_order = order;
    node->fn = fn;
    node->subject = subject;
    node->object = object;
    uint64_t handle = (uint64_t)node->generation << 32 | slot;
    if (q->end - q->next <= 1 && at_ns <= q->near_last_ns && q->end != q->limit)
        event_queue_place_second(q, at_ns, order, slot);
    else
        event_queue_place(q, at_ns, order, slot);
    return handle;
}

bool event_queue_cancel(struct event_queue *q, uint64_t handle);              /* false: gone */
bool event_queue_move(struct event_queue *q, uint64_t handle, int64_t at_ns); /* false: gone */
bool event_queue_pending(const struct event_queue *q, uint64_t handle);

/* Gives a slot back; its handle is gone from now on. */
static inline void event_queue_release(struct event_queue *q, struct event_node *node,
                                       uint32_t slot)
{
    node->placed_order = 0;
    node->generation++;
    node->next_free = q->free_slot;
    q->free_slot = slot;
}

/* For event_queue_pop: fetches near entries, false when there are none; deals with an entry whose
 * event is no longer due at its time. */
bool event_queue_refill(struct event_queue *q);
void event_queue_settle(struct event_queue *q, uint64_t order, uint32_t slot);

/* Takes the first event if its time is <= until_ns; false when there is none. What was taken can be
 * read from *out until the next call. */
static inline bool event_queue_pop(struct event_queue *q, int64_t until_ns,
                                   const struct event_node **out)
{
    for (;;) {
        if (q->next == q->end && !event_queue_refill(q))
            return false;
        if (q->next->at_ns > until_ns)
            return false;
        struct event_entry *entry = q->next++;
        struct event_node *node = &q->nodes[entry->slot];
        if (node->order == entry->order && node->placed_order == entry->order) {
            event_queue_release(q, node, entry->slot);
            *out = node;
            return true;
        }
        event_queue_settle(q, entry->order, entry->slot);
    }
}

#endif
