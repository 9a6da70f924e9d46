/* Handshake, disconnect and memory come out of the edges of runs whose truth is known; where the
 * runs cannot tell, that is said and the option keeps its value. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration.h"
#include "sim/random_stream.h"
#include "tests/support/near.h"

#define CELLS 6

struct bench {
    struct plan_point points[CELLS];
    struct calibration_cell cells[CELLS];
    struct calibration c;
};

static const int clients[CELLS] = { 15, 110, 480, 480, 1900, 110 };

static void set_up(struct bench *b, int backlog)
{
    struct random_stream rs;
    random_stream_init(&rs, 11, 1, 0, 0);
    memset(b, 0, sizeof *b);
    for (int i = 0; i < CELLS; i++) {
        struct calibration_cell *cell = &b->cells[i];
        settings_init(&b->points[i].settings);
        b->points[i].settings.parameters.clients = clients[i];
        cell->point = &b->points[i];
        cell->repeats = 2;
        for (int r = 0; r < cell->repeats; r++) {
            double mood = random_stream_lognormal(&rs, 1, 0.05);
            cell->edge[EDGE_SETUP_CPU][r] = mood * (3e-3 + clients[i] * 400e-6);
            cell->edge[EDGE_TEARDOWN_CPU][r] = mood * (1e-3 + clients[i] * 90e-6);
            cell->edge[EDGE_MEMORY_BEFORE][r] = 30e6 + 1e5 * r;
            cell->edge[EDGE_MEMORY][r] = 30e6 + 1e5 * r + clients[i] * 40e3;
            cell->edge[EDGE_BACKLOG][r] = backlog * (i + 1);
            cell->edge[EDGE_BACKLOG_MEMORY][r] =
                cell->edge[EDGE_MEMORY][r] + 80.0 * backlog * (i + 1);
        }
    }
    b->c = (struct calibration){ .cells = b->cells, .cell_count = CELLS, .runs = 2 * CELLS };
}

static void finds_slopes(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        double truth;
    } cases[] = {
        { "cost.sse.handshake", 400e3 }, { "cost.sse.disconnect", 90e3 },
        { "memory.base", 30.05e6 },      { "memory.connection", 40e3 },
        { "memory.message", 80 },
    };
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    calibration_edges(&b.c, &fit);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct calibrated *o = calibrated_find(fit.options, fit.count, cases[i].option);
        assert_non_null(o);
        print_message("%s: %g +- %.1f %%, true %g\n", o->option, o->estimate,
                      100 * o->relative_error, cases[i].truth);
        assert_true(o->identified);
        assert_true(fabs(o->estimate / cases[i].truth - 1) < fmax(4 * o->relative_error, 0.01));
    }
    assert_null(calibrated_find(fit.options, fit.count,
                                "cost.websocket.handshake")); /* nobody measured it */
}

static void says_what_it_cannot_tell(void **state)
{
    (void)state;
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    for (int i = 0; i < CELLS; i++) /* as the allocator pleases */
        for (int r = 0; r < 2; r++)
            b.cells[i].edge[EDGE_BACKLOG_MEMORY][r] =
                b.cells[i].edge[EDGE_MEMORY][r] + (i + r) % 2 * 8e6;
    calibration_edges(&b.c, &fit);
    const struct calibrated *o = calibrated_find(fit.options, fit.count, "memory.message");
    assert_non_null(o);
    assert_false(o->identified);
    assert_true(o->estimate == (double)b.points[0].settings.parameters.memory.message_bytes);
    struct calibration_fit none = { 0 };
    set_up(&b, 0);
    calibration_edges(&b.c, &none);
    assert_null(calibrated_find(none.options, none.count,
                                "memory.message")); /* there was no backlog at all */
}

#define SETS 400

/* Runs that differ by 12 % each: the costs are right in the mean of many calibrations, to three
 * standard errors of that mean, and each lies as far off as is told. */
