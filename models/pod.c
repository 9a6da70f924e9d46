#include "models/pod.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

static void kill_process(struct pod *pod, enum disconnect_cause cause, int64_t delay_ns);

static uint32_t worker_of(const struct pod *pod, uint32_t slot)
{
    return slot / pod->slots;
}

static struct push_server *server_of(struct pod *pod, uint32_t slot, uint32_t *connection)
{
    *connection = slot % pod->slots;
    return &pod->workers[worker_of(pod, slot)];
}

/* -- slots --------------------------------------------------------------------------------- */

static uint32_t slot_take(struct pod *pod, uint32_t worker)
{
    struct pod_slots *f = &pod->free[worker];
    if (f->count == 0)
        return POD_NONE;
    uint32_t slot = f->items[f->head];
    f->head = (f->head + 1) % pod->slots;
    f->count--;
    pod->use[slot]++;
    return slot;
}

static void slot_give_back(struct pod *pod, uint32_t slot)
{
    struct pod_slots *f = &pod->free[worker_of(pod, slot)];
    assert(f->count < pod->slots);
    f->items[(f->head + f->count) % pod->slots] = slot;
    f->count++;
}

static void slots_reset(struct pod *pod)
{
    for (uint32_t w = 0; w < (uint32_t)pod->p->server.workers; w++) {
        struct pod_slots *f = &pod->free[w];
        f->head = 0;
        f->count = pod->slots;
        for (uint32_t i = 0; i < pod->slots; i++)
            f->items[i] = w * pod->slots + i;
    }
}

/* -- memory -------------------------------------------------------------------------------- */

static int64_t connection_bytes(const struct pod *pod)
{
    const struct memory_params *m = &pod->p->memory;
    return m->connection_bytes +
           (m->deflate_window == 0 ? 0 : memory_deflate_bytes((int)m->deflate_window, 8));
}

static void out_of_memory(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    pod->counters.oom_kills++;
    if (pod->counters.first_oom_ns < 0)
        pod->counters.first_oom_ns = pod->sim->now_ns;
    run_record_event(pod->record, pod->sim->now_ns, "oom", "%.0f MB held, limit %.0f MB",
                     (double)memory_account_total(&pod->memory) / 1e6,
                     (double)pod->p->memory_limit_bytes / 1e6);
    int64_t ran = pod->sim->now_ns - pod->started_ns;
    kill_process(pod, DISCONNECT_SERVER_KILLED,
                 restart_backoff_next(&pod->p->restart, &pod->restart, ran));
}

/* The kill is an event of its own: whoever changed the memory finishes first. */
static void check_memory(struct pod *pod)
{
    if (pod->dying || pod->state != POD_UP ||
        !memory_account_exceeded(&pod->memory, pod->p->memory_limit_bytes))
        return;
    pod->dying = true;
    simulation_at(pod->sim, pod->sim->now_ns, 0, out_of_memory, pod, NULL);
}

static void hold(struct pod *pod, enum memory_kind kind, int64_t bytes)
{
    memory_account_change(&pod->memory, &pod->p->memory, kind, bytes);
    check_memory(pod);
}

/* -- what the clients do ------------------------------------------------------------------- */

static void crash(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->state != POD_UP)
        return;
    pod->counters.crashes++;
    run_record_event(pod->record, pod->sim->now_ns, "crash", "%u connections being set up",
                     pod->handshaking);
    int64_t ran = pod->sim->now_ns - pod->started_ns;
    kill_process(pod, DISCONNECT_SERVER_KILLED,
                 restart_backoff_next(&pod->p->restart, &pod->restart, ran));
}

static void deploy(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->state != POD_UP)
        return;
    pod->counters.deploys++;
    run_record_event(pod->record, pod->sim->now_ns, "deploy", "%u connections close",
                     pod_open(pod));
    kill_process(pod, DISCONNECT_SERVER_STOPPED, 0);
}

