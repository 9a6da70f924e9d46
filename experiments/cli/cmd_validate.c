/* cmd_validate.c - pushsim validate: both arms on cells that the profile was not fitted to. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/compare.h"
#include "analysis/held_out.h"
#include "analysis/host_paces.h"
#include "analysis/validation.h"
#include "experiments/cli/campaign.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/model_runs.h"
#include "experiments/cli/option_argument.h"
#include "experiments/cli/text_table.h"
#include "experiments/cli/tries_print.h"

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV };

struct arguments {
    struct session session;
    const char *server; /* --server, or NULL */
    int64_t repeats;    /* 0 = the plan's */
    enum format format;
    bool sim_only; /* make no real run */
    bool summary;  /* print no cells */
};

enum { KEY_SIM_ONLY = 256, KEY_SUMMARY };

static const struct argp_option options[] = {
    { "profile", 'p', "FILE", 0, "Instead of the experiment's profile", 0 },
    { "repeats", 'r', "N", 0, "Real runs of each cell (default: the experiment's repeats)", 0 },
    { "server", 's', "FILE", 0, "The server's description", 0 },
    { "sim-only", KEY_SIM_ONLY, NULL, 0, "Make no real run: judge the rows that are there", 0 },
    { "summary", KEY_SUMMARY, NULL, 0, "Print the summary alone", 0 },
    { "format", 'F', "FORMAT", 0, "table (default), json or csv", 0 },
    { 0 },
};
static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const formats[] = { "table", "json", "csv", NULL };
    struct arguments *a = state->input;
    struct error err;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->session;
        return 0;
    case 'p':
        if (session_override(&a->session, &(struct override){ .name = "profile", .text = arg },
                             &err))
            argp_error(state, "%s", err.text);
        return 0;
    case 'r':
        a->repeats = option_argument_count("repeats", arg, 1, 1000, state);
        return 0;
    case 's':
        a->server = arg;
        return 0;
    case KEY_SIM_ONLY:
        a->sim_only = true;
        return 0;
    case KEY_SUMMARY:
        a->summary = true;
        return 0;
    case 'F':
        a->format = (enum format)option_argument_word("format", arg, formats, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Run an experiment on both arms and judge the simulator by it: for each cell and figure "
    "the "
    "real median and spread beside the prediction and its interval, then each target, met or "
    "missed, and what a run of the real server itself scores as the prediction of its other "
    "runs. Refuses cells that the profile was fitted to. The "
    "replications draw the costs from their error distribution, where the profile has it "
    "(--set parameters=fixed draws nothing). Runs that the database already has "
    "are not made again; where no cgroup can be made it judges the rows that are there. Exit "
    "99 when a target is missed or cannot be judged.",
    children,
    NULL,
    NULL,
};

/* ---- tables ---- */

/* "sse 500 100B": the swept values without their names. */
static void cell_label(const char *cell, char *out, size_t room)
{
    char key[64], value[UNIT_TEXT_BYTES];
    size_t used = 0;
    *out = '\0';
    while (cell_next(&cell, key, value) && used + strlen(value) + 2 < room)
        used += (size_t)snprintf(out + used, room - used, "%s%s", used ? " " : "", value);
}

static void print_keys(const char *cell)
{
    char key[64], value[UNIT_TEXT_BYTES];
    fputs("cells: ", stdout);
    while (cell_next(&cell, key, value))
        printf(" %s", key);
    puts("");
}

static void spread(struct text_table *t, const struct comparison *c, enum arm arm)
{
    char low[UNIT_TEXT_BYTES], high[UNIT_TEXT_BYTES], value[UNIT_TEXT_BYTES];
    text_table_cell(t, "%s", figure_format(value, c->figure, c->value[arm]));
    if (isnan(c->value[arm]))
        text_table_cell(t, "%s", "");
    else
        text_table_cell(t, "%s..%s", figure_format(low, c->figure, c->low[arm]),
                        figure_format(high, c->figure, c->high[arm]));
}

static void add_row(struct text_table *t, const struct comparison *c,
                    const struct slo_params *slo)
{
    char label[256] = "";
    bool first = c->figure == 0;
    if (first)
        cell_label(c->cell->text, label, sizeof label);
    text_table_cell(t, "%s", label);
    text_table_cell(t, "%s", figure_metric(c->figure));
    spread(t, c, ARM_REAL);
    spread(t, c, ARM_SIM);
    if (isfinite(c->ratio))
        text_table_cell(t, "%.2f", c->ratio);
    else
        text_table_cell(t, "%s", "");
    if (first)
        text_table_cell(t, "%s / %s", load_verdict_name(load_verdict(slo, c->cell, ARM_REAL)),
                        load_verdict_name(load_verdict(slo, c->cell, ARM_SIM)));
    else
        text_table_cell(t, "%s", "");
}

