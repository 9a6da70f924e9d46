#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/balancer.h"

static void test_round_robin_passes_over_the_unavailable(void **state)
{
    static const size_t expected[] = { 0, 2, 3, 0, 2, 3, 0 };
    struct balancer_backend pods[4] = { { true, 0 }, { false, 0 }, { true, 9 }, { true, 0 } };
    struct balancer b;
    (void)state;
    balancer_init(&b, BALANCE_ROUND_ROBIN, 1, 1);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(balancer_pick(&b, pods, 4), expected[i]);
}

static void test_round_robin_when_pods_go(void **state)
{
    struct balancer_backend pods[3] = { { true, 0 }, { true, 0 }, { true, 0 } };
    struct balancer b;
    (void)state;
    balancer_init(&b, BALANCE_ROUND_ROBIN, 1, 1);
    assert_int_equal(balancer_pick(&b, pods, 3), 0);
    assert_int_equal(balancer_pick(&b, pods, 3), 1);
    assert_int_equal(balancer_pick(&b, pods, 1), 0); /* fewer pods than the cursor */
}

/* A new, empty pod gets everything until it has as many as the others. */
static void test_least_connections(void **state)
{
    struct balancer_backend pods[3] = { { true, 5 }, { true, 3 }, { false, 0 } };
    struct balancer b;
    (void)state;
    balancer_init(&b, BALANCE_LEAST_CONNECTIONS, 1, 1);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(balancer_pick(&b, pods, 3), 1);
        pods[1].connections++;
    }
    assert_int_equal(balancer_pick(&b, pods, 3), 0); /* a tie: the lowest number */
    pods[2].available = true;
    assert_int_equal(balancer_pick(&b, pods, 3), 2);
}

static void test_none_available(void **state)
{
    struct balancer_backend pods[2] = { { false, 0 }, { false, 0 } };
    (void)state;
    for (int kind = BALANCE_RANDOM; kind <= BALANCE_LEAST_CONNECTIONS; kind++) {
        struct balancer b;
        balancer_init(&b, (enum balancer_kind)kind, 1, 1);
        assert_true(balancer_pick(&b, pods, 2) == BALANCER_NONE);
        assert_true(balancer_pick(&b, pods, 0) == BALANCER_NONE);
    }
}

/* Random placement: binomial; 40,000 on 4 of 5 pods, 10,000 +- 5 standard deviations of 87. */
static void test_random_is_uniform(void **state)
{
    struct balancer_backend pods[5] = {
        { true, 0 }, { true, 0 }, { false, 0 }, { true, 0 }, { true, 0 }
    };
    struct balancer b;
    int got[5] = { 0 };
    (void)state;
    balancer_init(&b, BALANCE_RANDOM, 7, 1);
    for (int i = 0; i < 40000; i++)
        got[balancer_pick(&b, pods, 5)]++;
    assert_int_equal(got[2], 0);
    for (int i = 0; i < 5; i++)
        if (i != 2)
            assert_in_range(got[i], 10000 - 435, 10000 + 435);
}

static void test_surplus(void **state)
{
    (void)state;
    assert_int_equal(balancer_surplus(150, 100, 0.1), 40); /* down to 110 */
    assert_int_equal(balancer_surplus(110, 100, 0.1), 0);
    assert_int_equal(balancer_surplus(0, 100, 0), 0);
    assert_int_equal(balancer_surplus(3, 2.5, 0), 0); /* whole connections */
    assert_int_equal(balancer_surplus(4, 2.5, 0), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_robin_passes_over_the_unavailable),
        cmocka_unit_test(test_round_robin_when_pods_go),
        cmocka_unit_test(test_least_connections),
        cmocka_unit_test(test_none_available),
        cmocka_unit_test(test_random_is_uniform),
        cmocka_unit_test(test_surplus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
