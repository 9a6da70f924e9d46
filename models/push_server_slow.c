/* push_server_slow.c - clients that do not read: their messages are followed one by one through
 * the outbound queue, the write buffer and the socket buffers, until the client has caught up and
 * goes with its neighbours again.
 */
#include "models/push_server_internal.h"

/* What its socket takes now. */
static int64_t room(const struct push_server *s, const struct slow_client *c)
{
    int64_t left = push_slow_capacity(s, c) - c->socket_bytes;
    return left > 0 ? left : 0;
}

/* -- what ends a connection that does not move --------------------------------------------- */

static void write_timed_out(void *subject, void *object)
{
    struct push_server *s = subject;
    uint32_t i = (uint32_t)(uintptr_t)object;
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    if (c && connections_phase(&s->connections, i) == CONNECTION_BLOCKED &&
        s->sim->now_ns - c->blocked_ns >= s->p->network.write_timeout_ns)
        push_server_drop(s, i, DISCONNECT_WRITE_TIMEOUT);
}

/* The connection's task waits for the write buffer to drain. */
static void block(struct push_server *s, struct slow_client *c)
{
    connections_set_phase(&s->connections, c->connection, 1, CONNECTION_BLOCKED);
    c->blocked_ns = s->sim->now_ns;
    if (s->p->network.write_timeout_ns > 0)
        simulation_at(s->sim, c->blocked_ns + s->p->network.write_timeout_ns, 0,
                      write_timed_out, s, (void *)(uintptr_t)c->connection);
}

static void kernel_gives_up(void *subject, void *object)
{
    struct push_server *s = subject;
    uint32_t i = (uint32_t)(uintptr_t)object;
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    if (!c || c->dead_ns == 0 || s->sim->now_ns < c->dead_ns)
        return;
    event_loop_split(&s->loop, i);
    if (connections_phase(&s->connections, i) == CONNECTION_CLOSING)
        push_close_met(s, i);
    else
        push_server_drop(s, i, DISCONNECT_WRITE_FAILED);
}

void push_slow_await_death(struct push_server *s, struct slow_client *c, int64_t written_ns)
{
    int64_t dead_ns = written_ns + s->p->network.dead_ns;
    if (!c->vanished || c->dead_ns > 0)
        return;
    c->dead_ns = dead_ns > s->sim->now_ns ? dead_ns : s->sim->now_ns;
    simulation_at(s->sim, c->dead_ns, 0, kernel_gives_up, s, (void *)(uintptr_t)c->connection);
}

/* -- the outbound queue -------------------------------------------------------------------- */

/* Makes room for one more message; false: there is none for it. */
static bool make_room(struct push_server *s, struct slow_client *c)
{
    struct slow_message oldest;
    uint32_t bound = push_server_bound_of(s), excess = 0;
    if (s->p->server.queue_policy == POLICY_NONE || c->queue.count < bound)
        return true;
    switch (s->p->server.queue_policy) {
    case POLICY_CONFLATE:
    case POLICY_DROP_OLDEST:
        for (; c->queue.count >= bound; excess++) /* several where there was no bound before */
            slow_queue_pop(&c->queue, &oldest);
        meter_drop(s->meter, s->base + c->connection, 1, excess);
        return true;
    case POLICY_DROP_NEWEST:
        meter_drop(s->meter, s->base + c->connection, 1, 1);
        return false;
    case POLICY_DISCONNECT:
        meter_lose(s->meter, DISCONNECT_SLOW_CONSUMER, s->base + c->connection, 1, 1);
        push_life_close(s, c->connection, DISCONNECT_SLOW_CONSUMER);
        return false;
    case POLICY_NONE:
        break;
    }
    return true;
}

static void queue_message(struct push_server *s, struct slow_client *c, uint32_t number)
{
    struct slow_message message = { .number = number,
                                    .queued = c->queue.count > 0,
                                    .bytes = push_server_wire_bytes(s, number),
                                    .written_ns = -1 };
    slow_queue_push(&c->queue, &message);
    if (c->queue.count > s->meter->depth_max)
        s->meter->depth_max = c->queue.count;
}

void push_slow_enqueue(struct push_server *s, uint32_t i, uint32_t number)
{
    struct slow_client *c = push_slow_client(s, i);
    if (!make_room(s, c))
        return;
    queue_message(s, c, number);
    if (connections_phase(&s->connections, i) != CONNECTION_WAITING)
        return;
    connections_set_flags(&s->connections, i, CONNECTION_OWN, true);
    if (c->buffer_bytes > s->p->server.write_high_bytes) {
        block(s, c);
    } else {
        connections_set_phase(&s->connections, i, 1, CONNECTION_READY);
        push_server_wake(s, i, 1, number, 0);
    }
}

