/* cmd_limit.c - pushsim limit: how far an option can go before the slo breaks. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/limit_model.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/limit_measure.h"
#include "experiments/cli/limit_table.h"
#include "experiments/cli/model_runs.h"
#include "experiments/cli/option_argument.h"

enum { KEY_OVER = 256, KEY_FROM, KEY_TO, KEY_PRECISION, KEY_ARM, KEY_SIM_ONLY };

struct arguments {
    struct session session;
    const char *server;            /* --server, or NULL */
    const char *over;              /* the option that is varied */
    const char *from, *to;         /* its range, as written; NULL: by the option's unit */
    char ends[2][UNIT_TEXT_BYTES]; /* what these are then */
    double precision;              /* share */
    int64_t runs;                  /* of each point on the real arm */
    bool sim, real, json;
    bool sim_only; /* make no real run: judge those of the database */
};

static const struct argp_option options[] = {
    { "over", KEY_OVER, "OPTION", 0, "What is varied (default: clients.count)", 0 },
    { "from", KEY_FROM, "VALUE", 0,
      "The range's lower end (default by unit: 10, 10m CPU, 1ms, 1KiB, 1/s, 0.1%)", 0 },
    { "to", KEY_TO, "VALUE", 0,
      "The range's upper end (default by unit: 10000, 4 CPUs, 10s, 1GiB, 1000/s, 100%)", 0 },
    { "precision", KEY_PRECISION, "SHARE", 0, "How near a simulated search goes (default: 1%)",
      0 },
    { "arm", KEY_ARM, "ARM", 0, "sim (default), real or both", 0 },
    { "repeats", 'r', "N", 0, "Runs of each point on the real arm (default: 30)", 0 },
    { "runs", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0 }, /* its former name */
    { "sim-only", KEY_SIM_ONLY, NULL, 0,
      "Make no real run: judge those that the database has, beside the simulator", 0 },
    { "server", 's', "FILE", 0, "The server's description", 0 },
    { "format", 'F', "FORMAT", 0, "table (default) or json", 0 },
    { 0 },
};
static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };

static double number(const char *text, const char *name, enum unit unit, double low,
                     double high, struct argp_state *state)
{
    struct error err;
    double value;
    if (unit_parse(text, unit, &value, &err) || value < low || value > high)
        argp_error(state, "--%s %s: must be between %g and %g", name, text, low, high);
    return value;
}

static void set_arm(struct arguments *a, const char *text, struct argp_state *state)
{
    int arm = option_argument_word("arm", text, arm_words, state);
    a->sim = arm != ARM_REAL;
    a->real = arm != ARM_SIM;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const formats[] = { "table", "json", NULL };
    struct arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->session;
        return 0;
    case KEY_OVER:
        a->over = arg;
        return 0;
    case KEY_FROM:
        a->from = arg;
        return 0;
    case KEY_TO:
        a->to = arg;
        return 0;
    case KEY_PRECISION:
        a->precision = number(arg, "precision", UNIT_SHARE, 0.0001, 1, state);
        return 0;
    case KEY_ARM:
        set_arm(a, arg, state);
        return 0;
    case 'r':
        a->runs = option_argument_count("repeats", arg, 2, 1000, state);
        return 0;
    case KEY_SIM_ONLY:
        a->sim_only = true;
        return 0;
    case 's':
        a->server = arg;
        return 0;
    case 'F':
        a->json = option_argument_word("format", arg, formats, state) == 1;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "How far can an option go before the experiment's slo breaks? For each point of the sweep, "
    "the "
    "largest value (of an option whose low values are safe, such as clients.count) or the "
    "smallest (such as cpu.limit) with which it is kept: in the simulator by a bisection for "
    "each replication; "
    "of a real server, where near the limit chance decides, the value with which half of the "
    "runs keep it, fitted to all runs made, with the interval that it lies in with 90 %. Each "
    "search draws the host's speed from the calibration runs and the costs from their error "
    "distribution (--set parameters=fixed draws neither); beside a real server stands what the "
    "same runs say when they are simulated, at the paces that were measured there. Real runs "
    "go into the "
    "database; those that it has are not made again. A run that was not sound or failed is "
    "tried again, then left out.",
    children,
    NULL,
    NULL,
};

