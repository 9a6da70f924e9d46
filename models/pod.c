#include "models/pod_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "models/client_preset.h"
#include "sim/error.h"

/* -- slots --------------------------------------------------------------------------------- */

static uint32_t slot_take(struct pod *pod, uint32_t worker)
{
    struct pod_slots *f = &pod->free[worker];
    uint32_t slot = POD_NONE;
    if (f->fresh < pod->slots) {
        slot = worker * pod->slots + f->fresh++;
    } else if (f->count > 0) {
        slot = f->items[f->head];
        f->head = (f->head + 1) % pod->slots;
        f->count--;
    }
    return slot;
}

static uint32_t clients_each(const struct parameters *p, uint32_t clients)
{
    uint32_t workers = (uint32_t)p->server.workers;
    uint32_t each = (clients + workers - 1) / workers;
    return each > 0 ? each : 1;
}

/* Clients are dealt out to the workers in turn, whatever their class and whenever they come (nginx:
 * every 16 accepts go to another; a cluster of Node: round robin; asyncio's workers race for a
 * shared socket, and shares are less even). A fleet deals its clients out to the pods in turn, so
 * each pod deals every so manieth client out. */
uint32_t pod_worker_for(const struct pod *pod, uint32_t client)
{
    const struct parameters *p = pod->p;
    uint32_t turn = pod->setup.slot_of ? client / (uint32_t)p->fleet.pods : client;
    return turn % (uint32_t)p->server.workers;
}

/* With the client's worker if it has room, else with the next that has: they share one socket. */
static uint32_t slot_for(struct pod *pod, uint32_t client)
{
    uint32_t workers = (uint32_t)pod->p->server.workers, first = pod_worker_for(pod, client);
    uint32_t slot = POD_NONE;
    for (uint32_t i = 0; i < workers && slot == POD_NONE; i++)
        slot = slot_take(pod, (first + i) % workers);
    return slot;
}

void pod_slot_give_back(struct pod *pod, uint32_t slot)
{
    struct pod_slots *f = &pod->free[pod_worker_of(pod, slot)];
    assert(f->count < pod->slots);
    pod->use[slot]++;
    f->items[(f->head + f->count) % pod->slots] = slot;
    f->count++;
}

/* None but those of connections whose end a client has not heard of is handed out. */
static void slots_around_orphans(struct pod *pod, uint32_t worker)
{
    enum disconnect_cause cause;
    struct pod_slots *f = &pod->free[worker];
    f->fresh = pod->slots;
    for (uint32_t i = 0; i < pod->slots; i++)
        if (!push_server_orphaned(&pod->workers[worker], i, &cause))
            f->items[f->count++] = worker * pod->slots + i;
}

void pod_slots_reset(struct pod *pod)
{
    for (uint32_t w = 0; w < (uint32_t)pod->p->server.workers; w++) {
        pod->free[w].fresh = pod->free[w].head = pod->free[w].count = 0;
        if (pod->workers[w].orphans.count > 0)
            slots_around_orphans(pod, w);
    }
}

/* -- what the clients do ------------------------------------------------------------------- */

/* The client takes the slot: its connection hears from now on what it subscribes to. */
static struct push_server *take_slot(struct pod *pod, uint32_t client, uint32_t slot,
                                     uint32_t *connection)
{
    struct push_server *worker = pod_server_of(pod, slot, connection);
    push_server_subscribe(worker, *connection, topics_feed(pod->setup.topics, client));
    pod->slot_of[client] = slot;
    pod->client_of[slot] = client;
    class_tally_seat(&pod->setup.meter->classes, slot, clients_class(pod->clients, client));
    return worker;
}

static enum syn_answer client_syn(void *object, uint32_t client)
{
    struct pod *pod = object;
    uint32_t connection, bug = (uint32_t)pod->p->fault.crash_connects;
    if (pod->state != POD_UP || pod->deaf) {
        pod->counters.handshake_refused++;
        return SYN_REFUSED;
    }
    if (!accept_path_syn(&pod->p->accept, &pod->accept, pod->sim->now_ns))
        return SYN_DROPPED;
    uint32_t slot = slot_for(pod, client);
    if (slot == POD_NONE) {
        accept_path_accepted(&pod->accept, 1);
        if (pod->counters.over_capacity++ == 0)
            run_record_event(pod->record, pod->sim->now_ns, "full",
                             "%sno room for more than its %u connections (fleet.capacity)",
                             pod_label(pod), pod_open(pod));
        return SYN_DROPPED;
    }
    struct push_server *worker = take_slot(pod, client, slot, &connection);
    pod->handshaking++;
    push_server_connect(worker, connection);
    if (bug > 0 && pod->handshaking >= bug && !pod->dying) {
        pod->dying = true;
        simulation_at(pod->sim, pod->sim->now_ns, 0, pod_crash, pod, NULL);
    }
    return SYN_QUEUED;
}

