/* Scores of made cells, worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/validation.h"
#include "sim/random_stream.h"

#define REPEATS      3
#define REPLICATIONS 21

static const struct slo_params slo = { .p99_ns = 500000000, .drop_share = 0.001 };

/* What the samples of the real arm say, as runs: all figures in the order that they have there. */
static void fill_runs(struct cell *cell)
{
    cell->run_count = REPEATS;
    cell->runs = mem_alloc(REPEATS * sizeof *cell->runs);
    for (int r = 0; r < REPEATS; r++) {
        cell->runs[r].starved = false;
        for (int f = 0; f < FIGURES; f++)
            cell->runs[r].figures[f] =
                cell->samples[ARM_REAL][f].count ? cell->samples[ARM_REAL][f].values[r] : NAN;
    }
}

static struct sample sample_of(size_t count)
{
    return (struct sample){ mem_alloc(count * sizeof(double)), count };
}

/* Real repeats at middle / step, middle, middle x step; replications evenly over the same. */
static void fill(struct cell *cell, int figure, double sim, double real, double step)
{
    struct sample *s = &cell->samples[ARM_SIM][figure];
    struct sample *r = &cell->samples[ARM_REAL][figure];
    *s = sample_of(REPLICATIONS);
    *r = sample_of(REPEATS);
    for (int i = 0; i < REPLICATIONS; i++)
        s->values[i] = sim * pow(step, 2.0 * i / (REPLICATIONS - 1) - 1);
    for (int i = 0; i < REPEATS; i++)
        r->values[i] = real * pow(step, i - 1);
}

/* A perfect prediction of repeats that differ by 20 %. */
static void fill_all(struct cells *cells, size_t count)
{
    cells_init(cells);
    cells->cell = mem_alloc(count * sizeof *cells->cell);
    cells->count = count;
    for (size_t i = 0; i < count; i++) {
        struct cell *cell = &cells->cell[i];
        memset(cell, 0, sizeof *cell);
        cell->text = mem_printf("clients.count=%zu", i);
        fill(cell, FIGURE_P50, 0.020, 0.020, 1.2);
        fill(cell, FIGURE_P95, 0.040, 0.040, 1.2);
        fill(cell, FIGURE_P99, 0.050, 0.050, 1.2);
        fill(cell, FIGURE_DROPPED, 0, 0, 1);
        fill(cell, FIGURE_THROTTLED, 0.5, 0.5, 1);
        fill(cell, FIGURE_CPU, 2, 2, 1);
        fill(cell, FIGURE_DELIVERED, 10000, 10000, 1);
        fill_runs(cell);
    }
}

static void scale(struct cell *cell, enum arm arm, int figure, double factor)
{
    struct sample *s = &cell->samples[arm][figure];
    for (size_t i = 0; i < s->count; i++)
        s->values[i] *= factor;
}

static void test_perfect(void **state)
{
    (void)state;
    struct cells cells;
    struct validation v;
    fill_all(&cells, 4);
    validation_judge(&v, &cells, &slo);
    assert_int_equal(v.known, 4);
    assert_int_equal(v.repeats, 12);
    /* three pairs a cell: ln 1.2 twice and ln 1.44 once */
    assert_true(fabs(v.self[0] - log(1.2)) < 1e-9);
    assert_true(v.scores[SCORE_P50].value < 1e-9);
    assert_true(fabs(v.scores[SCORE_P50].high - 1.5 * log(1.2)) < 1e-9);
    assert_true(v.scores[SCORE_VERDICT].value == 1 && v.scores[SCORE_VERDICT].met);
    for (int i = SCORE_WORST; i <= SCORE_CPU; i++)
        assert_true(v.scores[i].met && v.scores[i].missed == 0);
    /* numbers 1.1 and 20.9 of 21 evenly spread: the two outer repeats of three are outside */
    assert_true(fabs(v.scores[SCORE_COVERAGE].value - 1.0 / 3) < 1e-9);
    assert_false(v.scores[SCORE_COVERAGE].met);
    /* 0.99 of ln 1.44 wide, against 3.29 x ln 1.2 */
    assert_true(fabs(v.scores[SCORE_WIDTH].value - 1.98 / 3.2897) < 1e-3);
    cells_close(&cells);
}

