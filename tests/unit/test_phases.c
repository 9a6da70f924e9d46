/* The course of a failure in made series whose answer is known: what broke first, phases, recovery,
 * metastable, false green; and runs in which nothing broke.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/phases.h"
#include "tests/support/course_case.h"

#define S INT64_C(1000000000)

static struct phases judge_with(const struct outline *o, const struct course_stretch *rows,
                                size_t n)
{
    struct run_record r;
    struct phases f;
    course_record(&r, rows, n);
    phases_init(&f, &phases_defaults, o, &r);
    run_record_close(&r);
    return f;
}

#define JUDGE(rows) judge_with(&course_outline, rows, sizeof(rows) / sizeof *(rows))

static void nothing_broke(const struct phases *f)
{
    assert_int_equal(f->first, SIGNALS);
    assert_int_equal(f->worst, 0);
    for (int s = 0; s < SIGNALS; s++)
        assert_true(isnan(f->signal[s].first_s));
    assert_true(f->recovery_s == 0);
    assert_true(f->metastable == 0);
    assert_true(f->broken_s == 0);
}

/* Twice as late, but far below what anybody feels; one late second; a slow but steady service. */
static void test_nothing_broke(void **state)
{
    static const struct course_stretch quiet[] = { { 20, 5, 8, 10, 0, 0, 0, 0 },
                                                   { 40, 10, 16, 45, 0, 0, 0, 0 },
                                                   { 100, 5, 8, 10, 0, 0, 0, 0 } };
    static const struct course_stretch hiccup[] = { { 25, 20, 30, 40, 0, 0, 0, 0 },
                                                    { 26, 200, 900, 900, 0, 0, 0, 0 },
                                                    { 100, 20, 30, 40, 0, 0, 0, 0 } };
    static const struct course_stretch slow[] = { { 100, 300, 400, 500, 0, 0, 0, 0 } };
    static const struct course_stretch late_start[] = { { 20, 0, 0, 0, 0, 0, 0, 0 },
                                                        { 100, 300, 400, 500, 0, 0, 0, 0 } };
    static const struct course_stretch idle[] = { { 100, 0, 0, 0, 0, 0, 0, 0 } };
    (void)state;
    struct phases f = JUDGE(quiet);
    nothing_broke(&f);
    phases_close(&f);
    f = JUDGE(slow);
    nothing_broke(&f);
    phases_close(&f);
    f = JUDGE(late_start); /* nothing to compare with */
    nothing_broke(&f);
    phases_close(&f);
    f = JUDGE(idle);
    nothing_broke(&f);
    phases_close(&f);
    f = JUDGE(hiccup); /* the second counts as broken time, and as nothing else */
    assert_int_equal(f.first, SIGNALS);
    assert_int_equal(f.worst, 0);
    assert_true(f.broken_s == 1 && f.recovery_s == 0);
    phases_close(&f);
}

/* The three phases as the field study tells them, then 12 s to recover. Calm 20, 30, 40 ms: bounds
 * 50, 60, 160 ms. */
static void test_three_phases(void **state)
{
    static const struct course_stretch rows[] = {
        { 20, 20, 30, 40, 0, 0, 0, 0 },
        { 25, 22, 90, 150, 0, 0, 0, 0 },     /* p95 drifts, the median does not */
        { 33, 45, 200, 900, 5, 0, 0, 3 },    /* p99 expands, 5 % reconnect each second */
        { 37, 80, 900, 3000, 20, 2, 9, 15 }, /* 15 % are gone; write time-outs, drops */
        { 44, 45, 200, 900, 5, 0, 0, 3 },
        { 52, 22, 90, 150, 0, 0, 0, 0 },
        { 100, 20, 30, 40, 0, 0, 0, 0 },
    };
    (void)state;
    struct phases f = JUDGE(rows);
    assert_true(f.calm_begin_s == 10 && f.calm_end_s == 20);
    assert_true(f.signal[SIGNAL_P95].calm == 0.03 && f.signal[SIGNAL_P95].bound == 0.06);
    assert_int_equal(f.first, SIGNAL_P95);
    assert_true(f.signal[SIGNAL_P95].first_s == 20);
    assert_true(f.signal[SIGNAL_P99].first_s == 25);
    assert_true(f.signal[SIGNAL_CHURN].first_s == 25);
    assert_true(f.signal[SIGNAL_P50].first_s == 33);
    assert_true(f.signal[SIGNAL_DROPS].first_s == 33);
    assert_true(f.signal[SIGNAL_WRITE_TIMEOUTS].first_s == 33);
    assert_true(isnan(f.signal[SIGNAL_KILLED].first_s));
    assert_true(f.first_s[1] == 20 && f.first_s[2] == 25 && f.first_s[3] == 33);
    assert_true(f.time_s[1] == 5 + 8 && f.time_s[2] == 8 + 7 && f.time_s[3] == 4);
    assert_true(f.stable_share == 1);
    assert_true(f.churn_share == 1);
    assert_true(f.recovery_s == 12);
    assert_true(f.metastable == 0);
    assert_int_equal(f.worst, 3);
    assert_int_equal(f.last, 0);
    /* 0.1 s of CPU a second, of 0.2: green while p95 or p99 is broken */
    assert_true(f.broken_s == 32 && f.green_s == 32);
    phases_close(&f);
}

