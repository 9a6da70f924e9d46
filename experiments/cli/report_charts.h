/* report_charts.h - the charts of a report in HTML: latency along a swept option, the course of
 * single runs. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_REPORT_CHARTS_H
#define PUSHSIM_EXPERIMENTS_CLI_REPORT_CHARTS_H

#include "analysis/explain.h"
#include "experiments/cli/arms_shown.h"
#include "experiments/cli/report_page.h"

#define REPORT_LINES_MAX   12 /* charts of each kind on a page; a sweep may have thousands */
#define REPORT_COURSES_MAX 12

/* p50, p95 and p99 along the option of cell_line.h, a chart for each line of at least two cells:
 * medians over the runs, their spread, and the slo where all have one. */
void report_charts_lines(struct report_page *p, const struct cells *cells,
                         const struct arms_shown *shown, double slo_p99_s);

/* One run second by second: latencies and the phases of failure, then CPU and clients; of two windows
 * or more. */
void report_charts_course(struct report_page *p, const struct explanation *e);

#endif
