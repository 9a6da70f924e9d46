/* store_internal.h - shared by store*.c only. */
#ifndef PUSHSIM_EXPERIMENTS_RUN_STORE_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_RUN_STORE_INTERNAL_H

#include <sqlite3.h>

#include "experiments/run/store.h"

/* Statements that are prepared once: each run of a plan needs them. */
enum store_statement {
    STATEMENT_BEGIN,
    STATEMENT_COMMIT,
    STATEMENT_RUN_DELETE,
    STATEMENT_RUN,
    STATEMENT_HAS,
    STATEMENTS
};

/* What belongs to a run. */
enum store_table {
    TABLE_PARAMETER,
    TABLE_METRIC,
    TABLE_HISTOGRAM,
    TABLE_SERIES,
    TABLE_EVENT,
    TABLE_REJECTED_METRIC, /* of a rejected try */
    STORE_TABLES
};

struct store {
    sqlite3 *db;                         /* the open connection; owned, as all pointers here */
    char *path;                          /* as given, for messages */
    char *host;                          /* this host's name */
    bool writable;                       /* opened for writing */
    bool created;                        /* its file was not there before */
    sqlite3_stmt *statement[STATEMENTS]; /* prepared at first use */
    sqlite3_stmt *insert[STORE_TABLES][2]; /* a row, many rows (store_rows.c); the same */
    int64_t replaced;                      /* runs whose place another took */
    int failed; /* first SQLite code of a failed step, else SQLITE_OK */
};

/* Sets "path: SQLite's message"; returns ERR_IO. */
int store_fail(struct store *store, struct error *err);
/* Statements without rows; ERR_IO. */
int store_exec(struct store *store, const char *sql, struct error *err);
/* A fresh statement of the caller's own; ERR_IO. */
int store_prepare(struct store *store, const char *sql, sqlite3_stmt **out, struct error *err);
/* Is there a next row? After the last one, or a failure (then *code is ERR_IO, else unchanged),
 * the statement is finalized. */
bool store_row(struct store *store, sqlite3_stmt *s, int *code, struct error *err);
/* Runs a statement whose rows, if any, nobody asks for, and finalizes it; ERR_IO. */
int store_finish(struct store *store, sqlite3_stmt *s, struct error *err);
/* A column as text; "" for NULL. Valid until the next row. */
const char *store_column_text(sqlite3_stmt *s, int column);
/* Has the database (schema "main" or an attached one) this table? Those that were never opened for
 * writing since a table of views.sql is there lack it. */
int store_has_table(struct store *store, const char *schema, const char *table, bool *has,
                    struct error *err);
/* Within a transaction: makes the later tables and the views that the database lacks, and those
 * views anew that another program defined otherwise; a user's own stay. */
int store_make_views(struct store *store, struct error *err);
/* From now on this connection's views are this program's, whatever the database has, which may be
 * read-only. */
int store_read_views(struct store *store, struct error *err);
/* As store_put binds it: SQLite stores no NaN, and an infinity is no result: both become NULL. */
void store_bind_real(sqlite3_stmt *s, int index, double value);
/* What store_bind_real has bound: NAN for NULL. */
double store_column_real(sqlite3_stmt *s, int column);
/* The record's metrics into TABLE_METRIC or TABLE_REJECTED_METRIC, of the run or try with this
 * id. */
void store_insert_metrics(struct store *store, enum store_table table, int64_t of,
                          const struct run_record *r);
/* The arm's word; NULL for both. */
void store_bind_arm(sqlite3_stmt *s, int index, enum arm arm);
/* Binds 16 hexadecimal digits. */
void store_bind_hash(sqlite3_stmt *s, int index, uint64_t hash);
/* When a run that took wall_s began, if it is over now: UTC, ISO 8601. */
void store_started(char text[32], double wall_s);
/* Copies the rejected tries of the database attached as `other`, those that are there but once. */
int store_merge_rejected(struct store *into, struct error *err);
/* Copies from the database attached as `other` how many runs its plans have; the larger number
 * stays. */
int store_merge_plans(struct store *into, struct error *err);

#endif
