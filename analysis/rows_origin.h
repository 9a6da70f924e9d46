/* rows_origin.h - where and when the real runs of an experiment were made, as their rows tell:
 * rows may be fitted again years later, on another machine.
 */
#ifndef PUSHSIM_ANALYSIS_ROWS_ORIGIN_H
#define PUSHSIM_ANALYSIS_ROWS_ORIGIN_H

#include "experiments/run/store.h"

#define ROWS_ORIGIN_TEXT 512

struct rows_origin {
    /* each once, as the rows have it (host_facts_describe), "; " between; cut short where they do
     * not fit; "": none is told */
    char hosts[ROWS_ORIGIN_TEXT];
    char first[11], last[11]; /* days of the first and the last run, UTC: "2026-11-24" */
};

/* Of the runs that are done. ERR_INVALID: there is none; errors as store_origins. */
int rows_origin_read(struct rows_origin *origin, struct store *store, const char *experiment,
                     struct error *err);

#endif
