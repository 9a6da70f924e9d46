/* push_server_read.c - what clients that do not keep up read, and when: at a rate, after a stall,
 * or never again; push_server_slow.c holds what is written for them.
 */
#include "models/push_server_internal.h"

#include "models/outage.h"

/* Message has left the last buffer so that the client sees it delivery_ns after `sent_ns`. */
void push_slow_seen(struct push_server *s, struct slow_client *c,
                    const struct slow_message *message, int64_t sent_ns)
{
    c->heard_ns = s->sim->now_ns;
    if (message->replay) {
        enum meter_replay kind = message->replay - SLOW_REPLAY;
        c->replays--;
        meter_replay(s->meter, kind, s->base + c->connection,
                     kind == METER_REPLAYED_STORED ? NULL
                                                   : push_server_record(s, message->number),
                     sent_ns + s->p->network.delivery_ns);
        return;
    }
    struct delivery_run run = { .publish = push_server_record(s, message->number),
                                .connection = s->base + c->connection,
                                .n = 1,
                                .first_ns = message->written_ns,
                                .throttled_ns = message->throttled_ns,
                                .buffered_ns = sent_ns - message->written_ns,
                                .queued = message->queued };
    meter_deliver(s->meter, &run);
}

/* Answers to its own messages may stand behind what it has read. */
void push_slow_has_read(struct push_server *s, const struct slow_client *c, uint32_t n)
{
    if (s->duplex && s->duplex->own_connection && !c->vanished)
        s->listener->read(s->listener_owner, s->base + c->connection, n);
}

/* A client that has caught up goes with the others again. */
void push_slow_rejoin(struct push_server *s, uint32_t i)
{
    struct slow_client *c = push_slow_client(s, i);
    push_close_go_on(s, i);
    if (!push_slow_reads(s, c) || slow_client_messages(c) > 0 || c->writable_posted ||
        connections_phase(&s->connections, i) != CONNECTION_WAITING)
        return;
    slow_clients_remove(&s->slow, i);
    connections_set_flags(&s->connections, i, CONNECTION_SLOW | CONNECTION_OWN, false);
}

static void window_opens(void *subject, void *object)
{
    struct push_server *s = subject;
    struct loop_entry e = { .first = (uint32_t)(uintptr_t)object,
                            .count = 1,
                            .step = STEP_WRITABLE };
    event_loop_post(&s->loop, SOURCE_IO, &e);
}

/* What may be left in the socket when it is writable again: the kernel wakes a writer whose socket
 * was full when the free part of its send buffer is at least half as large as what is queued
 * (include/net/sock.h, __sk_stream_is_writeable and sk_stream_min_wspace). */
static int64_t writable_bytes(const struct push_server *s)
{
    return s->p->network.socket_bytes * 2 / 3;
}

/* The socket has room again: the server hears of it. */
static void open_window(struct push_server *s, struct slow_client *c)
{
    if (c->buffer.count == 0 || c->writable_posted || c->socket_bytes > writable_bytes(s))
        return;
    c->writable_posted = true;
    simulation_at(s->sim, s->sim->now_ns + s->p->network.publish_ns, 0, window_opens, s,
                  (void *)(uintptr_t)c->connection);
}

/* -- clients that read at a rate ----------------------------------------------------------- */

static void client_has_read(void *subject, void *object);

int64_t push_slow_through_ns(const struct push_server *s, const struct slow_client *c)
{
    int64_t from = s->sim->now_ns > c->reads_from_ns ? s->sim->now_ns : c->reads_from_ns;
    int64_t bytes = c->socket_bytes + c->buffer_bytes;
    if (c->rate_bps == 0 || from == INT64_MAX)
        return from;
    if (c->reading && c->read_ns >= c->reads_from_ns) {
        from = c->read_ns;
        bytes -= c->reading_bytes;
    }
    return from + (int64_t)((double)bytes * 1e9 / (double)c->rate_bps);
}

/* The rest of the first message in its socket, or of what is there of it; no more than makes room
 * for the server to go on. */
static int64_t reads_next(const struct push_server *s, const struct slow_client *c)
{
    int64_t there = c->socket.count > 0 ? slow_queue_at(&c->socket, 0)->bytes : c->sent_bytes;
    int64_t rest = there - c->read_bytes, above = c->socket_bytes - writable_bytes(s);
    int64_t third = s->p->network.socket_bytes - writable_bytes(s);
    int64_t most = c->buffer.count > 0 && above > 0 ? above : third;
    return rest < most ? rest : most;
}

/* The client reads what is first in its socket, from now on or the end of its stall. */
void push_slow_read_on(struct push_server *s, struct slow_client *c)
{
    if (c->rate_bps == 0 || c->reading ||
        (c->socket.count == 0 && c->sent_bytes == c->read_bytes))
        return;
    int64_t from = s->sim->now_ns > c->reads_from_ns ? s->sim->now_ns : c->reads_from_ns;
    if (from == INT64_MAX)
        return;
    c->reading_bytes = reads_next(s, c);
    double ns = (double)c->reading_bytes * 1e9 / (double)c->rate_bps;
    c->reading = true;
    c->read_ns = from + (int64_t)ns;
    simulation_at(s->sim, c->read_ns, 0, client_has_read, s, (void *)(uintptr_t)c->connection);
}

