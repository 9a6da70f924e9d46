/* mm1_queue.h - one server, one unlimited FIFO queue, Poisson arrivals, on the bare engine: the
 * work that the validation compares with closed forms and the benchmark compares with other
 * simulators.
 */
#ifndef PUSHSIM_TESTS_SUPPORT_MM1_QUEUE_H
#define PUSHSIM_TESTS_SUPPORT_MM1_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/histogram.h"
#include "sim/random_stream.h"
#include "sim/simulation.h"

struct mm1_params {
    double arrival_ns;  /* mean time between arrivals, > service_ns */
    double service_ns;  /* mean service time */
    bool constant;      /* all services take the mean: M/D/1 */
    uint64_t customers; /* to serve */
    uint64_t seed;
};

enum { MM1_AHEAD = 512 };

/* Times of an exponential law, drawn ahead: one alone would wait for its words while the event that
 * asked for it waits too. Many at a time: each time the loops' ends are guessed wrong. */
struct mm1_times {
    struct random_stream from;
    double mean_ns;
    unsigned used;            /* of those ahead; MM1_AHEAD: none left */
    int64_t ahead[MM1_AHEAD]; /* ns */
};

struct mm1_queue {
    struct mm1_params params;
    struct simulation sim;
    struct mm1_times gaps; /* between arrivals */
    struct mm1_times services;
    int64_t *arrived_ns;      /* ring of the customers present; owned */
    uint64_t capacity;        /* of the ring, a power of two */
    uint64_t first, last;     /* customers first .. last - 1 are present */
    uint64_t found;           /* customers present, summed over the arrivals */
    uint64_t departure;       /* handle of the service in progress */
    struct histogram sojourn; /* times in the system, ns */
};

void mm1_queue_init(struct mm1_queue *m, const struct mm1_params *params);
void mm1_queue_run(struct mm1_queue *m); /* until all customers have left */
void mm1_queue_close(struct mm1_queue *m);

#endif
