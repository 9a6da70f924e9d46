/* commands.h - the subcommands of pushsim: cmd_NAME in experiments/cli/cmd_NAME.c.
 *
 * Each takes its own argument vector (argv[0] = "pushsim NAME"), parses it with argp and returns
 * an exit status. A new subcommand is one line in COMMANDS and one file.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_COMMANDS_H
#define PUSHSIM_EXPERIMENTS_CLI_COMMANDS_H

#include <argp.h>

#include "sim/error.h"

enum exit_status {
    EXIT_DONE = 0,   /* done; no threshold is broken */
    EXIT_FAILED = 1, /* something failed in running, or an assertion does not hold */
    EXIT_INPUT = 2,  /* bad configuration or input */
    EXIT_USAGE = 64, /* bad usage (EX_USAGE) */
    /* done, but a threshold of the slo is broken, or a target of a validation missed */
    EXIT_BREACHED = 99 /* 128 + n: by signal n */
};

#define COMMANDS(X)                                                                            \
    X(check, "validate an experiment and print its plan")                                      \
    X(run, "run an experiment in the simulator")                                               \
    X(replay, "run an experiment against a real server in a cgroup")                           \
    X(limit, "the largest (or smallest) value of an option with which the slo is kept")        \
    X(compare, "simulated beside measured, cell by cell")                                      \
    X(validate, "judge the simulator by a real server, on cells it was not fitted to")         \
    X(explain, "what broke first in a run, when, why, and whether it recovered")               \
    X(calibrate, "fit a profile to a real server")                                             \
    X(cpu, "what a CPU limit does to a thread")                                                \
    X(report, "all that a database shows, as one page of Markdown")                            \
    X(export, "write the tables of a database as CSV or JSON")                                 \
    X(merge, "copy the runs of one database into another")                                     \
    X(verdict, "whether an experiment's claim holds in its results")                           \
    X(null, "a server that does nothing but fan out: the load client's floor")                 \
    X(options, "list every option with unit, default and range")

#define COMMAND_DECLARE(name, help) int cmd_##name(int argc, char **argv);
COMMANDS(COMMAND_DECLARE)

/* Prints the text on stderr, behind "pushsim: " unless it is about the user's input (ERR_INVALID:
 * it starts with the place then), and returns the exit status: 2 for ERR_INVALID, 128 + the signal
 * for ERR_INTERRUPTED, else 1. */
int command_fail(int code, const struct error *err);

/* What is left of the arguments of a command that takes one database: for the default of its argp
 * parser. *db: NULL before, then the argument, borrowed. */
error_t command_parse_database(int key, char *arg, struct argp_state *state, const char **db);

#endif
