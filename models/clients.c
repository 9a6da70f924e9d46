#include "models/clients_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "models/random_purpose.h"
#include "sim/error.h"

static void timer_fired(void *subject, void *object);

int clients_class(const struct clients *c, uint32_t client)
{
    return client_class_of(c->params.classes, c->params.class_count, c->params.count, client);
}

void clients_set_timer(struct clients *c, uint32_t client, int64_t at_ns)
{
    struct client *k = &c->list[client];
    if (k->timer != 0 && simulation_cancel(c->sim, k->timer))
        k->timer = 0;
    if (at_ns == INT64_MAX)
        return;
    k->timer = simulation_at(c->sim, at_ns, 0, timer_fired, c, (void *)(uintptr_t)client);
}

void clients_set_state(struct clients *c, uint32_t client, enum client_state state)
{
    int open = (state == CLIENT_OPEN) - (c->state[client] == CLIENT_OPEN);
    int closing = (state == CLIENT_CLOSING) - (c->state[client] == CLIENT_CLOSING);
    if (open || closing) {
        struct clients_book *book = clients_book_of(c, client);
        c->open += (uint32_t)open;
        c->closing += (uint32_t)closing;
        book->open += (uint32_t)open;
        book->closing += (uint32_t)closing;
    }
    c->state[client] = (uint8_t)state;
    c->list[client].since_ns = c->sim->now_ns;
}

/* -- an outage --------------------------------------------------------------------------------- */

int64_t clients_through_ns(struct clients *c, uint32_t client)
{
    int64_t now_ns = c->sim->now_ns;
    struct outage_client *k = c->outage.clients ? &c->outage.clients[client] : NULL;
    if (k && k->sent_ns == 0 && clients_cut_off(c, client))
        k->sent_ns = now_ns;
    if (!k || k->sent_ns == 0)
        return now_ns;
    int64_t through_ns = outage_through_ns(k->sent_ns, c->outage.until_ns);
    return through_ns > now_ns ? through_ns : now_ns; /* behind what was swallowed first */
}

void clients_forget_outage(struct clients *c, uint32_t client)
{
    if (c->outage.clients)
        c->outage.clients[client] = (struct outage_client){ 0 };
}

static void tell_left_at(struct clients *c, uint32_t client, int64_t tells_ns)
{
    const struct clients_server *server = c->params.server;
    if (tells_ns > c->sim->now_ns)
        server->vanished(c->params.server_object, client, tells_ns);
    else
        server->left(c->params.server_object, client);
}

void clients_tell_left(struct clients *c, uint32_t client)
{
    tell_left_at(c, client, clients_through_ns(c, client));
}

/* -- being open ------------------------------------------------------------------------------- */

static int64_t silence_timeout_ns(const struct clients *c, uint32_t client)
{
    return client_class_silence_timeout_ns(clients_class_of(c, client), c->params.heartbeat);
}

static bool counts_pings(const struct clients *c, uint32_t client)
{
    return client_class_counts_pings(clients_class_of(c, client), c->params.heartbeat);
}

static int64_t untold_ns(const struct clients *c, uint32_t client)
{
    const struct outage_client *k = c->outage.clients;
    return k && k[client].told_ns > 0 ? k[client].told_ns : INT64_MAX;
}

/* The timer of an open client: silence, or what an outage has kept from it. */
static void listen_for_silence(struct clients *c, uint32_t client)
{
    int64_t timeout = silence_timeout_ns(c, client);
    int64_t silent = timeout == 0 ? INT64_MAX : c->list[client].heard_ns + timeout;
    int64_t told = untold_ns(c, client);
    clients_set_timer(c, client, silent < told ? silent : told);
}

static void lose(struct clients *c, uint32_t client, enum disconnect_cause cause,
                 int64_t asked_ns)
{
    struct client *k = &c->list[client];
    if (!k->ended)
        CLIENTS_COUNT(c, client, disconnects[cause]);
    k->ended = false;
    clients_forget_outage(c, client);
    k->losses = k->losses == UINT16_MAX ? 1 : k->losses + 1;
    reconnect_lost(clients_policy(c, client), &k->reconnect, c->sim->now_ns - k->since_ns);
    clients_attempt_again(c, client, asked_ns);
}

/* Waits for the server to end the connection; `since_ns` stays when it opened. */
static void close_from(struct clients *c, uint32_t client, enum disconnect_cause cause)
{
    int64_t opened_ns = c->list[client].since_ns;
    clients_set_state(c, client, CLIENT_CLOSING);
    c->list[client].since_ns = opened_ns;
    c->list[client].closing = (uint8_t)cause;
    clients_set_timer(c, client, c->sim->now_ns + c->params.close_timeout_ns);
}

