/* Databases of older programs: what is exported, and what SQL reads once such a database was opened
 * for writing, is what the views say today.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/need.h"
#include "tests/support/planned_store.h"
#include "tests/support/store_text.h"

#define EXPERIMENT "cpu: { quota: 20ms, period: 100ms }\n"

/* As programs had them: no tries that were rejected, and the limit that the quota takes the place
 * of. A view of the user's own reads one of ours. */
#define AGE                                                                                    \
    "DROP VIEW rejected_view; DROP TABLE rejected; DROP TABLE rejected_metric;"                \
    "DROP VIEW latency_view; CREATE VIEW latency_view AS SELECT v.experiment, v.arm, "         \
    "v.point, v.replication, v.cell, 0 AS cpu_limit FROM run_view v;"                          \
    "DROP VIEW explained_view;"                                                                \
    "CREATE VIEW my_view AS SELECT cpu_limit FROM latency_view"

static const char *const tables[] = { "run",     "metric",    "parameter",
                                      "latency", "explained", "rejected" };
#define TABLES (sizeof tables / sizeof *tables)

static char *output_of(const char *command)
{
    char text[256] = "";
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    if (!fgets(text, sizeof text, pipe))
        text[0] = '\0';
    assert_int_equal(pclose(pipe), 0);
    return mem_strdup(text);
}

static void assert_says(const char *db, const char *sql, const char *want)
{
    char *command = mem_printf("sqlite3 %s \"%s\"", db, sql), *text = output_of(command);
    assert_string_equal(text, want);
    free(command);
    free(text);
}

static void fill(struct planned_store *s)
{
    struct run_record record;
    planned_store_open(s, EXPERIMENT);
    run_record_init(&record);
    run_record_metric(&record, "delivery.p99", "s", 0.25);
    planned_store_put(s, 0, 1, RUN_DONE, &record);
    store_close(s->store);
    s->store = NULL;
}

static void test_exported_as_today(void **state)
{
    (void)state;
    struct planned_store s;
    fill(&s);
    char *today = store_text(s.db, tables, TABLES);
    assert_non_null(strstr(today, ",200,")); /* millicores, by the quota */
    assert_says(s.db, AGE, "");
    char *aged = store_text(s.db, tables, TABLES);
    assert_string_equal(aged, today);
    assert_says(s.db, "SELECT cpu_limit FROM my_view", "0\n"); /* nothing was written */
    free(today);
    free(aged);
    planned_store_close(&s);
}

static void test_made_anew_by_who_writes(void **state)
{
    (void)state;
    struct planned_store s;
    struct error err;
    fill(&s);
    assert_says(s.db, AGE, "");
    need(store_open(&s.store, s.db, STORE_WRITE, &err), &err);
    store_close(s.store);
    s.store = NULL;
    assert_says(s.db, "SELECT cpu_limit FROM my_view", "200.0\n");
    assert_says(s.db, "SELECT count(*) FROM rejected_view", "0\n");
    assert_says(s.db, "SELECT count(*) FROM sqlite_schema WHERE type = 'view'", "9\n");
    planned_store_close(&s);
}

/* Views that are right stay as they are: a database is not written to for nothing. */
static void test_current_ones_stay(void **state)
{
    (void)state;
    struct planned_store s;
    struct error err;
    fill(&s);
    char *ask = mem_printf("sqlite3 %s 'PRAGMA schema_version'", s.db),
         *before = output_of(ask);
    need(store_open(&s.store, s.db, STORE_WRITE, &err), &err);
    store_close(s.store);
    s.store = NULL;
    char *after = output_of(ask);
    assert_string_equal(after, before);
    free(ask);
    free(before);
    free(after);
    planned_store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_exported_as_today),
                                        cmocka_unit_test(test_made_anew_by_who_writes),
                                        cmocka_unit_test(test_current_ones_stay) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
