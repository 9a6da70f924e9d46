/* client_floor.h - what the load client adds to what it measures: its floor, against a server that
 * costs nothing (null_server.h). Measured before a campaign, stored with each of its runs.
 *
 * Runs of FLOOR_S without a limit, FLOOR_CLIENTS clients and 100 B: FLOOR_RUNS of FLOOR_RATE_HZ
 * publishes/s, the best of which tells the latency and the pace that are left when nobody is busy,
 * and one of FLOOR_BUSY_HZ, more than can be had, which tells what a delivery costs the client when
 * it has no time to lose.
 * Metrics in every run's record:
 *   floor.first       s    first delivery of a publish, median
 *   floor.p50 .p99    s    delivery latency
 *   floor.late.p99    s    publishes: sent - planned
 *   floor.cpu_share   1    of its core that the client used in the busiest second
 *   floor.step        s    busy: CPU time of the client for one delivery
 *   floor.capacity    1/s  busy: deliveries that it records on one core, 1 / floor.step
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_FLOOR_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_FLOOR_H

#include <math.h>
#include <stdbool.h>

#include "models/parameters.h"
#include "models/run_record.h"
#include "sim/error.h"

#define FLOOR_CLIENTS 500
#define FLOOR_RATE_HZ 21
#define FLOOR_BUSY_HZ 401
#define FLOOR_S       1
#define FLOOR_RUNS    3

struct client_floor {     /* of one protocol; all NAN: not measured */
    double first_s;       /* first delivery of a publish, median */
    double p50_s, p99_s;  /* delivery latency */
    double late_p99_s;    /* publishes went out late */
    double step_s;        /* busy: CPU time for one delivery */
    double busiest_share; /* of a core, in the busiest second */
    bool unjudged;        /* need not be known: a calibration fits the client's time */
};

#define CLIENT_FLOOR_UNKNOWN ((struct client_floor){ NAN, NAN, NAN, NAN, NAN, NAN, false })

/* Runs all of it. ERR_* as replay_run; ERR_STATE: no light run was sound, with the reason; *floor
 * is unchanged then. */
int client_floor_measure(struct client_floor *floor, enum push_protocol protocol,
                         struct error *err);
/* Writes floor.*. */
void client_floor_record(const struct client_floor *floor, struct run_record *out);

#endif
