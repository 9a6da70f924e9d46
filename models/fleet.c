#include "models/fleet_internal.h"

#include <math.h>
#include <stdlib.h>

#include "models/random_purpose.h"
#include "sim/error.h"

/* -- the balancer, between clients and pods ------------------------------------------------ */

static struct fleet_pod *choose(struct fleet *f)
{
    for (size_t i = 0; f->p.fleet.balancer == BALANCE_LEAST_CONNECTIONS && i < f->pod_count;
         i++)
        f->backends[i].connections =
            f->backends[i].available
                ? (int64_t)pod_open(&f->pods[i]->pod) + f->pods[i]->pod.handshaking
                : 0;
    size_t i = balancer_pick(&f->balancer, f->backends, f->pod_count);
    return i == BALANCER_NONE ? NULL : f->pods[i];
}

/* The balancer's answer to a client that it does not let in. */
static void refused(void *subject, void *object)
{
    struct fleet *f = subject;
    uint32_t client = (uint32_t)(uintptr_t)object;
    if (f->home_of[client] == NULL)
        clients_dropped(&f->clients, client, DISCONNECT_REJECTED, f->p.control.retry_after_ns,
                        f->clients.list[client].seen, 0);
}

/* A SYN that is sent again goes where the first one went: the balancer keeps its connections
 * (conntrack). A pod that is gone answers nothing. */
static enum syn_answer syn_again(struct fleet_pod *fp, uint32_t client)
{
    return fp->life == FLEET_GONE ? SYN_DROPPED : pod_for_clients.syn(&fp->pod, client);
}

static enum syn_answer fleet_syn(void *object, uint32_t client)
{
    struct fleet *f = object;
    if (f->clients.list[client].syns > 1 && f->home_of[client])
        return syn_again(f->home_of[client], client);
    f->home_of[client] = NULL;
    if (slo_control_acts(&f->watch.control, RELIEF_REFUSE)) {
        f->figures.refused++;
        simulation_at(&f->sim, f->sim.now_ns + 2 * f->p.network.publish_ns, 0, refused, f,
                      (void *)(uintptr_t)client);
        return SYN_QUEUED;
    }
    struct fleet_pod *fp = choose(f);
    if (fp == NULL)
        return SYN_REFUSED;
    f->home_of[client] = fp;
    fp->book.counters.attempts++;
    return pod_for_clients.syn(&fp->pod, client);
}

static void fleet_left(void *object, uint32_t client)
{
    struct fleet *f = object;
    if (f->home_of[client])
        pod_for_clients.left(&f->home_of[client]->pod, client);
}

static void fleet_closes(void *object, uint32_t client)
{
    struct fleet *f = object;
    if (f->home_of[client])
        pod_for_clients.closes(&f->home_of[client]->pod, client);
}

static void fleet_vanished(void *object, uint32_t client, int64_t tells_ns)
{
    struct fleet *f = object;
    if (f->home_of[client])
        pod_for_clients.vanished(&f->home_of[client]->pod, client, tells_ns);
}

static void fleet_cut_off(void *object, uint32_t client, int64_t until_ns)
{
    struct fleet *f = object;
    if (f->home_of[client])
        pod_for_clients.cut_off(&f->home_of[client]->pod, client, until_ns);
}

static void fleet_stalled(void *object, uint32_t client, int64_t until_ns)
{
    struct fleet *f = object;
    if (f->home_of[client])
        pod_for_clients.stalled(&f->home_of[client]->pod, client, until_ns);
}

static int64_t fleet_last_sent(void *object, uint32_t client)
{
    struct fleet *f = object;
    return f->home_of[client] ? pod_for_clients.last_sent(&f->home_of[client]->pod, client)
                              : -1;
}

static struct clients_book *fleet_book(void *object, uint32_t client)
{
    struct fleet *f = object;
    return f->home_of[client] ? &f->home_of[client]->book : NULL;
}

static const struct clients_server fleet_for_clients = { fleet_syn,       fleet_left,
                                                         fleet_closes,    fleet_vanished,
                                                         fleet_cut_off,   fleet_stalled,
                                                         fleet_last_sent, fleet_book };

/* -- publishes ----------------------------------------------------------------------------- */

/* One draw of each kind for every publish, acted on or not. */
static bool is_shed(struct fleet *f)
{
    double priority = random_stream_uniform(&f->shedding);
    double rate = random_stream_uniform(&f->shedding);
    return (slo_control_acts(&f->watch.control, RELIEF_SHED_PRIORITY) &&
            priority < f->p.control.low_priority) ||
           (slo_control_acts(&f->watch.control, RELIEF_SHED_RATE) &&
            rate < f->p.control.shed_share);
}

