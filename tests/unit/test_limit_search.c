/* Bisection of a made threshold: the two last values enclose it as closely as asked, whichever way
 * it turns and wherever the search starts; and the summing up of several.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/limit_model.h"
#include "analysis/slo.h"
#include "models/push_run.h"
#include "sim/random_stream.h"

struct step {
    double threshold;
    bool more_breaks;
    double least, greatest; /* asked so far */
    int asked;
};

static int probe(void *context, double value, bool *kept, struct error *err)
{
    struct step *step = context;
    (void)err;
    step->least = fmin(step->least, value);
    step->greatest = fmax(step->greatest, value);
    step->asked++;
    *kept = step->more_breaks ? value <= step->threshold : value >= step->threshold;
    return 0;
}

static struct limit_search search_of(struct step *step, double precision, bool whole,
                                     double guess)
{
    struct error err;
    struct limit_search s = { .from = 10,
                              .to = 10000,
                              .precision = precision,
                              .whole = whole,
                              .guess = guess,
                              .more_breaks = step->more_breaks,
                              .probe = probe,
                              .context = step };
    step->least = INFINITY;
    step->greatest = 0;
    step->asked = 0;
    s.probes = 7; /* of an earlier search */
    assert_int_equal(limit_search(&s, &err), 0);
    assert_int_equal(s.probes, step->asked);
    assert_true(step->least >= s.from && step->greatest <= s.to);
    return s;
}

static void test_encloses(void **state)
{
    (void)state;
    struct random_stream rs;
    random_stream_init(&rs, 7, 1, 1, 0);
    for (int i = 0; i < 2000; i++) {
        struct step step = { .threshold = 10 * pow(1000, random_stream_uniform(&rs)),
                             .more_breaks = random_stream_uniform(&rs) < 0.5 };
        double precision = 0.002 + 0.2 * random_stream_uniform(&rs);
        bool whole = random_stream_uniform(&rs) < 0.5;
        double guess =
            random_stream_uniform(&rs) < 0.5 ? 0 : 5 * pow(4000, random_stream_uniform(&rs));
        struct limit_search s = search_of(&step, precision, whole, guess);
        double low = fmin(s.kept, s.broken), high = fmax(s.kept, s.broken);
        if (s.kind != LIMIT_FOUND) /* within a whole step of an end */
            assert_true(whole && (step.threshold < 11 || step.threshold > 9999));
        else if (!(low <= step.threshold && step.threshold <= high &&
                   (high <= low * (1 + precision) || (whole && high - low <= 1))))
            fail_msg("case %d: threshold %g, kept %g, broken %g, guess %g", i, step.threshold,
                     s.kept, s.broken, guess);
        if (whole && s.kind == LIMIT_FOUND)
            assert_true(low == round(low) && high == round(high));
    }
}

static void test_no_turn(void **state)
{
    (void)state;
    static const struct {
        double threshold, guess;
        bool more_breaks;
        enum limit_kind kind;
    } cases[] = {
        { 20000, 0, true, LIMIT_ALWAYS },  { 5, 0, true, LIMIT_NEVER },
        { 20000, 0, false, LIMIT_NEVER },  { 5, 0, false, LIMIT_ALWAYS },
        { 20000, 50, true, LIMIT_ALWAYS }, { 5, 50, true, LIMIT_NEVER },
        { 5, 50, false, LIMIT_ALWAYS },    { 20000, 50, false, LIMIT_NEVER },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct step step = { cases[i].threshold, cases[i].more_breaks, 0, 0, 0 };
        struct limit_search s = search_of(&step, 0.01, true, cases[i].guess);
        if (s.kind != cases[i].kind)
            fail_msg("case %zu: kind %d", i, s.kind);
    }
}

/* A guess that is right to 10 % costs at most 7 runs for 2 %. */
static void test_guess_saves(void **state)
{
    (void)state;
    for (double guess = 450; guess < 550; guess += 7) {
        struct step step = { .threshold = 500, .more_breaks = true };
        struct limit_search s = search_of(&step, 0.02, true, guess);
        assert_true(s.probes <= 7);
    }
}

