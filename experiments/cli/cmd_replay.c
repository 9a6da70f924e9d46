/* cmd_replay.c - pushsim replay: an experiment against a real server in a cgroup. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "experiments/cli/commands.h"
#include "experiments/cli/session.h"
#include "experiments/cli/text_table.h"
#include "experiments/replay/host_facts.h"
#include "experiments/replay/replay.h"
#include "experiments/run/trace.h"

struct arguments {
    struct session session;
    const char *server; /* --server, or NULL: what the experiment names */
    const char *record; /* --record, or NULL */
    int64_t repeats;    /* --repeat; 0 = the plan's */
    int64_t retries;    /* of a run that was not sound */
    bool force, quiet;
};

struct campaign { /* all runs of one command */
    const struct arguments *a;
    struct store *store;
    int64_t experiment;
    struct server_spec spec;
    char host[128];
    struct text_table table; /* a row for each run made */
    int64_t total, made, skipped, failed, invalid;
    int64_t begin_ns;
};

enum { KEY_RETRIES = 256 };

static const struct argp_option options[] = {
    { "server", 's', "FILE", 0,
      "The server's description (default: the experiment's server_spec)", 0 },
    { "repeat", 'r', "N", 0, "Runs of each point (default: the experiment's repeats)", 0 },
    { "retries", KEY_RETRIES, "N", 0, "Further tries of a run that was not sound (default: 2)",
      0 },
    { "record", 'R', "FILE", 0,
      "Write what was played, at its real times, as a trace (of a single run)", 0 },
    { "force", 'f', NULL, 0, "Run again what the database already has", 0 },
    { "quiet", 'q', NULL, 0, "Print no table", 0 },
    { 0 },
};
static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };

static int64_t count_of(const char *arg, const char *name, double low, struct argp_state *state)
{
    struct error err;
    double value;
    if (unit_parse(arg, UNIT_COUNT, &value, &err) || value < low || value > 1000)
        argp_error(state, "--%s %s: must be between %g and 1000", name, arg, low);
    return (int64_t)value;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->session;
        return 0;
    case 's':
        a->server = arg;
        return 0;
    case 'r':
        a->repeats = count_of(arg, "repeat", 1, state);
        return 0;
    case KEY_RETRIES:
        a->retries = count_of(arg, "retries", 0, state);
        return 0;
    case 'R':
        a->record = arg;
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
    "Run an experiment against a real server in a cgroup and keep its results in the same "
    "database as the simulator's. Needs the right to make a cgroup. Runs that the database "
    "already has are not made again.",
    children,
    NULL,
    NULL,
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Why a run was not sound: the first reason. */
static const char *reason_of(const struct run_record *record)
{
    for (size_t i = 0; i < record->event_count; i++)
        if (strcmp(record->events[i].kind, "invalid") == 0)
            return record->events[i].detail;
    return "";
}

static void add_row(struct campaign *c, const struct plan_point *point, int64_t repeat,
                    const struct run_record *record, const char *reason)
{
    static const char *const times[] = { "delivery.p50", "delivery.p95", "delivery.p99" };
    char text[UNIT_TEXT_BYTES];
    text_table_cell(&c->table, "%s", point->cell);
    text_table_cell(&c->table, "%lld", (long long)repeat);
    for (int i = 0; i < 3; i++) {
        unit_format_short(text, UNIT_TIME, 1e9 * run_record_value(record, times[i]));
        text_table_cell(&c->table, "%s", text);
    }
    text_table_cell(&c->table, "%.0f", run_record_value(record, "dropped"));
    text_table_cell(&c->table, "%.2f", run_record_value(record, "cpu.throttled_share"));
    unit_format_short(text, UNIT_TIME, 1e9 * run_record_value(record, "cpu.used"));
    text_table_cell(&c->table, "%s", text);
    text_table_cell(&c->table, "%s", reason);
}

static void say_progress(const struct campaign *c, const struct plan_point *point,
                         int64_t repeat)
{
    int64_t at = c->made + c->skipped;
    double each_s = c->made ? (double)(now_ns() - c->begin_ns) / 1e9 / (double)c->made
                            : plan_real_seconds(point);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K[%lld/%lld] %s, repeat %lld; about %.0f s to go",
                (long long)at + 1, (long long)c->total, point->cell, (long long)repeat,
                each_s * (double)(c->total - at));
}

/* Runs until it is sound, or the tries are used up. */
static int measure(struct campaign *c, const struct plan_point *point, const struct schedule *s,
                   struct run_record *record, struct error *err)
{
    const struct parameters *p = &point->settings.parameters;
    struct schedule played = { 0 };
    struct replay_options how = { .server_cpu = -1, .client_cpu = -1 };
    how.played = c->a->record ? &played : NULL;
    for (int64_t left = c->a->retries;; left--) {
        int rc = replay_run(p, s, &c->spec, &how, record, err);
        if (rc == 0 && c->a->record)
            rc = trace_write(&played, c->a->record, err);
        schedule_close(&played);
        played = (struct schedule){ 0 };
        if (rc || left == 0 || !*reason_of(record))
            return rc;
        run_record_close(record);
    }
}

