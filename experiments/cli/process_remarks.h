/* process_remarks.h - what became of the processes in a run, below the table of its cells: deaths
 * for memory or by probes, how near memory came to its limit, and pods of the autoscaler that
 * nobody connected to. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_PROCESS_REMARKS_H
#define PUSHSIM_EXPERIMENTS_CLI_PROCESS_REMARKS_H

#include "experiments/cli/session.h"
#include "experiments/run/store.h"

/* To standard output, a paragraph each, of the simulated runs of all cells; nothing where there is
 * nothing to tell. ERR_IO. */
int process_remarks_print(const struct session *session, struct store *store,
                          struct error *err);

#endif
