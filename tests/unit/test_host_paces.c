/* The real runs' paces become those of the simulated runs of the same cell, and of no other. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/host_paces.h"
#include "tests/support/planned_store.h"

static const char text[] = "question: q\n"
                           "cost: { host-pace: 1.1ns, host-power: 1 }\n"
                           "sweep: { clients.count: [10, 20, 30] }\n";

/* pace_s, read_s 0: the run has none. */
static void put_timed(struct planned_store *b, size_t point, int64_t replication, double pace_s,
                      double read_s, enum run_status status)
{
    struct run_record record;
    run_record_init(&record);
    run_record_metric(&record, "cpu.used", "s", 1);
    if (pace_s > 0)
        run_record_metric(&record, "host.pace", "s", pace_s);
    if (read_s > 0)
        run_record_metric(&record, "host.memory_pace", "s", read_s);
    run_record_metric(&record, "published", "1", 1);
    planned_store_put(b, point, replication, status, &record);
}

static void put_real(struct planned_store *b, size_t point, int64_t replication, double pace_s,
                     enum run_status status)
{
    put_timed(b, point, replication, pace_s, 0, status);
}

static void go_by_cell_and_in_turn(void **state)
{
    (void)state;
    struct planned_store b;
    struct error err;
    planned_store_open(&b, text);
    put_real(&b, 0, 1, 1.2e-9, RUN_DONE);
    put_real(&b, 0, 2, 1.6e-9, RUN_DONE);
    put_real(&b, 0, 3, 9.9e-9, RUN_INVALID); /* not a result: no input either */
    put_real(&b, 1, 1, 1.3e-9, RUN_DONE);
    put_real(&b, 1, 2, 0, RUN_DONE); /* an old row beside a new one */
    uint64_t before[3], after[3];
    for (int i = 0; i < 3; i++)
        before[i] = store_config_hash(&b.plan, &b.plan.points[i], 1);
    for (int again = 0; again < 2; again++)
        assert_int_equal(host_paces_take(&b.plan, b.store, b.e.name, &err), 0);
    for (int i = 0; i < 3; i++)
        after[i] = store_config_hash(&b.plan, &b.plan.points[i], 1);
    const struct plan_point *p = b.plan.points;
    assert_int_equal(p[0].pace_count, 2);
    for (int r = 1; r <= 5; r++)
        assert_true(fabs(plan_pace(&p[0], r).step_ns - (r % 2 ? 1.2 : 1.6)) < 1e-9);
    assert_true(p[1].pace_count == 0 && plan_pace(&p[1], 1).step_ns == 0);
    assert_true(p[2].pace_count == 0 && plan_pace(&p[2], 7).step_ns == 0);
    /* a simulated run at another pace is another run */
    assert_true(after[0] != before[0] && after[1] == before[1] && after[2] == before[2]);
    assert_true(store_config_hash(&b.plan, &p[0], 2) != store_config_hash(&b.plan, &p[0], 4) &&
                plan_pace(&p[0], 2).step_ns == plan_pace(&p[0], 4).step_ns);
    planned_store_close(&b);
}

/* Costs that were fitted before there was a pace cannot be scaled by one. */
static void costs_without_a_pace_stay(void **state)
{
    (void)state;
    struct planned_store b;
    struct error err;
    planned_store_open(&b, "question: q\nsweep: { clients.count: [10, 20] }\n");
    put_real(&b, 0, 1, 1.2e-9, RUN_DONE);
    assert_int_equal(host_paces_take(&b.plan, b.store, b.e.name, &err), 0);
    assert_true(b.plan.points[0].pace_count == 0);
    assert_true(plan_pace(&b.plan.points[0], 1).step_ns == 0);
    planned_store_close(&b);
}

/* Each run's own, beside its step; where it was not timed, as the costs say. */
static void memory_goes_with_its_run(void **state)
{
    (void)state;
    struct planned_store b;
    struct error err;
    planned_store_open(&b, text);
    put_timed(&b, 0, 1, 1.2e-9, 0, RUN_DONE);
    put_timed(&b, 0, 2, 1.2e-9, 4e-7, RUN_DONE);
    put_timed(&b, 0, 3, 1.2e-9, 5e-7, RUN_DONE);
    put_timed(&b, 1, 1, 0, 4e-7, RUN_DONE); /* alone it is not enough */
    assert_int_equal(host_paces_take(&b.plan, b.store, b.e.name, &err), 0);
    const struct plan_point *p = b.plan.points;
    static const double reads_ns[] = { 0, 400, 500 };
    assert_int_equal(p[0].pace_count, 3);
    for (int r = 1; r <= 6; r++)
        assert_true(fabs(plan_pace(&p[0], r).read_ns - reads_ns[(r - 1) % 3]) < 1e-6);
    assert_int_equal(p[1].pace_count, 0);
    planned_store_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(go_by_cell_and_in_turn),
                                        cmocka_unit_test(memory_goes_with_its_run),
                                        cmocka_unit_test(costs_without_a_pace_stay) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
