/* Where the load client's own time is most of a latency a cell is left out as a whole, by all of
 * its tries; never are single runs chosen by how their latency came out.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/cells.h"
#include "analysis/validation.h"
#include "sim/random_stream.h"
#include "tests/support/near.h"
#include "tests/support/need.h"
#include "tests/support/planned_store.h"

#define FLOOR_S 1e-3
#define TWO_CELLS                                                                              \
    "workload: { phases: [ { name: load, duration: 1s, rate: 10/s } ] }\n"                     \
    "sweep: { clients.count: [10, 20] }\n"                                                     \
    "slo: { p99: 500ms }\n"

static void fill(struct run_record *r, double share, double step_share)
{
    run_record_init(r);
    run_record_metric(r, "client.tries", "1", 1);
    run_record_metric(r, "delivery.p50", "s", FLOOR_S / share);
    run_record_metric(r, "delivery.p95", "s", 2 * FLOOR_S / share);
    run_record_metric(r, "delivery.p99", "s", 3 * FLOOR_S / share);
    run_record_metric(r, "delivery.slope", "s", FLOOR_S / step_share);
    run_record_metric(r, "cpu.used", "s", 0.5);
    run_record_metric(r, "floor.first", "s", FLOOR_S);
    run_record_metric(r, "floor.step", "s", FLOOR_S);
}

/* A rejected try of the point's first run. */
static void reject(struct planned_store *s, size_t point, const char *reason,
                   struct run_record *record)
{
    struct error err;
    struct store_run run = { .arm = ARM_REAL,
                             .replication = 1,
                             .status = RUN_INVALID,
                             .reason = reason,
                             .host = "made" };
    need(store_reject(s->store, s->id, &s->plan.points[point], &run, record, &err), &err);
    if (record)
        run_record_close(record);
}

static void load(struct cells *cells, struct planned_store *s)
{
    struct error err;
    cells_init(cells);
    need(cells_load(cells, s->store, "x", &err), &err);
}

/* Shares of three sound runs and two rejected tries of the first cell; the second's are low. */
static void test_cell(void **state)
{
    (void)state;
    static const struct {
        double sound[3], rejected[2], step;
        bool left_out;
    } cases[] = {
        { { 0.1, 0.2, 0.3 }, { 0.2, 0.2 }, 0.5, false },
        { { 0.4, 0.45, 0.49 }, { 0.9, 0.4 }, 0.5, false }, /* one far above: no reason alone */
        { { 0.4, 0.45, 0.52 }, { 0.51, 0.6 }, 0.5, true }, /* by the rejected ones, too */
        { { 0.51, 0.49, 0.8 }, { 0.5, 0.5 }, 0.5, false }, /* at the bound */
        { { 0.51, 0.52, 0.53 }, { 0.1, 0.1 }, 0.5, true },
        { { 0.1, 0.1, 0.1 }, { 0.1, 0.1 }, 0.91, true },
        { { 0.1, 0.1, 0.1 }, { 0.1, 0.1 }, 0.89, false },
        { { NAN, 0.4, NAN }, { NAN, 0.6 }, 0.5, false }, /* nothing delivered in three */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct planned_store s;
        struct run_record r;
        struct cells cells;
        planned_store_open(&s, TWO_CELLS);
        for (int run = 0; run < 3; run++) {
            fill(&r, cases[i].sound[run], cases[i].step);
            planned_store_put(&s, 0, run + 1, RUN_DONE, &r);
            fill(&r, 0.1, 0.1);
            planned_store_put(&s, 1, run + 1, RUN_DONE, &r);
        }
        for (int try = 0; try < 2; try++) {
            fill(&r, cases[i].rejected[try], cases[i].step);
            reject(&s, 0, "made: so", &r);
        }
        load(&cells, &s);
        assert_int_equal(cells.count, 2);
        const struct cell *cell = &cells.cell[0], *other = &cells.cell[1];
        if (cell->client.left_out != cases[i].left_out)
            fail_msg("case %zu: left out %d", i, cell->client.left_out);
        assert_int_equal(cell->samples[ARM_REAL][FIGURE_P99].count == 0, cases[i].left_out);
        assert_int_equal(isnan(cell->runs[1].figures[FIGURE_P50]), cases[i].left_out);
        assert_int_equal(cell->samples[ARM_REAL][FIGURE_CPU].count,
                         3); /* the client has none */
        assert_int_equal(other->samples[ARM_REAL][FIGURE_P50].count, 3);
        assert_int_equal(cell->run_count, 3); /* tries are no runs */
        cells_close(&cells);
        planned_store_close(&s);
    }
}

