#include "analysis/verdict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>

#include "experiments/run/expectation.h"

#define ALPHA 0.05

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = { "holds", "holds within limits", "does not hold",
                                         "open", "not measured" };
    return names[verdict];
}

/* -- the runs' figures ----------------------------------------------------------------------- */

struct figure_row {
    char *cell; /* owned */
    char metric[48];
    size_t run; /* replication - 1 */
    double value;
};

struct figures { /* those that the claim speaks of, in the order of the plan */
    const struct claim *claim;
    struct figure_row *rows; /* owned */
    size_t count, room;
    size_t runs;   /* replications */
    size_t fewest; /* pairs that a finding needs */
};

static bool speaks_of(const struct claim *c, const char *metric)
{
    for (size_t i = 0; i < c->count; i++)
        for (size_t k = 0; k < c->items[i].term_count; k++)
            if (strcmp(c->items[i].terms[k].metric, metric) == 0)
                return true;
    return false;
}

static void collect(void *context, const struct store_value *v)
{
    struct figures *f = context;
    f->runs = (size_t)v->replication > f->runs ? (size_t)v->replication : f->runs;
    if (!speaks_of(f->claim, v->metric))
        return;
    if (f->count == f->room) {
        f->room = f->room ? 2 * f->room : 256;
        f->rows = mem_realloc(f->rows, f->room * sizeof *f->rows);
    }
    struct figure_row *row = &f->rows[f->count++];
    *row = (struct figure_row){ .cell = mem_strdup(v->cell),
                                .run = (size_t)v->replication - 1,
                                .value = v->value };
    snprintf(row->metric, sizeof row->metric, "%s", v->metric);
}

static void figures_close(struct figures *f)
{
    for (size_t i = 0; i < f->count; i++)
        free(f->rows[i].cell);
    free(f->rows);
}

/* -- statistics ------------------------------------------------------------------------------ */

void verdict_interval(const double *differences, size_t n, double alpha, double *mean,
                      double *low, double *high)
{
    *mean = n > 0 ? gsl_stats_mean(differences, 1, n) : NAN;
    double half = 0;
    if (n > 1)
        half = gsl_cdf_tdist_Pinv(1 - alpha / 2, (double)n - 1) *
               gsl_stats_sd(differences, 1, n) / sqrt((double)n);
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

/* -- one comparison ---------------------------------------------------------------------------- */

struct range_values { /* of a line's key: EACH and SOME stand for `this` */
    const char *key, *this, *next;
};

/* The term's cell with the range's words filled in, allocated. */
static char *cell_at(const struct evidence_term *t, const struct range_values *v)
{
    char *copy = mem_strdup(t->cell), *rest = NULL, *cell = mem_strdup("");
    for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
        const char *is = strchr(w, '=');
        bool of_key =
            v->key && strncmp(w, v->key, (size_t)(is - w)) == 0 && v->key[is - w] == '\0';
        bool this = of_key && (strcmp(is, "=EACH") == 0 || strcmp(is, "=SOME") == 0);
        bool next = of_key && strcmp(is, "=NEXT") == 0;
        char *longer = mem_printf("%s%s%.*s%s", cell, *cell ? " " : "",
                                  (int)(this || next ? is + 1 - w : (long)strlen(w)), w,
                                  this   ? v->this
                                  : next ? v->next
                                         : "");
        free(cell);
        cell = longer;
    }
    free(copy);
    return cell;
}

struct sums { /* of both sides, by replication */
    double *left, *right;
    bool *lacking; /* a run of some cell is not there */
};

static void sums_init(struct sums *s, size_t runs)
{
    s->left = mem_alloc((runs + 1) * sizeof *s->left);
    s->right = mem_alloc((runs + 1) * sizeof *s->right);
    s->lacking = mem_alloc((runs + 1) * sizeof *s->lacking);
}

static void sums_close(struct sums *s)
{
    free(s->left);
    free(s->right);
    free(s->lacking);
}