static void print_cells(const struct cells *cells, const struct slo_params *slo)
{
    static const char *const heads[] = { "cell", "metric", "real",  "spread",
                                         "sim",  "90 %",   "ratio", "real / sim" };
    struct text_table t;
    struct comparison *rows;
    size_t count = compare_cells(cells, &rows);
    text_table_init(&t);
    for (int i = 0; i < 8; i++)
        text_table_column(&t, heads[i], i == 2 || i == 4 || i == 6);
    for (size_t i = 0; i < count; i++)
        add_row(&t, &rows[i], slo);
    print_keys(cells->cell[0].text);
    text_table_print(&t, stdout);
    free(rows);
}

/* "0.123", or "-". */
static void number(struct text_table *t, double value)
{
    text_table_cell(t, isnan(value) ? "-" : "%.3f", value);
}

static void add_target(struct text_table *t, const struct validation_score *s,
                       enum validation_score_kind kind)
{
    if (kind == SCORE_COVERAGE)
        text_table_cell(t, "%.2f..%.2f", s->low, s->high);
    else if (kind == SCORE_VERDICT)
        text_table_cell(t, "all");
    else
        text_table_cell(t, "%s%.3f", kind == SCORE_WORST ? "< " : "<= ", s->high);
}

/* Beside the prediction: what a run of the real server would have scored. */
static void add_run_score(struct text_table *t, const struct validation_run *run,
                          enum validation_score_kind kind, bool by_cell)
{
    if (kind <= SCORE_VERDICT)
        number(t, run->value);
    else
        text_table_cell(t, "%s", "");
    if (by_cell && !isnan(run->missed))
        text_table_cell(t, "%g", run->missed);
    else
        text_table_cell(t, "%s", "");
}

static void add_score(struct text_table *t, const struct validation *v,
                      enum validation_score_kind kind)
{
    const struct validation_score *s = &v->scores[kind];
    char label[256] = "";
    text_table_cell(t, "%s", validation_score_name(kind));
    number(t, s->value);
    add_target(t, s, kind);
    if (kind <= SCORE_P99)
        number(t, v->self[kind]);
    else
        text_table_cell(t, "%s", "");
    bool by_cell = kind >= SCORE_WORST && kind <= SCORE_VERDICT;
    if (by_cell)
        text_table_cell(t, "%zu", s->missed);
    else
        text_table_cell(t, "%s", "");
    text_table_cell(t, "%s", s->met ? "met" : isnan(s->value) ? "unknown" : "missed");
    add_run_score(t, &v->run[kind], kind, by_cell);
    add_run_score(t, &v->half[kind], kind, by_cell);
    if (s->worst)
        cell_label(s->worst->text, label, sizeof label);
    text_table_cell(t, "%s", label);
}

static void print_summary(const struct validation *v)
{
    static const char *const heads[] = { "score",
                                         "value",
                                         "target",
                                         "real/real",
                                         "cells out",
                                         "",
                                         "a real run",
                                         "cells out",
                                         "half of them",
                                         "cells out",
                                         "worst, or the first to differ" };
    struct text_table t;
    text_table_init(&t);
    for (int i = 0; i < 11; i++)
        text_table_column(&t, heads[i], i > 0 && i < 10 && i != 5);
    for (int i = 0; i < SCORES; i++)
        add_score(&t, v, (enum validation_score_kind)i);
    printf("\n%zu of %zu cells are known on both arms, by %zu real runs\n", v->known, v->cells,
           v->repeats);
    text_table_print(&t, stdout);
    if (!isnan(v->coverage_error))
        printf("the standard error of the share within the interval is %.3f, by %zu cells\n",
               v->coverage_error, v->coverage_cells);
    if (v->turns > 0)
        printf(
            "a real run: each repeat in turn as the prediction of the others' median, in %zu "
            "cells; median over %zu turns\n"
            "half of them: the median of half of a cell's runs as the prediction of the "
            "others'; "
            "median over random halves\n",
            v->turn_cells, v->turns);
}

/* ---- what is run ---- */

