/* Which thresholds a cell breaks: each alone, at the threshold, and what is not recorded. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/slo.h"

/* One run of 10 s: p95 90 ms, p99 200 ms, 10 of 1,000 missing, 30 reconnects. */
static void make(struct cell *cell, double values[FIGURES])
{
    static const struct {
        enum figure figure;
        double value;
    } run[] = {
        { FIGURE_P95, 0.09 },       { FIGURE_P99, 0.2 },     { FIGURE_DROPPED, 5 },
        { FIGURE_DELIVERED, 980 },  { FIGURE_LOST, 9 },      { FIGURE_LOST_LEFT, 3 },
        { FIGURE_LOST_NETWORK, 1 }, { FIGURE_IN_FLIGHT, 6 }, { FIGURE_RECONNECTS, 30 },
        { FIGURE_DURATION, 10 },    { FIGURE_DUE, 1000 },
    };
    memset(cell, 0, sizeof *cell);
    for (size_t i = 0; i < sizeof run / sizeof *run; i++) {
        values[run[i].figure] = run[i].value;
        cell->samples[ARM_SIM][run[i].figure] = (struct sample){ &values[run[i].figure], 1 };
    }
    cell->due_p95[ARM_SIM] = cell->samples[ARM_SIM][FIGURE_P95];
    cell->due_p99[ARM_SIM] = cell->samples[ARM_SIM][FIGURE_P99];
}

/* The same run, alone. */
static void make_record(struct run_record *r, const double values[FIGURES])
{
    static const enum figure recorded[] = {
        FIGURE_P95,        FIGURE_P99,       FIGURE_DROPPED,      FIGURE_DELIVERED,
        FIGURE_LOST,       FIGURE_LOST_LEFT, FIGURE_LOST_NETWORK, FIGURE_IN_FLIGHT,
        FIGURE_RECONNECTS, FIGURE_DURATION,  FIGURE_DUE,
    };
    run_record_init(r);
    for (size_t i = 0; i < sizeof recorded / sizeof *recorded; i++)
        run_record_metric(r, figure_metric(recorded[i]), "1", values[recorded[i]]);
}

/* Kept, as far as can be told. */
static bool slo_kept(const struct slo_params *slo, const struct run_record *record)
{
    bool kept = false;
    struct error err;
    return slo_judge(slo, record, &kept, &err) == 0 && kept;
}

static void test_each_limit(void **state)
{
    static const struct {
        struct slo_params slo;
        unsigned broken;
    } cases[] = {
        { { 0 }, 0 },
        { { .p95_ns = 89000000 }, 1u << SLO_P95 },
        { { .p95_ns = 90000000 }, 0 }, /* at the limit is kept */
        { { .p99_ns = 199000000 }, 1u << SLO_P99 },
        { { .p99_ns = 200000000 }, 0 },
        { { .drop_share = 0.009 }, 1u << SLO_DROPS },
        { { .drop_share = 0.01 }, 0 },
        { { .reconnects_hz = 2.9 }, 1u << SLO_RECONNECTS },
        { { .reconnects_hz = 3 }, 0 },
        { { .p95_ns = 1, .p99_ns = 1, .drop_share = 1e-6, .reconnects_hz = 1e-6 },
          1u << SLO_P95 | 1u << SLO_P99 | 1u << SLO_DROPS | 1u << SLO_RECONNECTS },
    };
    struct cell cell;
    struct run_record record;
    double values[FIGURES];
    (void)state;
    make(&cell, values);
    make_record(&record, values);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (slo_broken(&cases[i].slo, &cell, ARM_SIM) != cases[i].broken ||
            slo_kept(&cases[i].slo, &record) != (cases[i].broken == 0))
            fail_msg("case %zu", i);
    run_record_close(&record);
}

static void test_what_is_not_recorded_breaks_nothing(void **state)
{
    struct slo_params slo = { 1, 1, 1e-6, 1e-6 };
    struct cell cell;
    double values[FIGURES];
    (void)state;
    make(&cell, values);
    assert_int_equal(slo_broken(&slo, &cell, ARM_REAL), 0);
}