/* It is through with what it was at, and may have a message whole. */
static void read_bytes(struct push_server *s, struct slow_client *c)
{
    struct slow_message message;
    int64_t sent = s->sim->now_ns - s->p->network.delivery_ns;
    c->read_bytes += c->reading_bytes;
    c->socket_bytes -= c->reading_bytes;
    if (c->socket.count > 0 && c->read_bytes >= slow_queue_at(&c->socket, 0)->bytes &&
        slow_client_read(c, &message)) {
        push_slow_seen(s, c, &message, sent > message.written_ns ? sent : message.written_ns);
        push_slow_has_read(s, c, 1);
    }
    open_window(s, c);
}

static void client_has_read(void *subject, void *object)
{
    struct push_server *s = subject;
    uint32_t i = (uint32_t)(uintptr_t)object;
    event_loop_split(&s->loop, i);
    struct slow_client *c = push_slow_reader(s, i);
    if (!c || !c->reading || (s->connections.state[i] & CONNECTION_GONE))
        return;
    if (s->sim->now_ns < c->read_ns)
        return; /* the event is of an earlier connection in this place */
    c->reading = false;
    if (s->sim->now_ns >= c->reads_from_ns)
        read_bytes(s, c);
    push_slow_read_on(s, c);
    push_close_go_on(s, i);
    push_orphan_go_on(s, i);
}

void push_server_read_rate(struct push_server *s, uint32_t connection, int64_t rate_bps)
{
    slow_clients_add(&s->slow, connection)->rate_bps = rate_bps;
    connections_set_flags(&s->connections, connection, CONNECTION_SLOW, true);
}

/* -- stalls ------------------------------------------------------------------------------- */

static void client_reads(void *subject, void *object)
{
    struct push_server *s = subject;
    uint32_t i = (uint32_t)(uintptr_t)object;
    event_loop_split(&s->loop, i);
    struct slow_client *c = push_slow_reader(s, i);
    struct slow_message message;
    int64_t now = s->sim->now_ns, delay = s->p->network.delivery_ns;
    uint32_t read = 0;
    if (!c || now < c->reads_from_ns || (s->connections.state[i] & CONNECTION_GONE))
        return;
    if (c->pinged)
        s->listener->beaten(s->listener_owner, s->base + i);
    c->pinged = false;
    c->cut_ns = c->received_bytes = 0; /* an outage is over for it */
    if (!push_slow_reads(s, c))
        return; /* it reads on at its rate */
    while (slow_client_read(c, &message)) {
        bool arrived = message.written_ns + delay <= now;
        push_slow_seen(s, c, &message, arrived ? now - delay : message.written_ns);
        read++;
    }
    push_slow_has_read(s, c, read);
    c->read_bytes = c->sent_bytes;
    c->socket_bytes = 0;
    open_window(s, c);
    if (slow_clients_find(&s->slow, i))
        push_slow_rejoin(s, i);
    else
        push_orphan_go_on(s, i);
}

void push_slow_read_from(struct push_server *s, struct slow_client *c, int64_t at_ns)
{
    c->reads_from_ns = at_ns;
    simulation_at(s->sim, at_ns, 0, client_reads, s, (void *)(uintptr_t)c->connection);
}

/* What it has heard as one of many stays known. */
static struct slow_client *become_slow(struct push_server *s, uint32_t connection)
{
    struct slow_client *c = push_slow_reader(s, connection);
    if (c)
        return c;
    int64_t heard_ns = push_server_last_sent_ns(s, connection);
    c = slow_clients_add(&s->slow, connection);
    c->heard_ns = heard_ns > 0 ? heard_ns : 0;
    connections_set_flags(&s->connections, connection, CONNECTION_SLOW, true);
    return c;
}

void push_server_stall(struct push_server *s, uint32_t connection, int64_t until_ns)
{
    uint8_t state = s->connections.state[connection];
    struct slow_client *c = slow_clients_find(&s->orphans, connection);
    if (!c && ((state & CONNECTION_PHASE_MASK) < CONNECTION_WAITING ||
               (state & (CONNECTION_GONE | CONNECTION_LEFT))))
        return;
    event_loop_split(&s->loop, connection); /* what was written before this is read */
    c = become_slow(s, connection);
    until_ns = until_ns > c->reads_from_ns ? until_ns : c->reads_from_ns;
    if (until_ns < INT64_MAX)
        push_slow_read_from(s, c, until_ns);
    else
        c->reads_from_ns = INT64_MAX;
}

void push_server_cut_off(struct push_server *s, uint32_t connection, int64_t until_ns)
{
    push_server_stall(s, connection, until_ns);
    struct slow_client *c = push_slow_reader(s, connection);
    if (!c || c->reads_from_ns != until_ns)
        return;
    c->received_bytes = push_slow_received(s, c);
    c->cut_ns = until_ns;
}

void push_slow_sent(struct push_server *s, struct slow_client *c, int64_t sent_ns)
{
    if (c->cut_ns > sent_ns && c->reads_from_ns == c->cut_ns)
        push_slow_read_from(s, c, outage_through_ns(sent_ns, c->cut_ns));
}

void push_server_vanish(struct push_server *s, uint32_t connection)
{
    push_orphan_left(s, connection, DISCONNECT_NETWORK);
    push_server_stall(s, connection, INT64_MAX);
    struct slow_client *c = slow_clients_find(&s->slow, connection);
    if (c == NULL)
        return;
    c->received_bytes = push_slow_received(s, c);
    c->vanished = true;
    c->reads_from_ns = INT64_MAX;
    if (c->socket_bytes > 0)
        push_slow_await_death(s, c, s->sim->now_ns);
}