/* The real runs that are missing. Where no cgroup can be made it says so and goes on. */
static int measure(const struct arguments *a, struct store *store, int64_t experiment,
                   struct error *err)
{
    struct campaign c = { .session = &a->session,
                          .store = store,
                          .experiment = experiment,
                          .server = a->server,
                          .repeats = a->repeats,
                          .retries = 2 };
    if (a->sim_only)
        return 0;
    int code = campaign_run(&c, err);
    if (code == ERR_UNAVAILABLE) {
        fprintf(stderr, "pushsim: real arm skipped: %s\n", err->text);
        code = 0;
    } else if (code == 0) {
        fprintf(stderr,
                "%s on %s: %lld real runs made, %lld already there, %lld not sound; %lld tries "
                "rejected\n",
                c.spec.name, c.host, (long long)c.made, (long long)c.skipped,
                (long long)(c.invalid + c.failed), (long long)c.rejected);
    }
    campaign_close(&c);
    return code;
}

/* Of few replications the bounds are least and greatest, and hold less than they are to. */
static void warn_few(int64_t replications)
{
    double level = sample_level((size_t)replications);
    if (level < 1 - 2 * SAMPLE_TAIL)
        fprintf(stderr,
                "pushsim: warning: intervals of %lld replications are expected to hold %.0f %% "
                "of repeats, not 90\n",
                (long long)replications, 100 * level);
}

static int report(const struct arguments *a, struct store *store, struct error *err)
{
    const struct slo_params *slo = &a->session.experiment.base.parameters.slo;
    struct cells cells;
    struct validation v;
    cells_init(&cells);
    int code = cells_load(&cells, store, a->session.experiment.name, err);
    if (code) {
        cells_close(&cells);
        return command_fail(code, err);
    }
    validation_judge(&v, &cells, slo);
    session_warn_settings(&cells);
    warn_few(a->session.plan.replications);
    if (a->format == FORMAT_JSON)
        validation_write_json(&v, &cells, slo, stdout);
    else if (a->format == FORMAT_CSV)
        validation_write_csv(&cells, slo, stdout);
    if (a->format == FORMAT_TABLE && !a->summary)
        print_cells(&cells, slo);
    if (a->format == FORMAT_TABLE)
        print_summary(&v);
    tries_print_left_out(&cells, a->format == FORMAT_TABLE ? stdout : stderr);
    code = tries_print(store, a->session.experiment.name,
                       a->format == FORMAT_TABLE ? stdout : stderr, err);
    bool met = v.known > 0;
    for (int i = 0; i < SCORES; i++)
        met &= v.scores[i].met;
    cells_close(&cells);
    if (code)
        return command_fail(code, err);
    return met ? EXIT_DONE : EXIT_BREACHED;
}

/* The real runs come first: the simulated ones are made on hosts as fast as theirs were. */
static int run_both(struct arguments *a, struct store *store, int64_t experiment,
                    struct error *err)
{
    struct runner_result made;
    int code = measure(a, store, experiment, err);
    if (code == 0)
        code = host_paces_take(&a->session.plan, store, a->session.experiment.name, err);
    code = code ? code : session_warn_scale(&a->session, store, err);
    return code ? code : model_runs(&a->session, store, experiment, 0, false, &made, err);
}

static bool has_one_slo(const struct plan *plan)
{
    double first[SLO_LIMITS], other[SLO_LIMITS];
    slo_limits(&plan->points[0].settings.parameters.slo, first);
    for (size_t i = 1; i < plan->count; i++) {
        slo_limits(&plan->points[i].settings.parameters.slo, other);
        if (memcmp(first, other, sizeof first) != 0)
            return false;
    }
    return true;
}

static int validate(struct arguments *a, struct error *err)
{
    const struct experiment *e = &a->session.experiment;
    struct store *store;
    int64_t experiment;
    int code = 0;
    if (!e->profile)
        code = error_set(err, ERR_INVALID, "%s: names no profile; give --profile FILE",
                         a->session.path);
    if (code == 0 && !has_one_slo(&a->session.plan))
        code =
            error_set(err, ERR_INVALID,
                      "%s: sweeps its slo; all cells are judged by one (--set slo.p99=500ms)",
                      a->session.path);
    if (code == 0 && e->base.parameters.slo.p99_ns == 0)
        code =
            error_set(err, ERR_INVALID, "%s: needs slo.p99, for the verdicts", a->session.path);
    if (code == 0)
        code = held_out_check(&a->session.plan, e->profile, err);
    if (code == 0)
        code = session_store(&a->session, &store, &experiment, err);
    if (code)
        return command_fail(code, err);
    code = run_both(a, store, experiment, err);
    code = code ? command_fail(code, err) : report(a, store, err);
    store_close(store);
    return code;
}

int cmd_validate(int argc, char **argv)
{
    struct arguments a = { .repeats = 0 };
    struct error err;
    session_draw_parameters(&a.session);
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    code = validate(&a, &err);
    session_close(&a.session);
    return code;
}
