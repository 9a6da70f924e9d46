/* cmd_report.c - pushsim report: all that a database shows, as one page of Markdown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <argp.h>

#include "experiments/cli/commands.h"
#include "experiments/cli/option_argument.h"
#include "experiments/cli/report.h"

struct arguments {
    const char *db;
    const char *experiment; /* NULL: all */
    enum page_format format;
};

static const struct argp_option options[] = {
    { "experiment", 'e', "NAME", 0, "Which, when the database holds several (default: all)",
      0 },
    { "format", 'F', "FORMAT", 0, "markdown (default), or html: with charts, in one file", 0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const formats[] = {
        [PAGE_MARKDOWN] = "markdown", [PAGE_HTML] = "html", NULL
    };
    struct arguments *a = state->input;
    switch (key) {
    case 'F':
        a->format = (enum page_format)option_argument_word("format", arg, formats, state);
        return 0;
    case 'e':
        a->experiment = arg;
        return 0;
    default:
        return command_parse_database(key, arg, state, &a->db);
    }
}

static const struct argp argp = {
    options,
    parse,
    "DB",
    "Write what a database shows as one page of Markdown or HTML: for each experiment the "
    "figures of both arms, which cells keep the slo and what becomes of the service in them, "
    "what "
    "broke first, the phases and recovery, where the latest deliveries spent their time, and "
    "the "
    "experiment's text.",
    NULL,
    NULL,
    NULL,
};

/* -- life ---------------------------------------------------------------------------------- */

struct walk {
    const struct arguments *arguments;
    struct store *store;
    struct report_page page;
    size_t written; /* experiments */
    int code;
    struct error *err;
};

static void each_experiment(void *context, const char *name, const char *source)
{
    struct walk *w = context;
    const char *only = w->arguments->experiment;
    if (w->code || (only && strcmp(name, only) != 0))
        return;
    if (w->written++ == 0)
        report_page_begin(&w->page, stdout, w->arguments->format, name);
    w->code = report_write(&w->page, w->store, name, source, w->err);
}

int cmd_report(int argc, char **argv)
{
    struct arguments a = { .format = PAGE_MARKDOWN };
    struct error err;
    struct walk walk = { .arguments = &a, .err = &err };
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = store_open(&walk.store, a.db, STORE_READ, &err);
    if (code)
        return command_fail(code, &err);
    code = store_experiments(walk.store, each_experiment, &walk, &err);
    code = code ? code : walk.code;
    if (walk.written > 0)
        report_page_end(&walk.page);
    else if (code == 0)
        code = error_set(&err, ERR_INVALID, "%s: holds no experiment%s%s", a.db,
                         a.experiment ? " of the name " : "", a.experiment ? a.experiment : "");
    store_close(walk.store);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
