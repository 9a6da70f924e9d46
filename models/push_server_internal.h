/* push_server_internal.h - shared by push_server.c (the loop's handler), push_server_publish.c,
 * push_server_slow.c (clients that do not read), push_server_life.c (connects, disconnects) and
 * the others. What ends in _begin, _ran, _end, _put_back is the handler's part (event_loop.h) for a
 * step of the same name.
 */
#ifndef PUSHSIM_MODELS_PUSH_SERVER_INTERNAL_H
#define PUSHSIM_MODELS_PUSH_SERVER_INTERNAL_H

#include <assert.h>
#include <math.h>

#include "models/push_server.h"

/* The server's callbacks. `from` is the oldest message of the connections' queues (publish: the
 * message itself). */
enum push_step {
    STEP_PUBLISH,    /* count 1 */
    STEP_PASS,       /* a wake-up; `to`: passes already made */
    STEP_TAKE,       /* the last wake-up: takes messages from .. to - 1 */
    STEP_FLUSH,      /* held writes of messages from .. to - 1 */
    STEP_SLOW_TAKE,  /* count 1: the last wake-up of a connection with a queue of its own; `to`:
                        messages it takes */
    STEP_SLOW_FLUSH, /* count 1: the held writes of such a connection; from: it too, so that two
                        of them are never joined */
    STEP_WRITABLE,   /* count 1: the socket has room again: the write buffer goes out */
    STEP_HANDSHAKE,  /* connections accepted; `to`: steps of the set-up already made */
    STEP_CLOSED,     /* count 1: a closing handshake is over, or has taken too long */
    STEP_CLOSE,      /* count 1: the client's end of the connection is closed */
    STEP_PING,       /* a heartbeat for a range; `from`: number, time; `to`: opening's token */
    STEP_PONG,       /* its answers; `from`: its number; `to`: the same */
    STEP_EXPIRE,     /* its time-out; both as of its answers */
    STEP_REPLAY,     /* count 1: missed events go out at once; `from`: which replay */
    STEP_CANCEL,     /* count 1: a connection given up in its last wake-up ends */
    STEP_PROBE,      /* count 1; from: the probe's number; to: PUSH_OWN_CONNECTION until it is
                        accepted */
    STEP_MESSAGE,    /* count 1: a client's message; from: its number; to: passes made, with
                     PUSH_OWN_CONNECTION if its connection was opened for it */
    STEP_REPLY,      /* count 1: the held write of its answer; from: the message */
    STEP_SETTLE, /* count 1: the takes of a fan-out are over; from: its publish; to: how many */
    STEP_OTHER,  /* count 1; from, to: the cost's low and high half */
};

#define PUSH_OWN_CONNECTION (UINT32_C(1) << 31)

static inline int64_t push_cost(double ns, double factor)
{
    return llround(ns * factor);
}

/* Every callback costs something: its end is then a moment of its own. */
static inline int64_t push_positive(int64_t ns)
{
    return ns > 0 ? ns : 1;
}

/* A cost (>= 0) at a connection's pace. */
static inline int64_t push_paced(uint32_t pace, int64_t ns)
{
    return push_positive((int64_t)((uint64_t)ns * pace / PUSH_PACE_ONE));
}

/* A cost of connection i: in its own pace, if it has one. */
static inline int64_t push_server_paced(const struct push_server *s, uint32_t i, int64_t ns)
{
    return s->pace ? push_paced(s->pace[i], ns) : ns;
}

/* Does it compress what it sends (permessage-deflate)? */
static inline bool push_server_deflates(const struct push_server *s)
{
    return s->p->memory.deflate_window > 0 && s->p->server.protocol == PROTOCOL_WEBSOCKET;
}

/* The publish that message m is. */
static inline struct publish_record *push_server_record(const struct push_server *s, uint32_t m)
{
    return &s->publishes[s->number[m]];
}

static inline uint32_t push_server_feed_of(const struct push_server *s, uint32_t i)
{
    return s->feed ? s->feed[i] : 0;
}

/* Number of the next message of connection i's feed: those below it are queued. */
static inline uint32_t push_server_tail(const struct push_server *s, uint32_t i)
{
    return s->tails[push_server_feed_of(s, i)];
}

/* Its queue was full, and it is no subscriber any more. */
static inline bool push_server_left_full(const struct push_server *s, uint32_t i)
{
    return s->full_at && s->full_at[i] > 0;
}

