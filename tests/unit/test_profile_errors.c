/* What a profile says of the hosts and the cells that it was fitted to is read back as it was. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/pace_scale.h"
#include "analysis/profile.h"
#include "analysis/profile_errors.h"
#include "experiments/run/fitted_ranges.h"
#include "experiments/run/parameter_draws.h"
#include "tests/support/near.h"
#include "tests/support/planned_store.h"

static const char text[] =
    "question: q\n"
    "workload: { payload: 100B, phases: [{ name: load, duration: 1s, rate: 10/s }] }\n"
    "sweep:\n"
    "  zip:\n"
    "    protocol:         [sse, websocket, sse]\n"
    "    clients.count:    [20, 300, 7]\n"
    "    workload.payload: [100B, 4KiB, 1KiB]\n"
    "    cpu.limit:        [200m, 900m, 60m]\n";

struct host { /* of a run; 0: not told */
    double step_ns, read_ns, best_ns;
};

/* A profile of `runs` runs, all of the first `points` points in turn. */
static char *written(struct planned_store *b, const struct host *host, int runs, int points,
                     double noise_left)
{
    struct calibration c;
    struct error err;
    struct calibration_fit fit = { .residuals = 1, .noise_left = noise_left };
    struct profile_note note = { "made-server", NULL, 0 };
    char *path = scratch_path(&b->scratch, "p.yaml");
    for (int i = 0; i < runs; i++) {
        struct run_record record;
        run_record_init(&record);
        run_record_metric(&record, "cpu.used", "s", 0.2);
        if (host[i].step_ns > 0)
            run_record_metric(&record, "host.pace", "s", 1e-9 * host[i].step_ns);
        if (host[i].read_ns > 0)
            run_record_metric(&record, "host.memory_pace", "s", 1e-9 * host[i].read_ns);
        if (host[i].best_ns > 0)
            run_record_metric(&record, "host.pace.best", "s", 1e-9 * host[i].best_ns);
        planned_store_put(b, (size_t)(i % points), i / points + 1, RUN_DONE, &record);
    }
    assert_int_equal(calibration_collect(&c, &b->plan, b->store, "x", &err), 0);
    assert_int_equal(profile_write(path, &c, &fit, &note, &err), 0);
    calibration_close(&c);
    return path;
}

/* Runs in no order; step i of them is 1 + 0.01 i ns, its memory's time falls with it. */
static void make_hosts(struct host *host, int runs, double read_ns)
{
    for (int i = 0; i < runs; i++) {
        int rank = 7 * i % runs;
        host[i] = (struct host){ 1 + 0.01 * rank, read_ns > 0 ? read_ns - rank : 0, 0 };
    }
}

/* From the least to the greatest in equal steps, each with the memory of the very same run: of as
 * many runs as are told all, of twice as many steps every other one, of few some twice. */
static void paces_are_quantiles_of_the_runs(void **state)
{
    (void)state;
    static const struct {
        int runs;
        double read_ns;
    } cases[] = { { PROFILE_PACES, 400 },
                  { 2 * PROFILE_PACES - 1, 400 },
                  { 2 * PROFILE_PACES - 1, 0 },
                  { 3, 400 },
                  { 1, 400 } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct planned_store b;
        struct error err;
        struct host host[2 * PROFILE_PACES];
        struct parameter_draws *d = mem_alloc(sizeof *d);
        int runs = cases[k].runs;
        make_hosts(host, runs, cases[k].read_ns);
        planned_store_open(&b, text);
        char *path = written(&b, host, runs, 3, 0);
        assert_int_equal(parameter_draws_read(d, path, &err), 0);
        assert_int_equal(d->pace_count, PROFILE_PACES);
        for (int i = 0; i < PROFILE_PACES; i++) {
            double at = (double)i * (runs - 1) / (PROFILE_PACES - 1), rank = floor(at + 1e-9);
            assert_near(d->paces[i].step_ns, 1 + 0.01 * rank, 1e-9);
            assert_near(d->paces[i].read_ns, cases[k].read_ns > 0 ? 400 - rank : 0, 1e-9);
        }
        free(path);
        free(d);
        planned_store_close(&b);
    }
}

