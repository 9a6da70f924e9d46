/* The noise rule of the benchmarks: which tries count is told from their paces alone. */
#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/random_stream.h"
#include "tests/support/bench_pace.h"

static const struct rule_case {
    const char *what;
    int tries, wanted;
    double pace[9];
    double best;
    bool goes_on;
    int off; /* of those chosen; -1: too few tries to choose from */
    int chosen[3];
} cases[] = {
    { "nothing made yet", 0, 3, { 0 }, 1, true, -1, { 0 } },
    { "one too few", 2, 3, { 1, 1 }, 1, true, -1, { 0 } },
    { "all at the best pace", 3, 3, { 1, 1, 1 }, 1, false, 0, { 0, 1, 2 } },
    { "up to a tenth above keeps it", 3, 3, { 1.09, 1, 1.05 }, 1, false, 0, { 0, 1, 2 } },
    { "one off", 3, 3, { 1, 1.7, 1 }, 1, true, 1, { 0, 1, 2 } },
    { "made again", 4, 3, { 1, 1.7, 1, 1 }, 1, false, 0, { 0, 2, 3 } },
    { "the earlier, not the faster", 4, 3, { 1.09, 1.08, 1.07, 1 }, 1, false, 0, { 0, 1, 2 } },
    { "the best came last, or before", 3, 3, { 1.7, 1.7, 1.7 }, 1, true, 3, { 0, 1, 2 } },
    { "no try left: the least off",
      9,
      3,
      { 1.7, 1.6, 1.5, 1, 1.7, 1.2, 1.3, 1.7, 1.7 },
      1,
      false,
      2,
      { 3, 5, 6 } },
    { "of equals the earlier",
      9,
      3,
      { 1.7, 1.5, 1.5, 1.5, 1.5, 1.7, 1.7, 1.7, 1.7 },
      1,
      false,
      3,
      { 1, 2, 3 } },
};

static void rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct rule_case *c = &cases[i];
        int chosen[3] = { -1, -1, -1 };
        print_message("%s\n", c->what);
        assert_int_equal(bench_pace_goes_on(c->pace, c->tries, c->wanted, c->best), c->goes_on);
        if (c->off < 0)
            continue;
        assert_int_equal(bench_pace_choose(c->pace, c->tries, c->wanted, c->best, chosen),
                         c->off);
        assert_memory_equal(chosen, c->chosen, sizeof chosen);
    }
}

/* Whatever the paces: making ends, no more tries than allowed are made; `wanted` different ones are
 * chosen, in order; one that is off counts only where none left aside is less off. */
static void any_paces(void **state)
{
    (void)state;
    struct random_stream rs;
    random_stream_init(&rs, 20261126, 0, 0, 0);
    for (int round = 0; round < 2000; round++) {
        double pace[3 * 7], best = INFINITY;
        int tries = 0, wanted = 1 + round % 7, chosen[7];
        while (bench_pace_goes_on(pace, tries, wanted, best)) {
            assert_true(tries < BENCH_PACE_TRIES * wanted);
            pace[tries] = 1 + random_stream_exponential(&rs, round % 3 ? 0.1 : 1);
            best = fmin(best, pace[tries++]);
        }
        int off = bench_pace_choose(pace, tries, wanted, best, chosen), counted = 0;
        bool counts[3 * 7] = { false };
        double worst = 0;
        for (int i = 0; i < wanted; i++) {
            assert_true(chosen[i] >= 0 && chosen[i] < tries &&
                        (i == 0 || chosen[i] > chosen[i - 1]));
            counts[chosen[i]] = true;
            counted += bench_pace_off(pace[chosen[i]], best);
            worst = fmax(worst, pace[chosen[i]]);
        }
        assert_int_equal(counted, off);
        assert_true(off == 0 || tries == BENCH_PACE_TRIES * wanted);
        for (int i = 0; i < tries; i++)
            assert_true(counts[i] || pace[i] >= worst || off == 0);
        for (int i = 0; i < tries && off == 0; i++) /* set aside: off the pace, none else */
            assert_true(counts[i] || bench_pace_off(pace[i], best));
    }
}

/* A core does the six operations of a step in no less than 0.1 ns; and where the CPUs of this
 * thread are read one by one, it may use all of them afterwards as before. */
static void readings(void **state)
{
    (void)state;
    cpu_set_t before, after;
    double best, slowest;
    sched_getaffinity(0, sizeof before, &before);
    slowest = bench_pace_everywhere(&best);
    sched_getaffinity(0, sizeof after, &after);
    print_message("here %.3f ns, everywhere %.3f to %.3f\n", bench_pace_here(), best, slowest);
    assert_true(CPU_EQUAL(&before, &after));
    assert_true(best > 0.1 && best <= slowest && isfinite(slowest));
    assert_true(bench_pace_here() > 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rule), cmocka_unit_test(any_paces),
                                        cmocka_unit_test(readings) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
