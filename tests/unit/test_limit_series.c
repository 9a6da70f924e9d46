/* A limit that chance blurs: found without a lean to the guess, and as sure as it says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/limit_series.h"
#include "sim/random_stream.h"

struct server { /* keeps the slo with the probability of limit_fit.h, or a normal one */
    struct random_stream rs;
    double limit, scale;
    bool more_breaks, normal;
    int asked;
};

static int probe(void *context, double value, bool *kept, struct error *err)
{
    struct server *s = context;
    (void)err;
    double z = log(value / s->limit) / s->scale * (s->more_breaks ? 1 : -1);
    double p = s->normal ? erfc(z / 1.7 / sqrt(2)) / 2 : 1 / (1 + exp(z));
    s->asked++;
    *kept = random_stream_uniform(&s->rs) < p;
    return 0;
}

static struct limit_series series_of(struct server *server, double guess, int runs)
{
    return (struct limit_series){ .search = { .from = 10,
                                              .to = 10000,
                                              .whole = true,
                                              .guess = guess,
                                              .more_breaks = server->more_breaks,
                                              .probe = probe,
                                              .context = server },
                                  .runs = runs };
}

/* By hand: one kept run at 100 and one broken at 400 lie evenly about 200, whatever the scale. */
static void test_fit_of_two(void **state)
{
    (void)state;
    struct limit_trial trials[] = { { 100, true }, { 400, false } };
    struct limit_fit fit;
    limit_fit(trials, 2, true, &fit);
    assert_true(fabs(fit.value / 200 - 1) < 1e-3);
    assert_true(fabs(fit.low * fit.high / 40000 - 1) < 1e-3);
    assert_true(fit.low > 95 && fit.low < 120);
    trials[0].kept = false; /* the other way round */
    trials[1].kept = true;
    limit_fit(trials, 2, false, &fit);
    assert_true(fabs(fit.value / 200 - 1) < 1e-3);
}

/* 40 runs at each of three values, of which 30, 20 and 10 kept it: the limit is the middle one, and
 * the scale that of odds 3 : 1 a step, ln 1.1 / ln 3; the error that of the information in logits,
 * scale / sqrt(sum of n p (1 - p)) = scale / 5. */
static void test_fit_of_many(void **state)
{
    (void)state;
    static const double values[] = { 500 / 1.1, 500, 500 * 1.1 };
    struct limit_trial trials[120];
    struct limit_fit fit;
    for (size_t i = 0; i < 120; i++)
        trials[i] = (struct limit_trial){ values[i / 40], i % 40 < 30 - 10 * (i / 40) };
    limit_fit(trials, 120, true, &fit);
    assert_true(fabs(fit.value / 500 - 1) < 1e-3);
    assert_true(fabs(fit.scale / (log(1.1) / log(3)) - 1) < 0.1);
    assert_true(fabs(fit.error / (fit.scale / 5) - 1) < 0.1);
    assert_true(fabs(log(fit.high / fit.low) / (2 * 1.645 * fit.error) - 1) < 0.1);
}

/* 30 runs at a knee as blurred as real ones (scale 0.02 to 0.1), from guesses up to 35 % off: the
 * error is below 5 %, there is no lean to the guess, and the intervals hold what they promise, or
 * a little less where the knee is most blurred (the guess about the scale is then too small). */
static void test_truth(void **state)
{
    (void)state;
    static const double scales[] = { 0.005, 0.02, 0.05, 0.1 };
    for (size_t k = 0; k < sizeof scales / sizeof *scales; k++)
        for (int side = -1; side <= 1; side++) {
            double sum = 0, squares = 0, told = 0;
            int within = 0, n = 60;
            for (int i = 0; i < n; i++) {
                struct server server = { .scale = scales[k],
                                         .more_breaks = i % 4 < 2,
                                         .normal = i % 2 };
                struct error err;
                random_stream_init(&server.rs, 5, (uint32_t)i + 1, 1, 0);
                server.limit = 500 + 1000 * random_stream_uniform(&server.rs);
                struct limit_series s = series_of(&server, server.limit * pow(1.35, side), 30);
                assert_int_equal(limit_series_run(&s, &err), 0);
                assert_true(s.kind == LIMIT_FOUND && s.count == 30 && server.asked == 30);
                double off = log(s.fit.value / server.limit);
                sum += off;
                squares += off * off;
                told += s.fit.error;
                within += s.fit.low <= server.limit && server.limit <= s.fit.high;
                limit_series_close(&s);
            }
            double error = sqrt(squares / n), lean = sum / n;
            print_message("scale %g, guess %+d: error %.4f, told %.4f, lean %+.4f, within %d\n",
                          scales[k], side, error, told / n, lean, within);
            assert_true(error < 0.05);
            assert_true(fabs(lean) < 4 * error / sqrt(n));
            assert_true(within >= 0.82 * n);
            assert_true(told / n < 2 * error && told / n > 0.7 * error);
        }
}

/* As many runs by the middle of bisections from a guess a third too high: the answer leans towards
 * the guess, which is why the real server is not asked so. */
