/* store_run.c - one run and all it recorded, written in one transaction. */
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/run/fnv_hash.h"
#include "experiments/run/points_by_name.h"
#include "experiments/run/store_rows.h"
#include "experiments/run/version.h"
#include "sim/text_copy.h"

static const char *const sql[STATEMENTS] = {
    [STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
    [STATEMENT_COMMIT] = "COMMIT",
    [STATEMENT_RUN_DELETE] = "DELETE FROM run WHERE experiment = ? AND arm = ? AND point = ? "
                             "AND replication = ?",
    [STATEMENT_RUN] =
        "INSERT INTO run (experiment, arm, point, replication, cell, seed, status, "
        "reason, config_hash, scenario_hash, code_version, host, started_at, "
        "wall_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

void store_bind_arm(sqlite3_stmt *s, int index, enum arm arm)
{
    if (arm == ARM_BOTH)
        sqlite3_bind_null(s, index);
    else
        bind_text(s, index, arm_words[arm]);
}

void store_bind_hash(sqlite3_stmt *s, int index, uint64_t hash)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, hash);
    sqlite3_bind_text(s, index, text, -1, SQLITE_TRANSIENT);
}

void store_bind_real(sqlite3_stmt *s, int index, double value)
{
    if (isfinite(value))
        sqlite3_bind_double(s, index, value);
    else
        sqlite3_bind_null(s, index);
}

static void bind_key(sqlite3_stmt *s, int64_t experiment, enum arm arm, int64_t point,
                     int64_t replication)
{
    sqlite3_bind_int64(s, 1, experiment);
    store_bind_arm(s, 2, arm);
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
    store->replaced += sqlite3_changes(store->db);
}

int64_t store_replaced(const struct store *store)
{
    return store->replaced;
}

void store_started(char text[32], double wall_s)
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t start = now.tv_sec - (time_t)wall_s;
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&start, &utc));
}

static void insert_run(struct store *store, int64_t experiment, const struct plan *plan,
                       const struct plan_point *point, const struct store_run *run)
{
    char started[32];
    sqlite3_stmt *s = ready(store, STATEMENT_RUN);
    if (!s)
        return;
    store_started(started, run->wall_s);
    bind_key(s, experiment, run->arm, point->number, run->replication);
    bind_text(s, 5, point->cell);
    sqlite3_bind_int64(s, 6, plan->seed);
    bind_text(s, 7, run_status_words[run->status]);
    bind_text(s, 8, run->reason);
    store_bind_hash(s, 9, run->config_hash);
    store_bind_hash(s, 10, point->scenario_hash);
    bind_text(s, 11, version_text());
    bind_text(s, 12, run->host && *run->host ? run->host : store->host);
    bind_text(s, 13, started);
    sqlite3_bind_double(s, 14, run->wall_s);
    step(store, s);
}

/* ---- what belongs to the run ---- */

struct parameter_row {
    char name[96];
    char text[UNIT_TEXT_BYTES];
    double value;
};

struct parameter_rows {
    struct parameter_row *rows; /* owned */
    size_t count, room;
};

static void collect_parameter(void *context, const char *name, const char *text, double number,
                              const struct option_row *option)
{
    struct parameter_rows *p = context;
    if (option->flags & OPTION_FIXED)
        return;
    if (p->count == p->room) {
        p->room = p->room ? 2 * p->room : 256;
        p->rows = mem_realloc(p->rows, p->room * sizeof *p->rows);
    }
    struct parameter_row *row = &p->rows[p->count++];
    text_copy(row->name, sizeof row->name, name);
    text_copy(row->text, sizeof row->text, text);
    row->value = number;
}

/* A row that is no option: a text alone; NULL: none. */
static void insert_word(struct store_rows *rows, const char *name, const char *text)
{
    int column;
    sqlite3_stmt *s = text ? store_rows_next(rows, &column) : NULL;
    if (!s)
        return;
    bind_text(s, column, name);
    bind_text(s, column + 1, text);
    store_bind_real(s, column + 2, NAN);
}

/* The options of this very run, drawn ones as they were drawn; `profile`: which file gave those
 * that no experiment says; `profile.outside`: what lies outside of what that was fitted to, which
 * concerns simulated runs alone. Nothing is drawn for the real arm. */
static void insert_parameters(struct store *store, int64_t id, const struct plan *plan,
                              const struct plan_point *point, const struct store_run *run)
{
    struct settings own = point->settings;
    struct parameter_rows p = { 0 };
    struct store_rows rows;
    sqlite3_stmt *s;
    const char *outside = run->arm == ARM_SIM ? point->outside : NULL;
    int column;
    if (run->arm == ARM_SIM)
        plan_settings(plan, point, run->replication, &own);
    settings_each(&own, collect_parameter, &p);
    store_rows_begin(&rows, store, TABLE_PARAMETER, id,
                     p.count + (point->profile != NULL) + (outside != NULL));
    for (size_t i = 0; i < p.count && (s = store_rows_next(&rows, &column)); i++) {
        bind_text(s, column, p.rows[i].name);
        bind_text(s, column + 1, p.rows[i].text);
        store_bind_real(s, column + 2, p.rows[i].value);
    }
    insert_word(&rows, "profile", point->profile);
    insert_word(&rows, "profile.outside", outside && !*outside ? "none" : outside);
    store_rows_end(&rows);
    free(p.rows);
}

