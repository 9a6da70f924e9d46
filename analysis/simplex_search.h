/* simplex_search.h - least squares where the surface is rough.
 *
 * Quantiles of a simulation jump where one event passes another, so a difference quotient tells the
 * slope of a single step, and a method that follows it stops at the first hollow: FastAPI's 294
 * residuals (Intel Xeon, 2026-11-27) came to a sum of squares of 188 that way, to 138 with a search
 * before and after, with twice the noise and 2 % less of each cost. A simplex compares values alone
 * (Nelder, Mead: A simplex method for function minimization, Computer Journal 7, 1965; GSL's
 * nmsimplex2), and in a few dimensions it is cheap enough. It tells no errors: a fit from where it
 * ended does (least_squares.h).
 */
#ifndef PUSHSIM_ANALYSIS_SIMPLEX_SEARCH_H
#define PUSHSIM_ANALYSIS_SIMPLEX_SEARCH_H

#include "analysis/least_squares.h"

/* Looks for the logarithms of `n` parameters (1..LEAST_SQUARES_MAX, start > 0) that make the
 * problem's sum of squares least, from `start`, the first simplex `problem->step` wide (a
 * logarithm), through problem->iterations steps at most. Sets each `estimate`, and *chi2 to what
 * it is there: never more than at the start. */
void simplex_search(const struct fit_problem *problem, struct fit_parameter *parameters,
                    size_t n, double *chi2);

#endif
