/* push_server_held.c - what the server holds at this instant: queue depths for the samples, and
 * for the check of conservation the messages of every connection.
 */
#include "models/push_server_internal.h"

#include <string.h>

/* Conflating by keys that come in turn keeps the newest message of each: the newest `keys`. */
uint32_t push_server_bound_of(const struct push_server *s)
{
    const struct server_params *p = &s->p->server;
    return (uint32_t)(p->queue_policy == POLICY_CONFLATE && p->queue_keys < p->queue_bound
                          ? p->queue_keys
                          : p->queue_bound);
}

uint32_t push_server_depth(const struct push_server *s, uint32_t connection, uint32_t from)
{
    if (s->p->server.fan_out != FAN_OUT_QUEUES)
        return 1;
    uint32_t held = push_server_tail(s, connection) - from, bound = push_server_bound_of(s);
    bool drops = s->p->server.queue_policy != POLICY_DISCONNECT &&
                 s->p->server.queue_policy != POLICY_NONE;
    return drops && held > bound ? bound : held;
}

/* Connections first .. end - 1 of an entry whose queue is the entry's window. */
static uint32_t with_window(const struct push_server *s, uint32_t first, uint32_t end)
{
    uint32_t with = 0;
    if (s->slow.count == 0) /* none has a queue of its own */
        return end - first;
    for (uint32_t i = first, n; i < end; i += n) {
        n = connections_run(&s->connections, i, end - i);
        with += s->connections.state[i] & CONNECTION_OWN ? 0 : n;
    }
    return with;
}

struct sample {
    const struct push_server *server;
    uint64_t connections, messages; /* with a queue that is not empty; in their queues */
};

static void sample_depth(struct sample *sample, uint32_t depth, uint64_t connections)
{
    meter_depth(sample->server->meter, depth, connections);
    sample->connections += connections;
    sample->messages += depth * connections;
}

static void sample_entry(void *arg, const struct loop_entry *e, bool begun, int64_t progress_ns)
{
    struct sample *sample = arg;
    const struct push_server *s = sample->server;
    uint32_t first = e->first, end = e->first + e->count;
    if (e->step != STEP_PASS && e->step != STEP_TAKE)
        return;
    if (begun && e->step == STEP_TAKE) /* whose turn has come has taken its messages */
        first += (uint32_t)(progress_ns / push_server_take_cost(s, e)) + 1;
    if (first < end)
        sample_depth(sample, push_server_depth(s, e->first, e->from),
                     with_window(s, first, end));
}

uint64_t push_server_sample(struct push_server *s)
{
    struct sample sample = { s, 0, 0 };
    event_loop_sync(&s->loop);
    event_loop_visit(&s->loop, sample_entry, &sample);
    for (uint32_t i = 0; i < s->slow.count; i++)
        if (s->slow.items[i].queue.count > 0)
            sample_depth(&sample, s->slow.items[i].queue.count, 1);
    meter_depth(s->meter, 0, s->connections.open - sample.connections);
    return sample.messages;
}

struct weighing {
    struct push_server *server;
    struct push_holdings *sum;
};

/* What connection i holds starts with message `from`. */
static void is_held(const struct push_server *s, uint32_t i, uint32_t from)
{
    uint32_t *oldest = &s->oldest[push_server_feed_of(s, i)];
    *oldest = from < *oldest ? from : *oldest;
}

static void weigh_entry(void *arg, const struct loop_entry *e, bool begun, int64_t progress_ns)
{
    struct weighing *w = arg;
    const struct push_server *s = w->server;
    uint32_t first = e->first, end = e->first + e->count;
    if (e->step != STEP_PASS && e->step != STEP_TAKE)
        return;
    if (begun && e->step == STEP_TAKE)
        first += (uint32_t)(progress_ns / push_server_take_cost(s, e)) + 1;
    if (first >= end)
        return;
    uint32_t depth = push_server_depth(s, first, e->from), n = with_window(s, first, end);
    uint32_t from =
        s->p->server.fan_out == FAN_OUT_QUEUES ? push_server_tail(s, first) - depth : e->from;
    w->sum->queued += (uint64_t)depth * n;
    w->sum->queued_bytes += (s->sum_bytes[from + depth] - s->sum_bytes[from]) * n;
    is_held(s, first, from);
}

