/* idle_axes.h - what was swept and changed nothing: rows that are the same say that no run came to
 * where the option matters, and not that the option is without effect. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_IDLE_AXES_H
#define PUSHSIM_EXPERIMENTS_CLI_IDLE_AXES_H

#include "experiments/cli/session.h"
#include "experiments/run/store.h"

/* To standard output, a line for each axis of the sweep with all of whose values every metric of
 * the simulated runs is the same (they share their random numbers); nothing of the slo's limits,
 * which judge runs and change none. Nothing of a part of a plan, or where some cell has no run.
 * ERR_IO. */
int idle_axes_print(const struct session *session, struct store *store,
                    const struct cells *cells, struct error *err);

#endif
