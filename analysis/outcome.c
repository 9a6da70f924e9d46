#include "analysis/outcome.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct one_run { /* the figures of the run whose rows are being read */
    int64_t point, replication;
    double dropped, disconnects, left, metastable, recovery_s;
};

struct reading {
    struct outcomes *outcomes;
    struct outcome *cell; /* of the run; NULL before the first */
    enum arm arm;
    struct one_run run;
};

static struct outcome *find_or_add(struct outcomes *o, const char *cell)
{
    for (size_t i = 0; i < o->count; i++)
        if (strcmp(o->items[i].cell, cell) == 0)
            return &o->items[i];
    o->items = mem_realloc(o->items, (o->count + 1) * sizeof *o->items);
    struct outcome *new = &o->items[o->count++];
    *new = (struct outcome){ .cell = mem_strdup(cell) };
    return new;
}

/* The answer of the run read last; amount NAN: there is none to tell. */
static void answer(struct outcome *o, enum outcome_question q, bool yes, double amount)
{
    struct outcome_run *run = &o->runs[o->run_count - 1];
    o->arm[run->arm].known[q]++;
    o->arm[run->arm].yes[q] += yes;
    run->amount[q] = amount;
}

static void add_run(struct outcome *o, enum arm arm, int64_t replication)
{
    o->runs = mem_realloc(o->runs, (o->run_count + 1) * sizeof *o->runs);
    o->runs[o->run_count++] = (struct outcome_run){ arm, replication, { NAN, NAN, NAN } };
}

/* The run is read: its answers. */
static void end_run(struct reading *r)
{
    const struct one_run *run = &r->run;
    double lost = run->disconnects - run->left;
    if (!r->cell)
        return;
    add_run(r->cell, r->arm, run->replication);
    if (!isnan(run->dropped))
        answer(r->cell, OUTCOME_DROPS, run->dropped > 0, run->dropped);
    if (!isnan(lost))
        answer(r->cell, OUTCOME_DISCONNECTS, lost > 0, lost);
    if (!isnan(run->metastable))
        answer(r->cell, OUTCOME_RECOVERS, run->metastable == 0,
               run->metastable == 0 ? run->recovery_s : NAN);
}

static void begin_run(struct reading *r, const struct store_value *v)
{
    end_run(r);
    r->arm = v->arm;
    r->cell = find_or_add(r->outcomes, v->cell);
    r->run = (struct one_run){ v->point, v->replication, NAN, NAN, NAN, NAN, NAN };
}

static void read_value(void *context, const struct store_value *v)
{
    struct reading *r = context;
    struct one_run *run = &r->run;
    if (!r->cell || v->point != run->point || v->replication != run->replication)
        begin_run(r, v);
    const struct {
        const char *name;
        double *value;
    } wanted[] = { { "dropped", &run->dropped },
                   { "disconnects", &run->disconnects },
                   { "disconnects.client_left", &run->left },
                   { "metastable", &run->metastable },
                   { "recovery.time", &run->recovery_s } };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strcmp(v->metric, wanted[i].name) == 0)
            *wanted[i].value = v->value;
}

int outcomes_load(struct outcomes *o, struct store *store, const char *experiment,
                  struct error *err)
{
    int code = 0;
    for (enum arm a = 0; a < ARMS && code == 0; a++) {
        struct reading r = { .outcomes = o };
        code = store_values(store, experiment, a, read_value, &r, err);
        end_run(&r);
    }
    return code;
}

void outcomes_close(struct outcomes *o)
{
    for (size_t i = 0; i < o->count; i++) {
        free(o->items[i].cell);
        free(o->items[i].runs);
    }
    free(o->items);
    *o = (struct outcomes){ 0 };
}

enum outcome_answer outcome_answer(const struct outcome_arm *a, enum outcome_question q)
{
    if (a->known[q] == 0)
        return ANSWER_UNKNOWN;
    return 2 * a->yes[q] >= a->known[q] ? ANSWER_YES : ANSWER_NO;
}

static bool has(const struct outcome *o, enum arm arm, int64_t replication)
{
    for (size_t i = 0; i < o->run_count; i++)
        if (o->runs[i].arm == arm && o->runs[i].replication == replication)
            return true;
    return false;
}

double outcome_amount(const struct outcome *o, enum arm arm, enum outcome_question q)
{
    enum arm other = arm == ARM_SIM ? ARM_REAL : ARM_SIM;
    double sum[2] = { 0, 0 }; /* of all; of those in both arms */
    size_t runs[2] = { 0, 0 };
    for (size_t i = 0; i < o->run_count; i++) {
        const struct outcome_run *run = &o->runs[i];
        if (run->arm != arm || isnan(run->amount[q]))
            continue;
        size_t to = has(o, other, run->replication) ? 2 : 1;
        for (size_t k = 0; k < to; k++) {
            sum[k] += run->amount[q];
            runs[k]++;
        }
    }
    int k = runs[1] > 0;
    return runs[k] > 0 ? sum[k] / (double)runs[k] : NAN;
}

const char *outcome_question_name(enum outcome_question q)
{
    static const char *const names[OUTCOMES] = { "drops", "disconnects", "recovers" };
    return names[q];
}

static bool both_ran(const struct outcome *o)
{
    return o->arm[ARM_SIM].known[OUTCOME_DROPS] > 0 &&
           o->arm[ARM_REAL].known[OUTCOME_DROPS] > 0;
}

enum outcome_agreement outcome_agreement(const struct outcome *o)
{
    enum outcome_agreement agreement = AGREEMENT_SAME;
    if (!both_ran(o))
        return AGREEMENT_ONE_ARM;
    for (int q = 0; q < OUTCOMES; q++) {
        enum outcome_answer sim = outcome_answer(&o->arm[ARM_SIM], q);
        enum outcome_answer real = outcome_answer(&o->arm[ARM_REAL], q);
        if (sim == real)
            continue;
        if (sim != ANSWER_UNKNOWN && real != ANSWER_UNKNOWN)
            return AGREEMENT_DIFFERS;
        agreement = AGREEMENT_UNKNOWN;
    }
    return agreement;
}