/* Rows from before the floor was measured are taken as they are. */
static void test_no_floor(void **state)
{
    (void)state;
    struct planned_store s;
    struct run_record r;
    struct cells cells;
    planned_store_open(&s, TWO_CELLS);
    run_record_init(&r);
    run_record_metric(&r, "delivery.p50", "s", 1e-6);
    planned_store_put(&s, 0, 1, RUN_DONE, &r);
    load(&cells, &s);
    assert_false(cells.cell[0].client.left_out);
    assert_int_equal(cells.cell[0].samples[ARM_REAL][FIGURE_P50].count, 1);
    cells_close(&cells);
    planned_store_close(&s);
}

/* Only the client's own times are set beside what they are a part of; a try that lacks one of the two
 * tells nothing, and nothing of it is left for the next. */
static void test_other_figures(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        double value;
    } tries[] = {
        { "cpu.used", 9 },         { "delivery.first.p50", 9 }, { "delivery.p50", 0.01 },
        { "delivery.p95", 9 },     { "delivery.slope", 2e-5 },  { "delivery.slope.p50", 9 },
        { "floor.first", 0.002 },  { "floor.other", 9 },        { "floor.step", 1e-5 },
        { "host.pace", 9 },        { "delivery.p50", 0.01 },    { "floor.step", 9 },
        { "delivery.p50", 0.005 }, { "floor.first", 0.002 },
    };
    struct client_share share = { 0 };
    struct client_times times;
    client_times_init(&times);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        client_share_add(&share, &times, tries[i].metric, tries[i].value);
    assert_false(client_share_judge(&share));
    assert_int_equal(share.first.count, 2);
    assert_near(share.first.values[0], 0.2, 1e-12);
    assert_near(share.first.values[1], 0.4, 1e-12);
    assert_int_equal(share.step.count, 1);
    assert_near(share.step.values[0], 0.5, 1e-12);
    client_share_close(&share);
}

static double draw(struct random_stream *rs)
{
    return 0.3 + 0.4 * random_stream_uniform(rs); /* around the bound */
}

/* In any order of tries, and whichever of them are called sound: the same verdict. */
static void test_not_by_outcome(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct random_stream rs;
        double shares[9];
        bool verdict[2];
        random_stream_init(&rs, seed, 0, 0, 0);
        for (int i = 0; i < 9; i++)
            shares[i] = draw(&rs);
        for (int order = 0; order < 2; order++) {
            struct client_share share = { 0 };
            struct client_times times;
            client_times_init(&times);
            for (int i = 0; i < 9; i++) {
                double of = shares[order ? 8 - i : i];
                client_share_add(&share, &times, "delivery.p50", FLOOR_S / of);
                client_share_add(&share, &times, "floor.first", FLOOR_S);
            }
            verdict[order] = client_share_judge(&share);
            assert_int_equal(share.first.count, 9);
            client_share_close(&share);
        }
        size_t above = 0;
        for (int i = 0; i < 9; i++)
            above += shares[i] > CLIENT_SHARE_FIRST;
        if (verdict[0] != verdict[1] || verdict[0] != (above >= 5))
            fail_msg("seed %llu: %d %d, %zu above", (unsigned long long)seed, verdict[0],
                     verdict[1], above);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cell),
                                        cmocka_unit_test(test_no_floor),
                                        cmocka_unit_test(test_other_figures),
                                        cmocka_unit_test(test_not_by_outcome) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
