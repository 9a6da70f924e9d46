/* What collections cost comes out as sure as it is said to be, of a host of middling speed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration.h"
#include "sim/random_stream.h"
#include "tests/support/near.h"

#define CELLS   12
#define REPEATS 2
#define LIVE    40000.0

struct bench {
    struct plan_point points[CELLS];
    struct calibration_cell cells[CELLS];
    struct calibration c;
};

/* Event streams of 100 to 1,200 clients, which hold 135 objects each; full collections, as many as
 * hundreds of clients, pay 400 ns for an object. Both scatter by so much of themselves. */
static void set_up(struct bench *b, struct random_stream *rs, double scatter)
{
    memset(b, 0, sizeof *b);
    for (int i = 0; i < CELLS; i++) {
        struct calibration_cell *cell = &b->cells[i];
        int clients = 100 * (i + 1);
        settings_init(&b->points[i].settings);
        b->points[i].settings.parameters.clients = clients;
        cell->point = &b->points[i];
        cell->repeats = REPEATS;
        for (int r = 0; r < REPEATS; r++) {
            for (int m = 0; m < CALIBRATION_EDGES; m++)
                cell->edge[m][r] = NAN;
            cell->slowness[r] = cell->reading[r] = 1;
            cell->edge[EDGE_GC_THRESHOLD][r] = 700;
            cell->edge[EDGE_GC_LIVE][r] = LIVE;
            cell->edge[EDGE_GC_CONNECTED][r] =
                (1860 + 135.0 * clients) * random_stream_lognormal(rs, 1, scatter);
            cell->edge[EDGE_GC_FULL][r] = i + 1;
            cell->edge[EDGE_GC_FULL_SUBSCRIBERS][r] = 0;
            cell->edge[EDGE_GC_FULL_PAUSE][r] =
                400e-9 * LIVE * (i + 1) * random_stream_lognormal(rs, 1, scatter);
        }
    }
    b->c = (struct calibration){ .cells = b->cells,
                                 .cell_count = CELLS,
                                 .runs = CELLS * REPEATS,
                                 .host_power = 0.7,
                                 .read_power = 0.35,
                                 .loop = -1,
                                 .hops = -1 };
}

static const struct calibrated *known(const struct calibration *c, const char *option)
{
    const struct calibrated *o = calibrated_find(c->known, c->known_count, option);
    assert_non_null(o);
    return o;
}

#define SETS 400

/* Large runs scatter more than small ones, by 10 % of themselves: an error as if all scattered alike
 * would be three quarters of what calibrations differ by. */
static void errors_are_what_calibrations_differ_by(void **state)
{
    (void)state;
    static const struct {
        const char *option;
        double truth;
    } cases[] = { { "cost.gc.object", 400 }, { "cost.sse.held-objects", 135 } };
    static struct bench b;
    struct random_stream rs;
    double sum[2] = { 0 }, squares[2] = { 0 }, told[2] = { 0 };
    random_stream_init(&rs, 14, 1, 0, 0);
    for (int set = 0; set < SETS; set++) {
        set_up(&b, &rs, 0.1);
        calibration_gc(&b.c);
        for (int k = 0; k < 2; k++) {
            const struct calibrated *o = known(&b.c, cases[k].option);
            double off = o->estimate / cases[k].truth - 1;
            sum[k] += off / SETS;
            squares[k] += off * off / SETS;
            told[k] += o->relative_error / SETS;
        }
    }
    for (int k = 0; k < 2; k++) {
        double scatter = sqrt(squares[k]);
        print_message("%s: told to %.4f, off by %.4f, %+.4f in the mean\n", cases[k].option,
                      told[k], scatter, sum[k]);
        assert_true(fabs(sum[k]) < 3 * scatter / sqrt(SETS));
        assert_near(told[k] / scatter, 1, 0.15);
    }
}

/* Every pause as long as its host was slow: the cost is that of a host of middling speed, whichever
 * runs met which. */
static void pauses_are_of_a_middling_host(void **state)
{
    (void)state;
    static struct bench b;
    struct random_stream rs;
    random_stream_init(&rs, 14, 2, 0, 0);
    set_up(&b, &rs, 0);
    for (int i = 0; i < CELLS; i++)
        for (int r = 0; r < REPEATS; r++) {
            struct calibration_cell *cell = &b.cells[i];
            cell->slowness[r] = 0.7 + 0.05 * i; /* the larger, the slower */
            cell->reading[r] = 1 + 0.2 * r;
            cell->edge[EDGE_GC_FULL_PAUSE][r] *=
                pow(cell->slowness[r], 0.7) * pow(cell->reading[r], 0.35);
        }
    calibration_gc(&b.c);
    assert_near(known(&b.c, "cost.gc.object")->estimate, 400, 1e-6);
    assert_near(known(&b.c, "cost.gc.object")->relative_error, 0, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_are_what_calibrations_differ_by),
        cmocka_unit_test(pauses_are_of_a_middling_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
