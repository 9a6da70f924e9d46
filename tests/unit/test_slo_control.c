#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "models/slo_control.h"
#include "models/slo_watch.h"
#include "sim/random_stream.h"

#define S INT64_C(1000000000)

static const double limits[SLO_LIMITS] = { [SLO_P99] = 0.5, [SLO_RECONNECTS] = 10 };
static const struct slo_control_params two_actions = {
    .trigger = TRIGGER_AMPLIFICATION,
    .rise = 2,
    .amplification = 2,
    .for_ns = 2 * S,
    .step_ns = 3 * S,
    .clear_ns = 4 * S,
    .retry_after_ns = 30 * S,
    .shed_share = 0.5,
};

#define R (1u << RELIEF_REFUSE)
#define H (1u << RELIEF_SHED_RATE)

struct second {
    double p99, depth;
    bool triggered;   /* after it */
    unsigned actions; /* in force after it */
};

static void check(const struct slo_control_params *p, const struct second *rows, size_t count)
{
    struct slo_control c;
    slo_control_init(&c);
    for (size_t i = 0; i < count; i++) {
        struct slo_sample sample = { { NAN, rows[i].p99, NAN, NAN }, rows[i].depth };
        unsigned before = c.actions;
        struct slo_change change = slo_control_step(&c, p, limits, &sample, (int64_t)i * S);
        if (c.triggered != rows[i].triggered || c.actions != rows[i].actions)
            fail_msg("second %zu: triggered %d, actions %x", i, c.triggered, c.actions);
        unsigned told = before;
        if (change.taken >= 0)
            told |= 1u << change.taken;
        if (change.undone >= 0)
            told &= ~(1u << change.undone);
        assert_int_equal(told, c.actions);
    }
}

/* Refusing connects is milder than shedding: taken first, undone last. */
static void test_actions_follow_each_other(void **state)
{
    static const struct second rows[] = {
        { 0.1, 1, false, 0 },     { 0.3, 1, false, 0 }, /* p99 alone is no amplification */
        { 0.1, 5, false, 0 },                           /* nor the queue alone */
        { 0.3, 5, true, 0 },                            /* both: 3 s */
        { 0.3, 5, true, 0 },      { 0.3, 5, true, R },  /* held for 2 s */
        { 0.3, 5, true, R },      { 0.3, 5, true, R },
        { 0.3, 5, true, R | H }, /* 3 s later */
        { 0.3, 5, true, R | H },  { 0.3, 5, true, R | H },
        { 0.3, 5, true, R | H },  /* nothing is left to do */
        { 0.1, 1, false, R | H }, /* 12 s: over */
        { 0.1, 1, false, R | H }, { 0.1, 1, false, R | H },
        { 0.1, 1, false, R | H }, { 0.1, 1, false, R }, /* 4 s calm */
        { 0.1, 1, false, R },     { 0.1, 1, false, R },
        { 0.3, 5, true, R },  /* 19: again, before the last action was undone */
        { 0.1, 1, false, R }, /* 20: calm again, counted from here */
        { 0.1, 1, false, R },     { 0.1, 1, false, R },
        { 0.1, 1, false, R },     { 0.1, 1, false, 0 },
    };
    (void)state;
    check(&two_actions, rows, sizeof rows / sizeof *rows);
}

static void test_breach_as_trigger(void **state)
{
    static const struct second rows[] = {
        { 0.4, 0, false, 0 }, { 0.6, 0, true, R },  { 0.5, 0, false, R }, { NAN, 0, false, R },
        { 0.5, 0, false, R }, { 0.5, 0, false, R }, { 0.5, 0, false, 0 },
    };
    struct slo_control_params p = two_actions;
    (void)state;
    p.trigger = TRIGGER_BREACH;
    p.for_ns = 0;
    check(&p, rows, sizeof rows / sizeof *rows);
}

static void test_breaches_are_told_once(void **state)
{
    struct slo_control c;
    struct slo_control_params p = two_actions;
    struct slo_sample bad = { { NAN, 0.6, NAN, 11 }, 0 }, good = { { NAN, 0.5, NAN, 10 }, 0 };
    unsigned both = 1u << SLO_P99 | 1u << SLO_RECONNECTS;
    (void)state;
    p.trigger = TRIGGER_NEVER;
    slo_control_init(&c);
    assert_int_equal(slo_control_step(&c, &p, limits, &bad, 0).breached, both);
    assert_int_equal(slo_control_step(&c, &p, limits, &bad, S).breached, 0);
    assert_int_equal(slo_control_step(&c, &p, limits, &good, 2 * S).recovered, both);
    assert_int_equal(c.actions, 0);
}

/* One publish every other second, each too late: the seconds between say nothing, and it holds. It
 * is over when nothing was heard for as long as calm must last (4 s). */
static void test_silence_is_no_recovery(void **state)
{
    struct slo_control_params p = two_actions;
    p.trigger = TRIGGER_BREACH;
    static const struct second rows[] = {
        { 0.6, 0, true, 0 },      { NAN, 0, true, 0 },     { 0.6, 0, true, R },
        { NAN, 0, true, R },      { NAN, 0, true, R },     { 0.6, 0, true, R | H },
        { NAN, 0, true, R | H },  { NAN, 0, true, R | H }, { NAN, 0, true, R | H },
        { NAN, 0, false, R | H },
    };
    (void)state;
    check(&p, rows, sizeof rows / sizeof *rows);
}

