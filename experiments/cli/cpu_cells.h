/* cpu_cells.h - the cells of the CPU validation matrix. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CPU_CELLS_H
#define PUSHSIM_EXPERIMENTS_CLI_CPU_CELLS_H

#include "experiments/cli/cpu_arms.h"

#define CPU_CELLS_MAX 96

struct cpu_cell {
    char name[48];        /* e.g. "20/100-2t2c-spin", "neighbour-256", "warm-4MiB-10/100" */
    struct cpu_plan plan; /* host parameters, warmth and seed are filled in by who runs it */
};

/* Fills `cells`; returns how many. */
int cpu_cells_make(struct cpu_cell cells[CPU_CELLS_MAX]);

#endif
