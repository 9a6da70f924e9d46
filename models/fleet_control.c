/* fleet_control.c - what looks at a fleet and acts on it: samples, series, SLO control, autoscaler,
 * rolling update, rebalancing.
 */
#include "models/fleet_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/error.h"

static void every(struct fleet *f, int64_t interval_ns, event_fn *fn)
{
    simulation_at(&f->sim, f->sim.now_ns + interval_ns, 1, fn, f, NULL);
}

/* -- samples ------------------------------------------------------------------------------- */

static void sample_pod(struct fleet_pod *fp, uint64_t *messages, uint64_t *open)
{
    uint64_t held = 0, connections = pod_open(&fp->pod);
    for (int64_t w = 0; w < fp->fleet->p.server.workers; w++)
        held += push_server_sample(&fp->pod.workers[w]);
    fp->depth_sum += connections > 0 ? (double)held / (double)connections : 0;
    fp->depths++;
    *messages += held;
    *open += connections;
    pod_sample(&fp->pod);
}

static void sample(void *subject, void *object)
{
    struct fleet *f = subject;
    uint64_t messages = 0, open = 0;
    (void)object;
    for (size_t i = 0; i < f->pod_count; i++)
        if (f->pods[i]->pod.state == POD_UP)
            sample_pod(f->pods[i], &messages, &open);
    f->depth = open > 0 ? (double)messages / (double)open : 0;
    if (open > 0)
        run_record_point(f->out, "queue.depth", f->sim.now_ns, f->depth);
    every(f, FLEET_SAMPLE_NS, sample);
}

/* -- starting and stopping pods ------------------------------------------------------------ */

static bool counts(const struct fleet_pod *fp)
{
    return fp->life == FLEET_RUNS || (fp->life == FLEET_STOPS && fp->restarts);
}

static struct rollout_pods count_pods(const struct fleet *f, bool fresh)
{
    struct rollout_pods n = { 0 };
    for (size_t i = 0; i < f->pod_count; i++) {
        const struct fleet_pod *fp = f->pods[i];
        if (counts(fp) && (fp->revision == f->revision) == fresh) {
            n.count++;
            n.available += fp->ready;
        }
    }
    return n;
}

/* The pod to stop next: not ready before ready, then the youngest (Kubernetes'
 * controller.ActivePods order). */
static struct fleet_pod *least_needed(struct fleet *f, bool fresh)
{
    struct fleet_pod *best = NULL;
    for (size_t i = 0; i < f->pod_count; i++) {
        struct fleet_pod *fp = f->pods[i];
        if (fp->life == FLEET_RUNS && (fp->revision == f->revision) == fresh &&
            (best == NULL || fp->ready <= best->ready))
            best = fp;
    }
    return best;
}

static void start_pods(struct fleet *f, int64_t n)
{
    while (n-- > 0) {
        struct fleet_pod *fp = fleet_pod_add(f);
        run_record_event(f->out, f->sim.now_ns, "start", "%srevision %d", fp->label,
                         fp->revision);
        fleet_pod_launch(fp);
    }
}

static void stop_pods(struct fleet *f, int64_t n, bool fresh)
{
    struct fleet_pod *fp;
    while (n-- > 0 && (fp = least_needed(f, fresh)) != NULL)
        fleet_pod_stop(fp);
}

static void reconcile(struct fleet *f)
{
    struct rollout_pods old = count_pods(f, false), fresh = count_pods(f, true);
    if (f->rolling) {
        struct rollout_step step = rollout_next(&f->p.fleet.rollout, f->replicas, old, fresh);
        start_pods(f, step.start);
        stop_pods(f, step.stop, false);
        f->rolling = old.count > 0 || fresh.available < f->replicas;
        if (!f->rolling)
            run_record_event(f->out, f->sim.now_ns, "rollout", "over, revision %d",
                             f->revision);
        return;
    }
    start_pods(f, f->replicas - fresh.count);
    stop_pods(f, fresh.count - f->replicas, true);
}

static void begin_rollout(void *subject, void *object)
{
    struct fleet *f = subject;
    (void)object;
    f->revision++;
    f->rolling = true;
    run_record_event(f->out, f->sim.now_ns, "rollout", "to revision %d", f->revision);
    reconcile(f);
}

static void rebalance(struct fleet *f)
{
    uint64_t open = 0, ready = 0;
    for (size_t i = 0; i < f->pod_count; i++) {
        ready += f->pods[i]->ready;
        open += f->pods[i]->ready ? pod_open(&f->pods[i]->pod) : 0;
    }
    for (size_t i = 0; i < f->pod_count; i++) {
        struct fleet_pod *fp = f->pods[i];
        if (!fp->ready)
            continue;
        int64_t surplus = balancer_surplus(pod_open(&fp->pod), (double)open / (double)ready,
                                           f->p.fleet.rebalance_tolerance);
        int64_t most = (int64_t)ceil(f->p.fleet.rebalance_hz);
        pod_drain(&fp->pod, (uint32_t)(surplus < most ? surplus : most));
    }
}

