/* The controller's decisions against traces computed by hand from the documented algorithm. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "models/autoscaler.h"
#include "sim/random_stream.h"
#include "tests/support/autoscaler_case.h"

#define S    INT64_C(1000000000)
#define PODS 64
#define SYNC AUTOSCALER_CASE_SYNC_NS

/* All pods alike. */
static struct autoscaler_decision sync_all(struct autoscaler *a,
                                           const struct autoscaler_params *p, int64_t now_ns,
                                           int64_t replicas, double cpu, double p99)
{
    struct autoscaler_pod pods[PODS];
    for (int i = 0; i < replicas; i++) {
        pods[i] = autoscaler_case_pod(now_ns);
        pods[i].value[AUTOSCALE_CPU] = cpu;
        pods[i].value[AUTOSCALE_P99] = p99;
    }
    return autoscaler_sync(a, p, now_ns, replicas, pods, (size_t)replicas);
}

struct step {
    double cpu, p99;  /* what every pod shows */
    int64_t replicas; /* after the sync */
};

static void check_trace(const struct autoscaler_params *p, int64_t replicas,
                        const struct step *steps, size_t count)
{
    struct autoscaler a;
    autoscaler_init(&a);
    for (size_t i = 0; i < count; i++) {
        struct autoscaler_decision d =
            sync_all(&a, p, (int64_t)i * SYNC, replicas, steps[i].cpu, steps[i].p99);
        if (d.replicas != steps[i].replicas)
            fail_msg("sync %zu: %lld replicas, computed by hand %lld", i, (long long)d.replicas,
                     (long long)steps[i].replicas);
        replicas = d.replicas;
    }
}

#define CHECK_TRACE(p, replicas, steps)                                                        \
    check_trace(p, replicas, steps, sizeof(steps) / sizeof *(steps))

/* 4 pods or 100 % in 15 s, whichever is more; up to the maximum of 50. */
static void test_scale_up(void **state)
{
    static const struct step steps[] = {
        { 0.50, NAN, 1 },   /* ratio 1 */
        { 0.54, NAN, 1 },   /* 1.08: within the tolerance */
        { 0.55, NAN, 1 },   /* 1.1: just within */
        { 0.56, NAN, 2 },   /* 1.12 x 1 -> 2 */
        { 0.20, NAN, 2 },   /* 0.4 x 2 -> 1, but 2 was recommended within 300 s */
        { 1.50, NAN, 6 },   /* 3 x 2 = 6; limit 2 + 4 */
        { 1.50, NAN, 12 },  /* 3 x 6 = 18; limit 6 + max(4, 6) */
        { 0.61, NAN, 15 },  /* 1.22 x 12 = 14.64 */
        { 0.50, NAN, 15 },  /* 1 */
        { 0.569, NAN, 17 }, /* whole 56 %: 1.12 x 15 = 16.8 */
        { 0.559, NAN, 17 }, /* whole 55 %: 1.1, just within */
        { 2.00, NAN, 34 },  /* 4 x 17 = 68; limit 17 + 17 */
        { 2.00, NAN, 50 },  /* 4 x 34 = 136; limit 34 + 34; maximum 50 */
        { 2.00, NAN, 50 },  /* 4 x 50 = 200; maximum 50 */
        { 0.51, NAN, 50 },  /* 1.02: within */
        { 0.49, NAN, 50 },  /* 0.98: within */
        { 0.44, NAN, 50 },  /* 0.88 x 50 = 44, but 200 was recommended within 300 s */
        { 0.30, NAN, 50 },  /* 0.6 x 50 = 30, the same */
        { 0.30, NAN, 50 },  /* the same */
        { 0.30, NAN, 50 },  /* the same: 20 syncs */
    };
    (void)state;
    CHECK_TRACE(&autoscaler_case, 1, steps);
}

/* Down to the largest recommendation of the last 300 s = 20 syncs. */
static void test_scale_down_is_stabilised(void **state)
{
    static const struct step steps[] = {
        { 0.20, NAN, 10 }, /* 0: 4; but 10 stood at the start */
        { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.35, NAN, 10 }, /* 3: 0.7 x 10 = 7 */
        { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 },
        { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 },
        { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 },
        { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 }, { 0.20, NAN, 10 },
        { 0.20, NAN, 7 }, /* 20: the 10 of the start is 300 s old; the largest is sync 3's 7 */
        { 0.28, NAN, 7 }, /* 0.56 x 7 = 3.92 */
        { 0.28, NAN, 7 },  { 0.28, NAN, 4 }, /* 23: the 7 is 300 s old */
        { 0.49, NAN, 4 },
    };
    (void)state;
    CHECK_TRACE(&autoscaler_case, 10, steps);
}

