/* Runs through a model double into a database: order, failures, resume, merge. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "experiments/run/runner.h"
#include "sim/random_stream.h"
#include "tests/support/scratch_file.h"
#include "tests/support/store_text.h"

struct fixture {
    struct scratch scratch;
    struct experiment experiment;
    struct plan plan;
};

static int setup(void **state)
{
    struct fixture *f = mem_alloc(sizeof *f);
    struct error err;
    scratch_open(&f->scratch);
    char *path = scratch_write(&f->scratch, "x.yaml",
                               "question: q\nreplications: 5\nseed: 3\n"
                               "workload: { phases: [ { name: a, duration: 1s } ] }\n"
                               "sweep: { clients.count: [1, 2, 3, 4] }\n");
    int code = config_load(&f->experiment, path, NULL, 0, &err);
    free(path);
    *state = f;
    return code ? code : plan_build(&f->plan, &f->experiment, &err);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    plan_close(&f->plan);
    config_close(&f->experiment);
    scratch_close(&f->scratch);
    free(f);
    return 0;
}

/* Later points are done sooner, so that workers finish out of order; replication 2 of the point
 * with 3 clients fails. */
static int double_model(const struct parameters *p, const struct schedule *s, uint64_t seed,
                        uint32_t replication, struct run_record *out, struct error *err)
{
    struct timespec nap = { 0, (5 - p->clients) * 300000 };
    nanosleep(&nap, NULL);
    if (p->clients == 3 && replication == 2)
        return error_set(err, ERR_STATE, "broke at %u", replication);
    run_record_metric(out, "delivery.p50", "s", (double)p->clients + replication / 10.0);
    run_record_metric(out, "actions", "1", (double)s->count);
    run_record_metric(out, "undefined", "1", NAN);
    run_record_event(out, 7, "seed", "%llu", (unsigned long long)seed);
    run_record_point(out, "queue.depth", 5, 0.5);
    struct histogram h;
    histogram_init(&h);
    histogram_add(&h, 1000, 3);
    run_record_histogram(out, "delivery", &h);
    histogram_close(&h);
    return 0;
}

static int must_not_run(const struct parameters *p, const struct schedule *s, uint64_t seed,
                        uint32_t replication, struct run_record *out, struct error *err)
{
    fail_msg("ran again: %lld clients, replication %u, seed %llu, %zu actions, %p %p",
             (long long)p->clients, replication, (unsigned long long)seed, s->count,
             (void *)out, (void *)err);
    return 0;
}

static struct runner_result run_part(struct fixture *f, const char *name, int jobs,
                                     runner_model_fn *model, struct shard shard)
{
    struct runner r = { .plan = &f->plan, .model = model, .shard = shard, .jobs = jobs };
    struct runner_result result;
    struct error err;
    char *path = scratch_path(&f->scratch, name);
    if (store_open(&r.store, path, STORE_CREATE, &err) ||
        store_experiment(r.store, &f->experiment, &r.experiment, &err) ||
        runner_run(&r, &result, &err))
        fail_msg("%s", err.text);
    store_close(r.store);
    free(path);
    return result;
}

static struct runner_result run_into(struct fixture *f, const char *name, int jobs,
                                     runner_model_fn *model)
{
    return run_part(f, name, jobs, model, (struct shard){ 0 });
}

/* All tables of a database as one text, allocated. */
static char *dump(struct fixture *f, const char *name)
{
    static const char *const tables[] = { "run", "metric", "parameter", "series", "event" };
    char *path = scratch_path(&f->scratch, name);
    char *text = store_text(path, tables, sizeof tables / sizeof *tables);
    free(path);
    return text;
}

static void assert_same(struct fixture *f, const char *one, const char *two)
{
    char *a = dump(f, one), *b = dump(f, two);
    assert_string_equal(a, b);
    free(a);
    free(b);
}