static enum syn_answer client_syn(void *object, uint32_t client)
{
    struct pod *pod = object;
    uint32_t connection, bug = (uint32_t)pod->p->fault.crash_connects;
    if (pod->state != POD_UP) {
        pod->counters.handshake_refused++;
        return SYN_REFUSED;
    }
    if (!accept_path_syn(&pod->p->accept, &pod->accept, pod->sim->now_ns))
        return SYN_DROPPED;
    uint32_t slot = slot_take(pod, client / pod->clients_each);
    if (slot == POD_NONE) {
        accept_path_accepted(&pod->accept, 1);
        return SYN_DROPPED;
    }
    pod->slot_of[client] = slot;
    pod->client_of[slot] = client;
    pod->handshaking++;
    push_server_connect(server_of(pod, slot, &connection), slot % pod->slots);
    if (bug > 0 && pod->handshaking >= bug && !pod->dying) {
        pod->dying = true;
        simulation_at(pod->sim, pod->sim->now_ns, 0, crash, pod, NULL);
    }
    return SYN_QUEUED;
}

/* The client's connection, which it no longer holds; POD_NONE: it has none. */
static uint32_t detach(struct pod *pod, uint32_t client)
{
    uint32_t slot = pod->slot_of[client];
    pod->slot_of[client] = POD_NONE;
    if (slot != POD_NONE)
        pod->client_of[slot] = POD_NONE;
    return slot;
}

static void client_left(void *object, uint32_t client)
{
    struct pod *pod = object;
    uint32_t connection, slot = detach(pod, client);
    if (slot != POD_NONE)
        push_server_disconnect(server_of(pod, slot, &connection), slot % pod->slots);
}

static void client_vanished(void *object, uint32_t client)
{
    struct pod *pod = object;
    uint32_t connection, slot = detach(pod, client);
    if (slot != POD_NONE)
        push_server_vanish(server_of(pod, slot, &connection), slot % pod->slots);
}

static void client_stalled(void *object, uint32_t client, int64_t until_ns)
{
    struct pod *pod = object;
    uint32_t connection, slot = pod->slot_of[client];
    if (slot != POD_NONE)
        push_server_stall(server_of(pod, slot, &connection), slot % pod->slots, until_ns);
}

const struct clients_server pod_for_clients = { client_syn, client_left, client_vanished,
                                                client_stalled };

/* -- what the workers say ------------------------------------------------------------------ */

static bool connection_accepted(void *owner, uint32_t slot)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    int64_t patience = pod->p->accept.handshake_timeout_ns;
    accept_path_accepted(&pod->accept, 1);
    hold(pod, MEMORY_CONNECTIONS, connection_bytes(pod));
    return patience == 0 || client == POD_NONE ||
           pod->sim->now_ns - pod->clients->list[client].since_ns <= patience;
}

struct answer { /* of the authentication backend, packed into an event's object */
    uint32_t slot;
    uint16_t use;
    bool good;
};

static void *answer_pack(struct answer a)
{
    return (void *)(uintptr_t)((uint64_t)a.slot << 24 | (uint64_t)a.use << 8 | a.good);
}

static struct answer answer_unpack(const void *object)
{
    uint64_t bits = (uintptr_t)object;
    return (struct answer){ (uint32_t)(bits >> 24), (uint16_t)(bits >> 8), bits & 1 };
}

static void answered(void *subject, void *object)
{
    struct pod *pod = subject;
    struct answer a = answer_unpack(object);
    uint32_t connection, client = pod->client_of[a.slot];
    if (pod->use[a.slot] != a.use || client == POD_NONE)
        return;
    if (a.good)
        clients_authenticated(pod->clients, client);
    else
        push_server_drop(server_of(pod, a.slot, &connection), a.slot % pod->slots,
                         DISCONNECT_REJECTED);
}

static void authenticate(struct pod *pod, uint32_t slot)
{
    int64_t at;
    struct answer a = { .slot = slot, .use = pod->use[slot] };
    a.good = auth_backend_ask(&pod->p->auth, &pod->auth, pod->sim->now_ns, &at);
    simulation_at(pod->sim, at, 0, answered, pod, answer_pack(a));
}

static int64_t replay_bytes(const struct pod *pod, uint32_t events)
{
    return pod->p->replay.snapshot_bytes +
           replay_history_load_bytes(&pod->p->replay, events, pod->p->workload.payload_bytes);
}