static int keep(struct campaign *c, const struct plan_point *point, struct store_run *run,
                const struct run_record *record, struct error *err)
{
    c->made++;
    if (strcmp(run->status, "failed") == 0)
        c->failed++;
    if (strcmp(run->status, "invalid") == 0)
        c->invalid++;
    return store_put(c->store, c->experiment, &c->a->session.plan, point, run, record, err);
}

/* One run: measured, stored; a run that fails is a row with its reason. ERR_UNAVAILABLE and errors
 * of the store end the campaign. */
static int run_once(struct campaign *c, const struct plan_point *point, int64_t repeat,
                    struct error *err)
{
    struct store_run run = { .arm = "real",
                             .replication = repeat,
                             .status = "done",
                             .reason = "",
                             .config_hash = point->scenario_hash,
                             .host = c->host };
    if (!c->a->force &&
        store_has(c->store, c->experiment, "real", point->number, repeat, run.config_hash)) {
        c->skipped++;
        return 0;
    }
    say_progress(c, point, repeat);
    struct schedule built = { 0 };
    const struct schedule *s = session_trace(&c->a->session);
    if (!s) {
        schedule_build(&built, &point->settings.parameters, (uint64_t)c->a->session.plan.seed,
                       (uint32_t)repeat);
        s = &built;
    }
    struct run_record record;
    struct error why;
    int64_t begin_ns = now_ns();
    int rc = measure(c, point, s, &record, &why);
    run.wall_s = (double)(now_ns() - begin_ns) / 1e9;
    schedule_close(&built);
    if (rc == ERR_UNAVAILABLE || rc == ERR_INVALID) {
        *err = why;
        return rc;
    }
    if (rc) {
        run.status = "failed";
        run.reason = why.text;
        fprintf(stderr, "pushsim: %s, repeat %lld: %s\n", point->cell, (long long)repeat,
                why.text);
        return keep(c, point, &run, NULL, err);
    }
    run.reason = reason_of(&record);
    run.status = *run.reason ? "invalid" : "done";
    add_row(c, point, repeat, &record, run.reason);
    rc = keep(c, point, &run, &record, err);
    run_record_close(&record);
    return rc;
}

/* Repeats outside, points inside: what drifts on the host spreads over all the points. */
static int run_all(struct campaign *c, struct error *err)
{
    const struct plan *plan = &c->a->session.plan;
    int64_t repeats = c->a->repeats ? c->a->repeats : plan->repeats;
    int rc = 0;
    c->total = repeats * (int64_t)plan->count;
    c->begin_ns = now_ns();
    if (c->a->record && c->total != 1)
        return error_set(err, ERR_INVALID,
                         "--record takes one run, and this is %lld (--repeat 1, "
                         "and --set for what is swept)",
                         (long long)c->total);
    for (int64_t repeat = 1; rc == 0 && repeat <= repeats; repeat++)
        for (size_t i = 0; rc == 0 && i < plan->count; i++)
            rc = run_once(c, &plan->points[i], repeat, err);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
    return rc;
}

static void start_table(struct text_table *t)
{
    static const char *const heads[] = { "cell",    "repeat",    "p50", "p95",      "p99",
                                         "dropped", "throttled", "CPU", "not sound" };
    text_table_init(t);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_table_column(t, heads[i], i > 0 && i < 8);
}

static int report(struct campaign *c)
{
    char *db = session_db_path(&c->a->session);
    if (!c->a->quiet) {
        printf("%s on %s\n%lld run%s made, %lld already there, %lld failed, %lld not sound -> "
               "%s\n\n",
               c->spec.name, c->host, (long long)c->made, c->made == 1 ? "" : "s",
               (long long)c->skipped, (long long)c->failed, (long long)c->invalid, db);
        text_table_print(&c->table, stdout);
    }
    free(db);
    return c->failed ? EXIT_FAILED : EXIT_DONE;
}

static int open_spec(struct campaign *c, struct error *err)
{
    const char *path = c->a->server ? c->a->server : c->a->session.experiment.server_spec;
    if (!path)
        return error_set(err, ERR_INVALID, "%s: names no server_spec; give --server FILE",
                         c->a->session.path);
    return server_spec_read(&c->spec, path, err);
}

static int run_campaign(struct campaign *c, struct error *err)
{
    int code = open_spec(c, err);
    if (code)
        return command_fail(code, err);
    code = session_store(&c->a->session, &c->store, &c->experiment, err);
    if (code == 0) {
        struct host_facts facts;
        host_facts_read(&facts, "");
        host_facts_describe(&facts, c->host, sizeof c->host);
        start_table(&c->table);
        code = run_all(c, err);
        code = code ? command_fail(code, err) : report(c);
        store_close(c->store);
    } else {
        code = command_fail(code, err);
    }
    server_spec_close(&c->spec);
    return code;
}

int cmd_replay(int argc, char **argv)
{
    struct arguments a = { .retries = 2 };
    struct campaign c = { .a = &a };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    code = run_campaign(&c, &err);
    session_close(&a.session);
    return code;
}