/* It bends: everything is later, nobody is lost, nothing dropped. The median moves too: that is no
 * phase 1 as the study tells it, and no churn either. */
static void test_a_bend_is_told_apart(void **state)
{
    static const struct course_stretch rows[] = { { 20, 20, 30, 40, 0, 0, 0, 0 },
                                                  { 40, 120, 240, 320, 0, 0, 0, 0 },
                                                  { 100, 20, 30, 40, 0, 0, 0, 0 } };
    (void)state;
    struct phases f = JUDGE(rows);
    assert_int_equal(f.first, SIGNAL_P50);
    assert_int_equal(f.worst, 2);
    assert_true(f.time_s[1] == 0 && isnan(f.stable_share));
    assert_true(f.churn_share == 0);
    assert_true(f.recovery_s == 0);
    phases_close(&f);
}

/* A storm that feeds itself: the pressure is over, the clients keep coming. */
static void test_metastable(void **state)
{
    static const struct course_stretch rows[] = { { 20, 20, 30, 40, 0, 0, 0, 0 },
                                                  { 100, 30, 400, 900, 30, 0, 0, 8 } };
    struct outline o = course_outline;
    (void)state;
    struct phases f = JUDGE(rows);
    assert_true(f.metastable == 1);
    assert_true(isnan(f.recovery_s));
    assert_int_equal(f.last, 2);
    phases_close(&f);
    o.load_end = 55; /* 15 s after the pressure: too early to tell */
    f = judge_with(&o, rows, 2);
    assert_true(isnan(f.metastable) && isnan(f.recovery_s));
    phases_close(&f);
    o.load_end = 100;
    o.pressure_end = NAN; /* it never ends */
    f = judge_with(&o, rows, 2);
    assert_true(isnan(f.metastable) && isnan(f.recovery_s));
    phases_close(&f);
}

/* A calm of 4 s between two bad times is no recovery, one of 5 s is. */
static void test_recovery_has_to_hold(void **state)
{
    static const struct course_stretch rows[] = {
        { 20, 20, 30, 40, 0, 0, 0, 0 },  { 45, 20, 90, 100, 0, 0, 0, 0 },
        { 49, 20, 30, 40, 0, 0, 0, 0 },  { 52, 20, 90, 100, 0, 0, 0, 0 },
        { 57, 20, 30, 40, 0, 0, 0, 0 },  { 60, 20, 90, 100, 0, 0, 0, 0 },
        { 100, 20, 30, 40, 0, 0, 0, 0 },
    };
    (void)state;
    struct phases f = JUDGE(rows);
    assert_true(f.recovery_s == 12);
    phases_close(&f);
}

/* Calm for longer than it must be, then the failure again: of what the pressure left. Only when it
 * stays away the service has recovered; a drift takes nothing back. */
static void test_what_comes_back_was_not_over(void **state)
{
    static const struct course_stretch back[] = {
        { 20, 20, 30, 40, 0, 0, 0, 0 }, { 40, 45, 200, 900, 5, 0, 0, 3 },
        { 50, 20, 30, 40, 0, 0, 0, 0 }, { 60, 20, 30, 40, 0, 0, 0, 50 },
        { 70, 20, 30, 40, 0, 0, 0, 0 }, { 73, 20, 90, 100, 0, 0, 0, 0 },
        { 100, 20, 30, 40, 0, 0, 0, 0 }
    };
    static const struct course_stretch again[] = { { 20, 20, 30, 40, 0, 0, 0, 0 },
                                                   { 40, 45, 200, 900, 5, 0, 0, 3 },
                                                   { 70, 20, 30, 40, 0, 0, 0, 0 },
                                                   { 97, 45, 200, 900, 5, 0, 0, 3 },
                                                   { 100, 20, 30, 40, 0, 0, 0, 0 } };
    (void)state;
    struct phases f = JUDGE(back);
    assert_true(f.recovery_s == 20);
    assert_true(f.metastable == 0);
    phases_close(&f);
    f = JUDGE(again);
    assert_true(isnan(f.recovery_s));
    assert_true(f.metastable == 1);
    phases_close(&f);
}