/* Before a connection goes without the server's doing. */
static void note_got(struct pod *pod, uint32_t client)
{
    uint32_t connection, slot = pod->slot_of[client];
    if (slot == POD_NONE)
        return;
    struct push_server *worker = pod_server_of(pod, slot, &connection);
    struct push_got got;
    if (push_server_got(worker, connection, &got))
        pod_note_got(pod, client, got);
}

/* The client's FIN, or its Close, goes to the server. */
static void hang_up(struct pod *pod, uint32_t slot)
{
    uint32_t connection;
    if (slot != POD_NONE)
        push_server_disconnect(pod_server_of(pod, slot, &connection), slot % pod->slots);
}

static void client_left(void *object, uint32_t client)
{
    struct pod *pod = object;
    note_got(pod, client);
    hang_up(pod, pod_detach(pod, client, DISCONNECT_CLIENT_LEFT));
}

/* It stays in its place until the server has ended the connection. */
static void client_closes(void *object, uint32_t client)
{
    struct pod *pod = object;
    note_got(pod, client);
    if (pod->slot_of[client] != POD_NONE)
        pod_silence(pod, client, DISCONNECT_CLIENT_LEFT);
    hang_up(pod, pod->slot_of[client]);
}

static void zombie_tells(void *subject, void *object)
{
    struct pod *pod = subject;
    struct slot_use z = slot_use_unpack(object);
    if (pod->use[z.slot] == z.use)
        hang_up(pod, z.slot);
}

static void client_vanished(void *object, uint32_t client, int64_t tells_ns)
{
    struct pod *pod = object;
    note_got(pod, client);
    uint32_t connection, slot = pod_detach(pod, client, DISCONNECT_NETWORK);
    if (slot == POD_NONE)
        return;
    push_server_vanish(pod_server_of(pod, slot, &connection), slot % pod->slots);
    if (tells_ns < INT64_MAX)
        simulation_at(pod->sim, tells_ns, 0, zombie_tells, pod,
                      slot_use_pack((struct slot_use){ slot, pod->use[slot], false }));
}

static void client_cut_off(void *object, uint32_t client, int64_t until_ns)
{
    struct pod *pod = object;
    uint32_t connection, slot = pod->slot_of[client];
    if (slot != POD_NONE)
        push_server_cut_off(pod_server_of(pod, slot, &connection), slot % pod->slots, until_ns);
}

static void client_stalled(void *object, uint32_t client, int64_t until_ns)
{
    struct pod *pod = object;
    uint32_t connection, slot = pod->slot_of[client];
    if (slot != POD_NONE)
        push_server_stall(pod_server_of(pod, slot, &connection), slot % pod->slots, until_ns);
}

static int64_t client_last_sent(void *object, uint32_t client)
{
    struct pod *pod = object;
    uint32_t connection, slot = pod->slot_of[client];
    if (slot == POD_NONE)
        return -1;
    struct push_server *worker = pod_server_of(pod, slot, &connection);
    return push_server_last_sent_ns(worker, connection);
}

const struct clients_server pod_for_clients = { client_syn,       client_left,
                                                client_closes,    client_vanished,
                                                client_cut_off,   client_stalled,
                                                client_last_sent, NULL };

void pod_seat(struct pod *pod, uint32_t client)
{
    uint32_t slot = slot_for(pod, client), connection;
    assert(slot != POD_NONE);
    take_slot(pod, client, slot, &connection);
}

static bool anyone_reads_slowly(const struct parameters *p)
{
    for (int c = 0; c < CLIENT_CLASSES_MAX; c++)
        if (p->classes[c].read_bps > 0)
            return true;
    return false;
}

void pod_start(struct pod *pod)
{
    int64_t seated = 0;
    bool slow = anyone_reads_slowly(pod->p);
    memory_account_start(&pod->memory, &pod->p->memory, pod->p->server.workers);
    for (int64_t w = 0; w < pod->p->server.workers; w++) {
        uint32_t n = pod->free[w].fresh;
        if (n > 0)
            push_server_connected(&pod->workers[w], 0, n);
        for (uint32_t i = 0; slow && i < n; i++) {
            uint32_t slot = (uint32_t)w * pod->slots + i;
            pod_read_slowly(pod, slot, pod->client_of[slot]);
        }
        seated += n;
    }
    pod_hold_connections(pod, seated);
    pod_set_state(pod, POD_UP);
}

