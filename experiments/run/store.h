/* store.h - the results database: the only user of sqlite3.h. Tables: schema.sql, views: views.sql.
 *
 * SQLite 3.40, WAL, one transaction a run; PRAGMA user_version is STORE_SCHEMA. A store belongs
 * to one thread. Functions with an err: ERR_IO with "path: cause" when SQLite fails;
 * ERR_INVALID only where it is named below.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_STORE_H
#define PUSHSIM_EXPERIMENTS_RUN_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "experiments/run/arm.h"
#include "experiments/run/plan.h"
#include "experiments/run/run_status.h"
#include "models/run_record.h"
#include "sim/error.h"

#define STORE_SCHEMA 1

struct store;

enum store_mode {
    STORE_CREATE, /* read and write; the file is made when it is not there */
    STORE_WRITE,  /* read and write an existing database */
    STORE_READ,   /* an existing one */
};

struct store_run {          /* one row of `run`; strings are borrowed */
    enum arm arm;           /* ARM_SIM or ARM_REAL */
    int64_t replication;    /* from 1 */
    enum run_status status; /* done, failed, or (real arm) invalid */
    const char *reason;     /* "" when done */
    uint64_t config_hash;   /* store_config_hash, or the real arm's own */
    double wall_s;          /* how long it took */
    const char *host;       /* where; "" = this host's name */
};

/* Before the first store_open, by the only thread, if at all: SQLite then keeps no statistics of
 * its memory, under a lock that each allocation takes. */
void store_prepare_process(void);

/* ERR_INVALID: not there (but for STORE_CREATE), no pushsim database, a damaged one, or of
 * another schema version. A file that cannot be made into a database (full disk) is not left
 * behind. */
int store_open(struct store **store, const char *path, enum store_mode mode, struct error *err);
void store_close(struct store *store); /* NULL is fine */
/* Closes; deletes the database where store_open has made its file. */
void store_discard(struct store *store);

/* Finds or makes the experiment's row and brings question and source up to date; a last line of the
 * source, a comment, tells what --set gave. */
int store_experiment(struct store *store, const struct experiment *e, int64_t *id,
                     struct error *err);
/* Notes how many runs the whole plan has of an arm. */
int store_plan(struct store *store, int64_t experiment, enum arm arm, int64_t runs,
               struct error *err);
/* Of an experiment's arm: how many runs are there, done or not, and how many its plan has; 0: not
 * known, as in a database from before they were noted. */
int store_share(struct store *store, const char *experiment, enum arm arm, int64_t *there,
                int64_t *planned, struct error *err);
/* Writes one run of a point and all of its record (NULL: none) in one transaction; an older row of
 * the same (experiment, arm, point, replication) is replaced. */
int store_put(struct store *store, int64_t experiment, const struct plan *plan,
              const struct plan_point *point, const struct store_run *run,
              const struct run_record *record, struct error *err);

/* How many older rows that was so far, and of store_prune: runs with other settings, of another
 * program, or that failed. */
int64_t store_replaced(const struct store *store);

/* Keeps a try of the real arm that is no result: RUN_INVALID or RUN_FAILED, with its reason and
 * the record's metrics (NULL: none). Tries of that run with another config_hash are forgotten. */
int store_reject(struct store *store, int64_t experiment, const struct plan_point *point,
                 const struct store_run *run, const struct run_record *record,
                 struct error *err);

/* What the sim arm's run depends on: point, seed, replication and code version. */
uint64_t store_config_hash(const struct plan *plan, const struct plan_point *point,
                           int64_t replication);
/* Is this run there and done, with the same hash? */
bool store_has(struct store *store, int64_t experiment, enum arm arm, int64_t point,
               int64_t replication, uint64_t config_hash);
/* Makes the sim runs that are there those of the plan: deletes points and replications beyond it,
 * and runs with another store_config_hash (asked otherwise, or of another program: they count as
 * replaced); the others get the text of their cell in this sweep. In one transaction. */
int store_prune(struct store *store, int64_t experiment, const struct plan *plan,
                struct error *err);
/* Gives a real run that is there (store_has) the text of its cell in this sweep. */
int store_retitle(struct store *store, int64_t experiment, const struct plan_point *point,
                  int64_t replication, struct error *err);

/* The name of the one experiment in the database; the caller frees it. ERR_INVALID: there are
 * several, or none. */
int store_only_experiment(struct store *store, char **name, struct error *err);

/* Calls `each` with name and file text of every experiment, by name; both valid during the call. */
typedef void store_experiment_fn(void *context, const char *name, const char *source);
int store_experiments(struct store *store, store_experiment_fn *each, void *context,
                      struct error *err);

