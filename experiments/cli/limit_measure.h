/* limit_measure.h - the limit of an option on the real arm: a series of runs (limit_series.h), each told
 * on standard error beside what the model makes of that very run.
 *
 * Beside it stand simulated series of as many runs, by the same rule, each run on a host as fast as it
 * was beside the real one (host_pace.h). What the two differ by is then the model's doing, and neither the
 * host's nor that of the way to ask.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_LIMIT_MEASURE_H
#define PUSHSIM_EXPERIMENTS_CLI_LIMIT_MEASURE_H

#include "experiments/cli/limit_table.h"
#include "experiments/cli/session.h"

/* Fills `real` and `alike` of each point's result. `runs`: of each point, at least. `server`: its description instead of the experiment's, or NULL. ERR_UNAVAILABLE: no cgroup can
 * be made; else as the campaign. */
int limit_measure(const struct session *session, const char *server, int runs,
                  struct limit_result *results, struct error *err);

#endif
