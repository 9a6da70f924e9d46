#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "models/auth_backend.h"

#define MS INT64_C(1000000)

/* Two workers, 10 ms each, 15 ms of patience; five requests at once, then one when all is idle. */
static void test_pool(void **state)
{
    (void)state;
    struct auth_params p = { .workers = 2, .service_ns = 10 * MS, .timeout_ns = 15 * MS };
    struct auth_backend a;
    auth_backend_init(&a, &p);
    static const struct {
        int64_t now_ms, answer_ms;
        bool in_time;
    } cases[] = {
        { 0, 10, true },   { 0, 10, true },    { 0, 15, false },
        { 0, 15, false },  { 0, 15, false },   { 20, 30, true }, /* one worker is busy to 30 */
        { 20, 35, false }, { 100, 110, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t answer;
        bool in_time = auth_backend_ask(&p, &a, cases[i].now_ms * MS, &answer);
        assert_int_equal(in_time, cases[i].in_time);
        assert_int_equal(answer, cases[i].answer_ms * MS);
    }
    assert_int_equal(a.requests, 8);
    assert_int_equal(a.timeouts, 4);
    auth_backend_close(&a);
}

/* Retries faster than the pool serves keep it busy for ever; slower ones let it recover. */
static uint64_t timeouts_after_a_storm(int64_t retry_ms)
{
    struct auth_params p = { .workers = 1, .service_ns = 10 * MS, .timeout_ns = 50 * MS };
    struct auth_backend a;
    auth_backend_init(&a, &p);
    int64_t answer;
    for (int i = 0; i < 100; i++) /* the storm: one second of work at once */
        auth_backend_ask(&p, &a, 0, &answer);
    uint64_t before = a.timeouts;
    for (int64_t now = retry_ms * MS; now < 10000 * MS; now += retry_ms * MS)
        auth_backend_ask(&p, &a, now, &answer);
    uint64_t after = a.timeouts - before;
    auth_backend_close(&a);
    return after;
}

static void test_metastable(void **state)
{
    (void)state;
    assert_int_equal(timeouts_after_a_storm(9), 1111);
    assert_in_range(timeouts_after_a_storm(20), 1, 110);
}

static void test_no_backend(void **state)
{
    (void)state;
    struct auth_params p = { 0 };
    struct auth_backend a;
    auth_backend_init(&a, &p);
    int64_t answer;
    assert_true(auth_backend_ask(&p, &a, 7, &answer));
    assert_int_equal(answer, 7);
    auth_backend_close(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_metastable),
        cmocka_unit_test(test_no_backend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