static void weigh_slow(struct weighing *w, const struct slow_client *c)
{
    const struct push_server *s = w->server;
    w->sum->buffered_bytes += c->buffer_bytes;
    w->sum->socket_bytes += c->socket_bytes;
    w->sum->slow += c->buffer.count > 0;
    w->sum->queued += c->queue.count;
    if (c->queue.count == 0)
        return;
    uint32_t from = slow_queue_at(&c->queue, 0)->number;
    w->sum->queued_bytes +=
        s->sum_bytes[push_server_tail(s, c->connection)] - s->sum_bytes[from];
    is_held(s, c->connection, from);
}

/* Of the messages that some queue holds, each publish once, whichever feeds it is in. */
static int64_t shared_bytes(const struct push_server *s)
{
    uint32_t feeds = s->topics->feeds;
    int64_t sum = 0;
    if (feeds == 1)
        return s->sum_bytes[s->tails[0]] - s->sum_bytes[s->oldest[0]];
    for (uint32_t f = 0; f < feeds; f++)
        for (uint32_t m = s->oldest[f]; m < s->tails[f]; m++) {
            struct publish_record *p = push_server_record(s, m);
            sum += p->weighed ? 0 : p->bytes + s->costs->frame_bytes;
            p->weighed = true;
        }
    for (uint32_t f = 0; f < feeds; f++)
        for (uint32_t m = s->oldest[f]; m < s->tails[f]; m++)
            push_server_record(s, m)->weighed = false;
    return sum;
}

void push_server_holdings(struct push_server *s, struct push_holdings *sum)
{
    struct weighing w = { s, sum };
    memcpy(s->oldest, s->tails, s->topics->feeds * sizeof *s->oldest);
    event_loop_sync(&s->loop);
    event_loop_visit(&s->loop, weigh_entry, &w);
    for (uint32_t i = 0; i < s->slow.count; i++)
        weigh_slow(&w, &s->slow.items[i]);
    sum->shared_bytes += shared_bytes(s);
}

/* `messages` are held for the connections of a range but the first `done`. */
static void hold(struct push_server *s, const struct loop_entry *e, uint32_t done,
                 uint32_t messages)
{
    if (done < e->count && messages > 0)
        meter_hold(s->meter, s->base + e->first + done, e->count - done, messages);
}

/* How many of a begun range's callbacks have got to offset_ns. */
static uint32_t got_to(int64_t progress_ns, int64_t unit_ns, int64_t offset_ns)
{
    return progress_ns < offset_ns ? 0 : (uint32_t)((progress_ns - offset_ns) / unit_ns + 1);
}

/* Windows not yet taken: those with a queue of their own are counted there. */
static void hold_windows(struct push_server *s, const struct loop_entry *entry)
{
    uint32_t end = entry->first + entry->count;
    for (uint32_t i = entry->first, n; i < end; i += n) {
        struct loop_entry e = *entry;
        n = connections_run(&s->connections, i, end - i);
        if (s->connections.state[i] & CONNECTION_OWN)
            continue;
        e.first = i;
        e.count = n;
        push_server_bound(s, &e);
        hold(s, &e, 0, e.to - e.from);
    }
}

static void hold_entry(void *arg, const struct loop_entry *e, bool begun, int64_t progress_ns)
{
    struct push_server *s = arg;
    if (e->step == STEP_FLUSH) {
        int64_t unit = push_server_flush_cost(s, e);
        hold(s, e, begun ? got_to(progress_ns, unit, unit) : 0, e->to - e->from);
    } else if (e->step == STEP_PASS || (e->step == STEP_TAKE && !begun)) {
        hold_windows(s, e);
    } else if (e->step == STEP_TAKE && s->held_writes) {
        hold(s, e, 0, e->to - e->from);
        push_server_drop_rest(s, e);
    } else if (e->step == STEP_TAKE) {
        push_server_drop_rest(s, e);
        int64_t unit = push_server_take_cost(s, e);
        for (uint32_t m = e->from; m < e->to; m++)
            hold(s, e, got_to(progress_ns, unit, push_server_written_cost(s, e, m)), 1);
    }
}

void push_server_settle(struct push_server *s)
{
    event_loop_sync(&s->loop);
    event_loop_visit(&s->loop, hold_entry, s);
    for (uint32_t i = 0; i < s->slow.count; i++)
        meter_hold(s->meter, s->base + s->slow.items[i].connection, 1,
                   slow_client_messages(&s->slow.items[i]));
}
