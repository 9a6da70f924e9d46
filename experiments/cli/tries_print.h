/* tries_print.h - what the real arm's rows do not show by themselves: the tries that were
 * rejected, and the cells whose latencies are the load client's own. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_TRIES_PRINT_H
#define PUSHSIM_EXPERIMENTS_CLI_TRIES_PRINT_H

#include <stdio.h>

#include "analysis/cells.h"

/* How many tries the experiment's real runs took, and how many of them were rejected for what;
 * nothing where there are neither runs nor tries. Rows from before rejected tries were kept are
 * said to be so. ERR_IO. */
int tries_print(struct store *store, const char *experiment, FILE *out, struct error *err);
/* A line for each cell whose latencies are left out (client_share.h). */
void tries_print_left_out(const struct cells *cells, FILE *out);

#endif
