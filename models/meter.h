/* meter.h - counts, latencies and their blame in one run; every message is accounted for.
 *
 * Conservation: what was due (a publish handled while a connection was subscribed) or recalled (an
 * event that a client which came back is to get again, replay_history.h) was delivered, replayed,
 * dropped, lost or is still in flight, in total and for each connection. The per-connection count
 * is kept as differences between neighbours, so that a range costs no more than one connection.
 *
 * A replay is a debt of its own, of the connection that asks for it: an event that was lost with
 * one connection stays in that one's books under its cause, and is replayed in those of the next.
 * So a loss is made good as often as an event is replayed as METER_REPLAYED_LOST, never more often
 * than events were lost, dropped or are in flight. Latencies of replayed events, from the planned
 * publish too, are a figure of their own (replayed.p99): they tell how long clients were away, and
 * enter neither delivery.* nor the windows nor the blame.
 */
#ifndef PUSHSIM_MODELS_METER_H
#define PUSHSIM_MODELS_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "models/blame.h"
#include "models/class_tally.h"
#include "models/disconnect_cause.h"
#include "models/parameters.h"
#include "models/run_record.h"
#include "sim/histogram.h"

#define METER_WINDOW_NS 1000000000
#define METER_WINDOWS   4 /* open at a time: deliveries are known a little ahead of their time */

struct publish_record { /* one publish at one worker; times ns, -1: not yet */
    int64_t planned_ns; /* when it should have been sent: latency counts from here */
    int64_t arrived_ns; /* at the server's socket */
    int64_t started_ns; /* its callback's turn */
    int64_t handled_ns; /* its callback's end: every subscriber's queue has it */
    /* The same instants on the throttled clock, ns. */
    int64_t arrived_throttled_ns, started_throttled_ns, handled_throttled_ns;
    int64_t bytes;    /* payload */
    double factor;    /* noise, > 0: all its costs are multiplied by it */
    int64_t parse_ns; /* of code that it is the first to run */
    int64_t off_ns;   /* the worker's off-CPU clock when its callback began */
    /* From 0, as they arrive at the worker: it may handle them in another order. */
    uint32_t number;
    uint32_t connection;       /* of the publisher; 0 when it has any number */
    uint32_t topic;            /* 0 when there is only one */
    bool measured;             /* enters the latency figures */
    bool weighed;              /* scratch of push_server_holdings; else false */
    int64_t first_ns, last_ns; /* client-visible times of its first and last delivery */
    uint32_t delivered;        /* connections that have it */
};

/* Joins what another worker knows of the same publish: first, last and number of deliveries. */
void publish_record_merge(struct publish_record *into, const struct publish_record *from);

struct delivery_run {               /* one message delivered to n connections in a row */
    struct publish_record *publish; /* borrowed; its deliveries are noted */
    uint32_t connection;            /* the first */
    uint32_t n;                     /* connections, >= 1 */
    int64_t first_ns, step_ns;      /* time of the first write, interval to the next */
    int64_t throttled_ns;           /* the throttled clock at the writes */
    int64_t buffered_ns; /* after the write, in buffers, besides the network's delay */
    bool queued;         /* it found earlier messages in its queue */
};

/* What ends a message: the cause that ended its connection, or that another subscriber of a
 * shared queue got it. */
#define METER_LOST_SHARED DISCONNECT_CAUSES
#define METER_LOSSES      (DISCONNECT_CAUSES + 1)

/* Why a client gets an event by a replay. */
enum meter_replay {
    METER_REPLAYED_STORED, /* from before the run: not published in it, without a latency */
    METER_REPLAYED_AGAIN,  /* it had it already (replay.whole): without a latency */
    METER_REPLAYED_LOST,   /* due on a connection that the client lost before it got it */
    METER_REPLAYED_AWAY,   /* published while the client had no connection */
    METER_REPLAYS,
};

const char *meter_replay_name(enum meter_replay kind);

#define METER_BLOCK 1024

