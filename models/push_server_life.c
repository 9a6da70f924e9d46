/* push_server_life.c - connections that open and close during the run, as the server sees them:
 * a connect waits in the accept queue for the loop; a client that has gone is noticed when the
 * loop polls its socket.
 */
#include "models/push_server_internal.h"

#define RETRY_NS                                                                               \
    1000000 /* a client whose old connection is still closing tries again after it */

static void forget(struct push_server *s, uint32_t i, enum loss_cause cause)
{
    struct slow_client *c = slow_clients_find(&s->slow, i);
    if (c) {
        meter_lose(s->meter, cause, s->base + i, 1, slow_client_messages(c));
        slow_clients_remove(&s->slow, i);
    }
    connections_set_phase(&s->connections, i, 1, CONNECTION_CLOSED);
    connections_set_flags(&s->connections, i, CONNECTION_FLAGS, false);
}

void push_life_close(struct push_server *s, uint32_t i, enum loss_cause cause)
{
    uint8_t phase = connections_phase(&s->connections, i);
    if (phase == CONNECTION_READY || phase == CONNECTION_HANDSHAKE) {
        connections_set_flags(&s->connections, i, CONNECTION_LEFT, true);
        return;
    }
    s->disconnects[cause]++;
    forget(s, i, cause);
}

void push_life_close_end(struct push_server *s, const struct loop_entry *e)
{
    if (s->connections.state[e->first] & CONNECTION_GONE)
        push_life_close(s, e->first, LOSS_CLIENT_GONE);
}

void push_life_handshake_end(struct push_server *s, const struct loop_entry *e)
{
    for (uint32_t i = e->first; i < e->first + e->count; i++) {
        connections_set_phase(&s->connections, i, 1, CONNECTION_WAITING);
        s->connects++;
        if (s->connections.state[i] & CONNECTION_LEFT)
            push_life_close(s, i, LOSS_CLIENT_GONE);
    }
}

/* -- what clients do; the server hears of it one network delay later ----------------------- */

static void syn_arrives(void *subject, void *object)
{
    struct push_server *s = subject;
    struct loop_entry e = { .first = (uint32_t)(uintptr_t)object,
                            .count = 1,
                            .step = STEP_HANDSHAKE };
    event_loop_post(&s->loop, SOURCE_ACCEPT, &e);
}

static void try_connect(void *subject, void *object)
{
    struct push_server *s = subject;
    uint32_t i = (uint32_t)(uintptr_t)object;
    int64_t now = s->sim->now_ns;
    uint8_t state = s->connections.state[i];
    if ((state & CONNECTION_PHASE_MASK) == CONNECTION_CLOSED) {
        connections_set_phase(&s->connections, i, 1, CONNECTION_HANDSHAKE);
        simulation_at(s->sim, now + s->p->network.publish_ns, 0, syn_arrives, s, object);
    } else if (state & (CONNECTION_GONE | CONNECTION_LEFT)) {
        simulation_at(s->sim, now + RETRY_NS, 0, try_connect, s, object);
    }
}

void push_server_connect(struct push_server *s, uint32_t connection)
{
    try_connect(s, (void *)(uintptr_t)connection);
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
    if ((state & CONNECTION_PHASE_MASK) == CONNECTION_CLOSED || (state & CONNECTION_GONE))
        return;
    event_loop_split(&s->loop, connection); /* what was written before this is delivered */
    connections_set_flags(&s->connections, connection, CONNECTION_GONE, true);
    simulation_at(s->sim, s->sim->now_ns + s->p->network.publish_ns, 0, fin_arrives, s,
                  (void *)(uintptr_t)connection);
}
