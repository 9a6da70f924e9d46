#include "experiments/replay/sampler.h"

#include "experiments/run/monotonic.h"

#define SHARE_LEAST_NS 500000000

/* The moment after the last whole second is too short to be a share of. */
static void sample_self(struct sampler *s, int64_t now_ns)
{
    int64_t own_ns = monotonic_thread_cpu_ns();
    double share = (double)(own_ns - s->own_cpu_ns) / (double)(now_ns - s->last_ns);
    if (share > s->own_share_max && now_ns - s->last_ns >= SHARE_LEAST_NS)
        s->own_share_max = share;
    s->own_cpu_ns = own_ns;
}

static void sample_clients(struct sampler *s, int64_t now_ns, int64_t memory_bytes)
{
    const struct client_pool *c = s->clients;
    struct client_totals totals = client_pool_totals(c);
    run_record_point(s->out, "connections", now_ns, c->open);
    uint64_t left = c->counters.disconnects[DISCONNECT_CLIENT_LEFT];
    run_record_count(s->out, "disconnects", now_ns, &s->closed, c->counters.ended + left);
    run_record_count(s->out, "disconnects.client_left", now_ns, &s->left, left);
    run_record_count(s->out, "reconnects", now_ns, &s->reconnects, c->counters.reconnects);
    run_record_count(s->out, "drops", now_ns, &s->dropped, totals.dropped);
    uint64_t failed = c->counters.failed - s->refused;
    run_record_share(s->out, "connects.failure_rate", now_ns, failed,
                     failed + c->counters.opened - s->opened);
    s->opened = c->counters.opened;
    run_record_count(s->out, "connects", now_ns, &s->attempts, c->counters.attempts);
    run_record_count(s->out, "connects.failed", now_ns, &s->refused, c->counters.failed);
    if (totals.outstanding <= s->backlog_max)
        return;
    s->backlog_max = totals.outstanding;
    s->backlog_bytes = memory_bytes;
}

static void sample(struct sampler *s)
{
    struct cgroup_usage usage;
    struct error ignored;
    int64_t now_ns = client_pool_time_ns(s->clients);
    if (now_ns <= s->last_ns || cgroup_read(s->group, &usage, &ignored))
        return;
    run_record_point(s->out, "cpu.used", now_ns, (usage.usage_ns - s->last.usage_ns) / 1e9);
    run_record_point(s->out, "cpu.throttled", now_ns,
                     (usage.throttled_ns - s->last.throttled_ns) / 1e9);
    if (usage.periods > s->last.periods)
        run_record_point(s->out, "cpu.throttled_share", now_ns,
                         (double)(usage.throttled - s->last.throttled) /
                             (double)(usage.periods - s->last.periods));
    if (s->group->memory[0] != '\0')
        run_record_point(s->out, "memory", now_ns, (double)usage.memory_bytes);
    sample_clients(s, now_ns, usage.memory_bytes);
    if (s->clients->messages)
        duplex_series(&s->clients->messages->books, now_ns);
    delivery_log_second(s->clients->log, s->out, now_ns);
    if (usage.oom_kills > s->last.oom_kills)
        run_record_event(s->out, now_ns, "oom", "the kernel ended the server for memory");
    if (!s->ended && !server_process_alive(s->server)) {
        s->ended = true;
        run_record_event(s->out, now_ns, "exit", "the server ended by itself");
    }
    sample_self(s, now_ns);
    s->last = usage;
    s->last_ns = now_ns;
}

static void on_second(uv_timer_t *timer)
{
    struct sampler *s = timer->data;
    sample(s);
    server_process_trim_log(s->server);
}

int sampler_start(struct sampler *s, uv_loop_t *loop, struct error *err)
{
    int rc = cgroup_read(s->group, &s->first, err);
    if (rc)
        return rc;
    s->last = s->first;
    s->own_cpu_ns = monotonic_thread_cpu_ns();
    s->last_ns = client_pool_time_ns(s->clients) < 0 ? 0 : client_pool_time_ns(s->clients);
    uv_update_time(loop);
    uint64_t lead_ms = client_pool_time_ns(s->clients) < 0
                           ? (uint64_t)(-client_pool_time_ns(s->clients) / 1000000)
                           : 0;
    return uv_timer_start(&s->timer, on_second, lead_ms + 1000, 1000);
}

void sampler_finish(struct sampler *s)
{
    uv_timer_stop(&s->timer);
    sample(s);
}

/* No figure is better than a zero that looks like one. */
static void record_memory(const struct sampler *s)
{
    const struct cgroup_usage *a = &s->first, *b = &s->last;
    if (s->group->memory[0] == '\0')
        return;
    if (b->memory_peak_bytes > 0)
        run_record_metric(s->out, "memory.peak", "B", (double)b->memory_peak_bytes);
    run_record_metric(s->out, "memory.end", "B", (double)b->memory_bytes);
    run_record_metric(s->out, "backlog.memory", "B", (double)s->backlog_bytes);
    run_record_metric(s->out, "oom.kills", "1", (double)(b->oom_kills - a->oom_kills));
}

void sampler_record(const struct sampler *s)
{
    const struct cgroup_usage *a = &s->first, *b = &s->last;
    double periods = (double)(b->periods - a->periods);
    double throttled = (double)(b->throttled - a->throttled);
    run_record_metric(s->out, "cpu.used", "s", (b->usage_ns - a->usage_ns) / 1e9);
    if (b->pids == a->pids && b->first_ns > 0) /* the processes are the ones of the start */
        run_record_metric(s->out, "cpu.used.beside", "s",
                          (b->usage_ns - a->usage_ns - b->first_ns + a->first_ns) / 1e9);
    run_record_metric(s->out, "cpu.throttled", "s", (b->throttled_ns - a->throttled_ns) / 1e9);
    run_record_metric(s->out, "cpu.periods", "1", periods);
    run_record_metric(s->out, "cpu.throttled_periods", "1", throttled);
    run_record_metric(s->out, "cpu.throttled_share", "1",
                      periods > 0 ? throttled / periods : 0);
    run_record_metric(s->out, "backlog.max", "1", (double)s->backlog_max);
    record_memory(s);
}