/* Fast for those that are there, while others are still out: back is who was there before, or who
 * is there in the end, where some have left for good. */
static void test_recovery_waits_for_the_clients(void **state)
{
    static const struct course_stretch rows[] = { { 20, 20, 30, 40, 0, 0, 0, 0 },
                                                  { 40, 45, 200, 900, 5, 0, 0, 30 },
                                                  { 50, 20, 30, 40, 0, 0, 0, 7 },
                                                  { 55, 20, 30, 40, 0, 0, 0, 6 },
                                                  { 100, 20, 30, 40, 0, 0, 0, 1 } };
    static const struct course_stretch left[] = { { 20, 20, 30, 40, 0, 0, 0, 0 },
                                                  { 40, 45, 200, 900, 5, 0, 0, 30 },
                                                  { 50, 20, 30, 40, 0, 0, 0, 10 },
                                                  { 100, 20, 30, 40, 0, 0, 0, 5 } };
    (void)state;
    struct phases f = JUDGE(rows);
    assert_true(f.recovery_s == 15);
    phases_close(&f);
    f = JUDGE(left);
    assert_true(f.recovery_s == 10);
    phases_close(&f);
}

/* Thresholds of the slo stand in for the calm part; a process that dies is a collapse of two
 * seconds; used-up CPU is not green. */
static void test_slo_and_kills(void **state)
{
    static const struct course_stretch rows[] = { { 100, 20, 30, 120, 0, 0, 0, 0 } };
    struct outline o = course_outline;
    struct run_record r;
    struct phases f;
    (void)state;
    course_record(&r, rows, 1);
    o.slo_p99_s = 0.1;
    o.cpu = 0.12;
    o.pressure_begin = o.pressure_end = NAN;
    run_record_event(&r, 50 * S + 1, "oom", "1 MB held");
    phases_init(&f, &phases_defaults, &o, &r);
    assert_true(f.calm_begin_s == 1 && f.calm_end_s == 11);
    assert_int_equal(f.first, SIGNAL_P99);
    assert_true(f.signal[SIGNAL_P99].first_s == 0);
    assert_true(f.signal[SIGNAL_KILLED].first_s == 50);
    assert_true(f.time_s[1] == 98 && f.time_s[3] == 2);
    assert_true(f.broken_s == 100 && f.green_s == 0);
    phases_close(&f);
    o.cpu = 0.13; /* 0.1 is below 80 % of it */
    phases_init(&f, &phases_defaults, &o, &r);
    assert_true(f.green_s == 99);
    phases_close(&f);
    run_record_close(&r);
}

/* A silent service: nothing is delivered although it is due, which the fleet's series say as p99. */
static void test_silence(void **state)
{
    static const struct course_stretch rows[] = { { 30, 20, 30, 40, 0, 0, 0, 0 },
                                                  { 35, 0, 0, 3000, 0, 0, 0, 0 },
                                                  { 100, 20, 30, 40, 0, 0, 0, 0 } };
    (void)state;
    struct phases f = JUDGE(rows);
    assert_int_equal(f.worst, 3);
    assert_true(f.first_s[3] == 30 && f.time_s[3] == 5);
    phases_close(&f);
}

/* Nothing arrives from the first second to the last, and the series hold no latency at all (as on
 * the real arm). With and without an SLO that is collapse; but not where nothing was due. */
static void test_nothing_ever_arrived(void **state)
{
    static const struct course_stretch rows[] = { { 100, 0, 0, 0, 0, 0, 0, 0 } };
    (void)state;
    for (int due = 0; due < 2; due++)
        for (int slo = 0; slo < 2; slo++) {
            struct run_record r;
            struct phases f;
            struct outline o = course_outline;
            o.slo_p99_s = slo ? 30 : 0;
            course_record(&r, rows, 1);
            run_record_metric(&r, "delivery.p99", "s", NAN);
            run_record_metric(&r, "in_flight", "1", due ? 5000 : 0);
            phases_init(&f, &phases_defaults, &o, &r);
            assert_int_equal(f.starved, due);
            assert_int_equal(f.worst, due ? 3 : 0);
            assert_true(f.broken_s == (due ? 100 : 0));
            assert_true(isnan(f.signal[SIGNAL_P99].calm));
            if (due) { /* late by the time since the begin: above 30 s from the 31st window on */
                assert_true(f.first_s[3] == (slo ? 30 : 0) && f.metastable == 1);
                assert_true(f.signal[SIGNAL_P99].first_s == (slo ? 30 : 0));
            }
            phases_close(&f);
            run_record_close(&r);
        }
}

