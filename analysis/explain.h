/* explain.h - one run, or the runs of a cell, explained: what broke first, when, why, and whether
 * it recovered (phases.h, blame.h), in words and figures.
 */
#ifndef PUSHSIM_ANALYSIS_EXPLAIN_H
#define PUSHSIM_ANALYSIS_EXPLAIN_H

#include <stdio.h>

#include "analysis/phases.h"
#include "experiments/run/store.h"
#include "models/blame.h"

struct explanation {
    const struct store_found *run; /* which one is explained; borrowed */
    struct slo_params slo;         /* that it was made with */
    struct outline outline;        /* what it was asked to bear */
    struct phases phases;          /* its course, judged by that; owned, as the next */
    struct run_record record;      /* as stored */
    double blame[BLAME_PARTS]; /* of the latest 1 % of deliveries, shares; NAN: not recorded */
};

/* Loads the run and judges its course anew by `p`. ERR_IO. */
int explain_init(struct explanation *e, struct store *store, const struct store_found *run,
                 const struct phases_params *p, struct error *err);
void explain_close(struct explanation *e);

/* A paragraph for people. */
void explain_write(const struct explanation *e, FILE *out);
/* An object with the members experiment, arm, point, replication, cell, broke_first (null:
 * nothing), signals (object by name: first_s, bound, calm, peak, peak_s, time_s), phases (array of
 * { from_s, to_s, phase }), phase_max, phase_time_s (array of 4), phase1_stable_share,
 * phase2_churn_share, pressure_s (array of 2), recovery_s, metastable, broken_s, false_green_s,
 * blame (object by part). Undefined numbers are null. */
void explain_write_json(const struct explanation *e, FILE *out);

#endif
