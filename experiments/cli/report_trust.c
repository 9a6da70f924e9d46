#include "experiments/cli/report_trust.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/compare.h"
#include "experiments/cli/cell_table.h"
#include "experiments/cli/compare_table.h"
#include "experiments/cli/text_table.h"

struct origins {
    struct text_table table;
    bool profile, none; /* there are simulated runs with one, without one */
};

static void add_origin(void *context, const struct store_origin *o)
{
    struct origins *all = context;
    struct text_table *t = &all->table;
    bool sim = o->arm == ARM_SIM;
    all->profile |= sim && *o->profile;
    all->none |= sim && !*o->profile;
    text_table_cell(t, "%s", arm_words[o->arm]);
    text_table_cell(t, "%lld", (long long)o->runs);
    text_table_cell(t, "%s", o->code);
    text_table_cell(t, "%s", *o->host ? o->host : "-");
    text_table_cell(t, "%s", !sim ? "-" : *o->profile ? o->profile : "none");
    text_table_cell(t, "%lld", (long long)o->seed);
    text_table_cell(t, "%s", o->first);
    text_table_cell(t, "%s", o->last);
}

static int write_origins(struct report_page *page, struct store *store, const char *experiment,
                         struct origins *all, struct error *err)
{
    struct text_table *t = &all->table;
    text_table_init(t);
    text_table_column(t, "arm", false);
    text_table_column(t, "runs", true);
    text_table_column(t, "pushsim", false);
    text_table_column(t, "host", false);
    text_table_column(t, "profile", false);
    text_table_column(t, "seed", true);
    text_table_column(t, "first run", false);
    text_table_column(t, "last run", false);
    int code = store_origins(store, experiment, add_origin, all, err);
    if (code)
        text_table_close(t);
    else
        report_page_table(page, t);
    return code;
}

/* -- how far from what was measured ------------------------------------------------------------ */

struct outside {
    struct text_table table;
    size_t cells, told; /* told: whether they lie inside */
    size_t out;
};

static void add_outside(void *context, const char *cell, const char *outside)
{
    struct outside *o = context;
    if (o->cells++ == 0) {
        text_table_init(&o->table);
        cell_table_columns(&o->table, cell);
        text_table_column(&o->table, "outside (fitted to)", false);
    }
    o->told += *outside != '\0';
    if (!*outside || strcmp(outside, "none") == 0)
        return;
    o->out++;
    cell_table_values(&o->table, cell);
    text_table_cell(&o->table, "%s", outside);
}

/* A figure of such a cell looks as sure as any other. */
static int write_outside(struct report_page *page, struct store *store, const char *experiment,
                         struct error *err)
{
    struct outside o = { .cells = 0 };
    int code = store_outside(store, experiment, add_outside, &o, err);
    if (code == 0 && o.told == 0)
        report_page_text(
            page,
            "Which cells lie outside of what the profile was fitted to is not noted: it "
            "tells no ranges, or an older\nprogram made the runs (`pushsim check` tells it "
            "of the experiment).");
    else if (code == 0 && o.out == 0)
        report_page_text(page, "No cell lies outside of what the profile was fitted to%s.",
                         o.told < o.cells ? ", of those for which that is noted" : "");
    else if (code == 0)
        report_page_text(
            page,
            "%zu of %zu cell%s %s outside of what the profile was fitted to, by more than "
            "a quarter or in kind: there the\nmodel extrapolates.",
            o.out, o.cells, o.cells == 1 ? "" : "s", o.out == 1 ? "lies" : "lie");
    if (code == 0 && o.out > 0)
        report_page_table(page, &o.table);
    else if (o.cells > 0)
        text_table_close(&o.table);
    return code;
}

int report_trust(struct report_page *page, struct store *store, const char *experiment,
                 const struct cells *cells, const struct arms_shown *shown, struct error *err)
{
    struct text_table t;
    struct comparison *rows;
    struct origins origins = { .profile = false };
    report_page_heading(page, 2, "How far it can be trusted");
    int code = write_origins(page, store, experiment, &origins, err);
    if (code)
        return code;
    if (origins.profile) {
        report_page_text(page,
                         "The profile's file tells on which host its costs were measured and "
                         "how well they fit.");
        code = write_outside(page, store, experiment, err);
        if (code)
            return code;
    }
    if (origins.none)
        report_page_text(page,
                         "No profile: the costs are defaults, of no server that was measured.");
    report_page_text(page,
                     "The p99 of single runs: median and spread (least to greatest; from 19 "
                     "runs on 5 %% to 95 %%).");
    size_t count = compare_figures(cells, FIGURE_P99, FIGURE_P99 + 1, &rows);
    compare_table_long(&t, shown, rows, count);
    report_page_table(page, &t);
    free(rows);
    return 0;
}
