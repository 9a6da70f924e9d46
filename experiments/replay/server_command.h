/* server_command.h - whether a server's command is there at all, before anything is measured.
 *
 * Looks where execvp would: a path with a slash from the description's directory, a bare name in
 * PATH. A command with a placeholder in its name, or a description that sets PATH, is left to the
 * start itself.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_SERVER_COMMAND_H
#define PUSHSIM_EXPERIMENTS_REPLAY_SERVER_COMMAND_H

#include "experiments/replay/server_spec.h"

/* ERR_UNAVAILABLE: no such program, or none that may be run; the text as of a start. */
int server_command_check(const struct server_spec *spec, struct error *err);

#endif
