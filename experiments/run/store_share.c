/* store_share.c - how many runs a plan has, beside those that a database holds, and how these were
 * made. */
#include <stdlib.h>

#include "experiments/run/store_internal.h"

int store_has_table(struct store *store, const char *schema, const char *table, bool *has,
                    struct error *err)
{
    sqlite3_stmt *s;
    char *sql =
        mem_printf("SELECT count(*) FROM %s.sqlite_schema WHERE name = '%s'", schema, table);
    int code = store_prepare(store, sql, &s, err);
    free(sql);
    if (code)
        return code;
    if (sqlite3_step(s) == SQLITE_ROW)
        *has = sqlite3_column_int(s, 0) > 0;
    else
        code = store_fail(store, err);
    sqlite3_finalize(s);
    return code;
}

int store_plan(struct store *store, int64_t experiment, const char *arm, int64_t runs,
               struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(
        store, "INSERT OR REPLACE INTO plan (experiment, arm, runs) VALUES (?, ?, ?)", &s, err);
    if (code)
        return code;
    sqlite3_bind_int64(s, 1, experiment);
    sqlite3_bind_text(s, 2, arm, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, runs);
    if (sqlite3_step(s) != SQLITE_DONE)
        code = store_fail(store, err);
    sqlite3_finalize(s);
    return code;
}

int store_share(struct store *store, const char *experiment, const char *arm, int64_t *there,
                int64_t *planned, struct error *err)
{
    sqlite3_stmt *s;
    bool noted = false;
    int code = store_has_table(store, "main", "plan", &noted, err);
    char *sql = mem_printf(
        "SELECT (SELECT count(*) FROM run WHERE experiment = e.id AND arm = ?2), %s "
        "FROM experiment e WHERE e.name = ?1",
        noted ? "(SELECT runs FROM plan WHERE experiment = e.id AND arm = ?2)" : "0");
    code = code ? code : store_prepare(store, sql, &s, err);
    free(sql);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, arm, -1, SQLITE_STATIC);
    int step = sqlite3_step(s);
    if (step == SQLITE_ROW || step == SQLITE_DONE) {
        *there = step == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
        *planned = step == SQLITE_ROW ? sqlite3_column_int64(s, 1) : 0;
    } else {
        code = store_fail(store, err);
    }
    sqlite3_finalize(s);
    return code;
}

int store_origins(struct store *store, const char *experiment, store_origin_fn *each,
                  void *context, struct error *err)
{
    sqlite3_stmt *s;
    int step;
    int code = store_prepare(
        store,
        "SELECT r.arm, r.code_version, r.host, ifnull(p.text, ''), min(r.started_at), "
        "  max(r.started_at), count(*), e.seed "
        "FROM run r JOIN experiment e ON e.id = r.experiment "
        "LEFT JOIN parameter p ON p.run = r.id AND p.name = 'profile' "
        "WHERE e.name = ? AND r.status = 'done' GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2, 3, 4",
        &s, err);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    while ((step = sqlite3_step(s)) == SQLITE_ROW)
        each(context, &(struct store_origin){
                          .arm = (const char *)sqlite3_column_text(s, 0),
                          .code = (const char *)sqlite3_column_text(s, 1),
                          .host = (const char *)sqlite3_column_text(s, 2),
                          .profile = (const char *)sqlite3_column_text(s, 3),
                          .first = (const char *)sqlite3_column_text(s, 4),
                          .last = (const char *)sqlite3_column_text(s, 5),
                          .runs = sqlite3_column_int64(s, 6),
                          .seed = sqlite3_column_int64(s, 7),
                      });
    if (step != SQLITE_DONE)
        code = store_fail(store, err);
    sqlite3_finalize(s);
    return code;
}

int store_merge_plans(struct store *into, struct error *err)
{
    bool noted = false;
    int code = store_has_table(into, "other", "plan", &noted, err);
    if (code || !noted)
        return code;
    return store_exec(into,
                      "INSERT INTO main.plan SELECT e.id, p.arm, p.runs FROM other.plan p "
                      "  JOIN other.experiment oe ON oe.id = p.experiment "
                      "  JOIN main.experiment e ON e.name = oe.name WHERE true "
                      "  ON CONFLICT DO UPDATE SET runs = max(runs, excluded.runs)",
                      err);
}