/* Kept is what every limit that is given says; one whose figure is not there says nothing. */
static void test_what_is_known(void **state)
{
    static const struct {
        struct slo_params slo;
        bool p95, p99, known; /* recorded */
    } cases[] = {
        { { 0 }, false, false, true }, /* no limit, nothing to know */
        { { .p95_ns = 100000000 }, true, false, true },
        { { .p95_ns = 100000000 }, false, true, false },
        { { .p99_ns = 300000000 }, false, true, true },
        { { .p99_ns = 300000000 }, true, false, false },
        { { .p95_ns = 100000000, .p99_ns = 300000000 }, true, false, false },
        { { .p95_ns = 100000000, .p99_ns = 300000000 }, true, true, true },
        { { .p95_ns = 1, .p99_ns = 300000000 },
          true,
          false,
          true }, /* broken whatever p99 is */
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cell cell;
        double values[FIGURES];
        make(&cell, values);
        values[FIGURE_IN_FLIGHT] = 0;
        cell.due_p95[ARM_SIM].count = cases[i].p95;
        cell.due_p99[ARM_SIM].count = cases[i].p99;
        if (slo_known(&cases[i].slo, &cell, ARM_SIM) != cases[i].known)
            fail_msg("case %zu", i);
    }
}

/* What is under way when a run ends may be late: more than a quantile leaves, and nobody knows. */
static void test_under_way_is_not_known(void **state)
{
    static const struct {
        double in_flight; /* of 1,000 */
        bool p95, p99;    /* known by that limit alone */
    } cases[] = { { 0, true, true },
                  { 10, true, true },
                  { 11, true, false },
                  { 50, true, false },
                  { 51, false, false } };
    const struct slo_params p95 = { .p95_ns = 500000000 }, p99 = { .p99_ns = 500000000 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cell cell;
        double values[FIGURES];
        make(&cell, values);
        values[FIGURE_IN_FLIGHT] = cases[i].in_flight;
        values[FIGURE_DELIVERED] = 1000 - cases[i].in_flight;
        assert_true(slo_under_way_share(&cell, ARM_SIM) == cases[i].in_flight / 1000);
        if (slo_known(&p95, &cell, ARM_SIM) != cases[i].p95 ||
            slo_known(&p99, &cell, ARM_SIM) != cases[i].p99)
            fail_msg("case %zu", i);
    }
}

