/* fleet_control.c - what looks at a fleet: samples, series, SLO control; every second it also lets
 * the replicas be put right and connections be rebalanced (fleet_replicas.c).
 */
#include "models/fleet_internal.h"

#include <math.h>

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
    double depth = open > 0 ? (double)messages / (double)open : 0;
    slo_watch_depth(&f->watch, depth);
    if (open > 0)
        run_record_point(f->out, "queue.depth", f->sim.now_ns, depth);
    simulation_at(&f->sim, f->sim.now_ns + FLEET_SAMPLE_NS, 1, sample, f, NULL);
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
    uint64_t due, failed_probes, ready, pods, running, open, closing, periods, throttled;
    uint64_t replayed;
    int64_t usage_ns, throttled_ns;
    double memory_bytes;
    struct second_totals counts;
};

static void add_pod(struct totals *t, struct fleet_pod *fp)
{
    struct cpu_counters c = cpu_group_counters(fp->group);
    t->usage_ns += c.usage_ns;
    t->throttled_ns += c.throttled_ns;
    t->due += fp->meter.due;
    t->periods += c.periods;
    t->throttled += c.throttled;
    t->replayed += meter_replayed(&fp->meter);
    t->counts.drops += fp->meter.dropped;
    t->counts.lost += meter_lost(&fp->meter);
    t->counts.oom_kills += fp->pod.counters.oom_kills;
    t->counts.restarts += fp->pod.counters.restarts;
    t->counts.slow += fp->pod.counters.slow;
    t->failed_probes += fleet_probe_failed(fp);
    t->ready += fp->ready;
    t->pods += fleet_pod_counts(fp);
    t->running += fleet_pod_counts(fp) && fp->served;
    t->open += pod_open(&fp->pod);
    t->closing += pod_closing(&fp->pod);
    t->memory_bytes += (double)memory_account_total(&fp->pod.memory);
}

static void collect_latency(struct fleet *f)
{
    struct histogram one;
    histogram_init(&one);
    histogram_clear(&f->second);
    histogram_clear(&f->depths);
    for (size_t i = 0; i < f->pod_count; i++) {
        struct fleet_pod *fp = f->pods[i];
        for (int64_t w = 0; w < f->p.server.workers; w++)
            event_loop_break(&fp->pod.workers[w].loop);
        histogram_clear(&one);
        meter_take_windows(&fp->meter, f->sim.now_ns, &one);
        fleet_detail_second(fp, &one);
        meter_close_depths(&fp->meter, &f->depths);
        if (one.count == 0)
            continue;
        histogram_merge(&fp->latency, &one);
        histogram_merge(&f->second, &one);
    }
    histogram_close(&one);
}

static void record_second(struct fleet *f, const struct totals *t, const struct slo_sample *s)
{
    bool shakes = f->clients.params.close_timeout_ns > 0;
    double periods = (double)(t->periods - f->seen.periods);
    const struct {
        const char *name;
        double value;
    } points[] = {
        { "delivery.p50", histogram_quantile(&f->second, 0.5) / 1e9 },
        { "delivery.p95", s->value[SLO_P95] },
        { "delivery.p99", s->value[SLO_P99] },
        { "delivery.p999", histogram_quantile(&f->second, 0.999) / 1e9 },
        { "cpu.used", (double)(t->usage_ns - f->seen.usage_ns) / 1e9 },
        { "cpu.throttled", (double)(t->throttled_ns - f->seen.throttled_ns) / 1e9 },
        { "cpu.throttled_share",
          periods > 0 ? (double)(t->throttled - f->seen.throttled) / periods : NAN },
        { "memory", t->memory_bytes },
        { "connections", (double)t->open },
        { "clients.open", f->clients.open },
        { "connections.closing", shakes ? (double)t->closing : NAN },
        { "clients.closing", shakes ? f->clients.closing : NAN },
        { "reconnects", s->value[SLO_RECONNECTS] },
        { "replayed", f->p.replay.length > 0 ? (double)(t->replayed - f->seen.replayed) : NAN },
        { "probes.failed", (double)(t->failed_probes - f->seen.failed_probes) },
        { "probes.failed.ready", (double)(f->alarms - f->seen.alarms) },
        { "pods.ready", (double)t->ready },
        { "pods.running", (double)t->running },
    };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++)
        if (!isnan(points[i].value))
            run_record_point(f->out, points[i].name, f->sim.now_ns, points[i].value);
    meter_depth_points(&f->depths, f->sim.now_ns, f->out);
    second_counts_record(&f->counted, &f->clients.counters, &t->counts, f->sim.now_ns, f->out);
    duplex_series(&f->duplex, f->sim.now_ns);
}

