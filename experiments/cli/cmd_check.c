/* cmd_check.c - pushsim check: validate an experiment and print its plan without running it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/cli/commands.h"
#include "experiments/cli/session.h"
#include "experiments/cli/text_table.h"

#define POINTS_SHOWN 40

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = state->input;
    return 0;
}

static const struct argp argp = {
    NULL,     parse, NULL, "Validate an experiment and print its plan without running it.",
    children, NULL,  NULL,
};

static void print_points(const struct plan *plan)
{
    struct text_table t;
    char key[64], value[UNIT_TEXT_BYTES];
    const char *rest = plan->points[0].cell;
    if (*rest == '\0')
        return;
    text_table_init(&t);
    text_table_column(&t, "point", true);
    while (cell_next(&rest, key, value))
        text_table_column(&t, key, text_is_number(value));
    for (size_t i = 0; i < plan->count && i < POINTS_SHOWN; i++) {
        text_table_cell(&t, "%lld", (long long)plan->points[i].number);
        rest = plan->points[i].cell;
        while (cell_next(&rest, key, value))
            text_table_cell(&t, "%s", value);
    }
    putchar('\n');
    text_table_print(&t, stdout);
    if (plan->count > POINTS_SHOWN)
        printf("... and %zu more\n", plan->count - POINTS_SHOWN);
}

static void print_plan(const struct session *s)
{
    const struct plan *plan = &s->plan;
    double real_s = 0;
    for (size_t i = 0; i < plan->count; i++)
        real_s +=
            (double)plan->repeats * (s->experiment.trace ? (double)s->trace.end_ns / 1e9 + 3
                                                         : plan_real_seconds(&plan->points[i]));
    char time[UNIT_TEXT_BYTES];
    printf("%s: %s\n", s->experiment.name,
           *s->experiment.question ? s->experiment.question : "no question given");
    printf("sim arm   %zu point%s x %lld replication%s = %lld runs\n", plan->count,
           plan->count == 1 ? "" : "s", (long long)plan->replications,
           plan->replications == 1 ? "" : "s",
           (long long)plan->count * (long long)plan->replications);
    printf("real arm  %zu point%s x %lld repeat%s, about %s\n", plan->count,
           plan->count == 1 ? "" : "s", (long long)plan->repeats, plan->repeats == 1 ? "" : "s",
           unit_format_short(time, UNIT_TIME, real_s * 1e9));
    print_points(plan);
}

int cmd_check(int argc, char **argv)
{
    struct session s = { 0 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &s);
    int code = session_open(&s, &err);
    if (code)
        return command_fail(code, &err);
    print_plan(&s);
    session_close(&s);
    return EXIT_DONE;
}
