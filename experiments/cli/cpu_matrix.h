/* cpu_matrix.h - `pushsim cpu --matrix`: the CPU model against this kernel, cell by cell.
 *
 * Cells: limits x threads and CPUs x kinds of work, busy neighbours, and the warm-up of caches.
 * Each is measured in at least eight repeats with fresh phases and simulated with the parameters
 * that were read from this host. A line has a verdict:
 *
 *   run, stall, late   mean within 5 % or 0.2 ms                       (of 30 samples and more)
 *   stall-w1, late-w1  Wasserstein-1 distance within one tick          (of 30 samples and more)
 *   cpu                CPUs used, within 5 %: instead of run and stall where the model has no stall
 *                      and the real arm fewer than 30
 *   throttled          share of throttled periods within 0.03
 *   cost               CPU time for a unit of work, median of repeats, within 10 % (2 % for the
 *                      empty working set)
 *
 * No verdict ("few", "noisy") when there are too few samples or too few quiet repeats.
 */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CPU_MATRIX_H
#define PUSHSIM_EXPERIMENTS_CLI_CPU_MATRIX_H

#include <stdint.h>
#include <stdio.h>

#include "sim/error.h"

struct cpu_matrix_request {
    const char *pattern; /* fnmatch over the cells' names, borrowed */
    const char *output;  /* CSV file to append to, borrowed; NULL = none */
    uint64_t seed;       /* as struct cpu_plan's, of every cell */
};

void cpu_matrix_list(FILE *stream); /* the names of all cells */

/* Prints a line for each comparison and a summary. 0 also when verdicts are bad: the table says
 * so. ERR_INVALID: nothing matches; ERR_UNAVAILABLE, ERR_IO, ERR_STATE: it could not run. */
int cpu_matrix_run(const struct cpu_matrix_request *request, FILE *stream, struct error *err);

#endif