static void test_bisection_leans(void **state)
{
    (void)state;
    double lean[2] = { 0 }, squares[2] = { 0 };
    int n = 200;
    for (int i = 0; i < n; i++) {
        struct server server = { .limit = 900, .scale = 0.1, .more_breaks = true };
        struct error err;
        double found = 0;
        random_stream_init(&server.rs, 8, (uint32_t)i + 1, 1, 0);
        int searches = 0;
        while (server.asked < 30) {
            struct limit_series s = series_of(&server, 1200, 0);
            s.search.precision = 0.03;
            assert_int_equal(limit_search(&s.search, &err), 0);
            found += log(s.search.kept);
            searches++;
        }
        server.asked = 0;
        struct limit_series s = series_of(&server, 1200, 30);
        assert_int_equal(limit_series_run(&s, &err), 0);
        double off[2] = { found / searches - log(900), log(s.fit.value / 900) };
        for (int k = 0; k < 2; k++) {
            lean[k] += off[k] / n;
            squares[k] += off[k] * off[k] / n;
        }
        limit_series_close(&s);
    }
    print_message("bisections: lean %+.4f, error %.4f; series: %+.4f, %.4f\n", lean[0],
                  sqrt(squares[0]), lean[1], sqrt(squares[1]));
    assert_true(lean[0] > 0.02 && fabs(lean[1]) < lean[0] / 2);
}

/* In the whole range kept, or broken: as a search says it; and an error of the probe ends it. */
static int fails(void *context, double value, bool *kept, struct error *err)
{
    (void)context;
    *kept = value < 700;
    return value > 690 && value < 710 ? error_set(err, ERR_INVALID, "no") : 0;
}

static void test_no_turn(void **state)
{
    (void)state;
    struct error err;
    for (int broken = 0; broken < 2; broken++)
        for (int guess = 0; guess <= 500; guess += 500) {
            struct server server = { .limit = broken ? 1 : 1e5, .scale = 0.001 };
            server.more_breaks = true;
            struct limit_series s = series_of(&server, guess, 30);
            assert_int_equal(limit_series_run(&s, &err), 0);
            assert_int_equal(s.kind, broken ? LIMIT_NEVER : LIMIT_ALWAYS);
            limit_series_close(&s);
        }
    struct server server = { .more_breaks = true };
    struct limit_series s = series_of(&server, 600, 30);
    s.search.probe = fails;
    assert_int_equal(limit_series_run(&s, &err), ERR_INVALID);
    limit_series_close(&s);
}

/* As `probe`, but with errors of its own. */
struct fitful {
    struct server server;
    double share;    /* of runs without an answer */
    double from, to; /* values between which there is none */
    int ends_after;  /* runs, then the probe fails; 0: never */
    int asked, answers;
};

static int fitful(void *context, double value, bool *kept, struct error *err)
{
    struct fitful *f = context;
    if (f->ends_after > 0 && f->asked == f->ends_after)
        return error_set(err, ERR_IO, "interrupted");
    f->asked++;
    if ((value > f->from && value < f->to) || random_stream_uniform(&f->server.rs) < f->share)
        return error_set(err, ERR_STATE, "a client could not connect");
    f->answers++;
    return probe(&f->server, value, kept, err);
}

static struct limit_series fitful_series(struct fitful *f, double guess)
{
    struct limit_series s = series_of(&f->server, guess, 30);
    s.search.probe = fitful;
    s.search.context = f;
    return s;
}

/* Broken off anywhere, a series goes on with what it has: 30 runs in all, near the truth; when
 * they are all there nothing is asked, and the answer is the same. */
static void test_goes_on(void **state)
{
    (void)state;
    double squares = 0;
    int n = 0;
    for (uint32_t after = 1; after < 30; after++)
        for (int guess = 0; guess <= 1100; guess += 1100) {
            struct error err;
            struct fitful f = { .server = { .limit = 900, .scale = 0.05, .more_breaks = true },
                                .ends_after = (int)after };
            random_stream_init(&f.server.rs, 11, after, 1, 0);
            struct limit_series broken = fitful_series(&f, guess);
            assert_int_equal(limit_series_run(&broken, &err), ERR_IO);
            assert_int_equal(broken.count, after);
            f.ends_after = 0;
            struct limit_series rest = fitful_series(&f, guess);
            rest.known = broken.trials;
            rest.known_count = broken.count;
            assert_int_equal(limit_series_run(&rest, &err), 0);
            assert_true(rest.kind == LIMIT_FOUND && rest.count == 30 && f.asked == 30);
            squares += pow(log(rest.fit.value / 900), 2);
            n++;
            struct limit_series judged = fitful_series(&f, guess);
            judged.known = rest.trials;
            judged.known_count = rest.count;
            assert_true(limit_series_judge(&judged));
            assert_true(f.asked == 30 && judged.fit.value == rest.fit.value &&
                        judged.fit.low == rest.fit.low && judged.search.more_breaks);
            limit_series_close(&judged);
            limit_series_close(&rest);
            limit_series_close(&broken);
        }
    print_message("error %.4f\n", sqrt(squares / n));
    assert_true(sqrt(squares / n) < 0.05);
}

