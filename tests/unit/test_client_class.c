#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "models/client_class.h"
#include "models/disconnect_cause.h"
#include "models/replay_history.h"
#include "sim/random_stream.h"

static void test_slices(void **state)
{
    (void)state;
    struct client_class list[3] = { { .share = 0.7 }, { .share = 0.2 }, { .share = 0.1 } };
    static const int64_t first[] = { 0, 700, 900, 1000 };
    for (int c = 0; c <= 3; c++)
        assert_int_equal(client_class_first(list, 3, 1000, c), first[c]);
    assert_int_equal(client_class_of(list, 3, 1000, 699), 0);
    assert_int_equal(client_class_of(list, 3, 1000, 700), 1);
    assert_int_equal(client_class_of(list, 3, 1000, 999), 2);
}

/* Every client belongs to exactly one class, and no slice is off by more than one client. */
static void test_shares_hold_for_any_number(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 500; seed++) {
        struct random_stream rs;
        random_stream_init(&rs, seed, 0, 9, 0);
        struct client_class list[CLIENT_CLASSES_MAX] = { 0 };
        int classes = 1 + (int)(random_stream_u64(&rs) % CLIENT_CLASSES_MAX);
        double all = 0;
        for (int c = 0; c < classes; c++)
            all += list[c].share = random_stream_uniform(&rs);
        int64_t n = 1 + (int64_t)(random_stream_u64(&rs) % 1000);
        int64_t sum = 0;
        for (int c = 0; c < classes; c++) {
            int64_t size = client_class_first(list, classes, n, c + 1) -
                           client_class_first(list, classes, n, c);
            double want = (double)n * list[c].share / all;
            assert_true(size >= 0 && (double)size > want - 1.01 && (double)size < want + 1.01);
            sum += size;
        }
        assert_int_equal(sum, n);
        for (int64_t i = 0; i < n; i++) {
            int c = client_class_of(list, classes, n, i);
            assert_in_range(i, client_class_first(list, classes, n, c),
                            client_class_first(list, classes, n, c + 1) - 1);
        }
    }
}

static void test_replay(void **state)
{
    (void)state;
    static const struct {
        int64_t length;
        uint64_t oldest, seen, next, first, count;
    } cases[] = {
        { 256, 0, 900, 1000, 900, 100 },  /* all of it is kept */
        { 256, 0, 700, 1000, 744, 256 },  /* 44 fell out */
        { 256, 0, 1000, 1000, 1000, 0 },  /* nothing missed */
        { 0, 0, 700, 1000, 1000, 0 },     /* no history */
        { 256, 950, 900, 1000, 950, 50 }, /* a restart lost the history */
        { 256, 0, 0, 100, 0, 100 },       { 256, 1000, 1000, 1000, 1000, 0 },
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct replay_params p = { .length = cases[c].length };
        struct missed r =
            replay_history_missed(&p, cases[c].oldest, cases[c].seen, cases[c].next);
        assert_int_equal(r.first, cases[c].first);
        assert_int_equal(r.count, cases[c].count);
    }
}

/* dust-tt/dust#19917: 1000 clients x 256 events x 10 KB = 2.56 GB, at once or 25 at a time. */
static void test_replay_bytes(void **state)
{
    (void)state;
    struct replay_params p = { .length = 256 };
    assert_int_equal(1000 * replay_history_load_bytes(&p, 256, 10000), 2560000000);
    p.batch = 25;
    assert_int_equal(replay_history_load_bytes(&p, 256, 10000), 250000);
    assert_int_equal(replay_history_load_bytes(&p, 3, 10000), 30000);
}

static void test_causes_have_names_of_their_own(void **state)
{
    (void)state;
    for (int i = 0; i < DISCONNECT_CAUSES; i++) {
        assert_non_null(disconnect_cause_name((enum disconnect_cause)i));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(disconnect_cause_name((enum disconnect_cause)i),
                                    disconnect_cause_name((enum disconnect_cause)j));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_shares_hold_for_any_number),
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_replay_bytes),
        cmocka_unit_test(test_causes_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