/* Series as the real arm writes them: seconds that end late, no p95 at first, connections only. */
static void test_ragged_seconds(void **state)
{
    struct run_record r;
    struct phases f;
    (void)state;
    run_record_init(&r);
    for (int i = 0; i < 100; i++) {
        int64_t at = (i + 1) * S + i * 3000000;
        bool bad = i >= 60 && i < 70;
        run_record_point(&r, "delivery.p50", at, 0.02);
        run_record_point(&r, "delivery.p99", at, bad ? 0.9 : 0.04);
        run_record_point(&r, "connections", at, bad ? 80 : 100);
        run_record_point(&r, "cpu.used", at, 0.1);
    }
    phases_init(&f, &phases_defaults, &course_outline, &r);
    assert_true(f.step_s == 1);
    assert_int_equal(f.count, 100);
    assert_true(f.first_s[3] == 60 && f.time_s[3] == 10);
    phases_close(&f);
    run_record_close(&r);
}

/* What is stored says the same. */
static void test_figures(void **state)
{
    static const struct course_stretch rows[] = { { 20, 20, 30, 40, 0, 0, 0, 0 },
                                                  { 43, 20, 90, 100, 0, 0, 0, 0 },
                                                  { 100, 20, 30, 40, 0, 0, 0, 0 } };
    struct run_record r;
    (void)state;
    struct phases f = JUDGE(rows);
    run_record_init(&r);
    phases_record(&f, &r);
    assert_true(run_record_value(&r, "broke.first") == 1 + SIGNAL_P95);
    assert_true(run_record_value(&r, "broke.first.at") == 20);
    assert_true(run_record_value(&r, "broke.p95") == 20);
    assert_true(isnan(run_record_value(&r, "broke.p99")));
    assert_true(run_record_value(&r, "recovery.time") == 3);
    assert_true(run_record_value(&r, "metastable") == 0);
    assert_true(run_record_value(&r, "failure.phase.max") == 1);
    assert_true(run_record_value(&r, "failure.phase.end") == 0);
    assert_true(run_record_value(&r, "failure.phase1.time") == 23);
    assert_int_equal(r.point_count, 4); /* 0, 20, 43 and the last second */
    assert_true(r.points[1].at_ns == 20 * S && r.points[1].value == 1);
    assert_true(r.points[3].at_ns == 99 * S && r.points[3].value == 0);
    run_record_close(&r);
    phases_close(&f);
}

/* 40 of 100 clients leave in a second because they want to: no churn; 40 that are dropped are. */
static void test_who_leaves_is_no_churn(void **state)
{
    static const struct course_stretch rows[] = { { 100, 20, 30, 40, 0, 0, 0, 0 } };
    (void)state;
    for (int left = 40; left >= 0; left -= 40) {
        struct run_record r;
        struct phases f;
        course_record(&r, rows, 1);
        run_record_point(&r, "disconnects", 30 * S, 40);
        course_count(&r, "disconnects.client_left", 30 * S, left);
        phases_init(&f, &phases_defaults, &course_outline, &r);
        assert_true(f.signal[SIGNAL_CHURN].peak == 40 - left);
        phases_close(&f);
        run_record_close(&r);
    }
}

/* A share of the time out of bounds, where there is no such time, is not known: `explain` has no
 * figure for it either. */
static void test_no_share_of_nothing(void **state)
{
    static const struct course_stretch quiet[] = { { 100, 20, 30, 40, 0, 0, 0, 0 } };
    static const struct course_stretch red[] = { { 20, 20, 30, 40, 0, 0, 0, 0 },
                                                 { 100, 20, 90, 400, 0, 0, 0, 0 } };
    struct run_record r;
    (void)state;
    struct phases f = JUDGE(quiet);
    run_record_init(&r);
    phases_record(&f, &r);
    assert_true(isnan(run_record_value(&r, "false_green.share")));
    assert_true(run_record_value(&r, "false_green.time") == 0);
    run_record_close(&r);
    phases_close(&f);
    f = JUDGE(red);
    run_record_init(&r);
    phases_record(&f, &r);
    assert_true(run_record_value(&r, "false_green.share") ==
                run_record_value(&r, "false_green.time") / f.broken_s);
    run_record_close(&r);
    phases_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_broke),
        cmocka_unit_test(test_three_phases),
        cmocka_unit_test(test_nothing_ever_arrived),
        cmocka_unit_test(test_a_bend_is_told_apart),
        cmocka_unit_test(test_metastable),
        cmocka_unit_test(test_recovery_has_to_hold),
        cmocka_unit_test(test_recovery_waits_for_the_clients),
        cmocka_unit_test(test_what_comes_back_was_not_over),
        cmocka_unit_test(test_slo_and_kills),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_ragged_seconds),
        cmocka_unit_test(test_who_leaves_is_no_churn),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_no_share_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
