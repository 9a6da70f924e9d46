/* cmd_check.c - pushsim check: validate an experiment and print its plan without running it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/cli/cell_table.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/preset_list.h"
#include "experiments/cli/session.h"
#include "experiments/cli/shard_option.h"
#include "experiments/replay/replay_support.h"

#define POINTS_SHOWN 40

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 },
                                              { &shard_argp, 0, NULL, 0 },
                                              { 0 } };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = state->child_inputs[1] = state->input;
    return 0;
}

static const struct argp argp = {
    NULL,
    parse,
    NULL,
    "Validate an experiment and print its plan without running it. Warns of what lies "
    "more than a quarter beyond the ranges that the profile was fitted to (run and limit do, "
    "too). All keys of its file: experiments/README.md; its options: pushsim options.",
    children,
    NULL,
    NULL,
};

static void print_points(const struct plan *plan)
{
    struct text_table t;
    if (*plan->points[0].cell == '\0')
        return;
    text_table_init(&t);
    text_table_column(&t, "point", true);
    cell_table_columns(&t, plan->points[0].cell);
    for (size_t i = 0; i < plan->count && i < POINTS_SHOWN; i++) {
        text_table_cell(&t, "%lld", (long long)plan->points[i].number);
        cell_table_values(&t, plan->points[i].cell);
    }
    putchar('\n');
    text_table_print(&t, stdout);
    if (plan->count > POINTS_SHOWN)
        printf("... and %zu more\n", plan->count - POINTS_SHOWN);
}

/* What `replay` would refuse: the first point that the real arm, or the server that the experiment
 * names, cannot do. */
static int ask_real_arm(const struct session *s, bool *can, struct error *why)
{
    struct server_spec spec;
    const char *path = s->experiment.server_spec;
    int code = path ? server_spec_read(&spec, path, why) : 0;
    if (code)
        return code;
    *can = true;
    for (size_t i = 0; i < s->plan.count && *can; i++)
        *can = replay_supports(&s->plan.points[i].settings.parameters, path ? &spec : NULL,
                               why) == 0;
    if (path && *can)
        session_warn_untold(s, &spec);
    if (path)
        server_spec_close(&spec);
    return 0;
}

static void print_real(const struct session *s)
{
    const struct plan *plan = &s->plan;
    double real_s = 0;
    for (size_t i = 0; i < plan->count; i++)
        real_s +=
            (double)plan->repeats * (s->experiment.trace ? (double)s->trace.end_ns / 1e9 + 3
                                                         : plan_real_seconds(&plan->points[i]));
    char time[UNIT_TEXT_BYTES];
    printf("real arm  %zu point%s x %lld repeat%s, about %s\n", plan->count,
           plan->count == 1 ? "" : "s", (long long)plan->repeats, plan->repeats == 1 ? "" : "s",
           unit_format_short(time, UNIT_TIME, real_s * 1e9));
}

/* What run and replay would make of the shard that is asked for. */
static void print_shard(const struct session *s, bool can)
{
    const struct shard *shard = &s->shard;
    int64_t sim = shard_runs(shard, (int64_t)s->plan.count * s->plan.replications);
    int64_t real = (int64_t)s->plan.count * s->plan.repeats;
    if (!shard_is_part(shard))
        return;
    printf("shard     %lld of %lld: %lld run%s of the sim arm", (long long)shard->index,
           (long long)shard->count, (long long)sim, sim == 1 ? "" : "s");
    if (can && real < shard->count)
        printf(", too many shards for the real arm's %lld", (long long)real);
    else if (can)
        printf(", %lld of the real arm", (long long)shard_runs(shard, real));
    putchar('\n');
}

static int print_plan(const struct session *s, struct error *err)
{
    const struct plan *plan = &s->plan;
    bool can;
    int code = ask_real_arm(s, &can, err);
    if (code)
        return code;
    printf("%s: %s\n", s->experiment.name,
           *s->experiment.question ? s->experiment.question : "no question given");
    printf("sim arm   %zu point%s x %lld replication%s = %lld runs\n", plan->count,
           plan->count == 1 ? "" : "s", (long long)plan->replications,
           plan->replications == 1 ? "" : "s",
           (long long)plan->count * (long long)plan->replications);
    if (can)
        print_real(s);
    else
        printf("real arm  none: %s\n", err->text);
    print_shard(s, can);
    preset_list_plan(plan);
    print_points(plan);
    return 0;
}

int cmd_check(int argc, char **argv)
{
    struct session s = { 0 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &s);
    int code = session_open(&s, &err);
    if (code)
        return command_fail(code, &err);
    code = shard_option_settle(&s, s.plan.replications, &err);
    code = code ? code : print_plan(&s, &err);
    if (code == 0)
        session_warn_ranges(&s);
    session_close(&s);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
