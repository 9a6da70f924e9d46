/* shard_option.h - --shard I/N, of the commands that make a plan's runs or tell of them. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_SHARD_OPTION_H
#define PUSHSIM_EXPERIMENTS_CLI_SHARD_OPTION_H

#include "experiments/cli/session.h"

/* Parses --shard into session->shard; input of the child: struct session. */
extern const struct argp shard_argp;

/* After session_open: the scheduler's part where none is given. `each`: runs of a point on the arm
 * in question. ERR_INVALID: the scheduler's variables do not tell, or there are more shards than
 * runs. */
int shard_option_settle(struct session *s, int64_t each, struct error *err);
/* "shard 2 of 4: 3 of 12 runs"; nothing where the shard is all. */
void shard_option_print(const struct session *s);

#endif
