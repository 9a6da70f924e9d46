#include "analysis/verdict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = { "holds", "holds within limits", "does not hold" };
    return names[verdict];
}

/* -- reading ------------------------------------------------------------------------------- */

/* Reads "METRIC if CELL" up to the end of the text. */
static int read_metric(struct evidence_term *t, const char *text)
{
    int used = 0;
    if (sscanf(text, "%47s if %n", t->metric, &used) != 1)
        return ERR_INVALID;
    t->cell = mem_strdup(used ? text + used : "");
    for (size_t n = strlen(t->cell); n > 0 && t->cell[n - 1] == ' '; n--)
        t->cell[n - 1] = '\0';
    return 0;
}

/* The comparison stands between blanks; values of cells hold none of its signs. */
static const char *find_operator(const char *text, char operator[3])
{
    for (const char *at = strpbrk(text, "<>"); at; at = strpbrk(at + 1, "<>"))
        if (at > text && at[-1] == ' ' && sscanf(at, "%2[<>=]", operator) == 1)
            return at;
    return NULL;
}

static int read_one(struct evidence *e, const char *text)
{
    const char *at = find_operator(text, e->operator);
    if (!at)
        return ERR_INVALID;
    char *left = mem_printf("%.*s", (int)(at - text), text), *end;
    e->left.factor = 1;
    int code = read_metric(&e->left, left);
    free(left);
    e->right.factor = strtod(at + strlen(e->operator), &end);
    end += strspn(end, " ");
    if (code == 0 && strncmp(end, "x ", 2) == 0)
        code = read_metric(&e->right, end + 2);
    else if (*end != '\0' || !isfinite(e->right.factor))
        code = ERR_INVALID;
    if (code == 0)
        e->text = mem_strdup(text);
    return code;
}

int claim_read(struct claim *c, const struct experiment *e, struct error *err)
{
    const struct yaml_node *name = yaml_get(e->doc.root, "claim");
    const struct yaml_node *list = yaml_get(e->doc.root, "evidence");
    memset(c, 0, sizeof *c);
    if (!name || !list)
        return 0;
    if (name->kind != YAML_SCALAR || list->kind != YAML_LIST)
        return yaml_error(&e->doc, list->at, err, "claim is a name and evidence a list");
    c->name = mem_strdup(name->text);
    for (const struct yaml_node *n = list->child; n; n = n->next) {
        struct evidence one = { 0 };
        int code = n->kind == YAML_SCALAR ? read_one(&one, n->text) : ERR_INVALID;
        c->items = mem_realloc(c->items, (c->count + 1) * sizeof one);
        c->items[c->count++] = one;
        if (code) {
            claim_close(c);
            return yaml_error(&e->doc, n->at, err,
                              "evidence reads: METRIC if CELL > NUMBER [x METRIC if CELL]");
        }
    }
    return 0;
}

void claim_close(struct claim *c)
{
    for (size_t i = 0; i < c->count; i++) {
        free(c->items[i].left.cell);
        free(c->items[i].right.cell);
        free(c->items[i].text);
    }
    free(c->items);
    free(c->name);
    memset(c, 0, sizeof *c);
}

/* -- judging ------------------------------------------------------------------------------- */

struct values { /* of one term, by replication */
    const struct evidence_term *term;
    double *sum; /* owned */
    size_t *n;   /* cells in it; owned */
    size_t room;
};

static void collect(void *context, const struct store_value *v)
{
    struct values *values = context;
    struct expectation cell = { .cell = values->term->cell };
    size_t i = (size_t)v->replication - 1;
    if (strcmp(v->metric, values->term->metric) != 0 || !expectation_applies(&cell, v->cell))
        return;
    if (i >= values->room) {
        values->sum = mem_realloc(values->sum, (i + 1) * sizeof *values->sum);
        values->n = mem_realloc(values->n, (i + 1) * sizeof *values->n);
        for (; values->room <= i; values->room++) {
            values->sum[values->room] = 0;
            values->n[values->room] = 0;
        }
    }
    values->sum[i] += v->value;
    values->n[i]++;
}

static int gather(struct values *values, const struct evidence_term *term, struct store *store,
                  const char *experiment, struct error *err)
{
    *values = (struct values){ .term = term };
    if (!term->metric[0])
        return 0;
    int code = store_values(store, experiment, "sim", collect, values, err);
    if (code == 0 && values->room == 0)
        code =
            error_set(err, ERR_INVALID, "no run has '%s' where '%s'", term->metric, term->cell);
    return code;
}

static double value_at(const struct values *values, size_t i)
{
    if (!values->term->metric[0])
        return values->term->factor;
    bool there = i < values->room && values->n[i] > 0;
    return there ? values->term->factor * values->sum[i] / (double)values->n[i] : NAN;
}

void verdict_interval(const double *differences, size_t n, double *mean, double *low,
                      double *high)
{
    *mean = n > 0 ? gsl_stats_mean(differences, 1, n) : NAN;
    double half = 0;
    if (n > 1)
        half = gsl_cdf_tdist_Pinv(0.975, (double)n - 1) * gsl_stats_sd(differences, 1, n) /
               sqrt((double)n);
    *low = *mean - half;
    *high = *mean + half;
}

enum evidence_result verdict_decide(const char *operator, double low, double high)
{
    bool more = operator[0] == '>', or_equal = operator[1] == '=';
    double near = more ? low : -high, far = more ? high : -low; /* claimed: above 0 */
    if (isnan(low) || isnan(high))
        return EVIDENCE_OPEN;
    if (near > 0 || (or_equal && near == 0))
        return EVIDENCE_SHOWN;
    return far < 0 || (!or_equal && far == 0) ? EVIDENCE_REFUTED : EVIDENCE_OPEN;
}

static void judge(struct evidence *e, const struct values *left, const struct values *right)
{
    double *differences = mem_alloc((left->room + 1) * sizeof *differences);
    double left_sum = 0, right_sum = 0;
    for (size_t i = 0; i < left->room; i++) {
        double l = value_at(left, i), r = value_at(right, i);
        left_sum += l;
        right_sum += r;
        differences[i] = l - r;
    }
    e->pairs = left->room;
    e->left_mean = left_sum / (double)e->pairs;
    e->right_mean = right_sum / (double)e->pairs;
    verdict_interval(differences, e->pairs, &e->difference, &e->low, &e->high);
    e->result = verdict_decide(e->operator, e->low, e->high);
    free(differences);
}

int claim_judge(struct claim *c, struct store *store, const char *experiment, struct error *err)
{
    int code = 0;
    for (size_t i = 0; i < c->count && code == 0; i++) {
        struct values left, right = { 0 };
        code = gather(&left, &c->items[i].left, store, experiment, err);
        if (code == 0)
            code = gather(&right, &c->items[i].right, store, experiment, err);
        if (code == 0)
            judge(&c->items[i], &left, &right);
        free(left.sum);
        free(left.n);
        free(right.sum);
        free(right.n);
    }
    return code;
}

enum verdict claim_verdict(const struct claim *c)
{
    size_t shown = 0;
    for (size_t i = 0; i < c->count; i++)
        shown += c->items[i].result == EVIDENCE_SHOWN;
    return shown == c->count ? VERDICT_HOLDS
           : shown > 0       ? VERDICT_WITHIN_LIMITS
                             : VERDICT_DOES_NOT_HOLD;
}
