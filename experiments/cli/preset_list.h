/* preset_list.h - presets for people and programs: what they set, and where it comes from. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_PRESET_LIST_H
#define PUSHSIM_EXPERIMENTS_CLI_PRESET_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "experiments/run/plan.h"

/* A table of every value that server.preset and host.preset set, and one of the clients' presets:
 * those whose preset, option or selector has `word` in it (NULL: all). Returns how many rows. */
size_t preset_list_print(const char *word, bool markdown);
/* [{preset, value, protocol, source}]: which presets set this option; a new reference. */
json_t *preset_list_of(const char *option);
/* For `pushsim check`: a line for each preset that a point chooses, with what it sets there and
 * what the experiment has given instead. */
void preset_list_plan(const struct plan *plan);

#endif
