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

struct event {
    int64_t at_ns; /* when, >= 0 */
    event_fn *fn;  /* what to call */
    void *subject; /* first argument; borrowed */
    void *object;  /* second argument; borrowed */
};

struct event_node;

struct event_queue {
    struct event_list
        near;             /* sorted from near_head on; all entries with time <= near_last_ns */
    uint32_t near_head;   /* index of the next entry in near */
    int64_t near_last_ns; /* later entries are in the ladder */
    struct event_ladder far;  /* the others, unsorted */
    struct event_node *nodes; /* one for each slot, in cache lines of their own; owned */
    void *node_block;         /* the allocation that nodes lies in */
    uint32_t capacity;        /* slots allocated */
    uint32_t used;            /* slots ever given out, from 1 */
    uint32_t free_slot;       /* first of the free list; 0 = none */
    uint32_t stale;    /* entries whose event was cancelled or moved to an earlier time */
    uint64_t sequence; /* of the next event, < 2^48 */
};

void event_queue_init(struct event_queue *q);
void event_queue_close(struct event_queue *q);

/* priority: -32768..32767, smaller first. Returns the handle. */
uint64_t event_queue_push(struct event_queue *q, int64_t at_ns, int priority, event_fn *fn,
                          void *subject, void *object);
bool event_queue_cancel(struct event_queue *q, uint64_t handle);              /* false: gone */
bool event_queue_move(struct event_queue *q, uint64_t handle, int64_t at_ns); /* false: gone */
bool event_queue_pending(const struct event_queue *q, uint64_t handle);
/* Takes the first event if its time is <= until_ns; false when there is none. */
bool event_queue_pop(struct event_queue *q, int64_t until_ns, struct event *out);

#endif