static void slopes_are_right_in_the_mean(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        double truth;
    } cases[] = { { "cost.sse.handshake", 400e3 },
                  { "cost.sse.disconnect", 90e3 },
                  { "memory.connection", 40e3 } };
    static struct bench b;
    struct random_stream rs;
    double sum[3] = { 0 }, squares[3] = { 0 }, told[3] = { 0 };
    random_stream_init(&rs, 11, 2, 0, 0);
    for (int set = 0; set < SETS; set++) {
        struct calibration_fit fit = { 0 };
        set_up(&b, 20000);
        for (int i = 0; i < CELLS; i++)
            for (int r = 0; r < 2; r++) {
                double mood = random_stream_lognormal(&rs, 1, 0.12);
                b.cells[i].edge[EDGE_SETUP_CPU][r] = mood * (3e-3 + clients[i] * 400e-6);
                b.cells[i].edge[EDGE_TEARDOWN_CPU][r] = mood * (1e-3 + clients[i] * 90e-6);
                b.cells[i].edge[EDGE_MEMORY][r] =
                    b.cells[i].edge[EDGE_MEMORY_BEFORE][r] +
                    random_stream_lognormal(&rs, 1, 0.12) * (1e6 + clients[i] * 40e3);
            }
        calibration_edges(&b.c, &fit);
        for (int k = 0; k < 3; k++) {
            const struct calibrated *o =
                calibrated_find(fit.options, fit.count, cases[k].option);
            double off = o->estimate / cases[k].truth - 1;
            sum[k] += off / SETS;
            squares[k] += off * off / SETS;
            told[k] += pow(off / o->relative_error, 2) / SETS;
        }
    }
    for (int k = 0; k < 3; k++) {
        print_message("%s: off %+.4f in the mean, %.4f each, in told errors %.2f\n",
                      cases[k].option, sum[k], sqrt(squares[k]), sqrt(told[k]));
        assert_true(fabs(sum[k]) < 3 * sqrt(squares[k] / SETS));
        assert_true(told[k] > 0.5 && told[k] < 2);
    }
}

/* What a connection takes is what it adds to what was there before, whatever that was. */
static void memory_before_is_none_of_the_connections(void **state)
{
    (void)state;
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    for (int i = 0; i < CELLS; i++)
        for (int r = 0; r < 2; r++) {
            b.cells[i].edge[EDGE_MEMORY_BEFORE][r] += 10e3 * clients[i];
            b.cells[i].edge[EDGE_MEMORY][r] += 10e3 * clients[i];
            b.cells[i].edge[EDGE_BACKLOG_MEMORY][r] += 10e3 * clients[i];
        }
    calibration_edges(&b.c, &fit);
    assert_near(calibrated_find(fit.options, fit.count, "memory.connection")->estimate, 40e3,
                1);
    assert_near(calibrated_find(fit.options, fit.count, "memory.message")->estimate, 80, 1e-3);
}

/* Each as dear as its host was slow: the costs are those of a host of middling speed, whichever cells
 * met which. Memory knows no pace. */
static void edges_are_of_a_middling_host(void **state)
{
    (void)state;
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    b.c.host_power = 0.7;
    b.c.read_power = 0.35;
    for (int i = 0; i < CELLS; i++)
        for (int r = 0; r < 2; r++) {
            struct calibration_cell *cell = &b.cells[i];
            cell->slowness[r] =
                0.8 + 0.1 * i; /* the more clients, the slower, but for the last */
            cell->reading[r] = 1 + 0.3 * r;
            double slowed = pow(cell->slowness[r], 0.7) * pow(cell->reading[r], 0.35);
            cell->edge[EDGE_SETUP_CPU][r] = slowed * (3e-3 + clients[i] * 400e-6);
            cell->edge[EDGE_TEARDOWN_CPU][r] = slowed * (1e-3 + clients[i] * 90e-6);
        }
    calibration_edges(&b.c, &fit);
    assert_near(calibrated_find(fit.options, fit.count, "cost.sse.handshake")->estimate, 400e3,
                1);
    assert_near(calibrated_find(fit.options, fit.count, "cost.sse.disconnect")->estimate, 90e3,
                1);
    assert_near(calibrated_find(fit.options, fit.count, "memory.connection")->estimate, 40e3,
                1);
}