/* The snapshot, and what a client that comes back has missed. */
static void catch_up(struct pod *pod, uint32_t slot, uint32_t client)
{
    uint32_t connection;
    struct push_server *worker = server_of(pod, slot, &connection);
    const struct replay_params *r = &pod->p->replay;
    const struct client *k = &pod->clients->list[client];
    struct missed m = { 0 };
    if (k->losses > 0) {
        uint64_t seen = r->whole ? 0 : (uint64_t)r->stored + k->seen;
        m = replay_history_missed(r, 0, seen, (uint64_t)r->stored + worker->tail);
        pod->counters.replayed += m.count;
        pod->counters.missed += r->whole ? 0 : m.lost;
    }
    if (m.count == 0 && r->snapshot_bytes == 0)
        return;
    int64_t bytes = r->snapshot_bytes + (int64_t)m.count * pod->p->workload.payload_bytes;
    push_server_replay(worker, connection, (uint32_t)m.count, bytes);
    hold(pod, MEMORY_HISTORY, replay_bytes(pod, (uint32_t)m.count));
}

static void read_slowly(struct pod *pod, uint32_t slot, uint32_t client)
{
    uint32_t connection;
    struct push_server *worker = server_of(pod, slot, &connection);
    int64_t rate = pod->p->classes[clients_class(pod->clients, client)].read_bps;
    if (rate > 0)
        push_server_read_rate(worker, connection, rate);
}

static void connection_opened(void *owner, uint32_t slot)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    pod->handshaking--;
    if (client == POD_NONE)
        return;
    read_slowly(pod, slot, client);
    clients_opened(pod->clients, client);
    authenticate(pod, slot);
    catch_up(pod, slot, client);
}

static void connection_closed(void *owner, uint32_t slot, enum disconnect_cause cause,
                              uint32_t seen)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    if (pod->state == POD_UP)
        memory_account_change(&pod->memory, &pod->p->memory, MEMORY_CONNECTIONS,
                              -connection_bytes(pod));
    slot_give_back(pod, slot);
    if (client == POD_NONE) {
        pod->clients->counters.noticed[cause]++;
        return;
    }
    detach(pod, client);
    clients_dropped(pod->clients, client, cause, 0, seen);
}

static void connection_replayed(void *owner, uint32_t slot, uint32_t events)
{
    struct pod *pod = owner;
    (void)slot;
    memory_account_change(&pod->memory, &pod->p->memory, MEMORY_HISTORY,
                          -replay_bytes(pod, events));
}

static const struct push_listener listener = { connection_accepted, connection_opened,
                                               connection_closed, connection_replayed };

/* -- the life of the process --------------------------------------------------------------- */

static void listens(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    pod->state = POD_UP;
    accept_path_init(&pod->accept, pod->sim->now_ns);
}

static void starts(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    int64_t peak = pod->memory.peak_bytes;
    pod->counters.restarts++;
    pod->state = POD_STARTING;
    pod->started_ns = pod->sim->now_ns;
    memory_account_init(&pod->memory, &pod->p->memory);
    pod->memory.peak_bytes = peak;
    run_record_event(pod->record, pod->sim->now_ns, "restart", "number %llu",
                     (unsigned long long)pod->counters.restarts);
    simulation_at(pod->sim, pod->sim->now_ns + pod->p->startup_ns, 0, listens, pod, NULL);
}

static void kill_process(struct pod *pod, enum disconnect_cause cause, int64_t delay_ns)
{
    pod->state = POD_DOWN;
    pod->dying = false;
    uint64_t dropped = pod->accept.syn_dropped;
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        push_server_kill(&pod->workers[w], cause);
    pod->accept.waiting = 0;
    pod->accept.syn_dropped = dropped;
    pod->handshaking = 0;
    slots_reset(pod);
    memset(pod->memory.held_bytes, 0, sizeof pod->memory.held_bytes);
    simulation_at(pod->sim, pod->sim->now_ns + delay_ns, 0, starts, pod, NULL);
}

static void keep_busy(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    push_server_other(&pod->workers[0], (double)pod->p->fault.busy_ns);
}

static void slow_class_leaves(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    const struct clients_params *c = &pod->clients->params;
    for (uint32_t i = 0; c->class_count > 1 && i < c->count; i++)
        if (clients_class(pod->clients, i) == 1)
            clients_leave(pod->clients, i);
}

