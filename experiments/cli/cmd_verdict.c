/* cmd_verdict.c - pushsim verdict: whether an experiment's claim holds in its results. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/verdict.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/option_argument.h"
#include "experiments/cli/session.h"

enum verdict_form { FORM_TEXT, FORM_ROW, FORM_DECISION, FORM_WORDS };

struct arguments {
    struct session session;
    enum verdict_form form;
    enum arm arm; /* to be judged; or both */
};

static const struct argp_option options[] = {
    { "arm", 'a', "ARM", 0, "sim (default), real or both", 0 },
    { "format", 'F', "FORM", 0,
      "text (default), words: the verdict alone, row: of a Markdown table of claims, or "
      "decision: of one of decisions",
      0 },
    { NULL, 'f', NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 0 }, /* its former letter */
    { 0 },
};

static void set_form(struct arguments *a, const char *text, struct argp_state *state)
{
    static const char *const forms[] = { "text", "row", "decision", "words", NULL };
    a->form = (enum verdict_form)option_argument_word("format", text, forms, state);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &a->session;
        return 0;
    case 'a':
        a->arm = (enum arm)option_argument_word("arm", arg, arm_words, state);
        return 0;
    case 'F':
    case 'f':
        set_form(a, arg, state);
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
    "Judge the claim of an experiment by the runs in its database: each line of its evidence "
    "with the 95 % confidence interval of the difference, and the verdict. The real arm is "
    "judged by the same rules.",
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

static void print_parts_in_full(const struct claim *c)
{
    for (size_t part = 0; part < c->part_count; part++) {
        if (*c->parts[part].name)
            printf("   %s %s\n", c->parts[part].shown ? "+" : "-", c->parts[part].name);
        for (size_t i = 0; i < c->count; i++)
            if (c->items[i].part == part)
                print_evidence(&c->items[i]);
    }
}

/* What the verdict does not know: runs of the plan that are not there, not done or not sound. */
struct share {
    size_t done;
    int64_t runs;
};

static int count_runs(const struct session *s, struct store *store, enum arm arm,
                      struct share *share, struct error *err)
{
    const struct plan *plan = &s->plan;
    struct store_found *found;
    size_t count;
    int code = store_find(store, s->experiment.name, arm, 0, 0, &found, &count, err);
    if (code)
        return code;
    *share = (struct share){ 0, (int64_t)plan->count *
                                    (arm == ARM_REAL ? plan->repeats : plan->replications) };
    for (size_t i = 0; i < count; i++)
        share->done += found[i].status == RUN_DONE;
    store_found_free(found, count);
    return 0;
}

static void print_text(const struct claim *c, const char *question, enum arm arm,
                       const struct share *share)
{
    printf("%-4s ", c->name);
    if (arm == ARM_REAL)
        printf("on the real arm: ");
    print_verdict(c);
    printf("\n     %s\n", question);
    if (c->runs > 0 && (int64_t)share->done < share->runs)
        printf("     by a part: %zu of %lld runs are there\n", share->done,
               (long long)share->runs);
    if (c->runs > 0)
        print_parts_in_full(c);
}

/* A claim's name and question, or what is to be decided: the head of its row. */
static void print_head(const struct claim *c, enum verdict_form form, const char *question)
{
    if (form == FORM_ROW)
        printf("| %s | %s", c->name, question);
    else
        printf("| %s | %s | %s | %s", c->name, c->decision[0], c->decision[1], c->decision[2]);
}

static void print_arm(const struct claim *c, const struct arguments *a, enum arm arm,
                      const struct share *share)
{
    if (a->form == FORM_TEXT) {
        print_text(c, a->session.experiment.question, arm, share);
    } else if (a->form == FORM_WORDS) {
        print_verdict(c);
        putchar('\n');
    } else {
        printf(" | ");
        print_verdict(c);
    }
}

static int judge_arms(const struct arguments *a, struct claim *c, struct store *store,
                      struct error *err)
{
    const struct experiment *e = &a->session.experiment;
    bool row = a->form == FORM_ROW || a->form == FORM_DECISION;
    const enum arm first = a->arm == ARM_BOTH ? ARM_SIM : a->arm;
    const enum arm last = a->arm == ARM_BOTH ? ARM_REAL : a->arm;
    int code = 0;
    for (enum arm arm = first; arm <= last && code == 0; arm++) {
        struct share share;
        code = count_runs(&a->session, store, arm, &share, err);
        code = code ? code : claim_judge(c, store, e->name, arm, err);
        if (code == 0 && row && arm == first)
            print_head(c, a->form, e->question);
        if (code == 0)
            print_arm(c, a, arm, &share);
    }
    if (code == 0 && row)
        puts(" |");
    return code;
}

static int judge(const struct arguments *a, struct claim *c, struct error *err)
{
    const struct session *s = &a->session;
    struct store *store;
    int code = claim_read(c, &s->experiment, err);
    if (code == 0 && c->count == 0)
        code = error_set(err, ERR_INVALID, "%s: no claim and evidence", s->path);
    if (code || (a->form == FORM_DECISION && !c->decision[0]))
        return code;
    char *db = session_db_path(s);
    code = store_open(&store, db, STORE_READ, err);
    free(db);
    if (code == 0) {
        code = judge_arms(a, c, store, err);
        store_close(store);
    }
    return code;
}

int cmd_verdict(int argc, char **argv)
{
    struct arguments a = { .arm = ARM_SIM };
    struct claim c = { 0 };
    struct error err;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    int code = session_open(&a.session, &err);
    if (code)
        return command_fail(code, &err);
    code = judge(&a, &c, &err);
    claim_close(&c);
    session_close(&a.session);
    return code ? command_fail(code, &err) : EXIT_DONE;
}
