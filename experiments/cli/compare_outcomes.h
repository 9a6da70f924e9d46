/* compare_outcomes.h - pushsim compare --outcomes: drops, disconnects, recovery of both arms. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_COMPARE_OUTCOMES_H
#define PUSHSIM_EXPERIMENTS_CLI_COMPARE_OUTCOMES_H

#include "analysis/outcome.h"

/* A line a cell, both arms side by side, and how many cells agree. */
void compare_print_outcomes(const struct outcomes *o);

#endif
