/* pod_report.c - the figures of pods and of their clients. */
#include "models/pod.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

static void add_counters(struct pod_counters *sum, const struct pod_counters *n)
{
    sum->oom_kills += n->oom_kills;
    sum->crashes += n->crashes;
    sum->deploys += n->deploys;
    sum->restarts += n->restarts;
    sum->missed_lost += n->missed_lost;
    sum->missed_away += n->missed_away;
    sum->handshake_refused += n->handshake_refused;
    sum->over_capacity += n->over_capacity;
    sum->slow_max = n->slow_max > sum->slow_max ? n->slow_max : sum->slow_max;
    sum->closing_max = n->closing_max > sum->closing_max ? n->closing_max : sum->closing_max;
    sum->open_max = n->open_max > sum->open_max ? n->open_max : sum->open_max;
    if (n->first_oom_ns >= 0 && (sum->first_oom_ns < 0 || n->first_oom_ns < sum->first_oom_ns))
        sum->first_oom_ns = n->first_oom_ns;
}

static void add_pauses(struct push_pauses *sum, const struct push_pauses *p)
{
    sum->count += p->count;
    sum->sum_ns += p->sum_ns;
    sum->max_ns = p->max_ns > sum->max_ns ? p->max_ns : sum->max_ns;
}

void pod_figures_add(const struct pod *pod, struct pod_figures *sum)
{
    sum->open += pod_open(pod);
    sum->closing += pod_closing(pod);
    for (int64_t w = 0; w < pod->p->server.workers; w++) {
        sum->close_timeouts += pod->workers[w].close_timeouts;
        add_pauses(&sum->pauses, &pod->workers[w].pauses);
    }
    sum->collects = pod->p->cost.gc_threshold > 0;
    sum->syn_dropped += pod->accept.syn_dropped;
    sum->auth_requests += pod->auth.requests;
    sum->auth_timeouts += pod->auth.timeouts;
    add_counters(&sum->counters, &pod->counters);
    if (pod->memory.peak_bytes > sum->peak_bytes)
        sum->peak_bytes = pod->memory.peak_bytes;
    for (int k = 0; k < MEMORY_KINDS; k++)
        sum->held_bytes[k] += pod->memory.held_bytes[k];
}

static void report_disconnects(const struct clients_counters *c, struct run_record *record)
{
    uint64_t all = 0;
    for (int i = 0; i < DISCONNECT_CAUSES; i++) {
        char name[48];
        all += c->disconnects[i];
        snprintf(name, sizeof name, "disconnects.%s", disconnect_cause_name(i));
        run_record_metric(record, name, "1", (double)c->disconnects[i]);
        snprintf(name, sizeof name, "noticed.%s", disconnect_cause_name(i));
        run_record_metric(record, name, "1", (double)c->noticed[i]);
    }
    run_record_metric(record, "disconnects", "1", (double)all);
}

static void report_pauses(const struct push_pauses *p, struct run_record *record)
{
    run_record_metric(record, "gc.full", "1", (double)p->count);
    run_record_metric(record, "gc.pause", "s", (double)p->sum_ns / 1e9);
    run_record_metric(record, "gc.pause.max", "s", (double)p->max_ns / 1e9);
}

static void report_memory(const struct pod_figures *sum, struct run_record *record)
{
    int64_t total = 0;
    for (int k = 0; k < MEMORY_KINDS; k++)
        total += sum->held_bytes[k];
    run_record_metric(record, "memory.peak", "B", (double)sum->peak_bytes);
    run_record_metric(record, "memory.end", "B", (double)total);
    for (int k = 0; k < MEMORY_KINDS; k++) {
        char name[48];
        snprintf(name, sizeof name, "memory.end.%s", memory_kind_name(k));
        run_record_metric(record, name, "B", (double)sum->held_bytes[k]);
    }
}

void pod_figures_report(const struct pod_figures *sum, const struct clients_book *clients,
                        struct run_record *record)
{
    const struct clients_counters *c = &clients->counters;
    const struct pod_counters *n = &sum->counters;
    double attempts = (double)c->attempts;
    const struct {
        const char *name, *unit;
        double value;
    } figures[] = {
        { "connections", "1", (double)sum->open },
        { "connections.max", "1", n->open_max },
        { "connections.closing", "1", (double)sum->closing },
        { "connections.closing.max", "1", n->closing_max },
        { "closes.timed_out", "1", (double)sum->close_timeouts },
        { "clients.open", "1", clients->open },
        { "clients.closing", "1", clients->closing },
        { "connects", "1", attempts },
        { "connects.opened", "1", (double)c->opened },
        { "connects.failed", "1", (double)c->failed },
        { "connects.over_capacity", "1", (double)n->over_capacity },
        { "connects.refused", "1", (double)n->handshake_refused },
        { "connects.syn_dropped", "1", (double)sum->syn_dropped },
        { "connects.failure_rate", "1", attempts > 0 ? (double)c->failed / attempts : 0 },
        { "reconnects", "1", (double)c->reconnects },
        { "reconnects.delay.mean", "s", c->retries ? c->retry_s / (double)c->retries : NAN },
        { "clients.given_up", "1", (double)c->given_up },
        { "clients.vanished", "1", (double)c->vanished },
        { "clients.stalls", "1", (double)c->stalls },
        { "auth.requests", "1", (double)sum->auth_requests },
        { "auth.timeouts", "1", (double)sum->auth_timeouts },
        { "missed", "1", (double)(n->missed_lost + n->missed_away) },
        { "missed.lost", "1", (double)n->missed_lost },
        { "missed.away", "1", (double)n->missed_away },
        { "write_timeouts", "1", (double)clients_write_timeouts(c) },
        { "slow_consumers.max", "1", (double)n->slow_max },
        { "oom", "1", (double)n->oom_kills },
        { "oom.first", "s", n->first_oom_ns < 0 ? NAN : (double)n->first_oom_ns / 1e9 },
        { "crashes", "1", (double)n->crashes },
        { "restarts", "1", (double)n->restarts },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        run_record_metric(record, figures[i].name, figures[i].unit, figures[i].value);
    report_disconnects(c, record);
    report_memory(sum, record);
    if (sum->collects)
        report_pauses(&sum->pauses, record);
}

void pod_report(const struct pod *pod, const struct clients_book *clients,
                struct run_record *record)
{
    struct pod_figures sum = { .counters.first_oom_ns = -1 };
    pod_figures_add(pod, &sum);
    pod_figures_report(&sum, clients, record);
}

void pod_report_positions(const struct pod *pod)
{
    uint32_t count = pod->workers[0].arrived;
    struct publish_record *all = mem_alloc((count + (size_t)1) * sizeof *all);
    for (uint32_t i = 0; i < count; i++)
        all[pod->workers[0].publishes[i].number] = pod->workers[0].publishes[i];
    for (int64_t w = 1; w < pod->p->server.workers; w++)
        for (uint32_t i = 0; i < count; i++) {
            const struct publish_record *p = &pod->workers[w].publishes[i];
            publish_record_merge(&all[p->number], p);
        }
    meter_report_positions(pod->setup.meter, all, count);
    free(all);
}
