/* compare_table.h - figures of both arms side by side, as tables. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_COMPARE_TABLE_H
#define PUSHSIM_EXPERIMENTS_CLI_COMPARE_TABLE_H

#include "analysis/compare.h"
#include "experiments/cli/arms_shown.h"

/* Each starts and fills *t, which is the caller's to print; count >= 1 rows of compare_cells or
 * compare_figures (wide: of compare_cells). Wide: one row a cell, with the ratio of latencies; a
 * star where the simulated value lies within the measured spread. Long: one row a figure, with the
 * spread over the runs. */
void compare_table_wide(struct text_table *t, const struct arms_shown *shown,
                        const struct comparison *rows, size_t count);
void compare_table_long(struct text_table *t, const struct arms_shown *shown,
                        const struct comparison *rows, size_t count);

#endif
