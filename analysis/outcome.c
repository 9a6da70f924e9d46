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
    struct outcome_arm *arm; /* of the run; NULL before the first */
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

static void answer(struct outcome_arm *a, enum outcome_question q, bool yes, double amount)
{
    a->known[q]++;
    a->yes[q] += yes;
    a->sum[q] += amount;
}

/* The run is read: its answers. */
static void end_run(struct reading *r)
{
    const struct one_run *run = &r->run;
    double lost = run->disconnects - run->left;
    if (!r->arm)
        return;
    if (!isnan(run->dropped))
        answer(r->arm, OUTCOME_DROPS, run->dropped > 0, run->dropped);
    if (!isnan(lost))
        answer(r->arm, OUTCOME_DISCONNECTS, lost > 0, lost);
    if (!isnan(run->metastable))
        answer(r->arm, OUTCOME_RECOVERS, run->metastable == 0,
               run->metastable == 0 ? run->recovery_s : 0);
}

static void begin_run(struct reading *r, const struct store_value *v)
{
    end_run(r);
    enum arm arm = strcmp(v->arm, "sim") == 0 ? ARM_SIM : ARM_REAL;
    r->arm = &find_or_add(r->outcomes, v->cell)->arm[arm];
    r->run = (struct one_run){ v->point, v->replication, NAN, NAN, NAN, NAN, NAN };
}

static void read_value(void *context, const struct store_value *v)
{
    struct reading *r = context;
    struct one_run *run = &r->run;
    if (!r->arm || v->point != run->point || v->replication != run->replication)
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
    static const char *const arms[ARMS] = { "sim", "real" };
    int code = 0;
    for (int a = 0; a < ARMS && code == 0; a++) {
        struct reading r = { .outcomes = o };
        code = store_values(store, experiment, arms[a], read_value, &r, err);
        end_run(&r);
    }
    return code;
}

void outcomes_close(struct outcomes *o)
{
    for (size_t i = 0; i < o->count; i++)
        free(o->items[i].cell);
    free(o->items);
    *o = (struct outcomes){ 0 };
}

enum outcome_answer outcome_answer(const struct outcome_arm *a, enum outcome_question q)
{
    if (a->known[q] == 0)
        return ANSWER_UNKNOWN;
    return 2 * a->yes[q] >= a->known[q] ? ANSWER_YES : ANSWER_NO;
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
