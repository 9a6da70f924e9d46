/* The factors of publishes: their own are drawn each for itself; the host's keep mean and spread
 * and are correlated by exp(-dt / time), however far apart they come, and go with a power of its
 * pace. */
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
    cost_noise_init(&noise, &cost, 0, 5, 2);
    random_stream_init(&rs, 5, 2, RANDOM_COST_NOISE, 0);
    for (int i = 0; i < 1000; i++)
        assert_true(cost_noise_next(&noise, &cost, i / 3 * MS) ==
                    random_stream_lognormal(&rs, 1, 0.3));
    cost.noise_cv = 0;
    assert_true(cost_noise_next(&noise, &cost, 1000 * MS) == 1);
}

struct sums {
    double sum, squares, products, count;
};

/* Logarithms of a run's factors, gap_ms apart. */
static void add_run(const struct cost_params *cost, double gap_ms, int n, uint32_t replication,
                    struct sums *s)
{
    struct cost_noise noise;
    double before = 0, variance = log1p(cost->spell_cv * cost->spell_cv);
    cost_noise_init(&noise, cost, (int64_t)(n * gap_ms * MS), 11, replication);
    for (int i = 0; i < n; i++) {
        double x =
            log(cost_noise_next(&noise, cost, (int64_t)(i * gap_ms * MS))) + variance / 2;
        s->sum += x;
        s->squares += x * x;
        s->products += i > 0 ? x * before : x * x * exp(-gap_ms * MS / cost->spell_ns);
        before = x;
    }
    s->count += n;
    cost_noise_close(&noise);
}

static void spells_fade_with_time(void **state)
{
    enum { N = 100000, RUN_MS = 400000 }; /* of one: as long as a path is fine */
    static const double gap_ms[] = { 1, 30, 100, 400 };
    (void)state;
    for (size_t g = 0; g < sizeof gap_ms / sizeof *gap_ms; g++) {
        struct cost_params cost = { .pace_power = 1, .spell_cv = 0.2, .spell_ns = 100e6 };
        struct sums s = { 0 };
        double variance = log1p(0.2 * 0.2), keep = exp(-gap_ms[g] / 100);
        for (uint32_t r = 1; s.count < N; r++)
            add_run(&cost, gap_ms[g], (int)(RUN_MS / gap_ms[g]), r, &s);
        /* as many independent draws as these are worth */
        double worth = s.count * (1 - keep * keep) / (1 + keep * keep);
        assert_true(fabs(s.squares / s.count / variance - 1) < 5 * sqrt(2 / worth));
        assert_true(fabs(s.products / s.squares - keep) <
                    5 * sqrt((1 - keep * keep) / s.count));
    }
}

/* The run's pace is told apart: over a run of any length the logarithms have none of their own,
 * and a run that is short beside a spell is all of one pace. */
static void a_run_keeps_its_mean(void **state)
{
    (void)state;
    static const double run_ms[] = { 1, 50, 400, 6000 };
    double spread = 0;
    for (size_t k = 0; k < sizeof run_ms / sizeof *run_ms; k++)
        for (uint32_t r = 1; r <= 20; r++) {
            struct cost_params cost = { .pace_power = 1, .spell_cv = 0.2, .spell_ns = 200e6 };
            struct sums s = { 0 };
            double step_ms = 200.0 / 16;
            add_run(&cost, step_ms, (int)fmax(run_ms[k] / step_ms, 1), r, &s);
            assert_true(fabs(s.sum / s.count) < 1e-9);
            spread += k == 0 ? fabs(s.sum) : 0;
        }
    assert_true(spread < 1e-9);
}

/* Costs of power 1/2 take half of what the pace's logarithm strays; their mean stays 1. */
static void costs_go_with_a_power_of_the_pace(void **state)
{
    (void)state;
    for (int k = 0; k <= 2; k++) {
        struct cost_params cost = { .pace_power = k / 2.0, .spell_cv = 0.3, .spell_ns = 0 };
        struct cost_noise noise;
        double sum = 0, logs = 0, squares = 0, n = 50000;
        double deviation = cost.pace_power * sqrt(log1p(0.3 * 0.3));
        cost_noise_init(&noise, &cost, 50 * MS, 12, 1);
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
                                        cmocka_unit_test(a_run_keeps_its_mean),
                                        cmocka_unit_test(costs_go_with_a_power_of_the_pace) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
