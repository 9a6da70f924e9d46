/* cmd_run.c - pushsim run: an experiment in the simulator. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cells.h"
#include "analysis/slo.h"
#include "experiments/cli/assertions.h"
#include "experiments/cli/cell_table.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/model_runs.h"
#include "experiments/cli/shard_option.h"

struct arguments {
    struct session session;
    int jobs;
    bool force;
    bool quiet;
};

static const struct argp_option options[] = {
    { "jobs", 'j', "N", 0, "Worker threads (default: one for each CPU)", 0 },
    { "force", 'f', NULL, 0, "Run again what the database already has", 0 },
    { "quiet", 'q', NULL, 0, "Print no table", 0 },
    { 0 },
};
static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 },
                                              { &shard_argp, 0, NULL, 0 },
                                              { 0 } };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct error err;
    double jobs = 0;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = &a->session;
        return 0;
    case 'j':
        if (unit_parse(arg, UNIT_COUNT, &jobs, &err) || jobs < 1 || jobs > 256)
            argp_error(state, "--jobs %s: must be between 1 and 256", arg);
        a->jobs = (int)jobs;
        return 0;
    case 'f':
        a->force = true;
        return 0;
    case 'q':
        a->quiet = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Run an experiment in the simulator and keep its results in a database. Runs that the "
    "database already has are not made again.",
    children,
    NULL,
    NULL,
};

/* Mean over the replications, and their standard deviation in percent of it. */
static void print_figure(struct text_table *t, const struct cell *cell, enum figure figure,
                         bool broken)
{
    const struct sample *s = &cell->samples[ARM_SIM][figure];
    double mean = sample_mean(s), sd = sample_sd(s);
    char text[UNIT_TEXT_BYTES];
    figure_format(text, figure, mean);
    if (isfinite(sd) && mean > 0 && figure_unit(figure) != UNIT_SHARE)
        text_table_cell(t, "%s%s ±%2.0f%%", broken ? "! " : "", text, 100 * sd / mean);
    else
        text_table_cell(t, "%s%s", broken ? "! " : "", text);
}

static void print_head(struct text_table *t, const char *cell)
{
    static const char *const heads[FIGURES_SHOWN] = { "p50",     "p95",       "p99",
                                                      "dropped", "throttled", "CPU" };
    text_table_init(t);
    cell_table_columns(t, cell);
    for (int f = 0; f < FIGURES_SHOWN; f++)
        text_table_column(t, heads[f], true);
}

/* Of each limit of the slo, how many cells break it. */
static void print_breached(const int breaks[SLO_LIMITS], int breached, size_t cells)
{
    const char *between = " (";
    printf("\n! breaks the slo: %d of %zu cell%s", breached, cells, cells == 1 ? "" : "s");
    for (int i = 0; i < SLO_LIMITS; i++) {
        if (breaks[i] == 0)
            continue;
        printf("%s%s in %d", between, slo_limit_name(i), breaks[i]);
        between = ", ";
    }
    puts(")");
}

static bool marks(unsigned broken, enum figure figure)
{
    static const enum figure figures[SLO_LIMITS] = { FIGURE_P95, FIGURE_P99, FIGURE_DROPPED,
                                                     FIGURE_RECONNECTS };
    for (int i = 0; i < SLO_LIMITS; i++)
        if (figures[i] == figure)
            return broken >> i & 1;
    return false;
}

/* A row without latencies is no idle one. */
static void print_starved(const struct cells *cells)
{
    size_t runs = 0;
    for (size_t i = 0; i < cells->count; i++)
        runs += cells->cell[i].starved[ARM_SIM];
    if (runs > 0)
        printf("\n%zu run%s without any measured delivery, although messages were due\n", runs,
               runs == 1 ? "" : "s");
}

/* Of all runs; NAN where none records it. */
static double greatest(const struct cells *cells, enum figure figure)
{
    double most = NAN;
    for (size_t i = 0; i < cells->count; i++) {
        const struct sample *s = &cells->cell[i].samples[ARM_SIM][figure];
        if (s->count > 0)
            most = fmax(most, s->values[s->count - 1]); /* sorted */
    }
    return most;
}