/* Number of the next message, or of the first one that was published when it had left. */
static inline uint32_t push_server_end(const struct push_server *s, uint32_t i)
{
    return push_server_left_full(s, i) ? s->full_at[i] : push_server_tail(s, i);
}

/* Number of the first one. */
static inline uint32_t push_server_head(const struct push_server *s, uint32_t i)
{
    return s->topics->first[push_server_feed_of(s, i)];
}

/* Of message m, on the way to one connection. */
static inline int64_t push_server_wire_bytes(const struct push_server *s, uint32_t m)
{
    int64_t bytes = push_server_record(s, m)->bytes;
    if (push_server_deflates(s))
        bytes = websocket_deflated_bytes(&s->p->websocket, bytes);
    return bytes + s->costs->frame_bytes;
}

/* Work of so many ns (> 0) that is no connection's. */
static inline struct loop_entry push_other_entry(int64_t ns)
{
    return (struct loop_entry){ .count = 1,
                                .from = (uint32_t)ns,
                                .to = (uint32_t)((uint64_t)ns >> 32),
                                .step = STEP_OTHER };
}

static inline void push_nagle_init(const struct parameters *p, struct nagle *n)
{
    nagle_init(n, p->host.tick_ns, p->network.publish_ns + p->network.delivery_ns);
}

/* Message m is written to a connection at now_ns: how long it waits in its socket (nagle.h). */
static inline int64_t push_server_waits(struct push_server *s, uint32_t connection, uint32_t m,
                                        int64_t now_ns)
{
    return s->nagle ? nagle_write(&s->nagle[connection], now_ns, s->event_bytes[m]) : 0;
}

/* push_server_publish.c */
void push_publish_init(struct push_server *s);
void push_publish_close(struct push_server *s);
void push_publish_polled(void *owner, const struct loop_queue *inbox, size_t fds);
int64_t push_publish_begin(struct push_server *s, const struct loop_entry *e);
void push_publish_end(struct push_server *s, const struct loop_entry *e);
/* A process has started: none of its code is compiled. */
void push_publish_cold(struct push_server *s);
/* The process has died: all that arrived are through. */
void push_publish_forget(struct push_server *s);

/* push_server.c */
extern const struct loop_handler push_server_handler;
/* Connections below `end` have drawn their pace. */
void push_server_pace_below(struct push_server *s, uint32_t end);
/* The next wake-up of n connections whose oldest message is `from`, after
 * `passes` of them. */
void push_server_wake(struct push_server *s, uint32_t first, uint32_t n, uint32_t from,
                      uint32_t passes);

/* push_server_gc.c */
/* A process starts; n connections were open before the run; one has opened, one has closed. */
void push_gc_start(struct push_server *s);
void push_gc_open_before(struct push_server *s, uint32_t n);
void push_gc_opened(struct push_server *s);
void push_gc_closed(struct push_server *s);
/* A publish has made connections ready. */
void push_gc_woke(struct push_server *s, uint32_t n, uint32_t m);

/* push_server_settle.c */
/* Publish m has made s->woken connections ready. */
void push_settle_after(struct push_server *s, uint32_t m);
void push_settle_end(struct push_server *s, const struct loop_entry *e);

/* push_server_take.c */
/* The last wake-up of a connection, and its writes. */
int64_t push_take_begin(struct push_server *s, struct loop_entry *e);
void push_take_ran(struct push_server *s, const struct loop_entry *e,
                   const struct loop_stretch *stretch);
void push_take_end(struct push_server *s, const struct loop_entry *e);
void push_take_put_back(struct push_server *s, struct loop_entry *e);
void push_flush_ran(struct push_server *s, const struct loop_entry *e,
                    const struct loop_stretch *stretch);
/* Share of what the caches held of the message before `from` that is still there when messages
 * from .. last of a feed are handled whose first one is `first`: 0 (none) to 1. */
double push_server_left_warm(const struct push_server *s, uint32_t first, uint32_t from,
                             uint32_t last);
/* How cold a connection's state is for these messages, 0 (warm) to 1. */
double push_server_coldness(const struct push_server *s, uint32_t first, uint32_t from,
                            uint32_t last);

/* Cost of one callback of these entries; of the part of a last wake-up up to the write of message
 * m. `base`: before the connection's own pace. */