/* ---- the range ---- */

/* Workers, pods, hops: of what there is one by default, or a few, a thousand is no question. */
static bool counts_few(const struct option_row *option)
{
    struct settings s;
    struct error unused;
    return option->unit == UNIT_COUNT &&
           option_parse(option, option->fallback, &s, &unused) == 0 &&
           option_number(option, &s) < 10;
}

/* A range that most options of a unit can be looked for in, cut to what this one takes. */
static int default_end(const struct option_row *option, bool upper, char *text,
                       struct error *err)
{
    static const char *const ends[][2] = {
        [UNIT_TIME] = { "1ms", "10s" },    [UNIT_BYTES] = { "1KiB", "1GiB" },
        [UNIT_CPU] = { "10m", "4" },       [UNIT_RATE] = { "1/s", "1000/s" },
        [UNIT_SHARE] = { "0.1%", "100%" }, [UNIT_COUNT] = { "10", "10000" },
        [UNIT_NUMBER] = { "0.1", "10" },   [UNIT_PODS] = { "1", "100" },
        [UNIT_SECONDS] = { "0.1", "10" },
    };
    static const char *const few[] = { "1", "100" };
    const char *end = counts_few(option) ? few[upper] : ends[option->unit][upper];
    double value;
    int code = unit_parse(end, option->unit, &value, err);
    if (code == 0)
        unit_format(text, option->unit, fmin(fmax(value, option->min), option->max));
    return code;
}

/* The option is asked of the experiment, since its phases have options too. */
static int find_option(const struct arguments *a, const struct option_row **option,
                       struct error *err)
{
    const struct session *s = &a->session;
    struct experiment e;
    struct setting which;
    int code = config_load(&e, s->path, s->overrides, s->override_count, err);
    if (code)
        return code;
    code = settings_find(&e.base, a->over, &which, err);
    config_close(&e);
    if (code)
        return error_wrap(err, code, "--over");
    *option = which.option;
    if (which.option->flags & OPTION_FIXED)
        return error_set(err, ERR_INVALID, "--over %s: is no option of a run", a->over);
    if (which.option->type == OPTION_BOOL || which.option->type == OPTION_CHOICE)
        return error_set(err, ERR_INVALID, "--over %s: must be a number", a->over);
    return 0;
}

/* What is not given; and the option is set, to its lower end, so that it is no longer swept. */
static int settle_range(struct arguments *a, struct error *err)
{
    struct session *s = &a->session;
    const struct option_row *option = NULL;
    const char **given[2] = { &a->from, &a->to };
    int code = find_option(a, &option, err);
    for (int i = 0; i < 2 && code == 0; i++) {
        if (!option || *given[i])
            continue;
        code = default_end(option, i, a->ends[i], err);
        *given[i] = a->ends[i];
    }
    struct override lower = { a->over, a->from, "--from" };
    return code ? code : session_override(s, &lower, err);
}

/* ---- both ---- */

static int question_of(const struct arguments *a, size_t point, struct limit_question *q,
                       struct error *err)
{
    struct settings end;
    *q = (struct limit_question){ .settings = a->session.plan.points[point].settings,
                                  .precision = a->precision,
                                  .draws = a->session.plan.points[point].draws,
                                  .seed = (uint64_t)a->session.plan.seed };
    int code = settings_find(&q->settings, a->over, &q->option, err);
    if (code)
        return code;
    if (unit_parse(a->from, q->option.option->unit, &q->from, err))
        return error_wrap(err, ERR_INVALID, "--from");
    if (unit_parse(a->to, q->option.option->unit, &q->to, err))
        return error_wrap(err, ERR_INVALID, "--to");
    if (!(q->from > 0 && q->from < q->to))
        return error_set(err, ERR_INVALID, "--from %s --to %s: must be above 0 and rise",
                         a->from, a->to);
    code = limit_settings(q, q->from, &end, err);
    if (code)
        return error_wrap(err, code, "--from %s", a->from);
    code = limit_settings(q, q->to, &end, err);
    return code ? error_wrap(err, code, "--to %s", a->to) : 0;
}