/* Each mistake of the prediction is seen by the score that is there for it. */
static void test_each_is_missed(void **state)
{
    (void)state;
    static const struct {
        int figure, cells; /* that are wrong, of 4 */
        double factor;     /* sim / real */
        int score;
        size_t missed;
    } cases[] = {
        { FIGURE_P50, 4, 1.40, SCORE_P50, 0 },
        { FIGURE_P95, 4, 0.70, SCORE_P95, 0 },
        { FIGURE_P99, 4, 1.32, SCORE_P99, 0 },
        { FIGURE_P99, 1, 1.55, SCORE_WORST, 1 },
        { FIGURE_P50, 2, 0.60, SCORE_WORST, 2 },
        { FIGURE_THROTTLED, 3, 0.89, SCORE_THROTTLED, 3 },
        { FIGURE_CPU, 2, 1.06, SCORE_CPU, 2 },
        { FIGURE_P99, 1, 2.10, SCORE_VERDICT, 1 }, /* 105 ms: bends */
        { FIGURE_P99, 2, 10.1, SCORE_VERDICT, 2 }, /* 505 ms: breaks */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cells cells;
        struct validation v;
        fill_all(&cells, 4);
        for (int c = 0; c < cases[i].cells; c++)
            scale(&cells.cell[c], ARM_SIM, cases[i].figure, cases[i].factor);
        validation_judge(&v, &cells, &slo);
        const struct validation_score *s = &v.scores[cases[i].score];
        if (s->met || s->missed != cases[i].missed)
            fail_msg("case %zu: value %g, met %d, missed %zu", i, s->value, s->met, s->missed);
        cells_close(&cells);
    }
}

