/* push_server_held.c - what the server holds at this instant: queue depths for the samples, and
 * for the check of conservation the messages of every connection.
 */
#include "models/push_server_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

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
    uint32_t held = push_server_end(s, connection) - from, bound = push_server_bound_of(s);
    return s->p->server.queue_policy != POLICY_NONE && held > bound ? bound : held;
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

/* Is there anybody in this entry, from *first on, who has its window in its queue? In a take those
 * whose turn has come have taken their messages. */
static bool is_queued(const struct push_server *s, const struct loop_entry *e, bool begun,
                      int64_t progress_ns, uint32_t *first)
{
    *first = e->first;
    if (e->step != STEP_PASS && e->step != STEP_TAKE)
        return false;
    if (begun && e->step == STEP_TAKE)
        *first += (uint32_t)(progress_ns / push_server_take_cost(s, e)) + 1;
    return *first < e->first + e->count;
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
    uint32_t first;
    if (is_queued(s, e, begun, progress_ns, &first))
        sample_depth(sample, push_server_depth(s, e->first, e->from),
                     with_window(s, first, e->first + e->count));
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
    bool references; /* in write buffers */
    bool gaps;       /* a queue may end before the newest message: each held one is marked */
    int64_t marked_bytes;
    uint32_t first, from, to; /* window marked last, and its first connection */
};

static int64_t mark(struct publish_record *p, bool weighed, int64_t bytes)
{
    bool changes = p->weighed != weighed;
    p->weighed = weighed;
    return changes ? bytes : 0;
}

static void mark_window(struct weighing *w, uint32_t from, uint32_t to)
{
    const struct push_server *s = w->server;
    for (uint32_t m = from; m < to; m++) {
        struct publish_record *p = push_server_record(s, m);
        w->marked_bytes += mark(p, true, p->bytes + s->costs->frame_bytes);
    }
}

/* Connection i holds messages from .. to - 1. */
static void is_held(struct weighing *w, uint32_t i, uint32_t from, uint32_t to)
{
    const struct push_server *s = w->server;
    uint32_t feed = push_server_feed_of(s, i), *oldest = &s->oldest[feed];
    *oldest = from < *oldest ? from : *oldest;
    bool again = from == w->from && to == w->to && feed == push_server_feed_of(s, w->first);
    if (!w->gaps || again)
        return;
    mark_window(w, from, to);
    w->first = i;
    w->from = from;
    w->to = to;
}

static void weigh_entry(void *arg, const struct loop_entry *e, bool begun, int64_t progress_ns)
{
    struct weighing *w = arg;
    const struct push_server *s = w->server;
    uint32_t first;
    if (!is_queued(s, e, begun, progress_ns, &first))
        return;
    uint32_t depth = push_server_depth(s, first, e->from),
             n = with_window(s, first, e->first + e->count);
    bool newest = s->p->server.fan_out == FAN_OUT_QUEUES && !w->gaps;
    uint32_t from = newest ? push_server_end(s, first) - depth : e->from;
    w->sum->queued += (uint64_t)depth * n;
    w->sum->queued_bytes += (s->sum_bytes[from + depth] - s->sum_bytes[from]) * n;
    is_held(w, first, from, from + depth);
}

/* Whether a message in a write buffer is a reference to one payload for all connections. asyncio
 * (CPython 3.11 selector_events.py, _SelectorSocketTransport.write) appends a copy of the bytes to
 * the transport's bytearray; uvloop keeps the object, but uvicorn and websockets have made it for
 * this connection alone (httptools_impl.py, RequestResponseCycle.send: b"".join; websockets 10.4
 * frames.py, Frame.write). ws 8 passes the string or Buffer that it was given on to the socket,
 * behind a header of its own (lib/sender.js, Sender.frame and sendFrame), and Node's stream queues
 * references; ws 1.0 made a new Buffer of each string for each socket (lib/Sender.js,
 * frameAndSend): "copies". nchan keeps a message once in shared memory, and the chain of each
 * subscriber points to it. What is compressed is each connection's own. */
