#include "analysis/host_paces.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static void take(void *context, const struct store_value *v)
{
    struct taking *t = context;
    if (v->point != t->number || v->replication != t->replication) {
        t->number = v->point;
        t->replication = v->replication;
        t->found = find(t, v->cell);
        if (t->found)
            t->runs[t->point]++;
    }
    if (!t->found || strcmp(v->metric, "host.pace") != 0 || !(v->value > 0))
        return;
    struct plan_point *p = &t->plan->points[t->point];
    p->paces_ns = mem_realloc(p->paces_ns, (p->pace_count + 1) * sizeof *p->paces_ns);
    p->paces_ns[p->pace_count++] = 1e9 * v->value;
}

static void forget(struct plan_point *point)
{
    free(point->paces_ns);
    point->paces_ns = NULL;
    point->pace_count = 0;
}

int host_paces_take(struct plan *plan, struct store *store, const char *name, struct error *err)
{
    struct taking t = { .plan = plan, .runs = mem_alloc(plan->count * sizeof *t.runs) };
    memset(t.runs, 0, plan->count * sizeof *t.runs);
    for (size_t i = 0; i < plan->count; i++)
        forget(&plan->points[i]);
    int code = store_values(store, name, "real", take, &t, err);
    for (size_t i = 0; i < plan->count; i++) {
        struct plan_point *p = &plan->points[i];
        if (code || p->pace_count < t.runs[i] || p->settings.parameters.cost.pace_base_ns == 0)
            forget(p);
    }
    free(t.runs);
    return code;
}
