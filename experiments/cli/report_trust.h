/* report_trust.h - the report's section on how far its figures can be trusted. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_REPORT_TRUST_H
#define PUSHSIM_EXPERIMENTS_CLI_REPORT_TRUST_H

#include "analysis/cells.h"
#include "experiments/cli/arms_shown.h"
#include "experiments/cli/report_page.h"

/* Writes how the runs were made (program, host, profile, seed,
 * when), which cells lie outside of what their profile was fitted to, and within what each cell's
 * p99 lies. Cells: at least one. ERR_IO. */
int report_trust(struct report_page *page, struct store *store, const char *experiment,
                 const struct cells *cells, const struct arms_shown *shown, struct error *err);

#endif
