/* Figures, ratios, errors and knees of cells built by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/compare.h"
#include "analysis/slo.h"
#include "sim/random_stream.h"

static void put(struct cell *cell, enum arm arm, enum figure figure, size_t count,
                const double *values)
{
    struct sample *s = &cell->samples[arm][figure];
    s->values = mem_alloc(count * sizeof *values);
    memcpy(s->values, values, count * sizeof *values);
    s->count = count;
}

/* A row of cells with these p99 in ms; 0: that arm has no run there. */
static void row(struct cells *cells, const char *format, const int *limits, const double *sim,
                const double *real, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        cells->cell = mem_realloc(cells->cell, (cells->count + 1) * sizeof *cells->cell);
        struct cell *cell = &cells->cell[cells->count++];
        char value[UNIT_TEXT_BYTES];
        memset(cell, 0, sizeof *cell);
        snprintf(value, sizeof value, "%dm", limits[i]);
        cell->text = mem_printf("%s cpu.limit=%s", format, value);
        if (sim[i] > 0)
            put(cell, ARM_SIM, FIGURE_P99, 1, (double[]){ sim[i] / 1e3 });
        if (real[i] > 0)
            put(cell, ARM_REAL, FIGURE_P99, 1, (double[]){ real[i] / 1e3 });
    }
}

static void test_median_and_spread(void **state)
{
    (void)state;
    struct sample few = { (double[]){ 1, 2, 10 }, 3 }, none = { NULL, 0 };
    double many[41];
    for (int i = 0; i < 41; i++)
        many[i] = i;
    struct sample all = { many, 41 };
    assert_true(sample_median(&few) == 2 && sample_low(&few) == 1 && sample_high(&few) == 10);
    /* numbers 2.1 and 39.9 of 41, counted from 1 */
    assert_true(fabs(sample_low(&all) - 1.1) < 1e-9 && fabs(sample_high(&all) - 38.9) < 1e-9);
    /* numbers 21 -+ 3.2 */
    assert_true(fabs(sample_median_error(&all) - sqrt(41) / 2) < 1e-9);
    assert_true(isnan(sample_median_error(&few)));
    assert_true(fabs(sample_level(5) - 4.0 / 6) < 1e-12); /* (n - 1) / (n + 1), below 90 % */
    assert_true(fabs(sample_level(19) - 0.9) < 1e-12 && fabs(sample_level(200) - 0.9) < 1e-12);
    struct sample nineteen = { many, 19 };
    assert_true(sample_low(&nineteen) == 0 && sample_high(&nineteen) == 18);
    assert_true(isnan(sample_median(&none)) && isnan(sample_sd(&none)));
}

/* Of a further draw: 90 % from 19 draws on, whatever the distribution; fewer hold (n - 1) / (n +
 * 1). Quantiles of the sample itself would hold 81 % at 19 and 86.5 % at 40. */
static void test_a_further_run_lies_within(void **state)
{
    (void)state;
    enum { SETS = 40000 };
    static const int counts[] = { 5, 19, 25, 40 };
    const uint64_t seed = 11;
    struct random_stream rs;
    random_stream_init(&rs, seed, 1, 0, 0);
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        int within = 0, n = counts[k];
        for (int i = 0; i < SETS; i++) {
            double values[40];
            struct sample s = { values, (size_t)n };
            for (int j = 0; j < n; j++)
                values[j] = random_stream_lognormal(&rs, 1, 0.5);
            double further = random_stream_lognormal(&rs, 1, 0.5);
            sample_sort(&s);
            within += further >= sample_low(&s) && further <= sample_high(&s);
        }
        double share = (double)within / SETS, due = fmin(0.9, (n - 1.0) / (n + 1.0));
        print_message("%d draws: %.4f within, due %.4f (seed %d)\n", n, share, due, (int)seed);
        assert_true(fabs(share - due) < 4 * sqrt(due * (1 - due) / SETS) + 0.002);
    }
}

