/* limit_rows.h - the real runs of a limit in the results database: each a row of its own, so that
 * they can be added to, shipped, and judged again by another profile.
 *
 * Run k of a point is its replication k. The cell names the value that was tried ("protocol=sse
 * clients.count=900"); metrics of its own: limit.value (in the option's base unit) and
 * limit.tries, the runs that it took until one was sound. Runs that were not sound or failed are
 * rows with their reasons, and their numbers are free for the next.
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_ROWS_H
#define PUSHSIM_ANALYSIS_LIMIT_ROWS_H

#include "analysis/limit_model.h"
#include "experiments/run/store.h"

struct limit_row {        /* one sound run */
    uint32_t run;         /* from 1 */
    double value;         /* in the option's base unit */
    bool kept;            /* the slo, as it is now */
    struct run_pace pace; /* of the host beside it */
};

struct limit_rows {
    struct limit_row *row; /* owned; the database's first, by number; then as they came */
    size_t count;          /* of them */
    int unsound;           /* runs beside them that were not sound: all tries */
    int failed;            /* and that could not be made */
    size_t other;          /* rows of this point that were asked something else */
};

/* A point of the plan as it is asked at a value: the settings there, the cell that names it, the
 * hashes. The cell is the caller's, to free; the rest is borrowed from `point`. */
struct plan_point limit_rows_point(const struct plan_point *point,
                                   const struct limit_question *q, double value,
                                   const struct settings *settings);

/* A run that was made of a point at a value. */
struct limit_made {
    const struct plan_point *point; /* limit_rows_point; borrowed, as all below */
    double value;                   /* in the option's base unit */
    uint32_t run;                   /* its number, from 1 */
    const char *failure;            /* why there is no record; NULL: there is */
    const char *host;               /* where, as store_run has it */
    double wall_s;                  /* how long it took */
    int tries;                      /* until one was sound, or no more were made; >= 1 */
};

/* An experiment's row in a database. */
struct limit_place {
    struct store *store; /* borrowed */
    int64_t experiment;  /* store_experiment's id, ... */
    const char *name;    /* ... and its name; borrowed */
};

/* Those of the point that were asked the same: the settings at their value, the seed. ERR_IO.
 * limit_rows_close is due either way. */
int limit_rows_load(struct limit_rows *rows, const struct limit_place *place, int64_t point,
                    const struct limit_question *q, struct error *err);
/* Appends a copy. */
void limit_rows_add(struct limit_rows *rows, const struct limit_row *row);
/* The least number from `from` on that no row has. */
uint32_t limit_rows_free(const struct limit_rows *rows, uint32_t from);
void limit_rows_close(struct limit_rows *rows);

/* Stores a run with its record (NULL: it failed), to which the metrics are added. ERR_IO. */
int limit_rows_put(const struct limit_place *place, const struct plan *plan,
                   const struct limit_made *made, struct run_record *record, struct error *err);

#endif
