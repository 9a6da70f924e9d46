#include "models/quick_ack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS INT64_C(1000000)

/* Acknowledged at once: of segments 0 .. count - 1, `gap` apart. */
static uint32_t at_once(struct quick_ack *q, int64_t *now_ns, int64_t gap_ns, uint32_t count)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++, *now_ns += gap_ns)
        sum += quick_ack_arrives(q, *now_ns);
    return sum;
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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gaps_decide),
                                        cmocka_unit_test(a_gap_gives_sixteen_again) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
