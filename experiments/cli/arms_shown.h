/* arms_shown.h - which arms a table has columns for: those that have runs. Where one alone has,
 * the columns of the other would be empty. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_ARMS_SHOWN_H
#define PUSHSIM_EXPERIMENTS_CLI_ARMS_SHOWN_H

#include "analysis/cells.h"
#include "experiments/cli/text_table.h"

struct arms_shown {
    bool arm[ARMS]; /* at least one, where there are cells */
    bool both;      /* have */
};

struct arms_shown arms_shown_of(const struct cells *cells);
/* Adds a column for each arm that is shown: the first has the head, the second is "real". */
void arms_shown_columns(const struct arms_shown *shown, struct text_table *t, const char *head,
                        bool right);
/* Says that no cell has runs of both, and of which arm all are where that is so. */
void arms_shown_print_none(const struct arms_shown *shown);

#endif
