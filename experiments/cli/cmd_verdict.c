/* cmd_verdict.c - pushsim verdict: whether an experiment's claim holds in its results. */
#include <stdio.h>

#include "analysis/verdict.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/session.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = state->input;
    return 0;
}

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
    NULL,
    parse,
    NULL,
    "Judge the claim of an experiment by the simulated runs in its database: each line of its "
    "evidence with the 95 % confidence interval of the difference, and the verdict.",
    children,
    NULL,
    NULL,
};

static void print(const struct claim *c, const char *question)
{
    static const char *const results[] = { "shown", "refuted", "open" };
    printf("%-4s %-20s %s\n", c->name, verdict_name(claim_verdict(c)), question);
    for (size_t i = 0; i < c->count; i++) {
        const struct evidence *e = &c->items[i];
        printf("     %-8s %s\n              %.4g against %.4g, difference %.4g (%.4g .. %.4g), "
               "%zu runs each\n",
               results[e->result], e->text, e->left_mean, e->right_mean, e->difference, e->low,
               e->high, e->pairs);
    }
}

static int judge(const struct session *s, struct claim *c, struct error *err)
{
    struct store *store;
    int64_t experiment;
    int code = claim_read(c, &s->experiment, err);
    if (code == 0 && c->count == 0)
        code = error_set(err, ERR_INVALID, "%s: no claim and evidence", s->path);
    if (code)
        return code;
    code = session_store(s, &store, &experiment, err);
    if (code == 0) {
        code = claim_judge(c, store, s->experiment.name, err);
        store_close(store);
    }
    return code;
}

int cmd_verdict(int argc, char **argv)
{
    struct session s = { 0 };
    struct claim c = { 0 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &s);
    int code = session_open(&s, &err);
    if (code)
        return command_fail(code, &err);
    code = judge(&s, &c, &err);
    if (code == 0)
        print(&c, s.experiment.question);
    claim_close(&c);
    session_close(&s);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
