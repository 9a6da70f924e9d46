/* cmd_report.c - pushsim report: all that a database shows, as one page of Markdown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <argp.h>

#include "analysis/compare.h"
#include "analysis/slo.h"
#include "experiments/cli/cell_table.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/compare_outcomes.h"
#include "experiments/cli/compare_table.h"
#include "experiments/cli/explain_table.h"
#include "experiments/cli/plan_share.h"
#include "experiments/cli/report_trust.h"
#include "experiments/cli/session.h"
#include "experiments/cli/tries_print.h"

#define UNFINISHED_SHOWN 20

struct arguments {
    const char *db;
    const char *experiment; /* NULL: all */
};

static const struct argp_option options[] = {
    { "experiment", 'e', "NAME", 0, "Which, when the database holds several (default: all)",
      0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 'e':
        a->experiment = arg;
        return 0;
    default:
        return command_parse_database(key, arg, state, &a->db);
    }
}

static const struct argp argp = {
    options,
    parse,
    "DB",
    "Write what a database shows as one page of Markdown: for each experiment the figures of "
    "both "
    "arms, which cells keep the slo and what becomes of the service in them, what broke first, "
    "the phases and recovery, where the latest deliveries spent their time, and the "
    "experiment's "
    "text.",
    NULL,
    NULL,
    NULL,
};

struct report { /* of one experiment */
    struct store *store;
    const char *name;
    const char *source;       /* the experiment's text */
    struct store_found *runs; /* owned */
    size_t run_count;
    struct plan_share share;
    struct cells cells;
    struct arms_shown shown;
    struct outcomes outcomes;
    struct explain_cells explained;
};

static bool is_done(const struct store_found *run)
{
    return run->status == RUN_DONE;
}

/* -- sections ------------------------------------------------------------------------------ */

static void write_runs(const struct report *r)
{
    size_t done[ARMS] = { 0 }, unfinished = 0;
    for (size_t i = 0; i < r->run_count; i++)
        if (is_done(&r->runs[i]))
            done[r->runs[i].arm]++;
    printf("%zu simulated and %zu measured runs of %zu cell%s.\n", done[ARM_SIM],
           done[ARM_REAL], r->cells.count, r->cells.count == 1 ? "" : "s");
    plan_share_print(&r->share, stdout);
    for (size_t i = 0; i < r->run_count; i++) {
        const struct store_found *run = &r->runs[i];
        if (is_done(run) || unfinished++ >= UNFINISHED_SHOWN)
            continue;
        printf("%s- not used (%s): %s run %lld of %s: %s\n", unfinished == 1 ? "\n" : "",
               run_status_words[run->status], arm_words[run->arm], (long long)run->replication,
               *run->cell ? run->cell : "the one cell", run->reason);
    }
    if (unfinished > UNFINISHED_SHOWN)
        printf("- and %zu more\n", unfinished - UNFINISHED_SHOWN);
}

static void write_figures(const struct report *r)
{
    struct comparison *rows;
    struct text_table t;
    size_t count = compare_cells(&r->cells, &rows);
    if (r->shown.both)
        puts(
            "\n## Figures\n\nMedians over the runs of a cell: simulated, measured, simulated / "
            "measured (\\* within the spread of the measured).\n");
    else
        printf("\n## Figures\n\nMedians over the %s runs of a cell.\n\n",
               r->shown.arm[ARM_SIM] ? "simulated" : "measured");
    compare_table_wide(&t, &r->shown, rows, count);
    text_table_print_markdown(&t, stdout);
    free(rows);
}

/* The limits that the cell's runs were made with. Cells come in one order in both lists: *at is
 * where the last one was. */
static const struct slo_params *slo_of(const struct report *r, const char *cell, size_t *at)
{
    const struct explain_cells *all = &r->explained;
    while (strcmp(all->cell[*at].cell, cell) != 0)
        *at = (*at + 1) % all->count;
    return &all->cell[*at].slo;
}

/* "kept", "breaks p99, drops", "cannot be told", "-" without runs or limits. */
static void slo_cell(struct text_table *t, const struct slo_params *slo,
                     const struct cell *cell, enum arm arm)
{
    bool any = slo_any(slo) && cell->samples[arm][FIGURE_CPU].count > 0;
    char names[96] = "";
    unsigned broken = slo_broken(slo, cell, arm);
    for (int i = 0; i < SLO_LIMITS; i++)
        if (broken >> i & 1)
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
                     *names ? ", " : "breaks ", slo_limit_name((enum slo_limit)i));
    const char *whole = slo_known(slo, cell, arm) ? "kept" : "cannot be told";
    text_table_cell(t, "%s", !any ? "-" : *names ? names : whole);
}