/* Of five runs, one of them starved: the mean of the others tells neither which nor how many. */
static void test_runs_that_are_late(void **state)
{
    double p95[] = { 0.1, 0.2, 0.3, 0.4, INFINITY }, p99[] = { 0.3, 0.4, 0.5, 0.6, INFINITY };
    static const struct {
        struct slo_params slo;
        size_t late;
    } cases[] = {
        { { 0 }, 0 }, /* no limit, nothing is late */
        { { .drop_share = 0.1 }, 0 },
        { { .p99_ns = 600000000 }, 1 }, /* the starved one */
        { { .p99_ns = 599000000 }, 2 },
        { { .p99_ns = 450000000 }, 3 },
        { { .p99_ns = 450000000, .p95_ns = 150000000 }, 4 },
        { { .p95_ns = 1 }, 5 },
    };
    struct cell cell = { .due_p95 = { [ARM_SIM] = { p95, 5 } },
                         .due_p99 = { [ARM_SIM] = { p99, 5 } } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (slo_runs_late(&cases[i].slo, &cell, ARM_SIM) != cases[i].late)
            fail_msg("case %zu", i);
    p95[3] = p99[3] = INFINITY; /* two of them, and the cell is as late as one */
    for (size_t n = 4; n <= 5; n++) {
        const struct slo_params limit = { .p99_ns = INT64_MAX };
        cell.due_p95[ARM_SIM].count = cell.due_p99[ARM_SIM].count = n;
        assert_int_equal(slo_broken(&limit, &cell, ARM_SIM), 1u << SLO_P99);
        assert_true(slo_known(&limit, &cell, ARM_SIM));
    }
}

/* Without a single measured delivery p99 is not defined. Is that silence or failure? */
static void test_nothing_arrived(void **state)
{
    static const struct {
        double published, due, dropped, lost, in_flight, connects_failed;
        bool starved;
    } cases[] = {
        { 0, 0, 0, 0, 0, 0, false },       /* nothing was said */
        { 50, 500, 0, 0, 0, 0, false },    /* all arrived, before measuring began */
        { 50, 0, 0, 0, 0, 0, false },      /* nobody was there to hear it, nor wanted to be */
        { 50, 500, 0, 0, 500, 0, true },   /* all under way to this day */
        { 50, 500, 500, 0, 0, 0, true },   /* all dropped */
        { 50, 500, 0, 500, 0, 0, true },   /* all died with their server */
        { 50, 0, NAN, NAN, 0, 10, true },  /* nobody could connect */
        { 0, 0, 0, 0, 0, 10, false },      /* the same, but there was nothing to hear */
        { NAN, NAN, 0, NAN, NAN, NAN, 0 }, /* an arm that records none of it */
    };
    const struct slo_params limits[] = { { .p99_ns = 1000000000000 },
                                         { .p95_ns = 1000000000000 } };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record r;
        struct run_fates fates;
        double p95, p99;
        struct cell cell = { .due_p95 = { [ARM_SIM] = { &p95, 1 } },
                             .due_p99 = { [ARM_SIM] = { &p99, 1 } } };
        run_record_init(&r);
        run_record_metric(&r, "delivery.p95", "s", NAN);
        run_record_metric(&r, "delivery.p99", "s", NAN);
        run_record_metric(&r, "published", "1", cases[i].published);
        run_record_metric(&r, "due", "1", cases[i].due);
        run_record_metric(&r, "dropped", "1", cases[i].dropped);
        run_record_metric(&r, "lost", "1", cases[i].lost);
        run_record_metric(&r, "in_flight", "1", cases[i].in_flight);
        run_record_metric(&r, "connects.failed", "1", cases[i].connects_failed);
        run_fates_of(&fates, &r);
        p95 = run_fates_p95(&fates);
        p99 = run_fates_p99(&fates);
        for (size_t k = 0; k < 2; k++) {
            bool kept = true;
            struct error err;
            int code = slo_judge(&limits[k], &r, &kept, &err); /* silence tells nothing */
            if (cases[i].starved ? code || kept : code != ERR_STATE)
                fail_msg("case %zu, limit %zu: %d, %d", i, k, code, kept);
            if ((slo_broken(&limits[k], &cell, ARM_SIM) != 0) != cases[i].starved)
                fail_msg("case %zu, limit %zu", i, k);
        }
        assert_int_equal(slo_broken(&limits[0], &cell, ARM_REAL), 0);
        assert_true(slo_kept(&(struct slo_params){ 0 }, &r)); /* no limit, no breach */
        run_record_close(&r);
    }
}

/* Publishes that no server heard are missing at all their subscribers, however well the rest went. */
static void test_what_never_comes(void **state)
{
    static const struct {
        double delivered, dropped, unheard; /* of 100 publishes */
        double missing;
    } cases[] = {
        { 1000, 0, 0, 0 },      { 990, 10, 0, 0.01 }, { 900, 0, 10, 0.1 },
        { 450, 450, 10, 0.55 }, { 0, 0, 100, 1 },     { 0, 0, 0, NAN }, /* nothing was due */
    };
    const struct slo_params limit = { .drop_share = 0.3 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double count = 100, delivered = cases[i].delivered, dropped = cases[i].dropped,
               unheard = cases[i].unheard, due = delivered + dropped;
        struct run_record r;
        struct cell cell = { 0 };
        struct sample *of = cell.samples[ARM_SIM];
        run_record_init(&r);
        run_record_metric(&r, "delivered", "1", delivered);
        run_record_metric(&r, "dropped", "1", dropped);
        run_record_metric(&r, "published", "1", count);
        run_record_metric(&r, "published.failed", "1", unheard);
        run_record_metric(&r, "due", "1", due);
        of[FIGURE_DELIVERED] = (struct sample){ &delivered, 1 };
        of[FIGURE_DROPPED] = (struct sample){ &dropped, 1 };
        of[FIGURE_DUE] = (struct sample){ &due, 1 };
        of[FIGURE_PUBLISHED] = (struct sample){ &count, 1 };
        of[FIGURE_UNHEARD] = (struct sample){ &unheard, 1 };
        double missing = slo_missing_share(&cell, ARM_SIM);
        if (!(fabs(missing - cases[i].missing) < 1e-12) && !isnan(cases[i].missing))
            fail_msg("case %zu: %g", i, missing);
        assert_int_equal(isnan(missing), isnan(cases[i].missing));
        assert_int_equal(slo_kept(&limit, &r), cases[i].missing <= 0.3);
        run_record_close(&r);
    }
}

