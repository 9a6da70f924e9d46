/* push_server.h - one worker of a push server: publishes in, deliveries out.
 *
 * The delivery pipeline: a publish callback puts the message into the queue of each subscriber and
 * makes the waiting subscriber tasks ready; they come up in later passes of the ready queue, all
 * connections in one step before any in the next; the last pass takes what the queue holds and
 * writes it, or leaves it to the flush at the end of the iteration:
 *
 *   publish ─ publish_ns + subscribers x enqueue_ns
 *   pass 1 … hops ─ wake_ns each; the last takes all queued messages, item_ns each,
 *                    and KiB x item_kib_ns
 *   write ─ write_ns + KiB x write_kib_ns, for each message in the last pass; on uvloop once for
 *           all of them at the end of the iteration; and ack_ns for each write whose segment is
 *           acknowledged at once, however many messages are in it
 *
 * So on uvloop the first client has its bytes after all wake-ups, and the writes alone are the
 * slope of a fan-out. Wake-up and write find different state cold after time off the CPU: task and
 * queue (state_ns), socket and kernel (write_state_ns).
 *
 * With hops = 0 (Node, nginx) the publish callback itself writes to each connection. Node calls
 * back for each write that is done in ticks behind the fan-out (lib/internal/streams/writable.js,
 * afterWriteTick; the callback given to ws.send): settle_ns a delivery, which delays the next
 * callback, no delivery of this publish. process.cpuUsage() about these ticks, Node 20: 0.7 to 1.2
 * us with ws, 0.2 with http. Sources: Starlette 0.26 StreamingResponse over asyncio.Queue (CPython
 * 3.11 Lib/asyncio/queues.py: get() does not yield while the queue has messages), uvicorn 0.17
 * flow control, uvloop 0.17.
 */
#ifndef PUSHSIM_MODELS_PUSH_SERVER_H
#define PUSHSIM_MODELS_PUSH_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "models/cache_warmth.h"
#include "models/code_compiler.h"
#include "models/code_warmth.h"
#include "models/connections.h"
#include "models/duplex.h"
#include "models/event_loop.h"
#include "models/garbage_collector.h"
#include "models/meter.h"
#include "models/parameters.h"
#include "models/nagle.h"
#include "models/quick_ack.h"
#include "models/ready_list.h"
#include "models/slow_client.h"
#include "models/topics.h"
#include "models/young_generation.h"
#include "sim/random_stream.h"

struct push_got {     /* of the messages of a connection's feed */
    uint32_t seen;    /* the client has those below it */
    uint32_t due;     /* those below it were due on the connection */
    int64_t hears_ns; /* of the connection's end, where an outage is in the way; 0: none is */
};

struct replay_events;

/* What the pod hears of its connections, numbered base + i. */
struct push_listener {
    /* Accepted; false: its client has waited too long, the handshake is not begun. */
    bool (*accepted)(void *owner, uint32_t connection);
    void (*opened)(void *owner, uint32_t connection); /* the handshake is over */
    /* Gone from the server's books; what its client has got; `opened`: its handshake was over,
     * else `got` is not to be looked at. */
    void (*closed)(void *owner, uint32_t connection, enum disconnect_cause cause,
                   struct push_got got, bool opened);
    /* Gone from the server's books, as with `closed`, but its kernel still has something for the
     * client, which does not hear of it yet; */
    void (*orphaned)(void *owner, uint32_t connection, enum disconnect_cause cause);
    /* now it does, or has left; what it has got. */
    void (*drained)(void *owner, uint32_t connection, enum disconnect_cause cause,
                    struct push_got got);
    /* The client has read the server's Close; `closed` follows. */
    void (*told_to_close)(void *owner, uint32_t connection, enum disconnect_cause cause);
    /* The loop is through with a replay of these events, written or not. */
    void (*replayed)(void *owner, const struct replay_events *events);
    void (*beaten)(void *owner, uint32_t connection); /* a heartbeat was sent to it */
    void (*probed)(void *owner, uint32_t probe);      /* the loop has answered a health check */
    /* The connection of a client's message, opened for it, is accepted. */
    void (*message_accepted)(void *owner);
    void (*answered)(void *owner, uint32_t message); /* the answer to it was written */
    /* A client with duplex on this connection reads again (0) or has read n from its buffers. */
    void (*read)(void *owner, uint32_t connection, uint32_t n);
};

