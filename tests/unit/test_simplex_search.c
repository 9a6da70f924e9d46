/* The search finds the bottom of a valley whose sides are steps, where slopes tell nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/simplex_search.h"

#define COUNT 24

struct valley {
    double step; /* of the model's figures: 0 = smooth */
    double low;  /* parameters below it have no finite value */
    int calls;
};

static double figure(int i, const double *value, double step)
{
    double y = value[0] * exp(-value[1] * i / COUNT) + value[2];
    return step > 0 ? step * floor(y / step) : y;
}

static const double truth[] = { 4, 3, 0.5 };

static void residuals(const double *value, double *out, void *context)
{
    struct valley *v = context;
    v->calls++;
    for (int i = 0; i < COUNT; i++)
        out[i] = value[0] < v->low ? NAN : figure(i, value, v->step) - figure(i, truth, 0);
}

static double chi2_at(const struct fit_problem *problem, const double *value)
{
    double out[COUNT], sum = 0;
    problem->residuals(value, out, problem->context);
    for (int i = 0; i < COUNT; i++)
        sum += out[i] * out[i];
    return sum;
}

static struct fit_problem problem_of(struct valley *v, size_t steps)
{
    return (struct fit_problem){
        .residuals = residuals, .context = v, .count = COUNT, .step = 0.3, .iterations = steps
    };
}

static void start_at(struct fit_parameter p[3], double factor)
{
    for (int i = 0; i < 3; i++)
        p[i] = (struct fit_parameter){ .name = "x", .start = truth[i] * factor };
}

static void finds_the_bottom(void **state)
{
    (void)state;
    static const double starts[] = { 0.5, 1, 2 };
    for (size_t k = 0; k < 3; k++) {
        struct valley v = { .step = 0 };
        struct fit_problem problem = problem_of(&v, 300);
        struct fit_parameter p[3];
        double chi2;
        start_at(p, starts[k]);
        simplex_search(&problem, p, 3, &chi2);
        for (int i = 0; i < 3; i++)
            assert_true(fabs(p[i].estimate / truth[i] - 1) < 0.02);
        assert_true(chi2 < 1e-3);
    }
}

/* Steps of 0.2: a difference quotient of a few per cent sees none of them, or one. Rounding down
 * costs 0.2^2 / 3 a figure at the truth, and what is found is no worse. */
static void steps_do_not_hold_it(void **state)
{
    (void)state;
    struct valley v = { .step = 0.2 };
    struct fit_problem problem = problem_of(&v, 300);
    struct fit_parameter p[3];
    double chi2;
    start_at(p, 2);
    simplex_search(&problem, p, 3, &chi2);
    double found[] = { p[0].estimate, p[1].estimate, p[2].estimate };
    assert_true(chi2 <= chi2_at(&problem, truth));
    assert_true(chi2 == chi2_at(&problem, found));
}

/* However few steps, and where a corner of the first simplex has no value. */
static void is_never_worse_than_the_start(void **state)
{
    (void)state;
    for (size_t steps = 0; steps <= 20; steps += 5) {
        struct valley v = { .step = 0.2, .low = truth[0] * 1.2 };
        struct fit_problem problem = problem_of(&v, steps);
        struct fit_parameter p[3];
        double start[3], chi2;
        start_at(p, 1.25);
        for (int i = 0; i < 3; i++)
            start[i] = p[i].start;
        simplex_search(&problem, p, 3, &chi2);
        assert_true(chi2 <= chi2_at(&problem, start));
        assert_true(p[0].estimate >= v.low);
        assert_true(v.calls <= 10 + 8 * (int)(steps + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_bottom),
        cmocka_unit_test(steps_do_not_hold_it),
        cmocka_unit_test(is_never_worse_than_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
