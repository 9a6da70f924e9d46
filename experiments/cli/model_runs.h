/* model_runs.h - the sim arm of a session's plan, or of its shard of it, into its store. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_MODEL_RUNS_H
#define PUSHSIM_EXPERIMENTS_CLI_MODEL_RUNS_H

#include "experiments/cli/session.h"
#include "experiments/run/runner.h"

/* Makes the runs that the store does not have (force: all). jobs 0: one for each CPU. ERR_IO.
 * SIGINT, SIGTERM and SIGHUP end the process (128 + n) once the finished runs are stored, and the
 * store is closed; one that is under way is given up. */
int model_runs(const struct session *s, struct store *store, int64_t experiment, int jobs,
               bool force, struct runner_result *result, struct error *err);

/* Holds these signals back while a store is open, so that it is always closed. Not SIGPIPE, as
 * interrupt_hold does for the real arm's sockets: who reads no tables ends the program. */
void model_runs_hold(sigset_t *before);
void model_runs_release(const sigset_t *before);

/* CPUs that are online, 1..256. */
int model_runs_jobs(void);

#endif
