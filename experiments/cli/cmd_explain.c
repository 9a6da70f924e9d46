/* cmd_explain.c - pushsim explain: what broke first in a run, when, why, and did it recover. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <argp.h>

#include "analysis/explain.h"
#include "analysis/explain_cells.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/explain_none.h"
#include "experiments/cli/explain_table.h"
#include "experiments/cli/option_argument.h"
#include "experiments/run/expectation.h"

struct arguments {
    const char *db;
    const char *experiment; /* NULL: all */
    enum arm arm;
    const char *cell;    /* NULL: all */
    int64_t point;       /* 0: all, as a table */
    int64_t replication; /* 0: all */
    bool json;
};

static const struct argp_option options[] = {
    { "experiment", 'e', "NAME", 0, "Which, when the database holds several (default: all)",
      0 },
    { "arm", 'a', "ARM", 0, "sim, real or both (default)", 0 },
    { "cell", 'c', "VALUES", 0, "Cells with these swept values only (\"protocol=sse\")", 0 },
    { "format", 'F', "FORMAT", 0, "text (default) or json", 0 },
    { 0 },
};

static void parse_run(struct arguments *a, const char *text, struct argp_state *state)
{
    int used = 0;
    long long point = 0, replication = 1;
    if (sscanf(text, "%lld%n/%lld%n", &point, &used, &replication, &used) < 1 || text[used] ||
        point < 1 || replication < 1)
        argp_error(state, "'%s' is no run: POINT or POINT/REPLICATION, both from 1", text);
    a->point = point;
    a->replication = replication;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const formats[] = { "text", "json", NULL };
    struct arguments *a = state->input;
    switch (key) {
    case 'e':
        a->experiment = arg;
        return 0;
    case 'a':
        a->arm = (enum arm)option_argument_word("arm", arg, arm_words, state);
        return 0;
    case 'c':
        a->cell = arg;
        return 0;
    case 'F':
        a->json = option_argument_word("format", arg, formats, state) == 1;
        return 0;
    case ARGP_KEY_ARG:
        if (a->point > 0)
            argp_error(state, "one run at a time: '%s' is one too many", arg);
        else if (a->db)
            parse_run(a, arg, state);
        else
            a->db = arg;
        return 0;
    case ARGP_KEY_END:
        if (!a->db)
            argp_error(state, "which database?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    "DB [POINT[/REPLICATION]]",
    "Explain how a run failed: what broke first, the phases of the failure, recovery after the "
    "pressure, whether CPU and probes looked well meanwhile, and where the time of the latest "
    "deliveries went. Without a run: a table, one line a cell. Definitions: data/results.md.",
    NULL,
    NULL,
    NULL,
};

/* -- words and JSON ------------------------------------------------------------------------ */

/* Writes run number `written` (from 0) of those asked for. */
static void write_one(const struct arguments *a, const struct explanation *e, size_t written)
{
    if (written > 0)
        fputs(a->json ? ",\n" : "\n", stdout);
    (a->json ? explain_write_json : explain_write)(e, stdout);
}

/* -- the table ----------------------------------------------------------------------------- */

static void print_table(const struct explain_cells *cells)
{
    struct text_table t = { 0 };
    const char *experiment = "";
    for (size_t i = 0; i < cells->count; i++) {
        const struct explain_cell *c = &cells->cell[i];
        if (strcmp(c->experiment, experiment) != 0) {
            if (t.columns > 0)
                text_table_print(&t, stdout);
            printf("%s%s\n", i ? "\n" : "", c->experiment);
            explain_table_start(&t, c->cell);
            experiment = c->experiment;
        }
        explain_table_add(&t, c);
    }
    if (t.columns > 0)
        text_table_print(&t, stdout);
    puts("\n" EXPLAIN_TABLE_LEGEND);
}

/* -- life ---------------------------------------------------------------------------------- */

static bool wanted(const struct arguments *a, const struct store_found *run)
{
    struct expectation cell = { .cell = (char *)a->cell };
    return run->status == RUN_DONE && (!a->cell || expectation_applies(&cell, run->cell));
}

static int explain_all(const struct arguments *a, struct store *store,
                       const struct store_found *runs, size_t count, struct error *err)
{
    struct explain_cells cells = { 0 };
    bool words = a->json || a->point > 0;
    size_t told = 0;
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        struct explanation e;
        if (!wanted(a, &runs[i]))
            continue;
        code = explain_init(&e, store, &runs[i], &phases_defaults, err);
        if (code)
            break;
        if (words && a->json && told == 0)
            puts("[");
        if (words)
            write_one(a, &e, told);
        else
            explain_cells_add(&cells, &e);
        told++;
        explain_close(&e);
    }
    if (code == 0 && told == 0)
        code = explain_none(store, a->db, a->experiment, a->arm, a->cell, err);
    else if (code == 0 && !words)
        print_table(&cells);
    else if (code == 0 && a->json)
        puts("\n]");
    explain_cells_close(&cells);
    return code;
}

int cmd_explain(int argc, char **argv)
{
    struct arguments a = { .arm = ARM_BOTH };
    struct error err;
    struct store *store;
    struct store_found *runs;
    size_t count;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = store_open(&store, a.db, STORE_READ, &err);
    if (code)
        return command_fail(code, &err);
    code = store_find(store, a.experiment, a.arm, a.point, a.replication, &runs, &count, &err);
    if (code == 0) {
        code = explain_all(&a, store, runs, count, &err);
        store_found_free(runs, count);
    }
    store_close(store);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
