/* class_table.h - the figures of each class of clients, below the table of a run's cells. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CLASS_TABLE_H
#define PUSHSIM_EXPERIMENTS_CLI_CLASS_TABLE_H

#include "experiments/cli/session.h"
#include "experiments/run/store.h"

/* To standard output, a row for each class of each cell that has more than one, by means over the
 * simulated runs; nothing where no cell has (models/class_tally.h). ERR_IO. */
int class_table_print(const struct session *session, struct store *store, struct error *err);

#endif
