/* push_server_beat.c - heartbeats of the server (heartbeat.h): pings or comments to runs of
 * connections that opened together, their pongs, and who is thrown out for want of one.
 *
 * Every period, way back and time-out has one length, so what is due lies in rings in the order
 * of time. A ping is a range; its pong comes back as a range into the loop's inbox and counts when
 * the loop has handled it; the time-out is a timer. Which of the two a starved loop turns to
 * first is the loop's own affair.
 */
#include "models/push_server_internal.h"

#include <stdlib.h>

#include "sim/error.h"

static void push_beat(struct beat_ring *r, const struct beat *b)
{
    if (r->count == r->capacity) {
        uint32_t capacity = r->capacity ? 2 * r->capacity : 16;
        struct beat *items = mem_alloc(capacity * sizeof *items);
        for (uint32_t i = 0; i < r->count; i++)
            items[i] = r->items[(r->head + i) % r->capacity];
        free(r->items);
        *r = (struct beat_ring){ items, 0, r->count, capacity };
    }
    r->items[(r->head + r->count++) % r->capacity] = *b;
}

static struct beat pop_beat(struct beat_ring *r)
{
    struct beat b = r->items[r->head];
    r->head = (r->head + 1) % r->capacity;
    r->count--;
    return b;
}

/* Is connection i still the one that the beat is for, as the server knows it? */
static bool concerns(const struct push_server *s, uint32_t i, uint32_t token)
{
    uint8_t state = s->connections.state[i];
    return s->token[i] == token && (state & CONNECTION_PHASE_MASK) >= CONNECTION_WAITING &&
           !(state & CONNECTION_LEFT);
}

static void later(struct push_server *s, struct beat_ring *ring, const struct beat *b,
                  int64_t delay_ns, event_fn *fn)
{
    push_beat(ring, b);
    simulation_at(s->sim, s->sim->now_ns + delay_ns, 0, fn, s, NULL);
}

/* -- ping ---------------------------------------------------------------------------------- */

/* When a ping was due travels with it, in units of 66 us modulo 18 minutes: more than any loop is
 * late. */
static uint32_t stamp(int64_t ns)
{
    return (uint32_t)(ns >> 16) & 0xffffff;
}

static bool traffic_within(const struct push_server *s, int64_t ns)
{
    return s->tail > 0 && s->sim->now_ns - s->publishes[s->tail - 1].handled_ns < ns;
}

/* Beats of one connection are a period apart: each lands in the next interval of that length. */
static bool stretched_away(const struct push_server *s)
{
    const struct heartbeat_params *p = &s->p->heartbeat;
    return p->one_in > 1 && s->sim->now_ns / p->period_ns % p->one_in != 0;
}

static void ping_due(void *subject, void *object)
{
    struct push_server *s = subject;
    const struct heartbeat_params *p = &s->p->heartbeat;
    struct beat b = pop_beat(&s->due);
    (void)object;
    bool skip = stretched_away(s) || (p->only_idle && traffic_within(s, p->period_ns));
    uint32_t end = b.first + b.count;
    b.seq += !skip;
    for (uint32_t i = b.first; i < end; i += b.count) {
        bool member = concerns(s, i, b.token);
        for (b.first = i, b.count = 0; i + b.count < end; b.count++)
            if (concerns(s, i + b.count, b.token) != member)
                break;
        if (!member)
            continue;
        struct loop_entry e = { b.first, b.count, (b.seq & 0xff) | stamp(s->sim->now_ns) << 8,
                                b.token, STEP_PING };
        if (!skip)
            event_loop_post(&s->loop, SOURCE_TIMER, &e);
        later(s, &s->due, &b, p->period_ns, ping_due);
    }
}

/* A stretch of the entry's connections that are all concerned, or all not: those cost nothing. */
static int64_t stretch_cost(struct push_server *s, struct loop_entry *e, double cost_ns)
{
    bool member = concerns(s, e->first, e->to);
    uint32_t n = 1;
    while (n < e->count && concerns(s, e->first + n, e->to) == member)
        n++;
    e->count = n;
    return member ? push_positive(push_cost(cost_ns, 1)) : 0;
}

static double pong_share(const struct push_server *s)
{
    return s->p->heartbeat.pong_timeout_ns > 0 ? 0.5 : 0;
}

static double ping_cost(const struct push_server *s)
{
    return s->costs->write_ns + (1 - pong_share(s)) * s->costs->heartbeat_ns;
}

int64_t push_beat_ping_begin(struct push_server *s, struct loop_entry *e)
{
    return stretch_cost(s, e, ping_cost(s));
}

/* Each ping that went out in the stretch: how late is it? */
void push_beat_ping_ran(struct push_server *s, const struct loop_entry *e,
                        const struct loop_stretch *stretch)
{
    int64_t unit = push_positive(push_cost(ping_cost(s), 1)), at_ns;
    uint32_t first, n = loop_stretch_ends(stretch, unit, unit, &first, &at_ns);
    for (uint32_t k = 0; k < n; k++) {
        uint32_t late = (stamp(at_ns + k * unit) - (e->from >> 8)) & 0xffffff;
        meter_beat(s->meter, (int64_t)late << 16);
    }
}

