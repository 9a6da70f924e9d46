/* explain_none.h - why no run was found to be explained: what there is instead. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_EXPLAIN_NONE_H
#define PUSHSIM_EXPERIMENTS_CLI_EXPLAIN_NONE_H

#include "experiments/run/store.h"

/* Always an error, ERR_INVALID with what the arm's runs are (or that of the store). `db`: how the
 * database was named; experiment, cell: as asked for, or NULL. */
int explain_none(struct store *store, const char *db, const char *experiment, enum arm arm,
                 const char *cell, struct error *err);

#endif
