/* calibration_edges.c - handshake, disconnect and memory: straight lines over what was held. */
#include "analysis/calibration_internal.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_fit.h>
#include <gsl/gsl_statistics_double.h>

#include "analysis/least_squares.h"

#define CPU_NOISE_S     2e-3  /* other work of the server while clients connect */
#define CPU_NOISE_SHARE 0.08  /* of the time itself: the host's mood */
#define MEMORY_NOISE    256e3 /* bytes: the allocator's steps */
#define MEMORY_SHARE    0.05
#define BACKLOG_LEAST   5000 /* messages: fewer drown in the allocator's steps */
#define TURNS           8    /* of weights that follow the line, which hardly move then */

struct points { /* of one line */
    double *x, *y, *weight;
    double noise, share; /* spread of y: this, and so much of what the line says */
    size_t count;
};

static void add(struct points *p, double x, double y, double noise, double share)
{
    if (isnan(x) || isnan(y))
        return;
    p->noise = noise;
    p->share = share;
    p->x[p->count] = x;
    p->y[p->count++] = y;
}

/* Heartbeats come while clients connect and leave, too: those cells tell nothing of the edges. */
static bool of_protocol(const struct calibration_cell *cell, int protocol)
{
    if (calibration_beaten(cell))
        return false;
    return protocol < 0 || (int)cell->point->settings.parameters.server.protocol == protocol;
}

typedef void edge_fn(struct points *p, const struct calibration *c,
                     const struct calibration_cell *cell, int repeat);

/* CPU time on a host of middling speed, as of the costs that are fitted. */
static void add_cpu(struct points *p, const struct calibration *c,
                    const struct calibration_cell *cell, int repeat, double cpu_s)
{
    add(p, (double)cell->point->settings.parameters.clients,
        cpu_s / calibration_slowed(c, cell, repeat), CPU_NOISE_S, CPU_NOISE_SHARE);
}

static void setup_cpu(struct points *p, const struct calibration *c,
                      const struct calibration_cell *cell, int repeat)
{
    double paused = cell->edge[EDGE_GC_CONNECT_PAUSE][repeat]; /* counted apart */
    add_cpu(p, c, cell, repeat,
            cell->edge[EDGE_SETUP_CPU][repeat] - (isnan(paused) ? 0 : paused));
}

static void teardown_cpu(struct points *p, const struct calibration *c,
                         const struct calibration_cell *cell, int repeat)
{
    add_cpu(p, c, cell, repeat, cell->edge[EDGE_TEARDOWN_CPU][repeat]);
}

static void setup_memory(struct points *p, const struct calibration *c,
                         const struct calibration_cell *cell, int repeat)
{
    (void)c;
    add(p, (double)cell->point->settings.parameters.clients,
        cell->edge[EDGE_MEMORY][repeat] - cell->edge[EDGE_MEMORY_BEFORE][repeat], MEMORY_NOISE,
        MEMORY_SHARE);
}

static void backlog_memory(struct points *p, const struct calibration *c,
                           const struct calibration_cell *cell, int repeat)
{
    (void)c;
    if (cell->edge[EDGE_BACKLOG][repeat] >= BACKLOG_LEAST)
        add(p, cell->edge[EDGE_BACKLOG][repeat],
            cell->edge[EDGE_BACKLOG_MEMORY][repeat] - cell->edge[EDGE_MEMORY][repeat],
            MEMORY_NOISE, MEMORY_SHARE);
}

/* What the line cannot tell stays what it was. */
static void put(const struct calibration *c, struct calibration_fit *fit, const char *option,
                double estimate, double error)
{
    struct calibrated o = { .relative_error = estimate > 0 ? error / estimate : INFINITY };
    snprintf(o.option, sizeof o.option, "%s", option);
    o.identified = o.relative_error < LEAST_SQUARES_IDENTIFIED;
    o.estimate = estimate;
    if (!o.identified) {
        struct setting which;
        struct error err;
        const struct settings *s = &c->cells[0].point->settings;
        int code = settings_find(s, option, &which, &err);
        assert(!code);
        (void)code;
        o.estimate = settings_number(s, &which);
    }
    assert(fit->count < CALIBRATED_MAX);
    fit->options[fit->count++] = o;
}