static bool shares_buffers(const struct push_server *s)
{
    const struct server_params *p = &s->p->server;
    if (push_server_deflates(s) || s->p->memory.buffers == BUFFERS_COPIES)
        return false;
    return s->p->memory.buffers == BUFFERS_REFERENCES || p->loop == LOOP_NODE ||
           p->loop == LOOP_NGINX;
}

/* Messages first .. last are all there is in the queue, which is not empty. */
static bool unbroken(const struct slow_queue *q, uint32_t *first, uint32_t *last)
{
    *first = slow_queue_at(q, 0)->number;
    *last = slow_queue_at(q, q->count - 1)->number;
    return *last - *first + 1 == q->count;
}

/* A queue that refuses the newest messages, and takes one when there is room, has gaps. */
static void weigh_queue(struct weighing *w, const struct slow_client *c)
{
    const struct push_server *s = w->server;
    uint32_t first, last;
    if (unbroken(&c->queue, &first, &last)) {
        w->sum->queued_bytes += s->sum_bytes[last + 1] - s->sum_bytes[first];
        is_held(w, c->connection, first, last + 1);
        return;
    }
    for (uint32_t k = 0; k < c->queue.count; k++) {
        uint32_t m = slow_queue_at(&c->queue, k)->number;
        w->sum->queued_bytes += s->sum_bytes[m + 1] - s->sum_bytes[m];
        is_held(w, c->connection, m, m + 1);
    }
}

static int64_t socket_bytes(const struct push_server *s, const struct slow_client *c)
{
    return s->p->memory.sockets_apart ? 0 : c->socket_bytes - push_slow_received(s, c);
}

static void weigh_slow(struct weighing *w, const struct slow_client *c)
{
    const struct push_server *s = w->server;
    w->sum->buffered_bytes +=
        w->references ? c->buffer.count * s->p->memory.message_bytes : c->buffer_bytes;
    w->sum->socket_bytes += socket_bytes(s, c);
    w->sum->slow += c->buffer.count > 0;
    w->sum->queued += c->queue.count;
    if (c->queue.count > 0)
        weigh_queue(w, c);
}

/* Marks the messages that some queue holds, or takes the marks away; bytes of the publishes whose
 * mark changed. */
static int64_t mark_queued(const struct push_server *s, bool weighed)
{
    int64_t sum = 0;
    for (uint32_t f = 0; f < s->topics->feeds; f++)
        for (uint32_t m = s->oldest[f]; m < s->tails[f]; m++) {
            struct publish_record *p = push_server_record(s, m);
            sum += mark(p, weighed, p->bytes + s->costs->frame_bytes);
        }
    return sum;
}

/* The same of what is in write buffers. */
static int64_t mark_buffered(const struct push_server *s, bool weighed)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < s->slow.count; i++) {
        const struct slow_queue *buffer = &s->slow.items[i].buffer;
        for (uint32_t k = 0; k < buffer->count; k++) {
            const struct slow_message *m = slow_queue_at(buffer, k);
            sum += mark(push_server_record(s, m->number), weighed, m->bytes);
        }
    }
    return sum;
}

/* Of the messages that some queue holds, each publish once, whichever feeds it is in. */
static int64_t shared_bytes(const struct weighing *w)
{
    const struct push_server *s = w->server;
    if (w->gaps)
        return w->marked_bytes;
    if (s->topics->feeds == 1)
        return s->sum_bytes[s->tails[0]] - s->sum_bytes[s->oldest[0]];
    int64_t sum = mark_queued(s, true);
    mark_queued(s, false);
    return sum;
}

