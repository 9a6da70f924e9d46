/* limit_fit.h - the limit of an option from runs whose outcome chance decides near it.
 *
 * Near the knee one and the same number of clients keeps the slo in one run and breaks it in the
 * next, so the limit is the value with which it is kept in half of the runs. The probability is
 * taken to fall along ln value as a logistic function of some scale,
 *
 *     P(kept at value) = 1 / (1 + exp((ln value - ln limit) / scale))     (more breaks)
 *
 * Whatever chose the values, earlier outcomes too, the likelihood is the product over the runs
 * (Berger and Wolpert, The Likelihood Principle, 1988). It is summed over a grid of limits, of
 * which none is preferred, and scales, of which LIMIT_SCALE is preferred, to a factor of
 * LIMIT_SCALE_CV. That weak guess is what keeps a scale from running to 0 where few runs
 * contradict each other.
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_FIT_H
#define PUSHSIM_ANALYSIS_LIMIT_FIT_H

#include <stdbool.h>
#include <stddef.h>

/* Real servers of three kinds at 200m: kept and broken mix over some 15 %. */
#define LIMIT_SCALE    0.05
#define LIMIT_SCALE_CV 1.0 /* standard deviation of ln scale */

struct limit_trial { /* one run */
    double value;    /* of the option, > 0 */
    bool kept;       /* the slo, in this run */
};

struct limit_fit {
    double value;     /* median of what the limit can be */
    double low, high; /* with 90 % it is between them */
    double error;     /* standard deviation of ln limit */
    double scale;     /* geometric mean, in ln value */
};

/* count >= 1; the limit is sought between half the least and twice the greatest value tried. */
void limit_fit(const struct limit_trial *trials, size_t count, bool more_breaks,
               struct limit_fit *fit);

#endif
