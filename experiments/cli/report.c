#include "experiments/cli/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare.h"
#include "analysis/slo.h"
#include "experiments/cli/cell_table.h"
#include "experiments/cli/compare_outcomes.h"
#include "experiments/cli/compare_table.h"
#include "experiments/cli/explain_table.h"
#include "experiments/cli/plan_share.h"
#include "experiments/cli/report_charts.h"
#include "experiments/cli/report_trust.h"
#include "experiments/cli/session.h"
#include "experiments/cli/tries_print.h"

#define UNFINISHED_SHOWN 20

struct report { /* of one experiment */
    struct report_page *page;
    struct store *store;
    const char *name;
    const char *source;       /* the experiment's text */
    struct store_found *runs; /* in order of arm, point, replication; owned */
    size_t run_count;
    struct plan_share share;
    struct cells cells;
    struct arms_shown shown;
    struct outcomes outcomes;
    struct explain_cells explained;
    struct explanation *course[REPORT_COURSES_MAX]; /* the first run of so many cells; owned */
    size_t courses;
};

static bool is_done(const struct store_found *run)
{
    return run->status == RUN_DONE;
}

/* -- sections ------------------------------------------------------------------------------ */

static void write_share(const struct report *r)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (!out)
        return;
    bool part = plan_share_print(&r->share, out);
    fclose(out);
    if (part)
        report_page_text(r->page, "%.*s", (int)strcspn(text, "\n"), text);
    free(text);
}

static void write_runs(const struct report *r)
{
    size_t done[ARMS] = { 0 }, unfinished = 0;
    for (size_t i = 0; i < r->run_count; i++)
        if (is_done(&r->runs[i]))
            done[r->runs[i].arm]++;
    report_page_text(r->page, "%zu simulated and %zu measured runs of %zu cell%s.",
                     done[ARM_SIM], done[ARM_REAL], r->cells.count,
                     r->cells.count == 1 ? "" : "s");
    write_share(r);
    for (size_t i = 0; i < r->run_count; i++) {
        const struct store_found *run = &r->runs[i];
        if (is_done(run) || unfinished++ >= UNFINISHED_SHOWN)
            continue;
        report_page_item(r->page, "not used (%s): %s run %lld of %s: %s",
                         run_status_words[run->status], arm_words[run->arm],
                         (long long)run->replication, *run->cell ? run->cell : "the one cell",
                         run->reason);
    }
    if (unfinished > UNFINISHED_SHOWN)
        report_page_item(r->page, "and %zu more", unfinished - UNFINISHED_SHOWN);
}

static void write_figures(const struct report *r)
{
    struct comparison *rows;
    struct text_table t;
    size_t count = compare_cells(&r->cells, &rows);
    report_page_heading(r->page, 2, "Figures");
    if (r->shown.both)
        report_page_text(r->page,
                         "Medians over the runs of a cell: simulated, measured, simulated / "
                         "measured (\\* within the spread of the measured).");
    else
        report_page_text(r->page, "Medians over the %s runs of a cell.",
                         r->shown.arm[ARM_SIM] ? "simulated" : "measured");
    compare_table_wide(&t, &r->shown, rows, count);
    report_page_table(r->page, &t);
    free(rows);
}

/* The limits that the cell's runs were made with. Both lists are of the same runs, and come in one
 * order: *at is where the last one was. */
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
    report_page_heading(r->page, 2, "Which cells hold");
    report_page_text(r->page,
                     "The slo over whole runs, by means over a cell's runs as in `pushsim run` "
                     "(other tables have\nmedians), then what became of the service.");
    report_page_table(r->page, &t);
    compare_outcomes_table(&t, &r->shown, &r->outcomes);
    report_page_table(r->page, &t);
}

