/* cmd_run.c - pushsim run: an experiment in the simulator. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cells.h"
#include "analysis/slo.h"
#include "experiments/cli/assertions.h"
#include "experiments/cli/cell_table.h"
#include "experiments/cli/class_table.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/idle_axes.h"
#include "experiments/cli/model_runs.h"
#include "experiments/cli/option_argument.h"
#include "experiments/cli/process_remarks.h"
#include "experiments/cli/run_remarks.h"
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
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = &a->session;
        return 0;
    case 'j':
        a->jobs = (int)option_argument_count("jobs", arg, 1, 256, state);
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

/* "500ms": a limit of the slo as people write it; NAN: one that is swept. */
static const char *limit_text(char text[UNIT_TEXT_BYTES], enum slo_limit limit, double value)
{
    static const enum unit units[SLO_LIMITS] = { UNIT_TIME, UNIT_TIME, UNIT_SHARE, UNIT_RATE };
    double base = units[limit] == UNIT_TIME ? value * 1e9 : value;
    return isnan(value) ? "its limit" : unit_format_short(text, units[limit], base);
}

struct slo_verdict {               /* of the cells that were simulated */
    double limits[SLO_LIMITS];     /* 0: none; NAN: not the same in all cells */
    size_t cells, broken, unknown; /* in which nothing was measured that a limit is about */
    int breaks[SLO_LIMITS];        /* cells that break this limit */
    size_t mixed;      /* cells of which some runs are too late and others are not */
    size_t late, runs; /* of the last one of them */
};

static void count_runs(struct slo_verdict *v, const struct slo_params *slo,
                       const struct cell *cell)
{
    size_t late = slo_runs_late(slo, cell, ARM_SIM),
           runs = cell->samples[ARM_SIM][FIGURE_CPU].count;
    if (late == 0 || late == runs)
        return;
    v->mixed++;
    v->late = late;
    v->runs = runs;
}

/* Near the knee chance decides: the mean of a cell is not what every run of it does. */
static void print_mixed(const struct slo_verdict *v)
{
    if (v->mixed == 1 && v->cells == 1)
        printf("\nthat is the mean; of its %zu single runs %zu %s too late", v->runs, v->late,
               v->late == 1 ? "is" : "are");
    else if (v->mixed > 0)
        printf(
            "\nthat is by means; in %zu of the cells some runs are too late and others are not",
            v->mixed);
}

/* Is it enough? In words, with the limits that were asked for; nothing where there are none. */
static void print_slo(const struct slo_verdict *v)
{
    const char *between = " (";
    char text[UNIT_TEXT_BYTES];
    if (v->unknown > 0)
        printf("\n! cannot tell whether the slo is kept in %zu of %zu cell%s: nothing was "
               "measured,\nor too much was under way after a drain shorter than the limit\n",
               v->unknown, v->cells, v->cells == 1 ? "" : "s");
    if (v->unknown == v->cells)
        return;
    if (v->broken > 0)
        printf("\n! breaks the slo: %zu of %zu cell%s", v->broken, v->cells,
               v->cells == 1 ? "" : "s");
    for (int i = 0; i < SLO_LIMITS; i++) {
        if (v->limits[i] == 0 || (v->broken > 0 && v->breaks[i] == 0))
            continue;
        if (v->broken == 0 && *between == ' ')
            printf("\nkeeps the slo: %zu of %zu cell%s", v->cells - v->unknown, v->cells,
                   v->cells == 1 ? "" : "s");
        printf("%s%s %s %s", between, slo_limit_name((enum slo_limit)i),
               v->broken ? "above" : "up to",
               limit_text(text, (enum slo_limit)i, v->limits[i]));
        if (v->broken > 0)
            printf(" in %d", v->breaks[i]);
        between = ", ";
    }
    if (*between != ',')
        return;
    putchar(')');
    print_mixed(v);
    putchar('\n');
}

/* The limits of a cell, which may be swept; cells come in the plan's order, *at is where the last
 * one was. NULL: a cell that the plan does not have. */
static const struct slo_params *slo_of(const struct plan *plan, const char *cell, size_t *at)
{
    for (size_t k = 0; k < plan->count; k++) {
        const struct plan_point *point = &plan->points[(*at + k) % plan->count];
        if (strcmp(point->cell, cell) != 0)
            continue;
        *at = (*at + k) % plan->count;
        return &point->settings.parameters.slo;
    }
    return NULL;
}