void push_slow_adopt(struct push_server *s, const struct loop_entry *e)
{
    struct slow_client *c = push_slow_client(s, e->first);
    for (uint32_t m = e->from; m < e->to; m++)
        queue_message(s, c, m);
    connections_set_flags(&s->connections, e->first, CONNECTION_OWN, true);
}

/* -- take and write ------------------------------------------------------------------------ */

void push_slow_put(struct push_server *s, uint32_t i, const struct slow_message *m)
{
    struct slow_client *c = push_slow_client(s, i);
    if (m->written_ns >= c->reads_from_ns && c->rate_bps == 0 && c->buffer.count == 0) {
        push_slow_seen(s, c, m, m->written_ns);
        return;
    }
    slow_client_write(c, m, room(s, c));
    push_slow_sent(s, c, m->written_ns);
    push_slow_read_on(s, c);
    push_slow_await_death(s, c, m->written_ns);
}

void push_slow_written(struct push_server *s, uint32_t i, const struct slow_message *message)
{
    struct slow_message m = *message;
    m.bytes = push_server_wire_bytes(s, m.number);
    push_slow_put(s, i, &m);
}

/* How many messages a wake-up takes before the write buffer is above its high-water mark. */
static uint32_t takes(const struct push_server *s, const struct slow_client *c)
{
    int64_t buffered = c->buffer_bytes, left = c->buffer.count == 0 ? room(s, c) : 0;
    uint32_t n = 0;
    for (; n < c->queue.count && buffered <= s->p->server.write_high_bytes; n++) {
        int64_t bytes = slow_queue_at(&c->queue, n)->bytes;
        if (push_slow_reads(s, c) && buffered == 0)
            continue;
        int64_t sent = bytes < left ? bytes : left;
        left -= sent;
        buffered += bytes - sent;
    }
    return n;
}

static int64_t item_cost(const struct push_server *s, uint32_t i, uint32_t m)
{
    return push_server_paced(s, i, s->take_ns[m + 1] - s->take_ns[m]);
}

int64_t push_slow_take_begin(struct push_server *s, struct loop_entry *e)
{
    struct slow_client *c = push_slow_client(s, e->first);
    e->step = STEP_SLOW_TAKE;
    e->to = takes(s, c);
    e->from = slow_queue_at(&c->queue, 0)->number;
    int64_t total = push_server_wake_cost(s, e);
    c->taken = 0;
    c->taken_ns = total;
    for (uint32_t k = 0; k < e->to; k++) {
        uint32_t m = slow_queue_at(&c->queue, k)->number;
        total += item_cost(s, e->first, m);
    }
    return total;
}

void push_slow_ran(struct push_server *s, const struct loop_entry *e,
                   const struct loop_stretch *stretch)
{
    struct slow_client *c = push_slow_client(s, e->first);
    struct slow_message message;
    while (!s->held_writes && c->taken < e->to) {
        uint32_t m = slow_queue_at(&c->queue, 0)->number;
        int64_t offset = c->taken_ns + item_cost(s, e->first, m);
        if (offset > stretch->to_ns)
            return;
        slow_queue_pop(&c->queue, &message);
        c->taken++;
        c->taken_ns = offset;
        message.written_ns = stretch->at_ns + offset - stretch->from_ns;
        message.throttled_ns = stretch->throttled_ns;
        if (s->connections.state[e->first] & CONNECTION_GONE)
            meter_lose(s->meter, DISCONNECT_CLIENT_LEFT, s->base + e->first, 1, 1);
        else
            push_slow_written(s, e->first, &message);
    }
}

/* Whether the task waits for its write buffer right after a write, not before the next one: nchan
 * starts nginx's send timer when a byte is left (nchan src/util/nchan_output.c), websockets drains
 * in its send (legacy/protocol.py, write_frame); uvicorn's event streams drain before they write
 * (httptools_impl.py, RequestResponseCycle.send). */
static bool waits_after_write(const struct push_server *s, const struct slow_client *c)
{
    const struct server_params *p = &s->p->server;
    bool websockets = p->protocol == PROTOCOL_WEBSOCKET &&
                      (p->loop == LOOP_ASYNCIO || p->loop == LOOP_UVLOOP);
    return (p->loop == LOOP_NGINX || websockets) && c->buffer_bytes > p->write_high_bytes;
}

/* What the connection's task does when its writes are done. */
void push_slow_after_write(struct push_server *s, uint32_t i)
{
    struct slow_client *c = push_slow_client(s, i);
    if (waits_after_write(s, c)) {
        block(s, c);
    } else if (c->queue.count == 0) {
        connections_set_phase(&s->connections, i, 1, CONNECTION_WAITING);
        push_slow_rejoin(s, i);
    } else if (c->buffer_bytes > s->p->server.write_high_bytes) {
        block(s, c);
    } else {
        connections_set_phase(&s->connections, i, 1, CONNECTION_READY);
        push_server_wake(s, i, 1, slow_queue_at(&c->queue, 0)->number, 0);
    }
    push_fan_go(s);
}

