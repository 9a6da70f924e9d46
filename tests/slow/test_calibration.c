/* Calibration finds the costs it was not told: a server with known costs (the model itself, with
 * random numbers of its own) stands in for the real arm, and the fit starts elsewhere. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration_stage.h"
#include "analysis/profile.h"
#include "tests/support/made_server.h"

#define LEVEL_KEPT 0.02 /* of all costs, when tails alone change */

static void check_estimates(const struct calibration_fit *fit, const struct made_server *m)
{
    double worst = 0; /* in units of what is allowed */
    for (size_t i = 0; i < m->count; i++) {
        const struct made_truth *t = &m->truths[i];
        const struct calibrated *found = calibrated_find(fit->options, fit->count, t->option);
        assert_non_null(found);
        double off = log(found->estimate / t->value);
        print_message("%s: %g, true %g, off %.1f %%, said %.1f %%\n", t->option,
                      found->estimate, t->value, 100 * off, 100 * found->relative_error);
        worst = fmax(worst, fabs(off) / fmax(4 * found->relative_error, 0.1));
    }
    assert_true(worst < 1);
}

/* What is written is what the next experiment reads. */
static void check_profile(const struct calibration *c, const struct calibration_fit *fit,
                          const char *path)
{
    struct error err;
    struct profile_fact fact = { "host", "made" };
    struct profile_note note = { "made-server", &fact, 1 };
    struct settings read;
    assert_int_equal(profile_write(path, c, fit, &note, &err), 0);
    settings_init(&read);
    if (profile_load(&read, NULL, path, &err) != 0)
        fail_msg("the profile is refused: %s", err.text);
    for (size_t i = 0; i < fit->count; i++) {
        struct setting which;
        assert_int_equal(settings_find(&read, fit->options[i].option, &which, &err), 0);
        double value = settings_number(&read, &which);
        if (!(fabs(value - fit->options[i].estimate) <= 1e-3 * fabs(value)))
            fail_msg("%s: written %g, read %g", fit->options[i].option,
                     fit->options[i].estimate, value);
    }
}

/* Row of a fitted option in what is drawn; one that the data do not tell has none. */
static size_t row_of(const struct parameter_draws *d, const char *option)
{
    size_t row = 0;
    while (row < d->count && strcmp(d->which[row]->name, option) != 0)
        row++;
    return row;
}

/* The joint errors come back as the fit had them, as far as three digits hold them. */
static void check_errors(const struct calibration_fit *fit, const char *path)
{
    struct error err;
    struct parameter_draws d;
    size_t told = 0;
    if (parameter_draws_read(&d, path, &err) != 0)
        fail_msg("the errors are refused: %s", err.text);
    for (size_t i = 0; i < fit->joint; i++)
        for (size_t j = 0; j <= i; j++) {
            size_t a = row_of(&d, fit->options[i].option),
                   b = row_of(&d, fit->options[j].option);
            double read = 0, error = sqrt(fit->covariance[i * fit->joint + i] *
                                          fit->covariance[j * fit->joint + j]);
            for (size_t k = 0; a < d.count && b < d.count && k < d.count; k++)
                read += d.root[a][k] * d.root[b][k];
            told += i == j && a < d.count;
            if (!(fabs(read - fit->covariance[i * fit->joint + j]) <= 0.02 * error))
                fail_msg("%s, %s: %g, read %g", fit->options[i].option, fit->options[j].option,
                         fit->covariance[i * fit->joint + j], read);
        }
    assert_true(told >= made_uvloop.count / 2);
}

static void check_ranges(const struct plan *plan, const char *path)
{
    struct error err;
    struct settings s;
    struct fitted_ranges ranges, expected = { .loop = 1 + LOOP_UVLOOP }; /* of made_uvloop */
    settings_init(&s);
    assert_int_equal(profile_load(&s, &ranges, path, &err), 0);
    for (size_t i = 0; i < plan->count; i++)
        fitted_ranges_add(&expected, &plan->points[i].settings);
    assert_memory_equal(&ranges, &expected, sizeof ranges);
}

static void finds_the_costs(void **state)
{
    (void)state;
    struct planned_store b;
    struct error err;
    struct calibration c;
    struct calibration_fit fit;
    planned_store_open(&b, made_experiment);
    assert_int_equal(calibration_collect(&c, &b.plan, b.store, "x", &err), ERR_INVALID);
    made_server_collect(&c, &b, 3, &made_uvloop);
    assert_int_equal(c.cell_count, b.plan.count);
    assert_int_equal(calibration_run(&c, &fit, &err), 0);
    print_message("means chi2 %g in %zu (%d); quantiles chi2 %g in %zu (%d)\n", fit.means.chi2,
                  fit.means.iterations, fit.means.converged, fit.quantiles.chi2,
                  fit.quantiles.iterations, fit.quantiles.converged);
    check_estimates(&fit, &made_uvloop);
    char *profile = scratch_path(&b.scratch, "p.yaml");
    check_profile(&c, &fit, profile);
    check_errors(&fit, profile);
    check_ranges(&b.plan, profile);
    free(profile);
    calibration_close(&c);
    planned_store_close(&b);
}

