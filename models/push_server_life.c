/* push_server_life.c - connections that open and close during the run, as the server sees them:
 * a connect waits in the accept queue for the loop; a client that has gone is noticed when the
 * loop polls its socket; a connection that the server gives up ends when its task has its turn.
 */
#include "models/push_server_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "models/outage.h"
#include "sim/error.h"

/* The first message behind its socket that the client has never had; UINT32_MAX: none. */
static uint32_t behind_socket(const struct slow_client *c)
{
    const struct slow_queue *queues[] = { &c->buffer, &c->held, &c->queue };
    uint32_t first = UINT32_MAX;
    for (size_t k = 0; k < 3 && first == UINT32_MAX; k++)
        first = slow_queue_unseen(queues[k]);
    return first;
}

uint32_t push_life_unseen(const struct push_server *s, uint32_t i)
{
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    uint32_t replayed = c ? push_replay_unseen(s, c) : UINT32_MAX;
    if (replayed < UINT32_MAX)
        return replayed; /* it comes before all that was published since */
    uint32_t first = c ? slow_queue_unseen(&c->socket) : UINT32_MAX;
    if (c && first == UINT32_MAX)
        first = behind_socket(c);
    return first < UINT32_MAX ? first : push_fan_due(s, i);
}

/* Its end goes behind what an outage has swallowed, or is the first thing to be swallowed. */
static int64_t hears_ns(const struct push_server *s, uint32_t i)
{
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    if (!c || c->cut_ns == 0 || s->sim->now_ns >= c->reads_from_ns)
        return 0;
    return c->reads_from_ns > c->cut_ns ? c->reads_from_ns
                                        : outage_through_ns(s->sim->now_ns, c->cut_ns);
}