static void test_ratio_and_error(void **state)
{
    (void)state;
    struct cells cells;
    struct comparison *rows;
    size_t n;
    cells_init(&cells);
    row(&cells, "protocol=sse", (int[]){ 400, 200, 100, 50 }, (double[]){ 12, 5, 0, 30 },
        (double[]){ 10, 10, 10, 10 }, 4);
    put(&cells.cell[0], ARM_SIM, FIGURE_DROPPED, 1, (double[]){ 0 });
    put(&cells.cell[0], ARM_REAL, FIGURE_DROPPED, 1, (double[]){ 5 });
    put(&cells.cell[1], ARM_SIM, FIGURE_DROPPED, 1, (double[]){ 5 });
    put(&cells.cell[1], ARM_REAL, FIGURE_DROPPED, 1, (double[]){ 0 });
    size_t count = compare_cells(&cells, &rows);
    assert_int_equal(count, 4 * FIGURES_SHOWN);
    assert_true(rows[FIGURE_DROPPED].ratio == 0);
    assert_true(isnan(rows[FIGURES_SHOWN + FIGURE_DROPPED].ratio));
    assert_true(fabs(rows[FIGURE_P99].ratio - 1.2) < 1e-12);
    assert_true(isnan(rows[2 * FIGURES_SHOWN + FIGURE_P99].ratio));
    double error = compare_error(rows, count, -1, &n); /* of 0.2, 0.5, 2 */
    assert_int_equal(n, 3);
    assert_true(fabs(error - 0.5) < 1e-12);
    compare_error(rows, count, FIGURE_P50, &n);
    assert_int_equal(n, 0);
    free(rows);
    cells_close(&cells);
}

/* Cells stand in any order; the knee is sought from ample to starved. */
static void test_knees(void **state)
{
    (void)state;
    struct cells cells;
    struct knee *knees;
    cells_init(&cells);
    row(&cells, "protocol=sse", (int[]){ 50, 400, 100, 200 }, (double[]){ 900, 10, 60, 20 },
        (double[]){ 900, 10, 40, 20 }, 4);
    row(&cells, "protocol=websocket", (int[]){ 50, 400, 100, 200 },
        (double[]){ 30, 10, 20, 10 }, (double[]){ 0, 0, 0, 0 }, 4);
    assert_int_equal(compare_knees(&cells, 0, &knees), 2);
    assert_string_equal(knees[0].group, "protocol=sse");
    assert_string_equal(knees[0].option, "cpu.limit");
    assert_string_equal(knees[0].value[ARM_SIM], "100m");
    assert_string_equal(knees[0].value[ARM_REAL], "50m");
    assert_int_equal(knees[0].apart, 1);
    assert_string_equal(knees[1].value[ARM_SIM], "none");
    assert_string_equal(knees[1].value[ARM_REAL], "-");
    assert_int_equal(knees[1].apart, -1);
    free(knees);
    assert_int_equal(compare_knees(&cells, 0.015, &knees), 2);
    assert_string_equal(knees[0].value[ARM_SIM], "200m");
    assert_int_equal(knees[0].apart, 0);
    free(knees);
    cells_close(&cells);
}

