/* server_program.h - the files that a server's command names: with another content it is another
 * server, whose runs are not those that were measured.
 *
 * Counted are the files in the description's folder, or below, that are a word of the command, what
 * stands behind a word's '=', or a module as Python's servers name it (app.main:app is
 * app/main.py). Interpreters, libraries and what the program itself loads are not: they differ
 * between machines that measure together, or are not told by the command.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SERVER_PROGRAM_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SERVER_PROGRAM_H

#include "experiments/replay/server_spec.h"

/* Of these files' contents, wherever the folder lies; what cannot be read is left out. */
uint64_t server_program_hash(const struct server_spec *spec);

#endif
