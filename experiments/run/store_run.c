/* store_run.c - one run and all it recorded, written in one transaction. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/run/store_internal.h"
#include "experiments/run/version.h"

static const char *const sql[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_RUN_DELETE] = "DELETE FROM run WHERE experiment = ? AND arm = ? AND point = ? "
                             "AND replication = ?",
    [STATEMENT_RUN] =
        "INSERT INTO run (experiment, arm, point, replication, cell, seed, status, "
        "reason, config_hash, scenario_hash, code_version, host, started_at, "
        "wall_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [STATEMENT_PARAMETER] = "INSERT INTO parameter VALUES (?, ?, ?, ?)",
    /* a name given twice is a bug of the recorder; the last value stays */
    [STATEMENT_METRIC] = "INSERT OR REPLACE INTO metric VALUES (?, ?, ?, ?)",
    [STATEMENT_HISTOGRAM] = "INSERT OR REPLACE INTO histogram VALUES (?, ?, ?, ?)",
    [STATEMENT_SERIES] = "INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?)",
    [STATEMENT_EVENT] = "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
    [STATEMENT_HAS] = "SELECT 1 FROM run WHERE experiment = ? AND arm = ? AND point = ? AND "
                      "replication = ? AND config_hash = ? AND status = 'done'",
};

/* The statement, ready for its parameters; NULL after a failure (remembered in store->failed). */
static sqlite3_stmt *ready(struct store *store, enum store_statement which)
{
    sqlite3_stmt **s = &store->statement[which];
    if (!*s &&
        sqlite3_prepare_v3(store->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, s, NULL))
        store->failed = sqlite3_errcode(store->db);
    return store->failed ? NULL : *s;
}

static void step(struct store *store, sqlite3_stmt *s)
{
    int code = sqlite3_step(s);
    if (code != SQLITE_DONE && code != SQLITE_ROW && !store->failed)
        store->failed = code;
    sqlite3_reset(s);
}

static void run_statement(struct store *store, enum store_statement which)
{
    sqlite3_stmt *s = ready(store, which);
    if (s)
        step(store, s);
}

static void bind_text(sqlite3_stmt *s, int index, const char *text)
{
    sqlite3_bind_text(s, index, text, -1, SQLITE_STATIC);
}

static void bind_hash(sqlite3_stmt *s, int index, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    sqlite3_bind_text(s, index, text, -1, SQLITE_TRANSIENT);
}

/* SQLite stores no NaN, and an infinity is no result: both become NULL. */
static void bind_real(sqlite3_stmt *s, int index, double value)
{
    if (isfinite(value))
        sqlite3_bind_double(s, index, value);
    else
        sqlite3_bind_null(s, index);
}

static void bind_key(sqlite3_stmt *s, int64_t experiment, const char *arm, int64_t point,
                     int64_t replication)
{
    sqlite3_bind_int64(s, 1, experiment);
    bind_text(s, 2, arm);
    sqlite3_bind_int64(s, 3, point);
    sqlite3_bind_int64(s, 4, replication);
}

static void delete_run(struct store *store, int64_t experiment, const struct plan_point *point,
                       const struct store_run *run)
{
    sqlite3_stmt *s = ready(store, STATEMENT_RUN_DELETE);
    if (!s)
        return;
    bind_key(s, experiment, run->arm, point->number, run->replication);
    step(store, s);
}

static void insert_run(struct store *store, int64_t experiment, const struct plan *plan,
                       const struct plan_point *point, const struct store_run *run)
{
    char started[32];
    struct timespec now;
    struct tm utc;
    sqlite3_stmt *s = ready(store, STATEMENT_RUN);
    if (!s)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t start = now.tv_sec - (time_t)run->wall_s;
    strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&start, &utc));
    bind_key(s, experiment, run->arm, point->number, run->replication);
    bind_text(s, 5, point->cell);
    sqlite3_bind_int64(s, 6, plan->seed);
    bind_text(s, 7, run->status);
    bind_text(s, 8, run->reason);
    bind_hash(s, 9, run->config_hash);
    bind_hash(s, 10, point->scenario_hash);
    bind_text(s, 11, version_text());
    bind_text(s, 12, run->host && *run->host ? run->host : store->host);
    bind_text(s, 13, started);
    sqlite3_bind_double(s, 14, run->wall_s);
    step(store, s);
}

struct parameter_writer {
    struct store *store;
    int64_t run;
};

static void insert_parameter(void *context, const char *name, const char *text, double number,
                             const struct option_row *option)
{
    struct parameter_writer *w = context;
    sqlite3_stmt *s = ready(w->store, STATEMENT_PARAMETER);
    if (!s || option->flags & OPTION_FIXED)
        return;
    sqlite3_bind_int64(s, 1, w->run);
    bind_text(s, 2, name);
    bind_text(s, 3, text);
    bind_real(s, 4, number);
    step(w->store, s);
}

