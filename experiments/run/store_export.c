/* store_export.c - a view as CSV (RFC 4180, LF) or JSON (array of objects). */
#include <math.h>
#include <string.h>

#include <jansson.h>

#include "experiments/run/store_internal.h"

static const struct {
    const char *table;
    const char *order; /* the rows' key */
    bool has_id;       /* ends in the database's own key, which is left out */
} exports[] = {
    { "run", "experiment, arm, point, replication", true },
    { "metric", "experiment, arm, point, replication, metric", false },
    { "parameter", "experiment, arm, point, replication, parameter", false },
    { "series", "experiment, arm, point, replication, series, at_ns", false },
    { "event", "experiment, arm, point, replication, number", false },
    { "latency", "experiment, arm, point, replication", false },
    { "explained", "experiment, arm, point, replication", false },
    { "rejected", "experiment, arm, point, replication, number", false },
};
#define EXPORT_COUNT (sizeof exports / sizeof *exports)

static void csv_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\n\r")) {
        fputs(text, out);
        return;
    }
    putc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    putc('"', out);
}

/* JSON's escapes of a text, by jansson. */
static void json_text(FILE *out, const char *text)
{
    json_t *value = json_string(text);
    if (!value)
        value = json_string("?"); /* not UTF-8 */
    json_dumpf(value, out, JSON_ENCODE_ANY);
    json_decref(value);
}

static void write_cell(FILE *out, sqlite3_stmt *s, int column, enum export_format format)
{
    char number[UNIT_TEXT_BYTES];
    switch (sqlite3_column_type(s, column)) {
    case SQLITE_NULL:
        fputs(format == EXPORT_JSON ? "null" : "", out);
        return;
    case SQLITE_INTEGER:
        fprintf(out, "%lld", (long long)sqlite3_column_int64(s, column));
        return;
    case SQLITE_FLOAT:
        if (!isfinite(sqlite3_column_double(s, column)))
            fputs(format == EXPORT_JSON ? "null" : "", out);
        else
            fputs(unit_format(number, UNIT_NUMBER, sqlite3_column_double(s, column)), out);
        return;
    default:
        (format == EXPORT_JSON ? json_text
                               : csv_text)(out, (const char *)sqlite3_column_text(s, column));
    }
}

static void write_head(FILE *out, sqlite3_stmt *s, int columns)
{
    for (int c = 0; c < columns; c++)
        fprintf(out, "%s%s", c ? "," : "", sqlite3_column_name(s, c));
    putc('\n', out);
}

static void write_row(FILE *out, sqlite3_stmt *s, int columns, enum export_format format,
                      bool first)
{
    if (format == EXPORT_JSON)
        fputs(first ? " {" : ",\n {", out);
    for (int c = 0; c < columns; c++) {
        if (format == EXPORT_JSON)
            fprintf(out, "%s\"%s\": ", c ? ", " : "", sqlite3_column_name(s, c));
        else if (c)
            putc(',', out);
        write_cell(out, s, c, format);
    }
    putc(format == EXPORT_JSON ? '}' : '\n', out);
}

static int write_rows(struct store *store, sqlite3_stmt *s, int columns,
                      enum export_format format, FILE *out, struct error *err)
{
    int step;
    bool first = true;
    if (format == EXPORT_JSON)
        fputs("[\n", out);
    else
        write_head(out, s, columns);
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        write_row(out, s, columns, format, first);
        first = false;
    }
    if (format == EXPORT_JSON)
        fputs(first ? "]\n" : "\n]\n", out);
    if (step != SQLITE_DONE)
        return store_fail(store, err);
    if (fflush(out) || ferror(out))
        return error_set(err, ERR_IO, "cannot write the export");
    return 0;
}

int store_export(struct store *store, const char *table, enum arm arm,
                 enum export_format format, FILE *out, struct error *err)
{
    size_t i = 0;
    sqlite3_stmt *s;
    while (i < EXPORT_COUNT && strcmp(exports[i].table, table) != 0)
        i++;
    if (i == EXPORT_COUNT)
        return error_set(err, ERR_INVALID,
                         "no table '%.40s': must be run, metric, parameter, series, event, "
                         "latency, explained or rejected",
                         table);
    char *sql =
        sqlite3_mprintf("SELECT * FROM %s_view WHERE ?1 IS NULL OR arm = ?1 ORDER BY %s", table,
                        exports[i].order);
    int code = store_read_views(store, err);
    code = code ? code : store_prepare(store, sql, &s, err);
    sqlite3_free(sql);
    if (code)
        return code;
    store_bind_arm(s, 1, arm);
    code = write_rows(store, s, sqlite3_column_count(s) - exports[i].has_id, format, out, err);
    sqlite3_finalize(s);
    return code;
}