void push_slow_take_end(struct push_server *s, const struct loop_entry *e)
{
    if (!s->held_writes) {
        push_slow_after_write(s, e->first);
        push_life_woken(s, e->first);
        return;
    }
    struct slow_client *c = push_slow_client(s, e->first);
    struct slow_message message;
    for (uint32_t k = 0; k < e->to && slow_queue_pop(&c->queue, &message); k++) {
        push_server_taken(s, e->first, message.number + 1);
        slow_queue_push(&c->held, &message);
    }
    connections_set_phase(&s->connections, e->first, 1,
                          c->queue.count > 0 ? CONNECTION_BLOCKED : CONNECTION_WAITING);
    struct loop_entry flush = { e->first, 1, e->first, 0, STEP_SLOW_FLUSH };
    event_loop_flush(&s->loop, &flush);
    push_life_woken(s, e->first);
}

/* One write of the messages in q to connection i, of the first one without the bytes that were
 * sent; it takes so many bytes. */
static int64_t write_cost(const struct push_server *s, uint32_t i, const struct slow_queue *q,
                          int64_t sent_bytes, int64_t room_bytes)
{
    uint32_t first = slow_queue_at(q, 0)->number;
    int64_t total = push_server_flush_ns(s, first, s->cold[first]);
    for (uint32_t k = 0; k < q->count && room_bytes > 0; k++) {
        const struct slow_message *m = slow_queue_at(q, k);
        int64_t left = m->bytes - sent_bytes, n = left < room_bytes ? left : room_bytes;
        double share = n < m->bytes ? (double)n / (double)m->bytes : 1;
        total +=
            (int64_t)(share * (double)(s->flush_ns[m->number + 1] - s->flush_ns[m->number]));
        room_bytes -= n;
        sent_bytes = 0;
    }
    return push_server_paced(s, i, push_positive(total));
}

int64_t push_slow_flush_begin(struct push_server *s, const struct loop_entry *e)
{
    struct slow_client *c = slow_clients_find(&s->slow, e->first);
    return c && c->held.count > 0 ? write_cost(s, e->first, &c->held, 0, INT64_MAX) : 0;
}

void push_slow_flush_end(struct push_server *s, const struct loop_entry *e)
{
    struct slow_client *c = slow_clients_find(&s->slow, e->first);
    struct slow_message message;
    if (c == NULL)
        return; /* closed meanwhile */
    while (slow_queue_pop(&c->held, &message)) {
        message.written_ns = s->sim->now_ns;
        message.throttled_ns = cpu_thread_throttled_ns(s->loop.thread);
        if (s->connections.state[e->first] & CONNECTION_GONE)
            meter_lose(s->meter, DISCONNECT_CLIENT_LEFT, s->base + e->first, 1, 1);
        else
            push_slow_written(s, e->first, &message);
    }
    uint8_t phase = connections_phase(&s->connections, e->first);
    if (phase == CONNECTION_BLOCKED || (phase == CONNECTION_WAITING && waits_after_write(s, c)))
        push_slow_after_write(s, e->first);
    else
        push_slow_rejoin(s, e->first);
}

/* -- the client reads again ---------------------------------------------------------------- */

int64_t push_slow_writable_begin(struct push_server *s, const struct loop_entry *e)
{
    struct slow_client *c = slow_clients_find(&s->slow, e->first);
    if (!c || c->buffer.count == 0)
        return 0;
    return write_cost(s, e->first, &c->buffer, c->sent_bytes,
                      push_slow_reads(s, c) ? INT64_MAX : room(s, c));
}

void push_slow_writable_end(struct push_server *s, const struct loop_entry *e)
{
    struct slow_client *c = slow_clients_find(&s->slow, e->first);
    struct slow_message message;
    if (c == NULL)
        return; /* closed meanwhile */
    c->writable_posted = false;
    while (push_slow_reads(s, c) && c->socket.count == 0 && slow_client_unbuffer(c, &message)) {
        push_slow_seen(s, c, &message, s->sim->now_ns);
        push_slow_has_read(s, c, 1);
    }
    slow_client_fill(c, room(s, c));
    push_slow_read_on(s, c);
    bool blocked = connections_phase(&s->connections, e->first) == CONNECTION_BLOCKED;
    if (blocked && c->buffer_bytes <= s->p->server.write_low_bytes)
        push_slow_after_write(s, e->first);
    else if (blocked && s->p->server.loop == LOOP_NGINX)
        block(s, c); /* each write sets its timer anew */
    else
        push_slow_rejoin(s, e->first);
}
