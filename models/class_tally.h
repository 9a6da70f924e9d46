/* class_tally.h - what the clients of each class got, where there is more than one class.
 *
 * A p99 of all clients is that of the slow ones as soon as they are more than one in a hundred.
 * Whether the others noticed anything is told by figures of each class: class.<name>.delivery.p50,
 * .p95, .p99 (s, of the measured publishes, as delivery.*), and of the whole run .delivered,
 * .dropped and .lost (count). Over all classes the counts sum to those of the meter.
 */
#ifndef PUSHSIM_MODELS_CLASS_TALLY_H
#define PUSHSIM_MODELS_CLASS_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "models/client_class.h"
#include "models/run_record.h"
#include "sim/histogram.h"

struct class_figures {                 /* of one class */
    struct histogram delivery;         /* latency of the measured publishes, ns */
    uint64_t delivered, dropped, lost; /* messages, of the whole run */
};

struct class_tally {
    int classes; /* 2..CLIENT_CLASSES_MAX; 0: they are not told apart */
    uint8_t *of; /* class by connection; owned; NULL: nothing is counted here, only merged */
    struct class_figures figures[CLIENT_CLASSES_MAX]; /* by class, `classes` of them */
};

/* One class or none: nothing is told apart, and all that follows does nothing. `connections`:
 * numbers of the meter; 0: a sum of others (class_tally_merge). */
void class_tally_init(struct class_tally *t, int classes, uint32_t connections);
void class_tally_close(struct class_tally *t);
void class_tally_merge(struct class_tally *into, const struct class_tally *from);

static inline bool class_tally_on(const struct class_tally *t)
{
    return t->of;
}

/* A client of the class has taken the connection. */
void class_tally_seat(struct class_tally *t, uint32_t connection, int klass);

/* A message is delivered to n connections in a row: latencies first_ns, first_ns + step_ns, ... */
void class_tally_deliver(struct class_tally *t, uint32_t connection, uint32_t n, bool measured,
                         int64_t first_ns, int64_t step_ns);
/* The same with latencies shift_ns + at_ns[0], shift_ns + at_ns[1], ... */
void class_tally_deliver_at(struct class_tally *t, uint32_t connection, uint32_t n,
                            bool measured, int64_t shift_ns, const int64_t *at_ns);
/* `messages` for each of n connections are dropped (fewer than 0: taken back), or lost. */
void class_tally_drop(struct class_tally *t, uint32_t connection, uint32_t n, int64_t messages);
void class_tally_lose(struct class_tally *t, uint32_t connection, uint32_t n,
                      uint64_t messages);

/* "clients", "slow", "third", "fourth": as the options name them. */
const char *class_tally_name(int klass);
void class_tally_report(const struct class_tally *t, struct run_record *record);

#endif
