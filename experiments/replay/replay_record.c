#include "experiments/replay/replay_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void record_phases(struct replay *r)
{
    int64_t at_ns = 0;
    for (int i = 0; r->s->from_phases && i < r->p->workload.phases; i++) {
        const struct phase_params *phase = &r->p->workload.phase[i];
        run_record_event(&r->record, at_ns, "phase", "%s", phase->name);
        at_ns += phase->duration_ns;
    }
}

/* Where every message of every connection ended. */
static void record_fates(struct replay *r, double server_dropped)
{
    struct client_totals t = client_pool_totals(&r->clients);
    double missing = (double)(t.dropped + t.outstanding);
    double dropped = isnan(server_dropped) ? (double)t.dropped : fmin(server_dropped, missing);
    run_record_metric(&r->record, "due", "1",
                      (double)r->log.delivered + missing + (double)t.lost);
    run_record_metric(&r->record, "dropped", "1", dropped);
    run_record_metric(&r->record, "in_flight", "1", missing - dropped);
    run_record_metric(&r->record, "lost", "1", (double)t.lost);
    run_record_metric(&r->record, "client.gaps", "1", (double)t.dropped);
}

static void record_connections(struct replay *r)
{
    const struct client_pool *c = &r->clients;
    struct run_record *out = &r->record;
    run_record_metric(out, "connections", "1", c->open);
    run_record_metric(out, "connect.p50", "s", histogram_quantile(&c->open_time, 0.5) / 1e9);
    run_record_metric(out, "connect.p99", "s", histogram_quantile(&c->open_time, 0.99) / 1e9);
    run_record_metric(out, "disconnects.client", "1", (double)c->closed_by_client);
    run_record_metric(out, "disconnects.server", "1", (double)c->closed_by_server);
    run_record_metric(out, "handshake.failed", "1", (double)c->refused);
    run_record_metric(out, "publish.answered", "1", (double)r->publisher.answered);
    run_record_metric(out, "publish.failed", "1", (double)r->publisher.failed);
    run_record_metric(out, "publish.pipelined", "1", (double)r->publisher.pipelined);
    if (r->publisher.failed > 0)
        run_record_event(out, 0, "publish", "%llu failed; the first: %s",
                         (unsigned long long)r->publisher.failed, r->publisher.why);
}

/* The server's counters; returns what it says it dropped, NAN when it does not say. */
static double record_server(struct replay *r)
{
    struct server_stats stats;
    struct error why;
    if (!r->spec->stats_url)
        return NAN;
    if (server_stats_fetch(&stats, &r->stats, STATS_PATIENCE_MS, &why)) {
        run_record_event(&r->record, replay_now(r), "stats", "not available: %.80s", why.text);
        return NAN;
    }
    for (int i = 0; i < stats.count; i++) {
        char name[sizeof r->record.metrics->name];
        snprintf(name, sizeof name, "server.%s", stats.counters[i].name);
        run_record_metric(&r->record, name, "1", stats.counters[i].value);
    }
    return server_stats_value(&stats, r->spec->stats_dropped);
}

void replay_record(struct replay *r)
{
    const struct sampler *s = &r->sampler;
    run_record_metric(&r->record, "duration", "s", s->last_ns / 1e9);
    delivery_log_record(&r->log, &r->record);
    sampler_record(s);
    self_check_end(&r->check, s->last.usage_ns - s->first.usage_ns, s->own_share_max,
                   r->options->floor, &r->record);
    record_phases(r);
    record_connections(r);
    record_fates(r, record_server(r));
}

const char *replay_unsound(const struct run_record *record)
{
    for (size_t i = 0; i < record->event_count; i++)
        if (strcmp(record->events[i].kind, "invalid") == 0)
            return record->events[i].detail;
    return "";
}