/* One metric of one run that is done. */
struct store_value {
    const char *experiment; /* its name; borrowed, valid during the call */
    enum arm arm;           /* ARM_SIM or ARM_REAL */
    int64_t point;          /* from 1 */
    int64_t replication;    /* from 1 */
    const char *cell;       /* its swept values; borrowed likewise, as the metric */
    uint64_t scenario_hash; /* of plan_point: equal ones were asked the same */
    const char *metric;     /* its name: data/results.md */
    double value;           /* in the metric's unit; NAN: not defined */
};
typedef void store_value_fn(void *context, const struct store_value *value);
/* Calls `each` in order of experiment, arm, point, replication, metric; experiment NULL:
 * all. */
int store_values(struct store *store, const char *experiment, enum arm arm,
                 store_value_fn *each, void *context, struct error *err);

/* The same of the tries that were rejected, one after another, each by its metrics' names; none in
 * a database from before they were kept. */
int store_rejected_values(struct store *store, const char *experiment, store_value_fn *each,
                          void *context, struct error *err);
/* Of an experiment's real arm. Runs whose tries are not told (they lack the metric client.tries)
 * are from before rejected tries were kept. */
struct store_tries {
    int64_t runs;     /* done */
    int64_t told;     /* of them, with their number of tries */
    int64_t rejected; /* tries */
};
/* Calls `each` with each kind of reason (a reason's text up to its first colon) and how many of the
 * rejected tries had it, the most frequent first; the text is valid during the call. */
typedef void store_reason_fn(void *context, const char *reason, int64_t tries);
int store_tries(struct store *store, const char *experiment, struct store_tries *tries,
                store_reason_fn *each, void *context, struct error *err);

/* One run to look at by itself; strings are owned by the reader of it (store_load.c). */
struct store_found {
    char *experiment, *cell, *reason; /* its name; swept values; "" when done */
    enum arm arm;                     /* ARM_SIM or ARM_REAL */
    enum run_status status;           /* as of store_run */
    int64_t point, replication;       /* from 1 */
    int64_t run;                      /* the database's own key */
};
/* Every run of an experiment (NULL: all) and of an arm or both; point or replication 0: all; done
 * or not, in order of experiment, arm, point, replication. The array is the caller's:
 * store_found_free. */
int store_find(struct store *store, const char *experiment, enum arm arm, int64_t point,
               int64_t replication, struct store_found **found, size_t *count,
               struct error *err);
void store_found_free(struct store_found *found, size_t count);
/* Adds the run's metrics, series (by name, then time) and events to an empty record; and what its
 * options were, but for the phases of the workload; options of another version are passed over. */
int store_load(struct store *store, const struct store_found *run, struct run_record *record,
               struct settings *settings, struct error *err);

/* Copies every run of `from` that `into` does not have, has with other settings, or has as failed
 * or not sound where `from` has it done (store_read.c). The same merge twice changes nothing.
 * *copied: runs; store_replaced counts those whose place they took. The text of an experiment that
 * both have stays that of `into`. ERR_INVALID: `from`, as of store_open. */
int store_merge(struct store *into, const char *from, int64_t *copied, struct error *err);

/* Runs of one experiment that are done and were made alike. */
struct store_origin {
    enum arm arm;             /* ARM_SIM or ARM_REAL */
    const char *code;         /* version_text of the program; borrowed, as are the others */
    const char *host;         /* its name, or what it is */
    const char *profile;      /* "": none, or not noted */
    const char *first, *last; /* when they started: UTC, ISO 8601 */
    int64_t runs, seed;       /* how many; the experiment's when they were made */
};
typedef void store_origin_fn(void *context, const struct store_origin *origin);
/* Calls `each` by arm (the simulated first), code, host, profile and seed. */
int store_origins(struct store *store, const char *experiment, store_origin_fn *each,
                  void *context, struct error *err);

/* Calls `each` with each cell of the simulated runs that are done, in order of their points, and
 * what of it lies outside of what its profile was fitted to: "clients.count 4000 (15..1900)",
 * "none", or "" where that is not noted (no profile, no ranges in it, an older program). Both
 * valid during the call. */
typedef void store_outside_fn(void *context, const char *cell, const char *outside);
int store_outside(struct store *store, const char *experiment, store_outside_fn *each,
                  void *context, struct error *err);

enum export_format { EXPORT_CSV, EXPORT_JSON };
/* Writes a view (run, metric, parameter, series, event, latency, explained, rejected), ordered by
 * every column from the left (store_export.c), of an arm or both. Numbers as %.17g shortened where
 * exact. ERR_INVALID: no such table. ERR_IO: also when `out` takes no more. */
int store_export(struct store *store, const char *table, enum arm arm,
                 enum export_format format, FILE *out, struct error *err);
/* Writes the series of an arm or both as OpenMetrics text, as if each run had been scraped once a
 * second: metric names, types and units of a server's exporter, labels experiment, arm, point,
 * replication, the cell's swept values and, where it is of one pod, pod. Runs begin at begin_s
 * seconds after 1970. ERR_IO, also when `out` takes no more. */
int store_export_open_metrics(struct store *store, enum arm arm, int64_t begin_s, FILE *out,
                              struct error *err);

#endif