static void write_decision(const struct report *r)
{
    struct text_table t;
    size_t at = 0;
    text_table_init(&t);
    cell_table_columns(&t, r->cells.cell[0].text);
    arms_shown_columns(&r->shown, &t, "slo", false);
    for (size_t i = 0; i < r->cells.count; i++) {
        const struct cell *cell = &r->cells.cell[i];
        const struct slo_params *slo = slo_of(r, cell->text, &at);
        cell_table_values(&t, cell->text);
        for (int a = 0; a < ARMS; a++)
            if (r->shown.arm[a])
                slo_cell(&t, slo, cell, (enum arm)a);
    }
    puts("\n## Which cells hold\n\nThe slo over whole runs, by means over a cell's runs as in "
         "`pushsim run` (other tables have\nmedians), then what became of the service.\n");
    text_table_print_markdown(&t, stdout);
    putchar('\n');
    compare_outcomes_table(&t, &r->shown, &r->outcomes);
    text_table_print_markdown(&t, stdout);
}

static void write_failures(const struct report *r)
{
    struct text_table t;
    explain_table_start(&t, r->explained.cell[0].cell);
    for (size_t i = 0; i < r->explained.count; i++)
        explain_table_add(&t, &r->explained.cell[i]);
    puts("\n## What broke first\n");
    text_table_print_markdown(&t, stdout);
    puts("\n" EXPLAIN_TABLE_LEGEND);
}

/* Where the latest 1 % of deliveries spent their time; only simulated runs tell. */
static void write_blame(const struct report *r)
{
    struct text_table t;
    text_table_init(&t);
    cell_table_columns(&t, r->explained.cell[0].cell);
    for (int part = 0; part < BLAME_PARTS; part++)
        text_table_column(&t, blame_part_name((enum blame_part)part), true);
    size_t heads = t.count;
    for (size_t i = 0; i < r->explained.count; i++) {
        const struct explain_cell *c = &r->explained.cell[i];
        if (explain_cell_blame(c) == BLAME_PARTS)
            continue;
        cell_table_values(&t, c->cell);
        for (int part = 0; part < BLAME_PARTS; part++)
            text_table_cell(&t, "%.0f %%", 100 * c->blame[part] / (double)c->runs);
    }
    if (t.count == heads) {
        text_table_close(&t);
        return;
    }
    puts("\n## Blame\n\nWhere the latest 1 % of the simulated deliveries spent their time.\n");
    text_table_print_markdown(&t, stdout);
}

/* -- one experiment ------------------------------------------------------------------------ */

static int explain_runs(struct report *r, struct error *err)
{
    int code = 0;
    for (size_t i = 0; i < r->run_count && code == 0; i++) {
        struct explanation e;
        if (!is_done(&r->runs[i]))
            continue;
        code = explain_init(&e, r->store, &r->runs[i], &phases_defaults, err);
        if (code)
            break;
        explain_cells_add(&r->explained, &e);
        explain_close(&e);
    }
    return code;
}

static int write_sections(struct report *r, struct error *err)
{
    printf("# %s\n\n", r->name);
    write_runs(r);
    r->shown = arms_shown_of(&r->cells);
    if (r->cells.count > 0) {
        session_warn_settings(&r->cells);
        tries_print_left_out(&r->cells, stderr);
        write_figures(r);
        write_decision(r);
        write_failures(r);
        write_blame(r);
        int code = report_trust(r->store, r->name, &r->cells, err);
        if (code)
            return code;
    }
    printf("\n## The experiment\n\n~~~~yaml\n%s%s~~~~\n", r->source,
           *r->source && r->source[strlen(r->source) - 1] == '\n' ? "" : "\n");
    return 0;
}

static int write_experiment(struct store *store, const char *name, const char *source,
                            struct error *err)
{
    struct report r = { .store = store, .name = name, .source = source };
    cells_init(&r.cells);
    int code = store_find(store, name, ARM_BOTH, 0, 0, &r.runs, &r.run_count, err);
    if (code)
        return code;
    code = plan_share_add(&r.share, store, name, err);
    code = code ? code : cells_load(&r.cells, store, name, err);
    code = code ? code : outcomes_load(&r.outcomes, store, name, err);
    code = code ? code : explain_runs(&r, err);
    code = code ? code : write_sections(&r, err);
    explain_cells_close(&r.explained);
    outcomes_close(&r.outcomes);
    cells_close(&r.cells);
    store_found_free(r.runs, r.run_count);
    return code;
}

/* -- life ---------------------------------------------------------------------------------- */

struct walk {
    const struct arguments *arguments;
    struct store *store;
    size_t written; /* experiments */
    int code;
    struct error *err;
};

static void each_experiment(void *context, const char *name, const char *source)
{
    struct walk *w = context;
    const char *only = w->arguments->experiment;
    if (w->code || (only && strcmp(name, only) != 0))
        return;
    if (w->written++ > 0)
        putchar('\n');
    w->code = write_experiment(w->store, name, source, w->err);
}

int cmd_report(int argc, char **argv)
{
    struct arguments a = { 0 };
    struct error err;
    struct walk walk = { .arguments = &a, .err = &err };
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = store_open(&walk.store, a.db, STORE_READ, &err);
    if (code)
        return command_fail(code, &err);
    code = store_experiments(walk.store, each_experiment, &walk, &err);
    code = code ? code : walk.code;
    if (code == 0 && walk.written == 0)
        code = error_set(&err, ERR_INVALID, "%s: holds no experiment%s%s", a.db,
                         a.experiment ? " of the name " : "", a.experiment ? a.experiment : "");
    store_close(walk.store);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