/* Nor do runs that lack a figure take it from the others. */
static void what_some_runs_lack_others_tell(void **state)
{
    (void)state;
    static const enum calibration_edge edges[] = { EDGE_SETUP_CPU, EDGE_TEARDOWN_CPU,
                                                   EDGE_MEMORY, EDGE_BACKLOG_MEMORY };
    static const char *const options[] = { "cost.sse.handshake", "cost.sse.disconnect",
                                           "memory.connection", "memory.message" };
    static const double truths[] = { 400e3, 90e3, 40e3, 80 };
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    for (int k = 0; k < 4; k++)
        b.cells[k].edge[edges[k]][k % 2] = NAN;
    calibration_edges(&b.c, &fit);
    for (int k = 0; k < 4; k++) {
        const struct calibrated *o = calibrated_find(fit.options, fit.count, options[k]);
        assert_true(o->identified);
        assert_near(o->estimate / truths[k], 1, 0.05);
    }
}

/* Backlogs of a thousand messages drown in what the allocator takes at a time, here 8 MB: what larger
 * ones say stays. */
static void small_backlogs_tell_nothing(void **state)
{
    (void)state;
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    for (int i = 0; i < 2; i++)
        for (int r = 0; r < 2; r++) {
            b.cells[i].edge[EDGE_BACKLOG][r] = 1000;
            b.cells[i].edge[EDGE_BACKLOG_MEMORY][r] = b.cells[i].edge[EDGE_MEMORY][r] + 8e6;
        }
    calibration_edges(&b.c, &fit);
    assert_near(calibrated_find(fit.options, fit.count, "memory.message")->estimate, 80, 1e-3);
}

/* Two runs, at 30 and 32 MB: 31 +- 1, the error of their mean; one alone has none, and runs that do
 * not tell are no runs of 0. */
