#include "models/loop_queue.h"

#include <stdlib.h>

#include "sim/error.h"

void loop_queue_close(struct loop_queue *q)
{
    free(q->items);
    *q = (struct loop_queue){ 0 };
}

static void reserve(struct loop_queue *q, size_t more)
{
    if (q->count + more <= q->capacity)
        return;
    size_t capacity = q->capacity ? 2 * q->capacity : 8;
    while (capacity < q->count + more)
        capacity *= 2;
    struct loop_entry *items = mem_alloc(capacity * sizeof *items);
    for (size_t i = 0; i < q->count; i++)
        items[i] = *loop_queue_at(q, i);
    free(q->items);
    *q = (struct loop_queue){ items, 0, q->count, capacity };
}

void loop_queue_push(struct loop_queue *q, const struct loop_entry *entry)
{
    reserve(q, 1);
    q->count++;
    *loop_queue_at(q, q->count - 1) = *entry;
}

void loop_queue_push_front(struct loop_queue *q, const struct loop_entry *entry)
{
    reserve(q, 1);
    q->head = (q->head - 1) & (q->capacity - 1);
    q->count++;
    q->items[q->head] = *entry;
}

void loop_queue_push_single(struct loop_queue *q, const struct loop_entry *range)
{
    struct loop_entry e = *range;
    reserve(q, e.count);
    e.count = 1;
    for (uint32_t i = 0; i < range->count; i++, e.first++) {
        q->count++;
        *loop_queue_at(q, q->count - 1) = e;
    }
}

void loop_queue_push_joined(struct loop_queue *q, const struct loop_entry *e)
{
    struct loop_entry *last = q->count ? loop_queue_at(q, q->count - 1) : NULL;
    if (last && last->step == e->step && last->from == e->from && last->to == e->to &&
        last->first + last->count == e->first)
        last->count += e->count;
    else
        loop_queue_push(q, e);
}

bool loop_queue_pop(struct loop_queue *q, struct loop_entry *entry)
{
    if (q->count == 0)
        return false;
    *entry = q->items[q->head];
    loop_queue_skip(q, 1);
    return true;
}

/* An empty queue takes over the other's memory. */
void loop_queue_move(struct loop_queue *to, struct loop_queue *from, size_t entries)
{
    if (to->count == 0 && entries == from->count) {
        struct loop_queue empty = *to;
        *to = *from;
        *from = empty;
        return;
    }
    struct loop_entry entry;
    while (entries-- > 0 && loop_queue_pop(from, &entry))
        loop_queue_push(to, &entry);
}
