/* cpu_matrix.c - see cpu_matrix.h. */
#include "experiments/cli/cpu_matrix.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiments/cli/cpu_cells.h"
#include "experiments/replay/host_facts.h"

#define FEW_SAMPLES 30 /* of the real arm: below that a mean says too little for a verdict */
#define MEAN_SHARE  0.05
#define MEAN_MS     0.2
#define THROTTLED   0.03
#define COST        0.10
#define COST_EMPTY  0.02

struct matrix {
    FILE *stream;
    FILE *csv;                          /* NULL: none */
    char host[256], date[32];           /* for the CSV */
    struct cpu_host_params params;      /* of this host */
    int passed, missed, few, disturbed; /* lines by verdict */
};

struct line {
    const char *metric;
    double sim, real;
    double error, bound; /* what is judged and how large it may be */
    size_t samples;      /* of the real arm */
};

void cpu_matrix_list(FILE *stream)
{
    struct cpu_cell *cells = mem_alloc(CPU_CELLS_MAX * sizeof *cells);
    int n = cpu_cells_make(cells);
    for (int i = 0; i < n; i++)
        fprintf(stream, "%s\n", cells[i].name);
    free(cells);
}

static void print_line(struct matrix *m, const struct cpu_cell *cell,
                       const struct cpu_arm *real, const struct line *line)
{
    const char *verdict = "MISS";
    int *count = &m->missed;
    if (real->disturbed)
        verdict = "noisy", count = &m->disturbed;
    else if (line->samples < FEW_SAMPLES)
        verdict = "few", count = &m->few;
    else if (line->error <= line->bound)
        verdict = "ok", count = &m->passed;
    ++*count;
    fprintf(m->stream, "%-26s %-9s %9.3f %9.3f %7zu %9.3f %9.3f  %s\n", cell->name,
            line->metric, line->sim, line->real, line->samples, line->error, line->bound,
            verdict);
    if (m->csv != NULL)
        fprintf(m->csv, "%s,\"%s\",%s,%s,%.6g,%.6g,%.6g,%.6g,%s,%d,%d\n", m->date, m->host,
                cell->name, line->metric, line->sim, line->real, line->error, line->bound,
                verdict, real->repeats, real->noisy);
}

/* The mean, and for `w1` the distance of the distributions too. */
static void judge_series(struct matrix *m, const struct cpu_cell *cell,
                         const struct cpu_arm *real, const char *name, const char *w1,
                         const struct cpu_series *s, const struct cpu_series *r)
{
    if (s->count == 0 && r->count == 0)
        return;
    double slack = MEAN_SHARE * r->mean > MEAN_MS ? MEAN_SHARE * r->mean : MEAN_MS;
    print_line(
        m, cell, real,
        &(struct line){ name, s->mean, r->mean, fabs(s->mean - r->mean), slack, r->count });
    if (w1 != NULL)
        print_line(m, cell, real,
                   &(struct line){ w1, s->p50, r->p50,
                                   cpu_summary_wasserstein(s->ms, s->count, r->ms, r->count),
                                   (double)m->params.tick_ns / 1e6, r->count });
}

static void judge(struct matrix *m, const struct cpu_cell *cell, const struct cpu_arm *sim,
                  const struct cpu_arm *real)
{
    const struct cpu_summary *s = &sim->summary, *r = &real->summary;
    struct cpu_distance d;
    cpu_distance_of(s, r, &d);
    if (cell->plan.params.work == CPU_WORK_TOUCH) {
        double bound = cell->plan.set_bytes == 0 ? COST_EMPTY : COST;
        print_line(m, cell, real,
                   &(struct line){ "cost", s->cost, r->cost, d.cost, bound, FEW_SAMPLES });
        return;
    }
    if (s->stall.count == 0 && r->stall.count < FEW_SAMPLES) {
        print_line(m, cell, real,
                   &(struct line){ "cpu", s->cpu_share, r->cpu_share, d.cpu_share, MEAN_SHARE,
                                   r->periods });
    } else {
        judge_series(m, cell, real, "run", NULL, &s->run, &r->run);
        judge_series(m, cell, real, "stall", "stall-w1", &s->stall, &r->stall);
    }
    judge_series(m, cell, real, "late", "late-w1", &s->late, &r->late);
    if (cell->plan.params.group.quota_ns > 0)
        print_line(m, cell, real,
                   &(struct line){ "throttled", s->throttled_share, r->throttled_share,
                                   d.throttled_share, THROTTLED, r->periods });
}

/* Cells in which wake-ups decide know what they took meanwhile: it changes within seconds. */
static void learn_wake_ups(struct matrix *m, const struct wake_up_log *log)
{
    if (log->count == 0)
        return;
    cpu_arms_apply(log, &m->params);
    fprintf(m->stream, "# a wake-up took %.0f us and %.0f us of CPU meanwhile\n",
            (double)m->params.wake_latency_ns / 1e3, (double)m->params.wake_cost_ns / 1e3);
}

static void fill_in(const struct matrix *m, struct cpu_plan *plan, uint64_t seed)
{
    int cpus = plan->params.host.cpus;
    plan->seed = seed;
    plan->params.host = m->params;
    plan->params.host.cpus = cpus;
}

/* The sim arm beside the real one, which it closes. */
static void simulate_and_judge(struct matrix *m, const struct cpu_cell *cell,
                               struct cpu_arm *real)
{
    struct cpu_arm sim;
    cpu_arm_sim(&cell->plan, &sim);
    judge(m, cell, &sim, real);
    fflush(m->stream);
    if (m->csv != NULL)
        fflush(m->csv);
    cpu_arm_close(&sim);
    cpu_arm_close(real);
}

