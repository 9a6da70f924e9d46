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
    while (store_row(store, s, &code, err))
        *has = sqlite3_column_int(s, 0) > 0;
    return code;
}

int store_plan(struct store *store, int64_t experiment, enum arm arm, int64_t runs,
               struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(
        store, "INSERT OR REPLACE INTO plan (experiment, arm, runs) VALUES (?, ?, ?)", &s, err);
    if (code)
        return code;
    sqlite3_bind_int64(s, 1, experiment);
    store_bind_arm(s, 2, arm);
    sqlite3_bind_int64(s, 3, runs);
    return store_finish(store, s, err);
}

int store_share(struct store *store, const char *experiment, enum arm arm, int64_t *there,
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
    store_bind_arm(s, 2, arm);
    int64_t runs = 0, of_plan = 0;
    while (store_row(store, s, &code, err)) {
        runs = sqlite3_column_int64(s, 0);
        of_plan = sqlite3_column_int64(s, 1);
    }
    if (code)
        return code;
    *there = runs;
    *planned = of_plan;
    return 0;
}

int store_origins(struct store *store, const char *experiment, store_origin_fn *each,
                  void *context, struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(
        store,
        "SELECT r.arm, r.code_version, r.host, ifnull(p.text, ''), min(r.started_at), "
        "  max(r.started_at), count(*), r.seed "
        "FROM run r JOIN experiment e ON e.id = r.experiment "
        "LEFT JOIN parameter p ON p.run = r.id AND p.name = 'profile' "
        "WHERE e.name = ? AND r.status = 'done' GROUP BY 1, 2, 3, 4, 8 ORDER BY 1 DESC, 2, 3, "
        "4, 8",
        &s, err);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    while (store_row(store, s, &code, err))
        each(context, &(struct store_origin){
                          .arm = arm_of(store_column_text(s, 0)),
                          .code = store_column_text(s, 1),
                          .host = store_column_text(s, 2),
                          .profile = store_column_text(s, 3),
                          .first = store_column_text(s, 4),
                          .last = store_column_text(s, 5),
                          .runs = sqlite3_column_int64(s, 6),
                          .seed = sqlite3_column_int64(s, 7),
                      });
    return code;
}

int store_outside(struct store *store, const char *experiment, store_outside_fn *each,
                  void *context, struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(
        store,
        "SELECT r.cell, ifnull(max(CASE WHEN p.text <> 'none' THEN p.text END), "
        "ifnull(max(p.text), '')) FROM run r JOIN experiment e ON e.id = r.experiment "
        "LEFT JOIN parameter p ON p.run = r.id AND p.name = 'profile.outside' "
        "WHERE e.name = ? AND r.arm = 'sim' AND r.status = 'done' "
        "GROUP BY r.cell ORDER BY min(r.point)",
        &s, err);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    while (store_row(store, s, &code, err))
        each(context, store_column_text(s, 0), store_column_text(s, 1));
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
