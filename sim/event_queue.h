/* event_queue.h - pending events in order of time, priority, sequence.
 *
 * A handle names an event until it has left the queue: slot in the low, generation in the high 32
 * bits. A handle used later is recognised as gone; 0 is never a handle. Moving an event gives it a
 * new sequence number: among equal times and priorities it runs as if it were scheduled now.
 *
 * The next few events lie in a short sorted array, the others in a ladder (event_ladder.h). Cancelled
 * events leave their entry behind, and an event that is moved to a later time keeps its entry where
 * it is until that comes up: a timer that is mostly re-armed costs one store each time.
 */
#ifndef PUSHSIM_SIM_EVENT_QUEUE_H
#define PUSHSIM_SIM_EVENT_QUEUE_H

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
    struct event_entry *next; /* the first of the near entries; they are sorted */
    struct event_entry *end;  /* one past the last of them */
    struct event_list near;   /* the array they lie in; owned */
    int64_t near_last_ns;     /* entries up to this time are near, all others far */
    struct event_node *nodes; /* one for each slot */
    void *node_block;         /* the allocation that nodes lies in; owned */
    uint32_t capacity;        /* slots allocated */
    uint32_t used;            /* slots ever given out, from 1 */
    uint32_t free_slot;       /* first of the free list; 0 = none */
    uint32_t stale;          /* entries whose event was cancelled or moved to an earlier time */
    uint64_t sequence;       /* of the next event, < 2^48 */
    struct event_ladder far; /* the other entries, unsorted */
};

void event_queue_init(struct event_queue *q);
void event_queue_close(struct event_queue *q);

/* priority: -32768..32767, smaller first. Returns the handle. */
uint64_t event_queue_push(struct event_queue *q, int64_t at_ns, int priority, event_fn *fn,
                          void *subject, void *object);
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
