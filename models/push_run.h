/* push_run.h - one run of the model: parameters and a schedule in, a record out.
 *
 * Deterministic: the same (parameters, schedule, seed, replication) gives the same record on any
 * machine and compiler. No system call, no clock.
 */
#ifndef PUSHSIM_MODELS_PUSH_RUN_H
#define PUSHSIM_MODELS_PUSH_RUN_H

#include "models/parameters.h"
#include "models/run_record.h"
#include "models/schedule.h"

/* p: in the ranges of the option table, and consistent (settings_check.c), else it asserts; both
 * inputs are borrowed for the call. replication: from 1. `out` is the caller's, initialised, and
 * has all that the run recorded at the end of what stood there before. */
void push_run(const struct parameters *p, const struct schedule *s, uint64_t seed,
              uint32_t replication, struct run_record *out);

#endif
