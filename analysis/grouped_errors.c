#include "analysis/grouped_errors.h"

#include <math.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_eigen.h>

#define FREEDOM_LEAST 2.0 /* residuals' worth of what a variance is told by */

struct kinds {
    double sum[RESIDUAL_KINDS][RESIDUAL_KINDS];
    double freedom[RESIDUAL_KINDS][RESIDUAL_KINDS];
};

/* Where the group that begins at i ends. */
static size_t end_of(const struct residual_origin *origin, size_t i, size_t count)
{
    size_t end = i + 1;
    while (end < count && origin[i].group >= 0 && origin[end].group == origin[i].group)
        end++;
    return end;
}

static void add_group(struct kinds *k, const gsl_vector *residual, const double *leverage,
                      const struct residual_origin *origin, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        for (size_t j = begin; j < end; j++) {
            int a = origin[i].kind, b = origin[j].kind;
            k->sum[a][b] += gsl_vector_get(residual, i) * gsl_vector_get(residual, j);
            k->freedom[a][b] += sqrt((1 - leverage[i]) * (1 - leverage[j]));
        }
}

static double mean_product(const struct kinds *k, int a, int b)
{
    return k->freedom[a][b] < FREEDOM_LEAST ? 0 : k->sum[a][b] / k->freedom[a][b];
}

/* Kinds that hardly meet are taken as independent. */
static void estimate(const struct kinds *k, gsl_matrix *v)
{
    for (int a = 0; a < RESIDUAL_KINDS; a++)
        for (int b = 0; b < RESIDUAL_KINDS; b++) {
            double aa = mean_product(k, a, a), bb = mean_product(k, b, b), rho = a == b;
            if (a != b && aa > 0 && bb > 0)
                rho = fmin(fmax(mean_product(k, a, b) / sqrt(aa * bb), -1), 1);
            gsl_matrix_set(v, (size_t)a, (size_t)b, rho * sqrt(fmax(aa, 1) * fmax(bb, 1)));
        }
}

/* Sums over pairs that not every group has need not make a covariance: its nearest one, without
 * what is below 0. */
static void make_positive(gsl_matrix *v)
{
    size_t n = v->size1;
    gsl_eigen_symmv_workspace *w = gsl_eigen_symmv_alloc(n);
    gsl_vector *value = gsl_vector_alloc(n);
    gsl_matrix *vectors = gsl_matrix_alloc(n, n);
    gsl_eigen_symmv(v, value, vectors, w);
    gsl_matrix_set_zero(v);
    for (size_t i = 0; i < n; i++) {
        gsl_vector_view column = gsl_matrix_column(vectors, i);
        gsl_blas_dger(fmax(gsl_vector_get(value, i), 0), &column.vector, &column.vector, v);
    }
    gsl_matrix_free(vectors);
    gsl_vector_free(value);
    gsl_eigen_symmv_free(w);
}

/* V of every group, times J: row i is the sum over the residuals of its group. */
static void spread_over_groups(const gsl_matrix *jacobian, const gsl_matrix *v,
                               const struct residual_origin *origin, gsl_matrix *out)
{
    gsl_matrix_set_zero(out);
    for (size_t begin = 0, end; begin < jacobian->size1; begin = end) {
        end = end_of(origin, begin, jacobian->size1);
        for (size_t i = begin; i < end; i++)
            for (size_t j = begin; j < end; j++) {
                double weight = origin[i].group < 0 ? 1
                                                    : gsl_matrix_get(v, (size_t)origin[i].kind,
                                                                     (size_t)origin[j].kind);
                gsl_vector_const_view from = gsl_matrix_const_row(jacobian, j);
                gsl_vector_view to = gsl_matrix_row(out, i);
                gsl_blas_daxpy(weight, &from.vector, &to.vector);
            }
    }
}

void grouped_errors(const gsl_vector *residual, const gsl_matrix *jacobian,
                    const gsl_matrix *unit, const double *leverage,
                    const struct residual_origin *origin, gsl_matrix *covariance)
{
    size_t n = jacobian->size1, p = jacobian->size2;
    struct kinds kinds = { 0 };
    gsl_matrix *v = gsl_matrix_alloc(RESIDUAL_KINDS, RESIDUAL_KINDS);
    gsl_matrix *spread = gsl_matrix_alloc(n, p), *half = gsl_matrix_alloc(p, p);
    for (size_t begin = 0, end; begin < n; begin = end) {
        end = end_of(origin, begin, n);
        if (origin[begin].group >= 0)
            add_group(&kinds, residual, leverage, origin, begin, end);
    }
    estimate(&kinds, v);
    make_positive(v);
    spread_over_groups(jacobian, v, origin, spread);
    gsl_matrix *meat = gsl_matrix_alloc(p, p);
    gsl_blas_dgemm(CblasTrans, CblasNoTrans, 1, jacobian, spread, 0, meat);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, unit, meat, 0, half);
    gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1, half, unit, 0, covariance);
    gsl_matrix_free(meat);
    gsl_matrix_free(half);
    gsl_matrix_free(spread);
    gsl_matrix_free(v);
}
