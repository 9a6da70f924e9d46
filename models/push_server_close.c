/* push_server_close.c - the closing handshake that the server begins (websocket.h): its Close goes
 * out behind what was written; the client answers when it has read it; then, or after the
 * time-out, the loop ends the connection in a turn of its own. Until then the connection keeps its
 * memory and its place, but is no subscriber: what its queue holds is lost, and what its buffers
 * hold is delivered if the client reads it in time; after the time-out, what is in the kernel by then
 * (push_server_orphan.c).
 *
 * One event is pending for each, the answer or the time-out, whichever comes first.
 */
#include "models/push_server_internal.h"

/* Nobody shakes hands with who has closed already or whose network is gone. */
static bool shakes_hands(const struct push_server *s, enum disconnect_cause cause)
{
    return s->closings && cause != DISCONNECT_CLIENT_LEFT &&
           cause != DISCONNECT_HANDSHAKE_TIMEOUT && cause != DISCONNECT_WRITE_FAILED;
}

void push_close_cancel(struct push_server *s, uint32_t i)
{
    if (!s->closings || s->closings[i].event == 0)
        return;
    simulation_cancel(s->sim, s->closings[i].event);
    s->closings[i].event = 0;
}

static void end_soon(struct push_server *s, uint32_t i, enum loop_source source)
{
    struct loop_entry e = { .first = i, .count = 1, .step = STEP_CLOSED };
    s->closings[i].event = 0;
    event_loop_post(&s->loop, source, &e);
}

static void answer_arrives(void *subject, void *object)
{
    end_soon(subject, (uint32_t)(uintptr_t)object, SOURCE_CLOSE);
}

static void timed_out(void *subject, void *object)
{
    struct push_server *s = subject;
    s->close_timeouts++;
    end_soon(s, (uint32_t)(uintptr_t)object, SOURCE_TIMER);
}

/* Next comes fn, unless the time-out comes before it. */
static void await(struct push_server *s, uint32_t i, int64_t at_ns, event_fn *fn)
{
    int64_t until_ns = s->closings[i].until_ns;
    push_close_cancel(s, i);
    bool late = at_ns >= until_ns;
    s->closings[i].event = simulation_at(s->sim, late ? until_ns : at_ns, 0,
                                         late ? timed_out : fn, s, (void *)(uintptr_t)i);
}

/* The client has the Close; its library answers at once. */
static void close_read(void *subject, void *object)
{
    struct push_server *s = subject;
    uint32_t i = (uint32_t)(uintptr_t)object;
    s->closings[i].event = 0;
    s->listener->told_to_close(s->listener_owner, s->base + i, s->closing[i]);
    await(s, i, s->sim->now_ns + s->p->network.publish_ns, answer_arrives);
}

/* Does the client read, and is there nothing before the Close that it has not read? */
static bool has_caught_up(const struct push_server *s, uint32_t i)
{
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    if (c == NULL || (s->connections.state[i] & CONNECTION_GONE))
        return true;
    return !c->vanished && s->sim->now_ns >= c->reads_from_ns && slow_client_messages(c) == 0;
}

void push_close_go_on(struct push_server *s, uint32_t i)
{
    if (connections_phase(&s->connections, i) != CONNECTION_CLOSING || s->closings[i].told ||
        s->closings[i].event == 0 || !has_caught_up(s, i))
        return;
    s->closings[i].told = true;
    await(s, i, s->sim->now_ns + s->p->network.delivery_ns, close_read);
}

bool push_close_begin(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                      uint32_t from)
{
    struct slow_client *c = slow_clients_find(&s->slow, i);
    struct slow_message message;
    if (!shakes_hands(s, cause))
        return false;
    if (c && c->replay > 0 && push_replay_unseen(s, c) < from) /* lost, not in a buffer */
        from = push_replay_unseen(s, c);
    if (c)
        push_replay_lose(s, c, cause);
    while (c && slow_queue_pop(&c->queue, &message))
        meter_lose(s->meter, cause, s->base + i, 1, 1);
    push_topic_closed(s, i);
    connections_set_phase(&s->connections, i, 1, CONNECTION_CLOSING);
    s->closing[i] = (uint8_t)cause;
    s->closings[i] =
        (struct push_closing){ .until_ns = s->sim->now_ns + s->p->websocket.close_timeout_ns,
                               .seen = from,
                               .untaken = push_fan_due(s, i) - from };
    await(s, i, s->closings[i].until_ns, timed_out);
    push_close_go_on(s, i);
    return true;
}

uint32_t push_close_seen(const struct push_server *s, uint32_t i)
{
    uint32_t unseen = push_life_unseen(s, i), seen = s->closings[i].seen;
    return unseen < seen ? unseen : seen;
}

static void end(struct push_server *s, uint32_t i)
{
    push_close_cancel(s, i);
    push_life_forget(s, i, s->closing[i], true, s->closings[i].seen);
}

void push_close_met(struct push_server *s, uint32_t i)
{
    if (s->closings[i].event != 0) /* else the loop ends it anyway */
        end(s, i);
}

void push_close_end(struct push_server *s, const struct loop_entry *e)
{
    end(s, e->first);
}
