/* The factors of publishes: their own are drawn each for itself; the host's keep mean and spread and
 * are correlated by exp(-dt / time), however far apart they come, and go with a power of its pace. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/cost_noise.h"
#include "models/random_purpose.h"

#define MS 1000000LL

static void without_spells_each_is_its_own(void **state)
{
    struct cost_params cost = { .noise_cv = 0.3 };
    struct cost_noise noise;
    struct random_stream rs;
    (void)state;
    cost_noise_init(&noise, 5, 2);
    random_stream_init(&rs, 5, 2, RANDOM_COST_NOISE, 0);
    for (int i = 0; i < 1000; i++)
        assert_true(cost_noise_next(&noise, &cost, i / 3 * MS) ==
                    random_stream_lognormal(&rs, 1, 0.3));
    cost.noise_cv = 0;
    assert_true(cost_noise_next(&noise, &cost, 1000 * MS) == 1);
}

static void spells_fade_with_time(void **state)
{
    enum { N = 200000 };
    static const double gap_ms[] = { 1, 30, 100, 400 };
    (void)state;
    for (size_t g = 0; g < sizeof gap_ms / sizeof *gap_ms; g++) {
        struct cost_params cost = { .pace_power = 1, .spell_cv = 0.2, .spell_ns = 100e6 };
        struct cost_noise noise;
        double sum = 0, squares = 0, products = 0, before = 0;
        double variance = log1p(0.2 * 0.2), keep = exp(-gap_ms[g] / 100);
        cost_noise_init(&noise, 11, (uint32_t)g + 1);
        for (int i = 0; i < N; i++) {
            int64_t at_ns = (int64_t)(i * gap_ms[g] * MS);
            double x = log(cost_noise_next(&noise, &cost, at_ns)) + variance / 2;
            sum += x;
            squares += x * x;
            products += x * before;
            before = x;
        }
        /* as many independent draws as N of these are worth */
        double worth = N * (1 - keep * keep) / (1 + keep * keep);
        assert_true(fabs(sum / N) < 5 * sqrt(variance * (1 + keep) / (1 - keep) / N));
        assert_true(fabs(squares / N / variance - 1) < 5 * sqrt(2 / worth));
        assert_true(fabs(products / squares - keep) < 5 * sqrt((1 - keep * keep) / N));
    }
}

/* Costs of power 1/2 take half of what the pace's logarithm strays; their mean stays 1. */
static void costs_go_with_a_power_of_the_pace(void **state)
{
    (void)state;
    for (int k = 0; k <= 2; k++) {
        struct cost_params cost = { .pace_power = k / 2.0, .spell_cv = 0.3, .spell_ns = 1e6 };
        struct cost_noise noise;
        double sum = 0, logs = 0, squares = 0, n = 50000;
        double deviation = cost.pace_power * sqrt(log1p(0.3 * 0.3));
        cost_noise_init(&noise, 12, 1);
        for (int i = 0; i < n; i++) {
            double factor = cost_noise_next(&noise, &cost, i * 100 * MS);
            sum += factor;
            logs += log(factor);
            squares += log(factor) * log(factor);
        }
        double spread = sqrt(squares / n - logs * logs / (n * n));
        assert_true(fabs(sum / n - 1) < 5 * deviation / sqrt(n) + 1e-9);
        assert_true(fabs(spread - deviation) < 5 * deviation / sqrt(2 * n) + 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(without_spells_each_is_its_own),
                                        cmocka_unit_test(spells_fade_with_time),
                                        cmocka_unit_test(costs_go_with_a_power_of_the_pace) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
