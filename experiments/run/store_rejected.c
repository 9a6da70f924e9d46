/* store_rejected.c - tries of the real arm that are no results: kept, counted, read, merged. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "experiments/run/store_rows.h"
#include "experiments/run/version.h"

/* Run once and forget: a try took seconds to make. */
static void step_once(struct store *store, sqlite3_stmt *s)
{
    if (sqlite3_step(s) != SQLITE_DONE && !store->failed)
        store->failed = sqlite3_errcode(store->db);
    sqlite3_finalize(s);
}

static sqlite3_stmt *begin(struct store *store, const char *sql)
{
    sqlite3_stmt *s = NULL;
    if (!store->failed && sqlite3_prepare_v2(store->db, sql, -1, &s, NULL))
        store->failed = sqlite3_errcode(store->db);
    return s;
}

static void forget_others(struct store *store, int64_t experiment,
                          const struct plan_point *point, const struct store_run *run)
{
    sqlite3_stmt *s = begin(store, "DELETE FROM rejected WHERE experiment = ? AND point = ? "
                                   "AND replication = ? AND config_hash <> ?");
    if (!s)
        return;
    sqlite3_bind_int64(s, 1, experiment);
    sqlite3_bind_int64(s, 2, point->number);
    sqlite3_bind_int64(s, 3, run->replication);
    store_bind_hash(s, 4, run->config_hash);
    step_once(store, s);
}

static void insert_try(struct store *store, int64_t experiment, const struct plan_point *point,
                       const struct store_run *run)
{
    char started[32];
    sqlite3_stmt *s =
        begin(store,
              "INSERT INTO rejected (experiment, point, replication, number, cell, status, "
              "  reason, config_hash, code_version, host, started_at, wall_s) "
              "SELECT ?1, ?2, ?3, ifnull(max(number), 0) + 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 "
              "FROM rejected WHERE experiment = ?1 AND point = ?2 AND replication = ?3");
    if (!s)
        return;
    store_started(started, run->wall_s);
    const char *texts[] = { point->cell, run_status_words[run->status], run->reason };
    sqlite3_bind_int64(s, 1, experiment);
    sqlite3_bind_int64(s, 2, point->number);
    sqlite3_bind_int64(s, 3, run->replication);
    for (int i = 0; i < 3; i++)
        sqlite3_bind_text(s, 4 + i, texts[i], -1, SQLITE_STATIC);
    store_bind_hash(s, 7, run->config_hash);
    sqlite3_bind_text(s, 8, version_text(), -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 9, run->host && *run->host ? run->host : store->host, -1,
                      SQLITE_STATIC);
    sqlite3_bind_text(s, 10, started, -1, SQLITE_STATIC);
    sqlite3_bind_double(s, 11, run->wall_s);
    step_once(store, s);
}

int store_reject(struct store *store, int64_t experiment, const struct plan_point *point,
                 const struct store_run *run, const struct run_record *record,
                 struct error *err)
{
    int code = store_exec(store, "BEGIN IMMEDIATE", err);
    if (code)
        return code;
    store->failed = SQLITE_OK;
    forget_others(store, experiment, point, run);
    insert_try(store, experiment, point, run);
    if (record && !store->failed)
        store_insert_metrics(store, TABLE_REJECTED_METRIC, sqlite3_last_insert_rowid(store->db),
                             record);
    code = store->failed ? store_fail(store, err) : store_exec(store, "COMMIT", err);
    if (code)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

int store_rejected_values(struct store *store, const char *experiment, store_value_fn *each,
                          void *context, struct error *err)
{
    sqlite3_stmt *s;
    bool kept = false;
    int code = store_has_table(store, "main", "rejected_metric", &kept, err);
    if (code || !kept)
        return code;
    code = store_prepare(store,
                         "SELECT e.name, r.point, r.replication, r.cell, m.name, m.value "
                         "FROM rejected r JOIN experiment e ON e.id = r.experiment "
                         "JOIN rejected_metric m ON m.rejected = r.id "
                         "WHERE ?1 IS NULL OR e.name = ?1 ORDER BY e.name, r.id, m.name",
                         &s, err);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    while (store_row(store, s, &code, err))
        each(context, &(struct store_value){
                          .experiment = store_column_text(s, 0),
                          .arm = ARM_REAL,
                          .point = sqlite3_column_int64(s, 1),
                          .replication = sqlite3_column_int64(s, 2),
                          .cell = store_column_text(s, 3),
                          .metric = store_column_text(s, 4),
                          .value = store_column_real(s, 5),
                      });
    return code;
}

static int count_runs(struct store *store, const char *experiment, struct store_tries *tries,
                      struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(
        store,
        "SELECT count(*), count(m.value) FROM run r JOIN experiment e ON e.id = r.experiment "
        "LEFT JOIN metric m ON m.run = r.id AND m.name = 'client.tries' "
        "WHERE e.name = ? AND r.arm = 'real' AND r.status = 'done'",
        &s, err);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    while (store_row(store, s, &code, err)) {
        tries->runs = sqlite3_column_int64(s, 0);
        tries->told = sqlite3_column_int64(s, 1);
    }
    return code;
}

static int count_reasons(struct store *store, const char *experiment, struct store_tries *tries,
                         store_reason_fn *each, void *context, struct error *err)
{
    sqlite3_stmt *s;
    int code =
        store_prepare(store,
                      "SELECT substr(r.reason, 1, instr(r.reason || ':', ':') - 1), count(*) "
                      "FROM rejected r JOIN experiment e ON e.id = r.experiment "
                      "WHERE e.name = ? GROUP BY 1 ORDER BY 2 DESC, 1",
                      &s, err);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    while (store_row(store, s, &code, err)) {
        tries->rejected += sqlite3_column_int64(s, 1);
        each(context, store_column_text(s, 0), sqlite3_column_int64(s, 1));
    }
    return code;
}

int store_tries(struct store *store, const char *experiment, struct store_tries *tries,
                store_reason_fn *each, void *context, struct error *err)
{
    struct store_tries found = { 0 };
    bool kept = false;
    int code = count_runs(store, experiment, &found, err);
    code = code ? code : store_has_table(store, "main", "rejected", &kept, err);
    if (code == 0 && kept)
        code = count_reasons(store, experiment, &found, each, context, err);
    if (code == 0)
        *tries = found;
    return code;
}

/* The same try in both is known by its run, number, host and start. */
int store_merge_rejected(struct store *into, struct error *err)
{
    bool kept = false;
    int code = store_has_table(into, "other", "rejected", &kept, err);
    if (code || !kept)
        return code;
    return store_exec(
        into,
        "INSERT OR IGNORE INTO main.rejected SELECT NULL, e.id, r.point, r.replication, "
        "  r.number, r.cell, r.status, r.reason, r.config_hash, r.code_version, r.host, "
        "  r.started_at, r.wall_s FROM other.rejected r "
        "  JOIN other.experiment oe ON oe.id = r.experiment "
        "  JOIN main.experiment e ON e.name = oe.name ORDER BY r.id;"
        "INSERT OR IGNORE INTO main.rejected_metric SELECT m.id, t.name, t.unit, t.value "
        "  FROM other.rejected r JOIN other.experiment oe ON oe.id = r.experiment "
        "  JOIN main.experiment e ON e.name = oe.name "
        "  JOIN main.rejected m ON m.experiment = e.id AND m.point = r.point AND "
        "    m.replication = r.replication AND m.number = r.number AND m.host = r.host AND "
        "    m.started_at = r.started_at "
        "  JOIN other.rejected_metric t ON t.rejected = r.id",
        err);
}
