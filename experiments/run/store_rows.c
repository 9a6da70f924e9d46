#include "experiments/run/store_rows.h"

#include <stdlib.h>

enum { MANY = 32 }; /* rows of a statement */

static const struct {
    const char *name;
    int columns;
} tables[STORE_TABLES] = {
    [TABLE_PARAMETER] = { "parameter", 4 }, [TABLE_METRIC] = { "metric", 4 },
    [TABLE_HISTOGRAM] = { "histogram", 4 }, [TABLE_SERIES] = { "series", 4 },
    [TABLE_EVENT] = { "event", 5 },         [TABLE_REJECTED_METRIC] = { "rejected_metric", 4 },
};

/* "INSERT … VALUES (?1, ?, ?, ?), (?1, ?, …": each ? is the next number, and SQLite looks a number
 * that is written out up among all before it. A name given twice is a bug of the recorder; the
 * last value stays. */
static char *insert_sql(enum store_table table, int rows)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "INSERT OR REPLACE INTO %s VALUES", tables[table].name);
    for (int row = 0; row < rows; row++) {
        sqlite3_str_appendall(sql, row ? ", (?1" : " (?1");
        for (int column = 1; column < tables[table].columns; column++)
            sqlite3_str_appendall(sql, ", ?");
        sqlite3_str_appendall(sql, ")");
    }
    return sqlite3_str_finish(sql);
}

static sqlite3_stmt *prepared(struct store *store, enum store_table table, bool many)
{
    sqlite3_stmt *statement = store->insert[table][many];
    if (statement != NULL)
        return statement;
    char *sql = insert_sql(table, many ? MANY : 1);
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL))
        store->failed = sqlite3_errcode(store->db);
    store->insert[table][many] = statement;
    sqlite3_free(sql);
    return statement;
}

void store_rows_begin(struct store_rows *r, struct store *store, enum store_table table,
                      int64_t run, size_t count)
{
    *r = (struct store_rows){ .store = store, .table = table, .run = run, .left = count };
}

static void run_filled(struct store_rows *r)
{
    if (sqlite3_step(r->fill) != SQLITE_DONE && !r->store->failed)
        r->store->failed = sqlite3_errcode(r->store->db);
    sqlite3_reset(r->fill);
}

sqlite3_stmt *store_rows_next(struct store_rows *r, int *column)
{
    if (r->fill && r->row == r->rows) {
        run_filled(r);
        r->fill = NULL;
    }
    if (r->store->failed)
        return NULL;
    if (!r->fill) {
        bool many = r->left >= MANY;
        r->rows = many ? MANY : 1;
        r->row = 0;
        r->fill = prepared(r->store, r->table, many);
        if (!r->fill)
            return NULL;
        sqlite3_bind_int64(r->fill, 1, r->run);
    }
    *column = 2 + r->row++ * (tables[r->table].columns - 1);
    r->left--;
    return r->fill;
}

void store_rows_end(struct store_rows *r)
{
    if (r->fill && !r->store->failed)
        run_filled(r);
    for (int many = 0; many < 2; many++) /* lets go of what is bound */
        if (r->store->insert[r->table][many])
            sqlite3_clear_bindings(r->store->insert[r->table][many]);
}
