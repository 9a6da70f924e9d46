/* event_queue.h - pending events in order of time, priority, sequence.
 *
 * A handle names an event until it has left the queue: slot in the low, generation in the high 32
 * bits. A handle used later is recognised as gone; 0 is never a handle. Moving an event gives it a
 * new sequence number: among equal times and priorities it runs as if it were scheduled now.
 */
#ifndef PUSHSIM_SIM_EVENT_QUEUE_H
#define PUSHSIM_SIM_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void event_fn(void *subject, void *object);

struct event {
    int64_t at_ns; /* when, >= 0 */
    event_fn *fn;  /* what to call */
    void *subject; /* first argument; borrowed */
    void *object;  /* second argument; borrowed */
};

struct event_node;

struct event_queue {
    struct event_node *nodes; /* one for each slot; owned */
    uint32_t *heap;           /* slots in heap order; owned */
    uint32_t count;           /* pending events */
    uint32_t capacity;        /* slots allocated */
    uint32_t used;            /* slots ever given out, from 1 */
    uint32_t free_slot;       /* first of the free list; 0 = none */
    uint64_t sequence;        /* of the next event */
};

void event_queue_init(struct event_queue *q);
void event_queue_close(struct event_queue *q);

/* priority: -32768..32767, smaller first. */
uint64_t event_queue_push(struct event_queue *q, int priority, const struct event *event);
bool event_queue_cancel(struct event_queue *q, uint64_t handle);              /* false: gone */
bool event_queue_move(struct event_queue *q, uint64_t handle, int64_t at_ns); /* false: gone */
bool event_queue_pending(const struct event_queue *q, uint64_t handle);
/* Takes the first event if its time is <= until_ns; false when there is none. */
bool event_queue_pop(struct event_queue *q, int64_t until_ns, struct event *out);

#endif