/* Within 10 % of many, or 20 of few. */
static void test_drops(void **state)
{
    (void)state;
    static const struct {
        double sim, real;
        bool met;
    } cases[] = {
        { 0, 0, true },      { 20, 0, true },      { 21, 0, false },     { 0, 20, true },
        { 219, 200, true },  { 221, 200, false },  { 1099, 1000, true }, { 1101, 1000, false },
        { 901, 1000, true }, { 899, 1000, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cells cells;
        struct validation v;
        fill_all(&cells, 2);
        for (size_t r = 0; r < REPLICATIONS; r++)
            cells.cell[1].samples[ARM_SIM][FIGURE_DROPPED].values[r] = cases[i].sim;
        for (size_t r = 0; r < REPEATS; r++)
            cells.cell[1].samples[ARM_REAL][FIGURE_DROPPED].values[r] = cases[i].real;
        validation_judge(&v, &cells, &slo);
        if (v.scores[SCORE_DROPPED].met != cases[i].met)
            fail_msg("%g simulated, %g real: met %d", cases[i].sim, cases[i].real,
                     v.scores[SCORE_DROPPED].met);
        assert_ptr_equal(v.scores[SCORE_DROPPED].worst, cases[i].sim == 0 && cases[i].real == 0
                                                            ? &cells.cell[0]
                                                            : &cells.cell[1]);
        cells_close(&cells);
    }
}

/* A cell that one arm lacks judges nothing; without any cell nothing is met. */
static void test_unknown(void **state)
{
    (void)state;
    struct cells cells;
    struct validation v;
    fill_all(&cells, 2);
    scale(&cells.cell[0], ARM_SIM, FIGURE_P99, 10);
    for (int f = 0; f < FIGURES; f++)
        cells.cell[0].samples[ARM_REAL][f].count = 0;
    validation_judge(&v, &cells, &slo);
    assert_int_equal(v.known, 1);
    assert_int_equal(load_verdict(&slo, &cells.cell[0], ARM_REAL), LOAD_UNKNOWN);
    assert_true(v.scores[SCORE_P99].value < 1e-9 && v.scores[SCORE_VERDICT].met);
    for (int f = 0; f < FIGURES; f++)
        cells.cell[1].samples[ARM_REAL][f].count = 0;
    validation_judge(&v, &cells, &slo);
    for (int i = 0; i < SCORES; i++)
        assert_true(isnan(v.scores[i].value) && !v.scores[i].met);
    cells_close(&cells);
}

/* Whatever the sample, of two heaps a thousand times apart too: the interval holds the median, and
 * coverage is the share of the repeats within that very interval. */
static void test_interval(void **state)
{
    (void)state;
    struct random_stream rs;
    random_stream_init(&rs, 11, 1, 1, 0);
    for (int i = 0; i < 500; i++) {
        struct cells cells;
        struct validation v;
        size_t within = 0, count = 1 + (size_t)(60 * random_stream_uniform(&rs));
        double far = random_stream_uniform(&rs);
        fill_all(&cells, 1);
        for (int f = FIGURE_P50; f <= FIGURE_P99; f++) {
            struct sample *sim = &cells.cell[0].samples[ARM_SIM][f];
            const struct sample *real = &cells.cell[0].samples[ARM_REAL][f];
            sim->count = 0;
            for (size_t n = 0; n < count; n++)
                sample_add(sim, (random_stream_uniform(&rs) < far ? 1e-3 : 1) *
                                    (1 + random_stream_uniform(&rs)) / 20);
            sample_sort(sim);
            if (!(sample_low(sim) <= sample_median(sim) &&
                  sample_median(sim) <= sample_high(sim)))
                fail_msg("case %d: %g outside %g..%g", i, sample_median(sim), sample_low(sim),
                         sample_high(sim));
            for (size_t r = 0; r < REPEATS; r++)
                within +=
                    real->values[r] >= sample_low(sim) && real->values[r] <= sample_high(sim);
        }
        validation_judge(&v, &cells, &slo);
        assert_true(fabs(v.scores[SCORE_COVERAGE].value - (double)within / 9) < 1e-12);
        cells_close(&cells);
    }
}

/* By hand: 9, 9, 6 and 0 of 9 figures are within; the ratio is 2/3, the residuals 3, 3, 0, -6. */
static void test_coverage_error(void **state)
{
    (void)state;
    struct cells cells;
    struct validation v;
    fill_all(&cells, 4);
    for (size_t i = 0; i < 4; i++)
        for (int f = FIGURE_P50; f <= FIGURE_P99; f++) {
            struct sample *real = &cells.cell[i].samples[ARM_REAL][f];
            real->values[0] = real->values[2] = real->values[1]; /* the prediction's middle */
        }
    scale(&cells.cell[2], ARM_REAL, FIGURE_P99, 2);
    for (int f = FIGURE_P50; f <= FIGURE_P99; f++)
        scale(&cells.cell[3], ARM_REAL, f, 2);
    validation_judge(&v, &cells, &slo);
    assert_true(fabs(v.scores[SCORE_COVERAGE].value - 2.0 / 3) < 1e-12);
    assert_int_equal(v.coverage_cells, 4);
    assert_true(fabs(v.coverage_error - sqrt(4.0 / 3 * 54) / 36) < 1e-12);
    cells.cell[2].samples[ARM_SIM][FIGURE_P99].count = 0; /* no prediction: no part of it */
    validation_judge(&v, &cells, &slo);
    assert_int_equal(v.coverage_cells, 3);
    cells_close(&cells);
    fill_all(&cells, 1);
    validation_judge(&v, &cells, &slo);
    assert_true(isnan(v.coverage_error)); /* one cell tells nothing */
    cells_close(&cells);
}

/* Where all of a cell is within or nothing is, the error is that of so many cells, which is how
 * far the coverage lies from the truth; that of so many figures would be a third of it. */
static void test_coverage_spread(void **state)
{
    (void)state;
    struct random_stream rs;
    struct sample shares = { 0 }, errors = { 0 };
    random_stream_init(&rs, 12, 1, 1, 0);
    for (int i = 0; i < 2000; i++) {
        struct cells cells;
        struct validation v;
        fill_all(&cells, 24);
        for (size_t k = 0; k < 24; k++) {
            bool within = random_stream_uniform(&rs) < 0.8;
            cells.cell[k].run_count =
                0; /* what a run would score is not asked, and takes long */
            for (int f = FIGURE_P50; f <= FIGURE_P99; f++) {
                struct sample *real = &cells.cell[k].samples[ARM_REAL][f];
                for (int r = 0; r < REPEATS; r++)
                    real->values[r] = real->values[1];
                scale(&cells.cell[k], ARM_REAL, f, within ? 1 : 2);
            }
        }
        validation_judge(&v, &cells, &slo);
        sample_add(&shares, v.scores[SCORE_COVERAGE].value);
        sample_add(&errors, v.coverage_error * v.coverage_error);
        cells_close(&cells);
    }
    double truth = sample_sd(&shares), told = sqrt(sample_mean(&errors));
    printf("coverage of 24 cells: sd %.4f, told %.4f (due %.4f; seed 12)\n", truth, told,
           sqrt(0.8 * 0.2 / 24));
    assert_true(fabs(told / truth - 1) < 0.08); /* the sd of 2,000 is known to 1.6 % */
    free(shares.values);
    free(errors.values);
}

/* ---- a real run in the prediction's place ---- */

#define RUNS 5

/* One cell's repeats, as asked; of the figures not named, what fill_all made, the middle one. */
static void set_runs(struct cell *cell, enum figure figure, const double *values, size_t count)
{
    struct cell_run middle = cell->runs[1];
    cell->runs = mem_realloc(cell->runs, count * sizeof *cell->runs);
    cell->run_count = count;
    for (size_t r = 0; r < count; r++) {
        cell->runs[r] = middle;
        cell->runs[r].figures[figure] = values[r];
    }
}

/* Worked out by hand. Repeats at m/1.2, m, 1.2 m are off by 1.32, 1.0167 and 1.3091 of the median
 * of the two others: the median of the three logarithms is ln 1.3091. */
static void test_run_of_three(void **state)
{
    (void)state;
    struct cells cells;
    struct validation v;
    double expected = log(1.2 / ((1 / 1.2 + 1) / 2));
    fill_all(&cells, 4);
    validation_judge(&v, &cells, &slo);
    assert_int_equal(v.turns, 3);
    assert_int_equal(v.turn_cells, 4);
    for (int i = SCORE_P50; i <= SCORE_WORST; i++)
        assert_true(fabs(v.run[i].value - expected) < 1e-9);
    assert_true(v.run[SCORE_WORST].missed == 0 && v.run[SCORE_CPU].missed == 0);
    assert_true(v.run[SCORE_VERDICT].value == 1 && v.run[SCORE_THROTTLED].value == 0);
    assert_true(isnan(v.run[SCORE_COVERAGE].value) && isnan(v.run[SCORE_WIDTH].value));
    assert_true(fabs(validation_run_distance(&cells.cell[0], FIGURE_P99) - expected) < 1e-9);
    assert_true(validation_run_distance(&cells.cell[0], FIGURE_CPU) == 0);
    scale(&cells.cell[0], ARM_SIM, FIGURE_P50, 3); /* what the model says is no matter */
    scale(&cells.cell[1], ARM_SIM, FIGURE_CPU, 3);
    validation_judge(&v, &cells, &slo);
    assert_true(fabs(v.run[SCORE_P50].value - expected) < 1e-9);
    assert_true(v.run[SCORE_CPU].value == 0 && v.scores[SCORE_CPU].missed == 1);
    cells_close(&cells);
}

/* Of three cells the repeats of one are set. Turn by turn, the others' median in brackets: CPU 2
 * [2.1], 2.1 [2.05], 2.2 [2.05], 2.1 [2.05], 2 [2.1] s: 2.2 alone is out; CPU 1, 1 [9], 9, 9, 9
 * [5] s: out in every turn, by 8/9, 8/9, 4/5, 4/5, 4/5; share 0.5, 0.5, 0.5 [0.54], 0.58, 0.58
 * [0.5]: out in two of five; of three in one, of two in both; p99 50 [80], 80 [50] ms: ln 1.6; 90
 * holds and 110 ms bends; 90, 90, 90, 90 [90], 600 [90] ms; drops 0 [75], 10 [75], 50 [55], 100
 * [30], 3000 [30], 20 allowed: 3.75, 3.25, 0.25, 3.5, 148.5. */
static void test_run_tables(void **state)
{
    (void)state;
    static const struct {
        enum figure figure;
        enum validation_score_kind score;
        size_t count;
        double values[RUNS];
        double value, missed;
    } cases[] = {
        { FIGURE_CPU, SCORE_CPU, 5, { 2.0, 2.1, 2.2, 2.1, 2.0 }, 0.1 / 2.1, 0 },
        { FIGURE_CPU, SCORE_CPU, 5, { 1, 1, 9, 9, 9 }, 0.8, 1 },
        { FIGURE_THROTTLED, SCORE_THROTTLED, 5, { 0.5, 0.5, 0.5, 0.58, 0.58 }, 0.04, 0 },
        { FIGURE_THROTTLED, SCORE_THROTTLED, 3, { 0.5, 0.5, 0.58 }, 0.04, 0 },
        { FIGURE_THROTTLED, SCORE_THROTTLED, 2, { 0.5, 0.58 }, 0.08, 1 },
        { FIGURE_P99, SCORE_WORST, 2, { 0.05, 0.08 }, 0.4700036292, 1 },
        { FIGURE_P99, SCORE_VERDICT, 2, { 0.09, 0.11 }, 2.0 / 3, 1 },
        { FIGURE_P99, SCORE_VERDICT, 5, { 0.09, 0.09, 0.09, 0.09, 0.6 }, 1, 0 },
        { FIGURE_DROPPED, SCORE_DROPPED, 5, { 0, 10, 50, 100, 3000 }, 3.5, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cells cells;
        struct validation v;
        fill_all(&cells, 3);
        for (int c = 0; c < 3; c++) { /* the two others: repeats that agree */
            double same[RUNS];
            for (int r = 0; r < RUNS; r++)
                same[r] = cells.cell[c].runs[1].figures[cases[i].figure];
            set_runs(&cells.cell[c], cases[i].figure, c == 1 ? cases[i].values : same,
                     cases[i].count);
        }
        validation_judge(&v, &cells, &slo);
        const struct validation_run *run = &v.run[cases[i].score];
        if (v.turns != cases[i].count || !(fabs(run->value - cases[i].value) <= 1e-9) ||
            run->missed != cases[i].missed)
            fail_msg("case %zu: value %g, missed %g", i, run->value, run->missed);
        cells_close(&cells);
    }
}

/* A cell with one repeat, or without a prediction, has no turn; one with fewer begins again. A run
 * that never delivered breaks the slo, as the prediction would by that. */
static void test_run_turns(void **state)
{
    (void)state;
    static const double two[] = { 2, 2.2 }, one[] = { 9 };
    struct cells cells;
    struct validation v;
    fill_all(&cells, 4);
    set_runs(&cells.cell[0], FIGURE_CPU, one, 1);
    set_runs(&cells.cell[1], FIGURE_CPU, two, 2);
    for (int f = 0; f < FIGURES; f++)
        cells.cell[2].samples[ARM_SIM][f].count = 0;
    validation_judge(&v, &cells, &slo);
    assert_int_equal(v.turns, 3);
    assert_int_equal(v.turn_cells, 2);
    /* 2 by 2.2, 2.2 by 2, 2 by 2.2: 1/11, 1/10, 1/11 */
    assert_true(fabs(v.run[SCORE_CPU].value - 1.0 / 11) < 1e-9);
    assert_true(v.run[SCORE_CPU].missed == 1);
    assert_true(isnan(validation_run_distance(&cells.cell[0], FIGURE_CPU)));
    for (int r = 0; r < REPEATS; r++) {
        cells.cell[3].runs[r].starved = r > 0;
        if (r > 0)
            cells.cell[3].runs[r].figures[FIGURE_P99] = NAN;
    }
    validation_judge(&v, &cells, &slo);
    /* holds by breaks; breaks by one of each, which is most of none: holds; the same */
    assert_true(v.run[SCORE_VERDICT].value == 0.5 && v.run[SCORE_VERDICT].missed == 1);
    cells_close(&cells);
}

/* Of four repeats, two slow: a third of the halves have both in one, two thirds one in each, and
 * agree. One by the others is off each time. Of two repeats a half is one. Of one there are none. */
static void test_halves(void **state)
{
    (void)state;
    static const double four[] = { 1, 1, 9, 9 }, two[] = { 2, 2.2 };
    struct cells cells;
    struct validation v;
    fill_all(&cells, 1);
    set_runs(&cells.cell[0], FIGURE_CPU, four, 4);
    validation_judge(&v, &cells, &slo);
    assert_true(v.half[SCORE_CPU].value == 0 && v.half[SCORE_CPU].missed == 0);
    assert_true(v.run[SCORE_CPU].missed == 1);
    set_runs(&cells.cell[0], FIGURE_CPU, two, 2);
    validation_judge(&v, &cells, &slo);
    assert_true(v.half[SCORE_CPU].value > 0.09 && v.half[SCORE_CPU].value < 0.101);
    assert_true(v.half[SCORE_CPU].missed == 1);
    set_runs(&cells.cell[0], FIGURE_CPU, two, 1);
    validation_judge(&v, &cells, &slo);
    assert_true(isnan(v.half[SCORE_CPU].value) && isnan(v.half[SCORE_CPU].missed));
    cells_close(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_perfect),         cmocka_unit_test(test_each_is_missed),
        cmocka_unit_test(test_drops),           cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_interval),        cmocka_unit_test(test_run_of_three),
        cmocka_unit_test(test_run_tables),      cmocka_unit_test(test_run_turns),
        cmocka_unit_test(test_halves),          cmocka_unit_test(test_coverage_error),
        cmocka_unit_test(test_coverage_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
