/* The design of a calibration is an experiment that fits its budget, and asks of a fast and of a
 * slow server what each can be asked. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration_design.h"
#include "analysis/scenario_key.h"
#include "tests/support/near.h"
#include "tests/support/planned_store.h"
#include "tests/support/scratch_file.h"

#define BUDGET_S 624 /* the default, without the pilot */

struct designed {
    struct scratch scratch;
    struct experiment e;
    struct plan plan;
};

static void read_design(struct designed *d, char *text)
{
    struct error err;
    scratch_open(&d->scratch);
    char *path = scratch_write(&d->scratch, "design.yaml", text);
    free(text);
    if (config_load(&d->e, path, NULL, 0, &err))
        fail_msg("%s", err.text);
    if (plan_build(&d->plan, &d->e, &err))
        fail_msg("%s", err.text);
    free(path);
}

static void close_design(struct designed *d)
{
    plan_close(&d->plan);
    config_close(&d->e);
    scratch_close(&d->scratch);
}

static struct design_request request_for(bool sse, bool websocket)
{
    struct design_request request = { .loop = LOOP_NODE,
                                      .size = DESIGN_FULL,
                                      .budget_s = BUDGET_S };
    request.speaks[PROTOCOL_SSE] = sse;
    request.speaks[PROTOCOL_WEBSOCKET] = websocket;
    return request;
}

static double mean_rate(const struct workload_params *w)
{
    double publishes = 0, ns = 0;
    for (int i = 0; i < w->phases; i++) {
        publishes += w->phase[i].rate_hz * (double)w->phase[i].duration_ns;
        ns += (double)w->phase[i].duration_ns;
    }
    return publishes / ns;
}

static void fits_the_server(void **state)
{
    (void)state;
    static const struct design_costs servers[] = {
        { 5e3, 300 }, { 50e3, 3e3 }, { 400e3, 25e3 }, { 5e6, 200e3 }
    };
    for (size_t k = 0; k < sizeof servers / sizeof *servers; k++) {
        struct design_costs costs[PROTOCOLS] = { servers[k], servers[k] };
        struct design_request request = request_for(true, true);
        struct designed d;
        int ample = 0, below = 0;
        double seconds = 0;
        read_design(&d, calibration_design(&request, costs));
        for (size_t i = 0; i < d.plan.count; i++) {
            const struct parameters *p = &d.plan.points[i].settings.parameters;
            double rate = mean_rate(&p->workload);
            double each_ns = servers[k].publish_ns + p->clients * servers[k].delivery_ns;
            double limit = (double)p->cpu.quota_ns / (double)p->cpu.period_ns;
            assert_true(rate * p->clients < 60000);
            ample += limit == 1;
            below += limit < rate * each_ns / 1e9;
            seconds += plan_real_seconds(&d.plan.points[i]) - 1; /* as a run of the design */
        }
        print_message("%g ns a delivery: %zu cells, %d ample, %d below the demand, %lld x "
                      "%.0f s\n",
                      servers[k].delivery_ns, d.plan.count, ample, below,
                      (long long)d.plan.repeats, seconds);
        assert_true(ample >= 10);
        assert_true(below >= 4 || servers[k].delivery_ns < 1e3);
        assert_true((double)d.plan.repeats * seconds <= BUDGET_S);
        close_design(&d);
    }
}

/* Without how long it plays, which hangs on the budget. */
static size_t what_is_asked(const char *cell)
{
    const char *longer = strstr(cell, "workload.phases.after.duration");
    return longer ? (size_t)(longer - cell) : strlen(cell);
}

static void leaves_out_what_it_cannot_afford(void **state)
{
    (void)state;
    struct design_costs costs[PROTOCOLS] = { { 400e3, 25e3 }, { 400e3, 25e3 } };
    struct design_request request = request_for(false, true);
    struct designed whole, part;
    read_design(&whole, calibration_design(&request, costs));
    request.budget_s = 60;
    read_design(&part, calibration_design(&request, costs));
    assert_true(part.plan.count < whole.plan.count);
    assert_int_equal(part.plan.repeats, 1);
    for (size_t i = 0; i < part.plan.count; i++) {
        assert_int_equal(part.plan.points[i].settings.parameters.server.protocol,
                         PROTOCOL_WEBSOCKET);
        size_t n = what_is_asked(whole.plan.points[i].cell);
        assert_int_equal(n, what_is_asked(part.plan.points[i].cell));
        assert_memory_equal(part.plan.points[i].cell, whole.plan.points[i].cell, n);
    }
    close_design(&whole);
    close_design(&part);
}

