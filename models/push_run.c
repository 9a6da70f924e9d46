#include "models/push_run.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "models/clients.h"
#include "models/cost_noise.h"
#include "models/cost_scale.h"
#include "models/due_latency.h"
#include "models/fleet.h"
#include "models/meter.h"
#include "models/phase_events.h"
#include "models/pod.h"
#include "models/pod_noise.h"
#include "models/pod_series.h"
#include "models/random_purpose.h"
#include "models/slo_watch.h"
#include "sim/error.h"

#define SAMPLE_NS 90909091 /* eleven a second: out of step with quota periods of 100 ms */
#define HOUR_NS   INT64_C(3600000000000)

struct push_run {
    const struct parameters *p;
    const struct schedule *schedule;
    struct simulation sim;
    struct cpu_host *host;
    struct cpu_group *group;
    struct meter meter;
    struct clients clients;
    struct duplex duplex;
    struct topics topics;
    struct pod pod;
    int64_t sample_ns; /* between samples: longer in runs of more than an hour */
    int64_t series_ns; /* between points of the series */
    uint64_t unheard;  /* publishes while no process listened */
    struct pod_series series;
    struct slo_watch watch;
    struct push_seen { /* when the SLO was last looked at */
        uint64_t due, dropped, reconnects;
        int64_t usage_ns;
    } seen;
    size_t next;               /* action of the schedule */
    struct cost_noise factors; /* of each publish */
    struct pod_noise noise;
    struct phase_events announced;
    struct run_record *out;
};

/* -- what the outside world does ----------------------------------------------------------- */

/* Publishes that have reached the pod, heard or not. */
static uint64_t arrived(const struct push_run *run)
{
    return run->unheard + run->pod.workers[0].arrived;
}

static void publish_arrives(void *subject, void *object)
{
    struct push_run *run = subject;
    const struct action *action = object;
    struct publish_record record = {
        .planned_ns = action->at_ns,
        .bytes = action->bytes,
        .factor = cost_noise_next(&run->factors, &run->p->cost, run->sim.now_ns),
        .measured = action->measured,
        .topic = run->topics.topic_of[arrived(run)],
    };
    if (run->pod.state != POD_UP) {
        run->unheard++;
        return;
    }
    for (int64_t w = 0; w < run->p->server.workers; w++)
        push_server_publish(&run->pod.workers[w], &record);
}

static void send_message(struct push_run *run, const struct action *a)
{
    if (run->clients.state[a->client] == CLIENT_OPEN)
        pod_message(&run->pod,
                    duplex_send(&run->duplex, a->client, a->at_ns, a->bytes, a->measured));
    else
        duplex_not_sent(&run->duplex);
}

static void take_action(struct push_run *run, struct action *action)
{
    int64_t until = action->at_ns + action->duration_ns;
    switch (action->kind) {
    case ACTION_PUBLISH:
        run->meter.published++;
        slo_watch_publish(&run->watch, action->at_ns);
        simulation_at(&run->sim, run->sim.now_ns + run->p->network.publish_ns, 0,
                      publish_arrives, run, action);
        break;
    case ACTION_CONNECT:
        clients_connect(&run->clients, action->client);
        break;
    case ACTION_DISCONNECT:
        clients_leave(&run->clients, action->client);
        break;
    case ACTION_STALL:
        clients_stall(&run->clients, action->client, until);
        break;
    case ACTION_MESSAGE:
        send_message(run, action);
        break;
    }
}

static void next_action(void *subject, void *object)
{
    struct push_run *run = subject;
    const struct schedule *s = run->schedule;
    (void)object;
    for (; run->next < s->count && s->actions[run->next].at_ns <= run->sim.now_ns; run->next++)
        take_action(run, &s->actions[run->next]);
    if (run->next < s->count)
        simulation_at(&run->sim, s->actions[run->next].at_ns, 0, next_action, run, NULL);
}

/* Deliveries due for the publishes on their way to the server or waiting for its loop. */
static uint64_t unhandled(const struct push_run *run)
{
    uint64_t messages = 0;
    for (int64_t w = 0; w < run->p->server.workers; w++) {
        const struct push_server *worker = &run->pod.workers[w];
        messages += push_server_unhandled(worker);
        for (uint64_t i = arrived(run); i < run->meter.published; i++)
            messages += push_server_hearers(worker, run->topics.topic_of[i]);
    }
    return messages;
}

/* -- what is looked at --------------------------------------------------------------------- */

static void sample_depth(void *subject, void *object)
{
    struct push_run *run = subject;
    uint64_t messages = 0, open = 0;
    (void)object;
    for (int64_t w = 0; w < run->p->server.workers; w++) {
        messages += push_server_sample(&run->pod.workers[w]);
        open += run->pod.workers[w].connections.open;
    }
    double depth = open > 0 ? (double)messages / (double)open : 0;
    slo_watch_depth(&run->watch, depth);
    if (open > 0)
        run_record_point(run->out, "queue.depth", run->sim.now_ns, depth);
    pod_sample(&run->pod);
    simulation_at(&run->sim, run->sim.now_ns + run->sample_ns, 1, sample_depth, run, NULL);
}

