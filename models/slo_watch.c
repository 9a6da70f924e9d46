#include "models/slo_watch.h"

#include <math.h>
#include <stdio.h>

void slo_watch_init(struct slo_watch *w)
{
    *w = (struct slo_watch){
        .published_ns = -1, .waiting_ns = -1, .first_breach_ns = -1, .first_trigger_ns = -1
    };
    slo_control_init(&w->control);
}

void slo_watch_publish(struct slo_watch *w, int64_t planned_ns)
{
    if (w->published_ns < 0)
        w->published_ns = planned_ns;
}

void slo_watch_depth(struct slo_watch *w, double depth)
{
    w->depth_sum += depth;
    w->depths++;
}

double slo_watch_take_depth(struct slo_watch *w)
{
    double mean = w->depths > 0 ? w->depth_sum / w->depths : 0;
    w->depth_sum = 0;
    w->depths = 0;
    return mean;
}

void slo_watch_silence(struct slo_watch *w, bool delivered, bool under_way, int64_t now_ns,
                       struct slo_sample *sample)
{
    if (!under_way)
        w->waiting_ns = -1;
    else if (delivered)
        w->waiting_ns = now_ns;
    else if (w->waiting_ns < 0)
        w->waiting_ns = w->published_ns;
    w->published_ns = -1;
    if (!delivered && w->waiting_ns >= 0)
        sample->value[SLO_P95] = sample->value[SLO_P99] =
            (double)(now_ns - w->waiting_ns) / 1e9;
}

#define FIGURE_ROOM 32

/* "%.3g" and the unit. A second without deliveries has no latency, one in which nothing was due no
 * share of drops. */
static const char *figure(char room[FIGURE_ROOM], double value, const char *unit)
{
    if (isnan(value))
        return "not known";
    snprintf(room, FIGURE_ROOM, "%.3g%s", value, unit);
    return room;
}

static void tell_limits(const char *kind, unsigned bits, const struct slo_sample *sample,
                        const double limits[SLO_LIMITS], int64_t now_ns, struct run_record *out)
{
    char room[FIGURE_ROOM];
    for (int i = 0; i < SLO_LIMITS; i++)
        if (bits >> i & 1)
            run_record_event(out, now_ns, kind, "%s %s, limit %.3g", slo_limit_name(i),
                             figure(room, sample->value[i], ""), limits[i]);
}

static void tell_trigger(bool begins, const struct slo_sample *sample, int64_t now_ns,
                         struct run_record *out)
{
    char room[FIGURE_ROOM];
    run_record_event(out, now_ns, "trigger", "%s: p99 %s, queue depth %.3g",
                     begins ? "begins" : "ends", figure(room, sample->value[SLO_P99], " s"),
                     sample->depth);
}

static void tell_action(struct slo_watch *w, int action, bool begins, int64_t now_ns,
                        struct run_record *out)
{
    if (action < 0)
        return;
    w->actions += begins;
    run_record_event(out, now_ns, "action", "%s: %s", slo_action_name(action),
                     begins ? "begins" : "ends");
}

struct slo_change slo_watch_step(struct slo_watch *w, const struct parameters *p,
                                 const struct slo_sample *sample, bool green,
                                 int64_t interval_ns, int64_t now_ns, struct run_record *out)
{
    double limits[SLO_LIMITS];
    slo_limits(&p->slo, limits);
    struct slo_change c = slo_control_step(&w->control, &p->control, limits, sample, now_ns);
    tell_limits("breach", c.breached, sample, limits, now_ns, out);
    tell_limits("recovery", c.recovered, sample, limits, now_ns, out);
    if (slo_any(&p->slo))
        run_record_point(out, "slo.broken", now_ns, w->control.breached != 0);
    w->breaches += c.breached != 0;
    if (c.breached && w->first_breach_ns < 0)
        w->first_breach_ns = now_ns;
    if (w->control.breached) {
        w->breach_ns += interval_ns;
        w->green_ns += green ? interval_ns : 0;
    }
    if (c.trigger > 0 && w->first_trigger_ns < 0)
        w->first_trigger_ns = now_ns;
    if (c.trigger != 0)
        tell_trigger(c.trigger > 0, sample, now_ns, out);
    tell_action(w, c.taken, true, now_ns, out);
    tell_action(w, c.undone, false, now_ns, out);
    return c;
}

static double seconds(int64_t ns)
{
    return ns < 0 ? NAN : (double)ns / 1e9;
}

void slo_watch_report(const struct slo_watch *w, struct run_record *out)
{
    double breach = seconds(w->breach_ns);
    run_record_metric(out, "breaches", "1", (double)w->breaches);
    run_record_metric(out, "breach.first", "s", seconds(w->first_breach_ns));
    run_record_metric(out, "breach.time", "s", breach);
    run_record_metric(out, "breach.green", "1", breach > 0 ? seconds(w->green_ns) / breach : 0);
    run_record_metric(out, "trigger.first", "s", seconds(w->first_trigger_ns));
    run_record_metric(out, "actions", "1", (double)w->actions);
}