struct line { /* y = a + slope x */
    double a, slope;
    double variance, chi2; /* of the slope; of all points */
};

static void weigh(struct points *p, const double *y)
{
    for (size_t i = 0; i < p->count; i++) {
        double sigma = p->noise + p->share * fabs(y[i]);
        p->weight[i] = 1 / (sigma * sigma);
    }
}

/* Weighed by what the line says of each point: by the point itself, one that came out low by chance
 * would weigh more than one that came out high, and the slope be too small (by 4 % at a spread of 16
 * %). */
static struct line fit_line(struct points *p)
{
    struct line l = { 0 };
    double aa, as, *told = mem_alloc(p->count * sizeof *told);
    weigh(p, p->y);
    for (int turn = 0; turn <= TURNS; turn++) {
        gsl_fit_wlinear(p->x, 1, p->weight, 1, p->y, 1, p->count, &l.a, &l.slope, &aa, &as,
                        &l.variance, &l.chi2);
        for (size_t i = 0; i < p->count; i++)
            told[i] = l.a + l.slope * p->x[i];
        weigh(p, told);
    }
    free(told);
    return l;
}

/* What the weights did not foresee widens a slope's error. */
static void fit_slope(const struct calibration *c, int protocol, edge_fn *edge,
                      const char *option, double scale, struct calibration_fit *fit)
{
    double *memory = mem_alloc(3 * (size_t)c->runs * sizeof *memory);
    struct points p = { memory, memory + c->runs, memory + 2 * c->runs, 0, 0, 0 };
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; of_protocol(&c->cells[i], protocol) && r < c->cells[i].repeats; r++)
            edge(&p, c, &c->cells[i], r);
    double spread =
        p.count > 0 ? gsl_stats_max(p.x, 1, p.count) - gsl_stats_min(p.x, 1, p.count) : 0;
    if (p.count >= 3 && spread > 0) {
        struct line l = fit_line(&p);
        double excess = fmax(l.chi2 / (double)(p.count - 2), 1);
        put(c, fit, option, scale * l.slope, scale * sqrt(l.variance * excess));
    }
    free(memory);
}

static void fit_base(const struct calibration *c, struct calibration_fit *fit)
{
    double *bytes = mem_alloc((size_t)c->runs * sizeof *bytes);
    size_t n = 0;
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++)
            if (c->cells[i].edge[EDGE_MEMORY_BEFORE][r] > 0)
                bytes[n++] = c->cells[i].edge[EDGE_MEMORY_BEFORE][r];
    if (n >= 2)
        put(c, fit, "memory.base", gsl_stats_mean(bytes, 1, n),
            gsl_stats_sd(bytes, 1, n) / sqrt((double)n));
    free(bytes);
}

void calibration_edges(const struct calibration *c, struct calibration_fit *fit)
{
    static const char *const handshake[PROTOCOLS] = { "cost.sse.handshake",
                                                      "cost.websocket.handshake" };
    static const char *const disconnect[PROTOCOLS] = { "cost.sse.disconnect",
                                                       "cost.websocket.disconnect" };
    for (int p = 0; p < PROTOCOLS; p++) {
        fit_slope(c, p, setup_cpu, handshake[p], 1e9, fit);
        fit_slope(c, p, teardown_cpu, disconnect[p], 1e9, fit);
    }
    fit_base(c, fit);
    fit_slope(c, -1, setup_memory, "memory.connection", 1, fit);
    fit_slope(c, -1, backlog_memory, "memory.message", 1, fit);
    assert(fit->count + c->known_count <= CALIBRATED_MAX);
    for (size_t i = 0; i < c->known_count; i++)
        fit->options[fit->count++] = c->known[i];
}