static void write_failures(const struct report *r)
{
    struct text_table t;
    explain_table_start(&t, r->explained.cell[0].cell);
    for (size_t i = 0; i < r->explained.count; i++)
        explain_table_add(&t, &r->explained.cell[i]);
    report_page_heading(r->page, 2, "What broke first");
    report_page_table(r->page, &t);
    report_page_text(r->page, EXPLAIN_TABLE_LEGEND);
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
    report_page_heading(r->page, 2, "Blame");
    report_page_text(r->page,
                     "Where the latest 1 %% of the simulated deliveries spent their time.");
    report_page_table(r->page, &t);
}

/* -- charts, of a page of HTML ----------------------------------------------------------------- */

/* NAN: there is none, or it is swept. */
static double common_p99(const struct report *r)
{
    int64_t p99_ns = r->explained.cell[0].slo.p99_ns;
    for (size_t i = 1; i < r->explained.count; i++)
        if (r->explained.cell[i].slo.p99_ns != p99_ns)
            return NAN;
    return p99_ns > 0 ? (double)p99_ns / 1e9 : NAN;
}

static void write_courses(const struct report *r)
{
    if (r->courses == 0)
        return;
    report_page_heading(r->page, 2, "The course of single runs");
    report_page_text(
        r->page,
        "The first run of each cell, second by second (`pushsim explain` tells the "
        "words)%s.",
        r->courses == REPORT_COURSES_MAX && r->courses < r->explained.count
            ? "; of the first cells alone"
            : "");
    for (size_t i = 0; i < r->courses; i++)
        report_charts_course(r->page, r->course[i]);
}

/* -- one experiment ------------------------------------------------------------------------ */

/* Keeps what a chart is drawn from, of a cell's first run: two windows are the least. */
static bool keep_course(struct report *r, struct explanation *e)
{
    if (r->page->format != PAGE_HTML || r->courses == REPORT_COURSES_MAX ||
        e->phases.count < 2 || r->explained.cell[r->explained.count - 1].runs > 1)
        return false;
    r->course[r->courses] = mem_alloc(sizeof *e);
    *r->course[r->courses++] = *e;
    return true;
}

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
        if (!keep_course(r, &e))
            explain_close(&e);
    }
    return code;
}

static int write_sections(struct report *r, struct error *err)
{
    bool charts = r->page->format == PAGE_HTML;
    report_page_heading(r->page, 1, r->name);
    write_runs(r);
    r->shown = arms_shown_of(&r->cells);
    if (r->cells.count > 0) {
        session_warn_settings(&r->cells);
        tries_print_left_out(&r->cells, stderr);
        write_figures(r);
        if (charts)
            report_charts_lines(r->page, &r->cells, &r->shown, common_p99(r));
        write_decision(r);
        write_failures(r);
        write_blame(r);
        if (charts)
            write_courses(r);
        int code = report_trust(r->page, r->store, r->name, &r->cells, &r->shown, err);
        if (code)
            return code;
    }
    report_page_heading(r->page, 2, "The experiment");
    report_page_code(r->page, r->source);
    return 0;
}

static void close_report(struct report *r)
{
    for (size_t i = 0; i < r->courses; i++) {
        explain_close(r->course[i]);
        free(r->course[i]);
    }
    explain_cells_close(&r->explained);
    outcomes_close(&r->outcomes);
    cells_close(&r->cells);
    store_found_free(r->runs, r->run_count);
}

int report_write(struct report_page *page, struct store *store, const char *name,
                 const char *source, struct error *err)
{
    struct report r = { .page = page, .store = store, .name = name, .source = source };
    cells_init(&r.cells);
    int code = store_find(store, name, ARM_BOTH, 0, 0, &r.runs, &r.run_count, err);
    if (code)
        return code;
    code = plan_share_add(&r.share, store, name, err);
    code = code ? code : cells_load(&r.cells, store, name, err);
    code = code ? code : outcomes_load(&r.outcomes, store, name, err);
    code = code ? code : explain_runs(&r, err);
    code = code ? code : write_sections(&r, err);
    close_report(&r);
    return code;
}