/* A client that comes back and gets what it missed has not missed it. Of 1,000 that were due: */
static void test_what_is_replayed_came(void **state)
{
    static const struct {
        double dropped, lost, lost_network, recalled, replayed, replayed_lost, missing;
    } cases[] = {
        { 0, 100, 0, 0, 0, 0, 0.1 },
        { 0, 100, 0, 100, 100, 100, 0 }, /* all made good */
        { 0, 100, 0, 40, 40, 40, 0.06 },
        { 0, 100, 0, 100, 60, 60, 0 },    /* the others are under way, to be replayed */
        { 0, 140, 0, 140, 100, 100, 0 },  /* forty of them were lost again, and came then */
        { 0, 140, 0, 100, 60, 60, 0.04 }, /* forty were lost again, and that was it */
        { 0, 100, 0, 300, 300, 100, 0 },  /* others were published while it was away */
        { 0, 100, 0, 200, 200, 0, 0.1 },  /* nothing but such ones */
        { 100, 100, 0, 100, 100, 100, 0.1 },
        { 0, 200, 100, 200, 200, 200, 0 }, /* half of it by the network */
        { 0, 200, 100, 100, 100, 100, 0.05 },
        { 0, 0, 0, 50, 50, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct slo_params above = { .drop_share = cases[i].missing + 1e-6 },
                                below = { .drop_share = cases[i].missing - 1e-6 };
        struct run_record r;
        run_record_init(&r);
        run_record_metric(&r, "due", "1", 1000);
        run_record_metric(&r, "delivered", "1", 1000 - cases[i].lost - cases[i].dropped);
        run_record_metric(&r, "dropped", "1", cases[i].dropped);
        run_record_metric(&r, "lost", "1", cases[i].lost);
        run_record_metric(&r, "lost.network", "1", cases[i].lost_network);
        run_record_metric(&r, "recalled", "1", cases[i].recalled);
        run_record_metric(&r, "replayed", "1", cases[i].replayed);
        run_record_metric(&r, "replayed.lost", "1", cases[i].replayed_lost);
        if (!slo_kept(&above, &r) || (cases[i].missing > 0 && slo_kept(&below, &r)))
            fail_msg("case %zu", i);
        run_record_close(&r);
    }
}

/* Of 1,000 messages the fast ones arrived in 10 ms; the others were under way when the drain
 * ended. */
static void test_what_is_under_way_is_late(void **state)
{
    static const struct {
        double in_flight, drained;
        bool p95, p99; /* late, or maybe: a limit of 500 ms */
    } cases[] = {
        { 0, 5, false, false },   { 10, 5, false, false }, { 11, 5, false, true },
        { 51, 5, true, true },    { 910, 5, true, true },  { 910, 0.5, true, true },
        { 910, NAN, true, true }, /* nobody can tell: not kept */
    };
    const struct slo_params p95 = { .p95_ns = 500000000 }, p99 = { .p99_ns = 500000000 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record r;
        run_record_init(&r);
        run_record_metric(&r, "delivery.p95", "s", 0.01);
        run_record_metric(&r, "delivery.p99", "s", 0.01);
        run_record_metric(&r, "delivered", "1", 1000 - cases[i].in_flight);
        run_record_metric(&r, "in_flight", "1", cases[i].in_flight);
        run_record_metric(&r, "drained", "s", cases[i].drained);
        if (slo_kept(&p95, &r) == cases[i].p95 || slo_kept(&p99, &r) == cases[i].p99)
            fail_msg("case %zu", i);
        run_record_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_limit),
        cmocka_unit_test(test_what_is_not_recorded_breaks_nothing),
        cmocka_unit_test(test_what_is_known),
        cmocka_unit_test(test_under_way_is_not_known),
        cmocka_unit_test(test_runs_that_are_late),
        cmocka_unit_test(test_nothing_arrived),
        cmocka_unit_test(test_what_never_comes),
        cmocka_unit_test(test_what_is_replayed_came),
        cmocka_unit_test(test_what_is_under_way_is_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
