#include "models/push_server_internal.h"

/* A delivery finds its connection's state as cold as the time makes it that the worker spent off
 * the CPU since the delivery before (cache_warmth.h says why). That one was of an earlier message
 * than `from`, so the publishes' own clocks tell the time. The wake-up warms the task and its
 * queue, the write the socket: each pays its own. What the other connections have driven out of the
 * caches meanwhile is cold without any time off. */
double push_server_left_warm(const struct push_server *s, uint32_t first, uint32_t from,
                             uint32_t last)
{
    double time_ns = s->p->cost.warm_time_ns;
    if (from == first || time_ns <= 0)
        return 0;
    int64_t off_ns =
        push_server_record(s, last)->off_ns - push_server_record(s, from - 1)->off_ns;
    if (off_ns < 0) /* nobody was up to note it, or a process before this one: all is cold */
        return 0;
    return exp(-(double)off_ns / time_ns);
}

double push_server_coldness(const struct push_server *s, uint32_t first, uint32_t from,
                            uint32_t last)
{
    return 1 - (1 - s->spilled[last]) * push_server_left_warm(s, first, from, last);
}

/* For the messages that an entry takes or writes. */
static double coldness_of(const struct push_server *s, const struct loop_entry *e)
{
    bool window = e->step == STEP_TAKE || e->step == STEP_FLUSH;
    return window && e->to - e->from > 1
               ? push_server_coldness(s, push_server_head(s, e->first), e->from, e->to - 1)
               : s->cold[e->from];
}

/* Applies the queue bound to a window of messages; the dropped ones are settled. */
void push_server_bound(struct push_server *s, struct loop_entry *e)
{
    uint32_t tail = push_server_end(s, e->first);
    uint32_t held = tail - e->from, depth = push_server_depth(s, e->first, e->from);
    e->to = tail;
    if (s->p->server.fan_out != FAN_OUT_QUEUES) {
        e->to = e->from + 1;
        return;
    }
    if (held == depth || s->p->server.queue_policy == POLICY_DISCONNECT)
        return;
    if (s->p->server.queue_policy == POLICY_DROP_NEWEST)
        e->to = e->from + depth;
    else
        e->from = tail - depth;
    meter_drop(s->meter, s->base + e->first, e->count, held - depth);
}

int64_t push_server_wake_base(const struct push_server *s, const struct loop_entry *e)
{
    bool writes = !s->held_writes && e->step != STEP_PASS;
    double state_ns = s->costs->state_ns + (writes ? s->costs->write_state_ns : 0);
    double cost_ns = s->costs->wake_ns + state_ns * coldness_of(s, e);
    return push_positive(push_cost(cost_ns, push_server_record(s, e->from)->factor));
}

int64_t push_server_take_base(const struct push_server *s, const struct loop_entry *e)
{
    return push_server_wake_base(s, e) + s->take_ns[e->to] - s->take_ns[e->from];
}

int64_t push_server_written_base(const struct push_server *s, const struct loop_entry *e,
                                 uint32_t m)
{
    return push_server_wake_base(s, e) + s->take_ns[m + 1] - s->take_ns[e->from];
}

int64_t push_server_wake_cost(const struct push_server *s, const struct loop_entry *e)
{
    return push_server_paced(s, e->first, push_server_wake_base(s, e));
}

int64_t push_server_take_cost(const struct push_server *s, const struct loop_entry *e)
{
    return push_server_paced(s, e->first, push_server_take_base(s, e));
}

int64_t push_server_flush_cost(const struct push_server *s, const struct loop_entry *e)
{
    return push_server_paced(s, e->first, push_server_flush_base(s, e));
}

int64_t push_server_written_cost(const struct push_server *s, const struct loop_entry *e,
                                 uint32_t m)
{
    return push_server_paced(s, e->first, push_server_written_base(s, e, m));
}