/* Two policies down, the smaller change: 2 pods or 10 % in a minute. */
static void test_policies_down(void **state)
{
    static const struct step steps[] = {
        { 0.10, NAN, 18 }, /* 0.2 x 20 = 4; 2 pods or 10 % = 2: down to 18 */
        { 0.10, NAN, 18 }, /* 2 are gone in this minute already */
        { 0.10, NAN, 18 }, { 0.10, NAN, 18 },
        { 0.10, NAN, 16 }, /* 10 % of 18, up to whole pods: 2 */
        { 0.10, NAN, 16 }, { 0.10, NAN, 16 },
        { 0.10, NAN, 16 }, { 0.10, NAN, 14 },
        { 0.10, NAN, 14 }, { 0.10, NAN, 14 },
        { 0.10, NAN, 14 }, { 0.10, NAN, 12 },
        { 0.10, NAN, 12 }, { 0.10, NAN, 12 },
        { 0.10, NAN, 12 }, { 0.10, NAN, 10 },
        { 0.10, NAN, 10 }, { 0.10, NAN, 10 },
        { 0.10, NAN, 10 }, { 0.10, NAN, 9 }, /* 10 % of 10: 1 */
    };
    struct autoscaler_params p = autoscaler_case;
    (void)state;
    p.down = (struct autoscaler_rules){ 0, 2, 10, 60 * S, SELECT_MIN };
    CHECK_TRACE(&p, 20, steps);
    static const struct step none[] = { { 0.10, NAN, 20 }, { 0.10, NAN, 20 } };
    p.down.select = SELECT_DISABLED;
    CHECK_TRACE(&p, 20, none);
}

/* The larger proposal wins; a metric that fails lets the count only grow. */
static void test_two_metrics(void **state)
{
    static const struct
        step
            steps
                [] = {
                    { 0.50, 0.20, 2 }, /* both at their targets (p99: 0.2 s) */
                    { 0.50, 0.22, 2 }, /* 1.1 */
                    { 0.50, 0.30, 3 }, /* cpu 2, p99 1.5 x 2 */
                    { 0.70, 0.10, 5 }, /* cpu 1.4 x 3 = 4.2, p99 2 */
                    { 0.25, 0.20, 5 }, /* cpu 3, p99 5 */
                    { NAN, 0.20, 5 },   { NAN, 0.10, 5 }, /* p99 3, cpu fails: not down */
                    { NAN, 0.30, 8 },                     /* p99 1.5 x 5 = 7.5: up is allowed */
                    { 0.60, NAN, 10 },                    /* cpu 1.2 x 8 = 9.6 */
                    { 0.20, NAN, 10 },  { NAN, NAN, 10 },   { 0.20, 0.10, 10 },
                    { 0.20, 0.10, 10 }, { 0.20, 0.10, 10 }, { 0.20, 0.10, 10 },
                    { 0.10, 0.18, 10 }, /* cpu 2, p99 0.9: just within, 10 */
                    { 0.20, 0.10, 10 }, { 0.20, 1.00, 20 }, /* p99 5 x 10 = 50; limit 10 + 10 */
                    { 0.20, 1.00, 40 }, { 0.20, 0.10, 40 },
                };
    struct autoscaler_params p = autoscaler_case;
    (void)state;
    p.target[AUTOSCALE_P99] = 0.2;
    CHECK_TRACE(&p, 2, steps);
}

static void test_bounds_come_first(void **state)
{
    struct autoscaler a;
    struct autoscaler_params p = autoscaler_case;
    (void)state;
    p.min = 3;
    p.max = 8;
    autoscaler_init(&a);
    assert_int_equal(sync_all(&a, &p, 0, 1, NAN, NAN).replicas, 3);
    assert_int_equal(sync_all(&a, &p, SYNC, 20, NAN, NAN).replicas, 8);
    assert_int_equal(sync_all(&a, &p, 2 * SYNC, 4, 5, NAN).replicas, 8);
    p.down.stabilisation_ns = 0;
    assert_int_equal(sync_all(&a, &p, 3 * SYNC, 8, 0, NAN).replicas, 3);
}

/* Whatever the metrics do: within bounds, never further in 15 s than the policy, never down while
 * a recommendation of the window is higher. */
static void test_random_traces(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        struct random_stream rs;
        struct autoscaler a;
        int64_t replicas = 5, proposed[21] = { 0 };
        random_stream_init(&rs, seed, 0, 0, 0);
        autoscaler_init(&a);
        for (int64_t i = 0; i < 100; i++) {
            double cpu = random_stream_lognormal(&rs, 0.5, 0.8);
            bool missing = random_stream_uniform(&rs) < 0.1;
            struct autoscaler_decision d =
                sync_all(&a, &autoscaler_case, i * SYNC, replicas, missing ? NAN : cpu, NAN);
            int64_t most = replicas < 4 ? replicas + 4 : 2 * replicas, highest = 0;
            proposed[i % 21] = missing ? 0 : d.proposed;
            for (int64_t k = i < 20 ? 0 : i - 19; k <= i; k++)
                highest = proposed[k % 21] > highest ? proposed[k % 21] : highest;
            bool right = d.replicas >= 1 && d.replicas <= 50 && d.replicas <= most &&
                         (d.replicas >= replicas || d.replicas >= highest) &&
                         (!missing || d.replicas == replicas);
            if (!right)
                fail_msg("seed %u, sync %lld: %lld -> %lld", seed, (long long)i,
                         (long long)replicas, (long long)d.replicas);
            replicas = d.replicas;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale_up),
        cmocka_unit_test(test_scale_down_is_stabilised),
        cmocka_unit_test(test_policies_down),
        cmocka_unit_test(test_two_metrics),
        cmocka_unit_test(test_bounds_come_first),
        cmocka_unit_test(test_random_traces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