static int run_cell(struct matrix *m, struct cpu_cell *cell, uint64_t seed, struct error *err)
{
    struct cpu_arm real;
    struct wake_up_log log = { .count = 0 };
    fill_in(m, &cell->plan, seed);
    cell->plan.wake_ups = cell->plan.params.work == CPU_WORK_ONOFF ? &log : NULL;
    int code = cpu_arms_real(&cell->plan, 1, &real, err);
    if (code != 0)
        return error_wrap(err, code, "cell %s", cell->name);
    learn_wake_ups(m, &log);
    fill_in(m, &cell->plan, seed);
    simulate_and_judge(m, cell, &real);
    return 0;
}

/* Cells of one working set: how dear cold caches are changes with what else the host's machine
 * does, so they are measured in turn with what the model's parameters come from. */
static int run_warm(struct matrix *m, struct cpu_cell *cells, int n, uint64_t seed,
                    struct error *err)
{
    struct cpu_plan plans[CPU_WARM_CELLS];
    struct cpu_arm real[CPU_WARM_CELLS];
    struct cache_warmth warmth;
    for (int i = 0; i < n; i++) {
        fill_in(m, &cells[i].plan, seed);
        plans[i] = cells[i].plan;
    }
    int code = cpu_arms_warmth(plans, n, real, &warmth, err);
    if (code != 0)
        return error_wrap(err, code, "cells %s to %s", cells[0].name, cells[n - 1].name);
    fprintf(m->stream,
            "# warm-up of %zu MiB: %.3f ms after a long time off, time constant %.3f ms, paid "
            "over %.3f ms of work\n",
            plans[0].set_bytes >> 20, (double)warmth.saturation_ns / 1e6,
            (double)warmth.time_ns / 1e6, (double)warmth.work_ns / 1e6);
    for (int i = 0; i < n; i++) {
        cells[i].plan.params.warmth = warmth;
        simulate_and_judge(m, &cells[i], &real[i]);
    }
    return 0;
}

/* How many of the n cells from the first on share its working set. */
static int same_set(const struct cpu_cell *cells, int n)
{
    int i = 1;
    while (i < n && i < CPU_WARM_CELLS && cells[i].plan.params.work == CPU_WORK_TOUCH &&
           cells[i].plan.set_bytes == cells[0].plan.set_bytes)
        i++;
    return i;
}

static int run_cells(struct matrix *m, struct cpu_cell *cells, int n, uint64_t seed,
                     struct error *err)
{
    int code = 0;
    for (int i = 0, width; i < n && code == 0; i += width) {
        bool touches = cells[i].plan.params.work == CPU_WORK_TOUCH;
        width = touches ? same_set(&cells[i], n - i) : 1;
        code = touches ? run_warm(m, &cells[i], width, seed, err)
                       : run_cell(m, &cells[i], seed, err);
    }
    return code;
}

static int open_csv(struct matrix *m, const char *path, struct error *err)
{
    if (path == NULL)
        return 0;
    m->csv = fopen(path, "a");
    if (m->csv == NULL)
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (ftell(m->csv) == 0)
        fputs("date,host,cell,metric,sim,real,error,bound,verdict,repeats,noisy\n", m->csv);
    return 0;
}

static int begin(struct matrix *m, const struct cpu_matrix_request *request, struct error *err)
{
    struct host_facts facts;
    time_t now = time(NULL);
    struct tm tm;
    host_facts_read(&facts, "");
    host_facts_describe(&facts, m->host, sizeof m->host);
    strftime(m->date, sizeof m->date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
    m->params.cpus = 1;
    int code = cpu_arms_read_host(&m->params, request->seed, err);
    if (code == 0)
        code = open_csv(m, request->output, err);
    if (code != 0)
        return code;
    fprintf(m->stream, "# %s, %s\n# a wake-up takes %.0f us and %.0f us of CPU\n", m->host,
            m->date, (double)m->params.wake_latency_ns / 1e3,
            (double)m->params.wake_cost_ns / 1e3);
    fprintf(m->stream, "%-26s %-9s %9s %9s %7s %9s %9s  %s\n", "cell", "metric", "sim", "real",
            "samples", "error", "bound", "verdict");
    fflush(m->stream);
    return 0;
}

static void summarise(const struct matrix *m)
{
    fprintf(m->stream,
            "\n%d comparisons within their bounds, %d missed, %d with too few samples, %d on a "
            "machine too busy for a verdict\n",
            m->passed, m->missed, m->few, m->disturbed);
}

/* Moves the chosen cells to the front; returns how many. */
static int choose(struct cpu_cell *cells, int n, const char *pattern)
{
    int chosen = 0;
    for (int i = 0; i < n; i++)
        if (fnmatch(pattern, cells[i].name, 0) == 0)
            cells[chosen++] = cells[i];
    return chosen;
}

int cpu_matrix_run(const struct cpu_matrix_request *request, FILE *stream, struct error *err)
{
    struct cpu_cell *cells = mem_alloc(CPU_CELLS_MAX * sizeof *cells);
    struct matrix m = { .stream = stream };
    int n = choose(cells, cpu_cells_make(cells), request->pattern), code = 0;
    if (n == 0)
        code = error_set(err, ERR_INVALID, "--matrix: no cell matches '%s' (see --list)",
                         request->pattern);
    if (code == 0)
        code = begin(&m, request, err);
    if (code == 0)
        code = run_cells(&m, cells, n, request->seed, err);
    if (code == 0)
        summarise(&m);
    if (m.csv != NULL && fclose(m.csv) != 0 && code == 0)
        code = error_set(err, ERR_IO, "%s: %s", request->output, strerror(errno));
    free(cells);
    return code;
}
