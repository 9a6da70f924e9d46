/* least_squares.h - fits positive parameters to weighted residuals, with standard errors.
 *
 * Levenberg-Marquardt of GSL (gsl_multifit_nlinear) on the logarithms of the parameters: costs
 * are positive, and a step of one per cent means the same to a microsecond and to a millisecond.
 * The Jacobian is by finite differences of `step`, wide enough for residuals that come out of a
 * simulation with common random numbers, which are smooth only above its granularity.
 */
#ifndef PUSHSIM_ANALYSIS_LEAST_SQUARES_H
#define PUSHSIM_ANALYSIS_LEAST_SQUARES_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/grouped_errors.h"
#include "sim/error.h"

#define LEAST_SQUARES_MAX 32 /* parameters in one fit */

/* A parameter whose standard error is not below this share of its value is not told by the
 * data: two of them reach from it to nothing. */
#define LEAST_SQUARES_IDENTIFIED 0.5

struct fit_parameter {
    const char *name; /* of an option; borrowed */
    double start;     /* where the fit begins, or it is held; > 0 */
    double estimate;  /* out: the fitted value, > 0 */
    /* out: standard error / estimate; wider where residuals are larger than their weights say,
     * never narrower */
    double relative_error;
    bool identified; /* out: the data can tell it (relative_error below that) */
};

/* Fills residual[0..count-1], each (model - data) / sigma, for the parameter values given. */
typedef void residual_fn(const double *value, double *residual, void *context);

struct fit_problem {        /* outputs are the caller's arrays */
    residual_fn *residuals; /* the model */
    void *context;          /* borrowed, handed to residuals */
    size_t count;           /* residuals, >= parameters */
    double step;            /* relative finite-difference step, e.g. 1e-4 or 0.03 */
    size_t iterations;      /* at most, e.g. 50 */
    double *leverage; /* out: for each residual, what share of it (0..1) the fit has taken from
                         itself; NULL: not wanted */
    double *covariance; /* out: n x n, of the logarithms of the estimates, as wide as
                           relative_error: rows and columns of 0 where the data move nothing; NULL:
                           not wanted */
    /* borrowed, `count`: residuals of one group err together (grouped_errors.h); NULL: each for
     * itself */
    const struct residual_origin *origin;
    /* relative step of the slopes that errors and leverages are told from, at the solution; 0:
     * `step`. Where the model is rough, a quotient of a short step is roughness over the step: it
     * looks like a slope, and the parameter like one that is well known. So about as wide as the
     * errors themselves. Without a finite value so far off, `step` tells them. */
    double error_step;
};

struct fit_result {
    double chi2;       /* sum of squared residuals at the estimate */
    double freedom;    /* parameters' worth that figures have told: the sum of the leverages of
                          residuals that are of a group, or of all where there is no origin */
    size_t iterations; /* used */
    bool converged;    /* false: the last point is returned all the same */
};

/* What is left of a covariance (n x n, symmetric, in place) when parameter k is held at its
 * estimate: C - c c' / c_kk, c the k-th column, as of a normal distribution under that condition.
 * Row and column k are 0 then. */
void least_squares_hold(double *covariance, size_t n, size_t k);

/* Fits `n` parameters. ERR_INVALID: fewer residuals than parameters or a start that is not
 * positive; ERR_STATE: the residuals are not finite at the start. Outputs unchanged on error. */
int least_squares_fit(const struct fit_problem *problem, struct fit_parameter *parameters,
                      size_t n, struct fit_result *result, struct error *err);

#endif