struct beat {              /* something due for connections that opened together */
    uint32_t first, count; /* connections first .. first + count - 1 */
    uint32_t token;        /* which opening */
    uint32_t seq;          /* of the ping: the first one to a connection is 1 */
};

struct beat_ring {                  /* FIFO; a zeroed one is empty */
    struct beat *items;             /* ring; owned */
    uint32_t head, count, capacity; /* place of the first; beats in it; places */
};

struct push_closing {  /* a closing handshake that the server began */
    int64_t until_ns;  /* it waits no longer */
    uint64_t event;    /* the next one; 0: the loop is to end the connection */
    uint32_t seen;     /* the client has the messages of its feed below it, if it reads all */
    uint32_t told : 1; /* the client has read the Close, or will have */
    uint32_t untaken : 31; /* messages from `seen` on that were due */
};

struct replay_events {     /* what a client gets again, the oldest first */
    uint32_t stored;       /* events from before the run: without a number */
    uint32_t first, count; /* then the messages first .. first + count - 1 of its feed */
    uint32_t had;          /* the client has those below it */
    uint32_t due;          /* those below it were due on a connection it has lost */
    int64_t bytes;         /* payload of all, with the snapshot */
};

struct push_replay {
    struct replay_events events; /* a copy */
    bool waits;                  /* its connection is there still */
    uint32_t next_free;          /* 1 + the next free place; if this one is */
};

struct push_replays {          /* those that the loop is not through with */
    struct push_replay *items; /* by place; owned */
    uint32_t count, capacity;  /* places ever used, free ones included; allocated */
    uint32_t free;             /* 1 + the first free place below count; 0: none */
};

struct push_pauses {
    uint64_t count;         /* of them */
    int64_t sum_ns, max_ns; /* how long all, and the longest, took */
};

#define PUSH_PACE_ONE 65536 /* the factor 1 */
#define PUSH_PACE_MAX 1000  /* largest factor */