static void pongs_arrive(void *subject, void *object);
static void pong_timed_out(void *subject, void *object);

/* An event of one connection has its number, the last 8 bits of the ping's, and the last 24 bits of
 * which opening. */
static void *pack(uint32_t i, const struct beat *b)
{
    return (void *)(uintptr_t)((uint64_t)i << 32 | (uint64_t)(b->seq & 0xff) << 24 |
                               (b->token & 0xffffff));
}

/* false: it is another connection by now. */
static bool unpack(const struct push_server *s, void *object, struct beat *b)
{
    uint64_t bits = (uintptr_t)object;
    uint32_t i = (uint32_t)(bits >> 32), last = s->pinged[i];
    *b = (struct beat){ i, 1, s->token[i], last - ((last - (uint32_t)(bits >> 24)) & 0xff) };
    return (b->token & 0xffffff) == (bits & 0xffffff);
}

/* It reads at its rate and has got to the ping, unless it has stopped before. */
static void ping_read(void *subject, void *object)
{
    struct push_server *s = subject;
    struct beat b;
    if (!unpack(s, object, &b))
        return;
    struct slow_client *c = push_slow_reader(s, b.first);
    if (c && s->sim->now_ns < c->reads_from_ns)
        c->pinged = true;
    else if (c && !(s->connections.state[b.first] & CONNECTION_GONE))
        s->listener->beaten(s->listener_owner, s->base + b.first);
}

/* Who does not read hears no ping: one that has vanished never, others when they read again; who
 * reads slowly when it has read what was before it. */
static void beat_slow(struct push_server *s, struct slow_client *c, const struct beat *b)
{
    int64_t now_ns = s->sim->now_ns;
    push_slow_sent(s, c, now_ns);
    push_slow_await_death(s, c, now_ns);
    c->ping_ns = push_slow_through_ns(s, c);
    c->pinged = c->rate_bps == 0 && now_ns < c->ping_ns;
    if (now_ns >= c->ping_ns)
        s->listener->beaten(s->listener_owner, s->base + c->connection);
    else if (c->rate_bps > 0 && c->ping_ns < INT64_MAX)
        simulation_at(s->sim, c->ping_ns, 0, ping_read, s, pack(c->connection, b));
}

void push_beat_ping_end(struct push_server *s, const struct loop_entry *e)
{
    const struct heartbeat_params *p = &s->p->heartbeat;
    struct beat b = { e->first, e->count, e->to, s->pinged[e->first] + 1 };
    for (uint32_t i = e->first; i < e->first + e->count; i++) {
        s->pinged[i] = b.seq;
        if (s->connections.state[i] & CONNECTION_SLOW)
            beat_slow(s, push_slow_client(s, i), &b);
        else
            s->listener->beaten(s->listener_owner, s->base + i);
    }
    if (p->pong_timeout_ns == 0)
        return;
    later(s, &s->pongs, &b, s->p->network.delivery_ns + s->p->network.publish_ns, pongs_arrive);
    later(s, &s->expiries, &b, p->pong_timeout_ns, pong_timed_out);
}

/* -- pong ---------------------------------------------------------------------------------- */

/* Does it read, but for what it has not got to? */
static bool reads(const struct push_server *s, uint32_t i)
{
    uint8_t state = s->connections.state[i];
    if (!(state & CONNECTION_SLOW))
        return !(state & CONNECTION_GONE);
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    return !c || (!c->vanished && s->sim->now_ns >= c->reads_from_ns);
}

static int64_t pong_ns(const struct push_server *s, const struct slow_client *c)
{
    bool behind = c->rate_bps > 0 && c->ping_ns > c->reads_from_ns;
    return (behind ? c->ping_ns : c->reads_from_ns) + s->p->network.publish_ns;
}

static bool answers(const struct push_server *s, uint32_t i)
{
    const struct slow_client *c = NULL;
    if (s->connections.state[i] & CONNECTION_SLOW)
        c = slow_clients_find(&s->slow, i);
    return reads(s, i) && (!c || c->rate_bps == 0 || s->sim->now_ns >= pong_ns(s, c));
}

static void late_pong(void *subject, void *object);

/* The ping waits in the client's socket until it reads again, or behind what is there before it:
 * the pong is not due in the order of the others. */
static void answer_late(struct push_server *s, uint32_t i, const struct beat *b)
{
    const struct slow_client *c = slow_clients_find(&s->slow, i);
    if (!c || c->vanished || c->reads_from_ns == INT64_MAX || !concerns(s, i, b->token) ||
        (s->connections.state[i] & CONNECTION_GONE))
        return;
    simulation_at(s->sim, pong_ns(s, c), 0, late_pong, s, pack(i, b));
}

