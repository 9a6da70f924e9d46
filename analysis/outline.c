#include "analysis/outline.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "sim/error.h"

#define SECOND INT64_C(1000000000)

static void press(struct outline *o, double begin, double end)
{
    o->pressure_begin = fmin(o->pressure_begin, begin); /* NAN gives way */
    o->pressure_end = fmax(o->pressure_end, end);
}

/* A phase from `at` to `end`, whose rate may grow or fall in a straight line. */
static void press_by_phase(struct outline *o, double at, double end, double from_hz,
                           double to_hz, double bound_hz)
{
    double crossed = at + (end - at) * (bound_hz - from_hz) / (to_hz - from_hz);
    bool from_above = from_hz > bound_hz, to_above = to_hz > bound_hz;
    if (from_above || to_above)
        press(o, from_above ? at : crossed, to_above ? end : crossed);
}

static void press_by_phases(struct outline *o, const struct workload_params *w)
{
    double calm_hz = 0, at = 0;
    for (int i = 0; i < w->phases; i++) {
        const struct phase_params *phase = &w->phase[i];
        double end = at + (double)phase->duration_ns / 1e9, from_hz = phase->rate_hz;
        double to_hz = phase->rate_to_hz > 0 ? phase->rate_to_hz : from_hz;
        if (calm_hz == 0)
            calm_hz = from_hz > 0 ? from_hz : to_hz;
        press_by_phase(o, at, end, from_hz, to_hz, OUTLINE_MORE * calm_hz);
        at = end;
    }
}

static void press_by_faults(struct outline *o, const struct fault_params *f)
{
    if (f->deploy_at_ns > 0)
        press(o, (double)f->deploy_at_ns / 1e9, (double)f->deploy_at_ns / 1e9);
    if (f->crash_at_ns > 0)
        press(o, (double)f->crash_at_ns / 1e9, (double)f->crash_at_ns / 1e9);
    if (f->busy_at_ns > 0)
        press(o, (double)f->busy_at_ns / 1e9, (double)(f->busy_at_ns + f->busy_ns) / 1e9);
    if (f->blip_at_ns > 0)
        press(o, (double)f->blip_at_ns / 1e9, (double)(f->blip_at_ns + f->blip_ns) / 1e9);
    if (f->leave_at_ns > 0)
        press(o, NAN, (double)f->leave_at_ns / 1e9);
}

/* Classes whose members all stop reading at a set time. */
static void press_by_stalls(struct outline *o, const struct parameters *p)
{
    double all = 0;
    for (int64_t i = 0; i < p->class_count; i++)
        all += p->classes[i].share;
    for (int64_t i = 0; i < p->class_count; i++) {
        const struct client_class *k = &p->classes[i];
        if (k->stall_at_ns <= 0 || k->share < OUTLINE_CROWD * all)
            continue;
        double at = (double)k->stall_at_ns / 1e9;
        press(o, at, k->stall_ns > 0 ? at + (double)k->stall_ns / 1e9 : INFINITY);
    }
}

/* -- traces -------------------------------------------------------------------------------- */

static void press_by_rates(struct outline *o, const struct schedule *s)
{
    size_t bins = (size_t)(s->end_ns / (OUTLINE_BIN_S * SECOND)) + 1;
    double *count = mem_alloc(2 * bins * sizeof *count), *sorted = count + bins;
    for (size_t i = 0; i < s->count; i++)
        if (s->actions[i].kind == ACTION_PUBLISH)
            count[s->actions[i].at_ns / (OUTLINE_BIN_S * SECOND)]++;
    for (size_t i = 0; i < bins; i++)
        sorted[i] = count[i];
    gsl_sort(sorted, 1, bins);
    double median = gsl_stats_median_from_sorted_data(sorted, 1, bins);
    for (size_t i = 0; i < bins; i++)
        if (median > 0 && count[i] > OUTLINE_MORE * median)
            press(o, (double)i * OUTLINE_BIN_S, (double)(i + 1) * OUTLINE_BIN_S);
    free(count);
}

