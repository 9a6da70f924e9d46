#include "models/quick_ack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS INT64_C(1000000)

#define SMALL 116 /* bytes */

/* Acknowledged at once: of segments 0 .. count - 1, `gap` apart. */
static uint32_t at_once_of(struct quick_ack *q, int64_t *now_ns, int64_t gap_ns, uint32_t count,
                           int64_t bytes)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++, *now_ns += gap_ns)
        sum += quick_ack_arrives(q, *now_ns, bytes);
    return sum;
}

static uint32_t at_once(struct quick_ack *q, int64_t *now_ns, int64_t gap_ns, uint32_t count)
{
    return at_once_of(q, now_ns, gap_ns, count, SMALL);
}

static void gaps_decide(void **state)
{
    static const struct {
        int64_t gap_ns;
        uint32_t segments, at_once;
    } cases[] = {
        { 25 * MS, 10, 10 },   /* a connection's first */
        { 25 * MS, 200, 16 },  /* then the receiver waits */
        { 200 * MS, 50, 16 },  /* as long as its time-out: not yet a gap */
        { 201 * MS, 50, 50 },  /* every one comes after a gap */
        { 270 * MS, 400, 400 } /* fan-out.yaml */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct quick_ack q;
        int64_t now_ns = 0;
        quick_ack_init(&q);
        assert_int_equal(at_once(&q, &now_ns, cases[i].gap_ns, cases[i].segments),
                         cases[i].at_once);
    }
}

static void a_gap_gives_sixteen_again(void **state)
{
    struct quick_ack q;
    int64_t now_ns = 0;
    (void)state;
    quick_ack_init(&q);
    assert_int_equal(at_once(&q, &now_ns, 10 * MS, 100), QUICK_ACKS);
    now_ns += QUICK_ACK_GAP_NS;
    assert_int_equal(at_once(&q, &now_ns, 10 * MS, 100), QUICK_ACKS);
}

/* Counted on Linux 6.18: quick_ack.h. */
static void the_window_bounds_them(void **state)
{
    static const struct {
        int64_t bytes;
        uint32_t first, again;
    } cases[] = { { 116, 16, 16 }, { 4112, 15, 12 }, { 8200, 15, 6 }, { 16000, 15, 3 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct quick_ack q;
        int64_t now_ns = 0;
        quick_ack_init(&q);
        assert_int_equal(at_once_of(&q, &now_ns, 20 * MS, 40, cases[i].bytes), cases[i].first);
        for (int turn = 0; turn < 2; turn++) {
            now_ns += 500 * MS;
            assert_int_equal(at_once_of(&q, &now_ns, 20 * MS, 40, cases[i].bytes),
                             cases[i].again);
        }
    }
}

/* tcp_incr_quickack: half as many as fit, and two where half of what fits is none. */
static void segments_near_the_window(void **state)
{
    static const struct {
        int64_t bytes;
        uint32_t granted;
    } cases[] = { { 17000, 3 }, { 26000, 2 }, { 27000, 1 }, { 52000, 1 }, { 53000, 2 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct quick_ack q;
        int64_t now_ns = 0;
        quick_ack_init(&q);
        at_once_of(&q, &now_ns, 20 * MS, 40, cases[i].bytes);
        now_ns += 500 * MS;
        assert_int_equal(at_once_of(&q, &now_ns, 20 * MS, 40, cases[i].bytes),
                         cases[i].granted);
    }
}

static void a_gap_takes_none_away(void **state)
{
    struct quick_ack q;
    int64_t now_ns = 0;
    (void)state;
    quick_ack_init(&q);
    assert_int_equal(at_once(&q, &now_ns, 20 * MS, 2), 2); /* 14 are left */
    now_ns += 500 * MS;
    assert_int_equal(at_once_of(&q, &now_ns, 20 * MS, 40, 16000), 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gaps_decide),
                                        cmocka_unit_test(a_gap_gives_sixteen_again),
                                        cmocka_unit_test(the_window_bounds_them),
                                        cmocka_unit_test(segments_near_the_window),
                                        cmocka_unit_test(a_gap_takes_none_away) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