int64_t push_server_wake_cost(const struct push_server *s, const struct loop_entry *e);
int64_t push_server_take_cost(const struct push_server *s, const struct loop_entry *e);
int64_t push_server_flush_cost(const struct push_server *s, const struct loop_entry *e);
/* Of one held write whose first message is m, but for its bytes; coldness: of the socket, 0..1. */
int64_t push_server_flush_ns(const struct push_server *s, uint32_t m, double coldness);
/* A wake-up of the connection has taken the messages below `to`. */
void push_server_taken(struct push_server *s, uint32_t connection, uint32_t to);
int64_t push_server_written_cost(const struct push_server *s, const struct loop_entry *e,
                                 uint32_t m);
int64_t push_server_wake_base(const struct push_server *s, const struct loop_entry *e);
int64_t push_server_take_base(const struct push_server *s, const struct loop_entry *e);
int64_t push_server_flush_base(const struct push_server *s, const struct loop_entry *e);
int64_t push_server_written_base(const struct push_server *s, const struct loop_entry *e,
                                 uint32_t m);
/* Applies the queue bound to an entry's window of messages; the dropped ones are settled. */
void push_server_bound(struct push_server *s, struct loop_entry *e);
/* A wake-up that has begun drops at its end what it does not take. */
void push_server_drop_rest(struct push_server *s, const struct loop_entry *e);

/* push_server_batch.c */
/* The handler's plan and passed. */
uint32_t push_batch_plan(void *owner, const struct loop_entry *entries, uint32_t n,
                         int64_t *sum_ns);
void push_batch_passed(void *owner, const struct loop_entry *entries, uint32_t slots,
                       const int64_t *sum_ns, const struct loop_stretch *stretch);

/* push_server_slow.c */
/* A message is due for a connection with a queue of its own, or that gets one now. */
void push_slow_enqueue(struct push_server *s, uint32_t i, uint32_t number);
/* The window of an entry with one slow connection moves into that connection's own queue. */
void push_slow_adopt(struct push_server *s, const struct loop_entry *e);
/* The message was written to slow connection i. */
void push_slow_written(struct push_server *s, uint32_t i, const struct slow_message *message);
int64_t push_slow_take_begin(struct push_server *s, struct loop_entry *e);
void push_slow_ran(struct push_server *s, const struct loop_entry *e,
                   const struct loop_stretch *stretch);
void push_slow_take_end(struct push_server *s, const struct loop_entry *e);
int64_t push_slow_flush_begin(struct push_server *s, const struct loop_entry *e);
void push_slow_flush_end(struct push_server *s, const struct loop_entry *e);
int64_t push_slow_writable_begin(struct push_server *s, const struct loop_entry *e);
void push_slow_writable_end(struct push_server *s, const struct loop_entry *e);
/* Writes the message (bytes are filled in) to slow connection i; what its task does then. */
void push_slow_put(struct push_server *s, uint32_t i, const struct slow_message *message);
void push_slow_after_write(struct push_server *s, uint32_t i);

/* What is written to a client that has vanished is never acknowledged: the kernel gives the
 * connection up dead_ns after the first such write, not after the end of the range in which it was
 * one of many. */
void push_slow_await_death(struct push_server *s, struct slow_client *c, int64_t written_ns);

static inline struct slow_client *push_slow_client(const struct push_server *s, uint32_t i)
{
    struct slow_client *c = slow_clients_find(&s->slow, i);
    assert(c);
    return c;
}

/* Whose buffers the client of connection i reads, open or closed; NULL: it is not slow. */
static inline struct slow_client *push_slow_reader(const struct push_server *s, uint32_t i)
{
    struct slow_client *c = slow_clients_find(&s->slow, i);
    return c ? c : slow_clients_find(&s->orphans, i);
}

/* It reads whatever comes as it comes. */
static inline bool push_slow_reads(const struct push_server *s, const struct slow_client *c)
{
    return s->sim->now_ns >= c->reads_from_ns && c->rate_bps == 0;
}

/* Is what is sent to it not acknowledged now: its network is gone, or an outage in the way? */
static inline bool push_slow_is_cut(const struct push_server *s, const struct slow_client *c)
{
    return c->vanished || (c->cut_ns > 0 && s->sim->now_ns < c->reads_from_ns);
}