/* Clients that come, go or stall; those of one second together. */
static void press_by_crowds(struct outline *o, const struct schedule *s)
{
    double crowd = fmax(1, OUTLINE_CROWD * s->clients);
    for (size_t i = 0, next; i < s->count; i = next) {
        double concerned = 0, end = 0;
        next = i + 1;
        if (s->actions[i].kind == ACTION_PUBLISH)
            continue;
        for (next = i; next < s->count && s->actions[next].at_ns < s->actions[i].at_ns + SECOND;
             next++) {
            const struct action *a = &s->actions[next];
            if (a->kind == ACTION_PUBLISH)
                continue;
            concerned++;
            end = fmax(end, (double)(a->at_ns + a->duration_ns) / 1e9);
        }
        if (concerned >= crowd)
            press(o, (double)s->actions[i].at_ns / 1e9, end);
    }
}

/* -- both ---------------------------------------------------------------------------------- */

/* Those that are meant to be there at any time. */
static double fewest_clients(const struct parameters *p, const struct schedule *s)
{
    int64_t connected = s->initial, fewest = connected;
    for (size_t i = 0; i < s->count; i++) {
        connected += s->actions[i].kind == ACTION_CONNECT;
        connected -= s->actions[i].kind == ACTION_DISCONNECT;
        fewest = connected < fewest ? connected : fewest;
    }
    int64_t loyal = s->clients; /* the slow class may leave */
    if (p->fault.leave_at_ns > 0 && p->fault.leave_at_ns < s->end_ns && p->class_count > 1)
        loyal = client_class_first(p->classes, (int)p->class_count, s->clients, 1);
    fewest = loyal < fewest ? loyal : fewest;
    return fewest < 0 ? 0 : (double)fewest;
}

void outline_limits(struct outline *o, const struct parameters *p)
{
    *o = (struct outline){
        .slo_p95_s = (double)p->slo.p95_ns / 1e9,
        .slo_p99_s = (double)p->slo.p99_ns / 1e9,
        .slo_reconnects_hz = p->slo.reconnects_hz,
        .cpu = cpu_request(p),
        .memory_bytes = (double)p->memory_limit_bytes,
        .clients = (double)p->clients,
        .pressure_begin = NAN,
        .pressure_end = NAN,
        .load_end = NAN,
    };
}

void outline_init(struct outline *o, const struct parameters *p, const struct schedule *s)
{
    outline_limits(o, p);
    o->clients = fewest_clients(p, s);
    o->load_end = (double)s->end_ns / 1e9;
    if (s->from_phases) {
        press_by_phases(o, &p->workload);
    } else {
        press_by_rates(o, s);
        press_by_crowds(o, s);
    }
    press_by_stalls(o, p);
    press_by_faults(o, &p->fault);
    if (!isnan(o->pressure_end) && isnan(o->pressure_begin))
        o->pressure_begin = 0;
    if (o->pressure_end >= o->load_end)
        o->pressure_end = NAN;
}

void outline_record(const struct outline *o, struct run_record *r)
{
    run_record_metric(r, "pressure.begin", "s", o->pressure_begin);
    run_record_metric(r, "pressure.end", "s", o->pressure_end);
    run_record_metric(r, "load.end", "s", o->load_end);
    run_record_metric(r, "clients.planned", "1", o->clients);
}

void outline_recall(struct outline *o, const struct run_record *r)
{
    double clients = run_record_value(r, "clients.planned");
    o->pressure_begin = run_record_value(r, "pressure.begin");
    o->pressure_end = run_record_value(r, "pressure.end");
    o->load_end = run_record_value(r, "load.end");
    o->clients = isnan(clients) ? o->clients : clients;
    if (isnan(o->load_end))
        o->load_end = run_record_value(r, "duration");
}
