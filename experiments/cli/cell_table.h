/* cell_table.h - the swept values of a cell as the first columns of a table. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CELL_TABLE_H
#define PUSHSIM_EXPERIMENTS_CLI_CELL_TABLE_H

#include "experiments/cli/text_table.h"

/* One column a key of "protocol=sse cpu.limit=200m", figures to the right; "" adds none. */
void cell_table_columns(struct text_table *t, const char *cell);
/* The values, each below its key, as the next cells of a row; "-" for a key that this cell lacks,
 * as of another sweep. What has no column is told behind the last one ("200m protocol=sse"). */
void cell_table_values(struct text_table *t, const char *cell);

#endif
