/* Draws of a profile's parameters: the moments of what is drawn, by hand for two of them; what
 * stays; what is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "experiments/run/parameter_draws.h"
#include "tests/support/need.h"

#define DRAWS 20000

static int parse(struct parameter_draws *d, const char *text, struct error *err)
{
    struct yaml_document doc;
    struct error bad;
    need(yaml_parse(&doc, "p.yaml", text, strlen(text), &bad), &bad);
    int code = parameter_draws_parse(d, &doc, err);
    yaml_close(&doc);
    return code;
}

static void take(struct parameter_draws *d, const char *text)
{
    struct error err;
    need(parse(d, text, &err), &err);
}

static const char three[] = "fit:\n"
                            "  parameters:\n"
                            "    - { name: cost.publish, error: 0.1 }\n"
                            "    - { name: cost.ack, error: 0.3, with: \"-0.6\" }\n"
                            "    - { name: cost.sse.write, error: 0.2, with: \"0.5 0.25\" }\n";
static const double error[3] = { 0.1, 0.3, 0.2 };
static const double correlation[3][3] = { { 1, -0.6, 0.5 },
                                          { -0.6, 1, 0.25 },
                                          { 0.5, 0.25, 1 } };

static void logs_of(const struct parameter_draws *d, uint32_t replication, double logs[3])
{
    struct settings s;
    settings_init(&s);
    struct cost_params *cost = &s.parameters.cost;
    cost->publish_ns = cost->ack_ns = cost->by_protocol[PROTOCOL_SSE].write_ns = 1000;
    parameter_draws_apply(d, 7, replication, &s);
    logs[0] = log(cost->publish_ns / 1000);
    logs[1] = log(cost->ack_ns / 1000);
    logs[2] = log(cost->by_protocol[PROTOCOL_SSE].write_ns / 1000);
}

/* Means and products within five of their standard errors: of a product of two normal variables
 * with correlation r, the standard deviation is the product of theirs times sqrt(1 + r r). */
static void moments_are_those_of_the_covariance(void **state)
{
    (void)state;
    struct parameter_draws d;
    double sum[3] = { 0 }, product[3][3] = { { 0 } };
    take(&d, three);
    for (uint32_t i = 1; i <= DRAWS; i++) {
        double logs[3];
        logs_of(&d, i, logs);
        for (int a = 0; a < 3; a++) {
            sum[a] += logs[a];
            for (int b = 0; b < 3; b++)
                product[a][b] += logs[a] * logs[b];
        }
    }
    for (int a = 0; a < 3; a++) {
        assert_true(fabs(sum[a] / DRAWS) < 5 * error[a] / sqrt(DRAWS));
        for (int b = 0; b < 3; b++) {
            double both = error[a] * error[b], r = correlation[a][b];
            assert_true(fabs(product[a][b] / DRAWS - r * both) <
                        5 * both * sqrt((1 + r * r) / DRAWS));
        }
    }
}

/* C = [0.04 -0.018; -0.018 0.0225]: root [0.2 0; -0.09 0.12], since 0.04 = 0.2^2,
 * -0.018 = 0.2 * -0.09 and 0.0225 = 0.09^2 + 0.12^2; the correlation is -0.6. */
static void root_of_two_by_hand(void **state)
{
    (void)state;
    struct parameter_draws d;
    take(&d, "fit:\n  parameters:\n    - { name: cost.publish, error: 0.2 }\n"
             "    - { name: cost.ack, error: 0.15, with: -0.6 }\n");
    assert_int_equal(d.count, 2);
    assert_true(fabs(d.root[0][0] - 0.2) < 1e-12);
    assert_true(fabs(d.root[1][0] + 0.09) < 1e-12);
    assert_true(fabs(d.root[1][1] - 0.12) < 1e-12);
    assert_true(d.root[0][1] == 0);
}

static void same_seed_same_draws(void **state)
{
    (void)state;
    struct parameter_draws d;
    double a[3], b[3], other[3];
    take(&d, three);
    logs_of(&d, 3, a);
    logs_of(&d, 3, b);
    logs_of(&d, 4, other);
    assert_memory_equal(a, b, sizeof a);
    for (int i = 0; i < 3; i++)
        assert_true(a[i] != other[i]);
}

