/* push_server_replay.c - what a client that has come back gets again (replay_history.h): the task
 * of its connection first sends the history, in one callback, and only then looks at its queue.
 * Until then what is published waits in a queue of its own, so that events keep their order.
 *
 * The events are owed to this connection from the moment it asks for them (meter_recall). A client
 * that reads has them when the callback is over; for one that does not they go into its buffers
 * like other writes. When the connection ends before that they are lost with it.
 */
#include "models/push_server_internal.h"

#include <stdlib.h>

#include "sim/error.h"

/* A free place for one more; places are found again, they may move. */
static uint32_t take_place(struct push_replays *r)
{
    uint32_t place = r->free - 1;
    if (r->free > 0) {
        r->free = r->items[place].next_free;
        return place;
    }
    if (r->count == r->capacity) {
        r->capacity = r->capacity ? 2 * r->capacity : 8;
        r->items = mem_realloc(r->items, r->capacity * sizeof *r->items);
    }
    return r->count++;
}

static uint32_t events_of(const struct replay_events *e)
{
    return e->stored + e->count;
}

void push_server_replay(struct push_server *s, uint32_t connection,
                        const struct replay_events *events)
{
    struct slow_client *c = slow_clients_add(&s->slow, connection);
    uint32_t place = take_place(&s->replays);
    s->replays.items[place] = (struct push_replay){ .events = *events, .waits = true };
    c->replay = place + 1;
    c->replays = events_of(events);
    c->blocked_ns = s->sim->now_ns;
    connections_set_flags(&s->connections, connection, CONNECTION_SLOW | CONNECTION_OWN, true);
    connections_set_phase(&s->connections, connection, 1, CONNECTION_BLOCKED);
    meter_recall(s->meter, s->base + connection, c->replays);
    struct loop_entry e = {
        .first = connection, .count = 1, .from = place, .step = STEP_REPLAY
    };
    event_loop_post(&s->loop, SOURCE_IO, &e);
}

/* A payload as it is sent to a connection, without its frame. */
static int64_t sent_bytes(const struct push_server *s, int64_t payload_bytes)
{
    return push_server_deflates(s) && payload_bytes > 0
               ? websocket_deflated_bytes(&s->p->websocket, payload_bytes)
               : payload_bytes;
}

static int64_t stored_wire_bytes(const struct push_server *s)
{
    return sent_bytes(s, s->p->workload.payload_bytes) + s->costs->frame_bytes;
}

/* Of all events and the snapshot. */
static int64_t wire_bytes(const struct push_server *s, const struct replay_events *r)
{
    int64_t sum = sent_bytes(s, s->p->replay.snapshot_bytes) + r->stored * stored_wire_bytes(s);
    for (uint32_t m = r->first; m < r->first + r->count; m++)
        sum += push_server_wire_bytes(s, m);
    return sum;
}

/* Each connection has its own compression: nothing that was compressed before can be sent. */
static double deflate_ns(const struct push_server *s, const struct replay_events *r)
{
    const struct websocket_params *w = &s->p->websocket;
    uint32_t messages = events_of(r) + (s->p->replay.snapshot_bytes > 0);
    return push_server_deflates(s)
               ? messages * w->deflate_ns + w->deflate_kib_ns * (double)r->bytes / 1024
               : 0;
}

int64_t push_replay_begin(struct push_server *s, const struct loop_entry *e)
{
    const struct replay_events *r = &s->replays.items[e->from].events;
    double each_ns = s->costs->item_ns, kib_ns = s->costs->item_kib_ns + s->costs->write_kib_ns;
    double kib = (double)wire_bytes(s, r) / 1024;
    return push_positive(push_cost(
        s->costs->write_ns + events_of(r) * each_ns + kib * kib_ns + deflate_ns(s, r), 1));
}

static enum meter_replay kind_of(const struct replay_events *r, uint32_t m)
{
    return m < r->had   ? METER_REPLAYED_AGAIN
           : m < r->due ? METER_REPLAYED_LOST
                        : METER_REPLAYED_AWAY;
}

/* Writes the k-th of the events. */
static void write_event(struct push_server *s, uint32_t i, const struct replay_events *r,
                        uint32_t k)
{
    bool stored = k < r->stored;
    uint32_t m = stored ? push_server_head(s, i) : r->first + k - r->stored;
    struct slow_message message = {
        .number = m,
        .replay = SLOW_REPLAY + (stored ? METER_REPLAYED_STORED : kind_of(r, m)),
        .bytes = stored ? stored_wire_bytes(s) : push_server_wire_bytes(s, m),
        .written_ns = s->sim->now_ns,
        .throttled_ns = cpu_thread_throttled_ns(s->loop.thread)
    };
    push_slow_put(s, i, &message);
}

static void give_place_back(struct push_replays *r, uint32_t place)
{
    r->items[place].next_free = r->free;
    r->free = place + 1;
}

void push_replay_end(struct push_server *s, const struct loop_entry *e)
{
    struct push_replay r = s->replays.items[e->from];
    bool gone = s->connections.state[e->first] & CONNECTION_GONE;
    if (r.waits && gone)
        push_replay_lose(s, push_slow_client(s, e->first), DISCONNECT_CLIENT_LEFT);
    give_place_back(&s->replays, e->from);
    s->listener->replayed(s->listener_owner, &r.events);
    if (!r.waits)
        return;
    push_slow_client(s, e->first)->replay = 0;
    for (uint32_t k = 0; k < events_of(&r.events) && !gone; k++)
        write_event(s, e->first, &r.events, k);
    push_slow_after_write(s, e->first);
}

void push_replay_lose(struct push_server *s, struct slow_client *c, enum disconnect_cause cause)
{
    if (c->replay == 0)
        return;
    s->replays.items[c->replay - 1].waits = false;
    meter_lose(s->meter, cause, s->base + c->connection, 1, c->replays);
    c->replay = c->replays = 0;
}

uint32_t push_replay_pending(const struct push_server *s, const struct slow_client *c)
{
    return c->replay ? events_of(&s->replays.items[c->replay - 1].events) : 0;
}

/* The first that the client does not have already, in what waits to be sent or in a buffer. */
uint32_t push_replay_unseen(const struct push_server *s, const struct slow_client *c)
{
    if (c->replay > 0) {
        const struct replay_events *r = &s->replays.items[c->replay - 1].events;
        uint32_t first = r->first > r->had ? r->first : r->had;
        return first < r->first + r->count ? first : UINT32_MAX;
    }
    const struct slow_queue *queues[] = { &c->socket, &c->buffer };
    for (size_t k = 0; k < 2 && c->replays > 0; k++)
        for (uint32_t i = 0; i < queues[k]->count; i++) {
            const struct slow_message *m = slow_queue_at(queues[k], i);
            if (m->replay >= SLOW_REPLAY + METER_REPLAYED_LOST)
                return m->number;
        }
    return UINT32_MAX;
}

void push_replay_kill(struct push_server *s)
{
    s->replays.count = s->replays.free = 0;
}
