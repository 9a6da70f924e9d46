/* schedule.h - what the outside world does to a push server, and when: the input of both arms.
 *
 * Built from the workload's phases (schedule_build) or read from a trace file
 * (experiments/run/trace.h). Times are ns from the start of the run, non-decreasing. Clients are
 * numbered from 0; clients 0..initial-1 are connected before time 0.
 */
#ifndef PUSHSIM_MODELS_SCHEDULE_H
#define PUSHSIM_MODELS_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "models/parameters.h"

enum action_kind {
    ACTION_PUBLISH,    /* bytes: payload; measured: enters the latency figures */
    ACTION_CONNECT,    /* client */
    ACTION_DISCONNECT, /* client closes */
    ACTION_STALL,      /* client stops reading for duration_ns */
    ACTION_MESSAGE,    /* client sends the server a message; bytes, measured as of a publish */
};

struct action {
    int64_t at_ns;         /* from the start of the run, >= that of the action before */
    enum action_kind kind; /* which of the fields below count */
    uint32_t client;       /* connect, disconnect, stall, message: whose */
    int64_t bytes;         /* publish, message: payload, 1..PAYLOAD_MAX_BYTES */
    int64_t duration_ns;   /* stall: it reads nothing for so long */
    bool measured;         /* publish, message: enters the latency figures */
};

struct schedule {
    struct action *actions; /* by time; owned */
    size_t count;           /* of them */
    uint32_t initial;       /* clients connected before time 0 */
    uint32_t clients;       /* all client numbers are below this */
    int64_t end_ns;         /* the last action's phase ends; the drain follows */
    bool from_phases;       /* built from the workload's phases; else read from a trace */
};

/* Publishes from the phases of `p`, drawn from stream (seed, replication, RANDOM_ARRIVALS), with
 * same_arrivals from that of replication 1; one client connected from the start for each of
 * p->clients. Their messages are drawn from RANDOM_DUPLEX in the same way. Constant rates: the
 * first publish of a phase comes half an interval after its start. */
void schedule_build(struct schedule *s, const struct parameters *p, uint64_t seed,
                    uint32_t replication);
void schedule_close(struct schedule *s);
uint32_t schedule_publishes(const struct schedule *s); /* how many */
uint32_t schedule_messages(const struct schedule *s);

#endif