/* -- the autoscaler ------------------------------------------------------------------------ */

/* A window of metrics ends: only pods that listened all the time have some. */
static void take_snapshot(struct fleet_pod *fp)
{
    struct fleet *f = fp->fleet;
    int64_t now = f->sim.now_ns, window = f->p.fleet.autoscaler.window_ns;
    struct cpu_counters c = cpu_group_counters(fp->group);
    struct fleet_snapshot s = { .at_ns = now };
    s.value[AUTOSCALE_CPU] =
        (double)(c.usage_ns - fp->counted.usage_ns) / ((double)window * fleet_cpu_request(f));
    s.value[AUTOSCALE_P99] = histogram_quantile(&fp->latency, 0.99) / 1e9;
    s.value[AUTOSCALE_QUEUE] = fp->depths > 0 ? fp->depth_sum / fp->depths : NAN;
    s.value[AUTOSCALE_CONNECTIONS] = pod_open(&fp->pod);
    if (fp->up_ns <= now - window)
        fp->snapshots[fp->snapshot_count++ % FLEET_SNAPSHOTS] = s;
    fp->counted = c;
    fp->depth_sum = fp->depths = 0;
    histogram_clear(&fp->latency);
}

static void record_snapshot(struct fleet_pod *fp)
{
    static const char *const names[AUTOSCALE_METRICS] = { "cpu", "p99", "queue",
                                                          "connections" };
    const struct fleet_snapshot *s = &fp->snapshots[(fp->snapshot_count - 1) % FLEET_SNAPSHOTS];
    if (fp->snapshot_count == 0 || s->at_ns != fp->fleet->sim.now_ns)
        return;
    for (int m = 0; m < AUTOSCALE_METRICS; m++) {
        char name[48];
        snprintf(name, sizeof name, "pod.%d.%s", fp->number, names[m]);
        if (!isnan(s->value[m]))
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
    every(f, f->p.fleet.autoscaler.window_ns, end_window);
}

/* What the autoscaler sees of the pod: the newest window that is old enough. */
static struct autoscaler_pod seen_pod(const struct fleet_pod *fp)
{
    const struct fleet *f = fp->fleet;
    struct autoscaler_pod seen = { .terminating = fp->life == FLEET_STOPS,
                                   .ready = fp->ready,
                                   .started_ns = fp->pod.started_ns,
                                   .ready_changed_ns = fp->ready_changed_ns,
                                   .value = { NAN, NAN, NAN, NAN } };
    for (uint32_t i = 1; i <= fp->snapshot_count && i <= FLEET_SNAPSHOTS; i++) {
        const struct fleet_snapshot *s =
            &fp->snapshots[(fp->snapshot_count - i) % FLEET_SNAPSHOTS];
        if (s->at_ns > f->sim.now_ns - f->p.fleet.autoscaler.lag_ns)
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
    run_record_event(f->out, now, "scale", "%lld to %lld pods: %s at %.2f of its target",
                     (long long)f->replicas, (long long)d->replicas,
                     autoscaler_metric_name(d->metric), d->ratio);
    f->replicas = d->replicas;
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
    every(f, f->p.fleet.autoscaler.sync_ns, sync);
}

/* -- SLO control --------------------------------------------------------------------------- */

static void enact(struct fleet *f, int action, bool on)
{
    if (action == RELIEF_SWITCH_POLICY)
        f->p.server.queue_policy =
            on ? (enum queue_policy)(f->p.control.policy - 1) : f->queue_policy;
    if (action == RELIEF_HEARTBEATS)
        f->p.heartbeat.one_in = on ? f->p.control.heartbeat_factor : 1;
}

static void control(struct fleet *f, const struct slo_sample *s, bool green)
{
    struct slo_change c =
        slo_watch_step(&f->watch, &f->p, s, green, METER_WINDOW_NS, f->sim.now_ns, f->out);
    enact(f, c.taken, true);
    enact(f, c.undone, false);
}

/* -- every second -------------------------------------------------------------------------- */

struct totals {
    uint64_t due, dropped, failed_probes, ready, running, open;
    int64_t usage_ns, throttled_ns;
    double memory_bytes;
};

static void add_pod(struct totals *t, struct fleet_pod *fp)
{
    struct cpu_counters c = cpu_group_counters(fp->group);
    t->usage_ns += c.usage_ns;
    t->throttled_ns += c.throttled_ns;
    t->due += fp->meter.due;
    t->dropped += fp->meter.dropped;
    for (int k = 0; k < PROBES; k++)
        t->failed_probes += fp->failed_probes[k] + fp->probe[k].failed;
    t->ready += fp->ready;
    t->running += counts(fp);
    t->open += pod_open(&fp->pod);
    if (fp->pod.state == POD_UP)
        t->memory_bytes += (double)memory_account_total(&fp->pod.memory);
}

static void collect_latency(struct fleet *f)
{
    struct histogram one;
    histogram_init(&one);
    histogram_clear(&f->second);
    for (size_t i = 0; i < f->pod_count; i++) {
        struct fleet_pod *fp = f->pods[i];
        for (int64_t w = 0; w < f->p.server.workers; w++)
            event_loop_break(&fp->pod.workers[w].loop);
        histogram_clear(&one);
        meter_take_windows(&fp->meter, f->sim.now_ns, &one);
        if (one.count == 0)
            continue;
        histogram_merge(&fp->latency, &one);
        histogram_merge(&f->second, &one);
    }
    histogram_close(&one);
}

static void record_second(struct fleet *f, const struct totals *t, const struct slo_sample *s)
{
    const struct {
        const char *name;
        double value;
    } points[] = {
        { "delivery.p50", histogram_quantile(&f->second, 0.5) / 1e9 },
        { "delivery.p95", s->value[SLO_P95] },
        { "delivery.p99", s->value[SLO_P99] },
        { "cpu.used", (double)(t->usage_ns - f->seen.usage_ns) / 1e9 },
        { "cpu.throttled", (double)(t->throttled_ns - f->seen.throttled_ns) / 1e9 },
        { "memory", t->memory_bytes },
        { "connections", (double)t->open },
        { "clients.open", f->clients.open },
        { "reconnects", s->value[SLO_RECONNECTS] },
        { "probes.failed", (double)(t->failed_probes - f->seen.failed_probes) },
        { "pods.ready", (double)t->ready },
        { "pods.running", (double)t->running },
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        if (!isnan(points[i].value))
            run_record_point(f->out, points[i].name, f->sim.now_ns, points[i].value);
    second_counts_record(&f->counted, &f->clients.counters, t->dropped, f->sim.now_ns, f->out);
}

/* Would nobody who looks at probes and CPU notice anything? */
static bool looks_green(const struct fleet *f, const struct totals *t)
{
    double used = (double)(t->usage_ns - f->seen.usage_ns) / 1e9;
    bool cpu_fine = used < 0.8 * fleet_cpu_request(f) * (double)t->running;
    return cpu_fine && t->ready == t->running && t->failed_probes == f->seen.failed_probes;
}

static void second(void *subject, void *object)
{
    struct fleet *f = subject;
    struct totals t = { 0 };
    uint64_t reconnects = f->clients.counters.reconnects;
    (void)object;
    collect_latency(f);
    for (size_t i = 0; i < f->pod_count; i++)
        add_pod(&t, f->pods[i]);
    double due = (double)(t.due - f->seen.due);
    struct slo_sample s = {
        .value = { [SLO_P95] = histogram_quantile(&f->second, 0.95) / 1e9,
                   [SLO_P99] = histogram_quantile(&f->second, 0.99) / 1e9,
                   [SLO_DROPS] = due > 0 ? (double)(t.dropped - f->seen.dropped) / due : NAN,
                   [SLO_RECONNECTS] = (double)(reconnects - f->seen.reconnects) },
        .depth = f->depth,
    };
    slo_watch_silence(&f->watch, f->second.count == 0 && fleet_in_flight(f) > 0,
                      METER_WINDOW_NS, &s);
    record_second(f, &t, &s);
    control(f, &s, looks_green(f, &t));
    f->seen = (struct fleet_seen){ t.due,           t.dropped,  reconnects,
                                   t.failed_probes, t.usage_ns, t.throttled_ns };
    if ((int64_t)t.running > f->figures.pods_max)
        f->figures.pods_max = (int64_t)t.running;
    for (size_t i = 0; i < f->pod_count; i++)
        fleet_pod_tend(f->pods[i]);
    reconcile(f);
    if (f->p.fleet.rebalance_hz > 0)
        rebalance(f);
    every(f, METER_WINDOW_NS, second);
}

void fleet_control_start(struct fleet *f)
{
    f->queue_policy = f->p.server.queue_policy;
    every(f, FLEET_SAMPLE_NS, sample);
    every(f, METER_WINDOW_NS, second);
    every(f, f->p.fleet.autoscaler.window_ns, end_window);
    if (f->p.fleet.autoscale)
        every(f, f->p.fleet.autoscaler.sync_ns, sync);
    if (f->deploy_at_ns > 0)
        simulation_at(&f->sim, f->deploy_at_ns, 1, begin_rollout, f, NULL);
}
