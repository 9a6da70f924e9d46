/* store_rows.h - the rows of one run in one table, many to a statement; for store_run.c alone.
 *
 * A statement of many rows finds its place in the B-tree once and goes on from there: with rows in
 * the order of the key, a third of the time of one statement a row.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_STORE_ROWS_H
#define PUSHSIM_EXPERIMENTS_RUN_STORE_ROWS_H

#include "experiments/run/store_internal.h"

struct store_rows {
    struct store *store;    /* borrowed */
    enum store_table table; /* where the rows go */
    int64_t run;            /* first column of every row */
    size_t left;            /* rows not begun */
    sqlite3_stmt *fill;     /* being filled, or NULL; the store's */
    int row, rows;          /* next of it; how many it takes */
};

/* `count` rows will follow, no less. */
void store_rows_begin(struct store_rows *r, struct store *store, enum store_table table,
                      int64_t run, size_t count);
/* The next row: its statement, and *column, the number of the parameter that stands for its second
 * column. What is bound must last until store_rows_end. NULL after a failure (store->failed). */
sqlite3_stmt *store_rows_next(struct store_rows *r, int *column);
void store_rows_end(struct store_rows *r);

#endif