/* Seconds without deliveries: how late is what is due, for sure? A publish of the second itself
 * counts from its planned time, not from the second's beginning: a healthy service is no second
 * late because a look fell between publish and delivery. */
static void test_silence(void **state)
{
    static const struct {
        double published_s; /* in the second that ends at row + 1; 0: nothing */
        bool delivered, under_way;
        double p99_s; /* NAN: not known */
    } rows[] = {
        { 0.99, false, true, 0.01 }, /* a moment under way */
        { 0, true, false, NAN },     /* delivered in the next second */
        { 2.25, false, true, 0.75 }, /* the first of a second that hears nothing */
        { 3.9, false, true, 1.75 },  /* and goes on; the newer one does not matter */
        { 0, false, true, 2.75 },    /**/
        { 0, true, true, NAN },      /* some of it arrives: what is left is known no better, */
        { 0, false, true, 1 },       /* but was there a second ago */
        { 0, false, false, NAN },    /* dropped: nothing is due any more */
        { 0, false, false, NAN },    /**/
        { 9.5, true, true, NAN },    /**/
        { 0, false, false, NAN },    /**/
        { 11.5, false, true, 0.5 },  /* what was published before does not count for it */
        { 0, false, true, 1.5 },     /**/
        { 0, false, true, 2.5 },     /**/
    };
    struct slo_watch w;
    (void)state;
    slo_watch_init(&w);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slo_sample s = { .value = { NAN, NAN, NAN, NAN } };
        if (rows[i].published_s > 0)
            slo_watch_publish(&w, (int64_t)llround(1e9 * rows[i].published_s));
        slo_watch_silence(&w, rows[i].delivered, rows[i].under_way,
                          (int64_t)(i + 1) * 1000000000, &s);
        double got = s.value[SLO_P99];
        if (isnan(rows[i].p99_s) ? !isnan(got) : !(fabs(got - rows[i].p99_s) < 1e-9))
            fail_msg("second %zu: p99 %g s", i + 1, got);
    }
}

/* However the figures jump: an action is taken only under the trigger and undone only without,
 * and two changes are never closer than the smaller of step and clear. */
static void test_hysteresis(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 300; seed++) {
        struct random_stream rs;
        struct slo_control c;
        int64_t last = -100 * S;
        random_stream_init(&rs, seed, 0, 0, 0);
        slo_control_init(&c);
        for (int64_t i = 0; i < 200; i++) {
            struct slo_sample sample = { { NAN, random_stream_exponential(&rs, 0.2), NAN, NAN },
                                         random_stream_exponential(&rs, 3) };
            struct slo_change change =
                slo_control_step(&c, &two_actions, limits, &sample, i * S);
            bool changed = change.taken >= 0 || change.undone >= 0;
            if ((change.taken >= 0 && !c.triggered) || (change.undone >= 0 && c.triggered) ||
                (changed && c.actions != R && i * S - last < 3 * S))
                fail_msg("seed %u, second %lld", seed, (long long)i);
            last = changed ? i * S : last;
        }
    }
}

/* Every breach, trigger and action of three seconds in the event log, the figures as far as they
 * are known: after a breach nothing is due, and the silence lasts as long as calm must. */
static void test_the_log(void **state)
{
    static const struct {
        int64_t at_s;
        const char *kind, *detail;
    } expected[] = {
        { 1, "breach", "p99 0.75, limit 0.5" },
        { 1, "breach", "drops 0.02, limit 0.01" },
        { 1, "trigger", "begins: p99 0.75 s, queue depth 4" },
        { 1, "action", "shed by rate: begins" },
        { 5, "recovery", "p99 not known, limit 0.5" },
        { 5, "recovery", "drops not known, limit 0.01" },
        { 5, "trigger", "ends: p99 not known, queue depth 0" },
        { 9, "action", "shed by rate: ends" },
    };
    struct parameters p = { .slo = { .p99_ns = S / 2, .drop_share = 0.01 },
                            .control = { .trigger = TRIGGER_BREACH,
                                         .step_ns = S,
                                         .clear_ns = 4 * S,
                                         .shed_share = 0.5 } };
    struct slo_watch w;
    struct run_record r;
    (void)state;
    slo_watch_init(&w);
    run_record_init(&r);
    for (int64_t s = 1; s <= 12; s++) {
        struct slo_sample late = { { NAN, 0.75, 0.02, 0 }, 4 };
        struct slo_sample silent = { { NAN, NAN, NAN, 0 }, 0 };
        slo_watch_step(&w, &p, s == 1 ? &late : &silent, false, S, s * S, &r);
    }
    assert_int_equal(r.point_count, 12); /* broken from the breach until the recovery */
    for (size_t i = 0; i < r.point_count; i++) {
        assert_string_equal(r.points[i].name, "slo.broken");
        assert_int_equal(r.points[i].at_ns, (int64_t)(i + 1) * S);
        assert_true(r.points[i].value == (i + 1 < 5));
    }
    assert_int_equal(r.event_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < r.event_count; i++) {
        assert_int_equal(r.events[i].at_ns, expected[i].at_s * S);
        assert_string_equal(r.events[i].kind, expected[i].kind);
        assert_string_equal(r.events[i].detail, expected[i].detail);
    }
    run_record_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions_follow_each_other),
        cmocka_unit_test(test_breach_as_trigger),
        cmocka_unit_test(test_breaches_are_told_once),
        cmocka_unit_test(test_silence_is_no_recovery),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_hysteresis),
        cmocka_unit_test(test_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
