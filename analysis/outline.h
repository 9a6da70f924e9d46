/* outline.h - what a run was asked to bear, as far as judging its course needs it: thresholds,
 * limits, when the pressure began and ended. From its parameters and schedule, or from its rows.
 *
 * Pressure is what the run does to the service beyond its calm part:
 *   phases   while their rate is above OUTLINE_MORE times that at the begin of the first phase with
 *            publishes (at its end where it grows from nothing)
 *   traces   windows of OUTLINE_BIN_S with more than that over the median window; stalls, connects
 *            and disconnects wherever they concern OUTLINE_CROWD of the clients within a second
 *   stalls   of a class of OUTLINE_CROWD of the clients that all stop reading at a set time
 *   faults   from the first to the last of deploy, crash, busy and outage; a slow class that leaves
 *            ends it
 * It begins with the first and ends with the last of these. Pressure that lasts to the end of the
 * load never ends: what comes after it cannot be judged.
 */
#ifndef PUSHSIM_ANALYSIS_OUTLINE_H
#define PUSHSIM_ANALYSIS_OUTLINE_H

#include <stdbool.h>

#include "models/parameters.h"
#include "models/run_record.h"
#include "models/schedule.h"

#define OUTLINE_MORE  1.5  /* Poisson counts of a calm window of 20 or more stay below */
#define OUTLINE_BIN_S 5    /* long enough for such counts at 4 publishes/s */
#define OUTLINE_CROWD 0.05 /* fewer clients that come and go are everyday churn */

struct outline {                 /* thresholds: 0 = none */
    double slo_p95_s, slo_p99_s; /* of delivery latency */
    double slo_reconnects_hz;    /* of all clients together */
    double cpu;                  /* CPUs that one pod may use or requests, > 0 */
    double memory_bytes;         /* limit of one pod; 0 = none */
    double clients;              /* fewest that are meant to be connected at any time */
    double pressure_begin;       /* s; NAN: there is none */
    double pressure_end;         /* s; NAN: none, or it lasts */
    double load_end;             /* s; the last phase or action of a trace ends */
};

/* The part that the parameters tell: thresholds and limits. */
void outline_limits(struct outline *o, const struct parameters *p);
void outline_init(struct outline *o, const struct parameters *p, const struct schedule *s);
/* Metrics pressure.begin, pressure.end, load.end, clients.planned; and back from them (NAN where
 * the run has none). */
void outline_record(const struct outline *o, struct run_record *r);
void outline_recall(struct outline *o, const struct run_record *r);

#endif