static int ask_model(const struct plan *plan, struct limit_result *r, struct error *err)
{
    int jobs = model_runs_jobs();
    int code = limit_model(&r->question, plan->replications, jobs, &r->sim, err);
    if (code || r->sim.searches == 0)
        return code;
    return limit_scan(&r->question, limit_within(&r->question, r->sim.value),
                      r->sim.more_breaks, plan->replications, jobs, &r->scan, err);
}

/* A search takes seconds, a sweep of them minutes: says where it is. */
static void tell_progress(const struct plan *plan, size_t done)
{
    if (plan->count > 1 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%zu of %zu cells%s", done, plan->count,
                done == plan->count ? "\r\033[K" : "");
}

static int ask_all(const struct arguments *a, struct limit_result *results, struct error *err)
{
    const struct plan *plan = &a->session.plan;
    int code = 0;
    for (size_t i = 0; i < plan->count && code == 0; i++) {
        results[i] = (struct limit_result){ .cell = plan->points[i].cell };
        code = question_of(a, i, &results[i].question, err);
        if (code == 0 && a->sim)
            code = ask_model(plan, &results[i], err);
        tell_progress(plan, i + 1);
    }
    if (code || !a->real)
        return code;
    code = limit_measure(&a->session, a->server, a->sim_only ? 0 : (int)a->runs, results, err);
    if (code == ERR_UNAVAILABLE && a->sim) {
        fprintf(stderr, "pushsim: real arm skipped: %s\n", err->text);
        code = 0;
    }
    return code;
}

static int check(const struct arguments *a, struct error *err)
{
    if (a->session.experiment.trace)
        return error_set(err, ERR_INVALID, "%s: a trace has its own clients and publishes",
                         a->session.path);
    if (!session_has_slo(&a->session))
        return error_set(err, ERR_INVALID, "%s: has no slo (--set slo.p99=500ms)",
                         a->session.path);
    return 0;
}

static void print(const struct arguments *a, const struct limit_result *results)
{
    struct limit_table t = { a->over, a->from, a->to, results, a->session.plan.count };
    (a->json ? limit_table_json : limit_table_print)(&t);
}

/* The range may well go beyond what the profile was fitted to: the answers matter. */
static void warn_outside(const struct arguments *a, const struct limit_result *results)
{
    const struct plan *plan = &a->session.plan;
    struct fitted_outside outside = { 0 };
    const struct plan_point *first = NULL; /* with a profile that has answers outside */
    for (size_t i = 0; i < plan->count; i++) {
        const struct plan_point *point = &plan->points[i];
        struct settings s;
        struct error err;
        if (!point->fitted || (first && point->fitted != first->fitted) ||
            results[i].sim.searches == 0 ||
            limit_settings(&results[i].question,
                           limit_within(&results[i].question, results[i].sim.value), &s, &err))
            continue;
        if (fitted_ranges_outside(point->fitted, &s, &outside))
            first = point;
    }
    if (first)
        session_warn_outside(first->fitted, first->profile, &outside);
}

static int answer(struct arguments *a, struct error *err)
{
    struct limit_result *results = mem_alloc(a->session.plan.count * sizeof *results);
    int code = check(a, err);
    if (code == 0)
        code = ask_all(a, results, err);
    if (code == 0) {
        print(a, results);
        session_warn_no_profile(&a->session);
        session_warn_cpus(&a->session);
        warn_outside(a, results);
    }
    free(results);
    return code ? command_fail(code, err) : EXIT_DONE;
}

int cmd_limit(int argc, char **argv)
{
    struct arguments a = {
        .over = "clients.count", .precision = 0.01, .sim = true, .runs = 30
    };
    struct error err;
    session_draw_parameters(&a.session);
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (a.sim_only)
        a.sim = a.real = true;
    int code = settle_range(&a, &err);
    code = code ? code : session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    code = answer(&a, &err);
    session_close(&a.session);
    return code;
}
