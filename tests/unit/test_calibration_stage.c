/* One stage of a fit, of a server whose costs are known: they come back within the errors that are
 * told; what its cells have alike is told as far as they tell it; a cell that alone tells a cost is
 * known to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration_scatter.h"
#include "analysis/calibration_stage.h"
#include "tests/support/made_server.h"
#include "tests/support/near.h"

/* Four ample cells, the second of WebSockets, and two throttled ones. */
static const char text[] =
    "question: q\n"
    "seed: %d\n"
    "workload:\n"
    "  arrivals: poisson\n"
    "  publishers: 16\n"
    "  phases: [{ name: load, duration: 1s, rate: 11/s }]\n"
    "sweep:\n"
    "  zip:\n"
    "    protocol:         [sse, websocket, sse, sse, sse, sse]\n"
    "    clients.count:    [2, 66, 66, 20, 66, 100]\n"
    "    cpu.limit:        [1000m, 1000m, 1000m, 1000m, 40m, 60m]\n"
    "    workload.phases.load.rate: [150/s, 15/s, 15/s, 40/s, 15/s, 15/s]\n";
enum { WEBSOCKET = 1, AMPLE = 4, CELLS = 6 };

static const struct made_truth truths[] = {
    { "cost.publish", 320e3 },
    { "cost.sse.wake", 12e3 },
    { "cost.websocket.wake", 30e3 },
};
enum { COSTS = sizeof truths / sizeof *truths };

static void open_cells(struct planned_store *b, struct calibration *c, int seed)
{
    char seeded[sizeof text + 16];
    snprintf(seeded, sizeof seeded, text, seed);
    struct made_server server = { LOOP_UVLOOP, 2, truths, COSTS, (uint64_t)seed };
    planned_store_open(b, seeded);
    made_server_collect(c, b, 2, &server);
    assert_int_equal(c->cell_count, CELLS);
    c->loop = server.loop;
    c->hops = server.hops;
    c->jobs = 1; /* cells are too small to be shared */
}

static void close_cells(struct planned_store *b, struct calibration *c)
{
    calibration_close(c);
    planned_store_close(b);
}

/* Each at so much of its truth. */
static void start(struct fit_parameter parameters[COSTS], double expected[COSTS], double share)
{
    for (size_t i = 0; i < COSTS; i++) {
        expected[i] = share * truths[i].value;
        parameters[i] = (struct fit_parameter){ .name = truths[i].option,
                                                .start = expected[i],
                                                .estimate = expected[i] };
    }
}

static struct calibration_stage stage_of(const struct calibration *c,
                                         struct fit_parameter *parameters,
                                         const double *expected, bool quantiles)
{
    return (struct calibration_stage){ .calibration = c,
                                       .parameters = parameters,
                                       .count = COSTS,
                                       .expected = expected,
                                       .quantiles = quantiles };
}

/* A fit that has found the truth. */
static void take_truths(struct calibration_fit *fit)
{
    *fit = (struct calibration_fit){ .count = COSTS };
    for (size_t i = 0; i < COSTS; i++) {
        snprintf(fit->options[i].option, sizeof fit->options[i].option, "%s", truths[i].option);
        fit->options[i].estimate = truths[i].value;
    }
}

static int fit_stage(struct calibration *c, struct calibration_stage *stage)
{
    struct fit_result result;
    struct error err;
    double covariance[COSTS * COSTS];
    return stage->quantiles ? calibration_stage_fit_last(c, stage, covariance, &result, &err)
                            : calibration_stage_fit(stage, 0.02, 10, &result, &err);
}

#define SETS 6

/* The mean of 18 squares that are 1 in the mean is 1 +- 0.33; less where figures vary less than
 * they are expected to. */
static void costs_come_back_within_their_errors(void **state)
{
    (void)state;
    for (int quantiles = 0; quantiles < 2; quantiles++) {
        double squares = 0, widest = 0;
        for (int set = 0; set < SETS; set++) {
            struct planned_store b;
            struct calibration c;
            struct fit_parameter parameters[COSTS];
            struct calibration_fit truth;
            double expected[COSTS];
            open_cells(&b, &c, 100 + set);
            take_truths(&truth);
            start(parameters, expected, quantiles ? 0.8 : 0.5);
            struct calibration_stage stage = stage_of(&c, parameters, expected, quantiles);
            if (quantiles) /* what chance makes of figures is known by then */
                calibration_scatter(&c, &truth);
            assert_int_equal(fit_stage(&c, &stage), 0);
            for (size_t i = 0; i < COSTS; i++) {
                double off = log(parameters[i].estimate / truths[i].value);
                assert_true(parameters[i].identified);
                squares += pow(off / parameters[i].relative_error, 2) / (SETS * COSTS);
                widest = fmax(widest, parameters[i].relative_error);
            }
            close_cells(&b, &c);
        }
        print_message("%s: mean square %.2f, widest error %.3f\n",
                      quantiles ? "quantiles" : "means", squares, widest);
        assert_true(squares > 0.2 && squares < 2);
        assert_true(widest < 0.2);
    }
}