static void base_is_the_mean_of_runs_that_tell(void **state)
{
    (void)state;
    static const struct {
        double before[3]; /* of the first runs; 0: not told */
        double base, error;
    } cases[] = { { { 30e6, 32e6, 0 }, 31e6, 1e6 },
                  { { 30e6, 0, NAN }, NAN, NAN },
                  { { 30e6, 32e6, 34e6 }, 32e6, 2e6 / 1.7320508 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        static struct bench b;
        struct calibration_fit fit = { 0 };
        set_up(&b, 20000);
        for (int i = 0; i < 2 * CELLS; i++)
            b.cells[i / 2].edge[EDGE_MEMORY_BEFORE][i % 2] = i < 3 ? cases[k].before[i] : NAN;
        calibration_edges(&b.c, &fit);
        const struct calibrated *o = calibrated_find(fit.options, fit.count, "memory.base");
        assert_int_equal(o != NULL, !isnan(cases[k].base));
        if (o) {
            assert_near(o->estimate, cases[k].base, 1);
            assert_near(o->relative_error * o->estimate, cases[k].error, 1);
        }
    }
}

/* A cell whose clients were pinged all the while has dear edges: what the others say stays. */
static void heartbeats_are_left_out(void **state)
{
    (void)state;
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    b.points[2].settings.parameters.heartbeat.period_ns = 500000000;
    for (int r = 0; r < 2; r++)
        b.cells[2].edge[EDGE_SETUP_CPU][r] *= 10;
    calibration_edges(&b.c, &fit);
    const struct calibrated *o = calibrated_find(fit.options, fit.count, "cost.sse.handshake");
    assert_non_null(o);
    assert_true(fabs(o->estimate / 400e3 - 1) < fmax(4 * o->relative_error, 0.01));
    assert_true(o->relative_error < 0.05);
}

/* A server that holds 136.5 objects a client, and wakes each with one of which it keeps 250; full
 * collections at 200 clients and, in larger runs, at the last. */
static void count_collections(struct bench *b)
{
    struct random_stream rs;
    random_stream_init(&rs, 12, 1, 0, 0);
    for (int i = 0; i < CELLS; i++)
        for (int r = 0; r < 2; r++) {
            double *edge[CALIBRATION_EDGES], n = clients[i], fulls = n > 400 ? 2 : n > 200;
            for (int m = 0; m < CALIBRATION_EDGES; m++)
                edge[m] = &b->cells[i].edge[m][r];
            double subscribers = n > 400 ? 200 + n : n > 200 ? 200 : 0;
            double objects = fulls * 40000 + subscribers * 136.5;
            *edge[EDGE_GC_THRESHOLD] = 700;
            *edge[EDGE_GC_LIVE] = 40000;
            *edge[EDGE_GC_ALLOCATED] = 65000;
            *edge[EDGE_GC_CONNECTED] = 2000 + random_stream_lognormal(&rs, 1, 0.01) * n * 136.5;
            *edge[EDGE_GC_CONNECT_PAUSE] = 0.1;
            *edge[EDGE_SETUP_CPU] += 0.1;
            *edge[EDGE_GC_PUBLISHES] = 20;
            *edge[EDGE_GC_PUBLISH] = 20 * fmax(n - 250, 5);
            *edge[EDGE_GC_FULL] = fulls;
            *edge[EDGE_GC_FULL_PAUSE] =
                random_stream_lognormal(&rs, 1, 0.05) * objects * 400e-9;
            *edge[EDGE_GC_FULL_SUBSCRIBERS] = subscribers;
        }
}

static void finds_the_collector(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        double truth;
    } cases[] = {
        { "cost.gc.threshold", 700 },       { "cost.gc.live", 40000 },
        { "cost.gc.allocated", 65000 },     { "cost.gc.wake", 1 },
        { "cost.gc.reused", 250 },          { "cost.gc.object", 400 },
        { "cost.sse.held-objects", 136.5 }, { "cost.sse.handshake", 400e3 },
        { "cost.sse.first-objects", 2000 },
    };
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    count_collections(&b);
    calibration_gc(&b.c);
    calibration_edges(&b.c, &fit);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct calibrated *o = calibrated_find(fit.options, fit.count, cases[i].option);
        assert_non_null(o);
        print_message("%s: %g +- %.1f %%, true %g\n", o->option, o->estimate,
                      100 * o->relative_error, cases[i].truth);
        assert_true(o->identified);
        assert_true(fabs(o->estimate / cases[i].truth - 1) < fmax(4 * o->relative_error, 0.01));
    }
    assert_null(calibrated_find(fit.options, fit.count, "cost.websocket.held-objects"));
    assert_null(calibrated_find(fit.options, fit.count, "cost.websocket.first-objects"));
    struct settings s;
    calibration_settings(&b.c, &fit, &b.cells[0], &s);
    assert_true(s.parameters.cost.gc_threshold ==
                700); /* and every simulation of the fit has it */
}

/* Rows of servers that do not count, or from before any did. */
static void silent_servers_have_no_collector(void **state)
{
    (void)state;
    static struct bench b;
    struct calibration_fit fit = { 0 };
    set_up(&b, 20000);
    for (int i = 0; i < CELLS; i++)
        for (int m = EDGE_GC_THRESHOLD; m < CALIBRATION_EDGES; m++)
            for (int r = 0; r < 2; r++)
                b.cells[i].edge[m][r] = NAN;
    calibration_gc(&b.c);
    calibration_edges(&b.c, &fit);
    assert_int_equal(b.c.known_count, 0);
    assert_null(calibrated_find(fit.options, fit.count, "cost.gc.threshold"));
    assert_true(
        fabs(calibrated_find(fit.options, fit.count, "cost.sse.handshake")->estimate / 400e3 -
             1) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(finds_slopes),
                                        cmocka_unit_test(slopes_are_right_in_the_mean),
                                        cmocka_unit_test(
                                            memory_before_is_none_of_the_connections),
                                        cmocka_unit_test(edges_are_of_a_middling_host),
                                        cmocka_unit_test(what_some_runs_lack_others_tell),
                                        cmocka_unit_test(small_backlogs_tell_nothing),
                                        cmocka_unit_test(base_is_the_mean_of_runs_that_tell),
                                        cmocka_unit_test(heartbeats_are_left_out),
                                        cmocka_unit_test(says_what_it_cannot_tell),
                                        cmocka_unit_test(finds_the_collector),
                                        cmocka_unit_test(silent_servers_have_no_collector) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