static bool anybody_listens(const struct fleet *f)
{
    for (size_t i = 0; i < f->pod_count; i++)
        if (f->pods[i]->pod.state == POD_UP)
            return true;
    return false;
}

/* What nobody hears is in no feed, as with a pod alone: no replay brings it. */
static void publish_arrives(void *subject, void *object)
{
    struct fleet *f = subject;
    const struct action *action = object;
    struct publish_record record = {
        .planned_ns = action->at_ns,
        .bytes = action->bytes,
        .factor = cost_noise_next(&f->factors, &f->p.cost, f->sim.now_ns),
        .measured = action->measured,
        .topic = f->topics.topic_of[f->shed + f->unheard + f->sent_count],
    };
    if (is_shed(f)) {
        f->shed++;
        return;
    }
    slo_watch_publish(&f->watch, record.planned_ns);
    if (!anybody_listens(f)) {
        f->unheard++;
        return;
    }
    f->sent[f->sent_count++] = record;
    for (size_t i = 0; i < f->pod_count; i++)
        fleet_pod_publish(f->pods[i], &record);
}

/* A POST goes to the pod that has, or had, the client's stream. */
static void send_message(struct fleet *f, const struct action *a)
{
    struct fleet_pod *fp = f->home_of[a->client];
    if (f->clients.state[a->client] != CLIENT_OPEN) {
        duplex_not_sent(&f->duplex);
        return;
    }
    uint32_t message = duplex_send(&f->duplex, a->client, a->at_ns, a->bytes, a->measured);
    duplex_enter(&f->duplex, message, &fp->messages);
    pod_message(&fp->pod, message);
}

static void take_action(struct fleet *f, struct action *action)
{
    switch (action->kind) {
    case ACTION_PUBLISH:
        f->published++;
        simulation_at(&f->sim, f->sim.now_ns + f->p.network.publish_ns, 0, publish_arrives, f,
                      action);
        break;
    case ACTION_CONNECT:
        clients_connect(&f->clients, action->client);
        break;
    case ACTION_DISCONNECT:
        clients_leave(&f->clients, action->client);
        break;
    case ACTION_STALL:
        clients_stall(&f->clients, action->client, action->at_ns + action->duration_ns);
        break;
    case ACTION_MESSAGE:
        send_message(f, action);
        break;
    }
}

static void next_action(void *subject, void *object)
{
    struct fleet *f = subject;
    const struct schedule *s = f->schedule;
    (void)object;
    for (; f->next < s->count && s->actions[f->next].at_ns <= f->sim.now_ns; f->next++)
        take_action(f, &s->actions[f->next]);
    if (f->next < s->count)
        simulation_at(&f->sim, s->actions[f->next].at_ns, 0, next_action, f, NULL);
}

/* -- life of a run ------------------------------------------------------------------------- */

static uint32_t slots_each(const struct fleet *f)
{
    int64_t clients = f->schedule->clients, pods = f->p.fleet.pods;
    int64_t workers = f->p.server.workers, capacity = f->p.fleet.capacity;
    int64_t share = (clients + pods - 1) / pods + workers;
    int64_t initial = (f->schedule->initial + pods - 1) / pods;
    if (capacity == 0) {
        capacity = 4 * share + 64;
        if (f->p.fleet.autoscale) /* which may leave a few with all of them */
            capacity = 4 * (clients / f->p.fleet.autoscaler.min + workers) + 64;
        capacity = capacity < 2 * clients + 64 ? capacity : 2 * clients + 64;
    }
    capacity = capacity < initial ? initial : capacity; /* seats for all at time 0 */
    return (uint32_t)((capacity + workers - 1) / workers);
}

/* The first pods; the clients that are there from the start, dealt out in turn. */
static void start_pods(struct fleet *f)
{
    uint32_t initial = f->schedule->initial < f->schedule->clients ? f->schedule->initial
                                                                   : f->schedule->clients;
    for (int64_t i = 0; i < f->p.fleet.pods; i++)
        fleet_pod_add(f);
    uint32_t *seated = mem_alloc((initial + (size_t)1) * sizeof *seated);
    topics_by_feed(&f->topics, initial, seated);
    for (uint32_t i = 0; i < initial; i++) {
        uint32_t c = seated[i];
        f->home_of[c] = f->pods[c % f->pod_count];
        pod_seat(&f->home_of[c]->pod, c);
    }
    free(seated);
    for (size_t i = 0; i < f->pod_count; i++)
        fleet_pod_begin(f->pods[i]);
    clients_open_at_start(&f->clients, 0, initial);
}

