#include "tests/support/heap_queue.h"

#include <assert.h>
#include <stdlib.h>

#include "sim/error.h"

struct heap_node {
    struct heap_event event; /* what runs, and when */
    uint64_t order;          /* priority (biased) in the top 16 bits, sequence below */
    uint32_t generation;     /* of the handle; changes when the event leaves */
    uint32_t place;          /* index in the heap while pending, else the next free slot */
};

void heap_queue_init(struct heap_queue *q)
{
    *q = (struct heap_queue){ .used = 1 };
}

void heap_queue_close(struct heap_queue *q)
{
    free(q->nodes);
    free(q->heap);
    heap_queue_init(q);
}

static bool before(const struct heap_queue *q, uint32_t a, uint32_t b)
{
    const struct heap_node *x = &q->nodes[a], *y = &q->nodes[b];
    if (x->event.at_ns != y->event.at_ns)
        return x->event.at_ns < y->event.at_ns;
    return x->order < y->order;
}

static void place(struct heap_queue *q, uint32_t index, uint32_t slot)
{
    q->heap[index] = slot;
    q->nodes[slot].place = index;
}

static void sift_up(struct heap_queue *q, uint32_t index, uint32_t slot)
{
    while (index > 0 && before(q, slot, q->heap[(index - 1) / 2])) {
        place(q, index, q->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    place(q, index, slot);
}

static void sift_down(struct heap_queue *q, uint32_t index, uint32_t slot)
{
    for (uint32_t child; (child = 2 * index + 1) < q->count; index = child) {
        if (child + 1 < q->count && before(q, q->heap[child + 1], q->heap[child]))
            child++;
        if (before(q, slot, q->heap[child]))
            break;
        place(q, index, q->heap[child]);
    }
    place(q, index, slot);
}

static void sift(struct heap_queue *q, uint32_t index, uint32_t slot)
{
    if (index > 0 && before(q, slot, q->heap[(index - 1) / 2]))
        sift_up(q, index, slot);
    else
        sift_down(q, index, slot);
}

static void grow(struct heap_queue *q)
{
    q->capacity = q->capacity ? 2 * q->capacity : 64;
    q->nodes = mem_realloc(q->nodes, q->capacity * sizeof *q->nodes);
    q->heap = mem_realloc(q->heap, q->capacity * sizeof *q->heap);
}

static uint32_t take_slot(struct heap_queue *q)
{
    uint32_t slot = q->free_slot;
    if (slot) {
        q->free_slot = q->nodes[slot].place;
        return slot;
    }
    if (q->used >= q->capacity)
        grow(q);
    slot = q->used++;
    q->nodes[slot].generation = 1;
    return slot;
}

static uint32_t find(const struct heap_queue *q, uint64_t handle)
{
    uint32_t slot = (uint32_t)handle;
    bool live = slot != 0 && slot < q->used && q->nodes[slot].generation == handle >> 32;
    return live ? slot : 0;
}

static uint64_t order_of(struct heap_queue *q, uint64_t priority)
{
    return priority << 48 | q->sequence++;
}

uint64_t heap_queue_push(struct heap_queue *q, int64_t at_ns, int priority, event_fn *fn,
                         void *subject, void *object)
{
    assert(at_ns >= 0 && priority >= INT16_MIN && priority <= INT16_MAX);
    uint32_t slot = take_slot(q);
    struct heap_node *node = &q->nodes[slot];
    node->event = (struct heap_event){ at_ns, fn, subject, object };
    node->order = order_of(q, (uint64_t)(priority - INT16_MIN));
    sift_up(q, q->count++, slot);
    return (uint64_t)node->generation << 32 | slot;
}

static void leave(struct heap_queue *q, uint32_t slot)
{
    struct heap_node *node = &q->nodes[slot];
    uint32_t index = node->place;
    uint32_t last = q->heap[--q->count];
    if (last != slot)
        sift(q, index, last);
    node->generation = node->generation == UINT32_MAX ? 1 : node->generation + 1;
    node->place = q->free_slot;
    q->free_slot = slot;
}

bool heap_queue_cancel(struct heap_queue *q, uint64_t handle)
{
    uint32_t slot = find(q, handle);
    if (slot)
        leave(q, slot);
    return slot != 0;
}

bool heap_queue_move(struct heap_queue *q, uint64_t handle, int64_t at_ns)
{
    assert(at_ns >= 0);
    uint32_t slot = find(q, handle);
    if (!slot)
        return false;
    struct heap_node *node = &q->nodes[slot];
    node->event.at_ns = at_ns;
    node->order = order_of(q, node->order >> 48);
    sift(q, node->place, slot);
    return true;
}

bool heap_queue_pending(const struct heap_queue *q, uint64_t handle)
{
    return find(q, handle) != 0;
}

bool heap_queue_pop(struct heap_queue *q, int64_t until_ns, struct heap_event *out)
{
    if (q->count == 0 || q->nodes[q->heap[0]].event.at_ns > until_ns)
        return false;
    uint32_t slot = q->heap[0];
    *out = q->nodes[slot].event;
    leave(q, slot);
    return true;
}
