/* fleet_report.c - the figures of a whole fleet and of each pod. */
#include "models/fleet_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "models/due_latency.h"
#include "sim/error.h"

uint64_t fleet_pod_unhandled(const struct fleet_pod *fp)
{
    const struct fleet *f = fp->fleet;
    uint64_t messages = 0;
    for (int64_t w = 0; w < f->p.server.workers; w++) {
        const struct push_server *worker = &fp->pod.workers[w];
        messages += push_server_unhandled(worker);
        for (uint64_t i = f->shed + f->unheard + f->sent_count; i < f->published; i++)
            messages += push_server_hearers(worker, f->topics.topic_of[i]);
    }
    return messages;
}

uint64_t fleet_unhandled(const struct fleet *f)
{
    uint64_t messages = 0;
    for (size_t i = 0; i < f->pod_count; i++)
        messages += fleet_pod_unhandled(f->pods[i]);
    return messages;
}

uint64_t fleet_in_flight(const struct fleet *f)
{
    uint64_t sum = fleet_unhandled(f);
    for (size_t i = 0; i < f->pod_count; i++)
        sum += meter_in_flight(&f->pods[i]->meter);
    return sum;
}

/* Every message of every pod is accounted for. */
static void check(struct fleet_pod *fp)
{
    for (int64_t w = 0; w < fp->fleet->p.server.workers; w++)
        push_server_settle(&fp->pod.workers[w]);
    meter_check(&fp->meter);
}

