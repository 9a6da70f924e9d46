#include "analysis/sample.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort_double.h>
#include <gsl/gsl_statistics_double.h>

#include "sim/error.h"

void sample_add(struct sample *s, double value)
{
    if (isnan(value))
        return;
    s->values = mem_realloc(s->values, (s->count + 1) * sizeof *s->values);
    s->values[s->count++] = value;
}

void sample_sort(struct sample *s)
{
    if (s->count > 1)
        gsl_sort(s->values, 1, s->count);
}

/* Between two values, and where one of them is infinite, the nearer. */
static double quantile(const struct sample *s, double q)
{
    if (s->count == 0)
        return NAN;
    double value = gsl_stats_quantile_from_sorted_data(s->values, 1, s->count, q);
    return isfinite(value) ? value : s->values[(size_t)round(q * (double)(s->count - 1))];
}

double sample_median(const struct sample *s)
{
    return quantile(s, 0.5);
}

/* The library's running mean makes no number of two infinite values. */
double sample_mean(const struct sample *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (isinf(s->values[i]))
            return s->values[i];
    return s->count ? gsl_stats_mean(s->values, 1, s->count) : NAN;
}

double sample_sd(const struct sample *s)
{
    return s->count > 1 ? gsl_stats_sd(s->values, 1, s->count) : NAN;
}

/* GSL counts from the least (0) to the greatest (1) value; the k-th of n is wanted. */
static double order_statistic(const struct sample *s, double k)
{
    double n = (double)s->count;
    return quantile(s, n > 1 ? fmin(fmax((k - 1) / (n - 1), 0), 1) : 0);
}

double sample_median_error(const struct sample *s)
{
    double middle = ((double)s->count + 1) / 2, half = sqrt((double)s->count) / 2;
    if (s->count < SAMPLE_ERROR)
        return NAN;
    return (order_statistic(s, middle + half) - order_statistic(s, middle - half)) / 2;
}

double sample_level(size_t count)
{
    double n = (double)count;
    return fmin(1 - 2 * SAMPLE_TAIL, (n - 1) / (n + 1));
}

double sample_low(const struct sample *s)
{
    return order_statistic(s, SAMPLE_TAIL * ((double)s->count + 1));
}

double sample_high(const struct sample *s)
{
    return order_statistic(s, (1 - SAMPLE_TAIL) * ((double)s->count + 1));
}
