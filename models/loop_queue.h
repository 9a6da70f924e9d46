/* loop_queue.h - a ring of event-loop entries: callbacks that wait for their turn, first in, first
 * out.
 */
#ifndef PUSHSIM_MODELS_LOOP_QUEUE_H
#define PUSHSIM_MODELS_LOOP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop_entry {
    uint32_t first, count; /* connections first .. first + count - 1; count >= 1 */
    uint32_t from, to;     /* the handler's own, e.g. a window of publishes */
    uint32_t step;         /* the handler's own: which callback; below LOOP_POLL */
};

struct loop_queue {           /* zeroed: empty */
    struct loop_entry *items; /* owned */
    size_t head, count;       /* place of the first entry; entries */
    size_t capacity;          /* a power of two, or 0 */
};

void loop_queue_close(struct loop_queue *q);
void loop_queue_push(struct loop_queue *q, const struct loop_entry *entry);
void loop_queue_push_front(struct loop_queue *q, const struct loop_entry *entry);
/* One entry for each connection of the range. */
void loop_queue_push_single(struct loop_queue *q, const struct loop_entry *range);
/* Joined to the last entry where that is the same callback for the connections just in front. */
void loop_queue_push_joined(struct loop_queue *q, const struct loop_entry *entry);
bool loop_queue_pop(struct loop_queue *q, struct loop_entry *entry); /* false: empty */
void loop_queue_move(struct loop_queue *to, struct loop_queue *from, size_t entries);

/* Entry i from the head (i < count), and how many lie behind it in memory, itself included. */
static inline struct loop_entry *loop_queue_at(const struct loop_queue *q, size_t i)
{
    return &q->items[(q->head + i) & (q->capacity - 1)];
}

static inline size_t loop_queue_unbroken(const struct loop_queue *q, size_t i)
{
    size_t at = (q->head + i) & (q->capacity - 1);
    return q->count - i < q->capacity - at ? q->count - i : q->capacity - at;
}

static inline void loop_queue_skip(struct loop_queue *q, size_t entries) /* <= count */
{
    q->head = (q->head + entries) & (q->capacity - 1);
    q->count -= entries;
}

#endif
