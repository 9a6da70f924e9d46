/* Where rows were measured is told by the rows, each host once, not by the machine that fits them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "analysis/rows_origin.h"
#include "tests/support/need.h"
#include "tests/support/planned_store.h"

static const char text[] =
    "question: q\nworkload: { phases: [{ name: load, duration: 1s, rate: 1/s }] }\n";

static void put(struct planned_store *b, int64_t replication, enum arm arm,
                enum run_status status, const char *host)
{
    struct run_record record;
    struct error err;
    struct store_run run = {
        .arm = arm, .replication = replication, .status = status, .reason = "", .host = host
    };
    run_record_init(&record);
    need(store_put(b->store, b->id, &b->plan, &b->plan.points[0], &run, &record, &err), &err);
    run_record_close(&record);
}

static void day(char out[11])
{
    time_t now = time(NULL);
    strftime(out, 11, "%Y-%m-%d", gmtime(&now));
}

static void hosts_are_those_of_real_runs(void **state)
{
    (void)state;
    struct planned_store b;
    struct rows_origin origin = { .hosts = "as it was" };
    struct error err;
    char before[11], after[11];
    day(before);
    planned_store_open(&b, text);
    put(&b, 1, ARM_SIM, RUN_DONE, "a laptop");
    put(&b, 1, ARM_REAL, RUN_INVALID, "Linux 5, 1 x CPU");
    assert_int_equal(rows_origin_read(&origin, b.store, "x", &err), ERR_INVALID);
    assert_string_equal(origin.hosts, "as it was");
    put(&b, 2, ARM_REAL, RUN_DONE, "Linux 6, 2 x CPU");
    put(&b, 3, ARM_REAL, RUN_DONE, "Linux 6, 2 x CPU B");
    put(&b, 4, ARM_REAL, RUN_DONE, "Linux 6, 2 x CPU");
    b.plan.seed++; /* the same host again, of another row of the origins */
    put(&b, 5, ARM_REAL, RUN_DONE, "Linux 6, 2 x CPU");
    need(rows_origin_read(&origin, b.store, "x", &err), &err);
    day(after);
    assert_string_equal(origin.hosts, "Linux 6, 2 x CPU; Linux 6, 2 x CPU B");
    assert_true(strcmp(before, origin.first) <= 0 && strcmp(origin.first, origin.last) <= 0 &&
                strcmp(origin.last, after) <= 0);
    planned_store_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(hosts_are_those_of_real_runs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
