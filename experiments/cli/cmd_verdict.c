/* cmd_verdict.c - pushsim verdict: whether an experiment's claim holds in its results. */
#include <stdio.h>
#include <string.h>

#include "analysis/verdict.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/session.h"

enum verdict_form { FORM_TEXT, FORM_ROW, FORM_DECISION };

struct arguments {
    struct session session;
    enum verdict_form form;
};

static const struct argp_option options[] = {
    { "format", 'f', "FORM", 0,
      "text (default), row: of a Markdown table of claims, or decision: of one of decisions",
      0 },
    { 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const forms[] = { "text", "row", "decision" };
    struct arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->session;
        return 0;
    case 'f':
        for (a->form = FORM_TEXT; a->form <= FORM_DECISION; a->form++)
            if (strcmp(arg, forms[a->form]) == 0)
                return 0;
        argp_error(state, "--format %s: must be text, row or decision", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = { { &session_argp, 0, NULL, 0 }, { 0 } };
static const struct argp argp = {
    options,
    parse,
    NULL,
    "Judge the claim of an experiment by the simulated runs in its database: each line of its "
    "evidence with the 95 % confidence interval of the difference, and the verdict.",
    children,
    NULL,
    NULL,
};

/* The names of the parts that are shown, or that are not; "" when there is one part alone. */
static void print_parts(const struct claim *c, bool shown, const char *head)
{
    const char *before = head;
    for (size_t i = 0; i < c->part_count; i++)
        if (c->parts[i].shown == shown && *c->parts[i].name) {
            printf("%s%s", before, c->parts[i].name);
            before = "; ";
        }
}

static void print_verdict(const struct claim *c)
{
    enum verdict verdict = claim_verdict(c);
    printf("%s", verdict_name(verdict));
    if (verdict == VERDICT_WITHIN_LIMITS) {
        print_parts(c, true, ": ");
        print_parts(c, false, ". Not: ");
    }
}

static void print_evidence(const struct evidence *e)
{
    static const char *const results[] = { "shown", "refuted", "open" };
    const struct evidence_finding *f = &e->found;
    printf(
        "     %-8s %s\n              %s%s%.4g against %.4g, difference %.4g .. %.4g, true in "
        "%zu of %zu runs\n",
        results[f->result], e->text, e->at ? e->at : "", e->at ? ": " : "", f->left, f->right,
        f->low, f->high, f->agree, f->pairs);
}

static void print_text(const struct claim *c, const char *question)
{
    printf("%-4s ", c->name);
    print_verdict(c);
    printf("\n     %s\n", question);
    for (size_t part = 0; part < c->part_count; part++) {
        if (*c->parts[part].name)
            printf("   %s %s\n", c->parts[part].shown ? "+" : "-", c->parts[part].name);
        for (size_t i = 0; i < c->count; i++)
            if (c->items[i].part == part)
                print_evidence(&c->items[i]);
    }
}

static void print_row(const struct claim *c, const char *question)
{
    printf("| %s | %s | ", c->name, question);
    print_verdict(c);
    printf(" |\n");
}

static void print_decision(const struct claim *c)
{
    if (!c->decision[0])
        return;
    printf("| %s | %s | %s | %s | ", c->name, c->decision[0], c->decision[1], c->decision[2]);
    print_verdict(c);
    printf(" |\n");
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
    struct arguments a = { 0 };
    struct claim c = { 0 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    code = judge(&a.session, &c, &err);
    if (code == 0 && a.form == FORM_TEXT)
        print_text(&c, a.session.experiment.question);
    else if (code == 0 && a.form == FORM_ROW)
        print_row(&c, a.session.experiment.question);
    else if (code == 0)
        print_decision(&c);
    claim_close(&c);
    session_close(&a.session);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