static void schedule_fault(struct pod *pod, int64_t at_ns, event_fn *fault)
{
    if (at_ns > 0)
        simulation_at(pod->sim, at_ns, 0, fault, pod, NULL);
}

void pod_start(struct pod *pod, uint32_t initial)
{
    const struct fault_params *f = &pod->p->fault;
    for (uint32_t i = 0; i < initial; i++) {
        uint32_t slot = slot_take(pod, i / pod->clients_each);
        pod->slot_of[i] = slot;
        pod->client_of[slot] = i;
    }
    for (uint32_t w = 0; w * pod->clients_each < initial; w++) {
        uint32_t left = initial - w * pod->clients_each;
        push_server_connected(&pod->workers[w], 0,
                              left < pod->clients_each ? left : pod->clients_each);
    }
    for (uint32_t i = 0; i < initial; i++)
        read_slowly(pod, pod->slot_of[i], i);
    memory_account_change(&pod->memory, &pod->p->memory, MEMORY_CONNECTIONS,
                          initial * connection_bytes(pod));
    clients_open_at_start(pod->clients, 0, initial);
    schedule_fault(pod, f->deploy_at_ns, deploy);
    schedule_fault(pod, f->crash_at_ns, crash);
    schedule_fault(pod, f->busy_at_ns, keep_busy);
    schedule_fault(pod, f->leave_at_ns, slow_class_leaves);
}

/* -- looking at it ------------------------------------------------------------------------- */

uint32_t pod_open(const struct pod *pod)
{
    uint32_t open = 0;
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        open += pod->workers[w].connections.open;
    return open;
}

void pod_sample(struct pod *pod)
{
    struct push_holdings all = { 0 };
    if (pod->state != POD_UP)
        return;
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        push_server_holdings(&pod->workers[w], &all);
    const struct memory_params *m = &pod->p->memory;
    int64_t payload = m->shared_payload ? all.shared_bytes : all.queued_bytes;
    int64_t queues = payload + (int64_t)all.queued * m->message_bytes;
    memory_account_set(&pod->memory, m, MEMORY_QUEUES, queues);
    memory_account_set(&pod->memory, m, MEMORY_WRITE_BUFFERS, all.buffered_bytes);
    memory_account_set(&pod->memory, m, MEMORY_SOCKETS, all.socket_bytes);
    struct pod_counters *c = &pod->counters;
    uint32_t open = pod_open(pod);
    c->slow_max = all.slow > c->slow_max ? all.slow : c->slow_max;
    c->open_max = open > c->open_max ? open : c->open_max;
    check_memory(pod);
}

static void report_disconnects(struct pod *pod)
{
    const struct clients_counters *c = &pod->clients->counters;
    uint64_t all = 0;
    for (int i = 0; i < DISCONNECT_CAUSES; i++) {
        char name[48];
        all += c->disconnects[i];
        snprintf(name, sizeof name, "disconnects.%s", disconnect_cause_name(i));
        run_record_metric(pod->record, name, "1", (double)c->disconnects[i]);
        snprintf(name, sizeof name, "noticed.%s", disconnect_cause_name(i));
        run_record_metric(pod->record, name, "1", (double)c->noticed[i]);
    }
    run_record_metric(pod->record, "disconnects", "1", (double)all);
}

static void report_memory(struct pod *pod)
{
    run_record_metric(pod->record, "memory.peak", "B", (double)pod->memory.peak_bytes);
    run_record_metric(pod->record, "memory.end", "B",
                      (double)memory_account_total(&pod->memory));
    for (int k = 0; k < MEMORY_KINDS; k++) {
        char name[48];
        snprintf(name, sizeof name, "memory.end.%s", memory_kind_name(k));
        run_record_metric(pod->record, name, "B", (double)pod->memory.held_bytes[k]);
    }
}