/* Judges one cell that was simulated; returns which limits it breaks. */
static unsigned judge_cell(struct slo_verdict *v, const struct slo_params *slo,
                           const struct cell *cell)
{
    double limits[SLO_LIMITS];
    if (!slo_any(slo))
        return 0;
    unsigned broken = slo_broken(slo, cell, ARM_SIM);
    slo_limits(slo, limits);
    for (int k = 0; k < SLO_LIMITS; k++) {
        v->limits[k] = v->cells == 0 || v->limits[k] == limits[k] ? limits[k] : NAN;
        v->breaks[k] += broken >> k & 1;
    }
    v->cells++;
    v->broken += broken != 0;
    v->unknown += !slo_known(slo, cell, ARM_SIM);
    count_runs(v, slo, cell);
    return broken;
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

/* Prints a row a cell; *breached: one breaks a limit of the slo, or cannot be judged by it. */
static int print_cells(const struct arguments *a, const struct cells *cells,
                       struct store *store, bool *breached, struct error *err)
{
    struct text_table t;
    struct slo_verdict verdict = { .cells = 0 };
    size_t at = 0;
    print_head(&t, cells->cell[0].text);
    for (size_t i = 0; i < cells->count; i++) {
        const struct cell *cell = &cells->cell[i];
        const struct slo_params *slo = slo_of(&a->session.plan, cell->text, &at);
        if (!slo ||
            cell->samples[ARM_SIM][FIGURE_CPU].count == 0) /* measured only, or failed */
            continue;
        unsigned broken = judge_cell(&verdict, slo, cell);
        cell_table_values(&t, cell->text);
        for (int f = 0; f < FIGURES_SHOWN; f++)
            print_figure(&t, cell, (enum figure)f, marks(broken, (enum figure)f));
    }
    *breached = verdict.broken + verdict.unknown > 0;
    if (a->quiet) {
        text_table_close(&t);
        return 0;
    }
    putchar('\n');
    text_table_print(&t, stdout);
    if (a->session.plan.replications > 1)
        puts("\nmeans over the runs of a cell, ± one standard deviation between them; CPU: "
             "time used");
    int code = class_table_print(&a->session, store, err);
    run_remarks_print(&a->session.plan, cells);
    code = code ? code : process_remarks_print(&a->session, store, err);
    code = code ? code : idle_axes_print(&a->session, store, cells, err);
    print_slo(&verdict);
    return code;
}

/* What was asked besides the file: its question may be about more. */
static void print_overrides(const struct session *s)
{
    for (size_t i = 0; i < s->override_count; i++)
        printf("%s%s=%s%s", i == 0 ? "with " : " ", s->overrides[i].name, s->overrides[i].text,
               i + 1 == s->override_count ? "\n" : "");
}

/* Reads the cells and prints what there is to print; *breached: one breaks the slo. */
static int report_cells(const struct arguments *a, struct store *store,
                        const struct runner_result *result, bool *breached, struct error *err)
{
    struct cells cells;
    const struct experiment *e = &a->session.experiment;
    cells_init(&cells);
    cells.part = &a->session.shard;
    int code = cells_load(&cells, store, e->name, err);
    if (code) {
        cells_close(&cells);
        return code;
    }
    char *db = session_db_path(&a->session);
    if (!a->quiet) {
        if (*e->question)
            puts(e->question);
        print_overrides(&a->session);
        printf("%lld run%s made in %.2f s, %lld already there, %lld failed -> %s\n",
               (long long)result->done, result->done == 1 ? "" : "s", result->wall_s,
               (long long)result->skipped, (long long)result->failed, db);
        if (result->replaced > 0)
            printf("in place of %lld older ones, asked otherwise or by another program\n",
                   (long long)result->replaced);
        shard_option_print(&a->session);
    }
    free(db);
    if (cells.count > 0)
        code = print_cells(a, &cells, store, breached, err);
    cells_close(&cells);
    return code;
}

/* Is there a table to print or a limit to keep? */
static bool needs_cells(const struct arguments *a)
{
    return !a->quiet || session_has_slo(&a->session);
}

static int report(struct arguments *a, struct store *store, const struct runner_result *result,
                  struct error *err)
{
    bool breached = false;
    int code = needs_cells(a) ? report_cells(a, store, result, &breached, err) : 0;
    if (code)
        return command_fail(code, err);
    int judged = assertions_report(&a->session, store, ARM_SIM, a->quiet, err);
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
    store_prepare_process();
    int code = session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    code = shard_option_settle(&a.session, a.session.plan.replications, &err);
    sigset_t before;
    model_runs_hold(&before);
    code = code ? code : session_store(&a.session, &store, &experiment, &err);
    if (code == 0) {
        session_warn_ranges(&a.session);
        code = model_runs(&a.session, store, experiment, a.jobs, a.force, &result, &err);
        code = code ? command_fail(code, &err) : report(&a, store, &result, &err);
        store_close(store);
    } else {
        code = command_fail(code, &err);
    }
    session_close(&a.session);
    model_runs_release(&before);
    return code;
}
