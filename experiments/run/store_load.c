/* store_load.c - single runs out of a database, with all that was recorded of them. */
#include <math.h>
#include <stdlib.h>

#include "experiments/run/store_internal.h"

const char *store_column_text(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    return text ? text : "";
}

double store_column_real(sqlite3_stmt *s, int column)
{
    return sqlite3_column_type(s, column) == SQLITE_NULL ? NAN
                                                         : sqlite3_column_double(s, column);
}

int store_find(struct store *store, const char *experiment, enum arm arm, int64_t point,
               int64_t replication, struct store_found **found, size_t *count,
               struct error *err)
{
    sqlite3_stmt *s;
    struct store_found *list = NULL;
    size_t n = 0;
    int code = store_prepare(store,
                             "SELECT e.name, r.arm, r.cell, r.status, r.reason, r.point, "
                             "r.replication, r.id FROM run r JOIN experiment e ON e.id = "
                             "r.experiment WHERE (?1 IS NULL OR e.name = ?1) AND (?2 IS "
                             "NULL OR r.arm = ?2) AND (?3 = 0 OR r.point = ?3) AND "
                             "(?4 = 0 OR r.replication = ?4) "
                             "ORDER BY e.name, r.arm, r.point, r.replication",
                             &s, err);
    if (code)
        return code;
    sqlite3_bind_text(s, 1, experiment, -1, SQLITE_STATIC);
    store_bind_arm(s, 2, arm);
    sqlite3_bind_int64(s, 3, point);
    sqlite3_bind_int64(s, 4, replication);
    while (store_row(store, s, &code, err)) {
        list = mem_realloc(list, (n + 1) * sizeof *list);
        list[n++] = (struct store_found){ .experiment = mem_strdup(store_column_text(s, 0)),
                                          .arm = arm_of(store_column_text(s, 1)),
                                          .cell = mem_strdup(store_column_text(s, 2)),
                                          .status = run_status_of(store_column_text(s, 3)),
                                          .reason = mem_strdup(store_column_text(s, 4)),
                                          .point = sqlite3_column_int64(s, 5),
                                          .replication = sqlite3_column_int64(s, 6),
                                          .run = sqlite3_column_int64(s, 7) };
    }
    if (code) {
        store_found_free(list, n);
        return code;
    }
    *found = list;
    *count = n;
    return 0;
}

void store_found_free(struct store_found *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(found[i].experiment);
        free(found[i].cell);
        free(found[i].reason);
    }
    free(found);
}

/* -- what was recorded --------------------------------------------------------------------- */

struct loading {
    struct run_record *record;
    struct settings *settings;
};

static void load_metric(struct loading *l, sqlite3_stmt *s)
{
    run_record_metric(l->record, store_column_text(s, 0), store_column_text(s, 1),
                      store_column_real(s, 2));
}

static void load_point(struct loading *l, sqlite3_stmt *s)
{
    run_record_point(l->record, store_column_text(s, 0), sqlite3_column_int64(s, 1),
                     store_column_real(s, 2));
}

static void load_event(struct loading *l, sqlite3_stmt *s)
{
    run_record_event(l->record, sqlite3_column_int64(s, 0), store_column_text(s, 1), "%s",
                     store_column_text(s, 2));
}

static void load_option(struct loading *l, sqlite3_stmt *s)
{
    struct setting which;
    struct error unused;
    if (settings_find(l->settings, store_column_text(s, 0), &which, &unused) == 0)
        settings_parse(l->settings, &which, store_column_text(s, 1), &unused);
}

static int load_rows(struct store *store, const char *sql, int64_t run,
                     void (*each)(struct loading *l, sqlite3_stmt *s), struct loading *l,
                     struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(store, sql, &s, err);
    if (code)
        return code;
    sqlite3_bind_int64(s, 1, run);
    while (store_row(store, s, &code, err))
        each(l, s);
    return code;
}

int store_load(struct store *store, const struct store_found *run, struct run_record *record,
               struct settings *settings, struct error *err)
{
    static const struct {
        const char *sql;
        void (*each)(struct loading *l, sqlite3_stmt *s);
    } parts[] = {
        { "SELECT name, unit, value FROM metric WHERE run = ? ORDER BY name", load_metric },
        { "SELECT name, at_ns, value FROM series WHERE run = ? ORDER BY name, at_ns",
          load_point },
        { "SELECT at_ns, kind, detail FROM event WHERE run = ? ORDER BY number", load_event },
        { "SELECT name, text FROM parameter WHERE run = ? AND name NOT LIKE "
          "'workload.phases.%' ORDER BY name",
          load_option },
    };
    struct loading l = { record, settings };
    int code = 0;
    settings_init(settings);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && code == 0; i++)
        code = load_rows(store, parts[i].sql, run->run, parts[i].each, &l, err);
    return code;
}