void store_insert_metrics(struct store *store, enum store_table table, int64_t of,
                          const struct run_record *r)
{
    struct store_rows rows;
    sqlite3_stmt *s;
    int column;
    store_rows_begin(&rows, store, table, of, r->metric_count);
    for (size_t i = 0; i < r->metric_count && (s = store_rows_next(&rows, &column)); i++) {
        bind_text(s, column, r->metrics[i].name);
        bind_text(s, column + 1, r->metrics[i].unit);
        store_bind_real(s, column + 2, r->metrics[i].value);
    }
    store_rows_end(&rows);
}

static void insert_histograms(struct store *store, int64_t run, const struct run_record *r)
{
    struct store_rows rows;
    sqlite3_stmt *s;
    int column;
    store_rows_begin(&rows, store, TABLE_HISTOGRAM, run, r->histogram_count);
    for (size_t i = 0; i < r->histogram_count && (s = store_rows_next(&rows, &column)); i++) {
        size_t bytes;
        void *data = histogram_encode(&r->histograms[i].histogram, &bytes);
        bind_text(s, column, r->histograms[i].name);
        sqlite3_bind_int64(s, column + 1, (int64_t)r->histograms[i].histogram.count);
        sqlite3_bind_blob(s, column + 2, data, (int)bytes, free);
    }
    store_rows_end(&rows);
}

static void insert_series(struct store *store, int64_t run, const struct run_record *r)
{
    struct store_rows rows;
    sqlite3_stmt *s;
    int column;
    uint32_t *order = points_by_name(r->points, r->point_count);
    store_rows_begin(&rows, store, TABLE_SERIES, run, r->point_count);
    for (size_t i = 0; i < r->point_count && (s = store_rows_next(&rows, &column)); i++) {
        const struct record_point *point = &r->points[order[i]];
        bind_text(s, column, point->name);
        sqlite3_bind_int64(s, column + 1, point->at_ns);
        store_bind_real(s, column + 2, point->value);
    }
    store_rows_end(&rows);
    free(order);
}

static void insert_events(struct store *store, int64_t run, const struct run_record *r)
{
    struct store_rows rows;
    sqlite3_stmt *s;
    int column;
    store_rows_begin(&rows, store, TABLE_EVENT, run, r->event_count);
    for (size_t i = 0; i < r->event_count && (s = store_rows_next(&rows, &column)); i++) {
        sqlite3_bind_int64(s, column, (int64_t)i + 1);
        sqlite3_bind_int64(s, column + 1, r->events[i].at_ns);
        bind_text(s, column + 2, r->events[i].kind);
        bind_text(s, column + 3, r->events[i].detail);
    }
    store_rows_end(&rows);
}

int store_put(struct store *store, int64_t experiment, const struct plan *plan,
              const struct plan_point *point, const struct store_run *run,
              const struct run_record *record, struct error *err)
{
    store->failed = SQLITE_OK;
    run_statement(store, STATEMENT_BEGIN);
    delete_run(store, experiment, point, run);
    insert_run(store, experiment, plan, point, run);
    int64_t id = sqlite3_last_insert_rowid(store->db);
    insert_parameters(store, id, plan, point, run);
    if (record) {
        store_insert_metrics(store, TABLE_METRIC, id, record);
        insert_histograms(store, id, record);
        insert_series(store, id, record);
        insert_events(store, id, record);
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
        hash = fnv_byte(hash, value >> i & 0xff);
    return hash;
}

uint64_t store_config_hash(const struct plan *plan, const struct plan_point *point,
                           int64_t replication)
{
    uint64_t hash = mix(mix(point->model_hash, (uint64_t)plan->seed), (uint64_t)replication);
    struct run_pace pace = plan_pace(point, replication);
    if (point->pace_count > 0) {
        uint64_t bits[2];
        static_assert(sizeof bits == sizeof pace, "two times");
        memcpy(bits, &pace, sizeof bits);
        hash = mix(mix(hash, bits[0]), bits[1]);
    }
    for (const char *c = version_text(); *c; c++)
        hash = mix(hash, (unsigned char)*c);
    return hash;
}

bool store_has(struct store *store, int64_t experiment, enum arm arm, int64_t point,
               int64_t replication, uint64_t config_hash)
{
    store->failed = SQLITE_OK;
    sqlite3_stmt *s = ready(store, STATEMENT_HAS);
    if (!s)
        return false;
    bind_key(s, experiment, arm, point, replication);
    store_bind_hash(s, 5, config_hash);
    bool found = sqlite3_step(s) == SQLITE_ROW;
    sqlite3_reset(s);
    return found;
}