static void insert_figures(struct store *store, int64_t run, const struct run_record *r)
{
    for (size_t i = 0; i < r->metric_count; i++) {
        sqlite3_stmt *s = ready(store, STATEMENT_METRIC);
        if (!s)
            return;
        sqlite3_bind_int64(s, 1, run);
        bind_text(s, 2, r->metrics[i].name);
        bind_text(s, 3, r->metrics[i].unit);
        bind_real(s, 4, r->metrics[i].value);
        step(store, s);
    }
    for (size_t i = 0; i < r->histogram_count; i++) {
        size_t bytes;
        sqlite3_stmt *s = ready(store, STATEMENT_HISTOGRAM);
        if (!s)
            return;
        void *data = histogram_encode(&r->histograms[i].histogram, &bytes);
        sqlite3_bind_int64(s, 1, run);
        bind_text(s, 2, r->histograms[i].name);
        sqlite3_bind_int64(s, 3, (int64_t)r->histograms[i].histogram.count);
        sqlite3_bind_blob(s, 4, data, (int)bytes, free);
        step(store, s);
        sqlite3_bind_null(s, 4); /* lets go of the block */
    }
}

static void insert_course(struct store *store, int64_t run, const struct run_record *r)
{
    for (size_t i = 0; i < r->point_count; i++) {
        sqlite3_stmt *s = ready(store, STATEMENT_SERIES);
        if (!s)
            return;
        sqlite3_bind_int64(s, 1, run);
        bind_text(s, 2, r->points[i].name);
        sqlite3_bind_int64(s, 3, r->points[i].at_ns);
        bind_real(s, 4, r->points[i].value);
        step(store, s);
    }
    for (size_t i = 0; i < r->event_count; i++) {
        sqlite3_stmt *s = ready(store, STATEMENT_EVENT);
        if (!s)
            return;
        sqlite3_bind_int64(s, 1, run);
        sqlite3_bind_int64(s, 2, (int64_t)i + 1);
        sqlite3_bind_int64(s, 3, r->events[i].at_ns);
        bind_text(s, 4, r->events[i].kind);
        bind_text(s, 5, r->events[i].detail);
        step(store, s);
    }
}

int store_put(struct store *store, int64_t experiment, const struct plan *plan,
              const struct plan_point *point, const struct store_run *run,
              const struct run_record *record, struct error *err)
{
    store->failed = SQLITE_OK;
    run_statement(store, STATEMENT_BEGIN);
    delete_run(store, experiment, point, run);
    insert_run(store, experiment, plan, point, run);
    struct parameter_writer writer = { store, sqlite3_last_insert_rowid(store->db) };
    settings_each(&point->settings, insert_parameter, &writer);
    if (record) {
        insert_figures(store, writer.run, record);
        insert_course(store, writer.run, record);
    }
    run_statement(store, STATEMENT_COMMIT);
    if (!store->failed)
        return 0;
    int code = store_fail(store, err);
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    for (int i = 0; i < 64; i += 8)
        hash = (hash ^ (value >> i & 0xff)) * 0x100000001b3u;
    return hash;
}

uint64_t store_config_hash(const struct plan *plan, const struct plan_point *point,
                           int64_t replication)
{
    uint64_t hash = mix(mix(point->model_hash, (uint64_t)plan->seed), (uint64_t)replication);
    for (const char *c = version_text(); *c; c++)
        hash = mix(hash, (unsigned char)*c);
    return hash;
}

bool store_has(struct store *store, int64_t experiment, const char *arm, int64_t point,
               int64_t replication, uint64_t config_hash)
{
    store->failed = SQLITE_OK;
    sqlite3_stmt *s = ready(store, STATEMENT_HAS);
    if (!s)
        return false;
    bind_key(s, experiment, arm, point, replication);
    bind_hash(s, 5, config_hash);
    bool found = sqlite3_step(s) == SQLITE_ROW;
    sqlite3_reset(s);
    return found;
}

int store_prune(struct store *store, int64_t experiment, const struct plan *plan,
                struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(store,
                             "DELETE FROM run WHERE experiment = ? AND arm = 'sim' AND "
                             "(point > ? OR replication > ?)",
                             &s, err);
    if (code)
        return code;
    sqlite3_bind_int64(s, 1, experiment);
    sqlite3_bind_int64(s, 2, (int64_t)plan->count);
    sqlite3_bind_int64(s, 3, plan->replications);
    if (sqlite3_step(s) != SQLITE_DONE)
        code = store_fail(store, err);
    sqlite3_finalize(s);
    return code;
}
