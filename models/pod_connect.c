#include "models/pod_internal.h"

void pod_silence(struct pod *pod, uint32_t client, enum disconnect_cause cause)
{
    if (pod->setup.duplex)
        duplex_disconnected(pod->setup.duplex, client, cause);
}

/* The client's connection, which it no longer holds; POD_NONE: it has none. */
uint32_t pod_detach(struct pod *pod, uint32_t client, enum disconnect_cause cause)
{
    uint32_t slot = pod->slot_of[client];
    pod->slot_of[client] = POD_NONE;
    if (slot != POD_NONE)
        pod->client_of[slot] = POD_NONE;
    if (slot != POD_NONE)
        pod_silence(pod, client, cause);
    return slot;
}

void pod_note_got(struct pod *pod, uint32_t client, struct push_got got)
{
    pod->clients->list[client].seen = got.seen;
    pod->clients->list[client].due = got.due;
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
    pod_hold_connections(pod, 1);
    pod_check_memory(pod);
    return patience == 0 || client == POD_NONE ||
           pod->sim->now_ns - pod->clients->list[client].since_ns <= patience;
}

static void answered(void *subject, void *object)
{
    struct pod *pod = subject;
    struct slot_use a = slot_use_unpack(object);
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
    struct slot_use a = { .slot = slot, .use = pod->use[slot] };
    a.good = auth_backend_ask(&pod->p->auth, &pod->auth, pod->sim->now_ns, &at);
    simulation_at(pod->sim, at, 0, answered, pod, slot_use_pack(a));
}

/* A batch holds events of the mean size. */
static int64_t replay_bytes(const struct pod *pod, const struct replay_events *r)
{
    int64_t snapshot = pod->p->replay.snapshot_bytes, events = r->stored + r->count;
    int64_t each = events > 0 ? (r->bytes - snapshot) / events : 0;
    return snapshot + replay_history_load_bytes(&pod->p->replay, (uint64_t)events, each);
}

/* What the client needs and the history, which begins with message `first`, does not hold. */
static void count_missed(struct pod *pod, const struct replay_events *r, uint32_t first)
{
    uint32_t lost_end = r->due < first ? r->due : first;
    uint32_t lost = lost_end > r->had ? lost_end - r->had : 0;
    pod->counters.missed_lost += lost;
    pod->counters.missed_away += first > r->had ? first - r->had - lost : 0;
}

/* Which events a client that comes back gets again. The history goes on after the stored ones with
 * the messages of the feed; another pod may have been further than this one is. */
static struct replay_events events_for(struct pod *pod, const struct client *k, uint32_t head,
                                       uint32_t tail)
{
    const struct replay_params *p = &pod->p->replay;
    uint32_t had = k->seen > head ? k->seen : head, due = k->due;
    struct replay_events r = { .had = had < tail ? had : tail, .due = due < tail ? due : tail };
    uint64_t stored = (uint64_t)p->stored, seen = p->whole ? 0 : stored + r.had - head;
    struct missed m = replay_history_missed(p, 0, seen, stored + tail - head);
    r.stored = m.first < stored ? (uint32_t)(stored - m.first) : 0;
    r.count = (uint32_t)m.count - r.stored;
    r.first = tail - r.count;
    count_missed(pod, &r, r.first);
    return r;
}

/* The snapshot, and what a client that comes back has missed. */
static void catch_up(struct pod *pod, uint32_t slot, uint32_t client)
{
    uint32_t connection;
    struct push_server *worker = pod_server_of(pod, slot, &connection);
    const struct client *k = &pod->clients->list[client];
    struct replay_events r = { 0 };
    if (k->losses > 0) {
        uint64_t tail;
        uint32_t head = push_server_feed(worker, connection, &tail);
        r = events_for(pod, k, head, (uint32_t)tail);
    }
    r.bytes = pod->p->replay.snapshot_bytes + r.stored * pod->p->workload.payload_bytes +
              push_server_payload_bytes(worker, r.first, r.count);
    if (r.bytes == 0)
        return;
    push_server_replay(worker, connection, &r);
    hold(pod, MEMORY_HISTORY, replay_bytes(pod, &r));
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
                              struct push_got got, bool opened)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    if (pod->state == POD_UP)
        pod_hold_connections(pod, -1);
    pod->handshaking -= !opened;
    pod_slot_give_back(pod, slot);
    if (client == POD_NONE) {
        pod->clients->counters.noticed[cause]++;
        if (pod->setup.book)
            pod->setup.book->counters.noticed[cause]++;
        return;
    }
    pod_detach(pod, client, cause);
    if (opened)
        pod_note_got(pod, client, got);
    clients_dropped(pod->clients, client, cause, 0, pod->clients->list[client].seen,
                    got.hears_ns);
}

static void connection_orphaned(void *owner, uint32_t slot, enum disconnect_cause cause)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    if (pod->state == POD_UP)
        pod_hold_connections(pod, -1);
    pod->use[slot]++; /* no answer that the server waits for concerns it any more */
    if (client == POD_NONE)
        return;
    pod_silence(pod, client, cause);
    clients_ended(pod->clients, client, cause);
}

static void connection_drained(void *owner, uint32_t slot, enum disconnect_cause cause,
                               struct push_got got)
{
    struct pod *pod = owner;
    uint32_t client = pod->client_of[slot];
    pod_slot_give_back(pod, slot);
    if (client == POD_NONE)
        return;
    pod_detach(pod, client, cause);
    pod_note_got(pod, client, got);
    clients_hears_end(pod->clients, client, cause, got.seen);
}

static void connection_told_to_close(void *owner, uint32_t slot, enum disconnect_cause cause)
{
    struct pod *pod = owner;
    if (pod->client_of[slot] != POD_NONE)
        clients_told_to_close(pod->clients, pod->client_of[slot], cause);
}

static void connection_replayed(void *owner, const struct replay_events *events)
{
    struct pod *pod = owner;
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
        clients_pinged(pod->clients, pod->client_of[slot]);
}

const struct push_listener pod_listener = {
    .accepted = connection_accepted,
    .opened = connection_opened,
    .closed = connection_closed,
    .orphaned = connection_orphaned,
    .drained = connection_drained,
    .told_to_close = connection_told_to_close,
    .replayed = connection_replayed,
    .beaten = connection_beaten,
    .probed = probe_answered,
    .message_accepted = pod_message_accepted,
    .answered = pod_message_answered,
    .read = pod_message_read,
};