/* What its socket holds at most. To one that has vanished or is cut off nothing is acknowledged. */
static inline int64_t push_slow_capacity(const struct push_server *s,
                                         const struct slow_client *c)
{
    const struct network_params *n = &s->p->network;
    int64_t cut_bytes = n->vanished_bytes + c->received_bytes;
    return push_slow_is_cut(s, c) && n->vanished_bytes > 0 && cut_bytes < n->socket_bytes
               ? cut_bytes
               : n->socket_bytes;
}

/* What of its socket is in the client's kernel: Linux charges a segment to the socket that it is
 * queued in, and that to its own cgroup (net/core/sock.c, __sk_mem_raise_allocated). Measured on
 * 6.18.44, a reader that never reads, segments of 1,460 B, writes of 116 B to 64 KiB: 94 to 127 KB
 * of 0.79 to 1.45 MB were there, and the server's socket had 1.02 times the rest charged to it. */
static inline int64_t push_slow_received(const struct push_server *s,
                                         const struct slow_client *c)
{
    const struct network_params *n = &s->p->network;
    int64_t most =
        n->receive_bytes < n->socket_bytes / 2 ? n->receive_bytes : n->socket_bytes / 2;
    if (push_slow_is_cut(s, c))
        return c->received_bytes;
    return c->socket_bytes < most ? c->socket_bytes : most;
}

/* push_server_read.c */
/* The message has left the last buffer so that the client sees it delivery_ns after `sent_ns`. */
void push_slow_seen(struct push_server *s, struct slow_client *c,
                    const struct slow_message *message, int64_t sent_ns);
/* Something is sent to it; an outage may swallow it, and then says when it is read. */
void push_slow_sent(struct push_server *s, struct slow_client *c, int64_t sent_ns);
/* It has read n messages from its buffers: answers to its own may stand behind them. */
void push_slow_has_read(struct push_server *s, const struct slow_client *c, uint32_t n);
/* A client that has caught up goes with the others again. */
void push_slow_rejoin(struct push_server *s, uint32_t i);
/* When the client has read all that was written to it: INT64_MAX: never. */
int64_t push_slow_through_ns(const struct push_server *s, const struct slow_client *c);
/* A client that reads at a rate goes on with what is in its socket. */
void push_slow_read_on(struct push_server *s, struct slow_client *c);

/* Ends a stall, or an outage, then. */
void push_slow_read_from(struct push_server *s, struct slow_client *c, int64_t at_ns);

/* push_server_orphan.c */
/* Connection i is closed: if its socket holds something for a client that can read it, the slow
 * client becomes an orphan, with what is in the socket alone; false, and nothing is changed: there
 * is nothing. `got`: what the client has, and was due; `behind`: the first message that it will
 * not have got either when it has read that. */
bool push_orphan_begin(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                       const struct push_got *got, uint32_t behind);
/* Messages that the kernel has for the client of connection i, after its close. */
uint32_t push_orphan_messages(const struct push_server *s, uint32_t i);
/* What its client has got; false: it is no orphan. */
bool push_orphan_got(const struct push_server *s, uint32_t i, struct push_got *got);
/* The process is no more: what the orphans' sockets hold is no memory of the next one. */
void push_orphan_kill(struct push_server *s);
/* The client of orphan i has read something. */
void push_orphan_go_on(struct push_server *s, uint32_t i);
/* It has gone, if it is one: what it has not read is lost. */
void push_orphan_left(struct push_server *s, uint32_t i, enum disconnect_cause cause);

/* push_server_replay.c */
int64_t push_replay_begin(struct push_server *s, const struct loop_entry *e);
void push_replay_end(struct push_server *s, const struct loop_entry *e);
/* Events that were not sent yet: they are lost; how many there are. */
void push_replay_lose(struct push_server *s, struct slow_client *c,
                      enum disconnect_cause cause);
uint32_t push_replay_pending(const struct push_server *s, const struct slow_client *c);
/* The first replayed message that the client has never got; UINT32_MAX: it has them all. */
uint32_t push_replay_unseen(const struct push_server *s, const struct slow_client *c);
/* The process dies. */
void push_replay_kill(struct push_server *s);

/* push_server_life.c */
/* The server gives up connection i: what it holds for it is lost. */
void push_life_close(struct push_server *s, uint32_t i, enum disconnect_cause cause);
/* The same when its wake-up had messages from `from` on in its window, which are lost. */
void push_life_cancel(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                      uint32_t from);
/* The connection is gone; messages from `from` on were in no buffer of it: the client has not got
 * them. */
