#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/heartbeat.h"

#define S INT64_C(1000000000)

static const struct heartbeat_params uvicorn = { .period_ns = 20 * S,
                                                 .pong_timeout_ns = 20 * S };
static const struct heartbeat_params sockjs = { .period_ns = 25 * S,
                                                .pong_timeout_ns = 10 * S,
                                                .timers_first = true };

static void test_healthy_connection(void **state)
{
    (void)state;
    struct heartbeat h;
    heartbeat_open(&uvicorn, &h, 0);
    for (int i = 1; i < 10; i++) {
        assert_int_equal(heartbeat_next_ns(&uvicorn, &h), i * 20 * S);
        assert_int_equal(heartbeat_turn(&uvicorn, &h, i * 20 * S, false), HEARTBEAT_SEND);
        heartbeat_heard(&h, i * 20 * S + 1000);
    }
}

static void test_dead_client(void **state)
{
    (void)state;
    struct heartbeat h;
    heartbeat_open(&uvicorn, &h, 0);
    heartbeat_turn(&uvicorn, &h, 20 * S, false);
    assert_int_equal(heartbeat_turn(&uvicorn, &h, 40 * S - 1, false), HEARTBEAT_NOTHING);
    assert_int_equal(heartbeat_turn(&uvicorn, &h, 40 * S, false), HEARTBEAT_EXPIRED);
}

static void test_earlier_of_ping_and_timeout(void **state)
{
    (void)state;
    struct heartbeat h;
    heartbeat_open(&sockjs, &h, 0);
    heartbeat_turn(&sockjs, &h, 25 * S, false);
    assert_int_equal(heartbeat_next_ns(&sockjs, &h), 35 * S);
    heartbeat_heard(&h, 26 * S);
    assert_int_equal(heartbeat_next_ns(&sockjs, &h), 50 * S);
}

/* bigbluebutton#10826: the loop comes round late, the pong is there; the order decides. */
static void test_starved_loop(void **state)
{
    (void)state;
    struct heartbeat h;
    heartbeat_open(&uvicorn, &h, 0);
    heartbeat_turn(&uvicorn, &h, 20 * S, false);
    assert_int_equal(heartbeat_turn(&uvicorn, &h, 60 * S, true), HEARTBEAT_SEND);
    heartbeat_open(&sockjs, &h, 0);
    heartbeat_turn(&sockjs, &h, 25 * S, false);
    assert_int_equal(heartbeat_turn(&sockjs, &h, 60 * S, true), HEARTBEAT_EXPIRED);
}

static void test_comment_expects_no_answer(void **state)
{
    (void)state;
    struct heartbeat_params p = { .period_ns = 15 * S };
    struct heartbeat h;
    heartbeat_open(&p, &h, 0);
    for (int i = 1; i < 100; i++)
        assert_int_equal(heartbeat_turn(&p, &h, i * 15 * S, false), HEARTBEAT_SEND);
}

static void test_only_idle(void **state)
{
    (void)state;
    struct heartbeat_params p = { .period_ns = 10 * S,
                                  .pong_timeout_ns = 5 * S,
                                  .only_idle = true };
    struct heartbeat h;
    heartbeat_open(&p, &h, 0);
    heartbeat_heard(&h, 9 * S);
    assert_int_equal(heartbeat_turn(&p, &h, 10 * S, false), HEARTBEAT_NOTHING);
    assert_int_equal(heartbeat_turn(&p, &h, 20 * S, false), HEARTBEAT_SEND);
}

static void test_none(void **state)
{
    (void)state;
    struct heartbeat_params p = { 0 };
    struct heartbeat h;
    heartbeat_open(&p, &h, 0);
    assert_int_equal(heartbeat_turn(&p, &h, 1000 * S, false), HEARTBEAT_NOTHING);
    assert_int_equal(heartbeat_next_ns(&p, &h), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_healthy_connection),
        cmocka_unit_test(test_dead_client),
        cmocka_unit_test(test_earlier_of_ping_and_timeout),
        cmocka_unit_test(test_starved_loop),
        cmocka_unit_test(test_comment_expects_no_answer),
        cmocka_unit_test(test_only_idle),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
