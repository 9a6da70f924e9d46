/* How well a calibration says that it knows the host's spells, against what it finds when it is
 * made again and again. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analysis/calibration_internal.h"
#include "experiments/replay/host_pace_spells.h"
#include "sim/random_stream.h"

#define CELLS   12
#define REPEATS 4
#define SETS    400
#define DEPTH   0.3
#define TIME_NS 250e6

struct bench {
    struct calibration_cell cells[CELLS];
    struct calibration c;
};

/* Of spells as deep and long as that; each run's covariances lie about it by so much of themselves,
 * which go together as far as `shared` says. */
static void measure(struct bench *b, struct random_stream *rs, double stray, double shared)
{
    double near = DEPTH * DEPTH * exp(-HOST_PACE_NEAR_NS / TIME_NS);
    double far = DEPTH * DEPTH * exp(-HOST_PACE_FAR_NS / TIME_NS);
    b->c = (struct calibration){ .cells = b->cells, .cell_count = CELLS };
    for (int i = 0; i < CELLS; i++) {
        b->cells[i].repeats = REPEATS;
        b->c.runs += REPEATS;
        for (int r = 0; r < REPEATS; r++) {
            double both = random_stream_normal(rs), own = random_stream_normal(rs);
            b->cells[i].edge[EDGE_HOST_NEAR][r] = near * (1 + stray * both);
            b->cells[i].edge[EDGE_HOST_FAR][r] =
                far * (1 + stray * (shared * both + sqrt(1 - shared * shared) * own));
        }
    }
}

struct found { /* of many calibrations, of one option */
    double sum, squares, errors;
    int within; /* two errors of the truth */
};

static void take(const struct calibration *c, const char *option, double truth, struct found *f)
{
    const struct calibrated *o = calibrated_find(c->known, c->known_count, option);
    assert_non_null(o);
    double off = o->estimate / truth - 1;
    f->sum += off;
    f->squares += off * off;
    f->errors += o->relative_error;
    f->within += fabs(off) < 2 * o->relative_error;
}

/* A standard deviation of 400 is known to 3.5 %; the estimates are bent a little, as a root and a
 * quotient of means are. */
static void check(const char *option, const struct found *f)
{
    double scatter = sqrt((f->squares - f->sum * f->sum / SETS) / (SETS - 1));
    double told = f->errors / SETS;
    print_message("%s: told to %.4f, scatters by %.4f, off by %+.4f; within two errors %d of "
                  "%d\n",
                  option, told, scatter, f->sum / SETS, f->within, SETS);
    assert_true(fabs(told / scatter - 1) < 0.15);
    assert_true(f->within > 0.91 * SETS);
}

static void errors_are_what_calibrations_differ_by(void **state)
{
    (void)state;
    static const struct {
        double stray, shared;
    } cases[] = { { 0.4, 0 }, { 0.4, 0.8 } };
    static struct bench b;
    struct random_stream rs;
    random_stream_init(&rs, 8, 1, 0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct found depth = { 0 }, time = { 0 };
        for (int set = 0; set < SETS; set++) {
            measure(&b, &rs, cases[i].stray, cases[i].shared);
            calibration_spells(&b.c);
            take(&b.c, "cost.spell.depth", DEPTH, &depth);
            take(&b.c, "cost.spell.time", TIME_NS, &time);
        }
        check("cost.spell.depth", &depth);
        check("cost.spell.time", &time);
    }
}

/* Runs too short to tell both covariances count for nothing, neither in the estimate nor in its
 * error. */
static void runs_that_do_not_tell_count_for_nothing(void **state)
{
    (void)state;
    static struct bench all, some;
    struct random_stream rs, again;
    random_stream_init(&rs, 8, 2, 0, 0);
    random_stream_init(&again, 8, 2, 0, 0);
    measure(&all, &rs, 0.4, 0.5);
    measure(&some, &again, 0.4, 0.5);
    for (int i = 0; i < CELLS; i++) { /* two more of each, too short to tell one or the other */
        some.cells[i].edge[EDGE_HOST_NEAR][REPEATS] = NAN;
        some.cells[i].edge[EDGE_HOST_FAR][REPEATS] = 1;
        some.cells[i].edge[EDGE_HOST_NEAR][REPEATS + 1] = 1;
        some.cells[i].edge[EDGE_HOST_FAR][REPEATS + 1] = NAN;
        some.cells[i].repeats = REPEATS + 2;
    }
    some.c.runs = CELLS * (REPEATS + 2);
    calibration_spells(&all.c);
    calibration_spells(&some.c);
    assert_int_equal(all.c.known_count, 2);
    assert_int_equal(some.c.known_count, 2);
    for (int k = 0; k < 2; k++) {
        assert_true(some.c.known[k].estimate == all.c.known[k].estimate);
        assert_true(some.c.known[k].relative_error == all.c.known[k].relative_error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_what_calibrations_differ_by),
        cmocka_unit_test(runs_that_do_not_tell_count_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
