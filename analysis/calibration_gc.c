/* calibration_gc.c - the garbage collector, from what a server has counted of it. Only one that
 * does can tell: a full collection falls into few fan-outs, at a count that no latency shows.
 */
#include "analysis/calibration_internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>

#include "analysis/least_squares.h"

#define RUNS_LEAST    3
#define FAN_OUT_LEAST 100 /* objects of a publish: fewer are its own, not its wake-ups' */

static const char *const held_options[PROTOCOLS] = { "cost.sse.held-objects",
                                                     "cost.websocket.held-objects" };
static const char *const first_options[PROTOCOLS] = { "cost.sse.first-objects",
                                                      "cost.websocket.first-objects" };

struct samples {
    double *x, *y;
    size_t count;
};

void calibration_known_put(struct calibration *c, const char *option, double estimate,
                           double error)
{
    assert(c->known_count < CALIBRATED_KNOWN_MAX);
    struct calibrated *o = &c->known[c->known_count++];
    snprintf(o->option, sizeof o->option, "%s", option);
    o->estimate = fmax(estimate, 0);
    o->relative_error = estimate > 0 ? error / estimate : error > 0 ? INFINITY : 0;
    o->identified = o->relative_error < LEAST_SQUARES_IDENTIFIED;
}

/* Both coordinates of a run; false: it does not tell. */
typedef bool sample_fn(const struct calibration *c, const struct calibration_cell *cell, int r,
                       double *x, double *y);

static void collect(const struct calibration *c, int protocol, sample_fn *sample,
                    struct samples *s)
{
    s->count = 0;
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct calibration_cell *cell = &c->cells[i];
        if (protocol >= 0 && (int)cell->point->settings.parameters.server.protocol != protocol)
            continue;
        for (int r = 0; r < cell->repeats; r++) {
            double *x = &s->x[s->count], *y = &s->y[s->count];
            s->count += sample(c, cell, r, x, y) && isfinite(*x) && isfinite(*y);
        }
    }
}

static double clients_of(const struct calibration_cell *cell)
{
    return (double)cell->point->settings.parameters.clients;
}

/* Heartbeats before the first publish count too. */
static bool connected(const struct calibration *c, const struct calibration_cell *cell, int r,
                      double *x, double *y)
{
    (void)c;
    *x = clients_of(cell);
    *y = cell->edge[EDGE_GC_CONNECTED][r];
    return !calibration_beaten(cell);
}

/* Of fan-outs that have used up what is kept for reuse. */
static bool fanned(const struct calibration *c, const struct calibration_cell *cell, int r,
                   double *x, double *y)
{
    (void)c;
    *x = clients_of(cell);
    double most = cell->point->settings.parameters.cost.gc_free_list;
    *y = cell->edge[EDGE_GC_PUBLISH][r] / cell->edge[EDGE_GC_PUBLISHES][r] -
         (most > 0 ? fmax(*x - most, 0) : 0);
    return *y >= FAN_OUT_LEAST;
}

static double held_objects(const struct calibration *c, enum push_protocol protocol)
{
    const struct calibrated *held =
        calibrated_find(c->known, c->known_count, held_options[protocol]);
    return held ? held->estimate : NAN;
}

/* On a host of middling speed: the pauses of a simulated run go with the pace of its host, too. */
static bool paused(const struct calibration *c, const struct calibration_cell *cell, int r,
                   double *x, double *y)
{
    enum push_protocol protocol = cell->point->settings.parameters.server.protocol;
    *x = cell->edge[EDGE_GC_FULL][r] * cell->edge[EDGE_GC_LIVE][r] +
         cell->edge[EDGE_GC_FULL_SUBSCRIBERS][r] * held_objects(c, protocol);
    *y = cell->edge[EDGE_GC_FULL_PAUSE][r] / calibration_slowed(c, cell, r);
    return *x > 0;
}

static bool has_spread(const struct samples *s)
{
    return s->count >= RUNS_LEAST &&
           gsl_stats_max(s->x, 1, s->count) > gsl_stats_min(s->x, 1, s->count);
}

struct line { /* y = a + b x */
    double a, b, a_error, b_error;
};

typedef struct line line_fn(const struct samples *s);

