/* limit_measure.h - the limit of an option on the real arm: a search for each repeat, each run of it told
 * on standard error beside what the model makes of that very run.
 *
 * Beside a real search stands a simulated one of a host as fast as it was meanwhile (host_pace.h): the
 * median pace of the search's runs. What the two differ by is then the model's doing and not the host's.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_LIMIT_MEASURE_H
#define PUSHSIM_EXPERIMENTS_CLI_LIMIT_MEASURE_H

#include "experiments/cli/limit_table.h"
#include "experiments/cli/session.h"

/* Fills `real` of each point's result, and `paced` where all its repeats have a pace and the costs know
 * theirs. `server`: its description instead of the experiment's, or NULL. ERR_UNAVAILABLE: no cgroup can
 * be made; else as the campaign. */
int limit_measure(const struct session *session, const char *server, int64_t repeats,
                  struct limit_result *results, struct error *err);

#endif