static void the_cells_differ(void **state)
{
    (void)state;
    struct design_costs costs[PROTOCOLS] = { { 400e3, 25e3 }, { 400e3, 35e3 } };
    struct design_request request = request_for(true, true);
    struct designed d;
    read_design(&d, calibration_design(&request, costs));
    for (size_t i = 0; i < d.plan.count; i++)
        for (size_t j = 0; j < i; j++) {
            char *a = scenario_key(&d.plan.points[i].settings);
            char *b = scenario_key(&d.plan.points[j].settings);
            assert_string_not_equal(a, b);
            free(a);
            free(b);
        }
    close_design(&d);
}

/* A server so fast that no load can be reached is asked everything once. */
static void a_fast_server_is_asked_once(void **state)
{
    (void)state;
    struct design_costs costs[PROTOCOLS] = { { 5e3, 300 }, { 5e3, 300 } };
    struct design_request request = request_for(true, true);
    struct designed d;
    read_design(&d, calibration_design(&request, costs));
    for (size_t i = 0; i < d.plan.count; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(d.plan.points[i].cell, d.plan.points[j].cell);
    close_design(&d);
}

static double publishes_of(const struct workload_params *w)
{
    double publishes = 0;
    for (int i = 0; i < w->phases; i++)
        publishes += w->phase[i].rate_hz * (double)w->phase[i].duration_ns / 1e9;
    return publishes;
}

/* Of Node as it was measured (Intel Xeon): the default budget and a longer one. All cells of 4 KiB
 * have the fan-outs that a mean needs; of the others those that are there for being seldom may
 * have fewer. */
static void runs_have_fan_outs_enough(void **state)
{
    (void)state;
    struct design_costs costs[PROTOCOLS] = { { 580e3, 26e3 }, { 700e3, 18.8e3 } };
    for (double budget_s = BUDGET_S; budget_s < 680; budget_s += 40) {
        struct design_request request = request_for(true, true);
        struct designed d;
        double seconds = 0;
        int few = 0;
        request.budget_s = budget_s;
        read_design(&d, calibration_design(&request, costs));
        for (size_t i = 0; i < d.plan.count; i++) {
            const struct parameters *p = &d.plan.points[i].settings.parameters;
            double publishes = publishes_of(&p->workload);
            seconds += plan_real_seconds(&d.plan.points[i]) - 1;
            if (publishes < 20)
                print_message("%.1f: %s\n", publishes, d.plan.points[i].cell);
            assert_true(publishes >= 20 || p->workload.payload_bytes < 4096);
            assert_true(publishes >= 10);
            few += publishes < 20;
        }
        print_message("%g s: %zu cells, %lld x %.0f s\n", budget_s, d.plan.count,
                      (long long)d.plan.repeats, seconds);
        assert_true(few <= 6);
        assert_int_equal(d.plan.repeats, 2);
        assert_true((double)d.plan.repeats * seconds <= budget_s);
        close_design(&d);
    }
}

enum told {
    BYTES_COLD,
    BYTES_WARM,
    BYTES_LATE,
    ITEMS_LATE,
    CUT_FAN_OUT,
    KNEE,
    BEATS,
    SELDOM,
    OFTEN,
    OFTEN_LARGE,
    TOLD
};

/* What a cell is there to tell, by what a server with these costs makes of it. */
static void tells(const struct parameters *p, const struct design_costs *costs, int *count)
{
    double rate = mean_rate(&p->workload),
           limit = (double)p->cpu.quota_ns / (double)p->cpu.period_ns;
    bool large = p->workload.payload_bytes >= 4096, few = p->clients < 200;
    double each_ns = costs->publish_ns + (double)p->clients * costs->delivery_ns;
    double load = rate * each_ns / 1e9;
    count[BYTES_COLD] += large && few && limit == 1 && rate < 10;
    count[BYTES_WARM] += large && few && limit == 1 && rate > 40;
    count[BYTES_LATE] += large && few && limit < 0.8 * load;
    count[ITEMS_LATE] += !large && limit < 0.6 * load;
    count[KNEE] += p->clients > 1000 && limit > 1.4 * load && limit < 2 * load;
    count[BEATS] +=
        p->heartbeat.period_ns > 0 && load < 0.05 &&
        (double)p->clients / (double)p->heartbeat.period_ns * costs->delivery_ns > 0.02;
    bool some = p->clients > 200 && p->clients < 1000 && limit == 1;
    count[SELDOM] += some && load < 0.05;
    count[OFTEN] += some && load > 0.3 && !large;
    count[OFTEN_LARGE] += some && load > 0.3 && large;
    count[CUT_FAN_OUT] += limit > 2 * load && each_ns > 2 * (double)p->cpu.quota_ns;
}

/* Each question is asked of both protocols of FastAPI, twice within the default budget. */
static void asks_what_held_out_cells_need(void **state)
{
    (void)state;
    struct design_costs costs[PROTOCOLS] = { { 450e3, 22e3 }, { 450e3, 30e3 } };
    struct design_request request = request_for(true, true);
    struct designed d;
    int count[PROTOCOLS][TOLD] = { 0 };
    request.beats[PROTOCOL_SSE] = request.beats[PROTOCOL_WEBSOCKET] = true;
    read_design(&d, calibration_design(&request, costs));
    for (size_t i = 0; i < d.plan.count; i++) {
        const struct parameters *p = &d.plan.points[i].settings.parameters;
        tells(p, &costs[p->server.protocol], count[p->server.protocol]);
    }
    for (int protocol = 0; protocol < PROTOCOLS; protocol++)
        for (int k = 0; k < TOLD; k++)
            if (count[protocol][k] == 0)
                fail_msg("protocol %d: no cell tells question %d", protocol, k);
    assert_int_equal(d.plan.repeats, 2);
    close_design(&d);
}

/* A server that sends no heartbeats, or takes no period, is asked for none: the others are asked
 * for those of the protocol that has them, in the default budget and in the short design. */
static void heartbeats_where_there_are_some(void **state)
{
    (void)state;
    struct design_costs costs[PROTOCOLS] = { { 450e3, 22e3 }, { 450e3, 30e3 } };
    for (int size = DESIGN_FULL; size <= DESIGN_QUICK; size++)
        for (int beats = 0; beats < 2; beats++) {
            struct design_request request = request_for(true, true);
            struct designed d;
            double seconds = 0;
            int found[PROTOCOLS] = { 0 };
            request.size = (enum design_size)size;
            request.beats[PROTOCOL_WEBSOCKET] = beats;
            read_design(&d, calibration_design(&request, costs));
            for (size_t i = 0; i < d.plan.count; i++) {
                const struct parameters *p = &d.plan.points[i].settings.parameters;
                found[p->server.protocol] += p->heartbeat.period_ns > 0;
                seconds += plan_real_seconds(&d.plan.points[i]) - 1;
            }
            assert_int_equal(found[PROTOCOL_SSE], 0);
            assert_int_equal(found[PROTOCOL_WEBSOCKET], beats);
            assert_true((double)d.plan.repeats * seconds <= BUDGET_S);
            close_design(&d);
        }
}

static void the_pilot_is_short(void **state)
{
    (void)state;
    struct design_request request = request_for(true, true);
    struct designed d;
    read_design(&d, calibration_pilot(&request));
    assert_int_equal(d.plan.count, 4);
    assert_true(plan_real_seconds(&d.plan.points[0]) < 6);
    assert_int_equal(d.plan.points[0].settings.parameters.server.loop, LOOP_NODE);
    close_design(&d);
}

/* Publishes alone do not make a pilot: they must have reached somebody. */
static void a_pilot_without_deliveries_is_none(void **state)
{
    (void)state;
    struct design_request request = request_for(true, false);
    char *text = calibration_pilot(&request);
    for (int delivered = 0; delivered < 2; delivered++) {
        struct design_costs costs[PROTOCOLS];
        struct planned_store b;
        struct error err;
        planned_store_open(&b, text);
        for (size_t point = 0; point < b.plan.count; point++) {
            struct run_record record;
            run_record_init(&record);
            run_record_metric(&record, "cpu.used", "s", 0.2);
            run_record_metric(&record, "published", "1", 50);
            run_record_metric(&record, "delivered", "1", delivered * 500);
            planned_store_put(&b, point, 1, RUN_DONE, &record);
        }
        assert_int_equal(calibration_pilot_read(&request, b.store, "x", costs, &err),
                         delivered ? 0 : ERR_STATE);
        planned_store_close(&b);
    }
    free(text);
}

/* Costs of a made server come back from its pilot, of each protocol its own, however many publishes
 * its runs had; of a protocol that it does not speak nothing is said. */
static void the_pilot_tells_costs(void **state)
{
    (void)state;
    static const struct design_costs truths[PROTOCOLS] = { { 400e3, 25e3 }, { 90e3, 3e3 } };
    for (int both = 0; both < 2; both++) {
        struct design_request request = request_for(true, both);
        struct design_costs costs[PROTOCOLS] = { { 1, 1 }, { 1, 1 } };
        struct planned_store b;
        struct error err;
        char *text = calibration_pilot(&request);
        planned_store_open(&b, text);
        for (size_t point = 0; point < b.plan.count; point++)
            for (int run = 1; run <= 2; run++) {
                const struct parameters *p = &b.plan.points[point].settings.parameters;
                const struct design_costs *truth = &truths[p->server.protocol];
                double published = 30 * run + (double)point, n = (double)p->clients;
                struct run_record record;
                run_record_init(&record);
                run_record_metric(&record, "cpu.used", "s",
                                  1e-9 * published *
                                      (truth->publish_ns + n * truth->delivery_ns));
                run_record_metric(&record, "published", "1", published);
                run_record_metric(&record, "delivered", "1", published * n);
                planned_store_put(&b, point, run, RUN_DONE, &record);
            }
        assert_int_equal(calibration_pilot_read(&request, b.store, "x", costs, &err), 0);
        for (int p = 0; p < PROTOCOLS; p++) {
            bool told = p == PROTOCOL_SSE || both;
            assert_near(costs[p].publish_ns, told ? truths[p].publish_ns : 1, 1e-3);
            assert_near(costs[p].delivery_ns, told ? truths[p].delivery_ns : 1, 1e-3);
        }
        planned_store_close(&b);
        free(text);
    }
}

/* Then the fit must choose: the file does not pretend to know. */
static void an_unknown_loop_is_left_open(void **state)
{
    (void)state;
    struct design_request request = request_for(true, false);
    struct designed d;
    request.loop = request.hops = -1;
    read_design(&d, calibration_pilot(&request));
    assert_null(yaml_get(d.e.doc.root, "server"));
    close_design(&d);
}

/* Node compiles what it sees often; the others are as they are from their first fan-out. */
static void latencies_of_compiling_are_not_measured(void **state)
{
    (void)state;
    struct design_costs costs[PROTOCOLS] = { { 400e3, 25e3 }, { 400e3, 25e3 } };
    for (int loop = -1; loop <= LOOP_THREADS; loop++) {
        struct design_request request = request_for(true, true);
        struct designed d;
        request.loop = loop;
        read_design(&d, calibration_design(&request, costs));
        for (size_t i = 0; i < d.plan.count; i++) {
            const struct workload_params *w = &d.plan.points[i].settings.parameters.workload;
            assert_int_equal(w->phases, 3);
            for (int k = 0; k < w->phases; k++)
                assert_int_equal(w->phase[k].measure, k > 0 || loop != LOOP_NODE);
        }
        close_design(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_the_server),
        cmocka_unit_test(leaves_out_what_it_cannot_afford),
        cmocka_unit_test(the_cells_differ),
        cmocka_unit_test(a_fast_server_is_asked_once),
        cmocka_unit_test(asks_what_held_out_cells_need),
        cmocka_unit_test(runs_have_fan_outs_enough),
        cmocka_unit_test(heartbeats_where_there_are_some),
        cmocka_unit_test(the_pilot_is_short),
        cmocka_unit_test(a_pilot_without_deliveries_is_none),
        cmocka_unit_test(the_pilot_tells_costs),
        cmocka_unit_test(an_unknown_loop_is_left_open),
        cmocka_unit_test(latencies_of_compiling_are_not_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
