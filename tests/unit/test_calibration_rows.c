/* What two repeats of a cell differ by, counts as spread only where their simulations do not know
 * it; and heartbeats of a real run come as near as its clients connected. By hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration_internal.h"
#include "tests/support/near.h"
#include "tests/support/planned_store.h"

static const char text[] = "question: q\n"
                           "workload: { phases: [{ name: load, duration: 4s, rate: 0/s }] }\n"
                           "sweep: { zip: { clients.count: [100, 480], heartbeat.period: "
                           "[0, 500ms] } }\n";

struct row {
    double cpu_s, delivered, pace_s, best_s, read_s; /* best_s, read_s 0: not told */
};

static void put(struct planned_store *b, size_t point, uint32_t replication,
                const struct row *row)
{
    struct run_record record;
    run_record_init(&record);
    run_record_metric(&record, "cpu.used", "s", row->cpu_s);
    run_record_metric(&record, "cpu.throttled_share", "", 0);
    run_record_metric(&record, "delivered", "", row->delivered);
    run_record_metric(&record, "host.pace", "s", row->pace_s);
    if (row->best_s > 0)
        run_record_metric(&record, "host.pace.best", "s", row->best_s);
    if (row->read_s > 0)
        run_record_metric(&record, "host.memory_pace", "s", row->read_s);
    run_record_metric(&record, "setup.cpu", "s", 0.1);
    planned_store_put(b, point, replication, RUN_DONE, &record);
}

/* sqrt(0.03^2 + (2 x 0.04^2 + squares) / 3 / 2): the squares are 0 for the first two, and for the
 * third ln(1.2)^2 / 2 = 0.01662. */
static void what_is_known_is_no_spread(void **state)
{
    (void)state;
    static const struct {
        struct row first, second;
        double sigma;
    } cases[] = {
        { { 0.2, 1000, 1e-9, 0, 0 }, { 0.4, 2000, 1e-9, 0, 0 }, 0.03786 },
        /* 1.5^0.7, 2^0.35 */
        { { 0.2, 1000, 1e-9, 0, 0 }, { 0.26564, 1000, 1.5e-9, 0, 0 }, 0.03786 },
        { { 0.2, 1000, 1e-9, 0, 4e-7 }, { 0.25491, 1000, 1e-9, 0, 8e-7 }, 0.03786 },
        { { 0.2, 1000, 1e-9, 0, 0 }, { 0.24, 1000, 1e-9, 0, 0 }, 0.06483 },
        { { 0.2, 1000, 1e-9, 0, 4e-7 }, { 0.24, 1000, 1e-9, 0, 0 }, 0.06483 }, /* one: none */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct planned_store b;
        struct calibration c;
        struct error err;
        planned_store_open(&b, text);
        put(&b, 0, 1, &cases[i].first);
        put(&b, 0, 2, &cases[i].second);
        assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
        assert_int_equal(c.cell_count, 1);
        assert_near(c.cells[0].sigma[CALIBRATION_CPU], cases[i].sigma, 1e-5);
        calibration_close(&c);
        planned_store_close(&b);
    }
}

/* The median of three tells less than their mean: sqrt(0.03^2 + (2 x 0.04^2 + 0) / 4 x pi / 6). */
static void median_is_no_mean(void **state)
{
    (void)state;
    static const struct row row = { 0.2, 1000, 1e-9, 0, 0 };
    struct planned_store b;
    struct calibration c;
    struct error err;
    planned_store_open(&b, text);
    for (uint32_t r = 1; r <= 3; r++)
        put(&b, 0, r, &row);
    assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
    assert_near(c.cells[0].sigma[CALIBRATION_CPU], 0.03632, 1e-5);
    calibration_close(&c);
    planned_store_close(&b);
}

/* The medians over the runs, of the fastest samples and of reads only where all tell. */
static void scale_is_that_of_all_runs(void **state)
{
    (void)state;
    static const double best_s[] = { 0.95e-9, 0.87e-9, 0.906e-9 };
    for (int told = 2; told <= 3; told++) {
        struct planned_store b;
        struct calibration c;
        struct error err;
        planned_store_open(&b, text);
        for (int r = 0; r < 3; r++) {
            const struct row row = { 0.2, 1000, 1.2e-9, r < told ? best_s[r] : 0,
                                     r < told ? 500 * best_s[r] : 0 };
            put(&b, 0, (uint32_t)r + 1, &row);
        }
        assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
        assert_true(c.pace_s == 1.2e-9);
        assert_true(c.best_pace_s == (told == 3 ? 0.906e-9 : 0));
        assert_true(c.read_s == (told == 3 ? 500 * 0.906e-9 : 0));
        assert_true(c.cells[0].reading[0] == (told == 3 ? best_s[0] * 500 / c.read_s : 1));
        calibration_close(&c);
        planned_store_close(&b);
    }
}

