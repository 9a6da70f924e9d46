/* What repeats of a cell score in the prediction's place, whatever their order; what no ratio can be
 * formed of. By hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/validation.h"
#include "sim/random_stream.h"
#include "tests/support/near.h"

#define RUNS_MAX 9

static const struct slo_params slo = { .p99_ns = 500000000, .drop_share = 0.001 };

/* One predicted cell whose repeats have these values of every figure, in this order. */
static void open_cell(struct cells *cells, const double *values, size_t count)
{
    cells_init(cells);
    cells->cell = mem_alloc(sizeof *cells->cell);
    cells->count = 1;
    struct cell *cell = cells->cell;
    memset(cell, 0, sizeof *cell);
    cell->text = mem_printf("clients.count=1");
    cell->runs = mem_alloc(count * sizeof *cell->runs);
    cell->run_count = count;
    for (int f = 0; f < FIGURES; f++) {
        sample_add(&cell->samples[ARM_SIM][f], 1);
        for (size_t r = 0; r < count; r++) {
            cell->runs[r].figures[f] = values[r];
            sample_add(&cell->samples[ARM_REAL][f], values[r]);
        }
        sample_sort(&cell->samples[ARM_REAL][f]);
    }
}

/* 1 by {4, 2, 3}, 4 by {1, 2, 3}, 2 by {1, 4, 3}, 3 by {1, 4, 2}: of their medians, 3, 2, 3, 2. */
static void medians_are_of_values_in_order(void **state)
{
    (void)state;
    static const double values[] = { 1, 4, 2, 3 };
    struct cells cells;
    struct validation v;
    open_cell(&cells, values, 4);
    validation_judge(&v, &cells, &slo);
    assert_near(v.run[SCORE_CPU].value, (2.0 / 3 + 1.0 / 2) / 2, 1e-12);
    assert_near(v.run[SCORE_P50].value, (log(2) + log(1.5)) / 2, 1e-12);
    cells_close(&cells);
}

static void shuffle(struct random_stream *rs, double *values, size_t count)
{
    for (size_t i = count - 1; i > 0; i--) {
        size_t k = (size_t)(random_stream_uniform(rs) * (double)(i + 1));
        double kept = values[i];
        values[i] = values[k];
        values[k] = kept;
    }
}

/* Whichever run came first. */
static void order_is_no_matter(void **state)
{
    (void)state;
    struct random_stream rs;
    random_stream_init(&rs, 13, 1, 0, 0);
    for (int i = 0; i < 20; i++) {
        struct cells cells;
        struct validation first, other;
        double values[RUNS_MAX], distance;
        size_t count = 2 + (size_t)(random_stream_uniform(&rs) * (RUNS_MAX - 1));
        for (size_t r = 0; r < count; r++)
            values[r] = random_stream_lognormal(&rs, 0.1, 0.5);
        open_cell(&cells, values, count);
        validation_judge(&first, &cells, &slo);
        distance = validation_run_distance(&cells.cell[0], FIGURE_P95);
        cells_close(&cells);
        shuffle(&rs, values, count);
        open_cell(&cells, values, count);
        validation_judge(&other, &cells, &slo);
        assert_near(validation_run_distance(&cells.cell[0], FIGURE_P95), distance, 1e-12);
        for (int s = 0; s <= SCORE_VERDICT; s++)
            if (!(fabs(first.run[s].value - other.run[s].value) < 1e-12) ||
                first.run[s].missed != other.run[s].missed)
                fail_msg("case %d, %s: %g %g, missed %g %g", i, validation_score_name(s),
                         first.run[s].value, other.run[s].value, first.run[s].missed,
                         other.run[s].missed);
        cells_close(&cells);
    }
}

/* Of three repeats one is left out, so that both halves are of one: a third of them agree, a third say
 * 1 of 9 s, a third 9 of 1. Judged by both others a 1 would be off by 4 of 5. */
static void halves_are_of_as_many(void **state)
{
    (void)state;
    static const double values[] = { 1, 9, 1 };
    struct cells cells;
    struct validation v;
    open_cell(&cells, values, 3);
    validation_judge(&v, &cells, &slo);
    assert_near(v.half[SCORE_CPU].value, 8.0 / 9, 1e-12);
    assert_true(v.half[SCORE_CPU].missed == 1);
    cells_close(&cells);
}

/* Replications from 1 to 2 against repeats of 1 and 4: ln 2 by 3.29 ln 4 / sqrt(2). */
static void a_width_is_of_every_cell(void **state)
{
    (void)state;
    static const double values[] = { 1, 4 };
    struct cells cells;
    struct validation v;
    open_cell(&cells, values, 2);
    for (int f = 0; f < FIGURES; f++)
        sample_add(&cells.cell[0].samples[ARM_SIM][f], 2);
    validation_judge(&v, &cells, &slo);
    assert_near(v.scores[SCORE_WIDTH].value, log(2) * sqrt(2) / (3.2897 * log(4)), 1e-4);
    cells_close(&cells);
}

/* Half and double are as far off; nothing is said of a time of 0, nor of none. */
static void ratios_need_two_times(void **state)
{
    (void)state;
    static const struct {
        double sim, real, error;
    } cases[] = { { 1, 2, 1 }, { 2, 1, 1 }, { 0, 1, NAN }, { 1, 0, NAN }, { 1, NAN, NAN } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cells cells;
        open_cell(&cells, &cases[i].real, 1);
        cells.cell[0].samples[ARM_SIM][FIGURE_P95].values[0] = cases[i].sim;
        double error = validation_error(&cells.cell[0], FIGURE_P95);
        assert_true(isnan(cases[i].error) ? isnan(error)
                                          : fabs(error / log(2) - cases[i].error) < 1e-12);
        cells_close(&cells);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(medians_are_of_values_in_order),
        cmocka_unit_test(order_is_no_matter),
        cmocka_unit_test(halves_are_of_as_many),
        cmocka_unit_test(a_width_is_of_every_cell),
        cmocka_unit_test(ratios_need_two_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
