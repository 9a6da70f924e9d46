/* push_server_orphan.c - what the kernel delivers after the server has closed a connection.
 *
 * close() of a socket goes on with sending what is in it, and sends its FIN behind that
 * (net/ipv4/tcp.c, __tcp_close; tcp(7)); so a client that reads slowly reads all of it and only
 * then hears of the end. Only what had not left the process is lost. It is an RST instead if the
 * server has not read all that the client had sent, or with SO_LINGER of 0 s. No server here asks
 * for that, whatever it closes a connection for: a queue's policy, a time-out, the end of a drain,
 * or an abort, which empties its own write buffer and closes the socket (CPython 3.11
 * Lib/asyncio/selector_events.py, _SelectorTransport._force_close; uvloop's and Node's destroy():
 * uv_close; nginx only with reset_timedout_connection, which is off). The kernel closes the sockets
 * of a process that is killed the same way (do_exit). Measured on 6.18.44 with a client that begins to
 * read after it: close(), asyncio's abort(), Node 20's destroy() and SIGKILL all delivered the 3.9 MB
 * that were in the socket; of 5 MB written, Node's own 1 MiB was lost.
 *
 * The connection keeps its number until the client has heard of the end, or has left: the messages
 * in its socket are its own in the meter. What they take is memory of the process that wrote them,
 * and of no later one: a container that is restarted has a cgroup of its own.
 *
 * Left out: the end of an orphan whose client opens no window or whose network is gone (ip-sysctl.rst:
 * tcp_orphan_retries, tcp_max_orphans); what the kernel holds for one whose network was gone at the
 * close; input that the server has not read; and what a client sends after the close, be it a pong:
 * the RST that answers it takes what the server's kernel still has, not what the client's has.
 */
#include "models/push_server_internal.h"

static bool delivers(const struct push_server *s, uint32_t i, const struct slow_client *c,
                     enum disconnect_cause cause)
{
    return c && c->socket_bytes > 0 && !c->vanished && cause != DISCONNECT_CLIENT_LEFT &&
           !(s->connections.state[i] & CONNECTION_GONE);
}

bool push_orphan_begin(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                       const struct push_got *got, uint32_t behind)
{
    if (!delivers(s, i, slow_clients_find(&s->slow, i), cause))
        return false;
    struct slow_client *c = slow_clients_move(&s->slow, &s->orphans, i);
    slow_client_keep_socket(c);
    c->orphan =
        (struct slow_orphan){ .seen = behind, .due = got->due, .cause = (uint8_t)cause };
    push_slow_sent(s, c, s->sim->now_ns); /* the FIN */
    if (push_slow_reads(s, c))
        push_slow_read_from(s, c, s->sim->now_ns);
    push_slow_read_on(s, c);
    return true;
}

uint32_t push_orphan_messages(const struct push_server *s, uint32_t i)
{
    const struct slow_client *c = slow_clients_find(&s->orphans, i);
    return c ? slow_client_messages(c) : 0;
}

bool push_orphan_got(const struct push_server *s, uint32_t i, struct push_got *got)
{
    const struct slow_client *c = slow_clients_find(&s->orphans, i);
    if (!c)
        return false;
    uint32_t unread = slow_queue_unseen(&c->socket);
    *got = (struct push_got){ .seen = unread < c->orphan.seen ? unread : c->orphan.seen,
                              .due = c->orphan.due };
    return true;
}

bool push_server_orphaned(const struct push_server *s, uint32_t connection,
                          enum disconnect_cause *cause)
{
    const struct slow_client *c = slow_clients_find(&s->orphans, connection);
    if (c)
        *cause = c->orphan.cause;
    return c != NULL;
}

void push_orphan_kill(struct push_server *s)
{
    for (uint32_t i = 0; i < s->orphans.count; i++)
        s->orphans.items[i].orphan.left = true;
}

/* Its client hears of it, if there is still one. */
static void end(struct push_server *s, uint32_t i)
{
    enum disconnect_cause cause = slow_clients_find(&s->orphans, i)->orphan.cause;
    struct push_got got;
    push_orphan_got(s, i, &got);
    slow_clients_remove(&s->orphans, i);
    s->listener->drained(s->listener_owner, s->base + i, cause, got);
}

void push_orphan_go_on(struct push_server *s, uint32_t i)
{
    const struct slow_client *c = slow_clients_find(&s->orphans, i);
    if (c && c->socket_bytes == 0)
        end(s, i);
}

void push_orphan_left(struct push_server *s, uint32_t i, enum disconnect_cause cause)
{
    struct slow_client *c = slow_clients_find(&s->orphans, i);
    if (!c)
        return;
    meter_lose(s->meter, cause, s->base + i, 1, slow_client_messages(c));
    end(s, i);
}
