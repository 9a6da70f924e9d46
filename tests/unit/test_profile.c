/* A profile says of every value where it is from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/profile.h"
#include "experiments/run/parameter_draws.h"
#include "tests/support/near.h"
#include "tests/support/planned_store.h"

static const char text[] = "question: q\n"
                           "server: { loop: node, hops: 0 }\n"
                           "network: { publish: 70us }\n"
                           "clients.count: 20\n"
                           "workload:\n"
                           "  phases: [{ name: load, duration: 1s, rate: 10/s }]\n";

static char *written_profile(struct planned_store *b, const struct calibration_fit *fit)
{
    struct run_record record;
    struct calibration c;
    struct error err;
    struct profile_fact fact = { "host", "made" };
    struct profile_note note = { "made-server", &fact, 1 };
    char *path = scratch_path(&b->scratch, "p.yaml");
    run_record_init(&record);
    run_record_metric(&record, "cpu.used", "s", 0.2);
    planned_store_put(b, 0, 1, RUN_DONE, &record);
    assert_int_equal(calibration_collect(&c, &b->plan, b->store, "x", &err), 0);
    assert_int_equal(profile_write(path, &c, fit, &note, &err), 0);
    calibration_close(&c);
    return path;
}

/* Every line from `server:` to `fit:` that has a value: "name: value", and what is behind it. */
static void every_value_has_a_remark(void **state)
{
    (void)state;
    static const struct {
        const char *line, *remark;
    } some[] = {
        { "  loop: node", "not measured: as the experiment has it" },
        { "  publish: 70us", "not measured: as the experiment has it" },
        { "  publish: 123us", "+- 5 %" },
        { "  startup: 1s", "not measured: the default" },
        { "    message: 30us", "not measured: the default" },
        { "  ready-fd: 1us", "not told: in one sum with publish" },
        { "  iteration: 45us", "fitted, but not told apart from others" },
    };
    struct planned_store b;
    struct calibration_fit fit = { .options = { { "cost.publish", 123e3, 0.05, true },
                                                { "cost.iteration", 45e3, 0.9, false } },
                                   .count = 2,
                                   .joint = 2,
                                   .residuals = 1 };
    planned_store_open(&b, text);
    char *path = written_profile(&b, &fit), line[512];
    FILE *in = fopen(path, "r");
    bool inside = false;
    int values = 0, found = 0;
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = 0;
        inside = (inside || strcmp(line, "server:") == 0) && strcmp(line, "fit:") != 0;
        if (!inside || line[strlen(line) - 1] == ':')
            continue;
        char *remark = strstr(line, "  # ");
        if (!remark)
            fail_msg("nothing is said of: %s", line);
        *remark = 0;
        values++;
        for (size_t i = 0; i < sizeof some / sizeof *some; i++)
            if (strcmp(line, some[i].line) == 0) {
                assert_string_equal(remark + 4, some[i].remark);
                found++;
            }
    }
    fclose(in);
    assert_true(values > 80);
    assert_int_equal(found, sizeof some / sizeof *some);
    free(path);
    planned_store_close(&b);
}

/* Covariance of the logarithms of two parameters, as a profile's draws have it. */
static double drawn_together(const struct parameter_draws *d, size_t i, size_t j)
{
    double sum = 0;
    for (size_t k = 0; k < d->count; k++)
        sum += d->root[i][k] * d->root[j][k];
    return sum;
}

/* What replications draw is what the fit knew: those fitted together with their covariance, those
 * found alone with none, and not those that are not told or were counted. */
static void draws_are_those_of_the_fit(void **state)
{
    (void)state;
    static const char *const drawn[] = { "cost.publish", "cost.ack", "cost.sse.write",
                                         "cost.sse.handshake" };
    static const double covariance[4][4] = { { 0.0025, -0.003, 0.001, 0 },
                                             { -0.003, 0.01, 0.002, 0 },
                                             { 0.001, 0.002, 0.04, 0 },
                                             { 0, 0, 0, 0.0016 } };
    struct planned_store b;
    struct error err;
    struct parameter_draws *d = mem_alloc(sizeof *d);
    struct calibration_fit fit = { .options = { { "cost.publish", 123e3, 0.05, true },
                                                { "cost.iteration", 45e3, 0.9, false },
                                                { "cost.ack", 1e3, 0.1, true },
                                                { "cost.sse.write", 5e3, 0.2, true },
                                                { "cost.sse.handshake", 1e5, 0.04, true },
                                                { "cost.gc.young", 16e6, 0, true },
                                                { "cost.sse.kept", 8e3, 0.7, false } },
                                   .count = 7,
                                   .joint = 4,
                                   .residuals = 1 };
    static const size_t at[] = { 0, 2, 3 }; /* of those fitted together */
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            fit.covariance[at[i] * 4 + at[j]] = covariance[i][j];
    planned_store_open(&b, text);
    char *path = written_profile(&b, &fit);
    assert_int_equal(parameter_draws_read(d, path, &err), 0);
    assert_int_equal(d->count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(d->which[i]->name, drawn[i]);
        for (size_t j = 0; j < 4; j++) /* written to three digits */
            assert_near(drawn_together(d, i, j), covariance[i][j],
                        2e-3 * sqrt(covariance[i][i] * covariance[j][j]));
    }
    free(path);
    free(d);
    planned_store_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_a_remark),
        cmocka_unit_test(draws_are_those_of_the_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