uint32_t pod_drain(struct pod *pod, uint32_t n)
{
    uint32_t all = pod_connections(pod->p, pod->slots), asked = 0, connection;
    for (uint32_t looked = 0; looked < all && asked < n; looked++) {
        uint32_t slot = pod->next_drained;
        struct push_server *worker = pod_server_of(pod, slot, &connection);
        uint8_t state = worker->connections.state[connection];
        pod->next_drained = (slot + 1) % all;
        if ((state & CONNECTION_PHASE_MASK) < CONNECTION_WAITING || (state & CONNECTION_LEFT))
            continue;
        push_server_drop(worker, connection, DISCONNECT_DRAINED);
        asked++;
    }
    return asked;
}

bool pod_probe(struct pod *pod, uint32_t probe)
{
    if (!accept_path_syn(&pod->p->accept, &pod->accept, pod->sim->now_ns))
        return false;
    push_server_probe(&pod->workers[0], probe, true);
    return true;
}

void pod_signal(struct pod *pod, uint32_t number)
{
    push_server_probe(&pod->workers[0], number, false);
}

/* -- looking at it ------------------------------------------------------------------------- */

uint32_t pod_open(const struct pod *pod)
{
    uint32_t open = 0;
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        open += pod->workers[w].connections.open;
    return open;
}

uint32_t pod_closing(const struct pod *pod)
{
    uint32_t closing = 0;
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        closing += pod->workers[w].connections.closing;
    return closing;
}

int64_t pod_beside_ns(const struct pod *pod)
{
    int64_t sum_ns = 0;
    for (int64_t w = 0; w < pod->p->server.workers; w++)
        sum_ns += code_compiler_done_ns(&pod->workers[w].compiler) +
                  code_compiler_done_ns(&pod->workers[w].collector);
    return sum_ns;
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
    c->slow = all.slow;
    c->slow_max = all.slow > c->slow_max ? all.slow : c->slow_max;
    c->open_max = open > c->open_max ? open : c->open_max;
    uint32_t closing = pod_closing(pod);
    c->closing_max = closing > c->closing_max ? closing : c->closing_max;
    pod_check_memory(pod);
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
    struct clients_params params = {
        .classes = plain ? &plain_class : p->classes,
        .class_count = plain ? 1 : (int)p->class_count,
        .heartbeat = &p->heartbeat,
        .accept = &p->accept,
        .retry_ns = p->server.protocol == PROTOCOL_SSE ? p->sse.retry_ns : 0,
        .close_timeout_ns =
            p->server.protocol == PROTOCOL_WEBSOCKET ? p->websocket.close_timeout_ns : 0,
        .count = count,
        .seed = seed,
        .replication = replication,
        .server = server,
        .server_object = object
    };
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
                                         .duplex = pod->setup.duplex,
                                         .listener = &pod_listener,
                                         .listener_owner = pod,
                                         .worker = pod->setup.cpu + (int)w,
                                         .base = w * pod->slots,
                                         .connections = pod->slots,
                                         .topics = pod->setup.topics };
    pod->free[w].items = mem_alloc(pod->slots * sizeof *pod->free[w].items);
    push_server_init(&pod->workers[w], pod->sim, &params);
}

static void start_starters(struct pod *pod)
{
    const struct parameters *p = pod->p;
    if (p->startup_cpu_ns == 0)
        return;
    pod->starters = mem_alloc((size_t)p->server.workers * sizeof *pod->starters);
    for (int w = 0; w < p->server.workers; w++)
        code_compiler_start(&pod->starters[w], pod->setup.group,
                            (pod->setup.cpu + w) % p->host.cpus);
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
    pod->client_of = mem_alloc((all + 1) * sizeof *pod->client_of);
    pod->use = mem_alloc(all * sizeof *pod->use);
    accept_path_init(&pod->accept, 0);
    memory_account_init(&pod->memory, setup->memory);
    auth_backend_init(&pod->auth, &p->auth);
    start_starters(pod);
    for (uint32_t w = 0; w < workers; w++)
        start_worker(pod, w);
    pod_slots_reset(pod);
}

void pod_close(struct pod *pod)
{
    for (int64_t w = 0; w < pod->p->server.workers; w++) {
        push_server_close(&pod->workers[w]);
        free(pod->free[w].items);
    }
    auth_backend_close(&pod->auth);
    free(pod->workers);
    free(pod->starters);
    free(pod->free);
    if (!pod->setup.slot_of)
        free(pod->slot_of);
    free(pod->client_of);
    free(pod->use);
}
