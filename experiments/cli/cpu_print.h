/* cpu_print.h - the arms of `pushsim cpu` as a table for people, as JSON and CSV for programs. */
#ifndef PUSHSIM_EXPERIMENTS_CLI_CPU_PRINT_H
#define PUSHSIM_EXPERIMENTS_CLI_CPU_PRINT_H

#include <stdio.h>
#include <jansson.h>

#include "experiments/cli/cpu_arms.h"

void cpu_print_table(FILE *stream, const struct cpu_plan *plan, const struct cpu_arm *sim,
                     const struct cpu_arm *real);

/* Every sample of the arms that were run as CSV: arm,kind,ms; ascending within a kind. */
void cpu_print_samples(FILE *stream, const struct cpu_arm *sim, const struct cpu_arm *real);

/* {"sim": {"run_ms": {mean, sd, p10, p50, p90, p99}, "stall_ms", "late_ms", "throttled_share",
 * "cpu_share", ...}, "real": …, "distance": …}; null for an arm that was not run and for a figure
 * without samples. The caller owns it. */
json_t *cpu_print_json(const struct cpu_arm *sim, const struct cpu_arm *real);

#endif