/* Of other options than the CPU's the latencies tell at which end there is plenty. */
static void test_knee_of_any_option(void **state)
{
    static const struct {
        const char *cells[4];
        double p99_s[4];
        const char *knee;
    } cases[] = {
        { { "fleet.pods=1", "fleet.pods=8", "fleet.pods=2", "fleet.pods=4" },
          { 0.9, 0.01, 0.06, 0.02 },
          "2" },
        { { "clients.count=100", "clients.count=800", "clients.count=200",
            "clients.count=400" },
          { 0.01, 0.9, 0.02, 0.06 },
          "400" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int arm = 0; arm < ARMS; arm++) {
            struct cell cell[4] = { 0 };
            struct cells cells = { .cell = cell, .count = 4 };
            struct knee *knees;
            for (int k = 0; k < 4; k++) {
                cell[k].text = (char *)cases[i].cells[k];
                put(&cell[k], (enum arm)arm, FIGURE_P99, 1, &cases[i].p99_s[k]);
            }
            assert_int_equal(compare_knees(&cells, 0, &knees), 1);
            assert_string_equal(knees[0].value[arm], cases[i].knee);
            free(knees);
            for (int k = 0; k < 4; k++)
                free(cell[k].samples[arm][FIGURE_P99].values);
        }
}

/* Between a quota and other numbers the knee is sought along the quota, wherever it stands. */
static void test_knee_along_the_cpu(void **state)
{
    static const char *const texts[][2] = {
        { "cpu.quota=9ms clients.count=10", "cpu.quota=5ms clients.count=10" },
        { "clients.count=10 cpu.quota=9ms", "clients.count=10 cpu.quota=5ms" },
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct cell cell[3] = { { .text = (char *)texts[i][0] },
                                { .text = (char *)texts[i][1] },
                                { .text = (char[]){ "clients.count=10" } } };
        struct cells cells = { .cell = cell, .count = 3 }; /* the last is along no such way */
        double p99_s[] = { 0.01, 0.011, 1.9 };
        struct knee *knees;
        for (int k = 0; k < 3; k++)
            put(&cell[k], ARM_SIM, FIGURE_P99, 1, &p99_s[k]);
        assert_int_equal(compare_knees(&cells, 0, &knees), 1);
        assert_string_equal(knees[0].option, "cpu.quota");
        assert_string_equal(knees[0].group, "clients.count=10");
        assert_string_equal(knees[0].value[ARM_SIM], "none");
        free(knees);
        for (int k = 0; k < 3; k++)
            free(cell[k].samples[ARM_SIM][FIGURE_P99].values);
    }
}

/* Means of counts are told whole; shares and numbers to three places. */
static void test_figures_in_words(void **state)
{
    char text[UNIT_TEXT_BYTES];
    (void)state;
    assert_string_equal(figure_format(text, FIGURE_DROPPED, 2.5), "3");
    assert_string_equal(figure_format(text, FIGURE_THROTTLED, 0.12345), "12.3%");
    assert_string_equal(figure_format(text, FIGURE_P99, 0.0125), "12.5ms");
}

static void test_no_number_no_knee(void **state)
{
    (void)state;
    struct cell cell = { .text = (char[]){ "protocol=sse" } };
    struct cells cells = { .cell = &cell, .count = 1 };
    struct knee *knees;
    assert_int_equal(compare_knees(&cells, 0, &knees), 0);
}

static void test_slo(void **state)
{
    (void)state;
    struct slo_params slo = { .p99_ns = 500000000, .drop_share = 0.01 };
    struct cells cells;
    cells_init(&cells);
    row(&cells, "a=b", (int[]){ 1 }, (double[]){ 501 }, (double[]){ 499 }, 1);
    sample_add(&cells.cell->due_p99[ARM_SIM], 0.501);
    sample_add(&cells.cell->due_p99[ARM_REAL], 0.499);
    put(cells.cell, ARM_SIM, FIGURE_DROPPED, 2, (double[]){ 1, 3 });
    put(cells.cell, ARM_SIM, FIGURE_DELIVERED, 2, (double[]){ 97, 99 });
    put(cells.cell, ARM_SIM, FIGURE_DUE, 2, (double[]){ 98, 102 });
    assert_true(fabs(slo_missing_share(cells.cell, ARM_SIM) - 0.02) < 1e-12);
    assert_int_equal(slo_broken(&slo, cells.cell, ARM_SIM), 1u << SLO_P99 | 1u << SLO_DROPS);
    assert_int_equal(slo_broken(&slo, cells.cell, ARM_REAL), 0);
    slo = (struct slo_params){ .reconnects_hz = 2 };
    put(cells.cell, ARM_SIM, FIGURE_RECONNECTS, 1, (double[]){ 21 });
    put(cells.cell, ARM_SIM, FIGURE_DURATION, 1, (double[]){ 10 });
    assert_int_equal(slo_broken(&slo, cells.cell, ARM_SIM), 1u << SLO_RECONNECTS);
    cells_close(&cells);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_median_and_spread),
        cmocka_unit_test(test_a_further_run_lies_within),
        cmocka_unit_test(test_ratio_and_error),
        cmocka_unit_test(test_knees),
        cmocka_unit_test(test_knee_of_any_option),
        cmocka_unit_test(test_knee_along_the_cpu),
        cmocka_unit_test(test_figures_in_words),
        cmocka_unit_test(test_no_number_no_knee),
        cmocka_unit_test(test_slo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
