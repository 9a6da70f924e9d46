/* assertions.h - what an experiment's file asserts, judged by the runs of one arm and printed. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_ASSERTIONS_H
#define PUSHSIM_EXPERIMENTS_CLI_ASSERTIONS_H

#include <stdbool.h>

#include "experiments/cli/session.h"
#include "experiments/run/store.h"

/* Prints what holds and what does not (the latter on stderr, also when quiet). -1: all holds; else
 * the exit status. */
int assertions_report(struct session *session, struct store *store, enum arm arm, bool quiet,
                      struct error *err);

#endif
