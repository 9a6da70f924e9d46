/* limit_probe.h - one real run of a limit: made until it is sound, told on standard error beside
 * what the model makes of that very run, and stored.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_LIMIT_PROBE_H
#define PUSHSIM_EXPERIMENTS_CLI_LIMIT_PROBE_H

#include "experiments/cli/campaign.h"
#include "analysis/limit_rows.h"

/* of a run that failed or was not sound, at the same value: as validate's */
#define LIMIT_TRIES 3

struct limit_probe {                       /* of one point; all borrowed */
    struct campaign *campaign;             /* open: makes the runs */
    const struct plan_point *point;        /* whose settings, but for the option's value */
    const struct limit_question *question; /* of the point: which option is varied, and how */
    struct limit_rows *rows;               /* sound runs are added */
    uint32_t run; /* its number, from 1, and whose publishes it plays; 0: none was made yet */
};

/* A limit_probe_fn; context: struct limit_probe. The run has the next number that is free.
 * ERR_STATE: none of the tries was sound, which is stored and told. Other errors as
 * campaign_measure and store_put. */
int limit_probe_run(void *context, double value, bool *kept, struct error *err);

#endif
