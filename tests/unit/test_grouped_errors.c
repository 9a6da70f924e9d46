/* Residuals of one group that err together: the errors of what is fitted to them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analysis/least_squares.h"

#include <gsl/gsl_randist.h>

#define KINDS  4
#define GROUPS 40
#define ROWS   (GROUPS * KINDS)
#define COSTS  6

/* A linear model in the logarithms: each group has its own mix of the costs, which all its figures
 * show in about the same way; the last cost is in two groups alone. */
struct cells {
    double x[ROWS][COSTS], y[ROWS];
    struct residual_origin origin[ROWS + COSTS];
};

static void cells_residuals(const double *v, double *r, void *context)
{
    const struct cells *c = context;
    for (int i = 0; i < ROWS; i++) {
        r[i] = -c->y[i];
        for (int k = 0; k < COSTS; k++)
            r[i] += c->x[i][k] * log(v[k]);
    }
    for (int k = 0; k < COSTS; k++)
        r[ROWS + k] = log(v[k]) / 1.5; /* a guess, as the calibration has */
}

static void lay_out(struct cells *c, gsl_rng *rng)
{
    for (int g = 0; g < GROUPS; g++) {
        double mix[COSTS];
        for (int k = 0; k < COSTS; k++)
            mix[k] = k == COSTS - 1 ? (g < 2) : gsl_rng_uniform(rng);
        for (int m = 0; m < KINDS; m++) {
            c->origin[g * KINDS + m] = (struct residual_origin){ g, m };
            for (int k = 0; k < COSTS; k++)
                c->x[g * KINDS + m][k] = 8 * mix[k] * (0.8 + 0.4 * gsl_rng_uniform(rng));
        }
    }
    for (int k = 0; k < COSTS; k++)
        c->origin[ROWS + k] = (struct residual_origin){ -1, 0 };
}

/* All costs are 1. The errors of a group's figures have variance 1 and correlation rho. */
static void disturb(struct cells *c, gsl_rng *rng, double rho)
{
    for (int g = 0; g < GROUPS; g++) {
        double common = gsl_ran_gaussian(rng, sqrt(rho));
        for (int m = 0; m < KINDS; m++)
            c->y[g * KINDS + m] = common + gsl_ran_gaussian(rng, sqrt(1 - rho));
    }
}

/* Share of data sets in which the nominal 90 % interval of cost k holds the truth. */
static void coverage(double rho, bool grouped, double covered[COSTS])
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct cells c;
    int sets = 600;
    for (int k = 0; k < COSTS; k++)
        covered[k] = 0;
    lay_out(&c, rng);
    for (int set = 0; set < sets; set++) {
        struct fit_parameter p[COSTS];
        struct fit_result result;
        struct error error;
        struct fit_problem problem = { .residuals = cells_residuals,
                                       .context = &c,
                                       .count = ROWS + COSTS,
                                       .step = 1e-4,
                                       .iterations = 50,
                                       .origin = grouped ? c.origin : NULL };
        disturb(&c, rng, rho);
        for (int k = 0; k < COSTS; k++)
            p[k] = (struct fit_parameter){ .name = "cost", .start = 1.1 };
        assert_int_equal(least_squares_fit(&problem, p, COSTS, &result, &error), 0);
        for (int k = 0; k < COSTS; k++)
            covered[k] += fabs(log(p[k].estimate)) < 1.645 * p[k].relative_error;
    }
    for (int k = 0; k < COSTS; k++)
        covered[k] /= sets;
    gsl_rng_free(rng);
}

/* Binomial error of a share of 600: 1.2 %; the bounds leave three of them to each side. */
static void ninety_of_a_hundred_intervals_hold_the_truth(void **state)
{
    (void)state;
    static const double correlations[] = { 0, 0.6, 0.9 };
    for (size_t i = 0; i < sizeof correlations / sizeof *correlations; i++) {
        double rho = correlations[i], grouped[COSTS], alone[COSTS];
        coverage(rho, true, grouped);
        coverage(rho, false, alone);
        for (int k = 0; k < COSTS; k++) {
            print_message("correlation %.1f, cost %d: %.3f grouped, %.3f alone\n", rho, k,
                          grouped[k], alone[k]);
            assert_true(grouped[k] > 0.86 && grouped[k] < 0.95);
            assert_true(rho == 0 ? alone[k] > 0.86 : alone[k] < 0.80);
        }
    }
}

/* Of three kinds every two have met, and went together or, the first and the last, against each
 * other: which three cannot. A cost that stands in all three as 1, -1, 1 has by these pairs a variance
 * of 3 - 6 times theirs. */
static void no_variance_is_negative(void **state)
{
    (void)state;
    enum { PAIRS = 30, LAST = 3 * PAIRS };
    static const int kinds[3][2] = { { 0, 1 }, { 1, 2 }, { 0, 2 } };
    gsl_vector *r = gsl_vector_calloc(LAST * 2 + 3);
    gsl_matrix *j = gsl_matrix_calloc(LAST * 2 + 3, 1), *unit = gsl_matrix_calloc(1, 1),
               *covariance = gsl_matrix_calloc(1, 1);
    struct residual_origin origin[LAST * 2 + 3];
    double leverage[LAST * 2 + 3] = { 0 };
    for (int g = 0; g < LAST; g++)
        for (int k = 0; k < 2; k++) {
            size_t at = 2 * (size_t)g + (size_t)k;
            origin[at] = (struct residual_origin){ g, kinds[g % 3][k] };
            gsl_vector_set(r, at, g % 3 == 2 && k == 1 ? -2 : 2);
        }
    for (int k = 0; k < 3; k++) { /* one group has all three, and alone tells the cost */
        size_t at = 2 * LAST + (size_t)k;
        origin[at] = (struct residual_origin){ LAST, k };
        gsl_matrix_set(j, at, 0, k == 1 ? -1 : 1);
    }
    gsl_matrix_set(unit, 0, 0, 1.0 / 3);
    grouped_errors(r, j, unit, leverage, origin, covariance);
    print_message("variance %g\n", gsl_matrix_get(covariance, 0, 0));
    assert_true(gsl_matrix_get(covariance, 0, 0) >= -1e-12);
    gsl_vector_free(r);
    gsl_matrix_free(j);
    gsl_matrix_free(unit);
    gsl_matrix_free(covariance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ninety_of_a_hundred_intervals_hold_the_truth),
        cmocka_unit_test(no_variance_is_negative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
