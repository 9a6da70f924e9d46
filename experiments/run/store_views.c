/* store_views.c - the views as this program defines them, whichever made the database. */
#include <stdlib.h>
#include <string.h>

#include "experiments/run/store_internal.h"

#define MADE                                                                                   \
    "CREATE VIEW IF NOT EXISTS " /* so each begins in views.sql; its first ';' ends it */
#define KEPT "CREATE VIEW "      /* so SQLite keeps it, then name and definition alike */

static const char views[] =
#include "experiments/run/views.sql.inc"
    ;

/* Is this one of ours, as it is defined today or not? */
static bool is_ours(const char *name)
{
    char *begin = mem_printf(MADE "%s AS", name);
    bool ours = strstr(views, begin) != NULL;
    free(begin);
    return ours;
}

static bool is_current(const char *sql)
{
    const char *definition = sql + strlen(KEPT), *at = NULL;
    if (strncmp(sql, KEPT, strlen(KEPT)) == 0)
        at = strstr(views, definition);
    return at && at[strlen(definition)] == ';';
}

/* The statements that drop what is out of date: `sql` grows. */
static int outdated(struct store *store, char **sql, struct error *err)
{
    sqlite3_stmt *s;
    int code = store_prepare(
        store, "SELECT name, sql FROM main.sqlite_schema WHERE type = 'view'", &s, err);
    if (code)
        return code;
    while (store_row(store, s, &code, err)) {
        const char *name = store_column_text(s, 0);
        if (!is_ours(name) || is_current(store_column_text(s, 1)))
            continue;
        char *longer = mem_printf("%sDROP VIEW main.%s;", *sql, name);
        free(*sql);
        *sql = longer;
    }
    return code;
}

int store_make_views(struct store *store, struct error *err)
{
    char *sql = mem_strdup("");
    int code = outdated(store, &sql, err);
    code = code ? code : store_exec(store, sql, err);
    free(sql);
    return code ? code : store_exec(store, views, err);
}

/* A database from before rejected tries were kept has none. */
static int stand_in_for_rejected(struct store *store, struct error *err)
{
    bool has = false;
    int code = store_has_table(store, "main", "rejected", &has, err);
    if (code || has)
        return code;
    return store_exec(store,
                      "CREATE TEMP TABLE IF NOT EXISTS rejected (experiment, point, "
                      "replication, number, cell, status, reason)",
                      err);
}

int store_read_views(struct store *store, struct error *err)
{
    int code = stand_in_for_rejected(store, err);
    const char *at = views;
    while (code == 0 && (at = strstr(at, MADE)) != NULL) {
        at += strlen(MADE);
        char *sql =
            mem_printf("CREATE TEMP VIEW IF NOT EXISTS %.*s", (int)strcspn(at, ";"), at);
        code = store_exec(store, sql, err);
        free(sql);
    }
    return code;
}