static struct line straight(const struct samples *s)
{
    struct line l;
    double aa, ab, bb, squares;
    gsl_fit_linear(s->x, 1, s->y, 1, s->count, &l.a, &l.b, &aa, &ab, &bb, &squares);
    l.a_error = sqrt(aa);
    l.b_error = sqrt(bb);
    return l;
}

static struct line from_nothing(const struct samples *s) /* a = 0 */
{
    struct line l = { 0 };
    double bb, squares;
    gsl_fit_mul(s->x, 1, s->y, 1, s->count, &l.b, &bb, &squares);
    l.b_error = sqrt(bb);
    return l;
}

static void swap_last(struct samples *s, size_t i)
{
    double x = s->x[i], y = s->y[i], *last_x = &s->x[s->count - 1],
           *last_y = &s->y[s->count - 1];
    s->x[i] = *last_x;
    s->y[i] = *last_y;
    *last_x = x;
    *last_y = y;
}

/* What is far out scatters more, and the largest runs say most of a slope: so by the jackknife (Efron,
 * The Jackknife, the Bootstrap and Other Resampling Plans, 1982, 3), which takes them as they are, but
 * no narrower than if all scattered alike: of few runs it is rough. Not where some run alone tells. */
static struct line fit_line(struct samples *s, line_fn *fit)
{
    struct line all = fit(s);
    double n = (double)s->count, a = 0, b = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < s->count; i++) {
        swap_last(s, i);
        s->count--;
        struct line without = fit(s);
        s->count++;
        swap_last(s, i);
        a += without.a - all.a;
        b += without.b - all.b;
        aa += pow(without.a - all.a, 2);
        bb += pow(without.b - all.b, 2);
    }
    all.a_error = fmax(all.a_error, sqrt((n - 1) / n * fmax(aa - a * a / n, 0)));
    all.b_error = fmax(all.b_error, sqrt((n - 1) / n * fmax(bb - b * b / n, 0)));
    return all;
}

/* What a connection holds, and what its protocol's first one makes the process load: 1,860 objects
 * of an event stream on FastAPI, 870 of a WebSocket. */
static void fit_connections(struct calibration *c, struct samples *s)
{
    for (int p = 0; p < PROTOCOLS; p++) {
        collect(c, p, connected, s);
        if (!has_spread(s))
            continue;
        struct line l = fit_line(s, straight);
        calibration_known_put(c, held_options[p], l.b, l.b_error);
        calibration_known_put(c, first_options[p], l.a, l.a_error);
    }
}

static void fit_fan_outs(struct calibration *c, struct samples *s)
{
    collect(c, -1, fanned, s);
    if (!has_spread(s))
        return;
    struct line l = fit_line(s, straight);
    calibration_known_put(c, "cost.gc.wake", l.b, l.b_error);
    calibration_known_put(c, "cost.gc.reused", -l.a, l.a_error);
}

static void fit_pause(struct calibration *c, struct samples *s)
{
    collect(c, -1, paused, s);
    if (s->count < RUNS_LEAST)
        return;
    struct line l = fit_line(s, from_nothing);
    calibration_known_put(c, "cost.gc.object", 1e9 * l.b, 1e9 * l.b_error);
}

static double mean_of(const struct calibration *c, enum calibration_edge edge)
{
    double sum = 0;
    int64_t n = 0;
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++)
            if (!isnan(c->cells[i].edge[edge][r])) {
                sum += c->cells[i].edge[edge][r];
                n++;
            }
    return n > 0 ? sum / (double)n : NAN;
}

void calibration_gc(struct calibration *c)
{
    double threshold = mean_of(c, EDGE_GC_THRESHOLD), live = mean_of(c, EDGE_GC_LIVE);
    c->known_count = 0;
    calibration_young(c);
    if (!(threshold > 0) || !(live > 0))
        return;
    double *memory = mem_alloc(2 * ((size_t)c->runs + 1) * sizeof *memory);
    struct samples s = { memory, memory + c->runs + 1, 0 };
    calibration_known_put(c, "cost.gc.threshold", threshold, 0);
    calibration_known_put(c, "cost.gc.live", live, 0);
    calibration_known_put(c, "cost.gc.allocated", mean_of(c, EDGE_GC_ALLOCATED), 0);
    fit_connections(c, &s);
    fit_fan_outs(c, &s);
    fit_pause(c, &s);
    free(memory);
}