/* The pace and the parameters that were there are drawn the same when others come behind them. */
static void one_more_parameter_leaves_the_others(void **state)
{
    (void)state;
    struct parameter_draws d, more;
    char longer[512];
    double a[3], b[3];
    strcat(strcpy(longer, three), "    - { name: cost.noise, error: 0.4 }\n");
    take(&d, three);
    take(&more, longer);
    logs_of(&d, 9, a);
    logs_of(&more, 9, b);
    assert_memory_equal(a, b, sizeof a);
    assert_true(parameter_draws_hash(&d) != parameter_draws_hash(&more));
}

static void old_profile_draws_nothing(void **state)
{
    (void)state;
    struct parameter_draws d;
    struct settings before, after;
    take(&d, "name: old\nfit:\n  residuals: 12\n");
    settings_init(&before);
    before.parameters.cost.host_cv = 0.1;
    after = before;
    parameter_draws_apply(&d, 1, 1, &after);
    assert_memory_equal(&before, &after, sizeof before);
}

static void values_stop_at_the_end_of_their_range(void **state)
{
    (void)state;
    struct parameter_draws d;
    bool stopped = false;
    take(&d, "fit: { parameters: [ { name: cost.noise, error: 2 } ] }\n");
    for (uint32_t i = 1; i <= 100; i++) {
        struct settings s;
        settings_init(&s);
        s.parameters.cost.noise_cv = 9;
        parameter_draws_apply(&d, 1, i, &s);
        assert_true(s.parameters.cost.noise_cv <= 10);
        stopped |= s.parameters.cost.noise_cv == 10;
    }
    assert_true(stopped);
}

static double pace_of(const struct parameter_draws *d, uint32_t replication, double given_ns)
{
    struct settings s;
    settings_init(&s);
    s.parameters.cost.pace.step_ns = given_ns;
    parameter_draws_apply(d, 1, replication, &s);
    return s.parameters.cost.pace.step_ns;
}

/* Half of the runs were between 1 and 1.2 ns, half between that and 2: so are half of the draws,
 * within five standard errors of a share. A pace that is given stays. */
static void paces_are_those_of_the_runs(void **state)
{
    (void)state;
    struct parameter_draws d;
    int below = 0;
    take(&d, "fit: { noise-left: 0.5, paces: 1ns 1.2ns 2ns }\n");
    for (uint32_t i = 1; i <= 2000; i++) {
        double pace_ns = pace_of(&d, i, 0);
        assert_true(pace_ns >= 1 && pace_ns <= 2);
        below += pace_ns < 1.2;
    }
    assert_true(fabs(below / 2000.0 - 0.5) < 5 * 0.5 / sqrt(2000));
    assert_true(pace_of(&d, 1, 1.7) == 1.7);
}

/* Memory was slow where the step was: so it is in each draw, on the same straight lines. */
static void reads_are_those_of_the_same_runs(void **state)
{
    (void)state;
    struct parameter_draws d;
    take(&d, "fit: { paces: 1ns 1.2ns 2ns, reads: 400ns 420ns 340ns }\n");
    for (uint32_t i = 1; i <= 50; i++) {
        struct settings s;
        settings_init(&s);
        parameter_draws_apply(&d, 1, i, &s);
        struct run_pace pace = s.parameters.cost.pace;
        double read_ns = pace.step_ns < 1.2 ? 400 + 100 * (pace.step_ns - 1)
                                            : 420 - 100 * (pace.step_ns - 1.2);
        assert_true(fabs(pace.read_ns - read_ns) < 1e-6);
    }
}

static void noise_is_what_is_left_of_it(void **state)
{
    (void)state;
    struct parameter_draws d;
    struct settings s;
    settings_init(&s);
    s.parameters.cost.host_cv = 0.1;
    take(&d, "fit: { noise-left: 0.5 }\n");
    parameter_draws_apply(&d, 1, 1, &s);
    assert_true(fabs(s.parameters.cost.host_cv - 0.05) < 1e-12);
}

