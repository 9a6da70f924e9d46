/* explain_cells.h - the explanations of the runs of each cell and arm, drawn together. */
#ifndef PUSHSIM_ANALYSIS_EXPLAIN_CELLS_H
#define PUSHSIM_ANALYSIS_EXPLAIN_CELLS_H

#include "analysis/cells.h"
#include "analysis/explain.h"

struct explain_cell {
    char *experiment, *cell;   /* owned */
    enum arm arm;              /* of its runs */
    struct slo_params slo;     /* of its first run */
    size_t runs;               /* of the cell and arm, >= 1 */
    int worst;                 /* phase, of any run */
    size_t broke[SIGNALS + 1]; /* runs in which each broke first; SIGNALS: nothing */
    size_t judged, metastable; /* runs that can tell; of them metastable */
    double blame[BLAME_PARTS]; /* summed over the runs */
    /* When the first signal broke, recovery, false green: s, s, share of the broken time; of the
     * runs that have one; owned. */
    struct sample first, recovery, green;
};

struct explain_cells {
    struct explain_cell *cell; /* in the order in which they came; owned */
    size_t count;              /* of them, each of one cell and arm */
};

/* Runs of one cell and arm come one after the other, as store_find gives them. */
void explain_cells_add(struct explain_cells *cells, const struct explanation *e);
void explain_cells_close(struct explain_cells *cells);

/* What broke first in most runs; SIGNALS: nothing. */
int explain_cell_first(const struct explain_cell *c);
/* The largest part of the latest deliveries' latency; BLAME_PARTS: not recorded. */
int explain_cell_blame(const struct explain_cell *c);
/* Of a member of the cell; NAN when it is empty. */
double explain_cell_median(const struct sample *s);

#endif
