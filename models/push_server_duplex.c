/* push_server_duplex.c - what the server does with a client's message (duplex.h): the read finds
 * it, after `hops` passes of the ready queue its handler runs, and writes the answer past the
 * outbound queue, as `await websocket.send_text()` in a receiving loop or the response of a POST
 * does.
 */
#include "models/push_server_internal.h"

#include "models/sse.h"
#include "models/websocket.h"

/* An answer on the client's own connection stands behind what is in its buffers. */
static bool behind_others(const struct push_server *s, uint32_t i, uint32_t *ahead)
{
    const struct slow_client *c = NULL;
    if (s->duplex->own_connection && (s->connections.state[i] & CONNECTION_SLOW))
        c = slow_clients_find(&s->slow, i);
    *ahead = c ? c->socket.count + c->buffer.count : 0;
    return c && (*ahead > 0 || s->sim->now_ns < c->reads_from_ns);
}

static void answer(struct push_server *s, const struct loop_entry *e)
{
    uint32_t ahead;
    if (behind_others(s, e->first, &ahead))
        duplex_unread(s->duplex, e->from, ahead);
    else
        s->listener->answered(s->listener_owner, e->from);
}

static int64_t message_bytes(const struct push_server *s, int64_t payload)
{
    return s->duplex->own_connection ? payload + websocket_header_bytes(payload, true)
                                     : sse_post_bytes(payload);
}

static double write_ns(const struct push_server *s)
{
    int64_t payload = s->p->duplex.reply_bytes;
    double bytes =
        (double)(s->duplex->own_connection ? payload + websocket_header_bytes(payload, false)
                                           : sse_response_bytes(payload));
    return s->costs->write_ns + s->costs->write_kib_ns * bytes / 1024;
}

/* Nobody handles the message of a connection that is no longer open. */
static bool is_open(const struct push_server *s, uint32_t i)
{
    return !s->duplex->own_connection ||
           connections_phase(&s->connections, i) >= CONNECTION_WAITING;
}

int64_t push_duplex_message_begin(struct push_server *s, const struct loop_entry *e)
{
    uint32_t pass = e->to & ~PUSH_OWN_CONNECTION, hops = (uint32_t)s->p->duplex.hops;
    bool own_connection = e->to & PUSH_OWN_CONNECTION;
    double bytes = (double)message_bytes(s, s->duplex->messages[e->from].bytes);
    double cost = s->costs->message_ns + s->costs->write_kib_ns * bytes / 1024;
    if (!is_open(s, e->first))
        return 0;
    if (own_connection)
        cost += s->p->accept.tls_ns + s->costs->disconnect_ns;
    if (own_connection && pass == 0)
        s->listener->message_accepted(s->listener_owner);
    cost /= hops + 1;
    if (pass == hops && !s->held_writes)
        cost += write_ns(s);
    return push_server_paced(s, e->first, push_positive(push_cost(cost, 1)));
}

void push_duplex_message_end(struct push_server *s, const struct loop_entry *e)
{
    struct loop_entry next = *e;
    uint32_t pass = e->to & ~PUSH_OWN_CONNECTION;
    if (!is_open(s, e->first))
        return;
    next.to++;
    if (pass < (uint32_t)s->p->duplex.hops) {
        event_loop_ready(&s->loop, &next);
    } else if (s->held_writes) {
        next.step = STEP_REPLY;
        event_loop_flush(&s->loop, &next);
    } else {
        answer(s, e);
    }
}

int64_t push_duplex_reply_begin(struct push_server *s, const struct loop_entry *e)
{
    return is_open(s, e->first)
               ? push_server_paced(s, e->first, push_positive(push_cost(write_ns(s), 1)))
               : 0;
}

void push_duplex_reply_end(struct push_server *s, const struct loop_entry *e)
{
    if (is_open(s, e->first))
        answer(s, e);
}

struct losing {
    struct push_server *server;
    enum disconnect_cause cause;
};

static void lose_entry(void *arg, const struct loop_entry *e, bool begun, int64_t progress_ns)
{
    const struct losing *l = arg;
    (void)begun;
    (void)progress_ns;
    if (e->step == STEP_MESSAGE || e->step == STEP_REPLY)
        duplex_lose(l->server->duplex, e->from, l->cause);
}

void push_duplex_kill(struct push_server *s, enum disconnect_cause cause)
{
    struct losing l = { s, cause };
    event_loop_visit(&s->loop, lose_entry, &l);
}

void push_server_message(struct push_server *s, uint32_t connection, uint32_t message,
                         bool own_connection)
{
    struct loop_entry e = { connection, 1, message, own_connection ? PUSH_OWN_CONNECTION : 0,
                            STEP_MESSAGE };
    event_loop_post(&s->loop, own_connection ? SOURCE_ACCEPT : SOURCE_IO, &e);
}
