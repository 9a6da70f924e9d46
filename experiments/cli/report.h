/* report.h - all that a database shows of one experiment, section by section. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_REPORT_H
#define PUSHSIM_EXPERIMENTS_CLI_REPORT_H

#include "experiments/cli/report_page.h"
#include "experiments/run/store.h"

/* Writes the experiment of this name, whose file's text is `source`. ERR_IO. */
int report_write(struct report_page *page, struct store *store, const char *name,
                 const char *source, struct error *err);

#endif
