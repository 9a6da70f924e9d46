#include "analysis/host_paces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char step_metric[] = "host.pace", read_metric[] = "host.memory_pace";

static double time_ns(const struct run_record *record, const char *metric)
{
    double s = run_record_value(record, metric);
    return s > 0 ? 1e9 * s : 0;
}

struct run_pace host_paces_of(const struct run_record *record)
{
    return (struct run_pace){ time_ns(record, step_metric), time_ns(record, read_metric) };
}

struct taking {
    struct plan *plan;
    size_t *runs; /* of each point */
    size_t point; /* of the row before */
    bool found;   /* that run's point is one of the plan's */
    int64_t number, replication;
};

static bool find(struct taking *t, const char *cell)
{
    for (size_t i = 0; i < t->plan->count; i++)
        if (strcmp(t->plan->points[i].cell, cell) == 0) {
            t->point = i;
            return true;
        }
    return false;
}

static void next_run(struct plan_point *p, size_t runs)
{
    p->paces = mem_realloc(p->paces, runs * sizeof *p->paces);
    p->paces[runs - 1] = (struct run_pace){ 0, 0 };
}

/* pace_count: the runs that have a step. */
static void take_time(struct plan_point *p, size_t runs, const struct store_value *v)
{
    if (!(v->value > 0))
        return;
    if (strcmp(v->metric, step_metric) == 0) {
        p->paces[runs - 1].step_ns = 1e9 * v->value;
        p->pace_count++;
    } else if (strcmp(v->metric, read_metric) == 0) {
        p->paces[runs - 1].read_ns = 1e9 * v->value;
    }
}

static void take(void *context, const struct store_value *v)
{
    struct taking *t = context;
    if (v->point != t->number || v->replication != t->replication) {
        t->number = v->point;
        t->replication = v->replication;
        t->found = find(t, v->cell);
        if (t->found)
            next_run(&t->plan->points[t->point], ++t->runs[t->point]);
    }
    if (t->found)
        take_time(&t->plan->points[t->point], t->runs[t->point], v);
}

static void forget(struct plan_point *point)
{
    free(point->paces);
    point->paces = NULL;
    point->pace_count = 0;
}

int host_paces_take(struct plan *plan, struct store *store, const char *name, struct error *err)
{
    struct taking t = { .plan = plan, .runs = mem_alloc(plan->count * sizeof *t.runs) };
    memset(t.runs, 0, plan->count * sizeof *t.runs);
    for (size_t i = 0; i < plan->count; i++)
        forget(&plan->points[i]);
    int code = store_values(store, name, ARM_REAL, take, &t, err);
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_point *p = &plan->points[i];
        if (code || p->pace_count < t.runs[i] ||
            p->settings.parameters.cost.pace_base.step_ns == 0)
            forget(p);
    }
    free(t.runs);
    return code;
}
