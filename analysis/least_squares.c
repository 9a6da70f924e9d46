#include "analysis/least_squares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>

struct log_space {
    const struct fit_problem *problem;
    size_t parameters;
};

static int evaluate(const gsl_vector *logs, void *data, gsl_vector *residual)
{
    const struct log_space *space = data;
    double value[LEAST_SQUARES_MAX];
    for (size_t i = 0; i < space->parameters; i++)
        value[i] = exp(gsl_vector_get(logs, i));
    double *r = mem_alloc(space->problem->count * sizeof *r);
    space->problem->residuals(value, r, space->problem->context);
    int status = GSL_SUCCESS;
    for (size_t i = 0; i < space->problem->count; i++) {
        gsl_vector_set(residual, i, r[i]);
        if (!isfinite(r[i]))
            status = GSL_EBADFUNC;
    }
    free(r);
    return status;
}

/* The differences are ours: GSL's step is relative to the parameter, which in log space goes
 * to nothing where a parameter happens to be near 1. */
static int differentiate_by(double h, const gsl_vector *logs, void *data, gsl_matrix *jacobian)
{
    gsl_vector *at = gsl_vector_alloc(logs->size);
    gsl_vector *above = gsl_vector_alloc(jacobian->size1);
    gsl_vector *below = gsl_vector_alloc(jacobian->size1);
    int status = GSL_SUCCESS;
    for (size_t j = 0; j < logs->size && status == GSL_SUCCESS; j++) {
        gsl_vector_memcpy(at, logs);
        gsl_vector_set(at, j, gsl_vector_get(logs, j) + h);
        status = evaluate(at, data, above);
        gsl_vector_set(at, j, gsl_vector_get(logs, j) - h);
        if (status == GSL_SUCCESS)
            status = evaluate(at, data, below);
        gsl_vector_sub(above, below);
        gsl_vector_scale(above, 1 / (2 * h));
        gsl_matrix_set_col(jacobian, j, above);
    }
    gsl_vector_free(at);
    gsl_vector_free(above);
    gsl_vector_free(below);
    return status;
}

static int differentiate(const gsl_vector *logs, void *data, gsl_matrix *jacobian)
{
    const struct log_space *space = data;
    return differentiate_by(space->problem->step, logs, data, jacobian);
}

static gsl_multifit_nlinear_fdf equations(const struct log_space *space)
{
    return (gsl_multifit_nlinear_fdf){
        .f = evaluate,
        .df = differentiate,
        .n = space->problem->count,
        .p = space->parameters,
        .params = (void *)space,
    };
}

/* Variance of the residuals about the fit: what the weights did not foresee widens the errors;
 * a fit that is better than the weights ask for does not narrow them. */
static double residual_variance(const gsl_vector *residual, size_t parameters)
{
    double chi2;
    gsl_blas_ddot(residual, residual, &chi2);
    size_t freedom = residual->size > parameters ? residual->size - parameters : 1;
    return fmax(chi2 / (double)freedom, 1);
}

/* The diagonal of J C J', J the Jacobian and C the covariance: left out, residual i would lie
 * 1 / (1 - leverage) as far off. */
static void read_leverage(const gsl_matrix *jacobian, const gsl_matrix *covariance,
                          double *leverage)
{
    gsl_vector *row = gsl_vector_alloc(covariance->size1);
    for (size_t i = 0; i < jacobian->size1; i++) {
        gsl_vector_const_view j = gsl_matrix_const_row(jacobian, i);
        gsl_blas_dgemv(CblasNoTrans, 1, covariance, &j.vector, 0, row);
        gsl_blas_ddot(row, &j.vector, &leverage[i]);
        leverage[i] = fmin(fmax(leverage[i], 0), 1);
    }
    gsl_vector_free(row);
}

static void read_covariance(const gsl_matrix *from, double *covariance)
{
    for (size_t i = 0; i < from->size1; i++)
        for (size_t j = 0; j < from->size2; j++)
            covariance[i * from->size2 + j] = gsl_matrix_get(from, i, j);
}

/* unit: with residuals of variance 1, each for itself. */
static void widen(const gsl_vector *residual, const gsl_matrix *jacobian,
                  const struct fit_problem *problem, const double *leverage, gsl_matrix *unit)
{
    if (!problem->origin) {
        gsl_matrix_scale(unit, residual_variance(residual, unit->size1));
        return;
    }
    gsl_matrix *grouped = gsl_matrix_alloc(unit->size1, unit->size2);
    grouped_errors(residual, jacobian, unit, leverage, problem->origin, grouped);
    gsl_matrix_memcpy(unit, grouped);
    gsl_matrix_free(grouped);
}

void least_squares_hold(double *covariance, size_t n, size_t k)
{
    double column[LEAST_SQUARES_MAX], variance = covariance[k * n + k];
    for (size_t i = 0; i < n; i++)
        column[i] = covariance[i * n + k];
    for (size_t i = 0; i < n && variance > 0; i++)
        for (size_t j = 0; j < n; j++)
            covariance[i * n + j] -= column[i] * column[j] / variance;
    for (size_t i = 0; i < n; i++) /* exactly */
        covariance[i * n + k] = covariance[k * n + i] = 0;
}