/* Runs without an answer are passed over: 30 that have one, and no lean. */
static void test_passes_over(void **state)
{
    (void)state;
    double sum = 0, squares = 0;
    int n = 60;
    for (int i = 0; i < n; i++) {
        struct error err;
        struct fitful f = { .server = { .limit = 900, .scale = 0.05, .more_breaks = i % 4 < 2 },
                            .share = 0.15 };
        random_stream_init(&f.server.rs, 12, (uint32_t)i + 1, 1, 0);
        struct limit_series s = fitful_series(&f, i % 2 ? 1100 : 0);
        assert_int_equal(limit_series_run(&s, &err), 0);
        assert_int_equal(s.kind, LIMIT_FOUND);
        assert_true(s.count == (size_t)f.answers && s.count <= 30 && s.count > 15);
        double off = log(s.fit.value / 900);
        sum += off;
        squares += off * off;
        limit_series_close(&s);
    }
    print_message("error %.4f, lean %+.4f\n", sqrt(squares / n), sum / n);
    assert_true(sqrt(squares / n) < 0.05 && fabs(sum / n) < 4 * sqrt(squares) / n);
}

/* No answers above 700: where the limit is below, it is found all the same; where it may be above,
 * that is no result, and least of all "kept in the whole range". So is no answer at all. */
static void test_no_answers(void **state)
{
    (void)state;
    for (int guess = 0; guess <= 900; guess += 300) {
        struct error err;
        struct fitful f = { .server = { .limit = 500, .scale = 0.05, .more_breaks = true },
                            .from = 700,
                            .to = 1e5 };
        random_stream_init(&f.server.rs, 13, 1, 1, 0);
        struct limit_series s = fitful_series(&f, guess);
        if (guess > 0) { /* from the end no answer is in sight */
            assert_int_equal(limit_series_run(&s, &err), 0);
            assert_true(s.kind == LIMIT_FOUND && fabs(log(s.fit.value / 500)) < 0.15);
            limit_series_close(&s);
        }
        f.server.limit = 5000;
        s = fitful_series(&f, guess);
        assert_int_equal(limit_series_run(&s, &err), ERR_STATE);
        assert_string_equal(err.text, "a client could not connect");
        assert_true(s.count > 0);
        limit_series_close(&s);
        f.from = 0;
        f.asked = 0;
        s = fitful_series(&f, guess);
        assert_int_equal(limit_series_run(&s, &err), ERR_STATE);
        assert_true(s.count == 0 && f.asked == LIMIT_PASSED);
        limit_series_close(&s);
    }
}

/* Runs that are all alike say something when they reach the end of the range; without a guess,
 * both. */
static void test_alike(void **state)
{
    (void)state;
    static const struct {
        double guess, values[2];
        bool kept, decided;
    } cases[] = {
        { 500, { 500, 9000 }, true, false },   { 500, { 500, 10000 }, true, true },
        { 500, { 500, 10000 }, false, false }, { 500, { 10, 500 }, false, true },
        { 0, { 500, 10000 }, true, false },    { 0, { 10, 10000 }, true, true },
        { 0, { 10, 10000 }, false, true },     { 0, { 10, 500 }, false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server server = { .more_breaks = true };
        struct limit_trial known[] = { { cases[i].values[0], cases[i].kept },
                                       { cases[i].values[1], cases[i].kept } };
        struct limit_series s = series_of(&server, cases[i].guess, 30);
        s.known = known;
        s.known_count = 2;
        if (limit_series_judge(&s) != cases[i].decided)
            fail_msg("case %zu", i);
        if (cases[i].decided)
            assert_int_equal(s.kind, cases[i].kept ? LIMIT_ALWAYS : LIMIT_NEVER);
        limit_series_close(&s);
        s.known_count = 0;
        assert_false(limit_series_judge(&s));
        limit_series_close(&s);
    }
}

/* Which way breaks is what the caller says, where there is a guess; else what the runs say. */
static void test_which_way_breaks(void **state)
{
    static const struct limit_trial known[] = { { 120, true }, { 100, false } };
    (void)state;
    for (int guessed = 0; guessed < 2; guessed++) {
        struct limit_series s = {
            .search = { .from = 10, .to = 10000, .guess = guessed * 110, .more_breaks = true },
            .known = known,
            .known_count = 2,
        };
        assert_true(limit_series_judge(&s));
        assert_int_equal(s.kind, LIMIT_FOUND);
        assert_int_equal(s.search.more_breaks, guessed);
        limit_series_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_way_breaks), cmocka_unit_test(test_fit_of_two),
        cmocka_unit_test(test_fit_of_many),      cmocka_unit_test(test_truth),
        cmocka_unit_test(test_bisection_leans),  cmocka_unit_test(test_no_turn),
        cmocka_unit_test(test_goes_on),          cmocka_unit_test(test_passes_over),
        cmocka_unit_test(test_no_answers),       cmocka_unit_test(test_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