static int by_start(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The buffers' messages as ranges [0], [1] - 1; false: some buffer is not one. */
static bool buffered_ranges(const struct push_server *s, uint32_t (*range)[2], uint32_t *count)
{
    *count = 0;
    for (uint32_t i = 0; i < s->slow.count; i++) {
        const struct slow_client *c = &s->slow.items[i];
        uint32_t *r = range[*count];
        if (c->buffer.count == 0)
            continue;
        if (c->replays > 0 || !unbroken(&c->buffer, &r[0], &r[1]))
            return false;
        r[1]++;
        ++*count;
    }
    return true;
}

/* Bytes of the messages below `end` in any of the ranges. */
static int64_t union_bytes(const struct push_server *s, uint32_t (*range)[2], uint32_t count,
                           uint32_t end)
{
    int64_t sum = 0;
    uint32_t done = 0;
    qsort(range, count, sizeof *range, by_start);
    for (uint32_t k = 0; k < count; k++) {
        uint32_t from = range[k][0] > done ? range[k][0] : done;
        uint32_t to = range[k][1] < end ? range[k][1] : end;
        if (from >= to)
            continue;
        sum += s->sum_bytes[to] - s->sum_bytes[from];
        done = to;
    }
    return sum;
}

static int64_t referred_by_marks(const struct weighing *w)
{
    const struct push_server *s = w->server;
    if (!s->p->memory.shared_payload)
        mark_queued(s, false);
    else if (!w->gaps)
        mark_queued(s, true);
    int64_t sum = mark_buffered(s, true);
    mark_buffered(s, false);
    mark_queued(s, false);
    return sum;
}

/* Of the messages that write buffers refer to, each publish once; not those whose one payload is
 * counted in the queues. A buffer may hold days of messages: where all are ranges of one feed,
 * nothing is walked. */
static int64_t referred_bytes(const struct weighing *w)
{
    const struct push_server *s = w->server;
    if (s->topics->feeds > 1 || w->gaps)
        return referred_by_marks(w);
    uint32_t(*range)[2] = mem_alloc(s->slow.count * sizeof *range), count;
    uint32_t end = s->p->memory.shared_payload ? s->oldest[0] : s->tails[0];
    int64_t sum = buffered_ranges(s, range, &count) ? union_bytes(s, range, count, end)
                                                    : referred_by_marks(w);
    free(range);
    return sum;
}

void push_server_holdings(struct push_server *s, struct push_holdings *sum)
{
    struct weighing w = { .server = s,
                          .sum = sum,
                          .references = shares_buffers(s),
                          .gaps =
                              (s->full_at || s->p->server.queue_policy == POLICY_DROP_NEWEST) &&
                              s->p->server.fan_out == FAN_OUT_QUEUES };
    memcpy(s->oldest, s->tails, s->topics->feeds * sizeof *s->oldest);
    event_loop_sync(&s->loop);
    event_loop_visit(&s->loop, weigh_entry, &w);
    for (uint32_t i = 0; i < s->slow.count; i++)
        weigh_slow(&w, &s->slow.items[i]);
    for (uint32_t i = 0; i < s->orphans.count; i++)
        if (!s->orphans.items[i].orphan.left)
            sum->socket_bytes += socket_bytes(s, &s->orphans.items[i]);
    sum->buffered_bytes += s->held_most_bytes;
    s->held_most_bytes = 0;
    sum->shared_bytes += shared_bytes(&w);
    if (w.references && s->slow.count > 0)
        sum->buffered_bytes += referred_bytes(&w);
    if (w.gaps)
        mark_queued(s, false);
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
        n = push_topic_run(s, i, end - i);
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
    for (uint32_t i = 0; i < s->slow.count; i++) {
        const struct slow_client *c = &s->slow.items[i];
        meter_hold(s->meter, s->base + c->connection, 1,
                   slow_client_messages(c) + push_replay_pending(s, c));
    }
    for (uint32_t i = 0; i < s->orphans.count; i++)
        meter_hold(s->meter, s->base + s->orphans.items[i].connection, 1,
                   slow_client_messages(&s->orphans.items[i]));
}
