/* store_prune.c - what a plan makes of the simulated runs that are there already. */
#include "experiments/run/store_internal.h"

/* Points and replications beyond the plan's. */
static int delete_beyond(struct store *store, int64_t experiment, const struct plan *plan,
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
    return store_finish(store, s, err);
}

/* Steps a statement for every run of the plan: ?1 experiment, ?2 point, ?3 replication, ?4 its hash,
 * ?5 (if it asks for it) the cell's text. Adds what it changed to *changed, unless NULL. */
static int each_run(struct store *store, int64_t experiment, const struct plan *plan,
                    const char *sql, int64_t *changed, struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(store, sql, &s, err);
    if (code)
        return code;
    sqlite3_bind_int64(s, 1, experiment);
    for (size_t i = 0; i < plan->count && code == 0; i++) {
        const struct plan_point *point = &plan->points[i];
        sqlite3_bind_int64(s, 2, point->number);
        sqlite3_bind_text(s, 5, point->cell, -1, SQLITE_STATIC);
        for (int64_t r = 1; r <= plan->replications && code == 0; r++) {
            sqlite3_bind_int64(s, 3, r);
            store_bind_hash(s, 4, store_config_hash(plan, point, r));
            if (sqlite3_step(s) != SQLITE_DONE)
                code = store_fail(store, err);
            else if (changed)
                *changed += sqlite3_changes(store->db);
            sqlite3_reset(s);
        }
    }
    sqlite3_finalize(s);
    return code;
}

/* The same run may stand in another sweep, or none: --set takes an option out of the sweep, and the
 * text of its cell with it. */
static int settle(struct store *store, int64_t experiment, const struct plan *plan,
                  struct error *err)
{
    static const char others[] = "DELETE FROM run WHERE experiment = ?1 AND arm = 'sim' AND "
                                 "point = ?2 AND replication = ?3 AND config_hash <> ?4";
    static const char texts[] =
        "UPDATE run SET cell = ?5 WHERE experiment = ?1 AND arm = 'sim' "
        "AND point = ?2 AND replication = ?3 AND config_hash = ?4 AND "
        "cell <> ?5";
    int code = delete_beyond(store, experiment, plan, err);
    code = code ? code : each_run(store, experiment, plan, others, &store->replaced, err);
    return code ? code : each_run(store, experiment, plan, texts, NULL, err);
}

int store_retitle(struct store *store, int64_t experiment, const struct plan_point *point,
                  int64_t replication, struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(store,
                             "UPDATE run SET cell = ?4 WHERE experiment = ?1 AND arm = 'real' "
                             "AND point = ?2 AND replication = ?3 AND cell <> ?4",
                             &s, err);
    if (code)
        return code;
    sqlite3_bind_int64(s, 1, experiment);
    sqlite3_bind_int64(s, 2, point->number);
    sqlite3_bind_int64(s, 3, replication);
    sqlite3_bind_text(s, 4, point->cell, -1, SQLITE_STATIC);
    return store_finish(store, s, err);
}

int store_prune(struct store *store, int64_t experiment, const struct plan *plan,
                struct error *err)
{
    int code = store_exec(store, "BEGIN IMMEDIATE", err);
    if (code)
        return code;
    code = settle(store, experiment, plan, err);
    if (code)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return code ? code : store_exec(store, "COMMIT", err);
}
