/* compare_outcomes.h - pushsim compare --outcomes: drops, disconnects, recovery of both arms. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_COMPARE_OUTCOMES_H
#define PUSHSIM_EXPERIMENTS_CLI_COMPARE_OUTCOMES_H

#include "analysis/outcome.h"
#include "experiments/cli/arms_shown.h"

/* Starts and fills *t, the caller's to print: a line a cell, both arms side by side; o->count >=
 * 1. */
void compare_outcomes_table(struct text_table *t, const struct arms_shown *shown,
                            const struct outcomes *o);
/* Prints it, and how many cells agree. */
void compare_print_outcomes(const struct arms_shown *shown, const struct outcomes *o);

#endif