void push_life_forget(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                      bool opened, uint32_t from);
/* A wake-up of connection i is over: ends it if the server gave it up meanwhile. */
void push_life_woken(struct push_server *s, uint32_t i);
int64_t push_life_cancel_begin(struct push_server *s, const struct loop_entry *e);
/* The first message that the client of connection i has not got, of those not in a window. */
uint32_t push_life_unseen(const struct push_server *s, uint32_t i);
void push_life_close_end(struct push_server *s, const struct loop_entry *e);
int64_t push_life_handshake_begin(struct push_server *s, struct loop_entry *e);
void push_life_handshake_end(struct push_server *s, const struct loop_entry *e);

/* push_server_close.c */
/* Begins the closing handshake with an open connection of which messages from `from` on were not
 * taken; false: there is none for this cause. */
bool push_close_begin(struct push_server *s, uint32_t i, enum disconnect_cause cause,
                      uint32_t from);
/* The client of a connection in it may have read everything. */
void push_close_go_on(struct push_server *s, uint32_t i);
/* The client has closed from its side. */
void push_close_met(struct push_server *s, uint32_t i);
void push_close_end(struct push_server *s, const struct loop_entry *e);
/* The client of a connection in it has the messages below this. */
uint32_t push_close_seen(const struct push_server *s, uint32_t i);
/* The process dies. */
void push_close_cancel(struct push_server *s, uint32_t i);

/* push_server_topic.c */
/* Appends a publish to the feeds that hear it. */
void push_server_append(struct push_server *s, uint32_t publish);
/* Connections that open and close. */
void push_topic_opened(struct push_server *s, uint32_t first, uint32_t n);
void push_topic_closed(struct push_server *s, uint32_t i);
/* Length of the run of connections from `first` on, at most n, in the same state and with the same
 * feed; whether the newest publish is due for it. */
uint32_t push_topic_run(const struct push_server *s, uint32_t first, uint32_t n);
bool push_topic_hears(const struct push_server *s, uint32_t i, uint32_t publish);

/* push_server_full.c */
/* A connection whose queue is full is no subscriber any more. */
void push_full_leave(struct push_server *s, uint32_t i);
/* A message is in the queues: whose has no room for it? */
void push_full_check(struct push_server *s);

/* push_server_fan.c */
/* Messages of connection i's feed below it were due for it, if it was open then: not those that
 * one task has still to hand out. */
uint32_t push_fan_due(const struct push_server *s, uint32_t i);
struct push_fan_mark { /* how far it was handed out at some time: the server's members then */
    uint32_t fanned, turn; /* shared, sequential: messages handed out; who gets the next one */
    const uint32_t *tails; /* queues: by feed, number of its next message; borrowed */
};
uint32_t push_fan_due_at(const struct push_server *s, uint32_t i,
                         const struct push_fan_mark *at);
/* Hands out what can be handed out now (shared and sequential fan-out). */
void push_fan_go(struct push_server *s);
/* Publishes that have been handed to subscribers: those below it are due. */
uint32_t push_server_fanned(const struct push_server *s);

/* push_server_duplex.c */
int64_t push_duplex_message_begin(struct push_server *s, const struct loop_entry *e);
void push_duplex_message_end(struct push_server *s, const struct loop_entry *e);
int64_t push_duplex_reply_begin(struct push_server *s, const struct loop_entry *e);
void push_duplex_reply_end(struct push_server *s, const struct loop_entry *e);
/* The messages in the loop die with the process. */
void push_duplex_kill(struct push_server *s, enum disconnect_cause cause);

/* push_server_beat.c */
/* A connection opened now; connections that opened before the run. */
void push_beat_open(struct push_server *s, uint32_t i);
void push_beat_open_before(struct push_server *s, uint32_t first, uint32_t n);
int64_t push_beat_ping_begin(struct push_server *s, struct loop_entry *e);
void push_beat_ping_ran(struct push_server *s, const struct loop_entry *e,
                        const struct loop_stretch *stretch);
void push_beat_ping_end(struct push_server *s, const struct loop_entry *e);
int64_t push_beat_pong_begin(struct push_server *s, struct loop_entry *e);
void push_beat_pong_end(struct push_server *s, const struct loop_entry *e);
int64_t push_beat_expire_begin(struct push_server *s, struct loop_entry *e);
void push_beat_close(struct push_server *s);

#endif
