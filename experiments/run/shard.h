/* shard.h - a part of an experiment's runs, for one of several machines: --shard I/N.
 *
 * The runs of a plan are counted point by point, the runs of a point one after the other, and
 * dealt out in turn: run i (from 0) belongs to shard i % N + 1. So a part is a function of the
 * plan alone, no two differ by more than one run, neither in all nor of any one point, and the
 * parts together are the plan.
 *
 * Where a scheduler numbers the copies of a job, its variables stand for what is not given:
 *   Slurm's job array (sbatch(1), slurm.schedmd.com/job_array.html): I from SLURM_ARRAY_TASK_ID, _MIN
 *     and _STEP, N from SLURM_ARRAY_TASK_COUNT
 *   Kubernetes' Indexed Job (batch/v1, completionMode: Indexed): I from JOB_COMPLETION_INDEX, which
 *     counts from 0; N is spec.completions, which no pod is told: it has to be given, as /N
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_SHARD_H
#define PUSHSIM_EXPERIMENTS_RUN_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/error.h"

struct shard {     /* zeros: all runs */
    int64_t index; /* 1..count; 0: not given, the scheduler says */
    int64_t count; /* of shards; 0: not given; 1: this one has all runs */
    int64_t each;  /* runs of each point, >= 1 where count > 1 */
};

/* Reads "I/N" or "/N" (index 0); `each` stays. ERR_INVALID: something else, or I not in 1..N. */
int shard_parse(struct shard *shard, const char *text, struct error *err);
/* Completes what is not given by the scheduler's variables; without any, a shard of which nothing
 * is given stays so. ERR_INVALID: they do not tell, or contradict what is given. */
int shard_from_scheduler(struct shard *shard, struct error *err);

/* Is it less than all runs? NULL: no. */
bool shard_is_part(const struct shard *shard);
/* Does run `run` (from 1) of point `point` (from 1) belong to it? NULL: yes. */
bool shard_has(const struct shard *shard, int64_t point, int64_t run);
/* How many of a plan's `runs` belong to it. */
int64_t shard_runs(const struct shard *shard, int64_t runs);

#endif