static struct push_got got_of(const struct push_server *s, uint32_t i, uint32_t seen)
{
    bool closing = connections_phase(&s->connections, i) == CONNECTION_CLOSING;
    return (struct push_got){ .seen = seen,
                              .due = closing ? s->closings[i].seen + s->closings[i].untaken
                                             : push_fan_due(s, i),
                              .hears_ns = hears_ns(s, i) };
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* What it holds for the client of a connection that it closes; true: its kernel has some of that. */
static bool lose_held(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                      const struct push_got *got, uint32_t from)
{
    struct slow_client *c = slow_clients_find(&s->slow, i);
    if (!c)
        return false;
    uint32_t behind = least(least(from, behind_socket(c)), push_fan_due(s, i));
    push_replay_lose(s, c, cause);
    uint32_t messages = slow_client_messages(c);
    bool orphaned = push_orphan_begin(s, i, cause, got, behind);
    meter_lose(s->meter, cause, s->base + i, 1, messages - push_orphan_messages(s, i));
    if (!orphaned)
        slow_clients_remove(&s->slow, i);
    return orphaned;
}

void push_life_forget(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                      bool opened, uint32_t from)
{
    struct push_got got = got_of(s, i, least(from, push_life_unseen(s, i)));
    bool orphaned = lose_held(s, i, cause, &got, from);
    if (connections_phase(&s->connections, i) >= CONNECTION_WAITING)
        push_topic_closed(s, i);
    if (s->full_at)
        s->full_at[i] = 0;
    if (opened)
        push_gc_closed(s);
    connections_set_phase(&s->connections, i, 1, CONNECTION_CLOSED);
    connections_set_flags(&s->connections, i, CONNECTION_FLAGS, false);
    if (orphaned)
        s->listener->orphaned(s->listener_owner, s->base + i, cause);
    else
        s->listener->closed(s->listener_owner, s->base + i, cause, got, opened);
}

void push_life_close(struct push_server *s, uint32_t i, enum disconnect_cause cause)
{
    uint8_t phase = connections_phase(&s->connections, i);
    if (phase == CONNECTION_READY || phase == CONNECTION_HANDSHAKE) {
        connections_set_flags(&s->connections, i, CONNECTION_LEFT, true);
        s->closing[i] = (uint8_t)cause;
        if (cause == DISCONNECT_SLOW_CONSUMER)
            push_full_leave(s, i);
        return;
    }
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    uint32_t from =
        c && c->queue.count ? slow_queue_at(&c->queue, 0)->number : push_fan_due(s, i);
    if (!push_close_begin(s, i, cause, from))
        push_life_forget(s, i, cause, true, UINT32_MAX);
}

void push_life_cancel(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                      uint32_t from)
{
    if (!push_close_begin(s, i, cause, from))
        push_life_forget(s, i, cause, true, from);
}

void push_life_close_end(struct push_server *s, const struct loop_entry *e)
{
    uint8_t state = s->connections.state[e->first];
    if ((state & CONNECTION_PHASE_MASK) == CONNECTION_CLOSING && (state & CONNECTION_GONE))
        push_close_met(s, e->first);
    else if ((state & CONNECTION_GONE) && !(state & CONNECTION_LEFT))
        push_life_close(s, e->first, DISCONNECT_CLIENT_LEFT);
    push_fan_go(s);
}

/* What its wake-up took goes out first. */
void push_life_woken(struct push_server *s, uint32_t i)
{
    struct loop_entry e = { .first = i, .count = 1, .step = STEP_CANCEL };
    if (!(s->connections.state[i] & CONNECTION_LEFT))
        return;
    if (s->held_writes)
        event_loop_flush(&s->loop, &e);
    else
        push_life_cancel_begin(s, &e);
}

/* One that is ready again is cancelled at its next wake-up. */
int64_t push_life_cancel_begin(struct push_server *s, const struct loop_entry *e)
{
    uint8_t state = s->connections.state[e->first], phase = state & CONNECTION_PHASE_MASK;
    if ((state & CONNECTION_LEFT) &&
        (phase == CONNECTION_WAITING || phase == CONNECTION_BLOCKED)) {
        push_life_close(s, e->first, s->closing[e->first]);
        push_fan_go(s);
    }
    return 0;
}

/* Closes a connection whose set-up is broken off. */
static void break_off(struct push_server *s, uint32_t i, enum disconnect_cause cause)
{
    push_life_forget(s, i, cause, false, UINT32_MAX);
}

/* A client that has gone from the accept queue is accepted like any other (its end, which the loop
 * has read, is what finishes the set-up). */
int64_t push_life_handshake_begin(struct push_server *s, struct loop_entry *e)
{
    double cost = s->costs->handshake_ns + s->p->accept.tls_ns;
    int64_t steps = s->p->accept.steps > 0 ? s->p->accept.steps : 1;
    e->count = 1;
    if (e->to == 0 && !s->listener->accepted(s->listener_owner, s->base + e->first)) {
        push_life_close(s, e->first, DISCONNECT_HANDSHAKE_TIMEOUT);
        return push_positive(push_cost(s->costs->disconnect_ns, 1));
    }
    if ((s->connections.state[e->first] & CONNECTION_LEFT) && e->to > 0) {
        break_off(s, e->first, s->closing[e->first]);
        return 0;
    }
    return push_positive(push_cost(cost / (double)steps, 1));
}

void push_life_handshake_end(struct push_server *s, const struct loop_entry *e)
{
    uint32_t i = e->first;
    if (s->connections.state[i] & CONNECTION_LEFT) {
        break_off(s, i, s->closing[i]);
    } else if (e->to + 1 < s->p->accept.steps) {
        struct loop_entry next = { i, 1, 0, e->to + 1, STEP_HANDSHAKE };
        event_loop_ready(&s->loop, &next);
    } else {
        connections_set_phase(&s->connections, i, 1, CONNECTION_WAITING);
        push_gc_opened(s);
        push_topic_opened(s, i, 1);
        push_beat_open(s, i);
        s->listener->opened(s->listener_owner, s->base + i);
    }
}

int64_t push_server_last_sent_ns(struct push_server *s, uint32_t connection)
{
    event_loop_split(&s->loop, connection);
    uint8_t state = s->connections.state[connection];
    const struct slow_client *c = push_slow_reader(s, connection);
    if (state & CONNECTION_GONE)
        return -1;
    if (c)
        return c->heard_ns > 0 ? c->heard_ns : -1;
    if ((state & CONNECTION_PHASE_MASK) < CONNECTION_WAITING)
        return -1;
    if (s->wrote_ns) /* what was published says nothing of what it was sent */
        return s->wrote_ns[connection] > 0 ? s->wrote_ns[connection] : -1;
    int64_t held = meter_balance(s->meter, s->base + connection);
    int64_t last = (int64_t)push_server_end(s, connection) - held - 1;
    return last < push_server_head(s, connection)
               ? -1
               : push_server_record(s, (uint32_t)last)->handled_ns;
}

/* Of `held` messages those that were published while the connection was open. */
static uint32_t live_of(const struct push_server *s, uint32_t i, int64_t held)
{
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    return (uint32_t)held - (c ? c->replays : 0);
}

bool push_server_got(struct push_server *s, uint32_t connection, struct push_got *got)
{
    event_loop_split(&s->loop, connection);
    uint8_t phase = connections_phase(&s->connections, connection);
    if (push_orphan_got(s, connection, got))
        return true;
    if (phase < CONNECTION_CLOSING)
        return false;
    int64_t held = meter_balance(s->meter, s->base + connection);
    uint32_t first = push_fan_due(s, connection) - live_of(s, connection, held),
             slow = push_life_unseen(s, connection);
    if (phase == CONNECTION_CLOSING)
        slow = first = push_close_seen(s, connection);
    /* dropped from its queue's end: not seen either */
    *got = got_of(s, connection, slow < first ? slow : first);
    return true;
}

void push_server_drop(struct push_server *s, uint32_t connection, enum disconnect_cause cause)
{
    uint8_t state = s->connections.state[connection];
    if ((state & CONNECTION_PHASE_MASK) < CONNECTION_WAITING || (state & CONNECTION_LEFT))
        return;
    if (s->p->server.fan_out == FAN_OUT_QUEUES)
        event_loop_split(&s->loop, connection);
    else
        event_loop_break(&s->loop); /* the next send goes before the rest */
    push_life_close(s, connection, cause);
    push_fan_go(s);
}

/* -- what clients do; the server hears of it one network delay later ----------------------- */

static void syn_arrives(void *subject, void *object)
{
    struct push_server *s = subject;
    struct loop_entry e = { .first = (uint32_t)(uintptr_t)object,
                            .count = 1,
                            .step = STEP_HANDSHAKE };
    if (connections_phase(&s->connections, e.first) == CONNECTION_HANDSHAKE)
        event_loop_post(&s->loop, SOURCE_ACCEPT, &e);
}

void push_server_connect(struct push_server *s, uint32_t connection)
{
    assert(connections_phase(&s->connections, connection) == CONNECTION_CLOSED);
    push_server_pace_below(s, connection + 1);
    connections_set_phase(&s->connections, connection, 1, CONNECTION_HANDSHAKE);
    simulation_at(s->sim, s->sim->now_ns + s->p->network.publish_ns, 0, syn_arrives, s,
                  (void *)(uintptr_t)connection);
}

static void fin_arrives(void *subject, void *object)
{
    struct push_server *s = subject;
    struct loop_entry e = { .first = (uint32_t)(uintptr_t)object,
                            .count = 1,
                            .step = STEP_CLOSE };
    event_loop_post(&s->loop, SOURCE_CLOSE, &e);
}

void push_server_disconnect(struct push_server *s, uint32_t connection)
{
    uint8_t state = s->connections.state[connection];
    push_orphan_left(s, connection, DISCONNECT_CLIENT_LEFT);
    if ((state & CONNECTION_PHASE_MASK) == CONNECTION_CLOSED || (state & CONNECTION_GONE))
        return;
    event_loop_split(&s->loop, connection); /* what was written before this is delivered */
    connections_set_flags(&s->connections, connection, CONNECTION_GONE, true);
    simulation_at(s->sim, s->sim->now_ns + s->p->network.publish_ns, 0, fin_arrives, s,
                  (void *)(uintptr_t)connection);
}

/* -- the end of the process ---------------------------------------------------------------- */

/* Publishes that have arrived and were not handled die with the process. */
static void lose_publishes(struct push_server *s, enum disconnect_cause cause)
{
    struct connections *c = &s->connections;
    uint32_t m = push_server_fanned(s), from = s->turn;
    if (s->p->server.fan_out != FAN_OUT_SEQUENTIAL)
        from = 0;
    s->fanned = s->arrived;
    s->turn = 0;
    for (; m < s->arrived; m++, from = 0) {
        if (m == s->tail)
            push_server_append(s, s->tail++);
        for (uint32_t i = from, n; i < c->count; i += n) {
            n = push_topic_run(s, i, c->count - i);
            if (connections_phase(c, i) < CONNECTION_WAITING || !push_topic_hears(s, i, m))
                continue;
            meter_due(s->meter, s->base + i, n);
            meter_lose(s->meter, cause, s->base + i, n, 1);
        }
    }
    push_publish_forget(s);
}

/* Connection i ends, of which `held` messages were in the process or its kernel; those below `end`
 * were due before. True: its kernel has some of that yet. */
static bool orphan_at_kill(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                           uint32_t end, int64_t held, struct push_got *got)
{
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    if (connections_phase(&s->connections, i) == CONNECTION_CLOSING)
        end = s->closings[i].seen;
    uint32_t seen = end - live_of(s, i, held);
    *got = got_of(s, i, c ? least(push_replay_unseen(s, c), seen) : seen);
    return c && push_orphan_begin(s, i, cause, got,
                                  least(behind_socket(c), seen + slow_queue_live(&c->socket)));
}

static void kill_connection(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                            const struct push_fan_mark *before, int64_t held)
{
    uint8_t phase = connections_phase(&s->connections, i);
    struct push_got got;
    bool orphaned = phase != CONNECTION_CLOSED &&
                    orphan_at_kill(s, i, cause, push_fan_due_at(s, i, before), held, &got);
    int64_t lost = held - push_orphan_messages(s, i);
    if (lost > 0)
        meter_lose(s->meter, cause, s->base + i, 1, (uint64_t)lost);
    if (phase == CONNECTION_CLOSED)
        return;
    push_close_cancel(s, i);
    connections_set_phase(&s->connections, i, 1, CONNECTION_CLOSED);
    connections_set_flags(&s->connections, i, CONNECTION_FLAGS, false);
    if (s->full_at)
        s->full_at[i] = 0;
    if (orphaned)
        s->listener->orphaned(s->listener_owner, s->base + i, cause);
    else
        s->listener->closed(s->listener_owner, s->base + i, cause, got,
                            phase >= CONNECTION_CLOSING);
}

/* What is neither delivered nor settled was in the process: windows in the ready queue, writes
 * held back, queues and buffers. The balance of each connection says how much. */
void push_server_kill(struct push_server *s, enum disconnect_cause cause)
{
    size_t feeds = s->topics->feeds;
    uint32_t *tails = mem_alloc(feeds * sizeof *tails);
    event_loop_break(&s->loop);
    memcpy(tails, s->tails, feeds * sizeof *tails);
    struct push_fan_mark before = { s->fanned, s->turn, tails };
    lose_publishes(s, cause);
    push_duplex_kill(s, cause);
    s->held_bytes = s->held_most_bytes = 0;
    event_loop_clear(&s->loop);
    int64_t held = meter_balance(s->meter, s->base);
    for (uint32_t i = 0; i < s->connections.count; i++) {
        int64_t next = held + s->meter->balance[s->base + i + 1];
        kill_connection(s, i, cause, &before, held);
        held = next;
    }
    slow_clients_close(&s->slow);
    push_orphan_kill(s);
    push_replay_kill(s);
    free(tails);
    memset(s->open_to, 0, feeds * sizeof *s->open_to);
    push_publish_cold(s);
    code_compiler_kill(&s->compiler);
    code_compiler_kill(&s->collector);
    push_gc_start(s);
}
