/* output_file.h - can a file be written where the command line says, asked before the minutes of
 * measuring that it is to hold.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_OUTPUT_FILE_H
#define PUSHSIM_EXPERIMENTS_CLI_OUTPUT_FILE_H

#include "sim/error.h"

/* ERR_IO with "path: cause" when `path` is a directory or its directory takes no new file (files
 * are written beside it first, then renamed). Makes nothing. */
int output_file_check(const char *path, struct error *err);

#endif
