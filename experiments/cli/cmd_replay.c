/* cmd_replay.c - pushsim replay: an experiment against a real server in a cgroup. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/cli/assertions.h"
#include "experiments/cli/campaign.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/option_argument.h"
#include "experiments/cli/session.h"
#include "experiments/cli/shard_option.h"
#include "experiments/cli/text_table.h"
#include "experiments/cli/tries_print.h"
#include "experiments/replay/replay.h"
#include "experiments/replay/replay_remarks.h"

struct arguments {
    struct session session;
    const char *server; /* --server, or NULL: what the experiment names */
    const char *record; /* --record, or NULL */
    int64_t repeats;    /* --repeats; 0 = the plan's */
    int64_t retries;    /* of a run that was not sound */
    bool force, quiet;
    bool probe; /* only look whether it could be done */
};

enum { KEY_RETRIES = 256, KEY_PROBE };

static const struct argp_option options[] = {
    { "server", 's', "FILE", 0,
      "The server's description (default: the experiment's server_spec)", 0 },
    { "repeats", 'r', "N", 0, "Runs of each point (default: the experiment's repeats)", 0 },
    { "repeat", 0, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0 }, /* its former name */
    { "retries", KEY_RETRIES, "N", 0, "Further tries of a run that was not sound (default: 2)",
      0 },
    { "record", 'R', "FILE", 0,
      "Write what was played, at its real times, as a trace (of a single run)", 0 },
    { "probe", KEY_PROBE, NULL, 0,
      "Measure nothing; only find out whether a cgroup can be made here", 0 },
    { "force", 'f', NULL, 0, "Run again what the database already has", 0 },
    { "quiet", 'q', NULL, 0, "Print no table", 0 },
    { 0 },
};
static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 },
                                              { &shard_argp, 0, NULL, 0 },
                                              { 0 } };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = &a->session;
        return 0;
    case 's':
        a->server = arg;
        return 0;
    case 'r':
        a->repeats = option_argument_count("repeats", arg, 1, 1000, state);
        return 0;
    case KEY_RETRIES:
        a->retries = option_argument_count("retries", arg, 0, 1000, state);
        return 0;
    case KEY_PROBE:
        a->probe = true;
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

struct rows { /* of the runs that are made */
    struct text_table table;
    struct replay_remarks remarks;
};

static void add_row(void *context, const struct plan_point *point, int64_t repeat,
                    const struct run_record *record, const char *reason)
{
    static const char *const times[] = { "delivery.p50", "delivery.p95", "delivery.p99" };
    struct rows *rows = context;
    struct text_table *table = &rows->table;
    char text[UNIT_TEXT_BYTES];
    text_table_cell(table, "%s", point->cell);
    text_table_cell(table, "%lld", (long long)repeat);
    for (int i = 0; i < 3; i++) {
        unit_format_short(text, UNIT_TIME, 1e9 * run_record_value(record, times[i]));
        text_table_cell(table, "%s", text);
    }
    text_table_cell(table, "%.0f", run_record_value(record, "dropped"));
    text_table_cell(
        table, "%s",
        figure_format(text, FIGURE_THROTTLED, run_record_value(record, "cpu.throttled_share")));
    unit_format_short(text, UNIT_TIME, 1e9 * run_record_value(record, "cpu.used"));
    text_table_cell(table, "%s", text);
    text_table_cell(table, "%s", reason);
    replay_remarks_add(&rows->remarks, record);
}

static void start_table(struct text_table *t)
{
    static const char *const heads[] = { "cell",    "repeat",    "p50", "p95",      "p99",
                                         "dropped", "throttled", "CPU", "not sound" };
    text_table_init(t);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        text_table_column(t, heads[i], i > 0 && i < 8);
}

/* What the table does not show; a database that cannot be read any more has failed before. */
static void tell_tries(const struct arguments *a, const struct campaign *c)
{
    const char *name = a->session.experiment.name;
    struct error err;
    struct cells cells;
    cells_init(&cells);
    if (cells_load(&cells, c->store, name, &err) == 0)
        tries_print_left_out(&cells, stdout);
    cells_close(&cells);
    if (c->rejected > 0)
        tries_print(c->store, name, stdout, &err);
}

static int report(const struct arguments *a, const struct campaign *c, struct rows *rows)
{
    char *db = session_db_path(&a->session);
    if (a->quiet) {
        text_table_close(&rows->table);
    } else {
        shard_option_print(&a->session);
        printf("%s on %s\n%lld run%s made, %lld already there, %lld failed, %lld not sound -> "
               "%s\n\n",
               c->spec.name, c->host, (long long)c->made, c->made == 1 ? "" : "s",
               (long long)c->skipped, (long long)c->failed, (long long)c->invalid, db);
        text_table_print(&rows->table, stdout);
        replay_remarks_print(&rows->remarks, stdout);
        tell_tries(a, c);
    }
    free(db);
    return c->failed ? EXIT_FAILED : EXIT_DONE;
}

static int run_campaign(struct arguments *a, struct error *err)
{
    struct rows rows = { 0 };
    struct campaign c = { .session = &a->session,
                          .server = a->server,
                          .record = a->record,
                          .repeats = a->repeats,
                          .retries = a->retries,
                          .force = a->force,
                          .each = add_row,
                          .context = &rows };
    int code = campaign_open(&c, err); /* before a database is made that would stay empty */
    if (code == 0)
        code = session_store(&a->session, &c.store, &c.experiment, err);
    if (code) {
        campaign_close(&c);
        return command_fail(code, err);
    }
    start_table(&rows.table);
    code = campaign_run(&c, err);
    if (code)
        text_table_close(&rows.table);
    code = code ? command_fail(code, err) : report(a, &c, &rows);
    if (code == EXIT_DONE && c.failed + c.invalid == 0) {
        int judged = assertions_report(&a->session, c.store, ARM_REAL, a->quiet, err);
        code = judged >= 0 ? judged : code;
    }
    campaign_close(&c);
    store_close(c.store);
    return code;
}

int cmd_replay(int argc, char **argv)
{
    struct arguments a = { .retries = 2 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    if (a.probe)
        code = replay_possible(&err);
    else
        code = shard_option_settle(&a.session, a.repeats ? a.repeats : a.session.plan.repeats,
                                   &err);
    if (code)
        code = command_fail(code, &err);
    else
        code = a.probe ? EXIT_DONE : run_campaign(&a, &err);
    session_close(&a.session);
    return code;
}