/* Mean of the logarithms of the made costs' estimates over their truths. */
static double level_of(const struct calibration_fit *fit)
{
    double sum = 0;
    int count = 0;
    for (size_t i = 0; i < made_uvloop.count; i++) {
        const struct made_truth *t = &made_uvloop.truths[i];
        if (!calibration_is_level(t->option))
            continue;
        sum += log(calibrated_find(fit->options, fit->count, t->option)->estimate / t->value);
        count++;
    }
    return sum / count;
}

/* Fits rows whose p95 and p99 lie `beyond` times where the model has them. */
static void fit_beyond(double beyond, struct calibration_fit *fit)
{
    struct planned_store b;
    struct error err;
    struct calibration c;
    planned_store_open(&b, made_experiment);
    made_server_collect(&c, &b, 2, &made_uvloop);
    for (size_t i = 0; i < c.cell_count; i++)
        for (int m = CALIBRATION_P95; m <= CALIBRATION_P99; m++)
            c.cells[i].real[m] *= beyond;
    assert_int_equal(calibration_run(&c, fit, &err), 0);
    calibration_close(&c);
    planned_store_close(&b);
}

/* Tails a fifth above what the costs make of them: all costs stay where they are found without,
 * and the fifth is told; of throttled cells, two that scatter, some of it. */
static void tells_tails_apart(void **state)
{
    (void)state;
    static const double told[2][2] = { { -0.20, -0.12 }, { -0.20, -0.02 } };
    struct calibration_fit plain, beyond;
    fit_beyond(1, &plain);
    fit_beyond(1.2, &beyond);
    double level = level_of(&beyond) - level_of(&plain);
    print_message("costs %+.4f\n", level);
    assert_true(fabs(level) < LEVEL_KEPT);
    for (int throttled = 0; throttled < 2; throttled++)
        for (int m = CALIBRATION_P50; m <= CALIBRATION_P99; m++) {
            double more = beyond.alike[throttled][m] - plain.alike[throttled][m];
            print_message("%s alike: %+.3f\n",
                          calibration_metric_name((enum calibration_metric)m), more);
            if (m == CALIBRATION_P50)
                assert_true(fabs(more) < 0.03);
            else
                assert_true(more > told[throttled][0] && more < told[throttled][1]);
        }
}

static const struct made_truth compiled[] = {
    { "cost.publish", 220e3 },   { "cost.sse.write", 7e3 },        { "cost.code.excess", 1.2 },
    { "cost.code.work", 14e6 },  { "cost.code.compile", 90e6 },    { "cost.code.parse", 7e6 },
    { "cost.code.first", 12e3 }, { "cost.code.connection", 15e3 }, { "cost.sse.settle", 1.5e3 },
};

static const char compiled_text[] =
    "question: what does code cost that is compiled while it runs?\n"
    "server: { loop: node, hops: 0 }\n"
    "cost: { code: { stages: 8, late: yes } }\n"
    "workload:\n"
    "  arrivals: poisson\n"
    "  phases:\n"
    "    - { name: before, duration: 1500ms, rate: 11/s, measure: no }\n"
    "    - { name: load, duration: 3s, rate: 11/s }\n"
    "sweep:\n"
    "  zip:\n"
    "    clients.count:    [15, 15, 110, 110, 500, 500, 1500, 500, 110]\n"
    "    workload.payload: [100B, 100B, 100B, 4KiB, 100B, 4KiB, 100B, 100B, 100B]\n"
    "    cpu.limit: [1000m, 1000m, 1000m, 1000m, 1000m, 1000m, 1000m, 150m, 140m]\n"
    "    workload.phases.before.rate: [130/s, 5/s, 40/s, 5/s, 11/s, 3/s, 3/s, 11/s, 40/s]\n"
    "    workload.phases.load.rate: [130/s, 5/s, 40/s, 5/s, 11/s, 3/s, 3/s, 11/s, 40/s]\n";

/* The process that was just started: its loop's excess, its compilers', and its first publish. */
static void finds_compiled_code(void **state)
{
    (void)state;
    static const struct made_server node = { LOOP_NODE, 0, compiled,
                                             sizeof compiled / sizeof *compiled, 0 };
    struct planned_store b;
    struct error err;
    struct calibration c;
    struct calibration_fit fit;
    planned_store_open(&b, compiled_text);
    made_server_collect(&c, &b, 2, &node);
    assert_int_equal(calibration_run(&c, &fit, &err), 0);
    check_estimates(&fit, &node);
    calibration_close(&c);
    planned_store_close(&b);
}

/* Of a server of which nobody has said how its loop works. */
static void finds_the_loop(void **state)
{
    (void)state;
    const struct made_server servers[] = {
        { LOOP_NODE, 0, compiled, sizeof compiled / sizeof *compiled, 0 },
        { LOOP_UVLOOP, 1, made_uvloop.truths, made_uvloop.count, 0 }
    };
    for (size_t k = 0; k < sizeof servers / sizeof *servers; k++) {
        struct planned_store b;
        struct error err;
        struct calibration c;
        planned_store_open(&b, made_experiment);
        made_server_collect(&c, &b, 2, &servers[k]); /* as many as calibrate makes */
        assert_int_equal(calibration_choose_loop(&c, &err), 0);
        assert_int_equal(c.loop, servers[k].loop);
        assert_int_equal(c.hops, servers[k].hops);
        calibration_close(&c);
        planned_store_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(finds_the_costs),
                                        cmocka_unit_test(tells_tails_apart),
                                        cmocka_unit_test(finds_compiled_code),
                                        cmocka_unit_test(finds_the_loop) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