void pod_report(struct pod *pod)
{
    const struct clients_counters *c = &pod->clients->counters;
    const struct pod_counters *n = &pod->counters;
    double attempts = (double)c->attempts;
    const struct {
        const char *name, *unit;
        double value;
    } figures[] = {
        { "connections", "1", pod_open(pod) },
        { "connections.max", "1", n->open_max },
        { "clients.open", "1", pod->clients->open },
        { "connects", "1", attempts },
        { "connects.opened", "1", (double)c->opened },
        { "connects.failed", "1", (double)c->failed },
        { "connects.refused", "1", (double)n->handshake_refused },
        { "connects.syn_dropped", "1", (double)pod->accept.syn_dropped },
        { "connects.failure_rate", "1", attempts > 0 ? (double)c->failed / attempts : 0 },
        { "reconnects", "1", (double)c->reconnects },
        { "reconnects.delay.mean", "s", c->retries ? c->retry_s / (double)c->retries : NAN },
        { "clients.given_up", "1", (double)c->given_up },
        { "clients.vanished", "1", (double)c->vanished },
        { "clients.stalls", "1", (double)c->stalls },
        { "auth.requests", "1", (double)pod->auth.requests },
        { "auth.timeouts", "1", (double)pod->auth.timeouts },
        { "replayed", "1", (double)n->replayed },
        { "missed", "1", (double)n->missed },
        { "slow_consumers.max", "1", (double)n->slow_max },
        { "oom", "1", (double)n->oom_kills },
        { "oom.first", "s", n->first_oom_ns < 0 ? NAN : (double)n->first_oom_ns / 1e9 },
        { "crashes", "1", (double)n->crashes },
        { "restarts", "1", (double)n->restarts },
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        run_record_metric(pod->record, figures[i].name, figures[i].unit, figures[i].value);
    report_disconnects(pod);
    report_memory(pod);
}

/* -- life of the model --------------------------------------------------------------------- */

static uint32_t clients_each(const struct parameters *p, uint32_t clients)
{
    uint32_t workers = (uint32_t)p->server.workers;
    uint32_t each = (clients + workers - 1) / workers;
    return each > 0 ? each : 1;
}

static uint32_t slots_each(const struct parameters *p, uint32_t clients)
{
    return 2 * clients_each(p, clients);
}

uint32_t pod_connections(const struct parameters *p, uint32_t clients)
{
    return (uint32_t)p->server.workers * slots_each(p, clients);
}

void pod_init(struct pod *pod, struct simulation *sim, const struct parameters *p,
              struct cpu_group *group, struct meter *meter, struct clients *clients,
              uint32_t client_count, uint32_t publishes, struct run_record *record)
{
    size_t workers = (size_t)p->server.workers, all = pod_connections(p, client_count);
    *pod = (struct pod){ .sim = sim, .p = p, .record = record, .clients = clients };
    pod->clients_each = clients_each(p, client_count);
    pod->slots = slots_each(p, client_count);
    pod->state = POD_UP;
    pod->counters.first_oom_ns = -1;
    pod->workers = mem_alloc(workers * sizeof *pod->workers);
    pod->free = mem_alloc(workers * sizeof *pod->free);
    pod->slot_of = mem_alloc((client_count + (size_t)1) * sizeof *pod->slot_of);
    pod->client_of = mem_alloc(all * sizeof *pod->client_of);
    pod->use = mem_alloc(all * sizeof *pod->use);
    memset(pod->slot_of, 0xff, (client_count + (size_t)1) * sizeof *pod->slot_of);
    memset(pod->client_of, 0xff, all * sizeof *pod->client_of);
    accept_path_init(&pod->accept, 0);
    memory_account_init(&pod->memory, &p->memory);
    auth_backend_init(&pod->auth, &p->auth);
    for (size_t w = 0; w < workers; w++) {
        struct push_server_params params = { .p = p,
                                             .group = group,
                                             .meter = meter,
                                             .listener = &listener,
                                             .listener_owner = pod,
                                             .worker = (int)w,
                                             .base = (uint32_t)w * pod->slots,
                                             .connections = pod->slots,
                                             .publishes = publishes };
        pod->free[w].items = mem_alloc(pod->slots * sizeof *pod->free[w].items);
        push_server_init(&pod->workers[w], sim, &params);
    }
    slots_reset(pod);
}

void pod_close(struct pod *pod)
{
    for (int64_t w = 0; w < pod->p->server.workers; w++) {
        push_server_close(&pod->workers[w]);
        free(pod->free[w].items);
    }
    auth_backend_close(&pod->auth);
    free(pod->workers);
    free(pod->free);
    free(pod->slot_of);
    free(pod->client_of);
    free(pod->use);
}