static void test_any_number_of_workers(void **state)
{
    struct fixture *f = *state;
    struct runner_result r = run_into(f, "one.db", 1, double_model);
    assert_int_equal(r.done, 19);
    assert_int_equal(r.failed, 1);
    run_into(f, "six.db", 6, double_model);
    assert_same(f, "one.db", "six.db");
    char *text = dump(f, "one.db");
    assert_non_null(strstr(text, "x,sim,3,2,clients.count=3,3,failed,broke at 2,"));
    assert_non_null(strstr(text, "x,sim,4,5,clients.count=4,delivery.p50,s,4.5\n"));
    assert_non_null(strstr(text, "x,sim,1,1,clients.count=1,undefined,1,\n"));
    assert_non_null(strstr(text, "x,sim,1,1,clients.count=1,actions,1,10\n"));
    assert_non_null(strstr(text, "x,sim,2,1,clients.count=2,queue.depth,5,0.5\n"));
    assert_non_null(strstr(text, "x,sim,2,1,clients.count=2,1,7,seed,3\n"));
    free(text);
}

/* Only what is missing or failed is run; what the plan has no more goes. */
static void test_resume(void **state)
{
    struct fixture *f = *state;
    run_into(f, "a.db", 2, double_model);
    struct runner_result r = run_into(f, "a.db", 2, double_model);
    assert_int_equal(r.skipped, 19);
    assert_int_equal(r.failed, 1);
    f->plan.replications = 1;
    r = run_into(f, "a.db", 2, must_not_run);
    assert_int_equal(r.skipped, 4);
    f->plan.replications = 5;
    r = run_into(f, "a.db", 2, double_model);
    assert_int_equal(r.skipped, 4);
    run_into(f, "b.db", 1, double_model);
    assert_same(f, "a.db", "b.db");
    f->plan.seed = 4; /* other random numbers: nothing of the old may stay */
    r = run_into(f, "a.db", 2, double_model);
    assert_int_equal(r.skipped, 0);
    f->plan.seed = 3;
}

/* The same runs in another sweep: they are not made again, and stand under its text. What the plan
 * asks otherwise goes at once, in a part that is not run, too; what it has failed at stays. */
static void test_other_sweep(void **state)
{
    struct fixture *f = *state;
    run_into(f, "a.db", 2, double_model);
    free(f->plan.points[0].cell);
    f->plan.points[0].cell = mem_strdup("another=1");
    f->plan.points[1].model_hash++;
    struct runner_result r = run_part(f, "a.db", 1, must_not_run, (struct shard){ 1, 20, 5 });
    assert_int_equal(r.skipped, 1);
    assert_int_equal(r.replaced, 5);
    char *text = dump(f, "a.db");
    assert_non_null(strstr(text, "x,sim,1,5,another=1,3,done"));
    assert_null(strstr(text, "clients.count=1,"));
    assert_null(strstr(text, "x,sim,2,"));
    assert_non_null(strstr(text, "x,sim,3,2,clients.count=3,3,failed,broke at 2,"));
    free(text);
}

/* Of the real arm nothing is deleted, as runs there are dear; the text alone is of this sweep. */
static void test_retitle(void **state)
{
    struct fixture *f = *state;
    struct error err;
    struct store *store;
    int64_t id;
    struct store_run run = {
        .arm = ARM_REAL, .replication = 1, .status = RUN_DONE, .reason = ""
    };
    char *path = scratch_path(&f->scratch, "real.db");
    assert_int_equal(store_open(&store, path, STORE_CREATE, &err), 0);
    assert_int_equal(store_experiment(store, &f->experiment, &id, &err), 0);
    for (int p = 0; p < 2; p++)
        assert_int_equal(store_put(store, id, &f->plan, &f->plan.points[p], &run, NULL, &err),
                         0);
    free(f->plan.points[1].cell);
    f->plan.points[1].cell = mem_strdup("");
    assert_int_equal(store_retitle(store, id, &f->plan.points[1], 1, &err), 0);
    store_close(store);
    free(path);
    char *text = dump(f, "real.db");
    assert_non_null(strstr(text, "x,real,1,1,clients.count=1,"));
    assert_non_null(strstr(text, "x,real,2,1,,"));
    free(text);
}

static void test_merge(void **state)
{
    struct fixture *f = *state;
    struct store *into;
    struct error err;
    int64_t copied = -1;
    char *all = scratch_path(&f->scratch, "all.db"), *from = scratch_path(&f->scratch, "f.db");
    run_into(f, "f.db", 2, double_model);
    assert_int_equal(store_open(&into, all, STORE_CREATE, &err), 0);
    assert_int_equal(store_merge(into, from, &copied, &err), 0);
    assert_int_equal(copied, 20);
    assert_int_equal(store_merge(into, from, &copied, &err), 0);
    assert_int_equal(copied, 0);
    store_close(into);
    assert_same(f, "all.db", "f.db");
    free(all);
    free(from);
}