static void start(struct fleet *f)
{
    size_t clients = f->schedule->clients + (size_t)1;
    simulation_init(&f->sim);
    cost_noise_init(&f->factors, &f->p.cost, f->schedule->end_ns, f->seed, f->replication);
    random_stream_init(&f->shedding, f->seed, f->replication, RANDOM_SHED, 0);
    random_stream_init(&f->phases, f->seed, f->replication, RANDOM_PROBES, 0);
    balancer_init(&f->balancer, f->p.fleet.balancer, f->seed, f->replication);
    autoscaler_init(&f->autoscaler);
    slo_watch_init(&f->watch);
    histogram_init(&f->second);
    histogram_init(&f->depths);
    f->slot_of = mem_alloc(clients * sizeof *f->slot_of);
    f->home_of = mem_alloc(clients * sizeof *f->home_of);
    for (size_t i = 0; i < clients; i++)
        f->slot_of[i] = POD_NONE;
    f->slots = slots_each(f);
    f->sent = mem_alloc((schedule_publishes(f->schedule) + (size_t)1) * sizeof *f->sent);
    f->replicas = f->p.fleet.pods;
    f->figures.first_scale_ns = -1;
    pod_clients_init(&f->clients, &f->sim, &f->p, f->schedule->clients, f->seed, f->replication,
                     &fleet_for_clients, f);
    duplex_init(&f->duplex, &f->p.duplex, f->p.server.protocol == PROTOCOL_WEBSOCKET,
                f->schedule->clients, schedule_messages(f->schedule), f->out);
    topics_init(&f->topics, &f->p, f->schedule, f->seed, f->replication);
    start_pods(f);
    pod_schedule_faults(&f->pods[0]->pod);
    clients_start(&f->clients);
    phase_events_start(&f->announced, &f->sim, f->schedule, &f->p.workload, f->out);
    simulation_at(&f->sim, 0, 0, next_action, f, NULL);
    fleet_control_start(f);
}

static void sync_all(struct fleet *f)
{
    for (size_t i = 0; i < f->pod_count; i++)
        for (int64_t w = 0; w < f->p.server.workers; w++)
            event_loop_break(&f->pods[i]->pod.workers[w].loop);
}

/* The schedule's time, then the drain: until everything is delivered, or its end. */
static void run_window(struct fleet *f)
{
    int64_t end = f->schedule->end_ns, limit = end + f->p.workload.drain_ns;
    simulation_run_until(&f->sim, end);
    sync_all(f);
    while (f->sim.now_ns < limit && fleet_in_flight(f) + duplex_in_flight(&f->duplex) > 0) {
        int64_t until = f->sim.now_ns + FLEET_SAMPLE_NS;
        simulation_run_until(&f->sim, until < limit ? until : limit);
        sync_all(f);
    }
}

static void fleet_close(struct fleet *f)
{
    for (size_t i = 0; i < f->pod_count; i++)
        fleet_pod_free(f->pods[i]);
    for (size_t i = 0; i < f->node_count; i++) {
        cpu_host_free(f->nodes[i]->host);
        free(f->nodes[i]->neighbours);
        free(f->nodes[i]);
    }
    clients_close(&f->clients);
    cost_noise_close(&f->factors);
    duplex_close(&f->duplex);
    histogram_close(&f->second);
    histogram_close(&f->depths);
    simulation_close(&f->sim);
    free(f->nodes);
    free(f->pods);
    free(f->backends);
    free(f->slot_of);
    free(f->home_of);
    free(f->sent);
    topics_close(&f->topics);
    free(f);
}

/* One pod, and nothing around it. */
static void be_alone(struct fleet_params *p)
{
    p->pods = p->pods_per_node = 1;
    p->autoscale = false;
    p->neighbour_weight = 0;
    p->rebalance_hz = 0;
    p->endpoint_lag_ns = 0;
    p->detail = 0;
    for (int k = 0; k < PROBES; k++)
        p->probe[k].period_ns = 0;
    if (p->autoscaler.window_ns == 0) /* of parameters that were not read from a file */
        p->autoscaler.window_ns = INT64_C(15000000000);
}

void fleet_run(const struct parameters *p, const struct schedule *s, uint64_t seed,
               uint32_t replication, struct run_record *out)
{
    struct fleet *f = mem_alloc(sizeof *f); /* large: the autoscaler's memory */
    f->p = *p;
    f->schedule = s;
    f->seed = seed;
    f->replication = replication;
    f->out = out;
    if (p->fleet.pods > 0) { /* faults are the first pod's, but a deploy is of all */
        f->p.fault.deploy_at_ns = 0;
        f->deploy_at_ns = p->fault.deploy_at_ns;
    } else {
        be_alone(&f->p.fleet);
    }
    start(f);
    run_window(f);
    fleet_report(f);
    fleet_close(f);
}