/* Kept below 1,370 and from 1,550 to 1,780, as the collector makes it. */
static int saw(void *context, double value, bool *kept, struct error *err)
{
    (void)context;
    (void)err;
    *kept = value <= 1370 || (value >= 1550 && value <= 1780);
    return 0;
}

static void test_first_turn(void **state)
{
    (void)state;
    struct error err;
    struct limit_search s = {
        .from = 10, .to = 10000, .precision = 0.01, .whole = true, .probe = saw
    };
    assert_int_equal(limit_search(&s, &err), 0);
    assert_true(s.kept <= 1780 && s.broken > 1780); /* the one that bisection comes upon */
    s.first = true;
    assert_int_equal(limit_search(&s, &err), 0);
    assert_true(s.kind == LIMIT_FOUND && s.kept <= 1370 && s.broken > 1370);
    assert_true(s.broken <= s.kept * 1.01 + 1);
    s.guess = s.kept; /* and a guess at it finds it again, in few steps */
    s.first = false;
    s.more_breaks = true;
    assert_int_equal(limit_search(&s, &err), 0);
    assert_true(s.kept <= 1370 && s.broken > 1370 && s.probes <= 6);
}

static void test_sum_up(void **state)
{
    (void)state;
    struct limit_search s[5] = {
        { .kind = LIMIT_FOUND, .kept = 300, .broken = 303, .probes = 9 },
        { .kind = LIMIT_FOUND, .kept = 100, .broken = 101, .probes = 9 },
        { .kind = LIMIT_NEVER, .kept = NAN, .broken = 10, .probes = 2 },
        { .kind = LIMIT_FOUND, .kept = 200, .broken = 202, .probes = 9 },
        { .kind = LIMIT_ALWAYS, .kept = 10000, .broken = NAN, .probes = 2 },
    };
    struct limit_answer a;
    limit_sum_up(s, 5, &a);
    assert_true(a.value == 200 && isinf(a.low) == -1 && isinf(a.high) == 1);
    assert_int_equal(a.searches, 3);
    assert_int_equal(a.always, 1);
    assert_int_equal(a.never, 1);
    assert_int_equal(a.probes, 31);
    assert_true(a.more_breaks);
}

/* Where most searches met no limit in the range it lies beyond, whatever the others found. */
static void test_sum_up_beyond(void **state)
{
    struct limit_search s[20];
    struct limit_answer a;
    (void)state;
    for (int up = 0; up <= 1; up++) {
        for (int i = 0; i < 20; i++) {
            s[i] = (struct limit_search){ .kind = up ? LIMIT_ALWAYS : LIMIT_NEVER };
            if (i < 3) /* and one that says the other way round */
                s[i] = (struct limit_search){ .kind = LIMIT_FOUND,
                                              .kept = 900 + i,
                                              .broken = (i == 2) == up ? 800 : 1000 };
        }
        limit_sum_up(s, 20, &a);
        assert_int_equal(a.more_breaks, up);
        assert_int_equal(a.searches, 3);
        assert_true(isinf(a.value) == 1 && isinf(a.high) == 1);
        assert_true(a.low >= 900 && a.low <= 901);
    }
}

/* In the model: the answer does not depend on the number of threads, and holds in the cell that it
 * names. */
static void test_model(void **state)
{
    (void)state;
    struct error err;
    struct limit_question q = { .from = 10, .to = 3000, .precision = 0.02, .seed = 1 };
    struct limit_answer one, two;
    settings_init(&q.settings);
    q.settings.cpu_limit_millicores = 100;
    q.settings.parameters.slo.p99_ns = 200000000;
    assert_int_equal(settings_find(&q.settings, "clients.count", &q.option, &err), 0);
    assert_int_equal(limit_model(&q, 6, 1, &one, &err), 0);
    assert_int_equal(limit_model(&q, 6, 2, &two, &err), 0);
    assert_true(one.value == two.value && one.low == two.low && one.high == two.high);
    assert_int_equal(one.searches, 6);
    assert_true(one.more_breaks && one.value > 10 && one.value < 3000);
}

static void ask(const struct limit_question *q, struct limit_answer *answer)
{
    struct error err;
    assert_int_equal(limit_model(q, 6, 2, answer, &err), 0);
    assert_int_equal(answer->searches, 6);
}