/* By rounding, no parameters could have quite these; by a hair they can. */
static void rounded_correlations_are_taken(void **state)
{
    (void)state;
    struct parameter_draws d;
    take(&d, "fit:\n  parameters:\n    - { name: cost.publish, error: 0.2 }\n"
             "    - { name: cost.ack, error: 0.1, with: 1 }\n"
             "    - { name: cost.noise, error: 0.1, with: \"0.999 1\" }\n");
    assert_true(d.root[2][2] > 0);
    assert_true(fabs(hypot(d.root[1][0], d.root[1][1]) - 0.1) < 1e-12);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        { "fit: { parameters: 3 }", "parameters must be a list" },
        { "fit: { parameters: [ { name: cost.publish } ] }", "has a name and an error" },
        { "fit: { parameters: [ { name: cost.publsh, error: 0.1 } ] }", "'cost.publsh' is no" },
        { "fit: { parameters: [ { name: clients.count, error: 0.1 } ] }", "is no number" },
        { "fit: { parameters: [ { name: host.throttle, error: 0.1 } ] }", "is no number" },
        { "fit: { parameters: [ { name: cost.publish, error: -0.1 } ] }", "error must be" },
        { "fit: { parameters: [ { name: cost.publish, error: nan } ] }", "error must be" },
        { "fit: { parameters: [ { name: cost.publish, error: 9 } ] }", "error must be" },
        { "fit: { parameters: [ { name: cost.publish, error: 0.1, with: 0.2 } ] }",
          "at most 0 correlations" },
        { "fit: { parameters: [ { name: cost.publish, error: 0.1 }, "
          "{ name: cost.ack, error: 0.1, with: 1.2 } ] }",
          "at most 1 correlations between -1 and 1" },
        { "fit: { parameters: [ { name: cost.publish, error: 0.1 }, "
          "{ name: cost.ack, error: 0.1, with: many } ] }",
          "at most 1 correlations between -1 and 1" },
        { "fit: { parameters: [ { name: cost.publish, error: 0.1 }, "
          "{ name: cost.publish, error: 0.1 } ] }",
          "stands here twice" },
        { "fit: { parameters: [ { name: cost.publish, error: 0.1 }, "
          "{ name: cost.ack, error: 0.1, with: 0.9 }, "
          "{ name: cost.noise, error: 0.1, with: \"0.9 -0.9\" } ] }",
          "no parameters can have all these correlations" },
        { "fit: { noise-left: 1.5 }", "noise-left must be" },
        { "fit: { paces: 2ns 1ns }", "paces must rise" },
        { "fit: { paces: 1ns 2ns, reads: 400ns }", "reads must be 2 to" },
        { "fit: { paces: 1ns 2ns, reads: 400ns 400ns 1ns }", "as many as paces, 2" },
        { "fit: { paces: 1ns 2ns, reads: 400ns x }", "reads must be" },
        { "fit: { reads: 400ns }", "as many as paces, 0" },
        { "fit: { paces: 0 }", "paces must be" },
        { "fit: { paces: [1ns] }", "paces must be" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct parameter_draws d, before;
        struct error err;
        memset(&d, 1, sizeof d);
        before = d;
        if (parse(&d, bad[i].text, &err) != ERR_INVALID)
            fail_msg("taken: %s", bad[i].text);
        if (!strstr(err.text, bad[i].message) || strncmp(err.text, "p.yaml:1:", 9) != 0)
            fail_msg("%s: %s", bad[i].text, err.text);
        assert_memory_equal(&d, &before, sizeof d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_the_covariance),
        cmocka_unit_test(root_of_two_by_hand),
        cmocka_unit_test(same_seed_same_draws),
        cmocka_unit_test(one_more_parameter_leaves_the_others),
        cmocka_unit_test(old_profile_draws_nothing),
        cmocka_unit_test(values_stop_at_the_end_of_their_range),
        cmocka_unit_test(paces_are_those_of_the_runs),
        cmocka_unit_test(reads_are_those_of_the_same_runs),
        cmocka_unit_test(noise_is_what_is_left_of_it),
        cmocka_unit_test(rounded_correlations_are_taken),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
