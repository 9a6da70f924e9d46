#include "experiments/replay/replay_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/due_latency.h"

static void record_phases(struct replay *r)
{
    int64_t at_ns = 0;
    for (int i = 0; r->s->from_phases && i < r->p->workload.phases; i++) {
        const struct phase_params *phase = &r->p->workload.phase[i];
        run_record_event(&r->record, at_ns, "phase", "%s", phase->name);
        at_ns += phase->duration_ns;
    }
}

/* Of what connections miss: what another got from the one queue. A message that nobody got may
 * still reach one of them. */
static double lost_to_others(const struct replay *r, double missing)
{
    uint32_t nobody = 0;
    if (r->p->server.fan_out != FAN_OUT_SHARED)
        return 0;
    for (uint32_t i = 0; i < r->log.sent; i++)
        nobody += r->log.tracks[i].received == 0;
    return fmax(missing - nobody, 0);
}

static double drained_s(const struct replay *r)
{
    return fmax(r->sampler.last_ns - r->s->end_ns, 0) / 1e9;
}

/* Where every message of every connection ended. */
static void record_fates(struct replay *r, double server_dropped)
{
    struct client_totals t = client_pool_totals(&r->clients);
    double missing = (double)(t.dropped + t.outstanding);
    double shared = lost_to_others(r, missing), rest = missing - shared;
    double dropped = isnan(server_dropped) ? (double)t.dropped : server_dropped;
    dropped = fmin(dropped, rest);
    run_record_metric(&r->record, "due", "1",
                      (double)r->log.delivered + missing + (double)t.lost);
    run_record_metric(&r->record, "dropped", "1", dropped);
    run_record_metric(&r->record, "in_flight", "1", rest - dropped);
    due_latency_report(&r->log.latency, rest - dropped, drained_s(r), &r->record);
    run_record_metric(&r->record, "lost", "1", (double)t.lost + shared);
    run_record_metric(&r->record, "lost.shared_queue", "1", shared);
    run_record_metric(&r->record, "client.gaps", "1", (double)t.dropped);
}

/* What the server has counted of a cause that a client which does not read cannot notice; the
 * connections it closed without a word are these first. */
static void attribute(struct client_counters *n, enum disconnect_cause cause, double counted)
{
    if (isnan(counted))
        return;
    n->disconnects[cause] += (uint64_t)counted;
    n->unexplained -= fmin(counted, (double)n->unexplained);
}

static void record_disconnects(struct run_record *out, const struct client_counters *n)
{
    uint64_t all = n->unexplained;
    for (int i = 0; i < DISCONNECT_CAUSES; i++) {
        char name[48];
        all += n->disconnects[i];
        snprintf(name, sizeof name, "disconnects.%s", disconnect_cause_name(i));
        run_record_metric(out, name, "1", (double)n->disconnects[i]);
    }
    run_record_metric(out, "disconnects.server", "1", (double)n->unexplained);
    run_record_metric(out, "disconnects", "1", (double)all);
}

/* A counter of the server in the record; NAN: it has no such counter, or did not answer. */
static double server_counter(const struct replay *r, const char *counter)
{
    char name[sizeof r->record.metrics->name];
    snprintf(name, sizeof name, "server.%s", counter ? counter : "");
    return run_record_value(&r->record, name);
}

static void record_connections(struct replay *r)
{
    const struct client_pool *c = &r->clients;
    struct run_record *out = &r->record;
    struct client_counters n = c->counters;
    double attempts = (double)n.attempts;
    double served = server_counter(r, r->spec->stats_subscribers);
    attribute(&n, DISCONNECT_SLOW_CONSUMER, run_record_value(out, "server.slow_disconnects"));
    attribute(&n, DISCONNECT_WRITE_TIMEOUT, run_record_value(out, "server.write_timeouts"));
    record_disconnects(out, &n);
    const struct {
        const char *name, *unit;
        double value;
    } figures[] = {
        { "connections", "1", isnan(served) ? c->open : served },
        { "clients.open", "1", c->open },
        { "connect.p50", "s", histogram_quantile(&c->open_time, 0.5) / 1e9 },
        { "connect.p99", "s", histogram_quantile(&c->open_time, 0.99) / 1e9 },
        { "connects", "1", attempts },
        { "connects.opened", "1", (double)n.opened },
        { "connects.failed", "1", (double)n.failed },
        { "connects.failure_rate", "1", attempts > 0 ? (double)n.failed / attempts : 0 },
        { "reconnects", "1", (double)n.reconnects },
        { "reconnects.delay.mean", "s", n.retries ? n.retry_s / (double)n.retries : NAN },
        { "clients.given_up", "1", (double)n.given_up },
        { "clients.vanished", "1", (double)n.vanished },
        { "clients.stalls", "1", (double)n.stalls },
        { "restarts", "1", r->faults.restarts },
        { "publish.answered", "1", (double)r->publisher.answered },
        { "publish.failed", "1", (double)r->publisher.failed },
        { "publish.pipelined", "1", (double)r->publisher.pipelined },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        run_record_metric(out, figures[i].name, figures[i].unit, figures[i].value);
    if (r->publisher.failed > 0)
        run_record_event(out, 0, "publish", "%llu failed; the first: %s",
                         (unsigned long long)r->publisher.failed, r->publisher.why);
}

/* The depth of the server's queues: of its present process alone. */
static void record_depth(struct replay *r)
{
    const struct {
        const char *name, *counter;
    } figures[] = {
        { "queue.depth.mean", r->spec->stats_depth_mean },
        { "queue.depth.max", r->spec->stats_depth_max },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        double value = server_counter(r, figures[i].counter);
        if (r->faults.restarts == 0 && !isnan(value))
            run_record_metric(&r->record, figures[i].name, "1", value);
    }
}

/* Of the run alone: the server counts from its start. */
static void record_collections(struct replay *r, const struct server_stats *stats)
{
    double full = server_stats_value(stats, "gc_full") - r->collected.full;
    if (r->faults.restarts > 0 || isnan(full))
        return;
    run_record_metric(&r->record, "gc.full", "1", full);
    run_record_metric(&r->record, "gc.pause", "s",
                      server_stats_value(stats, "gc_full_pause") - r->collected.pause_s);
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
    record_collections(r, &stats);
    /* a server that was started again counts from there */
    return r->faults.restarts ? NAN : server_stats_value(&stats, r->spec->stats_dropped);
}

void replay_record(struct replay *r)
{
    const struct sampler *s = &r->sampler;
    run_record_metric(&r->record, "duration", "s", s->last_ns / 1e9);
    run_record_metric(&r->record, "drained", "s", drained_s(r));
    delivery_log_record(&r->log, &r->record);
    duplex_report(&r->messages.books);
    sampler_record(s);
    self_check_end(&r->check, s->last.usage_ns - s->first.usage_ns, s->own_share_max,
                   r->options->floor, &r->record);
    record_phases(r);
    record_fates(r, record_server(r));
    record_depth(r);
    record_connections(r);
}

const char *replay_unsound(const struct run_record *record)
{
    for (size_t i = 0; i < record->event_count; i++)
        if (strcmp(record->events[i].kind, "invalid") == 0)
            return record->events[i].detail;
    return "";
}
