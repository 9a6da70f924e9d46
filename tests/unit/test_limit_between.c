/* Ends of a range that are alike, and what lies between them; how far a search looks back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/limit_model.h"
#include "analysis/limit_search.h"

/* Kept from 50 to 120 alone, as a queue may be too short and too long; or broken there alone. */
static int window(void *context, double value, bool *kept, struct error *err)
{
    (void)err;
    *kept = (value >= 50 && value <= 120) == *(const bool *)context;
    return 0;
}

static void test_what_is_between_the_ends(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        bool inside = i == 0;
        struct error err;
        struct limit_search s = { .from = 10,
                                  .to = 10000,
                                  .precision = 0.01,
                                  .whole = true,
                                  .probe = window,
                                  .context = &inside };
        struct limit_answer a;
        assert_int_equal(limit_search(&s, &err), 0);
        assert_int_equal(s.kind, inside ? LIMIT_NEVER : LIMIT_ALWAYS); /* the ends alone */
        assert_int_equal(s.probes, 2);
        s.inside = LIMIT_INSIDE;
        assert_int_equal(limit_search(&s, &err), 0);
        assert_int_equal(s.kind, LIMIT_TWICE);
        assert_true(s.probes <= 2 + LIMIT_INSIDE);
        limit_sum_up(&s, 1, &a);
        assert_int_equal(a.twice, 1);
        assert_int_equal(a.searches + a.always + a.never, 0);
        assert_true(isnan(a.value) && a.between >= 50 && a.between <= 120);
        assert_int_equal(a.kept_between, inside);
    }
}

static int always(void *context, double value, bool *kept, struct error *err)
{
    double *most = context;
    (void)err;
    *most = fmax(*most, value);
    *kept = true;
    return 0;
}

/* A range of few whole values asks each once. */
static void test_between_neighbours(void **state)
{
    double most = 0;
    struct error err;
    (void)state;
    for (double to = 2; to < 12; to++) {
        struct limit_search s = { .from = 1,
                                  .to = to,
                                  .precision = 0.01,
                                  .whole = true,
                                  .inside = LIMIT_INSIDE,
                                  .probe = always,
                                  .context = &most };
        assert_int_equal(limit_search(&s, &err), 0);
        assert_int_equal(s.kind, LIMIT_ALWAYS);
        assert_true(most == to);
        assert_true(s.probes <= fmin(to, 2 + LIMIT_INSIDE));
    }
}

/* What a series of real runs says, as it says it: the limit with its interval and error, or that
 * every run kept the slo, or none. */
static void test_a_series_is_told(void **state)
{
    static const enum limit_kind kinds[] = { LIMIT_FOUND, LIMIT_ALWAYS, LIMIT_NEVER };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bool found = kinds[i] == LIMIT_FOUND;
        struct limit_series s = { .search = { .more_breaks = true },
                                  .count = 7,
                                  .kind = kinds[i],
                                  .fit = { 100, 90, 120, 0.08, 0.05 } };
        struct limit_answer a;
        limit_tell_series(&s, &a);
        assert_int_equal(a.probes, 7);
        assert_true(a.more_breaks && isnan(a.between));
        assert_int_equal(a.fitted, found);
        assert_int_equal(a.searches, found);
        assert_int_equal(a.always, kinds[i] == LIMIT_ALWAYS);
        assert_int_equal(a.never, kinds[i] == LIMIT_NEVER);
        assert_true(found ? a.value == 100 && a.low == 90 && a.high == 120 && a.error == 0.08
                          : isnan(a.value) && isnan(a.low) && isnan(a.high) && isnan(a.error));
    }
}

struct stretch { /* broken above 1,000, and in here */
    double from, to;
    bool turned; /* all of it about 316: less is what breaks */
};

static int broken_stretch(void *context, double value, bool *kept, struct error *err)
{
    const struct stretch *s = context;
    (void)err;
    value = s->turned ? 1e5 / value : value;
    *kept = value <= 1000 && !(value >= s->from && value <= s->to);
    return 0;
}

/* What is looked for is a turn as far as LIMIT_LOOK below: one beyond is none, and a broken stretch
 * that reaches beyond is left behind as a whole. Whichever way is good. */
static void test_how_far_it_looks_back(void **state)
{
    static const struct {
        double from, to; /* broken */
        enum limit_kind kind;
        double limit;
    } cases[] = {
        { 700, 800, LIMIT_FOUND, 700 },
        { 520, 560, LIMIT_FOUND, 520 },
        { 300, 400, LIMIT_FOUND, 1000 }, /* too far below */
        { 300, 600, LIMIT_FOUND, 300 },
        { 5, 600, LIMIT_NEVER, NAN }, /* to the end of the range */
    };
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        const size_t k = i / 2;
        struct stretch stretch = { cases[k].from, cases[k].to, i % 2 };
        struct error err;
        struct limit_search s = { .from = 10,
                                  .to = 10000,
                                  .precision = 0.001,
                                  .guess = stretch.turned ? 1e5 / 950 : 950,
                                  .more_breaks = !stretch.turned,
                                  .first = true,
                                  .probe = broken_stretch,
                                  .context = &stretch };
        assert_int_equal(limit_search(&s, &err), 0);
        assert_int_equal(s.kind, cases[k].kind);
        double kept = stretch.turned ? 1e5 / s.kept : s.kept;
        if (s.kind == LIMIT_FOUND && !(fabs(kept / cases[k].limit - 1) < 0.002))
            fail_msg("case %zu: %g", i, kept);
        assert_true(s.kind == LIMIT_FOUND || isnan(s.kept));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_between_the_ends),
        cmocka_unit_test(test_between_neighbours),
        cmocka_unit_test(test_a_series_is_told),
        cmocka_unit_test(test_how_far_it_looks_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
