#include "models/nagle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS    INT64_C(1000000)
#define TICK  (4 * MS)
#define COUNT 20

/* One stream's writes after the 16 quick acknowledgements, of which the last segments had 4122
 * bytes (the largest) and came so that `start` is no gap of 200 ms. */
static struct nagle used_up(int64_t start_ns)
{
    struct nagle n;
    nagle_init(&n, TICK, 0);
    for (int k = 0; k < QUICK_ACKS; k++)
        assert_int_equal(nagle_write(&n, start_ns - 20 * MS, 4122), 0);
    return n;
}

/* Times and waits in ms, by hand: a late acknowledgement of a segment sent at t comes at the 11th
 * tick of 4 ms after the one that t is in. */
static void waits_by_hand(void **state)
{
    static const struct {
        const char *what;
        size_t count;
        int64_t at_ms[COUNT], bytes[COUNT], wait_ms[COUNT];
    } cases[] = {
        { "equal sizes are acknowledged when read",
          4,
          { 1000, 1001, 1002, 1003 },
          { 4122, 4122, 4122, 4122 },
          { 0 } },
        /* the second smaller one, at 1013, is acknowledged at 4 x (253 + 11) = 1056 */
        { "a smaller size, learned late",
          6,
          { 1000, 1013, 1026, 1040, 1055, 1056 },
          { 4121, 4121, 4121, 4121, 4121, 4121 },
          { 0, 0, 30, 16, 1, 0 } },
        /* 1056: three together are larger (12363); 1057 is read, 1070 late: 4 x (267 + 11) = 1112;
         * what waits there is one message as large as the largest: nothing is late any more */
        { "it goes on until one alone has waited",
          9,
          { 1000, 1013, 1026, 1040, 1057, 1070, 1100, 1113, 1114 },
          { 4121, 4121, 4121, 4121, 4121, 4121, 4121, 4121, 4121 },
          { 0, 0, 30, 16, 0, 0, 12, 0, 0 } },
        { "small segments teach nothing",
          5,
          { 1000, 1001, 1002, 1003, 1004 },
          { 126, 125, 125, 125, 523 },
          { 0 } },
        { "from 524 bytes on they do",
          3,
          { 1000, 1001, 1002 },
          { 524, 524, 524 },
          { 0, 0, 42 } },
        /* 1000 and 1004 (late, 1044 + 4); then a full segment does not wait */
        { "a full segment goes at once",
          4,
          { 1000, 1004, 1010, 1011 },
          { 4121, 4121, 20000, 42464 },
          { 0, 0, 38, 0 } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nagle n = used_up(cases[i].at_ms[0] * MS);
        for (size_t k = 0; k < cases[i].count; k++) {
            int64_t waits = nagle_write(&n, cases[i].at_ms[k] * MS, cases[i].bytes[k]);
            if (waits != cases[i].wait_ms[k] * MS)
                print_message("%s: write %zu\n", cases[i].what, k);
            assert_int_equal(waits, cases[i].wait_ms[k] * MS);
        }
    }
}

/* After a gap of more than 200 ms twelve of 4 KiB are acknowledged at once, inside their writes,
 * whatever the size that each has; a segment that is read, is late or waits is not. */
static void a_gap_ends_it(void **state)
{
    struct nagle n = used_up(100 * MS);
    (void)state;
    for (int k = 0; k < 12; k++) {
        assert_int_equal(nagle_write(&n, (1000 + k) * MS, 4100 - k / 2), 0);
        assert_true(n.acked);
    }
    assert_int_equal(nagle_write(&n, 1020 * MS, 4000), 0);
    assert_false(n.acked);
    assert_int_equal(nagle_write(&n, 1021 * MS, 4000), 0);
    assert_false(n.acked);
    assert_int_equal(nagle_write(&n, 1022 * MS, 4000), 1064 * MS - 1022 * MS);
    assert_false(n.acked);
}

/* nchan numbers the messages of a second from 0: the 11th has two digits, the 101st three. */
static void ids_grow_within_a_second(void **state)
{
    struct nagle_ids n = { 0 };
    (void)state;
    for (int k = 0; k < 120; k++)
        assert_int_equal(nagle_event_bytes(&n, 2000 * MS + k * MS, 125),
                         125 + (k >= 10) + (k >= 100));
    assert_int_equal(nagle_event_bytes(&n, 2999 * MS, 125), 127);
    assert_int_equal(nagle_event_bytes(&n, 3000 * MS, 125), 125);
    n = (struct nagle_ids){ .second_ns =
                                250 * MS }; /* the clock's seconds begin at 750, 1750, … ms */
    for (int k = 0; k < 12; k++)
        assert_int_equal(nagle_event_bytes(&n, 700 * MS + k, 125), 125 + (k >= 10));
    assert_int_equal(nagle_event_bytes(&n, 749 * MS, 125), 126);
    assert_int_equal(nagle_event_bytes(&n, 750 * MS, 125), 125);
}

/* 100 ms there and back: what is written while a segment is under way goes with its
 * acknowledgement, whatever the sizes; a way of 0.9 ms is none. */
static void a_round_trip_is_waited_for(void **state)
{
    static const struct {
        int64_t at_ms, bytes, wait_ms;
    } far[] = { { 0, 1000, 0 },   { 50, 1000, 50 },  { 99, 100, 1 },    { 150, 1000, 50 },
                { 199, 1000, 1 }, { 250, 70000, 0 }, { 301, 1000, 49 }, { 360, 100, 90 },
                { 800, 100, 0 },  { 900, 100, 0 } };
    struct nagle n, near;
    (void)state;
    nagle_init(&n, TICK, 100 * MS);
    nagle_init(&near, TICK, 900000);
    for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
        assert_int_equal(nagle_write(&n, far[i].at_ms * MS, far[i].bytes), far[i].wait_ms * MS);
        assert_false(n.acked);
        assert_int_equal(nagle_write(&near, far[i].at_ms * MS, 1000), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(waits_by_hand),
                                        cmocka_unit_test(a_gap_ends_it),
                                        cmocka_unit_test(a_round_trip_is_waited_for),
                                        cmocka_unit_test(ids_grow_within_a_second) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
