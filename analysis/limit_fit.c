#include "analysis/limit_fit.h"

#include <math.h>
#include <stdlib.h>

#include "sim/error.h"

#define LIMITS 60
#define SCALES 13

struct grid {
    double from, step;      /* ln limit */
    double weights[LIMITS]; /* of each limit, over all scales; sum 1 in the end */
    double ln_scale;        /* mean */
};

static double ln_scale_at(int k)
{
    return log(LIMIT_SCALE) + LIMIT_SCALE_CV * (6.0 * k / (SCALES - 1) - 3);
}

struct outcomes_at {  /* of the trials, made ready for the sum */
    double *ln_value; /* owned */
    double *
        sign; /* of what makes the outcome unlikely: the value above the limit, or below; owned */
    size_t count;
};

/* Of products of a hundred orders of magnitude one logarithm; far beyond them (infinite) there is
 * no weight. */
static double ln_likelihood(const struct outcomes_at *o, double ln_limit, double scale)
{
    double sum = 0, product = 1;
    for (size_t i = 0; i < o->count; i++) {
        product *= 1 + exp(o->sign[i] * (o->ln_value[i] - ln_limit) / scale);
        if (product > 1e100) {
            sum += log(product);
            product = 1;
        }
    }
    return -sum - log(product);
}

static void place(struct grid *g, const struct outcomes_at *o)
{
    double least = o->ln_value[0], greatest = o->ln_value[0];
    for (size_t i = 1; i < o->count; i++) {
        least = fmin(least, o->ln_value[i]);
        greatest = fmax(greatest, o->ln_value[i]);
    }
    g->from = least - log(2);
    g->step = (greatest + log(2) - g->from) / (LIMITS - 1);
}

/* Likelihoods are taken relative to the greatest, so that none underflows that matters. */
static void weigh(struct grid *g, const struct outcomes_at *o)
{
    double(*ln)[SCALES] = mem_alloc(LIMITS * sizeof *ln), greatest = -INFINITY, sum = 0;
    for (int i = 0; i < LIMITS; i++)
        for (int k = 0; k < SCALES; k++) {
            double off = (ln_scale_at(k) - log(LIMIT_SCALE)) / LIMIT_SCALE_CV;
            ln[i][k] =
                ln_likelihood(o, g->from + i * g->step, exp(ln_scale_at(k))) - off * off / 2;
            greatest = fmax(greatest, ln[i][k]);
        }
    g->ln_scale = 0;
    for (int i = 0; i < LIMITS; i++) {
        g->weights[i] = 0;
        for (int k = 0; k < SCALES; k++) {
            double weight = exp(ln[i][k] - greatest);
            g->weights[i] += weight;
            g->ln_scale += weight * ln_scale_at(k);
        }
        sum += g->weights[i];
    }
    for (int i = 0; i < LIMITS; i++)
        g->weights[i] /= sum;
    g->ln_scale /= sum;
    free(ln);
}

/* ln limit below which the share q of the weights lies; a weight is spread over its step. */
static double quantile(const struct grid *g, double q)
{
    double below = 0;
    for (int i = 0; i < LIMITS; i++) {
        if (below + g->weights[i] >= q)
            return g->from + g->step * (i - 0.5 + (q - below) / g->weights[i]);
        below += g->weights[i];
    }
    return g->from + g->step * (LIMITS - 1);
}

/* The grid is laid once over all that was tried, and once more where the weight is. */
void limit_fit(const struct limit_trial *trials, size_t count, bool more_breaks,
               struct limit_fit *fit)
{
    struct grid g;
    struct outcomes_at o = { mem_alloc(count * sizeof(double)),
                             mem_alloc(count * sizeof(double)), count };
    double mean = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        o.ln_value[i] = log(trials[i].value);
        o.sign[i] = trials[i].kept == more_breaks ? 1 : -1;
    }
    place(&g, &o);
    weigh(&g, &o);
    double low = quantile(&g, 1e-4) - g.step, high = quantile(&g, 1 - 1e-4) + g.step;
    g.from = low;
    g.step = (high - low) / (LIMITS - 1);
    weigh(&g, &o);
    free(o.ln_value);
    free(o.sign);
    for (int i = 0; i < LIMITS; i++)
        mean += g.weights[i] * (g.from + i * g.step);
    for (int i = 0; i < LIMITS; i++)
        squares += g.weights[i] * pow(g.from + i * g.step - mean, 2);
    *fit = (struct limit_fit){ .value = exp(quantile(&g, 0.5)),
                               .low = exp(quantile(&g, 0.05)),
                               .high = exp(quantile(&g, 0.95)),
                               .error = sqrt(squares),
                               .scale = exp(g.ln_scale) };
}