static void merge(struct fixture *f, const char *into, const char *from, int64_t expected)
{
    struct store *store;
    struct error err;
    int64_t copied = -1;
    char *a = scratch_path(&f->scratch, into), *b = scratch_path(&f->scratch, from);
    assert_int_equal(store_open(&store, a, STORE_CREATE, &err), 0);
    assert_int_equal(store_merge(store, b, &copied, &err), 0);
    assert_int_equal(copied, expected);
    store_close(store);
    free(a);
    free(b);
}

/* Split at random, a shard resumed, merged in any order: as unbroken, the failed run included. */
static void test_shards(void **state)
{
    struct fixture *f = *state;
    const uint64_t seed = 20261126;
    struct random_stream rs;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_stream_init(&rs, seed, 1, 1, 0);
    run_into(f, "whole.db", 2, double_model);
    for (int split = 0; split < 8; split++) {
        int64_t count = 1 + (int64_t)(random_stream_u64(&rs) % 20), done = 0, failed = 0;
        int64_t first = (int64_t)(random_stream_u64(&rs) % (uint64_t)count), runs[21];
        char name[48], all[32];
        snprintf(all, sizeof all, "all%d.db", split);
        for (int64_t i = 1; i <= count; i++) {
            struct shard shard = { i, count, f->plan.replications };
            snprintf(name, sizeof name, "%d.%lld.db", split, (long long)i);
            struct runner_result r = run_part(f, name, 2, double_model, shard);
            runs[i] = r.done + r.failed;
            done += r.done;
            failed += r.failed;
            assert_int_equal(runs[i], shard_runs(&shard, 20));
            r = run_part(f, name, 2, double_model, shard);
            assert_int_equal(r.skipped + r.failed, runs[i]);
        }
        assert_true(done == 19 && failed == 1);
        for (int64_t k = 0; k < 2 * count; k++) { /* downwards from anywhere, twice */
            int64_t i = 1 + (first + 2 * count - k) % count;
            snprintf(name, sizeof name, "%d.%lld.db", split, (long long)i);
            merge(f, all, name, k < count ? runs[i] : 0);
        }
        assert_same(f, "whole.db", all);
    }
}

static int mended_model(const struct parameters *p, const struct schedule *s, uint64_t seed,
                        uint32_t replication, struct run_record *out, struct error *err)
{
    struct error unused;
    if (double_model(p, s, seed, replication, out, &unused))
        run_record_metric(out, "delivery.p50", "s", 1);
    (void)err;
    return 0;
}

/* A run that failed in one database and is done in another is done, whichever comes first. */
static void test_merge_keeps_done(void **state)
{
    struct fixture *f = *state;
    run_into(f, "broken.db", 2, double_model);
    run_into(f, "mended.db", 2, mended_model);
    merge(f, "one.db", "broken.db", 20);
    merge(f, "one.db", "mended.db", 1);
    merge(f, "two.db", "mended.db", 20);
    merge(f, "two.db", "broken.db", 0);
    assert_same(f, "mended.db", "one.db");
    assert_same(f, "mended.db", "two.db");
}

static void test_foreign_files(void **state)
{
    struct fixture *f = *state;
    struct store *store;
    struct error err;
    char *path = scratch_write(&f->scratch, "text.db", "hello, this is no database at all\n");
    assert_int_equal(store_open(&store, path, STORE_CREATE, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "not a pushsim database"));
    free(path);
    path = scratch_path(&f->scratch, "missing.db");
    assert_int_equal(store_open(&store, path, STORE_READ, &err), ERR_INVALID);
    free(path);
    path = scratch_path(&f->scratch, "no/such/directory.db");
    assert_int_equal(store_open(&store, path, STORE_CREATE, &err), ERR_IO);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_any_number_of_workers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resume, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_sweep, setup, teardown),
        cmocka_unit_test_setup_teardown(test_retitle, setup, teardown),
        cmocka_unit_test_setup_teardown(test_merge, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shards, setup, teardown),
        cmocka_unit_test_setup_teardown(test_merge_keeps_done, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_files, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
