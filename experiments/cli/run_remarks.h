/* run_remarks.h - what the table of a run's cells does not tell: runs in which nothing arrived, or
 * much had not when they ended, disconnects, and actions of the slo's control that did nothing.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_RUN_REMARKS_H
#define PUSHSIM_EXPERIMENTS_CLI_RUN_REMARKS_H

#include "analysis/cells.h"
#include "experiments/run/plan.h"

/* To standard output, a paragraph each, of the simulated runs of all cells; nothing where there is
 * nothing to tell. Their samples are sorted (cells_load). */
void run_remarks_print(const struct plan *plan, const struct cells *cells);

#endif
