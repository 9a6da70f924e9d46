/* calibration_young.c - scavenges of a young generation, from what a server has counted of them
 * (node_server.js): bytes that connections and deliveries allocate, and what is paid for those
 * that are copied. Not left to the fit: in the CPU time of the runs they are a few per cent of a
 * delivery, many where semi-spaces are small or texts large.
 */
#include "analysis/calibration_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_multifit.h>

#define RUNS_LEAST  3
#define TERMS_MAX   3
#define BYTES_NOISE 500e3 /* of a run: timers, the stats themselves */
#define BYTES_SHARE 0.02
#define PAUSE_NOISE 0.5e-3 /* s of a run */
#define PAUSE_SHARE 0.15   /* a neighbour on the core, the helper threads' start */
#define TURNS       8      /* of weights that follow the fit, which hardly move then */

struct sums { /* y = sum of coefficient x term, over runs */
    double *term, *y, *noise, *sigma;
    double share; /* spread of y: noise, and so much of what the sum says */
    size_t count;
    int terms;
};

static struct sums sums_open(const struct calibration *c, int terms)
{
    size_t runs = (size_t)c->runs;
    double *memory = mem_alloc(runs * (TERMS_MAX + 3) * sizeof *memory);
    return (struct sums){ .term = memory,
                          .y = memory + runs * TERMS_MAX,
                          .noise = memory + runs * (TERMS_MAX + 1),
                          .sigma = memory + runs * (TERMS_MAX + 2),
                          .terms = terms };
}

static void sums_add(struct sums *s, const double *term, double y, double noise, double share)
{
    for (int k = 0; k < s->terms; k++)
        s->term[s->count * TERMS_MAX + (size_t)k] = term[k];
    s->share = share;
    s->noise[s->count] = noise;
    s->y[s->count++] = y;
}

struct coefficients {
    double value[TERMS_MAX], error[TERMS_MAX]; /* 0, 0 of a term that is left out */
};

/* Weighs by what the coefficients say of a run, not by what came out of it: else a run that came out
 * low by chance would weigh more than one that came out high, and all coefficients be too small. */
static void weigh(struct sums *s, const struct coefficients *c)
{
    for (size_t i = 0; i < s->count; i++) {
        double told = 0;
        for (int k = 0; k < s->terms; k++)
            told += c->value[k] * s->term[i * TERMS_MAX + (size_t)k];
        s->sigma[i] = s->noise[i] + s->share * fabs(told);
    }
}

static void solve(const struct sums *s, const int *which, int terms, struct coefficients *out)
{
    size_t n = (size_t)terms;
    gsl_matrix *x = gsl_matrix_alloc(s->count, n), *cov = gsl_matrix_alloc(n, n);
    gsl_vector *y = gsl_vector_alloc(s->count), *w = gsl_vector_alloc(s->count),
               *c = gsl_vector_alloc(n);
    gsl_multifit_linear_workspace *space = gsl_multifit_linear_alloc(s->count, n);
    double chi2;
    for (size_t i = 0; i < s->count; i++) {
        for (size_t k = 0; k < n; k++)
            gsl_matrix_set(x, i, k, s->term[i * TERMS_MAX + (size_t)which[k]]);
        gsl_vector_set(y, i, s->y[i]);
        gsl_vector_set(w, i, 1 / (s->sigma[i] * s->sigma[i]));
    }
    gsl_multifit_wlinear(x, w, y, c, cov, &chi2, space);
    double excess = fmax(chi2 / (double)(s->count - n), 1); /* what sigma did not foresee */
    *out = (struct coefficients){ 0 };
    for (size_t k = 0; k < n; k++) {
        out->value[which[k]] = gsl_vector_get(c, k);
        out->error[which[k]] = sqrt(gsl_matrix_get(cov, k, k) * excess);
    }
    gsl_multifit_linear_free(space);
    gsl_vector_free(c);
    gsl_vector_free(w);
    gsl_vector_free(y);
    gsl_matrix_free(cov);
    gsl_matrix_free(x);
}

static void solve_weighed(struct sums *s, const int *which, int terms, struct coefficients *out)
{
    for (size_t i = 0; i < s->count; i++)
        s->sigma[i] = s->noise[i] + s->share * fabs(s->y[i]);
    solve(s, which, terms, out);
    for (int turn = 0; turn < TURNS; turn++) {
        weigh(s, out);
        solve(s, which, terms, out);
    }
}

static bool has_term(const struct sums *s, int k)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->term[i * TERMS_MAX + (size_t)k] != 0)
            return true;
    return false;
}

/* Weighted least squares; no term takes anything away: the most negative is left out, and again.
 * false: too few runs. */
static bool sums_fit(struct sums *s, struct coefficients *out)
{
    int which[TERMS_MAX], terms = 0;
    for (int k = 0; k < s->terms; k++)
        if (has_term(s, k))
            which[terms++] = k;
    while (terms > 0 && s->count >= RUNS_LEAST && s->count > (size_t)terms) {
        int least = 0;
        solve_weighed(s, which, terms, out);
        for (int k = 1; k < terms; k++)
            if (out->value[which[k]] < out->value[which[least]])
                least = k;
        if (out->value[which[least]] >= 0)
            return true;
        memmove(&which[least], &which[least + 1], (size_t)(--terms - least) * sizeof *which);
    }
    return false;
}