/* The server has given the connection up; its task is cancelled now that its turn has come. */
static int64_t cancel(struct push_server *s, struct loop_entry *e)
{
    uint8_t state = s->connections.state[e->first];
    enum disconnect_cause cause =
        state & CONNECTION_LEFT ? s->closing[e->first] : DISCONNECT_SLOW_CONSUMER;
    e->count = 1;
    connections_set_phase(&s->connections, e->first, 1, CONNECTION_BLOCKED);
    if (state & CONNECTION_OWN) {
        push_life_close(s, e->first, cause);
    } else {
        uint32_t from = e->from;
        push_server_bound(s, e);
        meter_lose(s->meter, cause, s->base + e->first, 1, e->to - e->from);
        push_life_cancel(s, e->first, cause, from);
    }
    push_fan_go(s);
    return 0;
}

/* A wake-up of connections of which some deviate: -1 when the first ones do not. */
static int64_t irregular_begin(struct push_server *s, struct loop_entry *e)
{
    uint8_t state = s->connections.state[e->first];
    e->count = connections_run(&s->connections, e->first, e->count);
    if (state & CONNECTION_LEFT)
        return cancel(s, e);
    if (!(state & CONNECTION_SLOW))
        return -1;
    e->count = 1;
    if (!(state & CONNECTION_OWN)) {
        push_server_bound(s, e);
        push_slow_adopt(s, e);
    }
    return push_slow_take_begin(s, e);
}

int64_t push_take_begin(struct push_server *s, struct loop_entry *e)
{
    if (!connections_regular(&s->connections)) {
        int64_t unit = irregular_begin(s, e);
        if (unit >= 0)
            return unit;
    }
    s->took_from = e->from;
    if (s->p->server.queue_policy == POLICY_DISCONNECT &&
        s->p->server.fan_out == FAN_OUT_QUEUES &&
        push_server_tail(s, e->first) - e->from > s->p->server.queue_bound)
        return cancel(s, e);
    if (s->p->server.queue_policy == POLICY_DROP_NEWEST &&
        s->p->server.fan_out == FAN_OUT_QUEUES) /* push_take_end settles what is dropped */
        e->to = e->from + push_server_depth(s, e->first, e->from);
    else
        push_server_bound(s, e);
    if (e->to - e->from > s->meter->depth_max)
        s->meter->depth_max = e->to - e->from;
    return push_server_take_cost(s, e);
}

void push_take_put_back(struct push_server *s, struct loop_entry *e)
{
    meter_drop(s->meter, s->base + e->first, e->count, -(int64_t)(e->from - s->took_from));
    e->from = s->took_from;
}

int64_t push_server_flush_ns(const struct push_server *s, uint32_t m, double coldness)
{
    double cost_ns = s->costs->write_ns + s->costs->write_state_ns * coldness +
                     s->acked[m] * s->p->cost.ack_ns;
    return push_cost(cost_ns, push_server_record(s, m)->factor);
}

int64_t push_server_flush_base(const struct push_server *s, const struct loop_entry *e)
{
    return push_positive(push_server_flush_ns(s, e->from, coldness_of(s, e)) +
                         s->flush_ns[e->to] - s->flush_ns[e->from]);
}

/* The same where a write may wait in its socket: those that do one by one, the others in runs.
 * Where each has a time of its own (push_server_batch.c) none forms a run, and this would be
 * dearer. */
static void deliver_waiting(struct push_server *s, uint32_t m, const struct delivery_run *run)
{
    struct delivery_run part = *run;
    part.n = 0;
    for (uint32_t k = 0; k < run->n; k++) {
        uint32_t connection = run->connection + k;
        int64_t at_ns = run->first_ns + k * run->step_ns;
        int64_t wait_ns = push_server_waits(s, connection - s->base, m, at_ns);
        if (part.n > 0 && (wait_ns > 0 || part.buffered_ns > 0)) {
            meter_deliver(s->meter, &part);
            part.n = 0;
        }
        if (part.n++ == 0) {
            part.connection = connection;
            part.first_ns = at_ns;
            part.buffered_ns = wait_ns;
        }
    }
    if (part.n > 0)
        meter_deliver(s->meter, &part);
}