void clients_told_to_close(struct clients *c, uint32_t client, enum disconnect_cause cause)
{
    if (c->state[client] == CLIENT_OPEN)
        close_from(c, client, cause);
}

/* It has said that it leaves, and waits for the server's end. */
static bool is_leaving(const struct clients *c, uint32_t client)
{
    return c->state[client] == CLIENT_CLOSING &&
           c->list[client].closing == DISCONNECT_CLIENT_LEFT;
}

static void gone(struct clients *c, uint32_t client)
{
    c->list[client].ended = false;
    clients_forget_outage(c, client);
    clients_set_state(c, client, CLIENT_CLOSED);
    clients_set_timer(c, client, INT64_MAX);
}

static void closing_timed_out(struct clients *c, uint32_t client)
{
    if (is_leaving(c, client))
        gone(c, client);
    else
        lose(c, client, c->list[client].closing, 0);
    clients_tell_left(c, client);
}

static void silence_checked(struct clients *c, uint32_t client)
{
    struct client *k = &c->list[client];
    if (c->sim->now_ns >= untold_ns(c, client)) {
        lose(c, client, c->outage.clients[client].cause, 0);
        return;
    }
    int64_t sent = counts_pings(c, client)
                       ? -1
                       : c->params.server->last_sent(c->params.server_object, client);
    k->heard_ns = sent > k->heard_ns ? sent : k->heard_ns;
    int64_t silent = c->sim->now_ns - k->heard_ns;
    if (silent < silence_timeout_ns(c, client)) {
        listen_for_silence(c, client);
        return;
    }
    int64_t tells_ns = clients_through_ns(c, client);
    lose(c, client, DISCONNECT_SILENCE, 0);
    tell_left_at(c, client, tells_ns);
}

static void opened(struct clients *c, uint32_t client)
{
    struct client *k = &c->list[client];
    clients_set_state(c, client, CLIENT_OPEN);
    k->heard_ns = c->sim->now_ns;
    listen_for_silence(c, client);
    clients_stall_at_start(c, client);
    if (clients_cut_off(c, client))
        c->params.server->cut_off(c->params.server_object, client, c->outage.until_ns);
}

void clients_opened(struct clients *c, uint32_t client)
{
    struct client *k = &c->list[client];
    assert(c->state[client] == CLIENT_HANDSHAKING);
    CLIENTS_COUNT(c, client, opened);
    if (k->losses > 0)
        CLIENTS_COUNT(c, client, reconnects);
    reconnect_opened(clients_policy(c, client), &k->reconnect);
    opened(c, client);
}

void clients_authenticated(struct clients *c, uint32_t client)
{
    reconnect_authenticated(clients_policy(c, client), &c->list[client].reconnect);
}

void clients_pinged(struct clients *c, uint32_t client)
{
    c->list[client].heard_ns = c->sim->now_ns;
}

void clients_heard(struct clients *c, uint32_t client)
{
    if (!counts_pings(c, client))
        clients_pinged(c, client);
}

/* The end of its connection waits in the server's kernel, behind what was sent before it. */
static void hear_later(struct clients *c, uint32_t client, enum disconnect_cause cause,
                       int64_t hears_ns)
{
    struct outage_client *k = &c->outage.clients[client];
    k->told_ns = hears_ns;
    k->cause = (uint8_t)cause;
    listen_for_silence(c, client);
}

void clients_dropped(struct clients *c, uint32_t client, enum disconnect_cause cause,
                     int64_t asked_ns, uint32_t seen, int64_t hears_ns)
{
    struct client *k = &c->list[client];
    k->seen = seen;
    if (hears_ns == 0 && clients_cut_off(c, client))
        hears_ns = outage_through_ns(c->sim->now_ns, c->outage.until_ns);
    if (c->state[client] == CLIENT_OPEN && hears_ns > c->sim->now_ns) {
        hear_later(c, client, cause, hears_ns);
    } else if (c->state[client] == CLIENT_OPEN) {
        lose(c, client, cause, asked_ns);
    } else if (is_leaving(c, client)) {
        CLIENTS_COUNT(c, client, noticed[cause]);
        gone(c, client);
    } else if (c->state[client] == CLIENT_CLOSING) {
        lose(c, client, k->closing, asked_ns);
    } else if (c->state[client] == CLIENT_HANDSHAKING) {
        clients_attempt_ended(c, client, cause, asked_ns);
    }
}