/* -- what is allocated ------------------------------------------------------------------------- */

struct run { /* one that tells; bytes */
    double clients, published, sent, texts;
    double connect, allocated, copied, scavenges, pause_s;
    int protocol;
};

static bool read_run(const struct calibration *c, size_t i, int r, struct run *out)
{
    const struct calibration_cell *cell = &c->cells[i];
    const struct parameters *p = &cell->point->settings.parameters;
    enum loop_kind loop = c->loop >= 0 ? (enum loop_kind)c->loop : p->server.loop;
    int64_t hops = c->hops >= 0 ? c->hops : p->server.hops;
    double sent = cell->edge[EDGE_SERVER_SENT][r];
    bool copies = server_holds_writes(loop, hops, p->server.protocol);
    *out = (struct run){ .clients = (double)p->clients,
                         .published = cell->edge[EDGE_SERVER_PUBLISHED][r],
                         .sent = sent,
                         .texts = copies ? sent * (double)p->workload.payload_bytes : 0,
                         .connect = cell->edge[EDGE_GC_CONNECT_COPIED][r],
                         .allocated = cell->edge[EDGE_GC_YOUNG_ALLOCATED][r],
                         .copied = cell->edge[EDGE_GC_YOUNG_COPIED][r],
                         .scavenges = cell->edge[EDGE_GC_YOUNG][r],
                         .pause_s = cell->edge[EDGE_GC_YOUNG_PAUSE][r] /
                                    calibration_slowed(c, cell, r),
                         .protocol = (int)p->server.protocol };
    return out->allocated > 0 && out->published > 0 && out->connect >= 0 && out->pause_s >= 0;
}

typedef void add_fn(struct sums *s, const struct run *run, const struct calibration_cell *cell);

static void add_connects(struct sums *s, const struct run *run,
                         const struct calibration_cell *cell)
{
    (void)cell;
    double term[TERMS_MAX] = { 1 };
    term[1 + run->protocol] = run->clients;
    sums_add(s, term, run->connect, BYTES_NOISE, BYTES_SHARE);
}

/* Heartbeats allocate, too. */
static void add_allocated(struct sums *s, const struct run *run,
                          const struct calibration_cell *cell)
{
    double term[TERMS_MAX] = { run->published };
    term[1 + run->protocol] = run->sent;
    if (!calibration_beaten(cell) && run->allocated > run->texts)
        sums_add(s, term, run->allocated - run->texts, BYTES_NOISE + BYTES_SHARE * run->texts,
                 BYTES_SHARE);
}

/* The clock goes on while the process is throttled. */
static void add_pauses(struct sums *s, const struct run *run,
                       const struct calibration_cell *cell)
{
    double texts = run->copied * fmin(run->texts / run->allocated, 1);
    const double term[TERMS_MAX] = { run->scavenges, run->copied - texts, texts };
    if (run->scavenges >= 1 && !calibration_throttled(cell))
        sums_add(s, term, run->pause_s, PAUSE_NOISE, PAUSE_SHARE);
}

static void fit(struct calibration *c, add_fn *add, const char *const option[TERMS_MAX],
                double scale)
{
    struct sums s = sums_open(c, TERMS_MAX);
    struct coefficients found;
    struct run run;
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++)
            if (read_run(c, i, r, &run))
                add(&s, &run, &c->cells[i]);
    if (sums_fit(&s, &found))
        for (int k = 0; k < TERMS_MAX; k++)
            if (has_term(&s, k))
                calibration_known_put(c, option[k], scale * found.value[k],
                                      scale * found.error[k]);
    free(s.term);
}

/* The largest that any run has come to: a few hundred clients fill 16 MiB in a run. */
static double space(const struct calibration *c)
{
    double most = 0;
    for (size_t i = 0; i < c->cell_count; i++)
        for (int r = 0; r < c->cells[i].repeats; r++)
            most = fmax(most, c->cells[i].edge[EDGE_GC_SPACE][r]); /* not NAN */
    return most;
}

void calibration_young(struct calibration *c)
{
    static const char *const connects[] = { "cost.gc.young-start", "cost.sse.kept",
                                            "cost.websocket.kept" };
    static const char *const allocated[] = { "cost.gc.young-publish", "cost.sse.young",
                                             "cost.websocket.young" };
    static const char *const pauses[] = { "cost.gc.scavenge", "cost.gc.young-byte",
                                          "cost.gc.text-byte" };
    double most = space(c);
    if (!(most > 0))
        return;
    calibration_known_put(c, "cost.gc.young", most, 0);
    fit(c, add_connects, connects, 1);
    fit(c, add_allocated, allocated, 1);
    fit(c, add_pauses, pauses, 1e9);
}
