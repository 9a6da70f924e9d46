#include "models/pod_internal.h"

/* The client's connection, which it no longer holds; POD_NONE: it has none. */
uint32_t pod_detach(struct pod *pod, uint32_t client, enum disconnect_cause cause)
{
    uint32_t slot = pod->slot_of[client];
    pod->slot_of[client] = POD_NONE;
    if (slot != POD_NONE)
        pod->client_of[slot] = POD_NONE;
    if (slot != POD_NONE && pod->setup.duplex)
        duplex_disconnected(pod->setup.duplex, client, cause);
    return slot;
}

static void hold(struct pod *pod, enum memory_kind kind, int64_t bytes)
{
    memory_account_change(&pod->memory, &pod->p->memory, kind, bytes);
    pod_check_memory(pod);
}

static bool connection_accepted(void *owner, uint32_t slot)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    int64_t patience = pod->p->accept.handshake_timeout_ns;
    accept_path_accepted(&pod->accept, 1);
    hold(pod, MEMORY_CONNECTIONS, pod_connection_bytes(pod));
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
        push_server_drop(pod_server_of(pod, a.slot, &connection), a.slot % pod->slots,
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
    struct push_server *worker = pod_server_of(pod, slot, &connection);
    const struct replay_params *r = &pod->p->replay;
    const struct client *k = &pod->clients->list[client];
    struct missed m = { 0 };
    if (k->losses > 0) {
        uint64_t tail, head = push_server_feed(worker, connection, &tail);
        uint64_t known = k->seen > head ? k->seen - head : 0;
        if (known > tail - head) /* another pod was further than this one is */
            known = tail - head;
        m = replay_history_missed(r, 0, r->whole ? 0 : (uint64_t)r->stored + known,
                                  (uint64_t)r->stored + tail - head);
        pod->counters.replayed += m.count;
        pod->counters.missed += r->whole ? 0 : m.lost;
    }
    if (m.count == 0 && r->snapshot_bytes == 0)
        return;
    int64_t bytes = r->snapshot_bytes + (int64_t)m.count * pod->p->workload.payload_bytes;
    push_server_replay(worker, connection, (uint32_t)m.count, bytes);
    hold(pod, MEMORY_HISTORY, replay_bytes(pod, (uint32_t)m.count));
}

void pod_read_slowly(struct pod *pod, uint32_t slot, uint32_t client)
{
    uint32_t connection;
    struct push_server *worker = pod_server_of(pod, slot, &connection);
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
    pod_read_slowly(pod, slot, client);
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
                              -pod_connection_bytes(pod));
    pod->handshaking -= !opened;
    pod_slot_give_back(pod, slot);
    if (client == POD_NONE) {
        pod->clients->counters.noticed[cause]++;
        return;
    }
    pod_detach(pod, client, cause);
    clients_dropped(pod->clients, client, cause, 0,
                    opened ? seen : pod->clients->list[client].seen);
}

static void connection_told_to_close(void *owner, uint32_t slot, enum disconnect_cause cause)
{
    struct pod *pod = owner;
    if (pod->client_of[slot] != POD_NONE)
        clients_told_to_close(pod->clients, pod->client_of[slot], cause);
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

const struct push_listener pod_listener = {
    .accepted = connection_accepted,
    .opened = connection_opened,
    .closed = connection_closed,
    .told_to_close = connection_told_to_close,
    .replayed = connection_replayed,
    .beaten = connection_beaten,
    .probed = probe_answered,
    .message_accepted = pod_message_accepted,
    .answered = pod_message_answered,
    .read = pod_message_read,
};
