/* sample.h - values of several runs: their median, mean, spread. */
#ifndef PUSHSIM_ANALYSIS_SAMPLE_H
#define PUSHSIM_ANALYSIS_SAMPLE_H

#include <stddef.h>

struct sample {
    double *values; /* one a run; owned; cells_load sorts them */
    size_t count;   /* of them, none is NAN; 0: empty */
};

/* Adds a value at the end; NAN: nothing. */
void sample_add(struct sample *s, double value);
/* Into rising order: the medians and the spread need it. */
void sample_sort(struct sample *s);
/* NAN when the sample is empty. */
double sample_median(const struct sample *s);
double sample_mean(const struct sample *s); /* infinite where a value is, all of one sign */
double sample_sd(const struct sample *s);   /* NAN below two values */
/* The spread that tables show: between them 90 % of further runs are expected, not of those that
 * are there. A further run lies below the k-th of n with probability k / (n + 1), whatever the
 * distribution (Wilks, Annals of Mathematical Statistics 12, 1941), so the bounds are the values
 * number 0.05 (n + 1) and 0.95 (n + 1); below 19 values least and greatest, which hold fewer:
 * (n - 1) / (n + 1). */
#define SAMPLE_TAIL 0.05
/* The share that the bounds of so many values (>= 1) hold: 0.9, or fewer. */
double sample_level(size_t count);
/* Standard error of the median: half of the way from value number (n + 1) / 2 - sqrt(n) / 2 to
 * number (n + 1) / 2 + sqrt(n) / 2, between which it lies with 68 %. NAN below SAMPLE_ERROR
 * values. */
#define SAMPLE_ERROR 5
double sample_median_error(const struct sample *s);
/* The bounds of the spread; NAN when the sample is empty. */
double sample_low(const struct sample *s);
double sample_high(const struct sample *s);

#endif
