/* Recovers known parameters from made data, tells what cannot be told, and refuses nonsense. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/least_squares.h"
#include "tests/support/near.h"

#include <gsl/gsl_randist.h>

#define POINTS 60

struct decay {
    double x[POINTS], y[POINTS], sigma;
    int left_out; /* a point that does not count; -1: none */
};

static void decay_residuals(const double *v, double *r, void *context)
{
    const struct decay *d = context;
    for (int i = 0; i < POINTS; i++)
        r[i] = i == d->left_out
                   ? 0
                   : (v[0] + v[1] * (1 - exp(-d->x[i] / v[2])) - d->y[i]) / d->sigma;
}

static const double truth[] = { 300e-6, 3e-3, 0.02 };

static struct decay made_data(gsl_rng *rng)
{
    struct decay d = { .sigma = 20e-6, .left_out = -1 };
    for (int i = 0; i < POINTS; i++) {
        d.x[i] = 0.002 * (i + 1);
        d.y[i] = truth[0] + truth[1] * (1 - exp(-d.x[i] / truth[2])) +
                 gsl_ran_gaussian(rng, d.sigma);
    }
    return d;
}

/* Over many data sets the errors are as large as the standard errors say: their squares in
 * units of the standard error have mean 1. */
static void estimates_are_within_their_errors(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double squares = 0;
    int sets = 200;
    for (int set = 0; set < sets; set++) {
        struct decay d = made_data(rng);
        struct fit_parameter p[] = { { .name = "base", .start = 1e-4 },
                                     { .name = "rise", .start = 1e-3 },
                                     { .name = "time", .start = 0.05 } };
        struct fit_problem problem = {
            decay_residuals, &d, POINTS, 1e-4, 100, NULL, NULL, NULL, 0
        };
        struct fit_result result;
        struct error err;
        assert_int_equal(least_squares_fit(&problem, p, 3, &result, &err), 0);
        assert_true(result.converged);
        for (int i = 0; i < 3; i++) {
            double off = log(p[i].estimate / truth[i]) / p[i].relative_error;
            squares += off * off;
            assert_true(p[i].identified);
        }
    }
    double mean = squares / (3.0 * sets);
    gsl_rng_free(rng);
    assert_true(mean > 0.8 && mean < 1.25);
}

#define ROUGH 40
#define SPREAD                                                                                 \
    3.0 /* of each residual: together they tell the parameter to SPREAD / sqrt(ROUGH) */

/* ln(v / 2) / SPREAD, and another 0.1 on top at each thousandth of a logarithm. */
static void rough_residuals(const double *v, double *r, void *context)
{
    (void)context;
    uint32_t state = 2463534242u ^ (uint32_t)(lround(log(v[0] / 2) * 1000) + 100000);
    for (int i = 0; i < ROUGH; i++) {
        for (int k = 0; k < 3; k++) { /* Marsaglia's xorshift */
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
        }
        r[i] = log(v[0] / 2) / SPREAD + 0.1 * ((double)state / UINT32_MAX - 0.5);
    }
}

/* A quotient of the step that the walk takes sees the roughness alone. */
static void roughness_tells_no_parameter(void **state)
{
    (void)state;
    const double honest = SPREAD / sqrt(ROUGH);
    struct fit_parameter p = { .name = "v", .start = 2 };
    struct fit_problem problem = {
        .residuals = rough_residuals, .count = ROUGH, .step = 0.003, .iterations = 20
    };
    struct fit_result result;
    struct error err;
    assert_int_equal(least_squares_fit(&problem, &p, 1, &result, &err), 0);
    assert_true(p.relative_error < honest / 3);
    double estimate = p.estimate;
    problem.error_step = 0.5;
    assert_int_equal(least_squares_fit(&problem, &p, 1, &result, &err), 0);
    assert_true(p.estimate == estimate);
    assert_true(fabs(p.relative_error / honest - 1) < 0.15);
}

/* None so far off. */
static void short_residuals(const double *v, double *r, void *context)
{
    (void)context;
    r[0] = r[1] = fabs(log(v[0])) < 0.2 ? 4 * log(v[0]) : NAN;
}

static void without_a_value_the_walk_tells_the_errors(void **state)
{
    (void)state;
    struct fit_parameter p = { .name = "v", .start = 1.1 };
    struct fit_problem problem = { .residuals = short_residuals,
                                   .count = 2,
                                   .step = 0.01,
                                   .iterations = 20,
                                   .error_step = 0.3 };
    struct fit_result result;
    struct error err;
    assert_int_equal(least_squares_fit(&problem, &p, 1, &result, &err), 0);
    assert_near(p.relative_error, 0.25 / sqrt(2), 1e-6);
}

static void sum_residuals(const double *v, double *r, void *context)
{
    (void)context;
    for (int i = 0; i < 5; i++)
        r[i] = v[0] + v[1] - 3.0 - 0.001 * i;
}

/* The leverages sum to the number of parameters, and leaving a point out and fitting again moves
 * its residual by 1 / (1 - leverage). */
static void left_out_a_point_lies_further_off(void **state)
{
    (void)state;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct decay d = made_data(rng);
    struct fit_result result;
    struct error err;
    double leverage[POINTS], residual[POINTS], value[3], sum = 0;
    struct fit_parameter p[] = { { .name = "base", .start = 100e-6 },
                                 { .name = "cold", .start = 1e-3 },
                                 { .name = "time", .start = 0.05 } };
    struct fit_problem problem = { decay_residuals, &d,   POINTS, 1e-4, 100,
                                   leverage,        NULL, NULL,   0 };
    assert_int_equal(least_squares_fit(&problem, p, 3, &result, &err), 0);
    for (int k = 0; k < 3; k++)
        value[k] = p[k].estimate;
    decay_residuals(value, residual, &d);
    for (int i = 0; i < POINTS; i++)
        sum += leverage[i];
    assert_true(fabs(sum - 3) < 1e-3);
    struct decay without = d;
    without.left_out = 0; /* the heaviest */
    problem.context = &without;
    problem.leverage = NULL;
    assert_int_equal(least_squares_fit(&problem, p, 3, &result, &err), 0);
    for (int k = 0; k < 3; k++)
        value[k] = p[k].estimate;
    double again[POINTS];
    decay_residuals(value, again, &d);
    assert_true(leverage[0] > 0.1);
    assert_true(fabs(again[0] / (residual[0] / (1 - leverage[0])) - 1) < 0.2);
    gsl_rng_free(rng);
}