struct push_server {
    struct simulation *sim;             /* borrowed */
    const struct parameters *p;         /* borrowed */
    const struct protocol_costs *costs; /* of the server's protocol, in *p */
    struct meter *meter;                /* borrowed */
    struct duplex *duplex;              /* borrowed; NULL: no client sends messages */
    struct event_loop loop;             /* of this worker, with its thread */
    struct connections connections;     /* numbered from 0 */
    struct slow_clients slow;           /* those that do not read, or wait for a replay */
    struct slow_clients orphans; /* closed, with something for the client in the kernel */
    struct push_replays replays; /* that the loop is not through with */
    const struct push_listener *listener; /* borrowed */
    void *listener_owner;                 /* the first argument of its functions; borrowed */
    uint32_t *pace; /* by connection: factor of its costs x PUSH_PACE_ONE; NULL: all 1; owned */
    uint32_t paced; /* connections from here on have not drawn theirs */
    bool has_paces; /* they draw one when they first open */
    struct random_stream paces; /* given by push_server_draw_pace; if has_paces */
    uint8_t *closing; /* why a connection ends, with CONNECTION_LEFT or _CLOSING; owned */
    struct push_closing *closings; /* by connection, _CLOSING; NULL: all end at once; owned */
    uint64_t close_timeouts;       /* handshakes that the server did not wait for any longer */
    uint32_t base;                 /* number of connection 0 for meter and listener */
    bool held_writes;              /* server_holds_writes(): and then */
    int64_t held_bytes;            /* what the iteration held_in holds back, with all copies, */
    int64_t held_most_bytes;       /* the most that one did since push_server_holdings */
    uint64_t held_in;              /* number of that iteration */
    struct publish_record *publishes; /* by sequence number; `publish_count`, owned */
    const struct topics *topics;      /* borrowed */
    uint32_t *feed;    /* by connection: what it hears (topics.h); NULL: all the same; owned */
    uint32_t *open_to; /* by feed: connections that are open; owned */
    uint32_t *tails;   /* by feed: number of its next message; owned */
    struct beat_ring due, pongs, expiries; /* heartbeats: to send, on their way, time-outs */
    struct beat_ring heard; /* pongs handled in the pass below, on an asyncio loop */
    uint64_t heard_pass;    /* number of the loop's iteration */
    uint32_t *token;        /* by connection: which opening it belongs to; owned */
    uint32_t *pinged;       /* by connection: the last ping that was sent; owned */
    uint32_t *answered;     /* by connection: the last one whose pong was handled; owned */
    uint32_t opens;         /* tokens handed out */
    uint32_t publish_count; /* places in `publishes`: all that can arrive */
    uint32_t arrived;       /* publishes that have reached the server */
    uint32_t posted; /* of them in the loop, or through it: the others wait for a connection */
    uint32_t tail;   /* of them handled */
    uint32_t *unanswered;       /* by connection of the publisher: requests; owned */
    struct ready_list readable; /* of these connections */
    uint32_t took_from; /* oldest message of the last wake-up that began, before the bound */
    uint32_t fanned;    /* shared, sequential: messages below it were handed to subscribers */
    uint32_t turn; /* shared: who gets the next one; sequential: who is sent `fanned` next */
    /* By connection: number of the first message that is not due to it any more, 0: there is none
     * (push_server_full.c); NULL: never; owned. */
    uint32_t *full_at;
    /* Shared, sequential: by connection, the last write to it, 0: none; owned. */
    int64_t *wrote_ns;
    struct code_warmth code;                  /* of its process */
    struct code_compiler compiler, collector; /* the same */
    struct garbage_collector gc;              /* of its process */
    bool gc_first;                            /* no connection has opened in it yet */
    struct young_generation young;            /* the same */
    struct push_pauses pauses;                /* full collections of the run */
    uint32_t woken;         /* connections that the publish at hand has made ready */
    struct quick_ack *acks; /* by feed: of its clients' kernels; owned */
    struct nagle *nagle;    /* by connection: its stream; NULL: TCP_NODELAY; owned */
    struct nagle *typical;  /* by feed: a stream written to at once, for the costs; owned */
    struct nagle_ids *ids;  /* by feed; owned */
    uint32_t *taken;        /* by feed: messages below it were taken by a wake-up; owned */
    /* By message m, numbered feed by feed; sums over its feed up to m. */
    uint32_t *number; /* which publish it is; owned */
    double *spilled;  /* share of the state that the other connections have driven out of the
                           caches since the message before, 0..1; owned */
    double *cold;     /* how cold a connection's state is for it when it is the only message,
                           0..1; owned */
    int64_t *event_bytes; /* its event's, with its id; NULL: TCP_NODELAY; owned */
    bool *waits;          /* a typical stream's write of it waits; NULL: TCP_NODELAY; owned */
    bool *acked;          /* the segment that it is in is acknowledged at once; owned */
    int64_t *take_ns;     /* cost of taking the messages before m in the last pass; owned */
    int64_t *flush_ns;    /* cost by size of flushing them; owned */
    int64_t *sum_bytes;   /* their bytes on the wire; owned */
    uint32_t *oldest; /* by feed, while holdings are added up: oldest in any window; owned */
};

struct push_server_params {
    const struct parameters *p;           /* borrowed for the server's life */
    struct cpu_group *group;              /* borrowed: the pod's */
    struct meter *meter;                  /* borrowed */
    struct duplex *duplex;                /* borrowed; NULL: no client sends messages */
    const struct push_listener *listener; /* borrowed */
    void *listener_owner;                 /* given to it; borrowed */
    int worker;                           /* its number, 0 .. workers - 1 */
    uint32_t base, connections;  /* its connections are base .. base + connections - 1 */
    const struct topics *topics; /* of the publishes that can arrive; borrowed */
};

void push_server_init(struct push_server *s, struct simulation *sim,
                      const struct push_server_params *params);
void push_server_close(struct push_server *s);

/* Before the first publish, once: the stream from which the connections, in the order of their
 * numbers, draw the factors of their costs (cost.connection_cv) when they first open. */
void push_server_draw_pace(struct push_server *s, const struct random_stream *rs);
/* Before the first publish: how far the wall clock is in its second now, 0 .. 1e9 - 1 ns. */
void push_server_set_clock(struct push_server *s, int64_t second_ns);
/* Connections first … are open now, without any cost (before the run). */
void push_server_connected(struct push_server *s, uint32_t first, uint32_t n);
/* A publish request reaches the server; `record` gives planned_ns, bytes, factor, measured and
 * topic. */
