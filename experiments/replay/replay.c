#include "experiments/replay/delivery_verdict.h"
#include "experiments/replay/interrupt.h"
#include "experiments/replay/replay_internal.h"
#include "experiments/replay/replay_support.h"
#include "experiments/replay/thread_pin.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define LEAD_NS  20000000  /* from the decision to start to time 0 */
#define QUIET_NS 500000000 /* with gaps: so long without a delivery ends the drain */
#define WATCH_MS 20        /* how often the loop's conditions are looked at */

/* ---- the server and its limits ---- */

struct cgroup_limits replay_limits(const struct parameters *p, bool with_quota)
{
    struct cgroup_limits limits = { .weight = p->cpu.weight,
                                    .memory_bytes = p->memory_limit_bytes };
    if (with_quota) {
        limits.quota_ns = p->cpu.quota_ns;
        limits.period_ns = p->cpu.period_ns;
        limits.burst_ns = p->cpu.burst_ns;
    }
    return limits;
}

static int start_server(struct replay *r)
{
    r->first = *r->p;
    r->first.auth.workers = 0;
    r->start = (struct server_start){ .spec = r->spec,
                                      .params = &r->first,
                                      .group = &r->group,
                                      .port = r->port,
                                      .cpu = r->server_cpu,
                                      .ready_ms =
                                          r->options->ready_ms ? r->options->ready_ms : 60000 };
    return server_process_start(&r->server, &r->start, r->err);
}

static int make_group(struct replay *r)
{
    char name[64];
    struct cgroup_limits limits = replay_limits(r->p, !r->p->limit_after_connect);
    snprintf(name, sizeof name, CGROUP_PREFIX "%d-%llx", getpid(),
             (unsigned long long)uv_hrtime());
    return cgroup_create(&r->group, NULL, name, &limits, r->err);
}

int replay_possible(struct error *err)
{
    struct cgroup group;
    char name[64];
    sigset_t before;
    snprintf(name, sizeof name, CGROUP_PREFIX "%d-probe", getpid());
    interrupt_hold(&before);
    cgroup_sweep(NULL);
    int rc = cgroup_create(&group, NULL, name, &(struct cgroup_limits){ 0 }, err);
    rc = rc ? rc : cgroup_remove(&group, err);
    interrupt_release(&before);
    return rc;
}

/* ---- the loop ---- */

static void on_watch(uv_timer_t *timer)
{
    (void)timer;
}

bool replay_run_until(struct replay *r, replay_condition_fn *holds, int64_t patience_ms)
{
    uint64_t end = uv_hrtime() + (uint64_t)patience_ms * 1000000;
    struct error ignored;
    bool held;
    while (!(held = holds(r)) && uv_hrtime() < end && !interrupt_check(&ignored))
        uv_run(&r->loop, UV_RUN_ONCE);
    return held;
}

static bool never(struct replay *r)
{
    (void)r;
    return false;
}

void replay_idle(struct replay *r, int64_t ms)
{
    replay_run_until(r, never, ms);
}

static int open_loop(struct replay *r)
{
    uv_loop_init(&r->loop);
    uv_timer_init(&r->loop, &r->watch);
    uv_timer_start(&r->watch, on_watch, WATCH_MS, WATCH_MS);
    uv_timer_init(&r->loop, &r->sampler.timer);
    r->sampler.timer.data = &r->sampler;
    delivery_log_init(&r->log, r->s);
    client_pool_init(&r->clients, &r->loop, r->p->server.protocol, &r->subscribe, r->s->clients,
                     &r->log);
    client_messages_init(&r->messages, &r->clients, r->p, r->s, &r->message, &r->record);
    int rc = publisher_init(&r->publisher, &r->loop, &r->publish,
                            delivery_log_largest_bytes(r->s, ACTION_PUBLISH), r->err);
    if (rc == 0)
        rc = player_init(&r->player, &r->loop, r->err);
    return rc;
}

