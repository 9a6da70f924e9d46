/* compare.h - simulated beside measured: every cell, every figure, and where each arm's knee lies.
 *
 * A figure of a cell is the median over its runs, with the spread of cells.h. The ratio is
 * sim / real; 1 where both are 0, NAN where only the real one is, or where an arm has none.
 */
#ifndef PUSHSIM_ANALYSIS_COMPARE_H
#define PUSHSIM_ANALYSIS_COMPARE_H

#include <stdio.h>

#include "analysis/cells.h"

struct comparison {
    const struct cell *cell;                   /* borrowed from the cells */
    size_t point;                              /* from 1: the cell's place in the plan */
    enum figure figure;                        /* which figure of it */
    double value[ARMS], low[ARMS], high[ARMS]; /* medians, spread; NAN: no run there */
    double ratio;                              /* of the values: see above */
};

/* The knee of one arm: going from ample to starved along one swept option, the first cell whose
 * median p99 is above the threshold; without a threshold: above 5 times the p99 of the amplest
 * cell. The option is cpu.limit, else cpu.quota (ample: largest), else the last swept one that is
 * a number (ample: the end that is sooner, in most cells' groups). A cell most runs of which got
 * nothing, although something was due, is beyond any threshold. Cells that differ in any other
 * swept value have a knee of their own.
 */
#define COMPARE_KNEE_FACTOR 5.0

struct knee {
    char group[256];             /* the other swept values: "protocol=sse"; "" when none */
    char option[64];             /* along which it was sought */
    const struct cell *at[ARMS]; /* borrowed; NULL: none exceeds, or the arm has no runs */
    char value[ARMS][UNIT_TEXT_BYTES]; /* the option's value there; "none"; "-" without runs */
    int apart; /* cells between the two arms' knees, 0 = the same; -1: one or
                                    both are unknown */
};

/* Every figure that is shown of every cell, in plan order; *rows is the caller's to free. */
size_t compare_cells(const struct cells *cells, struct comparison **rows);
/* The same of figures first .. end - 1. */
size_t compare_figures(const struct cells *cells, int first, int end, struct comparison **rows);

/* Median of |ratio - 1| over p50, p95 and p99 of the cells that have both arms; with `only` >= 0
 * over that figure alone. NAN when there are none; *count says how many went in. */
double compare_error(const struct comparison *rows, size_t row_count, int only, size_t *count);

/* One for each group, in plan order; threshold_s 0: the factor above. *knees is the caller's to
 * free. 0 groups when no option is a number. */
size_t compare_knees(const struct cells *cells, double threshold_s, struct knee **knees);

/* An array with one object a row: point, the swept values, metric, sim, sim_low, sim_high, real,
 * real_low, real_high, ratio. Numbers in s, 1, ratio; undefined ones are null. */
void compare_write_json(const struct comparison *rows, size_t count, FILE *out);

#endif
