/* push_server_topic.c - who hears what: the feeds (topics.h) of the connections, and of each the
 * messages published so far, with the sums of what they cost.
 */
#include "models/push_server_internal.h"

#include "models/cost_scale.h"

void push_server_subscribe(struct push_server *s, uint32_t connection, uint32_t feed)
{
    assert(feed < s->topics->feeds);
    if (s->feed)
        s->feed[connection] = feed;
}

uint32_t push_server_feed(const struct push_server *s, uint32_t connection, uint64_t *tail)
{
    *tail = push_fan_due(s, connection);
    return push_server_head(s, connection);
}

int64_t push_server_payload_bytes(const struct push_server *s, uint32_t first, uint32_t n)
{
    return s->sum_bytes[first + n] - s->sum_bytes[first] - n * s->costs->frame_bytes;
}

void push_topic_opened(struct push_server *s, uint32_t first, uint32_t n)
{
    if (!s->feed)
        s->open_to[0] += n;
    for (uint32_t i = first; s->feed && i < first + n; i++)
        s->open_to[s->feed[i]]++;
    for (uint32_t i = first; s->nagle && i < first + n; i++)
        push_nagle_init(s->p, &s->nagle[i]);
}

void push_topic_closed(struct push_server *s, uint32_t i)
{
    if (push_server_left_full(s, i))
        return;
    s->open_to[push_server_feed_of(s, i)]--;
}

uint32_t push_topic_run(const struct push_server *s, uint32_t first, uint32_t n)
{
    uint32_t same = s->feed ? 1 : n;
    if (s->full_at && (s->connections.state[first] & CONNECTION_LEFT))
        return 1; /* its neighbours may have left for other reasons */
    while (same < n && s->feed[first + same] == s->feed[first])
        same++;
    return connections_run(&s->connections, first, same);
}

bool push_topic_hears(const struct push_server *s, uint32_t i, uint32_t publish)
{
    uint32_t tail = push_server_tail(s, i);
    if (push_server_left_full(s, i))
        return false;
    return !s->feed || (tail > push_server_head(s, i) && s->number[tail - 1] == publish);
}

uint64_t push_server_hearers(const struct push_server *s, uint32_t topic)
{
    const struct topics *t = s->topics;
    uint64_t open = 0;
    for (uint32_t k = t->hear_from[topic]; k < t->hear_from[topic + 1]; k++)
        open += s->open_to[t->hearing[k]];
    return open;
}

uint64_t push_server_unhandled(const struct push_server *s)
{
    uint64_t messages = 0;
    for (uint32_t m = push_server_fanned(s); m < s->arrived; m++)
        messages += push_server_hearers(s, s->publishes[m].topic);
    return messages;
}

/* Of one write of message m, but for its bytes; one that waits sends nothing (nagle.h). */
static double write_ns(const struct push_server *s, uint32_t m)
{
    bool waits = s->waits && s->waits[m];
    return fmax(s->costs->write_ns - waits * s->p->cost.transmit_ns, 0);
}

/* Extends the sums of a feed by message m, one of a fan-out to so many; `left_warm`: of the buffers
 * that the message before has used (push_server_left_warm). Held writes are acknowledged as one
 * (push_server_flush_ns). */
static void add_costs(struct push_server *s, uint32_t m, uint64_t hearers, double left_warm)
{
    const struct publish_record *p = push_server_record(s, m);
    double kib = (double)push_server_wire_bytes(s, m) / 1024;
    double spilled = cost_spilled_share(&s->p->cost, 1024 * kib * (double)hearers);
    double costly_kib = kib * (1 - (1 - spilled) * left_warm);
    double by_size = s->costs->write_kib_ns * costly_kib;
    int64_t take = push_cost(s->costs->item_ns + s->costs->item_kib_ns * costly_kib, p->factor);
    if (push_server_deflates(s))
        take += push_cost(s->p->websocket.deflate_ns +
                              s->p->websocket.deflate_kib_ns * (double)p->bytes / 1024,
                          p->factor);
    if (!s->held_writes)
        take +=
            push_cost(write_ns(s, m) + by_size + s->acked[m] * s->p->cost.ack_ns, p->factor);
    s->take_ns[m + 1] = s->take_ns[m] + take;
    s->flush_ns[m + 1] = s->flush_ns[m] + push_cost(by_size, p->factor);
    s->sum_bytes[m + 1] = s->sum_bytes[m] + p->bytes + s->costs->frame_bytes;
}

/* Whether message m goes out behind the one before, in the same segment: whom that one has woken
 * has not had its turn, takes both (CPython 3.11, asyncio/queues.py: get() does not yield while the
 * queue has messages), and uvloop 0.17 hands all that it holds of a stream to the kernel in one
 * writev (uvloop/handles/stream.pyx, _try_write and _exec_write). */
static bool joins_segment(const struct push_server *s, uint32_t feed, uint32_t m)
{
    return s->held_writes && s->p->server.fan_out == FAN_OUT_QUEUES && s->taken[feed] < m;
}

/* Message m is handed to streams without TCP_NODELAY: its id, and a typical stream's write. */
static void write_typical(struct push_server *s, uint32_t feed, uint32_t m)
{
    if (!s->nagle)
        return;
    int64_t now_ns = s->sim->now_ns;
    s->event_bytes[m] = nagle_event_bytes(&s->ids[feed], now_ns, push_server_wire_bytes(s, m));
    s->waits[m] = nagle_write(&s->typical[feed], now_ns, s->event_bytes[m]) > 0;
}

/* Is message m's segment acknowledged at once, inside the write that sends it? */
static bool acked_at_once(struct push_server *s, uint32_t feed, uint32_t m)
{
    if (s->nagle)
        return s->typical[feed].acked;
    if (joins_segment(s, feed, m))
        return s->acked[m - 1];
    return quick_ack_arrives(&s->acks[feed], s->sim->now_ns, push_server_wire_bytes(s, m));
}

void push_server_append(struct push_server *s, uint32_t publish)
{
    const struct topics *t = s->topics;
    uint32_t topic = s->publishes[publish].topic;
    uint64_t hearers = push_server_hearers(s, topic);
    double spilled = cost_spilled_state(&s->p->cost, (double)hearers);
    for (uint32_t k = t->hear_from[topic]; k < t->hear_from[topic + 1]; k++) {
        uint32_t feed = t->hearing[k], m = s->tails[feed]++;
        s->number[m] = publish;
        s->spilled[m] = spilled;
        double left_warm = push_server_left_warm(s, t->first[feed], m, m);
        s->cold[m] = 1 - (1 - spilled) * left_warm;
        write_typical(s, feed, m);
        s->acked[m] = acked_at_once(s, feed, m);
        if (hearers == 0) /* there will be no wake-up */
            s->taken[feed] = m + 1;
        add_costs(s, m, hearers, left_warm);
    }
}