/* The term's total over the cells it means, and their number, by replication. */
static size_t total_term(const struct figures *f, const struct evidence_term *t,
                         const char *where, double *total, size_t *cells)
{
    const struct expectation here = { .cell = (char *)where };
    size_t most = 0;
    for (size_t i = 0; i < f->count; i++) {
        const struct figure_row *row = &f->rows[i];
        if (strcmp(row->metric, t->metric) != 0 || !expectation_applies(&here, row->cell))
            continue;
        total[row->run] += isnan(row->value) ? t->otherwise : row->value;
        if (++cells[row->run] > most)
            most = cells[row->run];
    }
    return most;
}

/* Adds the term to its sum: the mean of the cells. */
static int add_term(const struct figures *f, const struct evidence_term *t,
                    const struct range_values *v, struct sums *s, struct error *err)
{
    double *sum = t->right ? s->right : s->left;
    if (!t->metric[0]) {
        for (size_t i = 0; i < f->runs; i++)
            sum[i] += t->factor;
        return 0;
    }
    double *total = mem_alloc(f->runs * sizeof *total);
    size_t *cells = mem_alloc(f->runs * sizeof *cells);
    char *where = cell_at(t, v);
    size_t most = total_term(f, t, where, total, cells);
    for (size_t i = 0; i < f->runs && most > 0; i++) {
        sum[i] += t->factor * total[i] / (double)most;
        s->lacking[i] |= cells[i] < most;
    }
    int code =
        most ? 0 : error_set(err, ERR_INVALID, "no run has '%s' where '%s'", t->metric, where);
    free(where);
    free(cells);
    free(total);
    return code;
}

/* Equal in all pairs, so far. */
static bool undecided_ties(const struct evidence_finding *found)
{
    return found->low == 0 && found->high == 0 && found->result == EVIDENCE_REFUTED &&
           found->pairs < VERDICT_TIES;
}

static void find(struct evidence_finding *found, const char *operator, const struct sums * s,
                 const struct figures *f, double alpha)
{
    double *differences = mem_alloc((f->runs + 1) * sizeof *differences), mean;
    size_t pairs = 0;
    *found = (struct evidence_finding){ 0 };
    for (size_t i = 0; i < f->runs; i++) {
        if (s->lacking[i])
            continue;
        double difference = s->left[i] - s->right[i];
        differences[pairs++] = difference;
        found->left += s->left[i];
        found->right += s->right[i];
        found->agree += verdict_decide(operator, difference, difference) == EVIDENCE_SHOWN;
    }
    found->pairs = pairs;
    found->left /= (double)pairs;
    found->right /= (double)pairs;
    verdict_interval(differences, pairs, alpha, &mean, &found->low, &found->high);
    found->result =
        pairs < f->fewest ? EVIDENCE_OPEN : verdict_decide(operator, found->low, found->high);
    if (undecided_ties(found))
        found->result = EVIDENCE_OPEN;
    free(differences);
}

static int compare_sums(const struct figures *f, const struct evidence *e,
                        const struct range_values *v, double alpha,
                        struct evidence_finding *found, struct error *err)
{
    struct sums sums;
    int code = 0;
    sums_init(&sums, f->runs);
    for (size_t k = 0; k < e->term_count && code == 0; k++)
        code = add_term(f, &e->terms[k], v, &sums, err);
    if (code == 0)
        find(found, e->operator, & sums, f, alpha);
    sums_close(&sums);
    return code;
}

/* -- ranges ------------------------------------------------------------------------------------ */

/* The values of `key` in the order of the plan; *count of them, each owned, in an owned array. */
static char **values_of(const struct figures *f, const char *key, size_t *count)
{
    char **values = NULL;
    size_t length = strlen(key);
    *count = 0;
    for (size_t i = 0; i < f->count; i++) {
        char *copy = mem_strdup(f->rows[i].cell), *rest = NULL;
        for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
            bool known = strncmp(w, key, length) != 0 || w[length] != '=';
            for (size_t k = 0; k < *count && !known; k++)
                known = strcmp(values[k], w + length + 1) == 0;
            if (known)
                continue;
            values = mem_realloc(values, (*count + 1) * sizeof *values);
            values[(*count)++] = mem_strdup(w + length + 1);
        }
        free(copy);
    }
    return values;
}

