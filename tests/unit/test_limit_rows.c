/* The runs of a limit out of the database as they went in: those that were asked the same. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/limit_rows.h"
#include "tests/support/scratch_file.h"

static const char text[] =
    "cpu: { limit: 100m }\n"
    "clients.count: 10\n"
    "workload: { phases: [ { name: load, duration: 1s, rate: 10/s } ] }\n"
    "sweep: { protocol: [sse, websocket] }\n"
    "slo: { p99: 500ms }\n";

struct fixture {
    struct scratch scratch;
    struct experiment e;
    struct plan plan;
    struct limit_place place;
    struct limit_question q; /* of the second point */
};

static int open_fixture(void **state)
{
    struct fixture *f = mem_alloc(sizeof *f);
    struct error err;
    *state = f;
    scratch_open(&f->scratch);
    char *path = scratch_path(&f->scratch, "knee.db");
    assert_int_equal(config_parse(&f->e, "knee.yaml", text, NULL, 0, &err), 0);
    assert_int_equal(plan_build(&f->plan, &f->e, &err), 0);
    assert_int_equal(store_open(&f->place.store, path, STORE_CREATE, &err), 0);
    assert_int_equal(store_experiment(f->place.store, &f->e, &f->place.experiment, &err), 0);
    f->place.name = f->e.name;
    f->q = (struct limit_question){ .settings = f->plan.points[1].settings,
                                    .from = 10,
                                    .to = 10000,
                                    .seed = (uint64_t)f->plan.seed };
    assert_int_equal(settings_find(&f->q.settings, "clients.count", &f->q.option, &err), 0);
    free(path);
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    store_close(f->place.store);
    plan_close(&f->plan);
    config_close(&f->e);
    scratch_close(&f->scratch);
    free(f);
    return 0;
}

struct run {
    uint32_t number;
    double clients, p99_s, pace_s, read_s; /* pace, read 0: not measured */
    int tries;
    bool sound, failed;
};

static void put(struct fixture *f, const struct run *run)
{
    struct settings s;
    struct run_record r;
    struct error err;
    struct plan_point at;
    struct limit_made made = { .point = &at,
                               .value = run->clients,
                               .run = run->number,
                               .failure = run->failed ? "a client could not connect" : NULL,
                               .host = "here",
                               .tries = run->tries };
    assert_int_equal(limit_settings(&f->q, run->clients, &s, &err), 0);
    at = limit_rows_point(&f->plan.points[1], &f->q, run->clients, &s);
    run_record_init(&r);
    run_record_metric(&r, "delivery.p99", "s", run->p99_s);
    run_record_metric(&r, "client.valid", "1", run->sound);
    if (!run->sound)
        run_record_event(&r, 0, "invalid", "others used the server's CPU");
    if (run->pace_s > 0)
        run_record_metric(&r, "host.pace", "s", run->pace_s);
    if (run->read_s > 0)
        run_record_metric(&r, "host.memory_pace", "s", run->read_s);
    assert_int_equal(limit_rows_put(&f->place, &f->plan, &made, run->failed ? NULL : &r, &err),
                     0);
    run_record_close(&r);
    free(at.cell);
}

static const struct run runs[] = {
    { 1, 900, 0.4, 1.1e-9, 4e-7, 1, true, false },  { 2, 990, 0.6, 0, 0, 2, true, false },
    { 3, 945, 0.3, 1.2e-9, 4e-7, 3, false, false }, { 4, 945, 0, 0, 0, 3, false, true },
    { 6, 1033, 0.2, 2e-9, 0, 1, true, false },
};

static void put_all(struct fixture *f)
{
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        put(f, &runs[i]);
}

static void load(const struct fixture *f, int64_t point, struct limit_rows *rows)
{
    struct error err;
    assert_int_equal(limit_rows_load(rows, &f->place, point, &f->q, &err), 0);
}

static void test_back(void **state)
{
    struct fixture *f = *state;
    struct limit_rows rows;
    put_all(f);
    load(f, 2, &rows);
    assert_int_equal(rows.count, 3);
    static const size_t sound[] = { 0, 1, 4 };
    for (size_t i = 0; i < 3; i++) {
        const struct run *run = &runs[sound[i]];
        assert_int_equal(rows.row[i].run, run->number);
        assert_true(rows.row[i].value == run->clients);
        assert_true(rows.row[i].kept == (run->p99_s < 0.5));
        assert_true(fabs(rows.row[i].pace.step_ns - 1e9 * run->pace_s) < 1e-9);
        assert_true(fabs(rows.row[i].pace.read_ns - 1e9 * run->read_s) < 1e-6);
    }
    assert_int_equal(rows.unsound, 1 + 3); /* before run 2, and all of run 3 */
    assert_int_equal(rows.failed, 1);
    assert_int_equal(rows.other, 0);
    assert_int_equal(limit_rows_free(&rows, 1), 3); /* a number is free that has no sound run */
    assert_int_equal(limit_rows_free(&rows, 4), 4);
    assert_int_equal(limit_rows_free(&rows, 6), 7);
    limit_rows_close(&rows);
    load(f, 1, &rows); /* of the other point: none */
    assert_true(rows.count == 0 && limit_rows_free(&rows, 1) == 1);
    limit_rows_close(&rows);
}

/* The same number again replaces the row: what was not sound is there no more. */
static void test_replaced(void **state)
{
    struct fixture *f = *state;
    struct limit_rows rows;
    struct run again = { 3, 940, 0.3, 0, 0, 1, true, false };
    put_all(f);
    put(f, &again);
    load(f, 2, &rows);
    assert_true(rows.count == 4 && rows.unsound == 1);
    assert_true(rows.row[2].run == 3 && rows.row[2].value == 940);
    limit_rows_close(&rows);
}

/* With another seed other publishes are played, with another limit something else is asked. What
 * is the simulator's alone, its costs, is asked of no server. */
static void test_asked_else(void **state)
{
    struct fixture *f = *state;
    struct limit_rows rows;
    struct setting which;
    struct error err;
    put_all(f);
    f->q.seed++;
    load(f, 2, &rows);
    assert_true(rows.count == 0 && rows.other == 3);
    limit_rows_close(&rows);
    f->q.seed--;
    assert_int_equal(settings_find(&f->q.settings, "cost.sse.write", &which, &err), 0);
    assert_int_equal(settings_assign(&f->q.settings, &which, 12345, &err), 0);
    load(f, 2, &rows);
    assert_true(rows.count == 3 && rows.other == 0);
    limit_rows_close(&rows);
    assert_int_equal(settings_find(&f->q.settings, "cpu.limit", &which, &err), 0);
    assert_int_equal(settings_assign(&f->q.settings, &which, 150, &err), 0);
    load(f, 2, &rows);
    assert_true(rows.count == 0 && rows.other == 3);
    limit_rows_close(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_back, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_replaced, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_asked_else, open_fixture, close_fixture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