struct line {
    const double *x; /* 2 columns of `count` */
    int count;
};

/* Linear in the logarithms: residual = J ln v - y, so the covariance is (J'J)^-1 exactly. */
static void line_residuals(const double *v, double *r, void *context)
{
    const struct line *l = context;
    for (int i = 0; i < l->count; i++)
        r[i] = l->x[2 * i] * log(v[0]) + l->x[2 * i + 1] * log(v[1]);
}

/* J = [2 0; 1 1; 0 1]: J'J = [5 1; 1 2], its inverse [2 -1; -1 5] / 9. No residual is left at v =
 * 1, so that nothing widens it. The second held, the first has 2/9 - (1/9)^2 / (5/9) = 1/5: the
 * inverse of its own 5. */
static void covariance_by_hand(void **state)
{
    (void)state;
    static const double x[] = { 2, 0, 1, 1, 0, 1 };
    struct line l = { x, 3 };
    double c[4];
    struct fit_parameter p[] = { { .name = "a", .start = 1.1 }, { .name = "b", .start = 0.9 } };
    struct fit_problem problem = { line_residuals, &l, 3, 1e-4, 50, NULL, c, NULL, 0 };
    struct fit_result result;
    struct error err;
    assert_int_equal(least_squares_fit(&problem, p, 2, &result, &err), 0);
    assert_true(fabs(c[0] - 2.0 / 9) < 1e-6 && fabs(c[3] - 5.0 / 9) < 1e-6);
    assert_true(fabs(c[1] + 1.0 / 9) < 1e-6 && c[1] == c[2]);
    assert_true(fabs(sqrt(c[0]) - p[0].relative_error) < 1e-9);
    least_squares_hold(c, 2, 1);
    assert_true(fabs(c[0] - 0.2) < 1e-6);
    assert_true(c[1] == 0 && c[2] == 0 && c[3] == 0);
}

/* One value, measured twice, `off` above and below 1 by as many standard deviations. */
static void two_residuals(const double *v, double *r, void *context)
{
    double off = *(const double *)context;
    r[0] = log(v[0]) - off;
    r[1] = log(v[0]) + off;
}

/* Scatter that the weights do not foresee widens the error, by its variance 2 off^2 / (2 - 1); less
 * than they foresee does not narrow it: it stays 1 / sqrt(2). */
static void scatter_widens_the_errors(void **state)
{
    static const double offs[] = { 0, 0.1, 0.7, 3, 10 };
    (void)state;
    for (size_t i = 0; i < sizeof offs / sizeof *offs; i++) {
        double off = offs[i];
        struct fit_parameter p = { .name = "v", .start = 1.1 };
        struct fit_problem problem = { .residuals = two_residuals,
                                       .context = &off,
                                       .count = 2,
                                       .step = 1e-4,
                                       .iterations = 50 };
        struct fit_result result;
        struct error err;
        assert_int_equal(least_squares_fit(&problem, &p, 1, &result, &err), 0);
        assert_near(p.estimate, 1, 1e-6);
        assert_near(result.chi2, 2 * off * off, 1e-6);
        assert_near(p.relative_error, sqrt(fmax(2 * off * off, 1) / 2), 1e-4);
    }
}

/* Only the sum of the two is in the data, so at most one can be told. */
static void what_cannot_be_told_is_said_so(void **state)
{
    (void)state;
    struct fit_parameter p[] = { { .name = "a", .start = 1 }, { .name = "b", .start = 1 } };
    struct fit_problem problem = { sum_residuals, NULL, 5, 1e-4, 50, NULL, NULL, NULL, 0 };
    struct fit_result result;
    struct error err;
    assert_int_equal(least_squares_fit(&problem, p, 2, &result, &err), 0);
    assert_false(p[0].identified && p[1].identified);
}

static void nan_residuals(const double *v, double *r, void *context)
{
    (void)v, (void)context;
    r[0] = r[1] = NAN;
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    struct fit_parameter p[] = { { .name = "a", .start = 1 }, { .name = "b", .start = 1 } };
    struct fit_problem few = { sum_residuals, NULL, 1, 1e-4, 50, NULL, NULL, NULL, 0 };
    struct fit_problem nans = { nan_residuals, NULL, 2, 1e-4, 50, NULL, NULL, NULL, 0 };
    struct fit_result result;
    struct error err;
    assert_int_equal(least_squares_fit(&few, p, 2, &result, &err), ERR_INVALID);
    assert_int_equal(least_squares_fit(&nans, p, 2, &result, &err), ERR_STATE);
    p[0].start = 0;
    assert_int_equal(least_squares_fit(&few, p, 1, &result, &err), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_within_their_errors),
        cmocka_unit_test(roughness_tells_no_parameter),
        cmocka_unit_test(without_a_value_the_walk_tells_the_errors),
        cmocka_unit_test(left_out_a_point_lies_further_off),
        cmocka_unit_test(covariance_by_hand),
        cmocka_unit_test(scatter_widens_the_errors),
        cmocka_unit_test(what_cannot_be_told_is_said_so),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
