/* What chance makes of a figure weighs it: by hand, and against many simulations. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/calibration_internal.h"
#include "analysis/calibration_scatter.h"
#include "analysis/calibration_stage.h"
#include "tests/support/near.h"
#include "tests/support/planned_store.h"

/* The second cell's demand is near its limit. */
static const char text[] =
    "question: q\n"
    "workload:\n"
    "  arrivals: poisson\n"
    "  phases: [{ name: load, duration: 4s, rate: 11/s }]\n"
    "sweep: { zip: { clients.count: [100, 500], cpu.limit: [1000m, 120m] } }\n";
enum { AMPLE, TIGHT, CELLS };

static void put(struct planned_store *b, size_t point, uint32_t replication)
{
    struct run_record record;
    run_record_init(&record);
    run_record_metric(&record, "cpu.used", "s", 0.2);
    run_record_metric(&record, "cpu.throttled_share", "", 0);
    run_record_metric(&record, "delivered", "", 1000);
    planned_store_put(b, point, replication, RUN_DONE, &record);
}

static void open_cells(struct planned_store *b, struct calibration *c, uint32_t repeats)
{
    struct error err;
    planned_store_open(b, text);
    for (size_t point = 0; point < CELLS; point++)
        for (uint32_t replication = 1; replication <= repeats; replication++)
            put(b, point, replication);
    assert_int_equal(calibration_collect(c, &b->plan, b->store, "x", &err), 0);
    assert_int_equal(c->cell_count, CELLS);
    c->draws = 2;
}

static void close_cells(struct planned_store *b, struct calibration *c)
{
    calibration_close(c);
    planned_store_close(b);
}

/* Two real runs that say the same, four simulated: 0.03^2 + 2/3 max(0.04, scatter)^2 / 2 +
 * pi/2 scatter^2 / 4. */
static void a_figure_weighs_by_its_scatter(void **state)
{
    (void)state;
    static const struct {
        double scatter, sigma;
    } cases[] = { { 0, 0.03786 }, { 0.02, 0.03988 }, { 0.1, 0.09033 }, { 1, 0.85260 } };
    struct planned_store b;
    struct calibration c;
    open_cells(&b, &c, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        c.cells[AMPLE].scatter[CALIBRATION_CPU] = cases[i].scatter;
        calibration_weigh(&c);
        assert_near(c.cells[AMPLE].sigma[CALIBRATION_CPU], cases[i].sigma, 1e-5);
    }
    close_cells(&b, &c);
}

#define MANY 60

/* Standard deviation of a figure's logarithm, by far more simulations of the cell's first run. */
static double of_many(const struct calibration *c, const struct calibration_cell *cell,
                      const struct calibration_fit *fit, enum calibration_metric m)
{
    struct settings s;
    double sum = 0, squares = 0;
    calibration_settings(c, fit, cell, &s);
    for (int d = 0; d < MANY; d++) {
        double one[CALIBRATION_METRICS];
        calibration_simulate(c, &s, cell, 0, calibration_slowed(c, cell, 0), 1000 + d, one);
        sum += log(one[m]);
        squares += log(one[m]) * log(one[m]);
    }
    return sqrt((squares - sum * sum / MANY) / (MANY - 1));
}

/* A standard deviation of ten freedoms lies within a factor of two in 99.8 % (chi-squared); of a
 * p99 that an interference makes now and then, within a wider one. */
static void scatter_is_what_runs_differ_by(void **state)
{
    (void)state;
    static const enum calibration_metric figures[] = { CALIBRATION_CPU, CALIBRATION_P50,
                                                       CALIBRATION_P99 };
    const struct calibration_fit nothing = { .count = 0 };
    struct planned_store b;
    struct calibration c;
    open_cells(&b, &c, 2);
    calibration_scatter(&c, &nothing);
    for (size_t i = 0; i < CELLS; i++)
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
            double said = c.cells[i].scatter[figures[k]],
                   known = of_many(&c, &c.cells[i], &nothing, figures[k]);
            print_message("%s, %s: %.3f, of many %.3f\n", c.cells[i].point->cell,
                          calibration_metric_name(figures[k]), said, known);
            double factor = figures[k] == CALIBRATION_P99 ? 3 : 2;
            assert_true(said > known / factor && said < factor * known);
        }
    assert_true(c.cells[TIGHT].scatter[CALIBRATION_P99] >
                2 * c.cells[AMPLE].scatter[CALIBRATION_P99]);
    assert_true(c.cells[TIGHT].sigma[CALIBRATION_P99] >
                c.cells[TIGHT].scatter[CALIBRATION_P99] / 2);
    close_cells(&b, &c);
}

/* Three runs of each cell: of fewer no noise is told. */
static void fit_with(int jobs, struct fit_parameter parameters[2],
                     struct calibration_cell *cells, struct calibration_fit *noise)
{
    static const double expected[] = { 150e3, 200e3 };
    struct planned_store b;
    struct calibration c;
    const struct calibration_fit nothing = { .count = 0 };
    struct fit_result result;
    struct error err;
    open_cells(&b, &c, 3);
    c.jobs = jobs;
    calibration_scatter(&c, &nothing);
    parameters[0] = (struct fit_parameter){ .name = "cost.publish", .start = expected[0] };
    parameters[1] = (struct fit_parameter){ .name = "cost.sse.write", .start = expected[1] };
    struct calibration_stage stage = { &c, parameters, 2, expected, NULL, 0, true, false };
    assert_int_equal(calibration_stage_fit(&stage, 0.05, 2, &result, &err), 0);
    *noise = nothing;
    calibration_host_noise(&c, noise);
    for (size_t i = 0; i < CELLS; i++)
        cells[i] = c.cells[i];
    close_cells(&b, &c);
}

/* To the bit. */
static void threads_change_nothing(void **state)
{
    (void)state;
    struct fit_parameter alone[2], together[2];
    struct calibration_cell one[CELLS], three[CELLS];
    struct calibration_fit first, second;
    fit_with(1, alone, one, &first);
    fit_with(3, together, three, &second);
    for (int k = 0; k < 2; k++) {
        assert_true(alone[k].estimate == together[k].estimate);
        assert_true(alone[k].relative_error == together[k].relative_error);
        assert_true(alone[k].estimate != alone[k].start);
    }
    for (size_t i = 0; i < CELLS; i++) {
        assert_memory_equal(one[i].scatter, three[i].scatter, sizeof one[i].scatter);
        assert_memory_equal(one[i].sigma, three[i].sigma, sizeof one[i].sigma);
    }
    assert_int_equal(first.count, 1);
    assert_int_equal(second.count, 1);
    assert_string_equal(first.options[0].option, "cost.host-noise");
    assert_true(first.options[0].estimate == second.options[0].estimate);
    assert_true(first.options[0].relative_error == second.options[0].relative_error);
    assert_true(first.noise_left > 0 && first.noise_left == second.noise_left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_weighs_by_its_scatter),
        cmocka_unit_test(scatter_is_what_runs_differ_by),
        cmocka_unit_test(threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