/* Would nobody who looks at probes and CPU notice anything? */
static bool looks_green(const struct fleet *f, const struct totals *t)
{
    double used = (double)(t->usage_ns - f->seen.usage_ns) / 1e9;
    bool cpu_fine = used < CPU_FINE_SHARE * cpu_request(&f->p) * (double)t->running;
    return cpu_fine && t->ready == t->running && f->alarms == f->seen.alarms;
}

static void next_second(struct fleet *f);

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
                   [SLO_DROPS] =
                       due > 0 ? (double)(t.counts.drops - f->seen.dropped) / due : NAN,
                   [SLO_RECONNECTS] = (double)(reconnects - f->seen.reconnects) },
        .depth = slo_watch_take_depth(&f->watch),
    };
    slo_watch_silence(&f->watch, f->second.count > 0, fleet_in_flight(f) > 0, f->sim.now_ns,
                      &s);
    record_second(f, &t, &s);
    control(f, &s, looks_green(f, &t));
    f->seen = (struct fleet_seen){ .due = t.due,
                                   .dropped = t.counts.drops,
                                   .reconnects = reconnects,
                                   .failed_probes = t.failed_probes,
                                   .alarms = f->alarms,
                                   .replayed = t.replayed,
                                   .periods = t.periods,
                                   .throttled = t.throttled,
                                   .usage_ns = t.usage_ns,
                                   .throttled_ns = t.throttled_ns };
    if ((int64_t)t.pods > f->figures.pods_max)
        f->figures.pods_max = (int64_t)t.pods;
    for (size_t i = 0; i < f->pod_count; i++)
        fleet_pod_tend(f->pods[i]);
    fleet_reconcile(f);
    if (f->p.fleet.rebalance_hz > 0)
        fleet_rebalance(f);
    next_second(f);
}

void fleet_control_end(struct fleet *f)
{
    int64_t at = (f->sim.now_ns / METER_WINDOW_NS + 1) * METER_WINDOW_NS;
    struct totals t = { 0 };
    for (size_t i = 0; i < f->pod_count; i++) {
        add_pod(&t, f->pods[i]);
        fleet_detail_end(f->pods[i], at);
    }
    t.counts.slow = 0;
    run_record_count(f->out, "reconnects", at, &f->seen.reconnects,
                     f->clients.counters.reconnects);
    run_record_count(f->out, "replayed", at, &f->seen.replayed, t.replayed);
    run_record_count(f->out, "probes.failed", at, &f->seen.failed_probes, t.failed_probes);
    run_record_count(f->out, "probes.failed.ready", at, &f->seen.alarms, f->alarms);
    second_counts_record(&f->counted, &f->clients.counters, &t.counts, at, f->out);
    duplex_series(&f->duplex, at);
}

/* Before all else at that instant: a second holds what happens from its begin until before its
 * end. */
static void next_second(struct fleet *f)
{
    simulation_at(&f->sim, f->sim.now_ns + METER_WINDOW_NS, -1, second, f, NULL);
}

void fleet_control_start(struct fleet *f)
{
    f->queue_policy = f->p.server.queue_policy;
    simulation_at(&f->sim, f->sim.now_ns + FLEET_SAMPLE_NS, 1, sample, f, NULL);
    next_second(f);
    fleet_autoscale_start(f);
    if (f->deploy_at_ns > 0)
        simulation_at(&f->sim, f->deploy_at_ns, 1, fleet_begin_rollout, f, NULL);
}