static void late_pong(void *subject, void *object)
{
    struct push_server *s = subject;
    struct beat b;
    if (!unpack(s, object, &b))
        return; /* another connection */
    struct loop_entry e = { b.first, 1, b.seq, b.token, STEP_PONG };
    if (reads(s, b.first))
        event_loop_post(&s->loop, SOURCE_IO, &e);
    else
        answer_late(s, b.first, &b); /* it has stopped reading once more */
}

static void pongs_arrive(void *subject, void *object)
{
    struct push_server *s = subject;
    struct beat b = pop_beat(&s->pongs);
    (void)object;
    for (uint32_t i = b.first, n; i < b.first + b.count; i += n) {
        bool yes = answers(s, i);
        for (n = 1; i + n < b.first + b.count && answers(s, i + n) == yes; n++)
            ;
        struct loop_entry e = { i, n, b.seq, b.token, STEP_PONG };
        if (yes)
            event_loop_post(&s->loop, SOURCE_IO, &e);
        for (uint32_t k = i; !yes && k < i + n; k++)
            answer_late(s, k, &b);
    }
}

int64_t push_beat_pong_begin(struct push_server *s, struct loop_entry *e)
{
    return stretch_cost(s, e, s->p->cost.ready_fd_ns + pong_share(s) * s->costs->heartbeat_ns);
}

/* The pongs of earlier passes have got through to those who wait for them. */
static void take_heard(struct push_server *s)
{
    if (s->heard_pass == s->loop.iterations)
        return;
    s->heard_pass = s->loop.iterations;
    while (s->heard.count > 0) {
        struct beat b = pop_beat(&s->heard);
        for (uint32_t i = b.first; i < b.first + b.count; i++)
            if (s->token[i] == b.token)
                s->answered[i] = b.seq;
    }
}

void push_beat_pong_end(struct push_server *s, const struct loop_entry *e)
{
    if (s->loop.params.ops != &loop_asyncio) {
        for (uint32_t i = e->first; i < e->first + e->count; i++)
            s->answered[i] = e->from;
        return;
    }
    struct beat b = { e->first, e->count, e->to, e->from };
    take_heard(s);
    push_beat(&s->heard, &b);
}

/* -- time-out ------------------------------------------------------------------------------ */

static void pong_timed_out(void *subject, void *object)
{
    struct push_server *s = subject;
    struct beat b = pop_beat(&s->expiries);
    struct loop_entry e = { b.first, b.count, b.seq, b.token, STEP_EXPIRE };
    (void)object;
    event_loop_post(&s->loop, SOURCE_TIMER, &e);
}

/* The timer's turn: closes those whose pong has not got through by now. */
int64_t push_beat_expire_begin(struct push_server *s, struct loop_entry *e)
{
    const struct heartbeat_params *p = &s->p->heartbeat;
    if (p->only_idle && traffic_within(s, p->pong_timeout_ns))
        return 0;
    if (s->p->server.fan_out == FAN_OUT_SEQUENTIAL)
        e->count = 1; /* the next send may go between two of them */
    take_heard(s);
    for (uint32_t i = e->first; i < e->first + e->count; i++)
        if (concerns(s, i, e->to) && (int32_t)(s->answered[i] - e->from) < 0)
            push_life_close(s, i, DISCONNECT_PONG_TIMEOUT);
    push_fan_go(s);
    return 0;
}

/* -- life ---------------------------------------------------------------------------------- */

static void open_run(struct push_server *s, uint32_t first, uint32_t n, int64_t due_ns)
{
    struct beat b = { first, n, ++s->opens, 0 };
    if (s->p->heartbeat.period_ns == 0)
        return;
    for (uint32_t i = first; i < first + n; i++) {
        s->token[i] = b.token;
        s->pinged[i] = s->answered[i] = 0;
    }
    later(s, &s->due, &b, due_ns, ping_due);
}

void push_beat_open(struct push_server *s, uint32_t i)
{
    open_run(s, i, 1, s->p->heartbeat.period_ns);
}

/* Connections from before the run opened at different times, the last just before it: their beats
 * are spread evenly over a period, or come within spread_ns of its end. */
void push_beat_open_before(struct push_server *s, uint32_t first, uint32_t n)
{
    const struct heartbeat_params *p = &s->p->heartbeat;
    int64_t spread_ns =
        p->spread_ns > 0 && p->spread_ns < p->period_ns ? p->spread_ns : p->period_ns;
    uint32_t runs = n < 64 ? n : 64;
    for (uint32_t k = 0; k < runs; k++) {
        uint32_t from = (uint32_t)((uint64_t)n * k / runs);
        uint32_t to = (uint32_t)((uint64_t)n * (k + 1) / runs);
        open_run(s, first + from, to - from,
                 p->period_ns - spread_ns + spread_ns * (k + 1) / runs);
    }
}

void push_beat_close(struct push_server *s)
{
    free(s->due.items);
    free(s->pongs.items);
    free(s->expiries.items);
    free(s->heard.items);
    free(s->token);
    free(s->pinged);
    free(s->answered);
}