/* On hosts half as fast, whose costs go with their pace, fewer clients are borne; searches that
 * take two paces in turn find what each of the two finds. */
static void test_paces(void **state)
{
    (void)state;
    struct error err;
    static const struct run_pace paces[] = { { .step_ns = 1 }, { .step_ns = 2 } };
    struct limit_question q = { .from = 10, .to = 3000, .precision = 0.02, .seed = 1 };
    struct limit_answer fast, slow, both;
    settings_init(&q.settings);
    q.settings.cpu_limit_millicores = 100;
    q.settings.parameters.slo.p99_ns = 200000000;
    q.settings.parameters.cost.pace_base.step_ns = 1;
    q.settings.parameters.cost.pace_power = 1;
    assert_int_equal(settings_find(&q.settings, "clients.count", &q.option, &err), 0);
    q.paces = paces;
    q.pace_count = 1;
    ask(&q, &fast);
    q.paces = paces + 1;
    ask(&q, &slow);
    q.paces = paces;
    q.pace_count = 2;
    ask(&q, &both);
    assert_true(slow.high < fast.low);
    assert_true(both.low >= slow.low && both.low <= slow.high);
    assert_true(both.high >= fast.low && both.high <= fast.high);
}

/* Of 100 runs that no series made. */
static double share_kept(const struct limit_question *q, double value)
{
    int kept = 0;
    for (uint32_t r = 900001; r <= 900100; r++) {
        struct error err;
        struct settings s;
        struct schedule schedule;
        struct run_record record;
        assert_int_equal(limit_settings(q, value, &s, &err), 0);
        schedule_build(&schedule, &s.parameters, q->seed, r);
        run_record_init(&record);
        push_run(&s.parameters, &schedule, q->seed, r, &record);
        bool is_kept;
        assert_int_equal(slo_judge(&s.parameters.slo, &record, &is_kept, &err), 0);
        kept += is_kept;
        run_record_close(&record);
        schedule_close(&schedule);
    }
    return kept / 100.0;
}

#define RUNS 30

/* `centre` and equal ratios about it, from 1/1.6 to 1.6. */
static void spread_about(double centre, double values[RUNS])
{
    for (int i = 0; i < RUNS; i++)
        values[i] = round(centre * pow(1.6, 2.0 * i / (RUNS - 1) - 1));
}

static void question(struct limit_question *q)
{
    struct error err;
    *q = (struct limit_question){ .from = 10, .to = 3000, .precision = 0.01, .seed = 3 };
    settings_init(&q->settings);
    q->settings.cpu_limit_millicores = 100;
    q->settings.parameters.slo.p99_ns = 200000000;
    assert_int_equal(settings_find(&q->settings, "clients.count", &q->option, &err), 0);
}

static void model(const struct limit_question *q, int jobs, struct limit_answer *a)
{
    struct error err;
    assert_int_equal(limit_model(q, 12, jobs, a, &err), 0);
}

/* Runs at given values say with how many clients half of the runs keep the slo, as many other runs
 * bear out, and find what searches find (the model's knee is no saw here): with any number of
 * threads, and from values that lie to one side of it, too. */
static void test_runs(void **state)
{
    (void)state;
    struct limit_question q;
    struct limit_answer searched, one, two;
    double values[RUNS];
    question(&q);
    model(&q, 2, &searched);
    q.runs = RUNS;
    q.values = values;
    q.more_breaks = true;
    static const double off[] = { 1, 0.8, 1.25 };
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        spread_about(searched.value * off[i], values);
        model(&q, 1, &one);
        model(&q, 2, &two);
        assert_true(one.value == two.value && one.low == two.low && one.high == two.high);
        assert_true(one.probes == 12 * RUNS && one.searches == 12 && one.more_breaks);
        if (!(fabs(one.value / searched.value - 1) < 0.05))
            fail_msg("searches %g, runs %g", searched.value, one.value);
        double below = share_kept(&q, round(one.low * 0.95)),
               at = share_kept(&q, round(one.value)),
               above = share_kept(&q, round(one.high * 1.05));
        print_message("kept: %.2f at %.0f, %.2f at %.0f, %.2f at %.0f\n", below, one.low * 0.95,
                      at, one.value, above, one.high * 1.05);
        assert_true(below > 0.6 && at > 0.3 && at < 0.7 && above < 0.4);
    }
}

