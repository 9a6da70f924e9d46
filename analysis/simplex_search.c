#include "analysis/simplex_search.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_multimin.h>

#include "sim/error.h"

#define NARROW 0.005 /* of logarithms: what is left of the simplex when it ends */

struct surface {
    const struct fit_problem *problem;
    double *residuals;
};

static double sum_of_squares(const gsl_vector *logs, void *context)
{
    const struct surface *surface = context;
    const struct fit_problem *problem = surface->problem;
    double value[LEAST_SQUARES_MAX], sum = 0;
    for (size_t i = 0; i < logs->size; i++)
        value[i] = exp(gsl_vector_get(logs, i));
    problem->residuals(value, surface->residuals, problem->context);
    for (size_t i = 0; i < problem->count; i++)
        sum += surface->residuals[i] * surface->residuals[i];
    return isfinite(sum) ? sum : 1e300; /* a simplex turns away from there */
}

void simplex_search(const struct fit_problem *problem, struct fit_parameter *parameters,
                    size_t n, double *chi2)
{
    assert(n > 0 && n <= LEAST_SQUARES_MAX);
    struct surface surface = { problem, mem_alloc(problem->count * sizeof(double)) };
    gsl_multimin_function function = { sum_of_squares, n, &surface };
    gsl_vector *start = gsl_vector_alloc(n), *width = gsl_vector_alloc(n);
    gsl_multimin_fminimizer *m =
        gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, n);
    for (size_t i = 0; i < n; i++)
        gsl_vector_set(start, i, log(parameters[i].start));
    gsl_vector_set_all(width, problem->step);
    gsl_multimin_fminimizer_set(m, &function, start, width);
    for (size_t k = 0; k < problem->iterations; k++)
        if (gsl_multimin_fminimizer_iterate(m) || gsl_multimin_fminimizer_size(m) < NARROW)
            break;
    for (size_t i = 0; i < n; i++)
        parameters[i].estimate = exp(gsl_vector_get(m->x, i));
    *chi2 = m->fval;
    gsl_multimin_fminimizer_free(m);
    gsl_vector_free(start);
    gsl_vector_free(width);
    free(surface.residuals);
}