/* Actions that the experiment gives and that did nothing at all. */
static void print_idle_actions(const struct plan *plan, const struct cells *cells)
{
    bool refuses = false, sheds = false;
    for (size_t i = 0; i < plan->count; i++) {
        const struct slo_control_params *c = &plan->points[i].settings.parameters.control;
        bool begins = c->trigger != TRIGGER_NEVER;
        refuses |= begins && c->retry_after_ns > 0;
        sheds |= begins && (c->low_priority > 0 || c->shed_share > 0);
    }
    if (refuses && greatest(cells, FIGURE_REFUSED) == 0)
        puts("\nslo.control.retry-after refused nobody: it was never in force, or no client "
             "connected meanwhile");
    if (sheds && greatest(cells, FIGURE_SHED) == 0)
        puts("\nslo.control shed nothing: it was never in force, or nothing was published "
             "meanwhile");
}

/* Prints a row a cell; returns how many break a limit of the slo. */
static int print_cells(const struct arguments *a, const struct cells *cells)
{
    struct text_table t;
    int breached = 0, breaks[SLO_LIMITS] = { 0 };
    print_head(&t, cells->cell[0].text);
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->cell[i];
        if (cell->samples[ARM_SIM][FIGURE_CPU].count == 0) /* measured only, or failed */
            continue;
        unsigned broken = slo_broken(&a->session.experiment.base.parameters.slo, cell, ARM_SIM);
        breached += broken != 0;
        for (int k = 0; k < SLO_LIMITS; k++)
            breaks[k] += broken >> k & 1;
        cell_table_values(&t, cell->text);
        for (int f = 0; f < FIGURES_SHOWN; f++)
            print_figure(&t, cell, (enum figure)f, marks(broken, (enum figure)f));
    }
    if (a->quiet) {
        text_table_close(&t);
    } else {
        putchar('\n');
        text_table_print(&t, stdout);
    }
    if (!a->quiet) {
        print_starved(cells);
        print_idle_actions(&a->session.plan, cells);
    }
    if (breached && !a->quiet)
        print_breached(breaks, breached, cells->count);
    return breached;
}

static int report(struct arguments *a, struct store *store, const struct runner_result *result,
                  struct error *err)
{
    struct cells cells;
    const struct experiment *e = &a->session.experiment;
    cells_init(&cells);
    cells.part = &a->session.shard;
    int code = cells_load(&cells, store, e->name, err);
    if (code) {
        cells_close(&cells);
        return command_fail(code, err);
    }
    char *db = session_db_path(&a->session);
    if (!a->quiet) {
        if (*e->question)
            puts(e->question);
        printf("%lld run%s made in %.2f s, %lld already there, %lld failed -> %s\n",
               (long long)result->done, result->done == 1 ? "" : "s", result->wall_s,
               (long long)result->skipped, (long long)result->failed, db);
    }
    if (!a->quiet)
        shard_option_print(&a->session);
    free(db);
    int breached = cells.count ? print_cells(a, &cells) : 0;
    cells_close(&cells);
    int judged = assertions_report(&a->session, store, "sim", a->quiet, err);
    if (judged >= 0)
        return judged;
    return result->failed ? EXIT_FAILED : breached ? EXIT_BREACHED : EXIT_DONE;
}

int cmd_run(int argc, char **argv)
{
    struct arguments a = { .jobs = 0 };
    struct error err;
    struct store *store;
    struct runner_result result;
    int64_t experiment;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    runner_keep_memory();
    int code = session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    code = shard_option_settle(&a.session, a.session.plan.replications, &err);
    code = code ? code : session_store(&a.session, &store, &experiment, &err);
    if (code == 0) {
        code = model_runs(&a.session, store, experiment, a.jobs, a.force, &result, &err);
        code = code ? command_fail(code, &err) : report(&a, store, &result, &err);
        store_close(store);
    } else {
        code = command_fail(code, &err);
    }
    session_close(&a.session);
    return code;
}
