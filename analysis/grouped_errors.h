/* grouped_errors.h - covariance of fitted parameters where residuals come in groups that err
 * together.
 *
 * Figures of one cell's runs (its CPU time, its quantiles) are moved by one chance, so they tell
 * less than as many independent ones. Estimates of least squares stay as they are; their
 * covariance is the sandwich (J'J)^-1 (sum over groups of J_g' V_g J_g) (J'J)^-1, J with one row a
 * residual. The usual V_g is r_g r_g' of the group's own residuals, which says nothing where one
 * group alone tells a parameter (the fit passes through it) and little with some 40 groups. As
 * groups have the same kinds of figures, V is estimated once from all of them (W. Pan, Biometrika
 * 88 (2001), 901-906): of kinds a and b, the sum of r_a r_b over that of sqrt((1 - h_a) (1 -
 * h_b)), h the leverages, so that a group that the fit follows counts as little as it tells. As in
 * least_squares.h, residuals smaller than their weights promise narrow nothing: no variance is
 * below 1.
 */
#ifndef PUSHSIM_ANALYSIS_GROUPED_ERRORS_H
#define PUSHSIM_ANALYSIS_GROUPED_ERRORS_H

#include <gsl/gsl_matrix.h>

#define RESIDUAL_KINDS 8

struct residual_origin {
    int group; /* of one group stand together; -1: of no group, variance 1 (a guess, no figure) */
    int kind; /* 0..RESIDUAL_KINDS - 1, each at most once a group */
};

/* residual (n), jacobian (n x p) and unit = (J'J)^-1 (p x p) at the solution; leverage (n, 0..1)
 * and origin (n) of each residual. Sets covariance (p x p). */
void grouped_errors(const gsl_vector *residual, const gsl_matrix *jacobian,
                    const gsl_matrix *unit, const double *leverage,
                    const struct residual_origin *origin, gsl_matrix *covariance);

#endif
