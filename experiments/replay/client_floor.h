/* client_floor.h - what the load client adds to what it measures: its floor, against a server that
 * costs nothing (null_server.h). Measured before a campaign, stored with each of its runs.
 *
 * The floor's run: FLOOR_CLIENTS clients, FLOOR_RATE_HZ publishes/s of 100 B for FLOOR_S, without a
 * limit. Metrics in every run's record:
 *   floor.first       s   first delivery of a publish, median
 *   floor.p50 .p99    s   delivery latency
 *   floor.late.p99    s   publishes: sent - planned
 *   floor.step        s   the client's CPU time for one delivery
 *   floor.cpu_share   1   of its core that the client used in the busiest second
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_FLOOR_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_FLOOR_H

#include <math.h>

#include "models/parameters.h"
#include "models/run_record.h"
#include "sim/error.h"

#define FLOOR_CLIENTS 500
#define FLOOR_RATE_HZ 21
#define FLOOR_S       2

struct client_floor {     /* of one protocol; all NAN: not measured */
    double first_s;       /* first delivery of a publish, median */
    double p50_s, p99_s;  /* delivery latency */
    double late_p99_s;    /* publishes went out late */
    double step_s;        /* CPU time for one delivery */
    double busiest_share; /* of a core, in the busiest second */
};

#define CLIENT_FLOOR_UNKNOWN ((struct client_floor){ NAN, NAN, NAN, NAN, NAN, NAN })

/* Runs it, a second and third time when the run is not sound. ERR_* as replay_run; ERR_STATE: it
 * never was, with the reason. */
int client_floor_measure(struct client_floor *floor, enum push_protocol protocol,
                         struct error *err);
/* Writes floor.*. */
void client_floor_record(const struct client_floor *floor, struct run_record *out);

#endif
