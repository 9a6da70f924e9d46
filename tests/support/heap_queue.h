/* heap_queue.h - sim/event_queue.h as a plain binary heap: the oracle that the fast one must agree
 * with, event by event, and the yardstick in the benchmarks.
 */
#ifndef PUSHSIM_TESTS_SUPPORT_HEAP_QUEUE_H
#define PUSHSIM_TESTS_SUPPORT_HEAP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event_queue.h"

struct heap_event {
    int64_t at_ns; /* when, >= 0 */
    event_fn *fn;  /* as in event_queue.h */
    void *subject;
    void *object;
};

struct heap_node;

struct heap_queue {
    struct heap_node *nodes; /* one for each slot; owned */
    uint32_t *heap;          /* slots in heap order; owned */
    uint32_t count;          /* pending events */
    uint32_t capacity;       /* slots allocated */
    uint32_t used;           /* slots ever given out, from 1 */
    uint32_t free_slot;      /* first of the free list; 0 = none */
    uint64_t sequence;       /* of the next event */
};

void heap_queue_init(struct heap_queue *q);
void heap_queue_close(struct heap_queue *q);

uint64_t heap_queue_push(struct heap_queue *q, int64_t at_ns, int priority, event_fn *fn,
                         void *subject, void *object);
bool heap_queue_cancel(struct heap_queue *q, uint64_t handle);              /* false: gone */
bool heap_queue_move(struct heap_queue *q, uint64_t handle, int64_t at_ns); /* false: gone */
bool heap_queue_pending(const struct heap_queue *q, uint64_t handle);
/* Takes the first event if its time is <= until_ns; false when there is none. */
bool heap_queue_pop(struct heap_queue *q, int64_t until_ns, struct heap_event *out);

#endif
