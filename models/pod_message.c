/* pod_message.c - a client's message on its way to the pod, and its answer on the way back. */
#include "models/pod_internal.h"

static bool posts(const struct pod *pod)
{
    return !pod->setup.duplex->own_connection;
}

static struct duplex_message *message_of(struct pod *pod, const void *object)
{
    return &pod->setup.duplex->messages[(uintptr_t)object];
}

/* A POST goes to the worker that has, or would have, the client's stream. */
static void arrives(void *subject, void *object)
{
    struct pod *pod = subject;
    const struct duplex_message *m = message_of(pod, object);
    uint32_t slot = pod->slot_of[m->client], message = (uint32_t)(uintptr_t)object;
    bool own_connection = posts(pod) && pod->setup.duplex->p->connection == DUPLEX_EACH;
    if (pod->state != POD_UP || (own_connection && m->queued_ns < pod->started_ns)) {
        duplex_lose(pod->setup.duplex, message, DISCONNECT_SERVER_KILLED);
        return;
    }
    if (m->state == DUPLEX_OVER && !own_connection) /* which would be accepted all the same */
        return;
    if (slot == POD_NONE)
        slot = pod_worker_for(pod, m->client) * pod->slots;
    push_server_message(&pod->workers[pod_worker_of(pod, slot)], slot % pod->slots, message,
                        own_connection);
}

/* The kernel answers the SYN; then TLS takes a round trip, and the request follows. */
static void syn_arrives(void *subject, void *object)
{
    struct pod *pod = subject;
    struct duplex_message *m = message_of(pod, object);
    const struct network_params *n = &pod->p->network;
    const struct accept_params *a = &pod->p->accept;
    int64_t now = pod->sim->now_ns, sent = m->planned_ns + n->publish_ns;
    if (m->state == DUPLEX_OVER)
        return;
    if (pod->state != POD_UP) {
        duplex_lose(pod->setup.duplex, (uint32_t)(uintptr_t)object, DISCONNECT_SERVER_KILLED);
        return;
    }
    if (!clients_cut_off(pod->clients, m->client) && accept_path_syn(a, &pod->accept, now)) {
        int64_t round_trips = a->tls_ns > 0 ? 2 : 1;
        m->queued_ns = now;
        simulation_at(pod->sim, now + round_trips * (n->delivery_ns + n->publish_ns), 0,
                      arrives, pod, object);
        return;
    }
    m->syns++;
    if (accept_path_syn_ns(a, m->syns) < 0)
        duplex_lose(pod->setup.duplex, (uint32_t)(uintptr_t)object, DISCONNECT_CONNECT_TIMEOUT);
    else
        simulation_at(pod->sim, sent + accept_path_syn_ns(a, m->syns), 0, syn_arrives, pod,
                      object);
}

/* The server has closed the client's connection, which has not heard of it. */
static bool goes_nowhere(struct pod *pod, uint32_t client, enum disconnect_cause *cause)
{
    uint32_t connection, slot = pod->slot_of[client];
    if (posts(pod) || slot == POD_NONE)
        return false;
    struct push_server *worker = pod_server_of(pod, slot, &connection);
    return push_server_orphaned(worker, connection, cause);
}

void pod_message(struct pod *pod, uint32_t message)
{
    struct duplex *d = pod->setup.duplex;
    uint32_t client = d->messages[message].client;
    int64_t at_ns = pod->sim->now_ns;
    bool connects = posts(pod) && d->p->connection == DUPLEX_EACH;
    enum disconnect_cause cause;
    if (goes_nowhere(pod, client, &cause)) {
        duplex_lose(d, message, cause);
        return;
    }
    if (!posts(pod) && pod->slot_of[client] == POD_NONE) { /* an outage keeps the end from it */
        duplex_lose(d, message, DISCONNECT_NETWORK);
        return;
    }
    if (!connects)
        at_ns = clients_through_ns(pod->clients, client);
    simulation_at(pod->sim, at_ns + pod->p->network.publish_ns, 0,
                  connects ? syn_arrives : arrives, pod, (void *)(uintptr_t)message);
}

void pod_message_accepted(void *owner)
{
    struct pod *pod = owner;
    accept_path_accepted(&pod->accept, 1);
}

static void answer_arrives(void *subject, void *object)
{
    struct pod *pod = subject;
    struct duplex *d = pod->setup.duplex;
    const struct duplex_message *m = message_of(pod, object);
    if (m->state == DUPLEX_OVER)
        return;
    duplex_answered(d, (uint32_t)(uintptr_t)object, pod->sim->now_ns);
    if (d->own_connection)
        clients_heard(pod->clients, m->client);
}

void pod_message_answered(void *owner, uint32_t message)
{
    struct pod *pod = owner;
    simulation_at(pod->sim, pod->sim->now_ns + pod->p->network.delivery_ns, 0, answer_arrives,
                  pod, (void *)(uintptr_t)message);
}

void pod_message_read(void *owner, uint32_t slot, uint32_t n)
{
    struct pod *pod = owner;
    if (pod->client_of[slot] != POD_NONE)
        duplex_read(pod->setup.duplex, pod->client_of[slot], n, pod->sim->now_ns);
}