/* Of a pod that is not looked at closely. */
static void report_briefly(struct fleet_pod *fp)
{
    const struct meter *m = &fp->meter;
    const struct pod_counters *n = &fp->pod.counters;
    uint64_t left = 0;
    for (int i = 0; i < DISCONNECT_CAUSES; i++)
        left += fp->book.counters.disconnects[i];
    const struct {
        const char *name, *unit;
        double value;
    } figures[] = {
        { "delivery.p50", "s", histogram_quantile(&m->delivery, 0.5) / 1e9 },
        { "delivery.p95", "s", histogram_quantile(&m->delivery, 0.95) / 1e9 },
        { "delivery.p99", "s", histogram_quantile(&m->delivery, 0.99) / 1e9 },
        { "delivery.p999", "s", histogram_quantile(&m->delivery, 0.999) / 1e9 },
        { "delivered", "1", (double)m->delivered },
        { "dropped", "1", (double)m->dropped },
        { "lost", "1", (double)meter_lost(m) },
        { "queue.depth.mean", "1", histogram_mean(&m->depth) },
        { "queue.depth.p99", "1", histogram_quantile(&m->depth, 0.99) },
        { "queue.depth.max", "1", (double)m->depth_max },
        { "connections", "1", pod_open(&fp->pod) },
        { "connections.max", "1", n->open_max },
        { "connects.refused", "1", (double)n->handshake_refused },
        { "slow_consumers.max", "1", (double)n->slow_max },
        { "reconnects", "1", (double)fp->book.counters.reconnects },
        { "disconnects", "1", (double)left },
        { "memory.peak", "B", (double)fp->pod.memory.peak_bytes },
        { "oom", "1", (double)n->oom_kills },
        { "restarts", "1", (double)n->restarts },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        run_record_metric(&fp->part, figures[i].name, figures[i].unit, figures[i].value);
}

static void report_cpu(const struct cpu_counters *c, struct run_record *record)
{
    run_record_metric(record, "cpu.used", "s", (double)c->usage_ns / 1e9);
    run_record_metric(record, "cpu.throttled", "s", (double)c->throttled_ns / 1e9);
    run_record_metric(record, "cpu.periods", "1", (double)c->periods);
    run_record_metric(record, "cpu.throttled_periods", "1", (double)c->throttled);
    run_record_metric(record, "cpu.throttled_share", "1",
                      c->periods ? (double)c->throttled / (double)c->periods : 0);
}

static void report_pod(struct fleet_pod *fp)
{
    struct cpu_counters c = cpu_group_counters(fp->group);
    (fp->detailed ? fleet_detail_report : report_briefly)(fp);
    report_cpu(&c, &fp->part);
    run_record_metric(&fp->part, "probes.failed", "1", (double)fleet_probe_failed(fp));
}

/* First and last delivery of each publish over the fleet. */
static void report_positions(struct fleet *f, struct meter *all)
{
    for (uint32_t i = 0; i < f->sent_count; i++)
        f->sent[i].first_ns = f->sent[i].last_ns = -1;
    for (size_t k = 0; k < f->pod_count; k++)
        for (int64_t w = 0; w < f->p.server.workers; w++)
            for (uint32_t i = 0; i < f->pods[k]->pod.workers[w].arrived; i++) {
                const struct publish_record *p = &f->pods[k]->pod.workers[w].publishes[i];
                publish_record_merge(&f->sent[p->number], p);
            }
    meter_report_positions(all, f->sent, f->sent_count);
}

static double seconds(int64_t ns)
{
    return ns < 0 ? NAN : (double)ns / 1e9;
}

static void report_control(const struct fleet *f)
{
    const struct fleet_figures *n = &f->figures;
    uint64_t failed_probes = 0;
    for (size_t i = 0; i < f->pod_count; i++)
        failed_probes += fleet_probe_failed(f->pods[i]);
    const struct {
        const char *name, *unit;
        double value;
    } figures[] = {
        { "pods.end", "1", (double)f->replicas },
        { "pods.max", "1", (double)n->pods_max },
        { "pods.started", "1", (double)f->pod_count },
        { "pods.detailed", "1", (double)n->detailed },
        { "scale.up", "1", (double)n->scaled_up },
        { "scale.down", "1", (double)n->scaled_down },
        { "scale.first", "s", seconds(n->first_scale_ns) },
        { "liveness_kills", "1", (double)n->liveness_kills },
        { "probes.failed", "1", (double)failed_probes },
        { "connects.retry_after", "1", (double)n->refused },
        { "published.shed", "1", (double)f->shed },
        { "published.failed", "1", (double)f->unheard },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        run_record_metric(f->out, figures[i].name, figures[i].unit, figures[i].value);
    slo_watch_report(&f->watch, f->out);
}

static void report_all_cpu(struct fleet *f)
{
    struct cpu_counters sum = { 0 };
    for (size_t i = 0; i < f->pod_count; i++) {
        struct cpu_counters c = cpu_group_counters(f->pods[i]->group);
        sum.usage_ns += c.usage_ns;
        sum.throttled_ns += c.throttled_ns;
        sum.periods += c.periods;
        sum.throttled += c.throttled;
    }
    report_cpu(&sum, f->out);
}

void fleet_report(struct fleet *f)
{
    struct meter all;
    struct pod_figures sum = { .counters.first_oom_ns = -1 };
    meter_init(&all, &f->p.network, 0, f->out);
    meter_tell_classes(&all, (int)f->p.class_count);
    all.published = f->published;
    for (size_t i = 0; i < f->pod_count; i++) {
        check(f->pods[i]);
        meter_merge(&all, &f->pods[i]->meter);
        pod_figures_add(&f->pods[i]->pod, &sum);
    }
    fleet_control_end(f);
    double drained_s = (double)(f->sim.now_ns - f->schedule->end_ns) / 1e9;
    meter_report(&all, fleet_unhandled(f));
    due_latency_report(&all.delivery, (double)(meter_in_flight(&all) + fleet_unhandled(f)),
                       drained_s, f->out);
    report_positions(f, &all);
    duplex_report(&f->duplex);
    meter_close(&all);
    run_record_metric(f->out, "memory.pod.peak", "B", (double)sum.peak_bytes);
    sum.peak_bytes = f->memory.peak_bytes;
    struct clients_book clients = clients_all(&f->clients);
    pod_figures_report(&sum, &clients, f->out);
    report_control(f);
    run_record_metric(f->out, "duration", "s", (double)f->sim.now_ns / 1e9);
    run_record_metric(f->out, "drained", "s", drained_s);
    report_all_cpu(f);
    for (size_t i = 0; i < f->pod_count; i++)
        report_pod(f->pods[i]);
}