/* Real figures as the true costs give them, with simulated ones so far `beyond` (of logarithms). */
static void move_from_truth(struct calibration *c, const double beyond[2][CALIBRATION_METRICS],
                            double sigma)
{
    struct calibration_fit fit;
    take_truths(&fit);
    for (size_t i = 0; i < c->cell_count; i++) {
        struct calibration_cell *cell = &c->cells[i];
        double sim[CALIBRATION_METRICS];
        calibration_predict(c, &fit, cell, sim);
        for (int m = CALIBRATION_P50; m <= CALIBRATION_P99; m++) {
            cell->real[m] = sim[m] * exp(-beyond[calibration_throttled(cell)][m]);
            cell->sigma[m] = sigma;
        }
    }
}

/* Simulated over real, of ample cells and of throttled ones, each quantile's for itself. What
 * precise cells agree in is told; of rough ones, or of a stage without quantiles, nothing; of
 * medians, which hold little that is no cost, half of it (0.03 against 0.06 / sqrt(4)). */
static void what_cells_have_alike_is_told(void **state)
{
    (void)state;
    static const double beyond[2][CALIBRATION_METRICS] = {
        { [CALIBRATION_P95] = -0.06, [CALIBRATION_P99] = 0.09 },
        { [CALIBRATION_P50] = 0.04, [CALIBRATION_P95] = 0.08 }
    };
    static const struct {
        double sigma;
        bool quantiles;
        double least, most; /* of what p95 and p99 are beyond */
    } cases[] = { { 0.02, true, 0.85, 1 }, { 1, true, 0, 0.1 }, { 0.02, false, 0, 0 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct planned_store b;
        struct calibration c;
        struct fit_parameter parameters[COSTS];
        double expected[COSTS], alike[2][CALIBRATION_METRICS];
        open_cells(&b, &c, 1);
        move_from_truth(&c, beyond, cases[k].sigma);
        start(parameters, expected, 1);
        struct calibration_stage stage = stage_of(&c, parameters, expected, cases[k].quantiles);
        calibration_stage_alike(&stage, alike);
        for (int t = 0; t < 2; t++)
            for (int m = 0; m < CALIBRATION_METRICS; m++) {
                double told = beyond[t][m] == 0 ? 0 : alike[t][m] / beyond[t][m];
                if (beyond[t][m] == 0)
                    assert_near(alike[t][m], 0, 1e-12);
                else
                    print_message("%d %s: %.3f of it\n", t,
                                  calibration_metric_name((enum calibration_metric)m), told);
                if (beyond[t][m] != 0)
                    assert_true(told >= (m == CALIBRATION_P50 ? 0.7 : 1) * cases[k].least &&
                                told <= cases[k].most);
            }
        close_cells(&b, &c);
    }
}

/* One cell out of four that lies far off the others moves what they have alike by little. */
static void one_far_cell_is_not_alike(void **state)
{
    (void)state;
    static const double beyond[2][CALIBRATION_METRICS] = { { [CALIBRATION_P95] = 0.06 } };
    struct planned_store b;
    struct calibration c;
    struct fit_parameter parameters[COSTS];
    double expected[COSTS], before[2][CALIBRATION_METRICS], after[2][CALIBRATION_METRICS];
    open_cells(&b, &c, 1);
    move_from_truth(&c, beyond, 0.02);
    start(parameters, expected, 1);
    struct calibration_stage stage = stage_of(&c, parameters, expected, true);
    calibration_stage_alike(&stage, before);
    c.cells[0].real[CALIBRATION_P95] *= exp(-1); /* a mean would move by a quarter of it */
    calibration_stage_alike(&stage, after);
    double moved = after[0][CALIBRATION_P95] - before[0][CALIBRATION_P95];
    print_message("moved by %.3f\n", moved);
    assert_true(moved > 0 && moved < 0.035);
    close_cells(&b, &c);
}

/* The truth again: four fifths of each cost of CPU time, times five fourths, and what is none as it
 * is held. So nothing is left that cells could have alike. */
static void what_is_held_goes_with_the_level(void **state)
{
    (void)state;
    static const double beyond[2][CALIBRATION_METRICS] = { { 0 } }, guess[] = { 0.1, 1 };
    struct planned_store b;
    struct calibration c;
    struct fit_parameter held[COSTS + 1],
        varied[2] = { { .name = "cost.noise", .estimate = 0.1 },
                      { .name = "level", .estimate = 1.25 } };
    double expected[COSTS], alike[2][CALIBRATION_METRICS];
    open_cells(&b, &c, 1);
    move_from_truth(&c, beyond, 0.02);
    start(held, expected, 0.8);
    held[COSTS] = (struct fit_parameter){
        .name = "network.delivery",
        .start = (double)c.cells[0].point->settings.parameters.network.delivery_ns
    };
    struct calibration_stage stage = stage_of(&c, varied, guess, true);
    stage.count = 2;
    stage.held = held;
    stage.held_count = COSTS + 1;
    stage.levelled = true;
    calibration_stage_alike(&stage, alike);
    for (int t = 0; t < 2; t++)
        for (int m = CALIBRATION_P50; m <= CALIBRATION_P99; m++)
            assert_near(alike[t][m], 0, 1e-3); /* the histogram's buckets are wider */
    close_cells(&b, &c);
}

/* Costs of four fifths of the truth, in its proportions, while the tails are looked for. */
static void a_search_finds_the_level(void **state)
{
    (void)state;
    static const double guess[] = { 0.1, 1 };
    struct planned_store b;
    struct calibration c;
    struct fit_parameter held[COSTS + 1],
        free_ones[2] = { { .name = "cost.noise" }, { .name = "level" } };
    double expected[COSTS];
    open_cells(&b, &c, 1);
    start(held, expected, 0.8);
    held[COSTS] = (struct fit_parameter){ .name = "network.delivery", .start = 100e3 };
    free_ones[0].start = guess[0];
    free_ones[1].start = guess[1];
    struct calibration_stage stage = stage_of(&c, free_ones, guess, true);
    stage.count = 2;
    stage.held = held;
    stage.held_count = COSTS + 1;
    stage.levelled = true;
    calibration_stage_search(&stage, 0.3, 60);
    print_message("noise %.3f, level %.3f\n", free_ones[0].estimate, free_ones[1].estimate);
    assert_near(log(0.8 * free_ones[1].estimate), 0, 0.05);
    close_cells(&b, &c);
}

static void costs_of_cpu_time_are_the_level(void **state)
{
    (void)state;
    static const char *const some[] = { "cost.publish", "cost.sse.write-kib",
                                        "cost.warm.saturation", "cost.code.compile" },
                             *const none[] = { "cost.warm.time", "cost.noise",
                                               "network.delivery", "cost.warm.connections",
                                               "cost.cached" };
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        assert_true(calibration_is_level(some[i]));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(calibration_is_level(none[i]));
}

/* Of all cells with many clients, the one of WebSockets alone tells what they cost: so the fit takes
 * more of its CPU time from it than from any of the others. Together they tell no more costs than
 * there are. */
static void a_cell_that_alone_tells_a_cost_leads_it(void **state)
{
    (void)state;
    struct planned_store b;
    struct calibration c;
    struct fit_parameter parameters[COSTS];
    struct error err;
    struct fit_result result;
    double expected[COSTS], covariance[COSTS * COSTS], sum = 0;
    open_cells(&b, &c, 1);
    start(parameters, expected, 1);
    struct calibration_stage stage = stage_of(&c, parameters, expected, false);
    assert_int_equal(calibration_stage_fit_last(&c, &stage, covariance, &result, &err), 0);
    for (size_t i = 0; i < CELLS; i++) {
        double leverage = c.cells[i].leverage;
        print_message("%s: %.3f\n", c.cells[i].point->cell, leverage);
        assert_true(leverage >= 0 && leverage <= 1);
        assert_true(i <= WEBSOCKET || leverage < c.cells[WEBSOCKET].leverage);
        sum += leverage;
    }
    assert_true(sum < COSTS);
    for (size_t i = 0; i < COSTS; i++)
        assert_near(sqrt(covariance[i * COSTS + i]), parameters[i].relative_error, 1e-9);
    close_cells(&b, &c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_come_back_within_their_errors),
        cmocka_unit_test(what_cells_have_alike_is_told),
        cmocka_unit_test(one_far_cell_is_not_alike),
        cmocka_unit_test(what_is_held_goes_with_the_level),
        cmocka_unit_test(a_search_finds_the_level),
        cmocka_unit_test(costs_of_cpu_time_are_the_level),
        cmocka_unit_test(a_cell_that_alone_tells_a_cost_leads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
