/* clients_attempt.c - how a client gets a connection: when it tries (again), its SYNs, and how an
 * attempt ends without one.
 */
#include "models/clients_internal.h"
#include "models/retry_stream.h"

/* A refused connect takes at least the way there and back: no client spins in no time. */
#define RESET_NS INT64_C(1000000)

/* Its policy, with what the server told it. Who has lost a connection has read the stream's begin. */
static struct reconnect_params policy_now(const struct clients *c, uint32_t client)
{
    struct reconnect_params policy = *clients_policy(c, client);
    if (c->params.retry_ns > 0 && policy.takes_retry && c->list[client].losses > 0)
        policy.base_ns = c->params.retry_ns;
    return policy;
}

static void give_up(struct clients *c, uint32_t client)
{
    CLIENTS_COUNT(c, client, given_up);
    clients_set_state(c, client, CLIENT_CLOSED);
    clients_set_timer(c, client, INT64_MAX);
}

void clients_attempt_again(struct clients *c, uint32_t client, int64_t asked_ns)
{
    struct client *k = &c->list[client];
    struct random_stream rs;
    retry_stream_init(&rs, c->params.seed, c->params.replication,
                      (struct retry){ client, k->losses, k->reconnect.attempt });
    struct reconnect_params policy = policy_now(c, client);
    int64_t delay = reconnect_next(&policy, &k->reconnect, asked_ns, &rs);
    if (asked_ns == RESET_NS && delay >= 0 && delay < RESET_NS)
        delay = RESET_NS;
    if (delay == RECONNECT_GIVE_UP) {
        give_up(c, client);
        return;
    }
    CLIENTS_COUNT(c, client, retries);
    c->counters.retry_s += (double)delay / 1e9;
    clients_book_of(c, client)->counters.retry_s += (double)delay / 1e9;
    clients_set_state(c, client, CLIENT_WAITING);
    clients_set_timer(c, client, c->sim->now_ns + delay);
}

void clients_attempt_ended(struct clients *c, uint32_t client, enum disconnect_cause cause,
                           int64_t asked_ns)
{
    CLIENTS_COUNT(c, client, disconnects[cause]);
    CLIENTS_COUNT(c, client, failed);
    if (cause == DISCONNECT_REJECTED && client_class_refused_ends(clients_class_of(c, client)))
        give_up(c, client);
    else
        clients_attempt_again(c, client, asked_ns);
}

static int64_t give_up_ns(const struct clients *c, uint32_t client)
{
    int64_t timeout = client_class_connect_timeout_ns(clients_class_of(c, client));
    return timeout == 0 ? INT64_MAX : c->list[client].since_ns + timeout;
}

/* The SYN after this one, the kernel's end of the attempt, or the client's own. */
static int64_t next_syn_ns(const struct clients *c, uint32_t client)
{
    const struct client *k = &c->list[client];
    int64_t after = accept_path_syn_ns(c->params.accept, k->syns);
    if (after < 0)
        after = accept_path_syn_end_ns(c->params.accept);
    return k->since_ns + after;
}

static void send_syn(struct clients *c, uint32_t client)
{
    struct client *k = &c->list[client];
    int64_t end = give_up_ns(c, client);
    k->syns++;
    switch (clients_cut_off(c, client)
                ? SYN_DROPPED
                : c->params.server->syn(c->params.server_object, client)) {
    case SYN_REFUSED:
        CLIENTS_COUNT(c, client, failed); /* no connection was there to end */
        clients_attempt_again(c, client, RESET_NS);
        return;
    case SYN_DROPPED: {
        int64_t next = next_syn_ns(c, client);
        clients_set_timer(c, client, next < end ? next : end);
        return;
    }
    case SYN_QUEUED:
        c->state[client] = CLIENT_HANDSHAKING; /* the time-out counts from the first SYN */
        clients_set_timer(c, client, end);
    }
}

void clients_connect(struct clients *c, uint32_t client)
{
    struct client *k = &c->list[client];
    bool closing = c->state[client] == CLIENT_CLOSING && k->closing == DISCONNECT_CLIENT_LEFT;
    if (closing) /* a new connection beside the one that ends */
        clients_tell_left(c, client);
    else if (c->state[client] != CLIENT_CLOSED && c->state[client] != CLIENT_WAITING)
        return;
    c->counters.attempts++;
    k->syns = 0;
    clients_set_state(c, client, CLIENT_CONNECTING);
    send_syn(c, client);
}

void clients_attempt_due(struct clients *c, uint32_t client)
{
    bool told = c->state[client] == CLIENT_HANDSHAKING;
    if (!told && c->sim->now_ns < give_up_ns(c, client) &&
        accept_path_syn_ns(c->params.accept, c->list[client].syns) >= 0) {
        send_syn(c, client);
        return;
    }
    clients_attempt_ended(c, client, DISCONNECT_CONNECT_TIMEOUT, 0);
    if (told)
        clients_tell_left(c, client);
}
