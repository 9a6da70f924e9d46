/* clients_internal.h - what clients.c (open connections and their ends), clients_attempt.c (how
 * they come about) and clients_churn.c (what happens at random) share.
 */
#ifndef PUSHSIM_MODELS_CLIENTS_INTERNAL_H
#define PUSHSIM_MODELS_CLIENTS_INTERNAL_H

#include <stddef.h>

#include "models/clients.h"

static inline const struct client_class *clients_class_of(const struct clients *c,
                                                          uint32_t client)
{
    return &c->params.classes[clients_class(c, client)];
}

static inline const struct reconnect_params *clients_policy(const struct clients *c,
                                                            uint32_t client)
{
    return c->params.reconnect[clients_class(c, client)];
}

/* The book of the pod that the client has, or had last; `unbooked` where there is none. */
static inline struct clients_book *clients_book_of(struct clients *c, uint32_t client)
{
    const struct clients_server *server = c->params.server;
    struct clients_book *book =
        server->book ? server->book(c->params.server_object, client) : NULL;
    return book ? book : &c->unbooked;
}

/* One more of a member of struct clients_counters: of all clients, and of those of that pod. */
#define CLIENTS_COUNT(c, client, member)                                                       \
    ((c)->counters.member++, clients_book_of(c, client)->counters.member++)

/* clients.c */
/* The client's one timer, in place of the one before; INT64_MAX: none. */
void clients_set_timer(struct clients *c, uint32_t client, int64_t at_ns);
/* From now on; keeps the counts of open and closing ones. */
void clients_set_state(struct clients *c, uint32_t client, enum client_state state);

/* Its connection is over: what an outage has kept back of it does not concern the next one. */
void clients_forget_outage(struct clients *c, uint32_t client);
/* The server hears that it has left: now, or when an outage lets that through. */
void clients_tell_left(struct clients *c, uint32_t client);

/* clients_attempt.c */
/* Waits as its policy says, and at least asked_ns (Retry-After, 0: none) where that heeds it, then
 * tries again; or gives up. */
void clients_attempt_again(struct clients *c, uint32_t client, int64_t asked_ns);
/* A handshake came to nothing: the client tries again, or was refused and does not. */
void clients_attempt_ended(struct clients *c, uint32_t client, enum disconnect_cause cause,
                           int64_t asked_ns);
/* The timer of a client that is connecting or in its handshake: the next SYN, or the end. */
void clients_attempt_due(struct clients *c, uint32_t client);

/* clients_churn.c */
/* A connection that just opened stops reading later, when its class says so. */
void clients_stall_at_start(struct clients *c, uint32_t client);

#endif
