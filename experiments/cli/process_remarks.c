#include "experiments/cli/process_remarks.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct lives {
    const struct session *session;
    size_t runs, oom, probes, scaled, idle; /* runs, and those in which it happened */
    double first_oom;                       /* the earliest, in s; NAN: none */
    size_t empty;                           /* pods without connections in the run at hand */
    double full;                            /* most memory, as a share of its limit */
    double most, limit;                     /* B: this memory, and the limit */
};

/* NULL: a row of a point that the plan no longer has. */
static const struct parameters *of_point(const struct lives *l, int64_t number)
{
    const struct plan *plan = &l->session->plan;
    if (number < 1 || (size_t)number > plan->count)
        return NULL;
    assert(plan->points[number - 1].number == number);
    return &plan->points[number - 1].settings.parameters;
}

/* A pod whose clients went elsewhere, in an update or when it was scaled away, is empty, too. */
static bool may_be_idle(const struct lives *l, int64_t point)
{
    const struct parameters *p = of_point(l, point);
    return p && p->fault.deploy_at_ns == 0;
}

/* The working set of the process that came nearest to its limit; of a fleet, of a pod. */
static void add_memory(struct lives *l, const struct store_value *v)
{
    const struct parameters *p = of_point(l, v->point);
    double limit = p ? (double)p->memory_limit_bytes : 0;
    if (limit <= 0 ||
        strcmp(v->metric, p->fleet.pods > 0 ? "memory.pod.peak" : "memory.peak") != 0 ||
        !(v->value / limit > l->full))
        return;
    l->full = v->value / limit;
    l->most = v->value;
    l->limit = limit;
}

/* The metrics of a run come in the order of their names: pod.N.connections before scale.down. */
static void add_value(void *context, const struct store_value *v)
{
    struct lives *l = context;
    int length = 0;
    if (!shard_has(&l->session->shard, v->point, v->replication))
        return;
    sscanf(v->metric, "pod.%*d.connections%n", &length);
    if (strncmp(v->metric, "memory.", strlen("memory.")) == 0)
        add_memory(l, v);
    else if (length > 0 && v->metric[length] == '\0')
        l->empty += v->value == 0;
    else if (strcmp(v->metric, "oom") == 0)
        l->oom += v->value > 0;
    else if (strcmp(v->metric, "oom.first") == 0)
        l->first_oom = fmin(l->first_oom, v->value);
    else if (strcmp(v->metric, "liveness_kills") == 0)
        l->probes += v->value > 0;
    else if (strcmp(v->metric, "published") == 0)
        l->runs++;
    else if (strcmp(v->metric, "scale.down") == 0 && v->value > 0)
        l->empty = 0;
    else if (strcmp(v->metric, "scale.up") == 0) {
        l->scaled += v->value > 0;
        l->idle += v->value > 0 && l->empty > 0 && may_be_idle(l, v->point);
        l->empty = 0;
    }
}

/* Else no metric has to be looked at. */
static bool any_may_die(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct parameters *p = &plan->points[i].settings.parameters;
        if (p->memory_limit_bytes > 0 || p->fleet.pods > 0)
            return true;
    }
    return false;
}

int process_remarks_print(const struct session *session, struct store *store, struct error *err)
{
    struct lives l = { .session = session, .first_oom = NAN };
    char at[UNIT_TEXT_BYTES], limit[UNIT_TEXT_BYTES];
    if (!any_may_die(&session->plan))
        return 0;
    int code = store_values(store, session->experiment.name, ARM_SIM, add_value, &l, err);
    if (code)
        return code;
    if (l.oom > 0)
        printf(
            "\nin %zu of %zu runs a process died for memory (memory.limit), the first at %s\n",
            l.oom, l.runs, unit_format_short(at, UNIT_TIME, l.first_oom * 1e9));
    if (l.oom == 0 && l.full > 0)
        printf("\nno process died for memory: the fullest had %s of its %s (memory.limit)\n",
               unit_format_short(at, UNIT_BYTES, l.most),
               unit_format_short(limit, UNIT_BYTES, l.limit));
    if (l.scaled > 0 && l.scaled < l.runs)
        printf("\nthe autoscaler started pods in %zu of %zu runs\n", l.scaled, l.runs);
    if (l.probes > 0)
        printf("\nin %zu of %zu runs failed liveness or startup probes stopped a container\n",
               l.probes, l.runs);
    if (l.idle > 0)
        printf(
            "\nin %zu of the %zu runs that were scaled up a new pod had no connection at the "
            "end: clients that\nare connected stay where they are (fleet.rebalance.rate)\n",
            l.idle, l.scaled);
    return 0;
}
