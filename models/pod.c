#include "models/pod.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "models/client_preset.h"
#include "sim/error.h"

static void kill_process(struct pod *pod, enum disconnect_cause cause, int64_t delay_ns);

#define FOR_GOOD INT64_C(-1)

static const char *label(const struct pod *pod)
{
    return pod->setup.label ? pod->setup.label : "";
}

static void set_state(struct pod *pod, enum pod_state state)
{
    pod->state = state;
    if (pod->setup.watch.changed)
        pod->setup.watch.changed(pod->setup.owner, pod);
}

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

static uint32_t clients_each(const struct parameters *p, uint32_t clients)
{
    uint32_t workers = (uint32_t)p->server.workers;
    uint32_t each = (clients + workers - 1) / workers;
    return each > 0 ? each : 1;
}

static uint32_t worker_for(const struct pod *pod, uint32_t client)
{
    return pod->setup.slot_of ? client % (uint32_t)pod->p->server.workers
                              : client / clients_each(pod->p, pod->setup.client_count);
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
    run_record_event(pod->record, pod->sim->now_ns, "oom", "%s%.0f MB held, limit %.0f MB",
                     label(pod), (double)memory_account_total(&pod->memory) / 1e6,
                     (double)pod->p->memory_limit_bytes / 1e6);
    pod_kill(pod, DISCONNECT_SERVER_KILLED, true);
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
    run_record_event(pod->record, pod->sim->now_ns, "crash", "%s%u connections being set up",
                     label(pod), pod->handshaking);
    pod_kill(pod, DISCONNECT_SERVER_KILLED, true);
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
    uint32_t slot = slot_take(pod, worker_for(pod, client));
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

static int64_t client_last_sent(void *object, uint32_t client)
{
    struct pod *pod = object;
    uint32_t connection, slot = pod->slot_of[client];
    if (slot == POD_NONE)
        return -1;
    const struct push_server *worker = server_of(pod, slot, &connection);
    return push_server_last_sent_ns(worker, connection);
}

const struct clients_server pod_for_clients = { client_syn, client_left, client_vanished,
                                                client_stalled, client_last_sent };

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
                              uint32_t seen, bool opened)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    if (pod->state == POD_UP)
        memory_account_change(&pod->memory, &pod->p->memory, MEMORY_CONNECTIONS,
                              -connection_bytes(pod));
    pod->handshaking -= !opened;
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

static void probe_answered(void *owner, uint32_t probe)
{
    struct pod *pod = owner;
    if (pod->setup.watch.probed)
        pod->setup.watch.probed(pod->setup.owner, pod, probe);
}

static void connection_beaten(void *owner, uint32_t slot)
{
    struct pod *pod = owner;
    if (pod->client_of[slot] != POD_NONE)
        clients_heard(pod->clients, pod->client_of[slot]);
}

static const struct push_listener listener = { connection_accepted, connection_opened,
                                               connection_closed, connection_replayed,
                                               connection_beaten, probe_answered };

/* -- the life of the process --------------------------------------------------------------- */

static void listens(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->state != POD_STARTING || pod->sim->now_ns < pod->started_ns + pod->p->startup_ns)
        return; /* of a process that was killed before it listened */
    accept_path_init(&pod->accept, pod->sim->now_ns);
    set_state(pod, POD_UP);
}

void pod_launch(struct pod *pod)
{
    int64_t peak = pod->memory.peak_bytes;
    pod->started_ns = pod->sim->now_ns;
    memory_account_init(&pod->memory, &pod->p->memory);
    pod->memory.peak_bytes = peak;
    simulation_at(pod->sim, pod->sim->now_ns + pod->p->startup_ns, 0, listens, pod, NULL);
    set_state(pod, POD_STARTING);
}

static void starts(void *subject, void *object)
{
    struct pod *pod = subject;
    (void)object;
    if (pod->ended)
        return;
    pod->counters.restarts++;
    run_record_event(pod->record, pod->sim->now_ns, "restart", "%snumber %llu", label(pod),
                     (unsigned long long)pod->counters.restarts);
    pod_launch(pod);
}

static void kill_process(struct pod *pod, enum disconnect_cause cause, int64_t delay_ns)
{
    set_state(pod, POD_DOWN);
    pod->dying = false;
    uint64_t dropped = pod->accept.syn_dropped;
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        push_server_kill(&pod->workers[w], cause);
    pod->accept.waiting = 0;
    pod->accept.syn_dropped = dropped;
    pod->handshaking = 0;
    slots_reset(pod);
    memset(pod->memory.held_bytes, 0, sizeof pod->memory.held_bytes);
    if (delay_ns != FOR_GOOD)
        simulation_at(pod->sim, pod->sim->now_ns + delay_ns, 0, starts, pod, NULL);
}

void pod_kill(struct pod *pod, enum disconnect_cause cause, bool again)
{
    int64_t ran = pod->sim->now_ns - pod->started_ns;
    pod->ended = pod->ended || !again;
    kill_process(pod, cause,
                 again ? restart_backoff_next(&pod->p->restart, &pod->restart, ran) : FOR_GOOD);
}

