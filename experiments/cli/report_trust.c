#include "experiments/cli/report_trust.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/compare.h"
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

static int write_origins(struct store *store, const char *experiment, struct origins *all,
                         struct error *err)
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
        text_table_print_markdown(t, stdout);
    return code;
}

int report_trust(struct store *store, const char *experiment, const struct cells *cells,
                 struct error *err)
{
    struct text_table t;
    struct comparison *rows;
    struct origins origins = { .profile = false };
    puts("\n## How far it can be trusted\n");
    int code = write_origins(store, experiment, &origins, err);
    if (code)
        return code;
    if (origins.profile)
        puts("\nThe profile's file tells on which host its costs were measured and how well "
             "they "
             "fit; `pushsim check` tells what of the experiment lies outside of what it was "
             "fitted to.");
    if (origins.none)
        puts("\nNo profile: the costs are defaults, of no server that was measured.");
    puts("\nThe p99 of single runs: median and spread (least to greatest; from 19 runs on 5 % "
         "to 95 %).\n");
    size_t count = compare_figures(cells, FIGURE_P99, FIGURE_P99 + 1, &rows);
    compare_table_long(&t, rows, count);
    text_table_print_markdown(&t, stdout);
    free(rows);
    return 0;
}
