#include "models/slow_client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

static void client_close(struct slow_client *c)
{
    free(c->queue.items);
    free(c->held.items);
    free(c->socket.items);
    free(c->buffer.items);
}

void slow_clients_close(struct slow_clients *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        client_close(&s->items[i]);
    free(s->items);
    memset(s, 0, sizeof *s);
}

/* Index of the first client with a connection number >= connection. */
static uint32_t lower_bound(const struct slow_clients *s, uint32_t connection)
{
    uint32_t low = 0, high = s->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->items[middle].connection < connection)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct slow_client *slow_clients_find(const struct slow_clients *s, uint32_t connection)
{
    uint32_t i = lower_bound(s, connection);
    return i < s->count && s->items[i].connection == connection ? &s->items[i] : NULL;
}

const struct slow_client *slow_clients_from(const struct slow_clients *s, uint32_t connection)
{
    return s->count == 0 ? s->items : &s->items[lower_bound(s, connection)];
}

struct slow_client *slow_clients_add(struct slow_clients *s, uint32_t connection)
{
    uint32_t i = lower_bound(s, connection);
    if (i < s->count && s->items[i].connection == connection)
        return &s->items[i];
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 8;
        s->items = mem_realloc(s->items, s->capacity * sizeof *s->items);
    }
    memmove(&s->items[i + 1], &s->items[i], (s->count - i) * sizeof *s->items);
    s->count++;
    s->items[i] = (struct slow_client){ .connection = connection };
    return &s->items[i];
}

void slow_clients_remove(struct slow_clients *s, uint32_t connection)
{
    uint32_t i = lower_bound(s, connection);
    assert(i < s->count && s->items[i].connection == connection);
    client_close(&s->items[i]);
    s->count--;
    memmove(&s->items[i], &s->items[i + 1], (s->count - i) * sizeof *s->items);
}

const struct slow_message *slow_queue_at(const struct slow_queue *q, uint32_t i)
{
    assert(i < q->count);
    return &q->items[(q->head + i) % q->capacity];
}

void slow_queue_push(struct slow_queue *q, const struct slow_message *message)
{
    if (q->count == q->capacity) {
        uint32_t capacity = q->capacity ? 2 * q->capacity : 8;
        struct slow_message *items = mem_alloc(capacity * sizeof *items);
        for (uint32_t i = 0; i < q->count; i++)
            items[i] = *slow_queue_at(q, i);
        free(q->items);
        *q = (struct slow_queue){ items, 0, q->count, capacity };
    }
    q->items[(q->head + q->count) % q->capacity] = *message;
    q->count++;
}

bool slow_queue_pop(struct slow_queue *q, struct slow_message *message)
{
    if (q->count == 0)
        return false;
    *message = q->items[q->head];
    q->head = (q->head + 1) % q->capacity;
    q->count--;
    return true;
}

uint32_t slow_client_messages(const struct slow_client *c)
{
    return c->queue.count + c->held.count + c->socket.count + c->buffer.count;
}

void slow_client_write(struct slow_client *c, const struct slow_message *message, bool room)
{
    if (room) {
        slow_queue_push(&c->socket, message);
        c->socket_bytes += message->bytes;
    } else {
        slow_queue_push(&c->buffer, message);
        c->buffer_bytes += message->bytes;
    }
}
