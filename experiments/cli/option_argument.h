/* option_argument.h - arguments that options of several commands take alike. A wrong one ends the
 * program with argp_error: "--format xml: must be csv or json", "--jobs 0: must be between 1 and
 * 256".
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_OPTION_ARGUMENT_H
#define PUSHSIM_EXPERIMENTS_CLI_OPTION_ARGUMENT_H

#include <stdint.h>

#include <argp.h>

/* Its index in `words`, which ends with NULL. `option` is the name without dashes. */
int option_argument_word(const char *option, const char *arg, const char *const words[],
                         struct argp_state *state);
/* A count, low..high. */
int64_t option_argument_count(const char *option, const char *arg, int64_t low, int64_t high,
                              struct argp_state *state);

#endif
