/* limit_measure.h - the limit of an option on the real arm: a series of runs (limit_series.h),
 * each told on standard error beside what the model makes of that very run, and stored
 * (limit_rows.h). Those that the database has are not made again.
 *
 * Beside it stand the same runs simulated: at their values, with their publishes and on a host as
 * fast as it was beside each (host_pace.h), their outcomes fitted alike. What the two differ by is
 * then the model's doing, and neither the host's nor that of the way to ask. Where the simulator
 * has found more than one limit (limit_scan.h) the series begins at the farthest.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_LIMIT_MEASURE_H
#define PUSHSIM_EXPERIMENTS_CLI_LIMIT_MEASURE_H

#include "experiments/cli/limit_table.h"
#include "experiments/cli/session.h"

/* Fills `real` and `alike` of each point's result, from the runs of its database and those that it
 * makes. `runs`: of each point, at least; 0: it makes none. `server`: its description instead of
 * the experiment's, or NULL. A point whose runs say nothing is told and has no result.
 * ERR_UNAVAILABLE: no cgroup can be made; ERR_STATE: no point has a result; else as the campaign
 * and the store. */
int limit_measure(const struct session *session, const char *server, int runs,
                  struct limit_result *results, struct error *err);

#endif
