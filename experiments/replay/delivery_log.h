/* delivery_log.h - what became of each message: recorded as it arrives, summed up at the end.
 *
 * Every message carries its number in its first MESSAGE_DIGITS bytes, so a delivery finds its
 * publish without a search. Latency runs from the *planned* publish time to the instant at
 * which the client holds the whole message. Recording allocates nothing.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_DELIVERY_LOG_H
#define PUSHSIM_EXPERIMENTS_REPLAY_DELIVERY_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "models/run_record.h"
#include "models/schedule.h"
#include "sim/histogram.h"

#define MESSAGE_DIGITS 8 /* decimal, zero-padded; also the smallest payload */

struct publish_track {
    int64_t planned_ns;                  /* ns from time 0 */
    int64_t first_ns;                    /* first delivery; -1 = none */
    int64_t last_ns;                     /* last delivery so far */
    uint32_t received;                   /* deliveries so far */
    double sum, sum_squares, sum_places; /* of the clients' numbers, and of number x place */
    double sum_kept;                     /* of place x place in the fan-out before */
    bool measured;                       /* enters the latency figures */
};

struct delivery_log {
    struct publish_track *tracks; /* owned; one for each publish of the schedule */
    uint32_t publishes;           /* of the whole schedule */
    uint32_t sent;                /* so far; tracks[0..sent-1] are sent */
    uint32_t clients;             /* numbers are below this */
    uint32_t *place;              /* [client]: its place in the last fan-out it got; owned */
    uint64_t delivered;           /* deliveries, measured or not */
    uint64_t strange;             /* messages that carry no number of this run; … */
    char strange_head[MESSAGE_DIGITS + 1]; /* … how the first began, '?' for what is no text */
    uint64_t duplicates;                   /* messages that their connection had already */
    int64_t last_ns;                       /* latest delivery; 0 = none */
    struct histogram latency;              /* ns, measured publishes */
    struct histogram second;               /* ns, deliveries since delivery_log_second */
    struct histogram lateness;             /* ns, sent - planned, of every publish */
};

/* The largest payload that goes out for actions of this kind (publish or message), bytes; at least
 * MESSAGE_DIGITS. */
int64_t delivery_log_largest_bytes(const struct schedule *s, enum action_kind kind);

void delivery_log_init(struct delivery_log *log, const struct schedule *s);
void delivery_log_close(struct delivery_log *log);

/* The next publish was handed to the socket at now_ns. */
void delivery_log_sent(struct delivery_log *log, int64_t now_ns);
/* The number of a whole message that begins with `head` (MESSAGE_DIGITS bytes); -1: it is none of
 * this run, and counted as that. */
int64_t delivery_log_number(struct delivery_log *log, const char *head);
/* Message `number`, which delivery_log_number gave, reached a client that did not have it. */
void delivery_log_add(struct delivery_log *log, int64_t number, uint32_t client,
                      int64_t now_ns);
/* Writes the points delivery.p50, .p95, .p99 and .p999 (s) for the second that ends now, none
 * if nothing arrived in it, and starts the next. */
void delivery_log_second(struct delivery_log *log, struct run_record *out, int64_t now_ns);
/* The whole-run figures: delivery.*, publish lateness, fan-out: see replay.h. */
void delivery_log_record(const struct delivery_log *log, struct run_record *out);

#endif
