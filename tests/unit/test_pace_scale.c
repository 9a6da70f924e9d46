/* Runs whose fastest step is not the profile's are counted; a few slow ones are a neighbour's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/pace_scale.h"
#include "tests/support/near.h"
#include "tests/support/planned_store.h"
#include "tests/support/scratch_file.h"

/* One run of the first point a replication. best_s 0: it does not tell. */
static void put_real(struct planned_store *b, int64_t replication, double best_s,
                     enum run_status status)
{
    struct run_record record;
    run_record_init(&record);
    run_record_metric(&record, "host.pace", "s", 1.3e-9);
    if (best_s > 0)
        run_record_metric(&record, "host.pace.best", "s", best_s);
    planned_store_put(b, 0, replication, status, &record);
}

static const struct scale_case {
    const char *profile;
    int count; /* of runs, the first `far` of them at far_s, the others at 0.906 ns */
    int far;
    double far_s;
    size_t off;
    bool differs;
} cases[] = {
    { "fit: { best-pace: 0.906ns }", 20, 0, 0, 0, false },
    { "fit: { best-pace: 0.906ns }", 20, 20, 0.94e-9, 0, false },  /* 3.8 % */
    { "fit: { best-pace: 0.906ns }", 20, 20, 1.017e-9, 20, true }, /* 12 % */
    { "fit: { best-pace: 0.906ns }", 20, 20, 0.81e-9, 20, true },  /* faster is as bad */
    { "fit: { best-pace: 0.906ns }", 20, 2, 1.5e-9, 2, false },    /* never alone */
    { "fit: { best-pace: 0.906ns }", 20, 3, 1.017e-9, 3, true },   /* another build's */
    { "fit: { best-pace: 1.017ns }", 20, 10, 1.017e-9, 10, true }, /* the others are off */
    { "fit: { noise-left: 1 }", 20, 20, 1.017e-9, 0, false },      /* does not tell */
    { "fit: { best-pace: 0.906ns }", 20, 20, 0, 0, false },        /* runs do not tell */
};

static void runs_of_another_scale_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct scale_case *c = &cases[i];
        struct planned_store b;
        struct pace_scale scale;
        struct error err;
        planned_store_open(&b, "question: q\nsweep: { clients.count: [10, 20] }\n");
        char *profile = scratch_write(&b.scratch, "profile.yaml", c->profile);
        for (int r = 0; r < c->count; r++)
            put_real(&b, r + 1, r < c->far ? c->far_s : 0.906e-9, RUN_DONE);
        put_real(&b, c->count + 1, 9e-9, RUN_INVALID); /* no result: nobody predicts it */
        assert_int_equal(pace_scale_read(&scale, b.store, b.e.name, profile, &err), 0);
        assert_int_equal(scale.runs, c->far_s > 0 || c->far == 0 ? c->count : 0);
        assert_int_equal(scale.off, c->off);
        assert_int_equal(pace_scale_differs(&scale), c->differs);
        assert_true(c->off > 0 ? scale.off_ns > 0 : scale.off_ns == 0);
        free(profile);
        planned_store_close(&b);
    }
}

/* Of those that are off the middle one is told, in whatever order they were made. */
static void what_is_off_is_told_by_its_median(void **state)
{
    (void)state;
    static const struct {
        double best_s[6];
        size_t off;
        double off_ns;
    } orders[] = { { { 1.3e-9, 0.906e-9, 1.1e-9, 1.2e-9, 0.9e-9, 0.906e-9 }, 3, 1.2 },
                   { { 1.4e-9, 1.1e-9, 1.3e-9, 1.2e-9, 0.9e-9, 0.906e-9 }, 4, 1.25 },
                   { { 0.906e-9, 0.906e-9, 0.7e-9, 0.906e-9, 0.906e-9, 0.906e-9 }, 1, 0.7 } };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct planned_store b;
        struct pace_scale scale;
        struct error err;
        planned_store_open(&b, "question: q\nsweep: { clients.count: [10, 20] }\n");
        char *profile =
            scratch_write(&b.scratch, "profile.yaml", "fit: { best-pace: 0.906ns }");
        for (int r = 0; r < 6; r++)
            put_real(&b, r + 1, orders[i].best_s[r], RUN_DONE);
        assert_int_equal(pace_scale_read(&scale, b.store, b.e.name, profile, &err), 0);
        assert_int_equal(scale.off, orders[i].off);
        assert_near(scale.profile_ns, 0.906, 1e-12);
        assert_near(scale.off_ns, orders[i].off_ns, 1e-9);
        free(profile);
        planned_store_close(&b);
    }
}

static void no_time_no_scale(void **state)
{
    (void)state;
    static const char *const bad[] = { "fit: { best-pace: 0 }", "fit: { best-pace: fast }",
                                       "fit: { best-pace: [1ns] }" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct planned_store b;
        struct pace_scale scale = { .runs = 7 };
        struct error err;
        planned_store_open(&b, "question: q\nsweep: { clients.count: [10, 20] }\n");
        char *profile = scratch_write(&b.scratch, "profile.yaml", bad[i]);
        assert_int_equal(pace_scale_read(&scale, b.store, b.e.name, profile, &err),
                         ERR_INVALID);
        assert_non_null(strstr(err.text, "best-pace must be"));
        assert_int_equal(scale.runs, 7);
        free(profile);
        planned_store_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(runs_of_another_scale_are_counted),
                                        cmocka_unit_test(what_is_off_is_told_by_its_median),
                                        cmocka_unit_test(no_time_no_scale) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
