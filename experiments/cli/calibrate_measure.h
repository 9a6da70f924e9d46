/* calibrate_measure.h - measures a server for its calibration: pilot, design, real runs. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CALIBRATE_MEASURE_H
#define PUSHSIM_EXPERIMENTS_CLI_CALIBRATE_MEASURE_H

#include "analysis/calibration_design.h"
#include "experiments/cli/session.h"

#define CALIBRATE_PILOT_SUFFIX "-pilot" /* experiments whose rows are not fitted */

struct calibrate_measure {
    const char *server;    /* description of the server; borrowed */
    enum design_size size; /* of the design */
    double budget_s;       /* for all of it, > 0 */
    bool force;            /* also measure what the database has */

    char *db;             /* from here on filled in: where the rows are; owned */
    int64_t invalid;      /* runs that were not sound */
    bool busy;            /* in the last campaign one of them was */
    struct error spoiled; /* why, or else why one failed; "": neither */
    double wall_s;        /* it took */
};

/* Measures what the database does not have yet (session->db, or NAME-calibration.db) and opens
 * `session` on the design's experiment. session->overrides apply. ERR_INVALID: a bad server
 * description. ERR_UNAVAILABLE: no cgroup can be made here, or there is one CPU. ERR_STATE:
 * e.g. the machine is too busy, or the server does not deliver. ERR_IO. ERR_INTERRUPTED + signal.
 * On error the session needs no close; calibrate_measure_close is always called. */
int calibrate_measure(struct calibrate_measure *m, struct session *session, struct error *err);
void calibrate_measure_close(struct calibrate_measure *m);

/* Opens `session` on the experiment whose rows are in the database session->path. ERR_INVALID:
 * none there, or several, or it names files relative to its own place. ERR_IO. */
int calibrate_from_rows(struct session *session, struct error *err);

#endif
