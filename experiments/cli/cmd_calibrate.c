/* cmd_calibrate.c - pushsim calibrate: measures a server and fits a profile to it, or fits one to
 * the real rows of a database. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/calibration.h"
#include "analysis/profile.h"
#include "analysis/rows_origin.h"
#include "experiments/cli/calibrate_measure.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/model_runs.h"
#include "experiments/cli/output_file.h"
#include "experiments/cli/session.h"
#include "experiments/cli/text_table.h"
#include "experiments/cli/tries_print.h"
#include "experiments/replay/host_facts.h"
#include "experiments/run/version.h"

#define NOTES_MAX      8
#define FULL_BUDGET_S  660 /* measuring, not fitting: below the 15 minutes of a calibration */
#define QUICK_BUDGET_S 100
#define DRAWS          4 /* simulations for each real run: with 2 a fit learns their chance */

struct arguments {
    struct session session;
    struct calibrate_measure measure; /* server NULL: nothing is measured */
    const char *output;
    bool rows_only;                   /* no fit */
    struct override notes[NOTES_MAX]; /* KEY=VALUE for the provenance */
    size_t note_count;
};

enum { KEY_BUDGET = 256, KEY_QUICK, KEY_ROWS_ONLY, KEY_FORCE };

static const struct argp_option options[] = {
    { "server", 's', "FILE", 0,
      "Measure the server that FILE describes, as the calibration itself designs it", 0 },
    { "budget", KEY_BUDGET, "TIME", 0, "Measure for at most this long (default: 660s)", 0 },
    { "rows-only", KEY_ROWS_ONLY, NULL, 0, "Measure, and leave the fit for later", 0 },
    { "quick", KEY_QUICK, NULL, 0, "Measure for a minute and a half: rough costs", 0 },
    { "force", KEY_FORCE, NULL, 0, "Measure again what the database already has", 0 },
    { "output", 'o', "FILE", 0, "The profile to write (default: EXPERIMENT.profile.yaml)", 0 },
    { "note", 'n', "KEY=VALUE", 0,
      "A line for the profile's provenance, e.g. versions='uvicorn 0.17.6' (up to 8)", 0 },
    { 0 },
};
static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    struct error err;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->session;
        return 0;
    case 'o':
        a->output = arg;
        return 0;
    case 's':
        a->measure.server = arg;
        a->session.path = arg; /* instead of an experiment */
        return 0;
    case KEY_BUDGET:
        if (unit_parse(arg, UNIT_TIME, &a->measure.budget_s, &err) ||
            (a->measure.budget_s /= 1e9) < 60 || a->measure.budget_s > 3600)
            argp_error(state, "--budget %s: must be between 60s and 1h", arg);
        return 0;
    case KEY_ROWS_ONLY:
        a->rows_only = true;
        return 0;
    case KEY_QUICK:
        a->measure.size = DESIGN_QUICK;
        return 0;
    case KEY_FORCE:
        a->measure.force = true;
        return 0;
    case 'n':
        if (a->note_count == NOTES_MAX)
            argp_error(state, "at most %d notes", NOTES_MAX);
        if (strpbrk(arg, "\"\\\n") || override_parse(&a->notes[a->note_count++], arg, &err))
            argp_error(state, "--note %s: must be KEY=VALUE in one line without quotes", arg);
        return 0;
    case ARGP_KEY_SUCCESS: /* rows that are there already are not measured */
        if (!a->measure.server && (a->measure.budget_s > 0 || a->measure.size == DESIGN_QUICK ||
                                   a->rows_only || a->measure.force))
            argp_error(state,
                       "--budget, --quick, --rows-only and --force are of --server alone");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Measure a server (--server FILE) and fit the model's costs to it; or fit them to what is "
    "measured already: EXPERIMENT with its database, or a database ROWS.db alone. The "
    "costs are written as a profile. The profile marks each cost that the runs cannot "
    "determine.",
    children,
    NULL,
    NULL,
};

