/* What a plan makes of simulated runs that are there already, and of a plan's size that parts of it
 * bring along.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/need.h"
#include "tests/support/planned_store.h"

#define LOAD       "workload: { phases: [ { name: load, duration: 1s, rate: 10/s } ] }\n"
#define EXPERIMENT LOAD "sweep: { clients.count: [10, 20] }\nreplications: 3\n"

static void put(struct planned_store *s, enum arm arm, size_t point, int64_t replication)
{
    const struct plan_point *at = &s->plan.points[point];
    struct error err;
    struct run_record record;
    struct store_run run = { .arm = arm,
                             .replication = replication,
                             .status = RUN_DONE,
                             .reason = "",
                             .config_hash = store_config_hash(&s->plan, at, replication),
                             .host = "made" };
    run_record_init(&record);
    run_record_metric(&record, "delivery.p99", "s", 1);
    need(store_put(s->store, s->id, &s->plan, at, &run, &record, &err), &err);
    run_record_close(&record);
}

/* Every run of both arms. */
static void fill(struct planned_store *s)
{
    planned_store_open(s, EXPERIMENT);
    for (size_t point = 0; point < s->plan.count; point++)
        for (int64_t r = 1; r <= s->plan.replications; r++)
            for (enum arm arm = 0; arm < ARMS; arm++)
                put(s, arm, point, r);
}

/* "1.1 1.2 2.1": point and replication of an arm's runs. */
static void assert_runs(struct planned_store *s, enum arm arm, const char *expected)
{
    char runs[200] = "";
    struct store_found *found = NULL;
    struct error err;
    size_t count = 0;
    need(store_find(s->store, "x", arm, 0, 0, &found, &count, &err), &err);
    for (size_t i = 0; i < count; i++)
        sprintf(runs + strlen(runs), "%s%lld.%lld", i ? " " : "", (long long)found[i].point,
                (long long)found[i].replication);
    store_found_free(found, count);
    assert_string_equal(runs, expected);
}

static void assert_first_cell(struct planned_store *s, enum arm arm, const char *cell)
{
    struct store_found *found = NULL;
    struct error err;
    size_t count = 0;
    need(store_find(s->store, "x", arm, 1, 1, &found, &count, &err), &err);
    assert_int_equal(count, 1);
    assert_string_equal(found->cell, cell);
    store_found_free(found, count);
}

/* Simulated runs beyond the plan, or of other settings, go; those of the plan stay, and real ones do
 * whatever the plan is. Simulated ones take the text of their cell in it. */
static void test_runs_are_those_of_the_plan(void **state)
{
    static const struct {
        size_t count;
        int64_t replications;
        bool changed; /* the second point's settings */
        const char *left;
    } cases[] = {
        { 2, 3, false, "1.1 1.2 1.3 2.1 2.2 2.3" },
        { 2, 2, false, "1.1 1.2 2.1 2.2" },
        { 1, 3, false, "1.1 1.2 1.3" },
        { 2, 3, true, "1.1 1.2 1.3" },
        { 2, 4, false, "1.1 1.2 1.3 2.1 2.2 2.3" }, /* more is wanted */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct planned_store s;
        struct error err;
        fill(&s);
        struct plan plan = s.plan;
        struct plan_point points[2] = { plan.points[0], plan.points[1] };
        points[0].cell = (char *)"of another sweep";
        points[1].model_hash ^= cases[i].changed;
        plan.points = points;
        plan.count = cases[i].count;
        plan.replications = cases[i].replications;
        need(store_prune(s.store, s.id, &plan, &err), &err);
        assert_runs(&s, ARM_SIM, cases[i].left);
        assert_runs(&s, ARM_REAL, "1.1 1.2 1.3 2.1 2.2 2.3");
        assert_first_cell(&s, ARM_SIM, "of another sweep");
        assert_first_cell(&s, ARM_REAL, "clients.count=10");
        planned_store_close(&s);
    }
}

/* A part of a plan is known for one wherever it is merged to; parts agree, and of two plans the larger
 * counts. */
static void test_merged_parts_bring_the_plan(void **state)
{
    (void)state;
    struct planned_store into, from;
    struct error err;
    int64_t copied, there = -1, planned = -1;
    planned_store_open(&into, EXPERIMENT);
    fill(&from);
    need(store_plan(from.store, from.id, ARM_SIM, 12, &err), &err);
    store_close(from.store);
    need(store_merge(into.store, from.db, &copied, &err), &err);
    need(store_share(into.store, "x", ARM_SIM, &there, &planned, &err), &err);
    assert_int_equal(there, 6);
    assert_int_equal(planned, 12);
    for (int64_t own = 20; own >= 5; own -= 15) {
        need(store_plan(into.store, into.id, ARM_SIM, own, &err), &err);
        need(store_merge(into.store, from.db, &copied, &err), &err);
        assert_int_equal(copied, 0);
        need(store_share(into.store, "x", ARM_SIM, &there, &planned, &err), &err);
        assert_int_equal(planned, own > 12 ? own : 12);
    }
    need(store_open(&from.store, from.db, STORE_READ, &err), &err);
    planned_store_close(&from);
    planned_store_close(&into);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_are_those_of_the_plan),
        cmocka_unit_test(test_merged_parts_bring_the_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