/* A median of what all runs tell, else nothing; and never of paces that one run lacks. */
static void what_a_run_lacks_is_not_told(void **state)
{
    (void)state;
    static const struct {
        struct host host[3];
        double best_ns;
        size_t paces;
    } cases[] = {
        { { { 1.2, 0, 0.906 }, { 1.3, 0, 0.95 }, { 1.4, 0, 0.87 } }, 0.906, PROFILE_PACES },
        { { { 1.2, 0, 0.906 }, { 1.3, 0, 0 }, { 1.4, 0, 0.87 } }, 0, PROFILE_PACES },
        { { { 1.2, 400, 0.906 }, { 0, 400, 0.95 }, { 1.4, 400, 0.87 } }, 0.906, 0 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct planned_store b;
        struct error err;
        struct pace_scale scale;
        struct parameter_draws *d = mem_alloc(sizeof *d);
        planned_store_open(&b, text);
        char *path = written(&b, cases[k].host, 3, 3, 0);
        assert_int_equal(pace_scale_read(&scale, b.store, "x", path, &err), 0);
        assert_near(scale.profile_ns, cases[k].best_ns, 1e-9);
        assert_int_equal(parameter_draws_read(d, path, &err), 0);
        assert_int_equal(d->pace_count, cases[k].paces);
        free(path);
        free(d);
        planned_store_close(&b);
    }
}

/* Of cost.host-noise; where nobody has told it, all of it is left. */
static void noise_is_what_the_fit_left(void **state)
{
    (void)state;
    static const double left[][2] = { { 0.734, 0.734 }, { 0, 1 }, { 1, 1 } };
    for (size_t k = 0; k < sizeof left / sizeof *left; k++) {
        struct planned_store b;
        struct error err;
        struct host host[3];
        struct parameter_draws *d = mem_alloc(sizeof *d);
        make_hosts(host, 3, 0);
        planned_store_open(&b, text);
        char *path = written(&b, host, 3, 3, left[k][0]);
        assert_int_equal(parameter_draws_read(d, path, &err), 0);
        assert_near(d->noise_left, left[k][1], 1e-9);
        free(path);
        free(d);
        planned_store_close(&b);
    }
}

/* Of the cells that were measured, not of all that were planned. */
static void ranges_are_those_of_the_cells(void **state)
{
    (void)state;
    static const struct {
        int points;
        bool websocket;
        double clients[2], payload[2];
    } cases[] = { { 1, false, { 20, 20 }, { 100, 100 } },
                  { 2, true, { 20, 300 }, { 100, 4096 } },
                  { 3, true, { 7, 300 }, { 100, 4096 } } };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct planned_store b;
        struct error err;
        struct settings s;
        struct fitted_ranges r;
        struct host host[3];
        make_hosts(host, 3, 0);
        planned_store_open(&b, text);
        char *path = written(&b, host, 3, cases[k].points, 0);
        settings_init(&s);
        assert_int_equal(profile_load(&s, &r, path, &err), 0);
        assert_true(r.speaks[PROTOCOL_SSE]);
        assert_int_equal(r.speaks[PROTOCOL_WEBSOCKET], cases[k].websocket);
        assert_near(r.low[FITTED_CLIENTS], cases[k].clients[0], 0);
        assert_near(r.high[FITTED_CLIENTS], cases[k].clients[1], 0);
        assert_near(r.low[FITTED_PAYLOAD], cases[k].payload[0], 0);
        assert_near(r.high[FITTED_PAYLOAD], cases[k].payload[1], 0);
        free(path);
        planned_store_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paces_are_quantiles_of_the_runs),
        cmocka_unit_test(what_a_run_lacks_is_not_told),
        cmocka_unit_test(noise_is_what_the_fit_left),
        cmocka_unit_test(ranges_are_those_of_the_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
