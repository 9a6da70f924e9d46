/* cmd_compare.c - pushsim compare: simulated beside measured. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <argp.h>

#include "analysis/compare.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/compare_outcomes.h"
#include "experiments/cli/compare_table.h"
#include "experiments/cli/option_argument.h"
#include "experiments/cli/plan_share.h"
#include "experiments/cli/session.h"
#include "experiments/cli/text_table.h"
#include "experiments/cli/tries_print.h"

#define DATABASES_MAX     16
#define FAN_OUT_TOLERANCE 0.15

struct arguments {
    const char *db[DATABASES_MAX];
    int count;
    const char *experiment; /* NULL: the only one of the first database */
    double threshold_s;     /* of the knee; 0: 5 times ample */
    bool json;
    bool outcomes; /* drops, disconnects, recovery instead of the figures */
    bool fan_out;  /* first byte, slope and order instead */
    bool all;      /* every figure with its spread */
};

static const struct argp_option options[] = {
    { "experiment", 'e', "NAME", 0, "Which, when the first database holds several", 0 },
    { "threshold", 't', "TIME", 0,
      "p99 beyond which a cell is past the knee (default: 5 times that of the amplest cell)",
      0 },
    { "spread", 's', NULL, 0, "One line a figure, with the spread over runs", 0 },
    { "outcomes", 'o', NULL, 0,
      "Drops or none, disconnects or none, recovers or not, and whether the arms agree", 0 },
    { "fan-out", 'f', NULL, 0,
      "First byte of a publish, time from one client to the next, their order", 0 },
    { "format", 'F', "FORMAT", 0, "table (default) or json", 0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const formats[] = { "table", "json", NULL };
    struct arguments *a = state->input;
    struct error err;
    double ns = 0;
    switch (key) {
    case 'e':
        a->experiment = arg;
        return 0;
    case 't':
        if (unit_parse(arg, UNIT_TIME, &ns, &err) || ns <= 0)
            argp_error(state, "--threshold %s: must be a time (e.g. 500ms)", arg);
        a->threshold_s = ns / 1e9;
        return 0;
    case 's':
        a->all = true;
        return 0;
    case 'o':
        a->outcomes = true;
        return 0;
    case 'f':
        a->fan_out = true;
        return 0;
    case 'F':
        a->json = option_argument_word("format", arg, formats, state) == 1;
        return 0;
    case ARGP_KEY_ARG:
        if (a->count == DATABASES_MAX)
            argp_error(state, "more than %d databases", DATABASES_MAX);
        a->db[a->count++] = arg;
        return 0;
    case ARGP_KEY_END:
        if (a->count == 0)
            argp_error(state, "which database?");
        if (a->outcomes && a->json)
            argp_error(state, "--outcomes is a table: there is no JSON of it");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    "DB [MEASURED.db...]",
    "For each cell, simulated beside measured: p50, p95, p99, drops, throttled share, CPU "
    "used, "
    "and the ratio sim/real. The arms may stand in different databases.",
    NULL,
    NULL,
    NULL,
};

static int load(const struct arguments *a, struct cells *cells, struct outcomes *outcomes,
                struct plan_share *share, struct error *err)
{
    char *name = a->experiment ? mem_strdup(a->experiment) : NULL;
    int code = 0;
    for (int i = 0; i < a->count && code == 0; i++) {
        struct store *store;
        code = store_open(&store, a->db[i], STORE_READ, err);
        if (code)
            break;
        if (!name)
            code = store_only_experiment(store, &name, err);
        if (code == 0)
            code = cells_load(cells, store, name, err);
        if (code == 0)
            code = plan_share_add(share, store, name, err);
        if (code == 0 && a->outcomes)
            code = outcomes_load(outcomes, store, name, err);
        store_close(store);
    }
    free(name);
    return code;
}

static void print_error(const struct arms_shown *shown, const struct comparison *rows,
                        size_t count)
{
    size_t n, unused;
    double all = compare_error(rows, count, -1, &n);
    if (n == 0) {
        arms_shown_print_none(shown);
        return;
    }
    printf("\nmedian |sim/real - 1| over p50, p95, p99 of %zu cell%s: %.0f%% (p50 %.0f%%, p95 "
           "%.0f%%, p99 %.0f%%); * within the spread of the real runs\n",
           n / 3, n == 3 ? "" : "s", 100 * all,
           100 * compare_error(rows, count, FIGURE_P50, &unused),
           100 * compare_error(rows, count, FIGURE_P95, &unused),
           100 * compare_error(rows, count, FIGURE_P99, &unused));
}

static void print_knees(const struct arguments *a, const struct cells *cells)
{
    struct knee *knees;
    char text[UNIT_TEXT_BYTES];
    size_t count = compare_knees(cells, a->threshold_s, &knees);
    if (count && a->threshold_s > 0)
        printf("knee: the first cell with p99 above %s\n",
               unit_format_short(text, UNIT_TIME, a->threshold_s * 1e9));
    else if (count)
        printf("knee: the first cell with p99 above %g times that of the amplest\n",
               COMPARE_KNEE_FACTOR);
    for (size_t i = 0; i < count; i++) {
        const struct knee *k = &knees[i];
        printf("  %s%ssim %s, real %s", k->group, *k->group ? ": " : "", k->value[ARM_SIM],
               k->value[ARM_REAL]);
        if (k->apart >= 0)
            printf(k->apart ? " (%d apart)" : " (same)", k->apart);
        printf("  [%s]\n", k->option);
    }
    free(knees);
}

/* How many calm first bytes and slopes (models/fan_out.h) agree as closely as asked. */
static void print_agreement(const struct comparison *rows, size_t count)
{
    int both = 0, close = 0;
    for (size_t i = 0; i < count; i++) {
        bool judged =
            rows[i].figure == FIGURE_FIRST_CALM || rows[i].figure == FIGURE_SLOPE_CALM;
        if (!judged || !isfinite(rows[i].ratio))
            continue;
        both++;
        close += fabs(rows[i].ratio - 1) <= FAN_OUT_TOLERANCE;
    }
    printf("\nfirst byte and slope when calm: %d of %d within %.0f %%\n", close, both,
           100 * FAN_OUT_TOLERANCE);
}

/* `run` has means: the same database shows two figures for a cell. */
static void print_legend(const struct arguments *a)
{
    bool spread = a->all || a->fan_out;
    printf("\nmedians over the runs of a cell%s\n",
           spread ? "; spread: least to greatest, from 19 runs on 5 % to 95 %"
                  : " (pushsim run: means)");
}

static void print_figures(const struct arguments *a, const struct cells *cells,
                          const struct arms_shown *shown)
{
    struct comparison *rows;
    struct text_table t;
    size_t count = a->fan_out
                       ? compare_figures(cells, FIGURE_FIRST, FIGURE_ORDER_KEPT + 1, &rows)
                       : compare_cells(cells, &rows);
    if (a->json) {
        compare_write_json(rows, count, stdout);
    } else if (a->fan_out) {
        compare_table_long(&t, shown, rows, count);
        text_table_print(&t, stdout);
        print_legend(a);
        print_agreement(rows, count);
    } else {
        if (a->all)
            compare_table_long(&t, shown, rows, count);
        else
            compare_table_wide(&t, shown, rows, count);
        text_table_print(&t, stdout);
        print_legend(a);
        print_error(shown, rows, count);
        print_knees(a, cells);
    }
    free(rows);
}

int cmd_compare(int argc, char **argv)
{
    struct arguments a = { 0 };
    struct cells cells;
    struct outcomes outcomes = { 0 };
    struct plan_share share = { 0 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    cells_init(&cells);
    int code = load(&a, &cells, &outcomes, &share, &err);
    if (code == 0 && cells.count == 0)
        code = error_set(&err, ERR_INVALID, "%s: no run of this experiment is done", a.db[0]);
    if (code == 0) {
        session_warn_settings(&cells);
        tries_print_left_out(&cells, stderr);
        plan_share_print(&share, a.json ? stderr : stdout);
        const struct arms_shown shown = arms_shown_of(&cells);
        if (a.outcomes)
            compare_print_outcomes(&shown, &outcomes);
        else
            print_figures(&a, &cells, &shown);
    } else {
        code = command_fail(code, &err);
    }
    outcomes_close(&outcomes);
    cells_close(&cells);
    return code;
}
