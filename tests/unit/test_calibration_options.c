/* Which costs a calibration varies: those that its runs can tell and the server's loop tells apart. Of
 * each other one it is said why not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/calibration_internal.h"

#define CELLS_MAX 4

struct asked { /* of a cell */
    enum push_protocol protocol;
    int clients, bytes;
    bool beaten;
};

struct bench {
    struct plan_point points[CELLS_MAX];
    struct calibration_cell cells[CELLS_MAX];
    struct calibration c;
    struct fit_parameter parameters[LEAST_SQUARES_MAX + 1];
    size_t count; /* that are varied, in all stages */
};

static void vary(struct bench *b, const struct asked *asked, size_t cells, int loop, int hops)
{
    memset(b, 0, sizeof *b);
    for (size_t i = 0; i < cells; i++) {
        struct parameters *p = &b->points[i].settings.parameters;
        settings_init(&b->points[i].settings);
        p->server.protocol = asked[i].protocol;
        p->clients = asked[i].clients;
        p->workload.payload_bytes = asked[i].bytes;
        p->heartbeat.period_ns = asked[i].beaten ? 500000000 : 0;
        b->cells[i].point = &b->points[i];
        b->cells[i].repeats = 1;
    }
    b->c = (struct calibration){ .cells = b->cells,
                                 .cell_count = cells,
                                 .runs = (int64_t)cells,
                                 .loop = loop,
                                 .hops = hops };
    for (int part = CALIBRATION_MEANS; part <= CALIBRATION_TAILS; part++)
        b->count =
            calibration_varied(&b->c, (enum calibration_part)part, b->parameters, b->count);
}

static bool varies(const struct bench *b, const char *option)
{
    for (size_t i = 0; i < b->count; i++)
        if (strcmp(b->parameters[i].name, option) == 0)
            return true;
    return false;
}

/* Both protocols, large texts to few and to many, heartbeats. */
static const struct asked all[] = { { PROTOCOL_SSE, 15, 4096, true },
                                    { PROTOCOL_SSE, 480, 4096, false },
                                    { PROTOCOL_WEBSOCKET, 480, 100, true } };

static const struct {
    int loop, hops;
} kinds[] = { { LOOP_NODE, 0 },    { LOOP_NODE, 1 },  { LOOP_UVLOOP, 1 }, { LOOP_UVLOOP, 2 },
              { LOOP_ASYNCIO, 1 }, { LOOP_NGINX, 0 }, { LOOP_THREADS, 0 } };
#define KINDS (sizeof kinds / sizeof *kinds)

/* A cost that hangs on the kind of the loop is either fitted or it is said why not, never both. */
static void what_is_not_fitted_has_a_reason(void **state)
{
    (void)state;
    static const char *const options[] = {
        "cost.enqueue",           "cost.transmit",       "cost.sse.wake",
        "cost.sse.item",          "cost.sse.item-kib",   "cost.sse.write-state",
        "cost.sse.settle",        "cost.websocket.wake", "cost.websocket.item",
        "cost.websocket.settle",  "cost.code.excess",    "cost.code.work",
        "cost.code.compile",      "cost.code.parse",     "cost.code.first",
        "cost.code.connection",   "cost.ready-fd",       "cost.connection-noise",
        "cost.websocket.item-kib"
    };
    static struct bench b;
    for (size_t k = 0; k < KINDS; k++) {
        vary(&b, all, 3, kinds[k].loop, kinds[k].hops);
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
            const char *why =
                calibration_unfitted(options[i], (enum loop_kind)kinds[k].loop, kinds[k].hops);
            if (varies(&b, options[i]) == (why != NULL))
                fail_msg("loop %d, hops %d: %s is %s, reason: %s", kinds[k].loop, kinds[k].hops,
                         options[i], varies(&b, options[i]) ? "fitted" : "not fitted",
                         why ? why : "none");
        }
        for (size_t i = 0; i < b.count; i++) /* nor is any other */
            if (!strstr(b.parameters[i].name, "heartbeat") &&
                calibration_unfitted(b.parameters[i].name, (enum loop_kind)kinds[k].loop,
                                     kinds[k].hops))
                fail_msg("loop %d, hops %d: %s is fitted", kinds[k].loop, kinds[k].hops,
                         b.parameters[i].name);
    }
}

