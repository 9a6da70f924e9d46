/* store_read.c - figures out of a database, and one database into another. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/run/store_internal.h"

/* The metrics of one run, by their names: the order of the table itself. */
static int run_values(struct store *store, sqlite3_stmt *s, int64_t run, struct store_value *v,
                      store_value_fn *each, void *context, struct error *err)
{
    int step;
    sqlite3_reset(s);
    sqlite3_bind_int64(s, 1, run);
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        v->metric = store_column_text(s, 0);
        v->value = store_column_real(s, 1);
        each(context, v);
    }
    return step == SQLITE_DONE ? 0 : store_fail(store, err);
}

/* Run by run: to join and sort all metrics at once takes four times the instructions. The reading
 * statement of the runs keeps both at one state of the database. */
int store_values(struct store *store, const char *experiment, enum arm arm,
                 store_value_fn *each, void *context, struct error *err)
{
    sqlite3_stmt *s, *metrics;
    int code = store_prepare(
        store, "SELECT name, value FROM metric WHERE run = ? ORDER BY name", &metrics, err);
    if (code)
        return code;
    code = store_prepare(store,
                         "SELECT e.name, r.arm, r.point, r.replication, r.cell, "
                         "r.scenario_hash, r.id FROM run r JOIN experiment e ON e.id = "
                         "r.experiment WHERE r.status = 'done' AND (?1 IS NULL OR e.name = ?1) "
                         "AND (?2 IS NULL OR r.arm = ?2) "
                         "ORDER BY e.name, r.arm, r.point, r.replication",
                         &s, err);
    if (code) {
        sqlite3_finalize(metrics);
        return code;
    }
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    store_bind_arm(s, 2, arm);
    while (store_row(store, s, &code, err)) {
        struct store_value v = {
            .experiment = store_column_text(s, 0),
            .arm = arm_of(store_column_text(s, 1)),
            .point = sqlite3_column_int64(s, 2),
            .replication = sqlite3_column_int64(s, 3),
            .cell = store_column_text(s, 4),
            .scenario_hash = strtoull(store_column_text(s, 5), NULL, 16),
        };
        code = run_values(store, metrics, sqlite3_column_int64(s, 6), &v, each, context, err);
        if (code) {
            sqlite3_finalize(s);
            break;
        }
    }
    sqlite3_finalize(metrics);
    return code;
}

int store_only_experiment(struct store *store, char **name, struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(store,
                             "SELECT count(*), group_concat(name, ', ') FROM (SELECT name FROM "
                             "experiment ORDER BY name)",
                             &s, err);
    if (code)
        return code;
    char *names = NULL;
    int64_t count = 0;
    while (store_row(store, s, &code, err)) {
        count = sqlite3_column_int64(s, 0);
        names = mem_strdup(store_column_text(s, 1));
    }
    if (code == 0 && count == 1) {
        *name = names;
        return 0;
    }
    if (code == 0 && count == 0)
        code = error_set(err, ERR_INVALID, "%s: holds no experiment", store->path);
    else if (code == 0)
        code = error_set(err, ERR_INVALID,
                         "%s: holds several experiments (%.600s): choose one by -e NAME",
                         store->path, names);
    free(names);
    return code;
}

int store_experiments(struct store *store, store_experiment_fn *each, void *context,
                      struct error *err)
{
    sqlite3_stmt *s;
    int code =
        store_prepare(store, "SELECT name, source FROM experiment ORDER BY name", &s, err);
    if (code)
        return code;
    while (store_row(store, s, &code, err))
        each(context, store_column_text(s, 0), store_column_text(s, 1));
    return code;
}

/* The runs to copy: those whose (experiment, arm, point, replication) `into` lacks, has with
 * another hash, or has not so well: done stays before invalid, invalid before failed, so that the
 * order of merging does not matter. New ids follow those already there. */
