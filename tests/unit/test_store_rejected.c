/* Tries that are no results: each is kept with its reason and figures, counted, merged once, and
 * read as a run by nobody.
 */
#include <math.h>
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

#define EXPERIMENT                                                                             \
    "workload: { phases: [ { name: load, duration: 1s, rate: 10/s } ] }\n"                     \
    "sweep: { clients.count: [10, 20] }\n"

static void reject(struct planned_store *s, size_t point, int64_t replication, uint64_t hash,
                   const char *reason, double p99_s)
{
    struct error err;
    struct run_record record;
    bool failed = isnan(p99_s);
    struct store_run run = { .arm = ARM_REAL,
                             .replication = replication,
                             .status = failed ? RUN_FAILED : RUN_INVALID,
                             .reason = reason,
                             .config_hash = hash,
                             .wall_s = 1.5,
                             .host = "made" };
    run_record_init(&record);
    run_record_metric(&record, "delivery.p99", "s", p99_s);
    run_record_metric(&record, "host.steal_share", "1", INFINITY);
    need(store_reject(s->store, s->id, &s->plan.points[point], &run, failed ? NULL : &record,
                      &err),
         &err);
    run_record_close(&record);
}

static void put(struct planned_store *s, size_t point, int64_t replication,
                enum run_status status, double tries)
{
    struct run_record record;
    run_record_init(&record);
    run_record_metric(&record, "delivery.p99", "s", 1);
    if (tries > 0)
        run_record_metric(&record, "client.tries", "1", tries);
    planned_store_put(s, point, replication, status, &record);
}

static void add_reason(void *context, const char *reason, int64_t tries)
{
    char *text = context;
    sprintf(text + strlen(text), "%lld %s;", (long long)tries, reason);
}

static void assert_tries(struct planned_store *s, int64_t runs, int64_t told, int64_t rejected,
                         const char *reasons)
{
    char text[400] = "";
    struct error err;
    struct store_tries t;
    need(store_tries(s->store, "x", &t, add_reason, text, &err), &err);
    assert_int_equal(t.runs, runs);
    assert_int_equal(t.told, told);
    assert_int_equal(t.rejected, rejected);
    assert_string_equal(text, reasons);
}

struct sum {
    size_t values;
    double p99_s;
};

static void add_value(void *context, const struct store_value *v)
{
    struct sum *sum = context;
    assert_int_equal(v->arm, ARM_REAL);
    sum->values++;
    if (strcmp(v->metric, "delivery.p99") == 0)
        sum->p99_s += v->value;
    else
        assert_true(isnan(v->value)); /* an infinity is no figure */
}

static void assert_values(struct planned_store *s, size_t values, double p99_s)
{
    struct sum sum = { 0 };
    struct error err;
    need(store_rejected_values(s->store, "x", add_value, &sum, &err), &err);
    assert_int_equal(sum.values, values);
    assert_true(fabs(sum.p99_s - p99_s) < 1e-9);
}

static void add_p99(void *context, const struct store_value *v)
{
    if (strcmp(v->metric, "delivery.p99") == 0)
        *(double *)context += v->value;
}

static void fill(struct planned_store *s)
{
    planned_store_open(s, EXPERIMENT);
    reject(s, 0, 1, 7, "the host took CPU time away: 3 % (at most 2 %)", 0.25);
    reject(s, 0, 1, 7, "the host took CPU time away: 9 % (at most 2 %)", 0.5);
    reject(s, 1, 1, 7, "a client could not connect", NAN);
    put(s, 0, 1, RUN_DONE, 3);
    put(s, 1, 1, RUN_DONE, 1);
    put(s, 1, 2, RUN_DONE, 0); /* from before tries were told */
    put(s, 1, 3, RUN_INVALID, 1);
}

static void test_kept(void **state)
{
    (void)state;
    struct planned_store s;
    struct store_found *found;
    size_t count;
    struct error err;
    fill(&s);
    assert_tries(&s, 3, 2, 3, "2 the host took CPU time away;1 a client could not connect;");
    assert_values(&s, 4, 0.75);
    need(store_find(s.store, "x", ARM_REAL, 0, 0, &found, &count, &err), &err);
    assert_int_equal(count, 4); /* none of the tries */
    store_found_free(found, count);
    /* the run's own figure is that of the sound try */
    double p99_s = 0;
    need(store_values(s.store, "x", ARM_REAL, add_p99, &p99_s, &err), &err);
    assert_true(p99_s == 3);
    planned_store_close(&s);
}

/* A cell that is asked something else keeps none of what was tried before. */
static void test_other_settings(void **state)
{
    (void)state;
    struct planned_store s;
    fill(&s);
    reject(&s, 0, 1, 8, "publishes went out late (p99): 2 ms", 4);
    assert_tries(&s, 3, 2, 2, "1 a client could not connect;1 publishes went out late (p99);");
    assert_values(&s, 2, 4);
    planned_store_close(&s);
}

/* Both databases' tries, each once however often they are merged. */
static void test_merge(void **state)
{
    (void)state;
    struct planned_store into, from;
    struct error err;
    int64_t copied;
    fill(&into);
    planned_store_open(&from, EXPERIMENT);
    reject(&from, 1, 9, 7, "the client used its CPU: 85 % (at most 80 %)", 2);
    store_close(from.store);
    for (int i = 0; i < 2; i++) {
        need(store_merge(into.store, from.db, &copied, &err), &err);
        assert_int_equal(copied, 0); /* no run */
        assert_tries(&into, 3, 2, 4,
                     "2 the host took CPU time away;1 a client could not connect;"
                     "1 the client used its CPU;");
        assert_values(&into, 6, 2.75);
    }
    need(store_open(&from.store, from.db, STORE_READ, &err), &err);
    planned_store_close(&from);
    planned_store_close(&into);
}

/* A database from before tries were kept: read, and merged from. */
static void test_old(void **state)
{
    (void)state;
    struct planned_store s, into;
    struct error err;
    int64_t copied;
    fill(&s);
    store_close(s.store);
    char *drop = mem_printf("sqlite3 %s 'DROP VIEW rejected_view; DROP TABLE rejected; "
                            "DROP TABLE rejected_metric'",
                            s.db);
    assert_int_equal(system(drop), 0);
    free(drop);
    need(store_open(&s.store, s.db, STORE_READ, &err), &err);
    assert_tries(&s, 3, 2, 0, "");
    assert_values(&s, 0, 0);
    planned_store_open(&into, EXPERIMENT);
    need(store_merge(into.store, s.db, &copied, &err), &err);
    assert_int_equal(copied, 4);
    assert_tries(&into, 3, 2, 0, "");
    planned_store_close(&into);
    planned_store_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_kept),
                                        cmocka_unit_test(test_other_settings),
                                        cmocka_unit_test(test_merge),
                                        cmocka_unit_test(test_old) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
