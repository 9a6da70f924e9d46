#include "analysis/timeline.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/run_fates.h"
#include "sim/error.h"

#define SECOND     INT64_C(1000000000)
#define LONGEST_NS (INT64_C(10000000) * SECOND) /* later than that is no time of a run */

enum join { JOIN_MAX, JOIN_SUM, JOIN_LAST };

static const struct lane { /* where the points of a series go */
    const char *series;
    size_t offset;
    enum join join;
} lanes[] = {
#define LANE(series, member, join)                                                             \
    {                                                                                          \
        series, offsetof(struct timeline_window, member), join                                 \
    }
    LANE("queue.depth", depth, JOIN_MAX),
    LANE("delivery.p50", p50, JOIN_MAX),
    LANE("delivery.p95", p95, JOIN_MAX),
    LANE("delivery.p99", p99, JOIN_MAX),
    LANE("connections", served, JOIN_LAST),
    LANE("clients.open", open, JOIN_LAST),
    LANE("memory", memory, JOIN_MAX),
    LANE("cpu.used", cpu, JOIN_SUM),
    LANE("cpu.throttled", throttled, JOIN_SUM),
    LANE("pods.running", running, JOIN_LAST),
    LANE("pods.ready", ready, JOIN_LAST),
    LANE("reconnects", reconnects, JOIN_SUM),
    LANE("disconnects", disconnects, JOIN_SUM),
    LANE("disconnects.client_left", left, JOIN_SUM),
    LANE("write_timeouts", write_timeouts, JOIN_SUM),
    LANE("drops", drops, JOIN_SUM),
    LANE("connects.failed", connects_failed, JOIN_SUM),
    LANE("probes.failed.ready", probes_failed, JOIN_SUM),
#undef LANE
};
#define LANES (sizeof lanes / sizeof *lanes)

static const struct lane *lane_of(const char *series)
{
    for (size_t i = 0; i < LANES; i++)
        if (strcmp(lanes[i].series, series) == 0)
            return &lanes[i];
    return NULL;
}

/* Distance between the first two points of a series that every run has, in whole seconds. */
static int64_t step_of(const struct run_record *r)
{
    int64_t first = -1;
    for (size_t i = 0; i < r->point_count; i++) {
        if (strcmp(r->points[i].name, "cpu.used") != 0)
            continue;
        if (first >= 0) {
            int64_t step = (r->points[i].at_ns - first + SECOND / 2) / SECOND * SECOND;
            return step < SECOND ? SECOND : step;
        }
        first = r->points[i].at_ns;
    }
    return SECOND;
}

static void add(double *place, enum join join, double value)
{
    if (isnan(*place) || join == JOIN_LAST)
        *place = value;
    else
        *place = join == JOIN_SUM ? *place + value : fmax(*place, value);
}

static void add_point(struct timeline *t, const struct record_point *p)
{
    const struct lane *lane = lane_of(p->name);
    if (!lane || isnan(p->value))
        return;
    bool sampled = lane == &lanes[0];
    /* the real arm's seconds end a little early or late */
    int64_t at = sampled ? p->at_ns : p->at_ns - SECOND / 2;
    size_t i = (size_t)((at < 0 ? 0 : at) / t->step_ns);
    if (i < t->count)
        add((void *)((char *)&t->windows[i] + lane->offset), lane->join, p->value);
}

static void add_event(struct timeline *t, const struct record_event *e)
{
    static const char *const deaths[] = { "oom", "crash", "exit", "liveness", "startup" };
    size_t i = (size_t)((e->at_ns < 0 ? 0 : e->at_ns) / t->step_ns);
    for (size_t k = 0; k < sizeof deaths / sizeof *deaths && i < t->count; k++)
        if (strcmp(e->kind, deaths[k]) == 0)
            t->windows[i].killed += 1;
}

/* Seconds in which nothing arrives look calm and are not: what comes next was late already in
 * them, and what is still under way at the end is no earlier than what came before it. */
static void fill_silence(struct timeline *t, size_t count, bool under_way)
{
    double step_s = (double)t->step_ns / 1e9;
    for (size_t i = count; i-- > 1;) {
        double late = t->windows[i].p99 - step_s;
        if (isnan(t->windows[i - 1].p99) && late > 0)
            t->windows[i - 1].p99 = late;
    }
    for (size_t i = 1; under_way && i < count; i++)
        if (isnan(t->windows[i].p99))
            t->windows[i].p99 = t->windows[i - 1].p99;
}

static bool has_deliveries(const struct timeline *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (!isnan(t->windows[i].p50))
            return true;
    return false;
}

/* What is due and never comes is late by all the time since the begin, where nothing tells better. */
static void fill_starved(struct timeline *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (isnan(t->windows[i].p99))
            t->windows[i].p99 = (double)(i + 1) * (double)t->step_ns / 1e9;
}

/* One more than the last that a latency falls into. */
static size_t windows_of(const struct timeline *t, const struct run_record *r)
{
    size_t count = t->count;
    for (size_t i = 0; i < r->point_count; i++) {
        if (r->points[i].at_ns < 0 || r->points[i].at_ns > LONGEST_NS)
            continue;
        size_t at = (size_t)(r->points[i].at_ns / t->step_ns) + 1;
        if (strcmp(r->points[i].name, "delivery.p99") == 0 && at > count)
            count = at;
    }
    return count;
}

void timeline_init(struct timeline *t, const struct run_record *r, int64_t end_ns)
{
    t->step_ns = step_of(r);
    end_ns = end_ns < 0 ? 0 : end_ns < LONGEST_NS ? end_ns : LONGEST_NS;
    t->count = (size_t)((end_ns + t->step_ns - 1) / t->step_ns);
    size_t wanted = t->count;
    struct run_fates fates;
    t->count = windows_of(t, r);
    t->windows = mem_alloc((t->count + 1) * sizeof *t->windows);
    for (size_t i = 0; i < t->count; i++) {
        struct timeline_window *w = &t->windows[i];
        w->p50 = w->p95 = w->p99 = w->depth = w->memory = NAN;
        w->open = w->served = w->throttled = w->running = w->ready = NAN;
    }
    for (size_t i = 0; i < r->point_count; i++)
        add_point(t, &r->points[i]);
    for (size_t i = 0; i < r->event_count; i++)
        add_event(t, &r->events[i]);
    for (size_t i = 0; i < t->count; i++)
        if (isnan(t->windows[i].open))
            t->windows[i].open = t->windows[i].served;
    run_fates_of(&fates, r);
    t->starved = run_fates_starved(&fates) && !has_deliveries(t);
    if (t->starved)
        fill_starved(t);
    fill_silence(t, t->count, fates.in_flight > 0);
    t->count = wanted;
}

void timeline_close(struct timeline *t)
{
    free(t->windows);
    *t = (struct timeline){ 0 };
}
