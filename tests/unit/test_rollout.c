#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "models/rollout.h"
#include "sim/random_stream.h"

static void test_single_steps(void **state)
{
    static const struct {
        int64_t surge, unavailable; /* negative: per cent */
        int64_t replicas;
        struct rollout_pods old, fresh;
        struct rollout_step expected;
    } cases[] = {
        /* 25 % of 10: 3 more, 2 fewer */
        { -25, -25, 10, { 10, 10 }, { 0, 0 }, { 3, 2 } },
        { -25, -25, 10, { 8, 8 }, { 3, 0 }, { 2, 0 } },
        { -25, -25, 10, { 8, 8 }, { 5, 5 }, { 0, 5 } },
        { -25, -25, 10, { 3, 3 }, { 5, 5 }, { 5, 0 } },
        { -25, -25, 10, { 0, 0 }, { 10, 10 }, { 0, 0 } },
        /* old pods that do not work go first */
        { -25, -25, 10, { 10, 6 }, { 3, 0 }, { 0, 2 } },
        /* one pod: surge 1, unavailable 0: first start, then stop */
        { -25, -25, 1, { 1, 1 }, { 0, 0 }, { 1, 0 } },
        { -25, -25, 1, { 1, 1 }, { 1, 0 }, { 0, 0 } },
        { -25, -25, 1, { 1, 1 }, { 1, 1 }, { 0, 1 } },
        /* neither allowed: one at a time may be missing */
        { 0, 0, 4, { 4, 4 }, { 0, 0 }, { 0, 1 } },
        { 0, 0, 4, { 3, 3 }, { 0, 0 }, { 1, 0 } },
        /* all at once */
        { 0, -100, 4, { 4, 4 }, { 0, 0 }, { 0, 4 } },
        { -100, 0, 4, { 4, 4 }, { 0, 0 }, { 4, 0 } },
        /* numbers of pods; more unavailable than there are pods is all of them */
        { 2, 0, 10, { 10, 10 }, { 0, 0 }, { 2, 0 } },
        { 0, 3, 10, { 10, 10 }, { 0, 0 }, { 0, 3 } },
        { 0, 9, 4, { 4, 4 }, { 0, 0 }, { 0, 4 } },
        { 1, 1, 3, { 3, 3 }, { 0, 0 }, { 1, 1 } },
        /* per cent of 7: 1.75 up to 2; 1.75 down to 1; 10 %: 0.7 up to 1, down to 0 */
        { -25, -25, 7, { 7, 7 }, { 0, 0 }, { 2, 1 } },
        { -10, -10, 7, { 7, 7 }, { 0, 0 }, { 1, 0 } },
        { 0, -10, 7, { 7, 7 }, { 0, 0 }, { 0, 1 } }, /* both come out as 0 */
        /* 30 % of 10 is 3, up or down */
        { -30, -30, 10, { 10, 10 }, { 0, 0 }, { 3, 3 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rollout_params p = { cases[i].surge, cases[i].unavailable, 0 };
        struct rollout_step got =
            rollout_next(&p, cases[i].replicas, cases[i].old, cases[i].fresh);
        struct rollout_step expected = cases[i].expected;
        if (got.start != expected.start || got.stop != expected.stop)
            fail_msg("case %zu: start %lld, stop %lld", i, (long long)got.start,
                     (long long)got.stop);
    }
}

static int64_t amount(struct random_stream *rs)
{
    return (int64_t)(random_stream_u32(rs) % 130) - 100; /* 100 % .. 29 pods */
}

/* Pods, not yet whole. */
static double share(int64_t amount, int64_t replicas)
{
    return amount < 0 ? (double)(-amount * replicas) / 100 : (double)amount;
}

/* Any surge, any unavailability, pods that become ready in any order: it ends, with the bounds
 * kept at every step. */
static void test_rollouts_end_within_bounds(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 500; seed++) {
        struct random_stream rs;
        random_stream_init(&rs, seed, 0, 0, 0);
        int64_t replicas = 1 + random_stream_u32(&rs) % 50;
        struct rollout_params p = { amount(&rs), amount(&rs), 0 };
        struct rollout_pods old = { replicas, replicas }, fresh = { 0, 0 };
        int64_t most = replicas + (int64_t)ceil(share(p.surge, replicas));
        int64_t fewest = replicas - (int64_t)floor(share(p.unavailable, replicas));
        int steps = 0;
        if (most == replicas && fewest == replicas)
            fewest--;
        for (; old.count > 0 || fresh.count < replicas; steps++) {
            struct rollout_step step = rollout_next(&p, replicas, old, fresh);
            old.count -= step.stop; /* what is not available goes first */
            old.available = old.count < old.available ? old.count : old.available;
            fresh.count += step.start;
            if (old.count < 0 || old.count + fresh.count > most ||
                old.available + fresh.available < fewest || steps > 1000)
                fail_msg("seed %u: %lld old, %lld new", seed, (long long)old.count,
                         (long long)fresh.count);
            if (fresh.available < fresh.count)
                fresh.available += 1 + random_stream_u32(&rs) % (fresh.count - fresh.available);
        }
        assert_int_equal(fresh.count, replicas);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_steps),
        cmocka_unit_test(test_rollouts_end_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
