#include "models/pod_series.h"

static void record_cpu(struct pod_series *s, const struct pod *pod, int64_t now_ns,
                       struct run_record *record)
{
    struct cpu_counters c = cpu_group_counters(pod->setup.group);
    run_record_point(record, "cpu.used", now_ns, (double)(c.usage_ns - s->cpu.usage_ns) / 1e9);
    run_record_point(record, "cpu.throttled", now_ns,
                     (double)(c.throttled_ns - s->cpu.throttled_ns) / 1e9);
    if (c.periods > s->cpu.periods)
        run_record_point(record, "cpu.throttled_share", now_ns,
                         (double)(c.throttled - s->cpu.throttled) /
                             (double)(c.periods - s->cpu.periods));
    s->cpu = c;
}

static void record_connections(const struct pod *pod, const struct clients_book *clients,
                               int64_t now_ns, struct run_record *record)
{
    run_record_point(record, "connections", now_ns, pod_open(pod));
    run_record_point(record, "clients.open", now_ns, clients->open);
    if (pod->clients->params.close_timeout_ns > 0) {
        run_record_point(record, "connections.closing", now_ns, pod_closing(pod));
        run_record_point(record, "clients.closing", now_ns, clients->closing);
    }
}

static void record_replayed(struct pod_series *s, const struct pod *pod, int64_t now_ns,
                            struct run_record *record)
{
    uint64_t replayed = meter_replayed(pod->setup.meter);
    run_record_point(record, "replayed", now_ns, (double)(replayed - s->replayed));
    s->replayed = replayed;
}

static void record_reconnects(struct pod_series *s, const struct clients_book *clients,
                              int64_t now_ns, struct run_record *record)
{
    uint64_t reconnects = clients->counters.reconnects;
    run_record_point(record, "reconnects", now_ns, (double)(reconnects - s->reconnects));
    s->reconnects = reconnects;
}

static void record_counts(struct pod_series *s, const struct pod *pod,
                          const struct clients_book *clients, uint64_t slow, int64_t now_ns,
                          struct run_record *record)
{
    const struct pod_counters *c = &pod->counters;
    struct second_totals totals = { .drops = pod->setup.meter->dropped,
                                    .lost = meter_lost(pod->setup.meter),
                                    .oom_kills = c->oom_kills,
                                    .restarts = c->restarts,
                                    .slow = slow };
    second_counts_record(&s->counted, &clients->counters, &totals, now_ns, record);
}

void pod_series_record(struct pod_series *s, const struct pod *pod,
                       const struct clients_book *clients, int64_t now_ns,
                       struct run_record *record)
{
    record_cpu(s, pod, now_ns, record);
    run_record_point(record, "memory", now_ns, (double)memory_account_total(&pod->memory));
    record_connections(pod, clients, now_ns, record);
    record_reconnects(s, clients, now_ns, record);
    if (pod->p->replay.length > 0)
        record_replayed(s, pod, now_ns, record);
    pod_series_counts(s, pod, clients, now_ns, record);
}

void pod_series_end(struct pod_series *s, const struct pod *pod,
                    const struct clients_book *clients, int64_t at_ns,
                    struct run_record *record)
{
    run_record_count(record, "reconnects", at_ns, &s->reconnects, clients->counters.reconnects);
    run_record_count(record, "replayed", at_ns, &s->replayed, meter_replayed(pod->setup.meter));
    record_counts(s, pod, clients, 0, at_ns, record);
}

void pod_series_counts(struct pod_series *s, const struct pod *pod,
                       const struct clients_book *clients, int64_t now_ns,
                       struct run_record *record)
{
    record_counts(s, pod, clients, pod->counters.slow, now_ns, record);
}