uint32_t pod_drain(struct pod *pod, uint32_t n)
{
    uint32_t all = pod_connections(pod->p, pod->slots), asked = 0, connection;
    for (uint32_t looked = 0; looked < all && asked < n; looked++) {
        uint32_t slot = pod->next_drained;
        struct push_server *worker = server_of(pod, slot, &connection);
        uint8_t state = worker->connections.state[connection];
        pod->next_drained = (slot + 1) % all;
        if ((state & CONNECTION_PHASE_MASK) < CONNECTION_WAITING || (state & CONNECTION_LEFT))
            continue;
        push_server_drop(worker, connection, DISCONNECT_DRAINED);
        asked++;
    }
    return asked;
}

void pod_probe(struct pod *pod, uint32_t probe)
{
    push_server_probe(&pod->workers[0], probe);
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

void pod_seat(struct pod *pod, uint32_t client)
{
    uint32_t slot = slot_take(pod, worker_for(pod, client));
    assert(slot != POD_NONE);
    pod->slot_of[client] = slot;
    pod->client_of[slot] = client;
}

void pod_start(struct pod *pod)
{
    int64_t seated = 0;
    for (int64_t w = 0; w < pod->p->server.workers; w++) {
        uint32_t n = pod->slots - pod->free[w].count;
        if (n > 0)
            push_server_connected(&pod->workers[w], 0, n);
        for (uint32_t i = 0; i < n; i++) {
            uint32_t slot = (uint32_t)w * pod->slots + i;
            read_slowly(pod, slot, pod->client_of[slot]);
        }
        seated += n;
    }
    memory_account_change(&pod->memory, &pod->p->memory, MEMORY_CONNECTIONS,
                          seated * connection_bytes(pod));
    set_state(pod, POD_UP);
}

void pod_schedule_faults(struct pod *pod)
{
    const struct fault_params *f = &pod->p->fault;
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

/* -- life of the model --------------------------------------------------------------------- */

uint32_t pod_slots_alone(const struct parameters *p, uint32_t clients)
{
    return 2 * clients_each(p, clients);
}

uint32_t pod_connections(const struct parameters *p, uint32_t slots)
{
    return (uint32_t)p->server.workers * slots;
}

static const struct client_class plain_class = { .share = 1 };

void pod_clients_init(struct clients *clients, struct simulation *sim,
                      const struct parameters *p, uint32_t count, uint64_t seed,
                      uint32_t replication, const struct clients_server *server, void *object)
{
    bool plain = p->class_count == 0;
    struct clients_params params = { .classes = plain ? &plain_class : p->classes,
                                     .class_count = plain ? 1 : (int)p->class_count,
                                     .accept = &p->accept,
                                     .count = count,
                                     .seed = seed,
                                     .replication = replication,
                                     .server = server,
                                     .server_object = object };
    for (int c = 0; c < params.class_count; c++) {
        int preset = params.classes[c].preset;
        params.reconnect[c] =
            preset == 0 ? &p->reconnect : &client_presets[preset - 1].reconnect;
    }
    clients_init(clients, sim, &params);
}

static void start_worker(struct pod *pod, uint32_t w)
{
    struct push_server_params params = { .p = pod->p,
                                         .group = pod->setup.group,
                                         .meter = pod->setup.meter,
                                         .listener = &listener,
                                         .listener_owner = pod,
                                         .worker = pod->setup.cpu + (int)w,
                                         .base = w * pod->slots,
                                         .connections = pod->slots,
                                         .publishes = pod->setup.publishes };
    pod->free[w].items = mem_alloc(pod->slots * sizeof *pod->free[w].items);
    push_server_init(&pod->workers[w], pod->sim, &params);
}

static uint32_t *no_slots(size_t count)
{
    uint32_t *items = mem_alloc((count + 1) * sizeof *items);
    memset(items, 0xff, (count + 1) * sizeof *items);
    return items;
}

void pod_init(struct pod *pod, struct simulation *sim, const struct pod_setup *setup)
{
    const struct parameters *p = setup->p;
    size_t workers = (size_t)p->server.workers, all = pod_connections(p, setup->slots);
    *pod = (struct pod){ .sim = sim,
                         .p = p,
                         .setup = *setup,
                         .record = setup->record,
                         .clients = setup->clients,
                         .slots = setup->slots,
                         .state = POD_DOWN };
    pod->counters.first_oom_ns = -1;
    pod->workers = mem_alloc(workers * sizeof *pod->workers);
    pod->free = mem_alloc(workers * sizeof *pod->free);
    pod->slot_of = setup->slot_of ? setup->slot_of : no_slots(setup->client_count);
    pod->client_of = no_slots(all);
    pod->use = mem_alloc(all * sizeof *pod->use);
    accept_path_init(&pod->accept, 0);
    memory_account_init(&pod->memory, &p->memory);
    auth_backend_init(&pod->auth, &p->auth);
    for (uint32_t w = 0; w < workers; w++)
        start_worker(pod, w);
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
    if (!pod->setup.slot_of)
        free(pod->slot_of);
    free(pod->client_of);
    free(pod->use);
}