void push_server_publish(struct push_server *s, const struct publish_record *record);
/* A publish passes while the process does not run: only its number is taken. */
void push_server_skip(struct push_server *s, const struct publish_record *record);
/* A connection that is closed belongs to a client with that feed (0 unless it was said). */
void push_server_subscribe(struct push_server *s, uint32_t connection, uint32_t feed);
/* What clients do. A connection must be closed to be connected; the rest has no effect on one
 * that is not open. */
void push_server_connect(struct push_server *s, uint32_t connection);
void push_server_disconnect(struct push_server *s, uint32_t connection);
void push_server_stall(struct push_server *s, uint32_t connection, int64_t until_ns);
/* Only when it has just opened. */
void push_server_read_rate(struct push_server *s, uint32_t connection, int64_t rate_bps);
void push_server_vanish(struct push_server *s, uint32_t connection);
/* An outage (outage.h) keeps what is written to it, and its answers, back. */
void push_server_cut_off(struct push_server *s, uint32_t connection, int64_t until_ns);
/* When the last message was sent to it (its publish was handled), or a client that does not keep up
 * has read one, ns; -1: never. */
int64_t push_server_last_sent_ns(struct push_server *s, uint32_t connection);
/* Whether the server has closed it, and the client has not heard of it, and why. */
bool push_server_orphaned(const struct push_server *s, uint32_t connection,
                          enum disconnect_cause *cause);
/* What the client of this connection has got; false, and unchanged: it has never been open. */
bool push_server_got(struct push_server *s, uint32_t connection, struct push_got *got);
/* The server gives an open connection up. */
void push_server_drop(struct push_server *s, uint32_t connection, enum disconnect_cause cause);
/* Missed events, or a snapshot, for the client of a connection that has just opened. */
void push_server_replay(struct push_server *s, uint32_t connection,
                        const struct replay_events *events);
/* The process dies: what it holds is lost, every connection is closed; what its kernel holds is
 * delivered yet. */
void push_server_kill(struct push_server *s, enum disconnect_cause cause);
/* A client's message is there: on its connection, or as a POST, for which `connection` only tells
 * the pace; own_connection: that was opened for it and waits to be accepted. */
void push_server_message(struct push_server *s, uint32_t connection, uint32_t message,
                         bool own_connection);
/* A health check: the loop answers it like a request without fan-out; `connects`: it is accepted
 * first. */
void push_server_probe(struct push_server *s, uint32_t probe, bool connects);
/* Other work of the process: a garbage collection, an outlier. */
void push_server_other(struct push_server *s, double cost_ns);
/* The host takes so much of the CPU's time while the loop computes; nothing if it does not. */
void push_server_disturb(struct push_server *s, double length_ns);

/* Messages that a bounded queue holds at most. */
uint32_t push_server_bound_of(const struct push_server *s);
/* Number of the first message of the connection's feed, and of its next one. */
uint32_t push_server_feed(const struct push_server *s, uint32_t connection, uint64_t *tail);
/* Payload of the messages first .. first + n - 1 of one feed. */
int64_t push_server_payload_bytes(const struct push_server *s, uint32_t first, uint32_t n);
/* Open connections that a publish to `topic` is due for. */
uint64_t push_server_hearers(const struct push_server *s, uint32_t topic);
/* Deliveries due for the publishes that have arrived and were not handed to subscribers. */
uint64_t push_server_unhandled(const struct push_server *s);
/* Messages in a connection's queue whose oldest one was `from` before the bound was applied. */
uint32_t push_server_depth(const struct push_server *s, uint32_t connection, uint32_t from);
/* Samples the queue depth of every connection into the meter; returns the sum. */
uint64_t push_server_sample(struct push_server *s);
struct push_holdings {    /* what a process holds for its connections */
    uint64_t queued;      /* messages in outbound queues */
    int64_t queued_bytes; /* of these, each counted where it is queued */
    int64_t shared_bytes; /* of these, each publish counted once */
    /* In write buffers: copies, or references and what they refer to; and the most that an
     * iteration has held back since the last look. */
    int64_t buffered_bytes;
    int64_t socket_bytes; /* in kernel buffers, where they count */
    uint64_t slow;        /* connections with a write buffer or a full queue of their own */
};
/* Adds what this worker holds now. */
void push_server_holdings(struct push_server *s, struct push_holdings *sum);
/* At the end of a run, once: drops what is beyond the bounds, then tells the meter what is held. */
void push_server_settle(struct push_server *s);

#endif
