/* What is said of a run's course, of courses made by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/explain.h"

/* Pressure from 20 s to 40 s and a limit of 100 ms, nothing of note. */
static struct explanation calm_run(const struct store_found *run)
{
    struct explanation e = { .run = run,
                             .outline = { .slo_p99_s = 0.1,
                                          .pressure_begin = 20,
                                          .pressure_end = 40,
                                          .load_end = 100 },
                             .phases = { .first = SIGNALS, .recovery_s = 0 } };
    for (int s = 0; s < SIGNALS; s++)
        e.phases.signal[s] = (struct phases_signal){ 0.01, 0.1, NAN, 0.02, 30, 0 };
    for (int i = 0; i < BLAME_PARTS; i++)
        e.blame[i] = NAN;
    run_record_init(&e.record);
    return e;
}

static char *words_of(const struct explanation *e)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    explain_write(e, out);
    fclose(out);
    return text;
}

static void assert_says(const struct explanation *e, const char *line, bool said)
{
    char *text = words_of(e);
    if ((strstr(text, line) != NULL) != said)
        fail_msg("%s '%s':\n%s", said ? "no" : "there is", line, text);
    free(text);
}

static void test_the_course_in_short(void **state)
{
    static const struct {
        int first, worst, last;
        double p95_s, recovery_s, metastable;
        const char *line;
    } cases[] = {
        { SIGNALS, 0, 0, 0, 0, 0, "nothing broke\n" },
        { SIGNALS, 1, 0, 1, 0, 0,
          "nothing broke for long, it came to p95 drift, and it ended calm\n" },
        { SIGNAL_P95, 1, 0, 5, 0, 0,
          "p95 broke first, it came to p95 drift, and it ended calm\n" },
        { SIGNAL_P99, 1, 0, 0, 3, 0,
          "p99 broke first, it came to p95 drift (of p99 alone), and it recovered in 3.00s\n" },
        { SIGNAL_DROPS, 0, 0, 0, 0, 0,
          "drops broke first, no phase of failure came of it, and it ended calm\n" },
        { SIGNAL_CHURN, 3, 3, 9, NAN, 1,
          "churn broke first, it came to partial collapse, and it never recovered\n" },
        { SIGNAL_P95, 2, 1, 9, NAN, 0,
          "p95 broke first, it came to p99 expansion, and it ended in p95 drift\n" },
    };
    const struct store_found run = { .experiment = "x", .cell = "" };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct explanation e = calm_run(&run);
        e.phases.first = cases[i].first;
        e.phases.worst = cases[i].worst;
        e.phases.last = cases[i].last;
        e.phases.recovery_s = cases[i].recovery_s;
        e.phases.metastable = cases[i].metastable;
        e.phases.signal[SIGNAL_P95].time_s = cases[i].p95_s;
        if (cases[i].first != SIGNALS)
            e.phases.signal[cases[i].first].first_s = 25;
        assert_says(&e, cases[i].line, true);
        explain_close(&e);
    }
}

/* What the course does not show is told where there is some of it. */
static void test_what_stands_beside(void **state)
{
    const struct store_found run = { .experiment = "x", .cell = "" };
    static const char collections[] =
        "  collections  3 full garbage collections of 120ms CPU in all, longest 50.0ms\n";
    static const char missing[] =
        "  missing      1% of what was due still under way at its end, "
        "0.2% of what was due dropped\n";
    static const char blame[] = "  blame        of the latest 1%: ";
    (void)state;
    struct explanation e = calm_run(&run);
    assert_says(&e, "  collections", false);
    assert_says(&e, "  missing", false);
    assert_says(&e, "  throttled", false);
    assert_says(&e, blame, false);
    run_record_metric(&e.record, "gc.full", "1", 3);
    run_record_metric(&e.record, "gc.pause", "s", 0.12);
    run_record_metric(&e.record, "gc.pause.max", "s", 0.05);
    run_record_metric(&e.record, "due", "1", 1000);
    run_record_metric(&e.record, "in_flight", "1", 10);
    run_record_metric(&e.record, "lost", "1", 0.9); /* below a thousandth */
    run_record_metric(&e.record, "dropped", "1", 2);
    run_record_metric(&e.record, "cpu.throttled_share", "1", 0.25);
    for (int i = 0; i < BLAME_PARTS; i++)
        e.blame[i] = 0;
    e.blame[BLAME_THROTTLED] = 0.9;
    assert_says(&e, collections, true);
    assert_says(&e, missing, true);
    assert_says(&e, "  throttled    in 25% of the quota's periods\n", true);
    assert_says(&e, blame, true);
    assert_says(&e, " 90%\n", true);
    explain_close(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_course_in_short),
        cmocka_unit_test(test_what_stands_beside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