static const char merge_sql[] =
    "BEGIN IMMEDIATE;"
    "INSERT INTO experiment (name, question, expect, seed, source) SELECT name, question, "
    "expect, "
    "  seed, source FROM other.experiment WHERE true ON CONFLICT (name) DO NOTHING;"
    "CREATE TEMP TABLE moving AS SELECT o.id AS old, e.id AS experiment, "
    "  (SELECT ifnull(max(id), 0) FROM main.run) + row_number() OVER (ORDER BY o.id) AS new "
    "  FROM other.run o JOIN other.experiment oe ON oe.id = o.experiment "
    "  JOIN main.experiment e ON e.name = oe.name "
    "  LEFT JOIN main.run m ON m.experiment = e.id AND m.arm = o.arm AND m.point = o.point "
    "    AND m.replication = o.replication "
    "  WHERE m.id IS NULL OR m.config_hash <> o.config_hash OR "
    "    instr('failed invalid done', o.status) > instr('failed invalid done', m.status);"
    "DELETE FROM main.run WHERE id IN (SELECT m.id FROM temp.moving v "
    "  JOIN other.run o ON o.id = v.old JOIN main.run m ON m.experiment = v.experiment "
    "  AND m.arm = o.arm AND m.point = o.point AND m.replication = o.replication);"
    "INSERT INTO main.run SELECT v.new, v.experiment, o.arm, o.point, o.replication, o.cell, "
    "  o.seed, o.status, o.reason, o.config_hash, o.scenario_hash, o.code_version, o.host, "
    "  o.started_at, o.wall_s FROM temp.moving v JOIN other.run o ON o.id = v.old;"
    "INSERT INTO main.parameter SELECT v.new, t.name, t.text, t.value "
    "  FROM temp.moving v JOIN other.parameter t ON t.run = v.old;"
    "INSERT INTO main.metric SELECT v.new, t.name, t.unit, t.value "
    "  FROM temp.moving v JOIN other.metric t ON t.run = v.old;"
    "INSERT INTO main.histogram SELECT v.new, t.name, t.count, t.data "
    "  FROM temp.moving v JOIN other.histogram t ON t.run = v.old;"
    "INSERT INTO main.series SELECT v.new, t.name, t.at_ns, t.value "
    "  FROM temp.moving v JOIN other.series t ON t.run = v.old;"
    "INSERT INTO main.event SELECT v.new, t.number, t.at_ns, t.kind, t.detail "
    "  FROM temp.moving v JOIN other.event t ON t.run = v.old;"
    "COMMIT;";

static int count_rows(struct store *into, const char *table, int64_t *rows, struct error *err)
{
    sqlite3_stmt *s;
    char *sql = mem_printf("SELECT count(*) FROM %s", table);
    int code = store_prepare(into, sql, &s, err);
    free(sql);
    if (code)
        return code;
    while (store_row(into, s, &code, err))
        *rows = sqlite3_column_int64(s, 0);
    return code;
}

static int merge_runs(struct store *into, int64_t *copied, struct error *err)
{
    int64_t before = 0, after = 0, moved = 0;
    int code = count_rows(into, "main.run", &before, err);
    if (code)
        return code;
    code = store_exec(into, merge_sql, err);
    if (code) {
        sqlite3_exec(into->db, "ROLLBACK", NULL, NULL, NULL);
        return code;
    }
    code = count_rows(into, "main.run", &after, err);
    code = code ? code : count_rows(into, "temp.moving", &moved, err);
    if (code)
        return code;
    into->replaced += before + moved - after;
    *copied = moved;
    return 0;
}

int store_merge(struct store *into, const char *from, int64_t *copied, struct error *err)
{
    struct store *source;
    int code = store_open(&source, from, STORE_READ, err); /* is it one of ours? */
    if (code)
        return code;
    store_close(source);
    char *attach = sqlite3_mprintf("ATTACH %Q AS other", from);
    code = store_exec(into, attach, err);
    sqlite3_free(attach);
    if (code)
        return code;
    code = merge_runs(into, copied, err);
    code = code ? code : store_merge_plans(into, err);
    code = code ? code : store_merge_rejected(into, err);
    sqlite3_exec(into->db, "DROP TABLE IF EXISTS temp.moving; DETACH other", NULL, NULL, NULL);
    return code;
}