/* Hears of every write and drop up to now. */
static void sync_workers(struct push_run *run)
{
    for (int64_t w = 0; w < run->p->server.workers; w++)
        event_loop_break(&run->pod.workers[w].loop);
}

/* Would nobody who looks at CPU use notice anything? The pod has no probes. */
static bool looks_green(const struct push_run *run, int64_t usage_ns)
{
    double fine_ns = CPU_FINE_SHARE * cpu_request(run->p) * (double)run->series_ns;
    return run->pod.state == POD_UP && (double)(usage_ns - run->seen.usage_ns) < fine_ns;
}

/* The limits only: what acts on them is a fleet's. */
static void watch_slo(struct push_run *run, int64_t usage_ns)
{
    struct meter *m = &run->meter;
    int64_t now = run->sim.now_ns;
    uint64_t reconnects = run->clients.counters.reconnects;
    double due = (double)(m->due - run->seen.due), s = (double)run->series_ns / 1e9;
    struct slo_sample sample = {
        .value = { [SLO_P95] = m->late_p95_s,
                   [SLO_P99] = m->late_p99_s,
                   [SLO_DROPS] = due > 0 ? (double)(m->dropped - run->seen.dropped) / due : NAN,
                   [SLO_RECONNECTS] = (double)(reconnects - run->seen.reconnects) / s },
        .depth = slo_watch_take_depth(&run->watch),
    };
    bool delivered = !isnan(m->late_p99_s);
    slo_watch_silence(&run->watch, delivered, unhandled(run) + meter_in_flight(m) > 0, now,
                      &sample);
    if (!delivered && !isnan(sample.value[SLO_P99])) {
        run_record_point(run->out, "delivery.p95", now, sample.value[SLO_P95]);
        run_record_point(run->out, "delivery.p99", now, sample.value[SLO_P99]);
    }
    slo_watch_step(&run->watch, run->p, &sample, looks_green(run, usage_ns), run->series_ns,
                   now, run->out);
    run->seen = (struct push_seen){ m->due, m->dropped, reconnects, usage_ns };
}

static void sample_second(void *subject, void *object)
{
    struct push_run *run = subject;
    int64_t now = run->sim.now_ns;
    struct clients_book clients = clients_all(&run->clients);
    (void)object;
    sync_workers(run);
    pod_series_record(&run->series, &run->pod, &clients, now, run->out);
    meter_close_windows(&run->meter, now);
    meter_depth_points(&run->meter.depth_now, now, run->out);
    meter_close_depths(&run->meter, NULL);
    watch_slo(run, run->series.cpu.usage_ns);
    duplex_series(&run->duplex, now);
    simulation_at(&run->sim, now + run->series_ns, -1, sample_second, run, NULL);
}

/* -- life ---------------------------------------------------------------------------------- */

static void start_pod(struct push_run *run)
{
    const struct schedule *s = run->schedule;
    struct pod_setup setup = { .p = run->p,
                               .group = run->group,
                               .meter = &run->meter,
                               .clients = &run->clients,
                               .duplex = run->duplex.capacity > 0 ? &run->duplex : NULL,
                               .client_count = s->clients,
                               .slots = pod_slots_alone(run->p, s->clients),
                               .topics = &run->topics,
                               .record = run->out };
    uint32_t initial = s->initial < s->clients ? s->initial : s->clients;
    pod_init(&run->pod, &run->sim, &setup);
    uint32_t *seated = mem_alloc((initial + (size_t)1) * sizeof *seated);
    topics_by_feed(&run->topics, initial, seated);
    for (uint32_t i = 0; i < initial; i++)
        pod_seat(&run->pod, seated[i]);
    free(seated);
    pod_start(&run->pod);
    clients_open_at_start(&run->clients, 0, initial);
    pod_schedule_faults(&run->pod);
    clients_start(&run->clients);
}

static void start(struct push_run *run, uint64_t seed, uint32_t replication)
{
    struct random_stream phases;
    random_stream_init(&phases, seed, replication, RANDOM_CPU_PHASES, 0);
    simulation_init(&run->sim);
    slo_watch_init(&run->watch);
    run->host = cpu_host_new(&run->sim, &run->p->host, &phases);
    run->group = cpu_group_new(run->host, &run->p->cpu);
    cpu_group_settle(run->group); /* the server was ready, and idle, long before time 0 */
    meter_init(&run->meter, &run->p->network,
               pod_connections(run->p, pod_slots_alone(run->p, run->schedule->clients)),
               run->out);
    meter_tell_classes(&run->meter, (int)run->p->class_count);
    pod_clients_init(&run->clients, &run->sim, run->p, run->schedule->clients, seed,
                     replication, &pod_for_clients, &run->pod);
    duplex_init(&run->duplex, &run->p->duplex, run->p->server.protocol == PROTOCOL_WEBSOCKET,
                run->schedule->clients, schedule_messages(run->schedule), run->out);
    topics_init(&run->topics, run->p, run->schedule, seed, replication);
    start_pod(run);
    cost_noise_init(&run->factors, &run->p->cost, run->schedule->end_ns, seed, replication);
    pod_noise_start(&run->noise, &run->pod, seed, replication, 0);
    phase_events_start(&run->announced, &run->sim, run->schedule, &run->p->workload, run->out);
    simulation_at(&run->sim, 0, 0, next_action, run, NULL);
    int64_t hours = 1 + run->schedule->end_ns / HOUR_NS;
    run->sample_ns = SAMPLE_NS * hours;
    run->series_ns = METER_WINDOW_NS * hours;
    simulation_at(&run->sim, run->sample_ns, 1, sample_depth, run, NULL);
    simulation_at(&run->sim, run->series_ns, -1, sample_second, run, NULL);
}

