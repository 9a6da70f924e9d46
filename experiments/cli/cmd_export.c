/* cmd_export.c - pushsim export: a table of a database as CSV or JSON. */
#include <stdio.h>
#include <string.h>

#include <argp.h>

#include "experiments/cli/commands.h"
#include "experiments/cli/option_argument.h"
#include "experiments/run/store.h"

struct arguments {
    const char *db;
    const char *table; /* NULL: metric */
    enum arm arm;
    int format;      /* of formats */
    int64_t begin_s; /* of the runs, in OpenMetrics: since 1970 */
};

#define BEGIN_MAX_S 10000000000 /* of the year 2286 */

enum { FORMAT_OPEN_METRICS = EXPORT_JSON + 1 };
static const char *const formats[] = {
    [EXPORT_CSV] = "csv", [EXPORT_JSON] = "json", [FORMAT_OPEN_METRICS] = "openmetrics", NULL
};

static const struct argp_option options[] = {
    { "table", 't', "NAME", 0,
      "metric (default), latency, explained, run, rejected, parameter, series or event", 0 },
    { "arm", 'a', "ARM", 0, "sim, real or both (default)", 0 },
    { "format", 'F', "FORMAT", 0,
      "csv (default), json or openmetrics: the series, as an exporter would tell them", 0 },
    { "begin", 'b', "SECONDS", 0,
      "In openmetrics: when the runs began, since 1970 (default: 0)", 0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 't':
        a->table = arg;
        return 0;
    case 'a':
        a->arm = (enum arm)option_argument_word("arm", arg, arm_words, state);
        return 0;
    case 'F':
        a->format = option_argument_word("format", arg, formats, state);
        return 0;
    case 'b':
        a->begin_s = option_argument_count("begin", arg, 0, BEGIN_MAX_S, state);
        return 0;
    case ARGP_KEY_END:
        if (a->format == FORMAT_OPEN_METRICS && a->table && strcmp(a->table, "series") != 0)
            argp_error(state, "openmetrics: only the series can be written");
        if (a->format != FORMAT_OPEN_METRICS && a->begin_s > 0)
            argp_error(state, "--begin is of openmetrics; other rows count from a run's begin");
        /* fall through */
    default:
        return command_parse_database(key, arg, state, &a->db);
    }
}

static const struct argp argp = {
    options,
    parse,
    "DB",
    "Write a table of a database to standard output. Rows are sorted, and hold neither wall "
    "clock nor host: the same experiment gives the same bytes. All names, units and columns: "
    "data/results.md.",
    NULL,
    NULL,
    NULL,
};

int cmd_export(int argc, char **argv)
{
    struct arguments a = { .arm = ARM_BOTH, .format = EXPORT_CSV };
    struct error err;
    struct store *store;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = store_open(&store, a.db, STORE_READ, &err);
    if (code)
        return command_fail(code, &err);
    if (a.format == FORMAT_OPEN_METRICS)
        code = store_export_open_metrics(store, a.arm, a.begin_s, stdout, &err);
    else
        code = store_export(store, a.table ? a.table : "metric", a.arm,
                            (enum export_format)a.format, stdout, &err);
    store_close(store);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
