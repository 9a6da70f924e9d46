/* plan_share.h - whether databases hold all runs of an experiment's plan, or a part (--shard,
 * interrupted). */
#ifndef PUSHSIM_EXPERIMENTS_CLI_PLAN_SHARE_H
#define PUSHSIM_EXPERIMENTS_CLI_PLAN_SHARE_H

#include "analysis/cells.h"

struct plan_share {        /* zeros: of no database yet; runs, by arm */
    int64_t there[ARMS];   /* in all databases together */
    int64_t planned[ARMS]; /* the most that one of them says; 0: none, or not known */
};

/* Adds what one database has and plans of an experiment. ERR_IO. */
int plan_share_add(struct plan_share *share, struct store *store, const char *experiment,
                   struct error *err);
/* Says in one line that runs are missing; false, and nothing is written, when none is. */
bool plan_share_print(const struct plan_share *share, FILE *out);

#endif