/* Writes message m to n connections in the same state. */
static void deliver(struct push_server *s, uint32_t m, const struct delivery_run *run)
{
    uint32_t first = run->connection - s->base;
    uint8_t state = s->connections.state[first];
    if ((state & CONNECTION_GONE) || (state & CONNECTION_PHASE_MASK) < CONNECTION_CLOSING) {
        meter_lose(s->meter, DISCONNECT_CLIENT_LEFT, run->connection, run->n, 1);
        return;
    }
    for (uint32_t k = 0; s->wrote_ns && k < run->n; k++)
        s->wrote_ns[first + k] = run->first_ns + k * run->step_ns;
    if (!(state & CONNECTION_SLOW)) {
        if (s->nagle)
            deliver_waiting(s, m, run);
        else
            meter_deliver(s->meter, run);
        return;
    }
    for (uint32_t k = 0; k < run->n; k++) {
        struct slow_message message = { .number = m,
                                        .queued = run->queued,
                                        .written_ns = run->first_ns + k * run->step_ns,
                                        .throttled_ns = run->throttled_ns };
        push_slow_written(s, first + k, &message);
    }
}

/* In `stretch` message m was written to those connections whose callback got to `offset_ns`. */
static void written(struct push_server *s, const struct loop_entry *e, uint32_t m,
                    int64_t unit_ns, int64_t offset_ns, const struct loop_stretch *stretch)
{
    struct delivery_run run = { .publish = push_server_record(s, m),
                                .step_ns = unit_ns,
                                .throttled_ns = stretch->throttled_ns,
                                .queued = m > e->from };
    uint32_t index, left;
    left = loop_stretch_ends(stretch, unit_ns, offset_ns, &index, &run.first_ns);
    run.connection = s->base + e->first + index;
    for (; left > 0; left -= run.n) {
        run.n = left;
        if (!connections_regular(&s->connections))
            run.n = connections_run(&s->connections, run.connection - s->base, left);
        deliver(s, m, &run);
        run.connection += run.n;
        run.first_ns += run.n * unit_ns;
    }
}

void push_take_ran(struct push_server *s, const struct loop_entry *e,
                   const struct loop_stretch *stretch)
{
    if (s->held_writes)
        return;
    int64_t unit = push_server_take_cost(s, e);
    for (uint32_t m = e->from; m < e->to; m++)
        written(s, e, m, unit, push_server_written_cost(s, e, m), stretch);
}

void push_server_drop_rest(struct push_server *s, const struct loop_entry *e)
{
    if (s->p->server.fan_out == FAN_OUT_QUEUES) /* else the rest is not due yet */
        meter_drop(s->meter, s->base + e->first, e->count,
                   push_server_tail(s, e->first) - e->to);
}

void push_server_taken(struct push_server *s, uint32_t connection, uint32_t to)
{
    uint32_t *taken = &s->taken[push_server_feed_of(s, connection)];
    *taken = to > *taken ? to : *taken;
}

/* Beside the messages in queues: what is ready to be written, until the iteration ends. */
static void hold(struct push_server *s, const struct loop_entry *e)
{
    double copies = s->p->memory.held_copies[s->p->server.protocol];
    int64_t bytes = (s->sum_bytes[e->to] - s->sum_bytes[e->from]) * e->count;
    if (s->held_in != s->loop.iterations)
        s->held_bytes = 0;
    s->held_in = s->loop.iterations;
    s->held_bytes += (int64_t)(copies * (double)bytes);
    s->held_most_bytes =
        s->held_bytes > s->held_most_bytes ? s->held_bytes : s->held_most_bytes;
}

void push_take_end(struct push_server *s, const struct loop_entry *e)
{
    push_server_taken(s, e->first, e->to);
    connections_set_phase(&s->connections, e->first, e->count, CONNECTION_WAITING);
    push_server_drop_rest(s, e);
    if (s->held_writes) {
        struct loop_entry flush = *e;
        flush.step = STEP_FLUSH;
        event_loop_flush(&s->loop, &flush);
        hold(s, e);
    }
    if (e->count == 1)
        push_life_woken(s, e->first);
    push_fan_go(s);
}

void push_flush_ran(struct push_server *s, const struct loop_entry *e,
                    const struct loop_stretch *stretch)
{
    int64_t unit = push_server_flush_cost(s, e);
    for (uint32_t m = e->from; m < e->to; m++)
        written(s, e, m, unit, unit, stretch);
}
