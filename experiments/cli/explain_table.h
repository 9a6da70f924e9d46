/* explain_table.h - how the runs of each cell failed, one row a cell and arm. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_EXPLAIN_TABLE_H
#define PUSHSIM_EXPERIMENTS_CLI_EXPLAIN_TABLE_H

#include "analysis/explain_cells.h"
#include "experiments/cli/text_table.h"

/* What stands below such a table. */
#define EXPLAIN_TABLE_LEGEND                                                                   \
    "medians over the runs; phase: the highest of any; *: in most runs, other signals in "     \
    "others"

/* Its columns: the keys of this cell, then the figures. */
void explain_table_start(struct text_table *t, const char *cell);
/* A row; the cell has the keys of the one that the table was started with. */
void explain_table_add(struct text_table *t, const struct explain_cell *c);

#endif
