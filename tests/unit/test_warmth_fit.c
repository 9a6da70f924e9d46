/* test_warmth_fit.c - the closed form against the CPU model, the fit against what it is made of. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analysis/warmth_fit.h"
#include "models/cpu_workload.h"
#include "sim/random_stream.h"

#define MS INT64_C(1000000)
enum { SEED = 20261126 };

static const struct warmth_turns turns[] = {
    { 10 * MS, 2 * MS, 10, 350 * MS, 15000 },  { 10 * MS, 10 * MS, 10, 350 * MS, 15000 },
    { 10 * MS, 30 * MS, 10, 350 * MS, 15000 }, { 10 * MS, 90 * MS, 10, 350 * MS, 15000 },
    { 2 * MS, 90 * MS, 10, 350 * MS, 15000 },  { 40 * MS, 90 * MS, 3, 350 * MS, 15000 },
};
#define TURNS (sizeof turns / sizeof *turns)

static const struct cache_warmth sets[] = {
    { 3 * MS, 20 * MS, 0 },       { 6585000, 16553000, 10 * MS }, { 400000, 1165000, 2 * MS },
    { 12 * MS, 5 * MS, 40 * MS }, { 5 * MS, 40 * MS, 300000 },    { 50000, 2 * MS, 0 },
};
#define SETS (sizeof sets / sizeof *sets)

/* What the sim arm uses for the same turns: its thread was never warm before the first. */
static double simulated(const struct warmth_turns *t, const struct cache_warmth *warmth)
{
    struct cpu_workload_params p;
    struct cpu_workload_result r;
    cpu_workload_defaults(&p);
    p.group.quota_ns = 0;
    p.work = CPU_WORK_TOUCH;
    p.on_ns = t->on_ns;
    p.off_ns = t->away_ns;
    p.excess_ns = 0;
    p.total_ns = t->turns * t->on_ns;
    p.warmth = *warmth;
    p.host.wake_cost_ns = t->wake_cost_ns;
    p.host.wake_latency_ns = 0;
    cpu_workload_run(&p, SEED, 0, &r);
    assert_int_equal(r.work_ns, p.total_ns);
    double cost = (double)r.counters.usage_ns / (double)r.work_ns;
    cpu_workload_result_close(&r);
    return cost;
}

static void closed_form_is_what_the_model_does(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETS; s++)
        for (size_t i = 0; i < TURNS; i++) {
            struct warmth_turns t = turns[i];
            t.first_away_ns = 0; /* a thread of the model begins as warm as can be */
            double closed = warmth_cost(&t, &sets[s]), sim = simulated(&t, &sets[s]);
            if (!(fabs(closed / sim - 1) <= 1e-5))
                fail_msg("set %zu, turns %zu: %.6f, the model %.6f", s, i, closed, sim);
        }
}

static void worst_error(const struct cache_warmth *truth, const struct cache_warmth *found,
                        double bound, size_t s)
{
    for (size_t i = 0; i < TURNS; i++) {
        double error = warmth_cost(&turns[i], found) / warmth_cost(&turns[i], truth) - 1;
        if (!(fabs(error) <= bound))
            fail_msg("seed %d, set %zu, turns %zu: off by %.4f", SEED, s, i, error);
    }
}

/* Grid steps are 5 %: so are the constants, and the costs to a tenth of that. */
static void exact_costs_give_the_parameters_back(void **state)
{
    (void)state;
    for (size_t s = 0; s < SETS; s++) {
        struct warmth_point points[TURNS];
        struct cache_warmth found;
        for (size_t i = 0; i < TURNS; i++)
            points[i] = (struct warmth_point){ turns[i], warmth_cost(&turns[i], &sets[s]) };
        warmth_fit(points, TURNS, &found);
        worst_error(&sets[s], &found, 0.005, s);
        if (sets[s].saturation_ns <
            MS) /* a change of the costs of 1 % at most: not to be told */
            continue;
        assert_true(fabs((double)found.saturation_ns / (double)sets[s].saturation_ns - 1) <
                    0.08);
        assert_true(fabs((double)found.time_ns / (double)sets[s].time_ns - 1) < 0.08);
        /* the shortest turns are 2 ms: what is paid in a quarter of that is paid at once */
        if (sets[s].work_ns < MS / 2)
            assert_in_range(found.work_ns, 0, MS / 2);
        else
            assert_true(llabs(found.work_ns - sets[s].work_ns) < sets[s].work_ns / 8);
    }
}

/* Medians of five are known to some 1 %; then so are the costs of turns, measured or not. */
static void noise_of_one_per_cent_gives_costs_to_two(void **state)
{
    (void)state;
    static const struct warmth_turns other = { 5 * MS, 60 * MS, 20, 350 * MS, 15000 };
    struct random_stream rs;
    random_stream_init(&rs, SEED, 0, 1, 0);
    for (int i = 0; i < 30; i++)
        for (size_t s = 0; s < SETS; s++) {
            struct warmth_point points[TURNS];
            struct cache_warmth found;
            for (size_t k = 0; k < TURNS; k++) {
                double noise = 1 + 0.02 * (random_stream_uniform(&rs) - 0.5);
                points[k] =
                    (struct warmth_point){ turns[k], noise * warmth_cost(&turns[k], &sets[s]) };
            }
            warmth_fit(points, TURNS, &found);
            worst_error(&sets[s], &found, 0.02, s);
            double error = warmth_cost(&other, &found) / warmth_cost(&other, &sets[s]) - 1;
            if (!(fabs(error) <= 0.03))
                fail_msg("seed %d, set %zu: off by %.4f", SEED, s, error);
        }
}

static void cheaper_than_warm_is_no_warm_up(void **state)
{
    (void)state;
    struct warmth_point points[TURNS];
    struct cache_warmth found;
    for (size_t i = 0; i < TURNS; i++)
        points[i] = (struct warmth_point){ turns[i], 0.97 };
    warmth_fit(points, TURNS, &found);
    assert_int_equal(found.saturation_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_form_is_what_the_model_does),
        cmocka_unit_test(exact_costs_give_the_parameters_back),
        cmocka_unit_test(noise_of_one_per_cent_gives_costs_to_two),
        cmocka_unit_test(cheaper_than_warm_is_no_warm_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