static bool has_next(const struct evidence *e)
{
    for (size_t k = 0; k < e->term_count; k++)
        if (e->terms[k].cell && strstr(e->terms[k].cell, "=NEXT"))
            return true;
    return false;
}

/* Does the finding decide the range more than the one before: by its result, then by how near it
 * is to the claimed side? */
static bool decides(const struct evidence *e, const struct evidence_finding *f)
{
    static const int standing[] = {
        [EVIDENCE_REFUTED] = 0, [EVIDENCE_OPEN] = 1, [EVIDENCE_SHOWN] = 2
    };
    int side = e->operator[0] == '>' ? 1 : - 1;
    int order = standing[f->result] - standing[e->found.result];
    double old = e->found.left / e->found.right, new = f->left / f->right;
    if (order == 0 && new != old)
        order = new > old ? side : -side;
    return e->range == EVIDENCE_SOME ? order > 0 : order < 0;
}

static int judge_range(struct evidence *e, const struct figures *f, struct error *err)
{
    size_t count;
    char **values = values_of(f, e->key, &count);
    size_t next = has_next(e), steps = count > next ? count - next : 0;
    enum evidence_result decisive =
        e->range == EVIDENCE_EACH ? EVIDENCE_REFUTED : EVIDENCE_SHOWN;
    int code = steps ? 0 : error_set(err, ERR_INVALID, "'%s' has no values", e->key);
    for (size_t i = 0; i < steps && code == 0; i++) {
        struct range_values v = { e->key, values[i], next ? values[i + 1] : NULL };
        struct evidence_finding one;
        code = compare_sums(f, e, &v, ALPHA, &one, err);
        if (code == 0 && one.result == decisive)
            code = compare_sums(f, e, &v, ALPHA / (double)steps, &one, err);
        if (code || (e->at && !decides(e, &one)))
            continue;
        free(e->at);
        e->at = mem_printf("%s=%s%s%s", e->key, v.this, next ? " to " : "", next ? v.next : "");
        e->found = one;
    }
    for (size_t i = 0; i < count; i++)
        free(values[i]);
    free(values);
    return code;
}

static int judge_line(struct evidence *e, const struct figures *f, struct error *err)
{
    const struct range_values none = { 0 };
    free(e->at);
    e->at = NULL;
    return e->key ? judge_range(e, f, err) : compare_sums(f, e, &none, ALPHA, &e->found, err);
}

int claim_judge(struct claim *c, struct store *store, const char *experiment, enum arm arm,
                struct error *err)
{
    struct figures f = { .claim = c,
                         .fewest = arm == ARM_REAL ? VERDICT_RUNS_REAL : VERDICT_RUNS };
    int code = store_values(store, experiment, arm, collect, &f, err);
    c->runs = f.runs;
    for (size_t i = 0; i < c->part_count; i++)
        c->parts[i].shown = f.runs > 0;
    for (size_t i = 0; i < c->count && f.runs > 0 && code == 0; i++) {
        struct evidence *e = &c->items[i];
        code = judge_line(e, &f, err);
        c->parts[e->part].shown &= code == 0 && e->found.result == EVIDENCE_SHOWN;
    }
    figures_close(&f);
    return code;
}

enum verdict claim_verdict(const struct claim *c)
{
    size_t shown = 0, refuted = 0;
    for (size_t i = 0; i < c->part_count; i++)
        shown += c->parts[i].shown;
    for (size_t i = 0; i < c->count; i++)
        refuted += c->items[i].found.result == EVIDENCE_REFUTED;
    return c->runs == 0             ? VERDICT_NOT_MEASURED
           : shown == c->part_count ? VERDICT_HOLDS
           : shown > 0              ? VERDICT_WITHIN_LIMITS
           : refuted > 0            ? VERDICT_DOES_NOT_HOLD
                                    : VERDICT_OPEN;
}
