/* runner.h - runs a plan's sim arm on several threads and stores the results in plan order.
 *
 * Workers share nothing but the index of the next run and the ring of outcomes. Whoever has
 * finished a run stores what is due, one worker at a time, in the order of the plan, so that the
 * database does not depend on their number, and N workers keep N CPUs busy, storing included. At
 * most RUNNER_AHEAD runs a worker are finished and not yet stored.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_RUNNER_H
#define PUSHSIM_EXPERIMENTS_RUN_RUNNER_H

#include <signal.h>

#include "experiments/run/plan.h"
#include "experiments/run/shard.h"
#include "experiments/run/store.h"
#include "models/run_record.h"
#include "models/schedule.h"

#define RUNNER_AHEAD 8

/* One run of the model. Returns 0, or ERR_STATE with the reason: the run is stored as failed.
 * Called from several threads at once. */
typedef int runner_model_fn(const struct parameters *p, const struct schedule *s, uint64_t seed,
                            uint32_t replication, struct run_record *out, struct error *err);

struct runner_result {
    int64_t done;    /* runs made now and stored as done */
    int64_t failed;  /* stored as failed */
    int64_t skipped; /* already there */
    /* Older ones, asked otherwise or by another program, whose place new ones took. */
    int64_t replaced;
    double wall_s; /* the whole took */
};

/* A signal has come. All runs that were finished are stored, nobody uses the store any more, and
 * some are in the middle of a run that nothing can stop: it may close the store and must end the
 * process. Called from a thread of its own. */
typedef void runner_interrupted_fn(void *context, int signal,
                                   const struct runner_result *so_far);

struct runner {
    const struct plan *plan; /* borrowed, as all below */
    /* Replayed by every run; NULL: schedule_build from the phases. */
    const struct schedule *trace;
    runner_model_fn *model;  /* makes a run */
    struct store *store;     /* takes it; used by one worker at a time */
    int64_t experiment;      /* the store's id */
    struct shard shard;      /* which runs; zeros: all. `each` is the plan's replications */
    int jobs;                /* workers, 1..256; the caller is the first */
    bool force;              /* run again what is already there */
    bool progress;           /* lines with ETA on stderr */
    const sigset_t *signals; /* that interrupt, all blocked by the caller; NULL: none */
    runner_interrupted_fn *interrupted; /* where there are signals */
    void *context;                      /* for it */
};

/* For a program that makes many runs, once, before the first: what a run frees stays with the
 * process for the next one, instead of going back to the kernel and being faulted in again
 * (glibc's malloc: mallopt(3)). A sweep takes about a quarter less time. */
void runner_keep_memory(void);

/* ERR_IO: the database could not be written; what was stored before stays. A failed run is no
 * error. */
int runner_run(const struct runner *runner, struct runner_result *result, struct error *err);

#endif