/* The paces are the runs', in turn, not the replications'. */
static void test_paces_of_runs(void **state)
{
    (void)state;
    static const struct run_pace paces[] = { { .step_ns = 1 }, { .step_ns = 2 } };
    struct limit_question q;
    struct limit_answer fast, slow, both;
    double values[RUNS];
    question(&q);
    q.settings.parameters.cost.pace_base.step_ns = 1;
    q.settings.parameters.cost.pace_power = 1;
    model(&q, 2, &fast);
    spread_about(fast.value / 1.4, values);
    q.runs = RUNS;
    q.values = values;
    q.more_breaks = true;
    model(&q, 2, &fast);
    q.paces = paces + 1;
    q.pace_count = 1;
    model(&q, 2, &slow);
    q.paces = paces;
    q.pace_count = 2;
    model(&q, 2, &both);
    assert_true(slow.high < fast.low && slow.value < both.value && both.value < fast.value);
}

/* Run k of every replication plays the publishes of replication k, or of the one that it is told:
 * all those of the first is what same-arrivals means. */
static void test_plays(void **state)
{
    (void)state;
    uint32_t first[RUNS], own[RUNS];
    struct limit_question q;
    struct limit_answer drawn, told, one, same;
    double values[RUNS];
    question(&q);
    q.settings.parameters.workload.arrivals = ARRIVAL_POISSON;
    for (uint32_t i = 0; i < RUNS; i++) {
        own[i] = i + 1;
        first[i] = 1;
    }
    model(&q, 2, &drawn);
    spread_about(drawn.value, values);
    q.runs = RUNS;
    q.values = values;
    q.more_breaks = true;
    model(&q, 2, &drawn);
    q.plays = own;
    model(&q, 2, &told);
    assert_true(drawn.value == told.value && drawn.low == told.low && drawn.high == told.high);
    q.plays = first;
    model(&q, 2, &one);
    q.plays = NULL;
    q.settings.parameters.workload.same_arrivals = true;
    model(&q, 2, &same);
    assert_true(one.value == same.value && one.low == same.low && one.high == same.high);
    assert_true(one.value != drawn.value);
}

/* Costs that are not sure leave the answer less sure; the same draws, the same answer. What is
 * asked about is not drawn. */
static void test_draws(void **state)
{
    (void)state;
    struct error err;
    struct parameter_draws d = { .count = 1, .root = { { 0.3 } }, .noise_left = 1 };
    struct limit_question q = { .from = 10, .to = 3000, .precision = 0.02, .seed = 1 };
    struct limit_answer sure, unsure, again;
    settings_init(&q.settings);
    q.settings.cpu_limit_millicores = 100;
    q.settings.parameters.slo.p99_ns = 200000000;
    q.settings.parameters.clients = 300;
    assert_int_equal(settings_find(&q.settings, "clients.count", &q.option, &err), 0);
    ask(&q, &sure);
    struct setting write;
    assert_int_equal(settings_find(&q.settings, "cost.sse.write", &write, &err), 0);
    d.which[0] = write.option;
    q.draws = &d;
    ask(&q, &unsure);
    ask(&q, &again);
    assert_true(log(unsure.high / unsure.low) > log(sure.high / sure.low) + 0.1);
    assert_true(unsure.value == again.value && unsure.low == again.low);
    q.option = write;
    q.from = 100;
    q.to = 1e6;
    ask(&q, &unsure);
    q.draws = NULL;
    ask(&q, &sure);
    assert_true(unsure.value == sure.value && unsure.high == sure.high);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encloses),    cmocka_unit_test(test_no_turn),
        cmocka_unit_test(test_guess_saves), cmocka_unit_test(test_first_turn),

        cmocka_unit_test(test_sum_up),      cmocka_unit_test(test_sum_up_beyond),
        cmocka_unit_test(test_model),       cmocka_unit_test(test_paces_of_runs),
        cmocka_unit_test(test_runs),        cmocka_unit_test(test_paces),
        cmocka_unit_test(test_draws),       cmocka_unit_test(test_plays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