static double told(const struct fit_problem *problem, const double *leverage)
{
    double sum = 0;
    for (size_t i = 0; i < problem->count; i++)
        if (!problem->origin || problem->origin[i].group >= 0)
            sum += leverage[i];
    return sum;
}

/* At the solution, as the errors want it. The caller frees it. */
static gsl_matrix *slopes(const gsl_multifit_nlinear_workspace *w, struct log_space space)
{
    const gsl_matrix *walked = gsl_multifit_nlinear_jac(w);
    gsl_matrix *jacobian = gsl_matrix_alloc(walked->size1, walked->size2);
    double step = space.problem->error_step;
    if (!(step > 0) ||
        differentiate_by(step, gsl_multifit_nlinear_position(w), &space, jacobian))
        gsl_matrix_memcpy(jacobian, walked); /* so far off the model may have no finite value */
    return jacobian;
}

/* Returns fit_result's freedom. */
static double read_out(gsl_multifit_nlinear_workspace *w, struct fit_parameter *parameters,
                       size_t n, const struct fit_problem *problem)
{
    gsl_matrix *covariance = gsl_matrix_alloc(n, n);
    gsl_matrix *jacobian = slopes(w, (struct log_space){ problem, n });
    double *leverage = mem_alloc(problem->count * sizeof *leverage);
    gsl_multifit_nlinear_covar(jacobian, 1e-10, covariance);
    read_leverage(jacobian, covariance, leverage);
    widen(gsl_multifit_nlinear_residual(w), jacobian, problem, leverage, covariance);
    for (size_t i = 0; i < n; i++) {
        struct fit_parameter *p = &parameters[i];
        double variance = gsl_matrix_get(covariance, i, i);
        p->estimate = exp(gsl_vector_get(gsl_multifit_nlinear_position(w), i));
        /* a zero on the diagonal is GSL's mark of a column that moves no residual */
        p->relative_error = variance > 0 ? sqrt(variance) : INFINITY;
        p->identified = p->relative_error < LEAST_SQUARES_IDENTIFIED;
    }
    if (problem->leverage)
        memcpy(problem->leverage, leverage, problem->count * sizeof *leverage);
    if (problem->covariance)
        read_covariance(covariance, problem->covariance);
    double freedom = told(problem, leverage);
    free(leverage);
    gsl_matrix_free(jacobian);
    gsl_matrix_free(covariance);
    return freedom;
}

static int check(const struct fit_problem *problem, const struct fit_parameter *parameters,
                 size_t n, struct error *err)
{
    if (n == 0 || n > LEAST_SQUARES_MAX || problem->count < n)
        return error_set(err, ERR_INVALID, "%zu observations cannot tell %zu parameters",
                         problem->count, n);
    for (size_t i = 0; i < n; i++)
        if (!(parameters[i].start > 0))
            return error_set(err, ERR_INVALID, "start value of %s must be positive, is %g",
                             parameters[i].name, parameters[i].start);
    return 0;
}

static int drive(gsl_multifit_nlinear_workspace *w, const struct log_space *space,
                 struct fit_parameter *parameters, struct fit_result *result, struct error *err)
{
    size_t n = space->parameters;
    gsl_vector *start = gsl_vector_alloc(n);
    for (size_t i = 0; i < n; i++)
        gsl_vector_set(start, i, log(parameters[i].start));
    gsl_multifit_nlinear_fdf fdf = equations(space);
    int status = gsl_multifit_nlinear_init(start, &fdf, w);
    gsl_vector_free(start);
    if (status)
        return error_set(err, ERR_STATE, "the model gives no finite value at the start");
    int info;
    status = gsl_multifit_nlinear_driver(space->problem->iterations, 1e-4, 1e-6, 1e-8, NULL,
                                         NULL, &info, w);
    result->freedom = read_out(w, parameters, n, space->problem);
    gsl_blas_ddot(gsl_multifit_nlinear_residual(w), gsl_multifit_nlinear_residual(w),
                  &result->chi2);
    result->iterations = gsl_multifit_nlinear_niter(w);
    /* no further progress at a minimum of a stepped surface is as good as convergence */
    result->converged = status == GSL_SUCCESS || status == GSL_ENOPROG;
    return 0;
}

int least_squares_fit(const struct fit_problem *problem, struct fit_parameter *parameters,
                      size_t n, struct fit_result *result, struct error *err)
{
    int code = check(problem, parameters, n, err);
    if (code)
        return code;
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    struct log_space space = { problem, n };
    gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
    gsl_multifit_nlinear_workspace *w =
        gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, problem->count, n);
    code = drive(w, &space, parameters, result, err);
    gsl_multifit_nlinear_free(w);
    gsl_set_error_handler(handler);
    return code;
}