/* The schedule's time, then the drain: until everything is delivered, or its end. */
static void run_window(struct push_run *run)
{
    int64_t end = run->schedule->end_ns, limit = end + run->p->workload.drain_ns;
    simulation_run_until(&run->sim, end);
    sync_workers(run);
    while (run->sim.now_ns < limit &&
           unhandled(run) + meter_in_flight(&run->meter) + duplex_in_flight(&run->duplex) > 0) {
        int64_t until = run->sim.now_ns + SAMPLE_NS;
        simulation_run_until(&run->sim, until < limit ? until : limit);
        sync_workers(run);
    }
}

/* What was counted since the last second ended, as points of the one that the run ended in. */
static void end_series(struct push_run *run)
{
    int64_t at = (run->sim.now_ns / run->series_ns + 1) * run->series_ns;
    struct clients_book clients = clients_all(&run->clients);
    pod_series_end(&run->series, &run->pod, &clients, at, run->out);
    duplex_series(&run->duplex, at);
}

static void report(struct push_run *run)
{
    struct run_record *r = run->out;
    for (int64_t w = 0; w < run->p->server.workers; w++)
        push_server_settle(&run->pod.workers[w]);
    meter_check(&run->meter);
    end_series(run);
    meter_close_windows(&run->meter,
                        run->sim.now_ns + METER_WINDOWS * (int64_t)METER_WINDOW_NS);
    double drained_s = (double)(run->sim.now_ns - run->schedule->end_ns) / 1e9;
    meter_report(&run->meter, unhandled(run));
    due_latency_report(&run->meter.delivery,
                       (double)(meter_in_flight(&run->meter) + unhandled(run)), drained_s, r);
    pod_report_positions(&run->pod);
    duplex_report(&run->duplex);
    struct cpu_counters c = cpu_group_counters(run->group);
    struct clients_book clients = clients_all(&run->clients);
    pod_report(&run->pod, &clients, r);
    slo_watch_report(&run->watch, r);
    run_record_metric(r, "published.failed", "1", (double)run->unheard);
    run_record_metric(r, "duration", "s", (double)run->sim.now_ns / 1e9);
    run_record_metric(r, "drained", "s", drained_s);
    run_record_metric(r, "cpu.used", "s", (double)c.usage_ns / 1e9);
    if (pod_beside_ns(&run->pod) > 0)
        run_record_metric(r, "cpu.used.beside", "s", (double)pod_beside_ns(&run->pod) / 1e9);
    run_record_metric(r, "cpu.throttled", "s", (double)c.throttled_ns / 1e9);
    run_record_metric(r, "cpu.periods", "1", (double)c.periods);
    run_record_metric(r, "cpu.throttled_periods", "1", (double)c.throttled);
    run_record_metric(r, "cpu.throttled_share", "1",
                      c.periods ? (double)c.throttled / (double)c.periods : 0);
}

/* On a host as fast as it was measured, and as this replication draws it. */
static void run_on_host(const struct parameters *p, const struct schedule *s, uint64_t seed,
                        uint32_t replication, struct run_record *out)
{
    struct parameters drawn = *p;
    cost_scale(&drawn.cost,
               cost_pace_factor(&p->cost) * cost_host_factor(&p->cost, seed, replication));
    drawn.cost.host_cv = 0;
    drawn.cost.pace = (struct run_pace){ 0, 0 };
    push_run(&drawn, s, seed, replication, out);
}

void push_run(const struct parameters *p, const struct schedule *s, uint64_t seed,
              uint32_t replication, struct run_record *out)
{
    if (p->cost.host_cv > 0 || p->cost.pace.step_ns > 0 || p->cost.pace.read_ns > 0) {
        run_on_host(p, s, seed, replication, out);
        return;
    }
    if (p->fleet.pods > 0 || p->control.trigger != TRIGGER_NEVER) {
        fleet_run(p, s, seed, replication, out);
        return;
    }
    struct push_run run = { .p = p, .schedule = s, .out = out };
    start(&run, seed, replication);
    run_window(&run);
    report(&run);
    pod_close(&run.pod);
    cost_noise_close(&run.factors);
    clients_close(&run.clients);
    meter_close(&run.meter);
    duplex_close(&run.duplex);
    topics_close(&run.topics);
    cpu_host_free(run.host);
    simulation_close(&run.sim);
}
