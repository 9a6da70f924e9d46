/* Pods without metrics, unready and young ones: what the documented algorithm takes them for, by
 * hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/autoscaler.h"
#include "tests/support/autoscaler_case.h"

#define S    INT64_C(1000000000)
#define PODS 64
#define SYNC AUTOSCALER_CASE_SYNC_NS

/* A trace in which metrics are missing: what the pods that have one show, how many have none, how
 * many are pending; the others have one. Recommendations count for 30 s down, so that each sync
 * sees its own and the one before. Missing pods count as the whole request (100 %) when the others
 * are below the target of 50 %, as nothing when they are above; pending ones as nothing when the
 * others are above, else not at all. Percentages are whole, rounded down. */
static void test_missing_metrics(void **state)
{
    static const struct {
        double cpu;
        int missing, pending;
        int64_t replicas; /* after the sync */
    } steps[] = {
        { 0.80, 0, 0, 7 },  /*  0: 80 / 50 = 1.6 x 4 = 6.4 */
        { 0.80, 3, 0, 7 },  /*  1: up: 4 x 80 / 7 = 45 %: 0.9, within (and turned round) */
        { 0.70, 2, 0, 7 },  /*  2: up: 5 x 70 / 7 = 50 %: 1 */
        { 0.70, 0, 0, 10 }, /*  3: 1.4 x 7 = 9.8 */
        { 0.80, 0, 3, 12 }, /*  4: up: 7 x 80 / 10 = 56 %: 1.12 x 10 = 11.2 */
        { 0.50, 0, 0, 12 }, /*  5: 1 */
        { 0.30, 3, 0, 12 }, /*  6: down: (9 x 30 + 300) / 12 = 47 %: 0.94, within */
        { 0.30, 1, 0,
          12 }, /*  7: down: (11 x 30 + 100) / 12 = 35 %: 0.7 x 12 = 8.4; but 12 at 6 */
        { 0.30, 1, 0, 9 }, /*  8: again 9, as at 7 */
        { 0.30, 9, 0, 9 }, /*  9: nobody has it: nothing is recommended */
        { 0.25, 1, 0, 6 }, /* 10: down: (8 x 25 + 100) / 9 = 33 %: 0.66 x 9 = 5.94; 9 is past */
        { 0.20, 3, 0, 6 }, /* 11: down: (3 x 20 + 300) / 6 = 60 %: 1.2, turned round */
        { 0.60, 2, 0, 6 }, /* 12: up: 4 x 60 / 6 = 40 %: 0.8, turned round */
        { 0.90, 1, 0, 9 }, /* 13: up: 5 x 90 / 6 = 75 %: 1.5 x 6 = 9; limit 6 + 6 */
        { 0.90, 0, 3, 11 }, /* 14: up: 6 x 90 / 9 = 60 %: 1.2 x 9 = 10.8 */
        { 0.90, 1, 1, 17 }, /* 15: up: 9 x 90 / 11 = 73 %: 1.46 x 11 = 16.06 */
        { 0.50, 0, 0, 17 }, /* 16: 1 */
        { 0.20, 0, 2, 17 }, /* 17: down: 0.4 x 15 = 6, without the pending; but 17 at 16 */
        { 0.20, 2, 0,
          10 }, /* 18: down: (15 x 20 + 200) / 17 = 29 %: 0.58 x 17 = 9.86; 6 at 17 */
        { 0.20, 0, 0, 10 }, /* 19: 0.4 x 10 = 4; but 10 at 18 */
    };
    struct autoscaler_params p = autoscaler_case;
    struct autoscaler a;
    int64_t replicas = 4;
    (void)state;
    p.down.stabilisation_ns = 2 * SYNC;
    autoscaler_init(&a);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct autoscaler_pod pods[PODS];
        for (int k = 0; k < replicas; k++) {
            pods[k] = autoscaler_case_pod((int64_t)i * SYNC);
            if (k >= steps[i].missing)
                pods[k].value[AUTOSCALE_CPU] = steps[i].cpu;
            pods[k].pending = k >= replicas - steps[i].pending;
        }
        replicas = autoscaler_sync(&a, &p, (int64_t)i * SYNC, replicas, pods, (size_t)replicas)
                       .replicas;
        if (replicas != steps[i].replicas)
            fail_msg("sync %zu: %lld replicas, computed by hand %lld", i, (long long)replicas,
                     (long long)steps[i].replicas);
    }
}

/* Any other metric, target 0.2: a missing pod counts at the target, not at a request. */
static void test_missing_of_a_plain_metric(void **state)
{
    static const struct {
        double p99;
        int missing;
        int64_t expected;
    } cases[] = {
        { 0.40, 1, 8 }, /* 4 x 0.4 / 5 = 0.32: 1.6 x 5 */
        { 0.10, 1, 3 }, /* (4 x 0.1 + 0.2) / 5 = 0.12: 0.6 x 5 */
        { 0.19, 1, 5 }, /* (0.76 + 0.2) / 5 = 0.192: 0.96, within */
        { 0.24, 1, 5 }, /* 0.96 / 5 = 0.192: 0.96 after 1.2: within */
        { 0.20, 1, 4 }, /* at the target a missing pod counts as 0: 0.8 / 5 = 0.16: 0.8 x 5 */
    };
    struct autoscaler_params p = autoscaler_case;
    (void)state;
    p.target[AUTOSCALE_P99] = 0.2;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct autoscaler_pod pods[5];
        int64_t proposal = -1;
        double ratio;
        for (int i = 0; i < 5; i++) {
            pods[i] = autoscaler_case_pod(0);
            if (i >= cases[c].missing)
                pods[i].value[AUTOSCALE_P99] = cases[c].p99;
        }
        assert_int_equal(
            autoscaler_propose(&p, AUTOSCALE_P99, 0, 5, pods, 5, &proposal, &ratio), 0);
        if (proposal != cases[c].expected)
            fail_msg("case %zu: %lld", c, (long long)proposal);
    }
}

