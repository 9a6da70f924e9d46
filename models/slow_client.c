#include "models/slow_client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "models/meter.h"
#include "sim/error.h"

static void client_close(struct slow_client *c)
{
    free(c->queue.items);
    free(c->held.items);
    free(c->socket.items);
    free(c->buffer.items);
}

void slow_clients_init(struct slow_clients *s, uint32_t connections)
{
    *s = (struct slow_clients){ .connections = connections };
}

void slow_clients_close(struct slow_clients *s)
{
    for (uint32_t i = 0; i < s->count; i++)
        client_close(&s->items[i]);
    free(s->items);
    free(s->place);
    slow_clients_init(s, s->connections);
}

struct slow_client *slow_clients_find(const struct slow_clients *s, uint32_t connection)
{
    assert(connection < s->connections);
    uint32_t place = s->place ? s->place[connection] : 0;
    return place ? &s->items[place - 1] : NULL;
}

struct slow_client *slow_clients_add(struct slow_clients *s, uint32_t connection)
{
    struct slow_client *found = slow_clients_find(s, connection);
    if (found)
        return found;
    if (!s->place)
        s->place = mem_alloc(s->connections * sizeof *s->place);
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? 2 * s->capacity : 8;
        s->items = mem_realloc(s->items, s->capacity * sizeof *s->items);
    }
    s->items[s->count] = (struct slow_client){ .connection = connection };
    s->place[connection] = ++s->count;
    return &s->items[s->count - 1];
}

/* The last one takes its place. */
static void take_out(struct slow_clients *s, struct slow_client *c)
{
    uint32_t place = s->place[c->connection];
    s->place[c->connection] = 0;
    *c = s->items[--s->count];
    if (place <= s->count)
        s->place[c->connection] = place;
}

void slow_clients_remove(struct slow_clients *s, uint32_t connection)
{
    struct slow_client *c = slow_clients_find(s, connection);
    assert(c);
    client_close(c);
    take_out(s, c);
}

struct slow_client *slow_clients_move(struct slow_clients *from, struct slow_clients *to,
                                      uint32_t connection)
{
    struct slow_client *c = slow_clients_find(from, connection);
    assert(c && !slow_clients_find(to, connection));
    struct slow_client *moved = slow_clients_add(to, connection);
    *moved = *c;
    take_out(from, c);
    return moved;
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

void slow_client_write(struct slow_client *c, const struct slow_message *message,
                       int64_t room_bytes)
{
    bool first = c->buffer.count == 0;
    slow_queue_push(&c->buffer, message);
    c->buffer_bytes += message->bytes;
    if (first)
        slow_client_fill(c, room_bytes);
}

void slow_client_fill(struct slow_client *c, int64_t room_bytes)
{
    struct slow_message message;
    while (c->buffer.count > 0 && room_bytes > 0) {
        int64_t left = slow_queue_at(&c->buffer, 0)->bytes - c->sent_bytes;
        int64_t n = left < room_bytes ? left : room_bytes;
        room_bytes -= n;
        c->socket_bytes += n;
        c->buffer_bytes -= n;
        c->sent_bytes += n;
        if (n < left)
            return;
        slow_queue_pop(&c->buffer, &message);
        slow_queue_push(&c->socket, &message);
        c->sent_bytes = 0;
    }
}

bool slow_client_unbuffer(struct slow_client *c, struct slow_message *message)
{
    if (!slow_queue_pop(&c->buffer, message))
        return false;
    c->buffer_bytes -= message->bytes - c->sent_bytes;
    c->socket_bytes -= c->sent_bytes - c->read_bytes;
    c->sent_bytes = c->read_bytes = 0;
    return true;
}

bool slow_client_read(struct slow_client *c, struct slow_message *message)
{
    if (!slow_queue_pop(&c->socket, message))
        return false;
    c->socket_bytes -= message->bytes - c->read_bytes;
    c->read_bytes = 0;
    return true;
}

uint32_t slow_queue_live(const struct slow_queue *q)
{
    uint32_t live = 0;
    for (uint32_t i = 0; i < q->count; i++)
        live += slow_queue_at(q, i)->replay == 0;
    return live;
}

uint32_t slow_queue_unseen(const struct slow_queue *q)
{
    for (uint32_t i = 0; i < q->count; i++) {
        const struct slow_message *m = slow_queue_at(q, i);
        if (!m->replay || m->replay >= SLOW_REPLAY + METER_REPLAYED_LOST)
            return m->number;
    }
    return UINT32_MAX;
}

void slow_client_keep_socket(struct slow_client *c)
{
    struct slow_message message;
    while (slow_queue_pop(&c->buffer, &message) || slow_queue_pop(&c->held, &message) ||
           slow_queue_pop(&c->queue, &message))
        c->replays -= message.replay > 0;
    c->buffer_bytes = 0;
}