struct meter {
    int64_t publish_delay_ns, delivery_delay_ns; /* network, one way */
    uint64_t published;                          /* sent by the publisher */
    uint64_t due;                     /* published x subscribers, of the publishes handled */
    uint64_t delivered, dropped;      /* messages, as all that follows: of those due */
    uint64_t recalled;                /* events that were to be replayed */
    uint64_t replayed[METER_REPLAYS]; /* of these */
    uint64_t held;                    /* in the server at the end of the run */
    uint64_t lost[METER_LOSSES];      /* by cause */
    uint32_t connections;             /* all numbers are below this */
    uint32_t reach;   /* connections from here on have never been due a message */
    int32_t *balance; /* connections + 1 differences: due + recalled - settled; owned */
    int32_t *block;   /* sums of METER_BLOCK of them; owned */
    struct histogram delivery;  /* latency, measured publishes, ns */
    struct histogram replay;    /* latency of measured publishes that were replayed, ns */
    struct histogram depth;     /* sampled outbound queue depths, messages: of closed seconds */
    struct histogram depth_now; /* and since then */
    struct histogram beat;      /* heartbeats: written so long after they were due, ns */
    /* Latency by second of the delivery, all publishes, ns. */
    struct histogram window[METER_WINDOWS];
    int64_t window_start_ns; /* of the oldest open window, which is number start / 1 s */
    /* Of the worst second that meter_close_windows closed when it was last called; NAN: nothing was
     * delivered in any. */
    double late_p95_s, late_p99_s;
    int64_t depth_max;          /* deepest queue seen when it was served or sampled */
    int64_t last_ns;            /* latest client-visible time */
    struct blame blame;         /* measured publishes */
    struct class_tally classes; /* off unless meter_tell_classes */
    struct run_record *record;  /* borrowed */
};

void meter_init(struct meter *m, const struct network_params *network, uint32_t connections,
                struct run_record *record);
/* Before anything is counted: by class of clients too, where there are several (class_tally_seat
 * tells which connection is of which). */
void meter_tell_classes(struct meter *m, int classes);
void meter_close(struct meter *m);
/* Adds what another meter counted, but for the windows and `published`, which stay apart. */
void meter_merge(struct meter *into, const struct meter *from);

void meter_due(struct meter *m, uint32_t connection,
               uint32_t n); /* one message for each of n */
void meter_deliver(struct meter *m, const struct delivery_run *run);
/* The same at n times of their own: first_ns + at_ns[k] (ascending) is the write to the k-th
 * connection; step_ns is not read. The same result as n single deliveries. */
void meter_deliver_at(struct meter *m, const struct delivery_run *run, const int64_t *at_ns);
/* n events are to be replayed to the connection. */
void meter_recall(struct meter *m, uint32_t connection, uint32_t n);
/* One of them was, seen at the client at at_ns; `publish`: its own, NULL: METER_REPLAYED_STORED. */
void meter_replay(struct meter *m, enum meter_replay kind, uint32_t connection,
                  const struct publish_record *publish, int64_t at_ns);
uint64_t meter_replayed(const struct meter *m); /* of all kinds */
uint64_t meter_lost(const struct meter *m);     /* by all causes */
/* `messages` for each of n connections end here (fewer than 0: such drops are taken back). */
void meter_drop(struct meter *m, uint32_t connection, uint32_t n, int64_t messages);
void meter_lose(struct meter *m, unsigned cause, uint32_t connection, uint32_t n,
                uint64_t messages);
/* Queue depth of n connections, sampled. */
void meter_depth(struct meter *m, int64_t depth, uint64_t n);
/* A second is over: the depths sampled since the last are added to `into` (NULL: to nothing) and
 * to those of the run. */
void meter_close_depths(struct meter *m, struct histogram *into);
/* The points delivery.p50, .p95, .p99, .p999 of one second; none without a delivery. */
void meter_latency_points(const struct histogram *latency, int64_t at_ns,
                          struct run_record *record);
/* The points queue.depth.p99 and .max: over connections and samples. None without a sample. */
void meter_depth_points(const struct histogram *depths, int64_t now_ns,
                        struct run_record *record);
/* A heartbeat was written so long after it was due. */
void meter_beat(struct meter *m, int64_t late_ns);
int64_t meter_balance(const struct meter *m, uint32_t connection); /* of it, in flight */
uint64_t meter_in_flight(const struct meter *m); /* due or recalled, and not settled */

/* Writes the points of the windows that ended by `now_ns`. */
void meter_close_windows(struct meter *m, int64_t now_ns);
/* Moves the latencies of the windows that ended by now_ns into a histogram instead. */
void meter_take_windows(struct meter *m, int64_t now_ns, struct histogram *into);
/* At the end of a run: `messages` for each of n connections are in the server still. When that was
 * said of all, meter_check sees to conservation in every build: for each connection, and in total,
 * due + recalled - settled is held; else error_fault tells what does not sum. */
void meter_hold(struct meter *m, uint32_t connection, uint32_t n, uint64_t messages);
void meter_check(const struct meter *m);
/* Writes the figures; `unhandled`: deliveries due for publishes that no worker has handled yet. */
void meter_report(struct meter *m, uint64_t unhandled);
/* Over the measured publishes: when the first and the last client had the message, and the time
 * between two neighbours of one fan-out. */
void meter_report_positions(struct meter *m, const struct publish_record *publishes,
                            size_t count);

#endif