static void on_forgotten(uv_handle_t *handle, void *unused)
{
    (void)unused;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_loop(struct replay *r)
{
    client_pool_shut(&r->clients);
    client_messages_shut(&r->messages);
    publisher_shut(&r->publisher);
    if (r->player.poll.data)
        player_shut(&r->player);
    uv_walk(&r->loop, on_forgotten, NULL);
    uv_run(&r->loop, UV_RUN_DEFAULT);
    uv_loop_close(&r->loop);
    publisher_close(&r->publisher);
    client_messages_close(&r->messages);
    client_pool_close(&r->clients);
    delivery_log_close(&r->log);
}

/* ---- the run itself ---- */

static bool schedule_ended(struct replay *r)
{
    return r->player.next == r->s->count && replay_now(r) >= r->s->end_ns;
}

/* All that open clients can still get is there. With gaps nobody can tell a drop from a message
 * that was overtaken: then every publish must be answered, as a large one may still be on its way to
 * the server, and a while without deliveries must pass too. */
static bool drained(struct replay *r)
{
    struct client_totals t = client_pool_totals(&r->clients);
    if (t.outstanding > 0 || duplex_in_flight(&r->messages.books) > 0)
        return false;
    return t.dropped == 0 ||
           (!publisher_waits(&r->publisher) && replay_now(r) - r->log.last_ns > QUIET_NS);
}

static void start_played(struct replay *r)
{
    struct schedule *played = r->options->played;
    if (!played)
        return;
    *played = *r->s;
    played->actions = mem_alloc(r->s->count * sizeof *played->actions);
    played->count = 0;
    r->player.played = played;
}

static void finish_pace(struct replay *r)
{
    struct host_pace_figures f;
    host_pace_finish(&r->pace, &f);
    if (f.samples == 0)
        return;
    run_record_metric(&r->record, "host.pace", "s", f.mean_ns / 1e9);
    run_record_metric(&r->record, "host.pace.best", "s", f.best_ns / 1e9);
    run_record_metric(&r->record, "host.pace.near", "1", f.near);
    run_record_metric(&r->record, "host.pace.far", "1", f.far);
    run_record_metric(&r->record, "host.memory_pace", "s", f.read_ns / 1e9);
}

static int play(struct replay *r)
{
    r->clients.start_ns = (int64_t)uv_hrtime() + LEAD_NS;
    r->clients.record = &r->record;
    r->player.s = r->s;
    r->player.clients = &r->clients;
    r->player.publisher = &r->publisher;
    r->player.log = &r->log;
    r->sampler.group = &r->group;
    r->sampler.server = &r->server;
    r->sampler.clients = &r->clients;
    r->sampler.out = &r->record;
    start_played(r);
    client_behaviour_start(&r->clients, r->p, r->options->seed, r->options->replication);
    faults_start(&r->faults, r);
    self_check_begin(&r->check, r->server_cpu, r->client_cpu);
    int rc = sampler_start(&r->sampler, &r->loop, r->err);
    rc = rc ? rc : host_pace_start(&r->pace, r->server_cpu, r->err);
    if (rc)
        return rc;
    player_start(&r->player);
    replay_run_until(r, schedule_ended, (r->s->end_ns + LEAD_NS) / 1000000 + 60000);
    replay_run_until(r, drained, r->p->workload.drain_ns / 1000000);
    sampler_finish(&r->sampler);
    finish_pace(r);
    return 0;
}

/* ---- all of it ---- */

static int run_in_loop(struct replay *r)
{
    int rc = open_loop(r);
    replay_edge_begin(r);
    if (rc == 0)
        rc = replay_connect(r);
    if (rc == 0)
        rc = play(r);
    if (rc == 0)
        rc = interrupt_check(r->err);
    if (rc == 0) {
        replay_record(r);
        rc = replay_check_alive(r);
    }
    const struct delivery_causes causes = { r->log.strange_head, r->publisher.why,
                                            r->clients.why };
    if (rc == 0)
        rc = delivery_verdict(&r->record, &causes, r->err);
    if (rc == 0)
        replay_edge_close(r);
    close_loop(r);
    return rc;
}

static int run_in_group(struct replay *r)
{
    int rc = replay_check_free(r);
    rc = rc ? rc : start_server(r);
    if (rc)
        return rc;
    rc = run_in_loop(r);
    server_process_stop(&r->server);
    return rc;
}

static int run_and_remove(struct replay *r)
{
    struct error busy;
    int rc = make_group(r);
    if (rc)
        return rc;
    thread_pin(r->client_cpu);
    prctl(PR_SET_TIMERSLACK, 1UL);
    replay_go_first(true);
    rc = run_in_group(r);
    replay_go_first(false);
    sched_setaffinity(0, sizeof r->cpus_before, &r->cpus_before);
    if (cgroup_remove(&r->group, &busy) && rc == 0)
        rc = error_set(r->err, ERR_IO, "%s", busy.text);
    return rc;
}

/* What an interrupted step complains of is not the cause. */
static int run_held(struct replay *r)
{
    struct error why;
    sigset_t before;
    interrupt_hold(&before);
    int rc = run_and_remove(r), interrupted = interrupt_check(&why);
    interrupt_release(&before);
    if (interrupted)
        *r->err = why;
    return interrupted ? interrupted : rc;
}

int replay_run(const struct parameters *p, const struct schedule *s,
               const struct server_spec *spec, const struct replay_options *options,
               struct run_record *out, struct error *err)
{
    struct replay *r = mem_alloc(sizeof *r);
    *r = (struct replay){ .p = p, .s = s, .spec = spec, .options = options, .err = err };
    r->collected.full = r->collected.pause_s = NAN;
    run_record_init(&r->record);
    replay_raise_descriptors();
    sched_getaffinity(0, sizeof r->cpus_before, &r->cpus_before);
    replay_choose_cpus(r);
    int rc = replay_supports(p, spec, err);
    if (rc == 0)
        rc = replay_find_endpoints(r);
    if (rc == 0)
        rc = run_held(r);
    if (rc == 0)
        *out = r->record;
    else
        run_record_close(&r->record);
    free(r);
    return rc;
}