static void print_options(const struct calibration_fit *fit)
{
    struct text_table t;
    text_table_init(&t);
    text_table_column(&t, "parameter", false);
    text_table_column(&t, "estimate", true);
    text_table_column(&t, "std. error", true);
    for (size_t i = 0; i < fit->count; i++) {
        const struct calibrated *o = &fit->options[i];
        size_t count;
        const struct option_row *table = options_all(&count);
        char value[UNIT_TEXT_BYTES];
        unit_format_short(value, option_find(table, count, o->option)->unit, o->estimate);
        text_table_cell(&t, "%s", o->option);
        text_table_cell(&t, "%s", value);
        if (o->identified)
            text_table_cell(&t, "%.1f%%", 100 * o->relative_error);
        else
            text_table_cell(&t, "not told apart");
    }
    text_table_print(&t, stdout);
}

static void print_cells(const struct calibration *c, const struct calibration_fit *fit)
{
    struct text_table t;
    text_table_init(&t);
    text_table_column(&t, "simulated / measured", false);
    for (int m = 0; m < CALIBRATION_METRICS; m++)
        text_table_column(&t, calibration_metric_name((enum calibration_metric)m), true);
    for (size_t i = 0; i < c->cell_count; i++) {
        const struct calibration_cell *cell = &c->cells[i];
        double sim[CALIBRATION_METRICS];
        calibration_predict(c, fit, cell, sim);
        text_table_cell(&t, "%s", cell->point->cell);
        for (int m = 0; m < CALIBRATION_METRICS; m++) {
            if (m == CALIBRATION_THROTTLED)
                text_table_cell(&t, "%+.2f", sim[m] - cell->real[m]);
            else
                text_table_cell(&t, "%.2f", sim[m] / cell->real[m]);
        }
    }
    text_table_print(&t, stdout);
    puts("(shares: simulated - measured)");
}

/* The facts of this host where the rows are its own, else what the rows tell of theirs. */
static size_t host_of_rows(const struct rows_origin *origin, const struct host_facts *host,
                           struct profile_fact *facts)
{
    char here[256];
    host_facts_describe(host, here, sizeof here);
    if (strcmp(origin->hosts, here) != 0) {
        facts[0] = (struct profile_fact){ "host", *origin->hosts ? origin->hosts : "unknown" };
        return 1;
    }
    for (int i = 0; i < host->count; i++)
        facts[i] = (struct profile_fact){ host->list[i].key, host->list[i].value };
    return (size_t)host->count;
}

/* What a reader of the profile must know to judge it. */
static int write_profile(const struct arguments *a, const char *path,
                         const struct rows_origin *origin, const struct calibration *c,
                         const struct calibration_fit *fit, struct error *err)
{
    struct host_facts host;
    struct profile_fact facts[HOST_FACTS_MAX + NOTES_MAX + 5];
    size_t count = 0;
    char date[32], rows[64], measured[32];
    time_t now = time(NULL);
    const char *experiment = a->session.experiment.name;
    host_facts_read(&host, "");
    strftime(date, sizeof date, "%Y-%m-%d", gmtime(&now));
    snprintf(rows, sizeof rows, "%lld runs of %zu cells", (long long)c->runs, c->cell_count);
    bool one_day = strcmp(origin->first, origin->last) == 0;
    snprintf(measured, sizeof measured, "%s%s%s", origin->first, one_day ? "" : " to ",
             one_day ? "" : origin->last);
    facts[count++] = (struct profile_fact){ "date", date };
    facts[count++] = (struct profile_fact){ "program", version_text() };
    facts[count++] = (struct profile_fact){ "experiment", experiment };
    facts[count++] = (struct profile_fact){ "rows", rows };
    facts[count++] = (struct profile_fact){ "measured", measured };
    count += host_of_rows(origin, &host, facts + count);
    for (size_t i = 0; i < a->note_count; i++)
        facts[count++] = (struct profile_fact){ a->notes[i].name, a->notes[i].text };
    const char *suffix = strstr(experiment, "-calibration");
    char *name = mem_printf("%.*s", (int)(suffix ? suffix - experiment : 200), experiment);
    struct profile_note note = { name, facts, count };
    int code = profile_write(path, c, fit, &note, err);
    free(name);
    return code;
}

static bool loop_is_told(const struct session *s)
{
    const struct yaml_node *server = yaml_get(s->experiment.doc.root, "server");
    for (size_t i = 0; i < s->override_count; i++)
        if (strcmp(s->overrides[i].name, "server.loop") == 0)
            return true;
    return s->experiment.profile || yaml_get(server, "loop") ||
           yaml_get(s->experiment.doc.root, "server.loop");
}