/* Of those that are numbers, in whatever order. */
static void medians_are_of_numbers(void **state)
{
    (void)state;
    static const struct {
        double values[5];
        int count;
        double median;
    } cases[] = { { { 3, 1, 2 }, 3, 2 },           { { NAN, 3, NAN, 1, 2 }, 5, 2 },
                  { { 4, NAN, 1, 3, 2 }, 5, 2.5 }, { { 7, NAN }, 2, 7 },
                  { { NAN, NAN }, 2, NAN },        { { 0 }, 0, NAN } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double median = calibration_median(cases[i].values, cases[i].count);
        assert_true(isnan(cases[i].median) ? isnan(median) : median == cases[i].median);
    }
}

static const struct calibrated *measured(const struct calibration *c, const char *option)
{
    return calibrated_find(c->known, c->known_count, option);
}

/* Of 0.09 exp(-t / 250 ms), over the runs: 0.3 deep, in which single ones may be below 0. Fewer
 * runs, or covariances that do not fall, tell nothing. */
static void spells_are_those_of_all_runs(void **state)
{
    (void)state;
    const struct {
        int runs;
        double near, far;
        bool told;
    } cases[] = { { 16, 0.09 * exp(-0.4), 0.09 * exp(-1.2), true },
                  { 11, 0.09 * exp(-0.4), 0.09 * exp(-1.2), false },
                  { 16, 0.01, 0.02, false },
                  { 16, 0.01, -0.01, false },
                  { 16, 0, 0, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct planned_store b;
        struct calibration c;
        struct error err;
        planned_store_open(&b, text);
        for (int r = 0; r < cases[i].runs; r++) {
            double stray = r % 2 ? 0.2 : -0.2;
            struct run_record record;
            run_record_init(&record);
            run_record_metric(&record, "cpu.used", "s", 0.2);
            run_record_metric(&record, "delivered", "", 1000);
            run_record_metric(&record, "host.pace.near", "1",
                              cases[i].runs % 2 ? cases[i].near : cases[i].near + stray);
            run_record_metric(&record, "host.pace.far", "1",
                              cases[i].runs % 2 ? cases[i].far : cases[i].far - stray);
            planned_store_put(&b, 0, r + 1, RUN_DONE, &record);
        }
        assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
        const struct calibrated *depth = measured(&c, "cost.spell.depth");
        const struct calibrated *time = measured(&c, "cost.spell.time");
        assert_int_equal(depth != NULL && time != NULL, cases[i].told);
        if (cases[i].told) {
            assert_true(fabs(depth->estimate / 0.3 - 1) < 1e-6);
            assert_true(fabs(time->estimate / 250e6 - 1) < 1e-6);
        }
        calibration_close(&c);
        planned_store_close(&b);
    }
}

/* Rows of before paces and collections were counted: not measured, which is neither a pace of 0
 * nor a server that never collects. Memory, where it was read, tells how slow the host was. */
static void older_rows_leave_out_what_they_lack(void **state)
{
    (void)state;
    static const struct {
        double memory_s[2], slowness[2];
    } cases[] = { { { 0, 0 }, { 1, 1 } }, { { 20e-9, 40e-9 }, { 0.5, 1 } } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct planned_store b;
        struct calibration c;
        struct error err;
        planned_store_open(&b, text);
        for (int r = 0; r < 2; r++) {
            struct run_record record;
            run_record_init(&record);
            run_record_metric(&record, "cpu.used", "s", 0.2);
            run_record_metric(&record, "delivered", "", 1000);
            if (cases[i].memory_s[r] > 0) {
                run_record_metric(&record, "host.memory.before", "s", cases[i].memory_s[r]);
                run_record_metric(&record, "host.memory.after", "s", cases[i].memory_s[r]);
            }
            planned_store_put(&b, 0, r + 1, RUN_DONE, &record);
        }
        assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
        assert_true(c.pace_s == 0 && c.best_pace_s == 0);
        assert_true(c.host_power == CALIBRATION_HOST_POWER);
        for (int r = 0; r < 2; r++)
            assert_true(c.cells[0].slowness[r] == cases[i].slowness[r]);
        assert_int_equal(c.known_count, 0);
        assert_true(isnan(c.cells[0].real[CALIBRATION_P50]));
        assert_true(isnan(c.cells[0].edge[EDGE_SETUP_CPU][0]));
        assert_true(isnan(c.cells[0].edge[EDGE_MEMORY_BEFORE][1]));
        calibration_close(&c);
        planned_store_close(&b);
    }
}

/* Threads beside the loop are a figure where they take 2 % of the CPU time or more; a server that
 * has none, or only its timers', has no such figure, nor have rows of before it was counted, nor
 * has a server of which nobody has said that it is Node. */
static void few_threads_beside_are_no_figure(void **state)
{
    (void)state;
    static const char node[] =
        "question: q\n"
        "server: { loop: node }\n"
        "workload: { phases: [{ name: load, duration: 4s, rate: 0/s }] }\n"
        "sweep: { clients.count: [100, 480] }\n";
    static const struct {
        double beside_s[2], real;
    } cases[] = {
        { { 0.1, 0.06 }, 0.08 }, { { 0.003, 0.0041 }, NAN },     { { 0, 0 }, NAN },
        { { -1e-6, 0 }, NAN },   { { 0.003, 0.0057 }, 0.00435 }, { { NAN, NAN }, NAN }
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        bool told = i % 2 == 0; /* that it is Node */
        const double *beside_s = cases[i / 2].beside_s;
        double expected = told ? cases[i / 2].real : NAN;
        struct planned_store b;
        struct calibration c;
        struct error err;
        planned_store_open(&b, told ? node : text);
        for (int r = 0; r < 2; r++) {
            struct run_record record;
            run_record_init(&record);
            run_record_metric(&record, "cpu.used", "s", 0.2);
            if (!isnan(beside_s[r]))
                run_record_metric(&record, "cpu.used.beside", "s", beside_s[r]);
            planned_store_put(&b, 0, r + 1, RUN_DONE, &record);
        }
        assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
        double real = c.cells[0].real[CALIBRATION_BESIDE];
        assert_true(isnan(expected) ? isnan(real) : fabs(real - expected) < 1e-9);
        calibration_close(&c);
        planned_store_close(&b);
    }
}

/* 480 clients, 8 heartbeats each in 4 s, and nothing else. Spread over a period they come in 64
 * lots 7.8 ms apart, each after a warm-up of 1 - exp(-7.8 / 20) = 0.32; within 0.1 s they come 1.6
 * ms apart, after 0.075, and one in 64 after 0.4 s, after 1: some 0.09 of the saturation in the
 * mean. */
static void heartbeats_come_as_clients_connected(void **state)
{
    (void)state;
    const struct row row = { 0.2, 0, 1e-9, 0, 0 };
    struct planned_store b;
    struct calibration c;
    struct error err;
    double near[CALIBRATION_METRICS], far[CALIBRATION_METRICS];
    planned_store_open(&b, text);
    put(&b, 1, 1, &row);
    assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
    struct settings s = c.cells[0].point->settings;
    memset(&s.parameters.cost, 0, sizeof s.parameters.cost);
    s.parameters.cost.warm_saturation_ns = 1e6;
    s.parameters.cost.warm_time_ns = 20e6;
    calibration_simulate(&c, &s, &c.cells[0], 0, 1, 0, near);
    s.parameters.heartbeat.spread_ns = s.parameters.heartbeat.period_ns; /* said: stays */
    calibration_simulate(&c, &s, &c.cells[0], 0, 1, 0, far);
    /* 8 periods of 64 lots of 1 ms at most */
    print_message("warm-up: %g s within 0.1 s, %g over a period\n", near[CALIBRATION_CPU],
                  far[CALIBRATION_CPU]);
    assert_near(far[CALIBRATION_CPU], 8 * 64 * 1e-3 * 0.323, 0.02);
    assert_near(near[CALIBRATION_CPU], 8 * 64 * 1e-3 * 0.090, 0.01);
    calibration_close(&c);
    planned_store_close(&b);
}

/* A spell that is longer than the run makes all its publishes dearer or cheaper, by as much as costs
 * go with the pace by the fit: not at all by a power of 0. Without paces the settings say the power. */
static void spells_go_with_the_power_of_the_fit(void **state)
{
    (void)state;
    static const char publishes[] =
        "question: q\n"
        "workload: { phases: [{ name: load, duration: 1s, rate: 20/s }] }\n"
        "clients: { count: 5 }\n";
    static const struct {
        double pace_s, power, own_power;
        bool plain;
    } cases[] = {
        { 1e-9, 0, 1, true }, { 1e-9, 1, 0, false }, { 0, 0, 1, false }, { 0, 1, 0, true }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct row row = { 0.2, 1000, 1e-9, 0, 0 };
        struct planned_store b;
        struct calibration c;
        struct error err;
        double plain[CALIBRATION_METRICS], one[CALIBRATION_METRICS];
        planned_store_open(&b, publishes);
        put(&b, 0, 1, &row);
        assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), 0);
        c.pace_s = cases[i].pace_s;
        c.host_power = cases[i].power;
        struct settings s = c.cells[0].point->settings;
        calibration_simulate(&c, &s, &c.cells[0], 0, 1, 0, plain);
        s.parameters.cost.spell_cv = 0.5;
        s.parameters.cost.spell_ns = 1000000000000;
        s.parameters.cost.pace_power = cases[i].own_power;
        calibration_simulate(&c, &s, &c.cells[0], 0, 1, 0, one);
        double off = log(one[CALIBRATION_CPU] / plain[CALIBRATION_CPU]);
        print_message("case %zu: %+.3f\n", i, off);
        assert_true(cases[i].plain ? off == 0 : fabs(off) > 0.02);
        calibration_close(&c);
        planned_store_close(&b);
    }
}