/* Pods with a value, pods without, pods not ready: one CPU proposal at a target of 0.5. */
static void test_missing_and_unready(void **state)
{
    static const struct {
        int have;
        double cpu;
        int missing, unready;
        int64_t replicas, expected; /* -1: the metric fails */
    } cases[] = {
        { 4, 0.80, 0, 0, 4, 7 },  /* 1.6 x 4 = 6.4 */
        { 4, 0.80, 1, 0, 5, 7 },  /* 3.2 / 5 = 64 %: 1.28 x 5 = 6.4 */
        { 4, 0.30, 1, 0, 5, 5 },  /* (1.2 + 1) / 5 = 44 %: 0.88 x 5 = 4.4 */
        { 4, 0.10, 1, 0, 5, 3 },  /* (0.4 + 1) / 5 = 28 %: 0.56 x 5 = 2.8 */
        { 4, 0.35, 1, 0, 5, 5 },  /* (1.4 + 1) / 5 = 48 %: within */
        { 4, 0.56, 1, 0, 5, 5 },  /* 1.12, then 2.24 / 5 = 44 %: turns round */
        { 4, 0.50, 1, 0, 5, 5 },  /* at the target */
        { 4, 0.80, 0, 2, 6, 6 },  /* 3.2 / 6 = 53 %: within */
        { 4, 0.80, 0, 1, 5, 7 },  /* as a missing one */
        { 4, 0.20, 0, 2, 6, 2 },  /* 0.4 x 4: those that start do not hold it back */
        { 1, 2.00, 0, 3, 4, 4 },  /* 2 / 4 = 50 % */
        { 2, 0.90, 0, 1, 5, 5 },  /* 1.8 / 3 = 60 %: 1.2 x 3 -> 4, fewer than 5: turns round */
        { 0, 0.00, 3, 1, 4, -1 }, /* nobody has it */
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct autoscaler_pod pods[PODS];
        size_t n = 0;
        int64_t proposal = -1;
        double ratio;
        for (int i = 0; i < cases[c].have; i++, n++) {
            pods[n] = autoscaler_case_pod(0);
            pods[n].value[AUTOSCALE_CPU] = cases[c].cpu;
        }
        for (int i = 0; i < cases[c].missing; i++)
            pods[n++] = autoscaler_case_pod(0);
        for (int i = 0; i < cases[c].unready; i++, n++) {
            pods[n] = autoscaler_case_pod(0);
            pods[n].pending = true;
        }
        pods[n] = autoscaler_case_pod(0);
        pods[n].value[AUTOSCALE_CPU] = 9; /* a terminating one counts for nothing */
        pods[n++].terminating = true;
        autoscaler_propose(&autoscaler_case, AUTOSCALE_CPU, 0, cases[c].replicas, pods, n,
                           &proposal, &ratio);
        if (proposal != cases[c].expected)
            fail_msg("case %zu: %lld, computed by hand %lld", c, (long long)proposal,
                     (long long)cases[c].expected);
    }
}

/* When does the CPU of a young pod count? One old pod at 100 % beside it: with the young one's
 * 100 % it is 2 x 2 = 4 replicas; the young one at nothing gives 50 %: 2. */
static void test_cpu_initialisation(void **state)
{
    static const struct {
        bool ready;
        int64_t changed_s, measured_s, now_s; /* after its start at 0 */
        bool counts;
    } cases[] = {
        { false, 0, 30, 30, false },     /* starting */
        { true, 20, 34, 40, false },     /* no whole window since it is ready */
        { true, 20, 35, 40, true },      /* one */
        { false, 100, 120, 120, false }, /* went unready in its first 5 minutes */
        { false, 100, 300, 300, true },  /* later: it has been ready (changed after 30 s) */
        { false, 20, 300, 300, false },  /* never was ready */
        { true, 299, 300, 300, true },
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct autoscaler_pod pods[2] = { autoscaler_case_pod(0), autoscaler_case_pod(0) };
        int64_t proposal = -1;
        double ratio;
        pods[0].value[AUTOSCALE_CPU] = pods[1].value[AUTOSCALE_CPU] = 1;
        pods[1].ready = cases[c].ready;
        pods[1].started_ns = 0;
        pods[1].ready_changed_ns = cases[c].changed_s * S;
        pods[1].measured_ns = cases[c].measured_s * S;
        autoscaler_propose(&autoscaler_case, AUTOSCALE_CPU, cases[c].now_s * S, 2, pods, 2,
                           &proposal, &ratio);
        if (proposal != (cases[c].counts ? 4 : 2))
            fail_msg("case %zu: %lld", c, (long long)proposal);
        /* other metrics do not ask for readiness */
        struct autoscaler_params p = autoscaler_case;
        p.target[AUTOSCALE_P99] = 0.5;
        pods[0].value[AUTOSCALE_P99] = pods[1].value[AUTOSCALE_P99] = 1;
        autoscaler_propose(&p, AUTOSCALE_P99, cases[c].now_s * S, 2, pods, 2, &proposal,
                           &ratio);
        assert_int_equal(proposal, 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing_metrics),
        cmocka_unit_test(test_missing_of_a_plain_metric),
        cmocka_unit_test(test_missing_and_unready),
        cmocka_unit_test(test_cpu_initialisation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