void clients_ended(struct clients *c, uint32_t client, enum disconnect_cause cause)
{
    CLIENTS_COUNT(c, client, disconnects[cause]);
    c->list[client].ended = true;
}

void clients_hears_end(struct clients *c, uint32_t client, enum disconnect_cause cause,
                       uint32_t seen)
{
    if (is_leaving(c, client))
        gone(c, client);
    else
        clients_dropped(c, client, cause, 0, seen, 0);
}

void clients_leave(struct clients *c, uint32_t client)
{
    uint8_t state = c->state[client];
    bool told = state >= CLIENT_HANDSHAKING;
    if (state >= CLIENT_OPEN && !is_leaving(c, client) && !c->list[client].ended)
        CLIENTS_COUNT(c, client, disconnects[DISCONNECT_CLIENT_LEFT]);
    if (state == CLIENT_OPEN && c->params.close_timeout_ns > 0 && !clients_cut_off(c, client)) {
        close_from(c, client, DISCONNECT_CLIENT_LEFT);
        c->params.server->closes(c->params.server_object, client);
        return;
    }
    int64_t tells_ns = clients_through_ns(c, client);
    gone(c, client);
    if (told)
        tell_left_at(c, client, tells_ns);
}

uint32_t clients_blip(struct clients *c, double share, int64_t until_ns)
{
    uint32_t hit = 0;
    outage_begin(&c->outage, c->sim->now_ns, until_ns, share, c->params.count);
    for (uint32_t i = 0; i < c->params.count; i++) {
        if (!outage_hits(&c->outage, i) || c->state[i] != CLIENT_OPEN)
            continue;
        c->params.server->cut_off(c->params.server_object, i, until_ns);
        hit++;
    }
    return hit;
}

void clients_vanish(struct clients *c, uint32_t client)
{
    if (c->state[client] != CLIENT_OPEN)
        return;
    CLIENTS_COUNT(c, client, vanished);
    c->params.server->vanished(c->params.server_object, client, INT64_MAX);
    lose(c, client, DISCONNECT_NETWORK, 0);
}

static void timer_fired(void *subject, void *object)
{
    struct clients *c = subject;
    uint32_t client = (uint32_t)(uintptr_t)object;
    c->list[client].timer = 0;
    switch ((enum client_state)c->state[client]) {
    case CLIENT_WAITING:
        clients_connect(c, client);
        return;
    case CLIENT_CONNECTING:
    case CLIENT_HANDSHAKING:
        clients_attempt_due(c, client);
        return;
    case CLIENT_OPEN:
        silence_checked(c, client);
        return;
    case CLIENT_CLOSING:
        closing_timed_out(c, client);
        return;
    default:
        assert(!"a state with a timer");
    }
}

/* -- life ------------------------------------------------------------------------------------- */

void clients_init(struct clients *c, struct simulation *sim, const struct clients_params *p)
{
    *c = (struct clients){ .sim = sim, .params = *p };
    c->state = mem_alloc(p->count + (size_t)1);
    c->list = mem_alloc((p->count + (size_t)1) * sizeof *c->list);
    random_stream_init(&c->churn, p->seed, p->replication, RANDOM_CHURN, 0);
}

void clients_close(struct clients *c)
{
    outage_close(&c->outage);
    free(c->state);
    free(c->list);
    c->state = NULL;
    c->list = NULL;
}

/* Clients of one class. A million that nothing is timed for are opened in no time: they stay 0. */
static void open_at_start(struct clients *c, const struct client_class *k, uint32_t first,
                          uint32_t end)
{
    if (client_class_silence_timeout_ns(k, c->params.heartbeat) > 0 || k->stall_at_ns > 0 ||
        c->sim->now_ns > 0) {
        for (uint32_t i = first; i < end; i++)
            opened(c, i);
        return;
    }
    memset(c->state + first, CLIENT_OPEN, end - first);
    c->open += end - first;
    for (uint32_t i = first; c->params.server->book && i < end; i++)
        clients_book_of(c, i)->open++;
}

struct clients_book clients_all(const struct clients *c)
{
    return (struct clients_book){ c->counters, c->open, c->closing };
}

void clients_open_at_start(struct clients *c, uint32_t first, uint32_t n)
{
    const struct clients_params *p = &c->params;
    for (int k = 0; k < p->class_count && n > 0; k++) {
        int64_t end = client_class_first(p->classes, p->class_count, p->count, k + 1);
        end = end < first + n ? end : first + n;
        if (end <= first)
            continue;
        open_at_start(c, &p->classes[k], first, (uint32_t)end);
        n -= (uint32_t)end - first;
        first = (uint32_t)end;
    }
}
