/* A whole calibration in small: of some cells of a second each, of a server whose costs are known.
 * tests/slow/test_calibration.c has larger ones. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration_internal.h"
#include "tests/support/made_server.h"
#include "tests/support/near.h"

static const char text[] =
    "question: what does a delivery cost?\n"
    "workload:\n"
    "  arrivals: poisson\n"
    "  publishers: 16\n"
    "  phases: [{ name: load, duration: 1s, rate: 11/s }]\n"
    "sweep:\n"
    "  zip:\n"
    "    clients.count:    [2, 2, 66, 66, 66, 10]\n"
    "    workload.payload: [100B, 100B, 100B, 4KiB, 100B, 4KiB]\n"
    "    cpu.limit:        [1000m, 1000m, 1000m, 1000m, 50m, 1000m]\n"
    "    workload.phases.load.rate: [150/s, 25/s, 15/s, 15/s, 15/s, 25/s]\n";

static const struct made_truth truths[] = {
    { "cost.publish", 320e3 },         { "cost.sse.wake", 12e3 },
    { "cost.sse.write", 9e3 },         { "cost.sse.write-kib", 600 },
    { "cost.warm.saturation", 2.5e6 }, { "cost.warm.time", 40e6 },
};
enum { COSTS = sizeof truths / sizeof *truths };
static const struct made_server server = { LOOP_UVLOOP, 2, truths, COSTS, 0 };

/* What the server has: as it was made, else by default. */
static double truth_of(const struct settings *defaults, const char *option)
{
    struct setting which;
    struct error err;
    for (size_t i = 0; i < COSTS; i++)
        if (strcmp(truths[i].option, option) == 0)
            return truths[i].value;
    assert_int_equal(settings_find(defaults, option, &which, &err), 0);
    return settings_number(defaults, &which);
}

/* Those that are told lie within three of their errors, and are no guesses that were kept. */
static void check_told(const struct calibration *c, const struct calibration_fit *fit)
{
    size_t told = 0;
    for (size_t i = 0; i < fit->joint; i++) {
        const struct calibrated *o = &fit->options[i];
        double truth = truth_of(&c->cells[0].point->settings, o->option);
        print_message("%s: %g, true %g, said %.0f %%%s\n", o->option, o->estimate, truth,
                      100 * o->relative_error, o->identified ? "" : ": not told");
        assert_int_equal(o->identified, o->relative_error < LEAST_SQUARES_IDENTIFIED);
        if (!o->identified || truth == 0)
            continue;
        told++;
        assert_true(fabs(log(o->estimate / truth)) < 3 * o->relative_error);
    }
    assert_true(told >= 4);
}

/* Of those that are told; costs that are held make them no wider. */
static void check_covariance(const struct calibration_fit *fit)
{
    for (size_t i = 0; i < fit->joint; i++)
        for (size_t j = 0; j < fit->joint; j++) {
            const struct calibrated *a = &fit->options[i], *b = &fit->options[j];
            double both = fit->covariance[i * fit->joint + j];
            assert_near(both, fit->covariance[j * fit->joint + i], 1e-12);
            if (!a->identified || !b->identified)
                assert_true(both == 0);
            else
                assert_true(fabs(both) < (1 + 1e-6) * a->relative_error * b->relative_error);
            if (i == j && a->identified)
                assert_true(both > 0);
        }
}

static void finds_the_costs(void **state)
{
    (void)state;
    struct planned_store b;
    struct error err;
    struct calibration c;
    struct calibration_fit fit;
    planned_store_open(&b, text);
    made_server_collect(&c, &b, 1, &server);
    c.jobs = 1; /* cells are too small to be shared */
    assert_int_equal(calibration_run(&c, &fit, &err), 0);
    check_told(&c, &fit);
    check_covariance(&fit);
    /* CPU time, first and p50, p95 and p99 of each, and share; slopes of those with 64 clients;
     * and of the throttled one neither first nor slope */
    assert_int_equal(fit.residuals, 6 * 6 + 2 - 1);
    print_message("chi2 %.1f, %.1f\n", fit.means.chi2, fit.quantiles.chi2);
    assert_true(fit.quantiles.chi2 < (double)fit.residuals); /* no figure is badly missed */
    calibration_close(&c);
    planned_store_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