/* What comes out below 0 by chance is no cost that is known to be 0; one that was counted as 0 is. */
static void a_clamped_estimate_is_not_told(void **state)
{
    (void)state;
    static const struct {
        double estimate, error, known;
        bool told;
    } cases[] = { { 4, 1, 4, true },  { 4, 3, 4, false },  { 0, 0, 0, true },
                  { 0, 1, 0, false }, { -4, 1, 0, false }, { 4, 0, 4, true } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct calibration *c = mem_alloc(sizeof *c);
        c->known_count = 0;
        calibration_known_put(c, "cost.spell.depth", cases[i].estimate, cases[i].error);
        const struct calibrated *known = measured(c, "cost.spell.depth");
        assert_true(known->estimate == cases[i].known);
        assert_int_equal(known->identified, cases[i].told);
        free(c);
    }
}

/* Nothing due is no reason; nothing delivered of it is. */
static void rows_without_deliveries_are_refused(void **state)
{
    (void)state;
    static const struct {
        double due, delivered;
        int code;
    } cases[] = { { 0, 0, 0 }, { 1000, 1, 0 }, { 1000, 0, ERR_INVALID } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct planned_store b;
        struct calibration c;
        struct error err;
        struct run_record record;
        planned_store_open(&b, text);
        run_record_init(&record);
        run_record_metric(&record, "cpu.used", "s", 0.2);
        run_record_metric(&record, "due", "1", cases[i].due);
        run_record_metric(&record, "delivered", "1", cases[i].delivered);
        planned_store_put(&b, 0, 1, RUN_DONE, &record);
        int code = calibration_collect(&c, &b.plan, b.store, "x", &err);
        assert_int_equal(code, cases[i].code);
        if (code == 0)
            calibration_close(&c);
        else
            assert_non_null(strstr(err.text, "run 1 delivered nothing of what was due"));
        planned_store_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_no_spread),
        cmocka_unit_test(median_is_no_mean),
        cmocka_unit_test(scale_is_that_of_all_runs),
        cmocka_unit_test(medians_are_of_numbers),
        cmocka_unit_test(spells_are_those_of_all_runs),
        cmocka_unit_test(spells_go_with_the_power_of_the_fit),
        cmocka_unit_test(older_rows_leave_out_what_they_lack),
        cmocka_unit_test(few_threads_beside_are_no_figure),
        cmocka_unit_test(heartbeats_come_as_clients_connected),
        cmocka_unit_test(a_clamped_estimate_is_not_told),
        cmocka_unit_test(rows_without_deliveries_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
