/* push_server_fan.c - two ways to fan out that are not one queue for each subscriber:
 *
 *   shared       all subscribers' tasks wait on one queue (the widely copied minimal FastAPI
 *                sample): asyncio.Queue wakes the getter that has waited longest, so each message
 *                reaches one subscriber, in turn
 *   sequential   one task sends to one connection after another and awaits each send: a send that
 *                waits for the write buffer of one stalled client (uvicorn flow_control.py drain)
 *                keeps all the others waiting
 *
 * A connection then takes exactly one message in a wake-up.
 */
#include "models/push_server_internal.h"

static void hand_over(struct push_server *s, uint32_t first, uint32_t n, uint32_t message)
{
    if (s->connections.state[first] & (CONNECTION_OWN | CONNECTION_SLOW)) {
        push_slow_enqueue(s, first, message);
        return;
    }
    connections_set_phase(&s->connections, first, n, CONNECTION_READY);
    push_server_wake(s, first, n, message, 0);
}

/* -- shared -------------------------------------------------------------------------------- */

/* The next connection whose task waits, from `turn` on and around; connections.used: none. */
static uint32_t next_getter(const struct push_server *s)
{
    const struct connections *c = &s->connections;
    for (uint32_t seen = 0, n; seen < c->used; seen += n) {
        uint32_t i = (s->turn + seen) % c->used;
        n = connections_run(c, i, c->used - i);
        if (connections_phase(c, i) == CONNECTION_WAITING)
            return i;
    }
    return c->used;
}

/* Everybody is owed the message; all but `winner` do without. */
static void settle_shared(struct push_server *s, uint32_t winner)
{
    const struct connections *c = &s->connections;
    for (uint32_t i = 0, n; i < c->used; i += n) {
        n = connections_run(c, i, c->used - i);
        if (i < winner && i + n > winner)
            n = winner - i;
        if (i == winner)
            n = 1;
        if (connections_phase(c, i) < CONNECTION_WAITING)
            continue;
        meter_due(s->meter, s->base + i, n);
        if (i != winner)
            meter_lose(s->meter, METER_LOST_SHARED, s->base + i, n, 1);
    }
}

static void go_shared(struct push_server *s)
{
    while (s->fanned < s->tail) {
        uint32_t i = next_getter(s);
        if (i == s->connections.used)
            return;
        s->turn = i + 1;
        settle_shared(s, i);
        hand_over(s, i, 1, s->fanned++);
    }
}

/* -- sequential ---------------------------------------------------------------------------- */

static bool sending(const struct push_server *s)
{
    const struct connections *c = &s->connections;
    for (uint32_t i = 0; i < c->used; i += connections_run(c, i, c->used - i))
        if (connections_phase(c, i) >= CONNECTION_READY)
            return true;
    return false;
}

/* Sends on until a connection that may block: what comes after it waits for its send. */
static void send_on(struct push_server *s)
{
    const struct connections *c = &s->connections;
    bool may_block = false;
    for (uint32_t n; s->turn < c->used && !may_block; s->turn += n) {
        n = connections_run(c, s->turn, c->used - s->turn);
        if (connections_phase(c, s->turn) < CONNECTION_WAITING)
            continue;
        may_block = c->state[s->turn] & CONNECTION_SLOW;
        n = may_block ? 1 : n;
        meter_due(s->meter, s->base + s->turn, n);
        hand_over(s, s->turn, n, s->fanned);
    }
}

static void go_sequential(struct push_server *s)
{
    while (s->fanned < s->tail && !sending(s)) {
        send_on(s);
        if (s->turn < s->connections.used)
            continue;
        s->turn = 0;
        s->fanned++;
    }
}

void push_fan_go(struct push_server *s)
{
    if (s->p->server.fan_out == FAN_OUT_SHARED)
        go_shared(s);
    else if (s->p->server.fan_out == FAN_OUT_SEQUENTIAL)
        go_sequential(s);
}

uint32_t push_fan_due_at(const struct push_server *s, uint32_t i,
                         const struct push_fan_mark *at)
{
    switch (s->p->server.fan_out) {
    case FAN_OUT_SEQUENTIAL:
        return at->fanned + (i < at->turn);
    case FAN_OUT_SHARED:
        return at->fanned;
    case FAN_OUT_QUEUES:
        break;
    }
    uint32_t tail = at->tails[push_server_feed_of(s, i)];
    return push_server_left_full(s, i) && s->full_at[i] < tail ? s->full_at[i] : tail;
}

uint32_t push_fan_due(const struct push_server *s, uint32_t i)
{
    struct push_fan_mark now = { s->fanned, s->turn, s->tails };
    return push_fan_due_at(s, i, &now);
}

uint32_t push_server_fanned(const struct push_server *s)
{
    return s->p->server.fan_out == FAN_OUT_QUEUES ? s->tail : s->fanned;
}