/* The loop is what the experiment says, or the one of the model that fits best. */
static int fit_all(struct calibration *c, const struct arguments *a,
                   struct calibration_fit *fit, struct error *err)
{
    int code = 0;
    c->draws = DRAWS;
    c->jobs = model_runs_jobs();
    runner_keep_memory();
    if (!loop_is_told(&a->session))
        code = calibration_choose_loop(c, err);
    if (code == 0)
        code = calibration_run(c, fit, err);
    if (code == 0) {
        calibration_edges(c, fit);
        calibration_host_noise(c, fit);
    }
    return code;
}

static void print_end(const struct arguments *a, const struct calibration *c,
                      const struct calibration_fit *fit, const char *path)
{
    printf("\n%lld runs of %zu cells, chi2 %.2f a residual (%zu) -> %s\n", (long long)c->runs,
           c->cell_count, fit->quantiles.chi2 / (double)fit->residuals, fit->residuals, path);
    if (a->measure.server)
        printf("measured in %.0f s, %lld runs not sound; rows in %s\n", a->measure.wall_s,
               (long long)a->measure.invalid, a->measure.db);
    if (!fit->quantiles.converged)
        fputs("pushsim: warning: the fit has not come to rest (converged: no): costs may lie "
              "farther off than their errors say\n",
              stderr);
}

/* Costs of one host beside those of another are no costs of either. */
static void warn_hosts(const struct rows_origin *origin)
{
    if (strstr(origin->hosts, "; "))
        fprintf(stderr,
                "pushsim: warning: these rows are of several hosts, the costs will be of none "
                "of them: %s\n",
                origin->hosts);
}

static int fit_and_write(const struct arguments *a, const char *path, struct store *store,
                         struct error *err)
{
    struct calibration c;
    struct calibration_fit fit;
    struct rows_origin origin;
    const char *experiment = a->session.experiment.name;
    int code = calibration_collect(&c, &a->session.plan, store, experiment, err);
    if (code)
        return code;
    code = rows_origin_read(&origin, store, experiment, err);
    if (code == 0) {
        warn_hosts(&origin);
        fprintf(stderr, "fitting %lld runs of %zu cells: some minutes\n", (long long)c.runs,
                c.cell_count);
        code = fit_all(&c, a, &fit, err);
    }
    if (code == 0) {
        print_options(&fit);
        putchar('\n');
        print_cells(&c, &fit);
        code = write_profile(a, path, &origin, &c, &fit, err);
    }
    if (code == 0) {
        print_end(a, &c, &fit, path);
        code = tries_print(store, experiment, stdout, err);
    }
    calibration_close(&c);
    return code;
}

static bool is_database(const char *path)
{
    size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".db") == 0;
}

static int open_rows(struct arguments *a, struct error *err)
{
    if (a->measure.server)
        return calibrate_measure(&a->measure, &a->session, err);
    if (is_database(a->session.path))
        return calibrate_from_rows(&a->session, err);
    return session_open(&a->session, err);
}

static int fit_rows(const struct arguments *a, struct error *err)
{
    struct store *store;
    char *db = session_db_path(&a->session);
    char *path = a->output ? mem_strdup(a->output)
                           : mem_printf("%s.profile.yaml", a->session.experiment.name);
    int code = store_open(&store, db, STORE_READ, err);
    if (code == 0) {
        code = fit_and_write(a, path, store, err);
        store_close(store);
    }
    free(db);
    free(path);
    return code;
}

int cmd_calibrate(int argc, char **argv)
{
    struct arguments a = { .output = NULL };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (a.measure.budget_s == 0)
        a.measure.budget_s = a.measure.size == DESIGN_QUICK ? QUICK_BUDGET_S : FULL_BUDGET_S;
    int code = a.output ? output_file_check(a.output, &err) : 0;
    code = code ? code : open_rows(&a, &err);
    if (code == 0) {
        code = a.rows_only ? 0 : fit_rows(&a, &err);
        session_close(&a.session);
    }
    calibrate_measure_close(&a.measure);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