/* What is not varied because it is in one sum with another cost, is nothing beside that: else it
 * would be counted twice. */
static void what_is_in_a_sum_is_nothing_beside_it(void **state)
{
    (void)state;
    static const char *const options[] = { "cost.sse.wake", "cost.sse.item",
                                           "cost.websocket.wake", "cost.websocket.item" };
    static struct bench b;
    for (size_t k = 0; k < KINDS; k++) {
        vary(&b, all, 3, kinds[k].loop, kinds[k].hops);
        struct settings s = calibration_start(&b.c, &b.cells[0]);
        assert_int_equal(s.parameters.server.loop, kinds[k].loop);
        assert_int_equal(s.parameters.server.hops, kinds[k].hops);
        for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
            struct setting which;
            struct error err;
            assert_int_equal(settings_find(&s, options[i], &which, &err), 0);
            assert_int_equal(settings_number(&s, &which) > 0, varies(&b, options[i]));
        }
    }
}

/* A protocol that was not measured, heartbeats of one that sent none, and what is in caches where
 * nobody got large texts, or all of them as many clients. */
static void what_was_not_measured_is_not_varied(void **state)
{
    (void)state;
    static const struct {
        struct asked asked[3];
        bool sse, websocket, sse_beats, websocket_beats, cached;
    } cases[] = {
        { { { PROTOCOL_SSE, 15, 4096, true },
            { PROTOCOL_SSE, 480, 4096, false },
            { PROTOCOL_WEBSOCKET, 480, 100, true } },
          true,
          true,
          true,
          true,
          true },
        { { { PROTOCOL_SSE, 15, 100, true },
            { PROTOCOL_SSE, 480, 4096, false },
            { PROTOCOL_WEBSOCKET, 480, 4096, false } },
          true,
          true,
          true,
          false,
          false },
        { { { PROTOCOL_WEBSOCKET, 240, 4096, true },
            { PROTOCOL_WEBSOCKET, 15, 100, false },
            { PROTOCOL_WEBSOCKET, 480, 4096, false } },
          false,
          true,
          false,
          true,
          true },
        { { { PROTOCOL_SSE, 241, 4096, false },
            { PROTOCOL_SSE, 15, 100, false },
            { PROTOCOL_SSE, 480, 4096, false } },
          true,
          false,
          false,
          false,
          false },
        { { { PROTOCOL_SSE, 15, 100, false },
            { PROTOCOL_SSE, 480, 1000, false },
            { PROTOCOL_SSE, 1900, 100, false } },
          true,
          false,
          false,
          false,
          false },
    };
    static struct bench b;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        vary(&b, cases[i].asked, 3, LOOP_UVLOOP, 1);
        assert_int_equal(varies(&b, "cost.sse.write"), cases[i].sse);
        assert_int_equal(varies(&b, "cost.sse.item"), cases[i].sse);
        assert_int_equal(varies(&b, "cost.websocket.write"), cases[i].websocket);
        assert_int_equal(varies(&b, "cost.websocket.state"), cases[i].websocket);
        assert_int_equal(varies(&b, "cost.sse.heartbeat"), cases[i].sse_beats);
        assert_int_equal(varies(&b, "cost.websocket.heartbeat"), cases[i].websocket_beats);
        assert_int_equal(varies(&b, "cost.cached"), cases[i].cached);
        assert_true(varies(&b, "cost.publish") && varies(&b, "cost.noise"));
    }
}

/* Each start is above 0: a fit walks in logarithms. */
static void every_start_is_above_nothing(void **state)
{
    (void)state;
    static struct bench b;
    for (size_t k = 0; k < KINDS; k++) {
        vary(&b, all, 3, kinds[k].loop, kinds[k].hops);
        for (size_t i = 0; i < b.count; i++)
            assert_true(b.parameters[i].start > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_fitted_has_a_reason),
        cmocka_unit_test(what_is_in_a_sum_is_nothing_beside_it),
        cmocka_unit_test(what_was_not_measured_is_not_varied),
        cmocka_unit_test(every_start_is_above_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
