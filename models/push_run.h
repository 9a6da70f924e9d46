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

void push_run(const struct parameters *p, const struct schedule *s, uint64_t seed,
              uint32_t replication, struct run_record *out);

#endif
