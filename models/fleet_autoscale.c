/* fleet_autoscale.c - what the autoscaler sees of a fleet (metrics of each pod over windows, seen
 * when they are old enough) and what it asks for.
 */
#include "models/fleet_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/error.h"

/* Behind whatever else happens at that instant. */
static void after(struct fleet *f, int64_t interval_ns, event_fn *fn)
{
    simulation_at(&f->sim, f->sim.now_ns + interval_ns, 1, fn, f, NULL);
}

/* A window of metrics ends. Of a container that ran all the time metrics-server knows the CPU; the
 * rest is told by a process that listened all the time. */
static void take_snapshot(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    int64_t now = f->sim.now_ns, window = f->p.fleet.autoscaler.window_ns;
    struct cpu_counters c = cpu_group_counters(fp->group);
    struct fleet_snapshot s = { .at_ns = now };
    s.value[AUTOSCALE_CPU] =
        (double)(c.usage_ns - fp->counted.usage_ns) / ((double)window * cpu_request(&f->p));
    bool listened = fp->up_ns <= now - window;
    s.value[AUTOSCALE_P99] = listened ? histogram_quantile(&fp->latency, 0.99) / 1e9 : NAN;
    s.value[AUTOSCALE_QUEUE] = listened && fp->depths > 0 ? fp->depth_sum / fp->depths : NAN;
    s.value[AUTOSCALE_CONNECTIONS] = listened ? pod_open(&fp->pod) : NAN;
    if (fp->ran_ns <= now - window)
        fp->snapshots[fp->snapshot_count++ % FLEET_SNAPSHOTS] = s;
    fp->counted = c;
    fp->depth_sum = fp->depths = 0;
    histogram_clear(&fp->latency);
}

static void record_snapshot(struct fleet_pod *fp)
{
    const struct fleet_snapshot *s = &fp->snapshots[(fp->snapshot_count - 1) % FLEET_SNAPSHOTS];
    if (fp->snapshot_count == 0 || s->at_ns != fp->fleet->sim.now_ns)
        return;
    for (int m = 0; m < AUTOSCALE_METRICS; m++) {
        char name[48];
        snprintf(name, sizeof name, "pod.%d.%s", fp->number,
                 autoscaler_metric_name((enum autoscaler_metric)m));
        if (!isnan(s->value[m]) && !(m == AUTOSCALE_CONNECTIONS && fp->detailed))
            run_record_point(fp->fleet->out, name, s->at_ns, s->value[m]);
    }
}

static void end_window(void *subject, void *object)
{
    struct fleet *f = subject;
    (void)object;
    for (size_t i = 0; i < f->pod_count; i++) {
        if (f->pods[i]->life == FLEET_GONE)
            continue;
        take_snapshot(f->pods[i]);
        record_snapshot(f->pods[i]);
    }
    f->window_end_ns = f->sim.now_ns;
    after(f, f->p.fleet.autoscaler.window_ns, end_window);
}

/* End of the newest window that is old enough to be seen; windows begin at 0. */
static int64_t seen_window(const struct fleet *f)
{
    const struct autoscaler_params *p = &f->p.fleet.autoscaler;
    int64_t end_ns = (f->sim.now_ns - p->lag_ns) / p->window_ns * p->window_ns;
    return end_ns < f->window_end_ns ? end_ns : f->window_end_ns;
}

/* What the autoscaler sees of the pod: its metrics of that window. A pod without has none,
 * whatever it had before: metrics-server forgets what its last scrape did not find
 * (pkg/storage/pod.go). */
static struct autoscaler_pod seen_pod(const struct fleet_pod *fp)
{
    const struct fleet *f = fp->fleet;
    int64_t end_ns = seen_window(f);
    struct autoscaler_pod seen = { .terminating = !fleet_pod_counts(fp),
                                   .pending = !fp->began,
                                   .ready = fp->ready,
                                   .started_ns = fp->acknowledged_ns,
                                   .ready_changed_ns = fp->ready_changed_ns,
                                   .value = { NAN, NAN, NAN, NAN } };
    for (uint32_t i = 1; i <= fp->snapshot_count && i <= FLEET_SNAPSHOTS; i++) {
        const struct fleet_snapshot *s =
            &fp->snapshots[(fp->snapshot_count - i) % FLEET_SNAPSHOTS];
        if (s->at_ns != end_ns)
            continue;
        seen.measured_ns = s->at_ns;
        for (int m = 0; m < AUTOSCALE_METRICS; m++)
            seen.value[m] = s->value[m];
        break;
    }
    return seen;
}

static void follow(struct fleet *f, const struct autoscaler_decision *d)
{
    bool up = d->replicas > f->replicas;
    int64_t now = f->sim.now_ns;
    *(up ? &f->figures.scaled_up : &f->figures.scaled_down) += 1;
    if (up && f->figures.first_scale_ns < 0)
        f->figures.first_scale_ns = now;
    if (d->ratio > 0)
        run_record_event(f->out, now, "scale", "%lld to %lld pods: %s at %.2f of its target",
                         (long long)f->replicas, (long long)d->replicas,
                         autoscaler_metric_name(d->metric), d->ratio);
    else
        run_record_event(f->out, now, "scale", "%lld to %lld pods: autoscaler.%s",
                         (long long)f->replicas, (long long)d->replicas, up ? "min" : "max");
    f->replicas = d->replicas;
    fleet_reconcile(f);
}

static void sync(void *subject, void *object)
{
    struct fleet *f = subject;
    struct autoscaler_pod *seen = mem_alloc((f->pod_count + 1) * sizeof *seen);
    size_t n = 0;
    (void)object;
    for (size_t i = 0; i < f->pod_count; i++)
        if (f->pods[i]->life != FLEET_GONE)
            seen[n++] = seen_pod(f->pods[i]);
    struct autoscaler_decision d = autoscaler_sync(&f->autoscaler, &f->p.fleet.autoscaler,
                                                   f->sim.now_ns, f->replicas, seen, n);
    free(seen);
    if (d.replicas != f->replicas)
        follow(f, &d);
    after(f, f->p.fleet.autoscaler.sync_ns, sync);
}

void fleet_autoscale_start(struct fleet *f)
{
    after(f, f->p.fleet.autoscaler.window_ns, end_window);
    if (f->p.fleet.autoscale)
        after(f, f->p.fleet.autoscaler.sync_ns, sync);
}
