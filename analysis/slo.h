/* slo.h - are the thresholds of an experiment's slo section kept by a cell? */
#ifndef PUSHSIM_ANALYSIS_SLO_H
#define PUSHSIM_ANALYSIS_SLO_H

#include "analysis/cells.h"
#include "models/parameters.h"
#include "models/run_record.h"

/* Dropped deliveries / all that were due, mean over the arm's runs; NAN when there are none. */
double slo_drop_share(const struct cell *cell, enum arm arm);

/* Bits 1 << FIGURE_P95, _P99, _DROPPED, _RECONNECTS: means over the arm's runs above their
 * thresholds. A figure that was not recorded breaks nothing. */
unsigned slo_broken(const struct slo_params *slo, const struct cell *cell, enum arm arm);

/* The same of a single run: is no threshold broken? */
bool slo_kept(const struct slo_params *slo, const struct run_record *record);

#endif
