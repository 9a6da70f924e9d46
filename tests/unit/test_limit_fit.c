/* What a series of outcomes says of a limit, against the same sums over a grid so fine that its
 * steps do not show.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <gsl/gsl_randist.h>

#include "analysis/limit_fit.h"
#include "tests/support/near.h"

enum { LIMITS = 3000, SCALES = 61, TRIALS = 12 };

/* Kept and broken mix about 100. */
static const struct limit_trial mixed[TRIALS] = {
    { 70, true },  { 85, true },   { 92, true },   { 95, false },
    { 97, true },  { 100, true },  { 103, false }, { 104, true },
    { 108, true }, { 112, false }, { 120, false }, { 140, false },
};
/* None contradicts another. */
static const struct limit_trial plain[] = {
    { 50, true }, { 80, true }, { 90, false }, { 200, false }
};

/* Chance of all outcomes. */
static double likelihood(const struct limit_trial *trials, size_t count, double ln_limit,
                         double scale)
{
    double product = 1;
    for (size_t i = 0; i < count; i++) {
        double kept = 1 / (1 + exp((log(trials[i].value) - ln_limit) / scale));
        product *= trials[i].kept ? kept : 1 - kept;
    }
    return product;
}

static double quantile(const double *weights, double from, double step, double q)
{
    double below = 0, all = 0;
    int i = 0;
    for (int k = 0; k < LIMITS; k++)
        all += weights[k];
    while (below + weights[i] < q * all)
        below += weights[i++];
    return exp(from + i * step);
}

/* As limit_fit.h has it, for more breaks; trials ascend. */
static struct limit_fit summed(const struct limit_trial *trials, size_t count)
{
    double *weights = calloc(LIMITS, sizeof *weights), all = 0, ln = 0, squares = 0, scales = 0;
    double from = log(trials[0].value / 2), to = log(2 * trials[count - 1].value);
    double step = (to - from) / (LIMITS - 1);
    for (int i = 0; i < LIMITS; i++)
        for (int k = 0; k < SCALES; k++) {
            double off = 6.0 * k / (SCALES - 1) - 3, at = from + i * step;
            double scale = LIMIT_SCALE * exp(LIMIT_SCALE_CV * off);
            double weight = exp(-off * off / 2) * likelihood(trials, count, at, scale);
            weights[i] += weight;
            all += weight;
            ln += weight * at;
            squares += weight * at * at;
            scales += weight * log(scale);
        }
    struct limit_fit fit = { .value = quantile(weights, from, step, 0.5),
                             .low = quantile(weights, from, step, 0.05),
                             .high = quantile(weights, from, step, 0.95),
                             .error = sqrt(squares / all - ln / all * (ln / all)),
                             .scale = exp(scales / all) };
    free(weights);
    return fit;
}

static void assert_fits(const struct limit_trial *trials, size_t count)
{
    struct limit_fit fit, fine = summed(trials, count);
    limit_fit(trials, count, true, &fit);
    assert_near(log(fit.value / fine.value), 0, 0.003);
    assert_near(log(fit.low / fine.low), 0, 0.005);
    assert_near(log(fit.high / fine.high), 0, 0.005);
    assert_near(fit.error / fine.error, 1, 0.03);
    assert_near(fit.scale / fine.scale, 1, 0.03);
}

static void as_a_fine_grid_has_it(void **state)
{
    (void)state;
    assert_fits(mixed, TRIALS);
    assert_fits(plain, sizeof plain / sizeof *plain);
}

/* More CPU keeps what fewer clients keep: at the reciprocals everything is turned over. */
static void fewer_breaks_is_the_mirror(void **state)
{
    struct limit_trial turned[TRIALS];
    struct limit_fit fit, mirror;
    (void)state;
    for (int i = 0; i < TRIALS; i++)
        turned[i] = (struct limit_trial){ 1 / mixed[i].value, mixed[i].kept };
    limit_fit(mixed, TRIALS, true, &fit);
    limit_fit(turned, TRIALS, false, &mirror);
    assert_near(mirror.value * fit.value, 1, 1e-9);
    assert_near(mirror.low * fit.high, 1, 1e-9);
    assert_near(mirror.high * fit.low, 1, 1e-9);
    assert_near(mirror.error, fit.error, 1e-9);
    assert_near(mirror.scale, fit.scale, 1e-9);
}

#define SETS 800
enum { SERIES = 16 };

/* Limits and scales as limit_fit.h takes them to be, values tried about a guess that is up to 30 % off.
 * A share of 800 that is 0.9 has a standard error of 1.1 %; a mean square of as many normal ones that
 * is 1, of 5. */
static void nine_of_ten_intervals_hold_the_limit(void **state)
{
    (void)state;
    double within = 0, squares = 0, below = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int set = 0; set < SETS; set++) {
        struct limit_trial trials[SERIES];
        struct limit_fit fit;
        double limit = 1000, scale = LIMIT_SCALE * exp(gsl_ran_gaussian(rng, LIMIT_SCALE_CV));
        double guess = limit * exp(0.6 * gsl_rng_uniform(rng) - 0.3);
        for (int i = 0; i < SERIES; i++) {
            double value = guess * exp(1.2 * i / (SERIES - 1) - 0.6);
            double kept = 1 / (1 + exp(log(value / limit) / scale));
            trials[i] = (struct limit_trial){ value, gsl_rng_uniform(rng) < kept };
        }
        limit_fit(trials, SERIES, true, &fit);
        within += fit.low <= limit && limit <= fit.high;
        below += fit.value < limit;
        squares += pow(log(fit.value / limit) / fit.error, 2) / SETS;
    }
    gsl_rng_free(rng);
    print_message("within %.3f, below %.3f, in told errors %.2f\n", within / SETS, below / SETS,
                  sqrt(squares));
    assert_near(within / SETS, 0.9, 0.034);
    assert_near(below / SETS, 0.5, 0.055);
    assert_near(squares, 1, 0.2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_a_fine_grid_has_it),
        cmocka_unit_test(fewer_breaks_is_the_mirror),
        cmocka_unit_test(nine_of_ten_intervals_hold_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
