/* clients_internal.h - what clients.c and clients_churn.c share. */
#ifndef PUSHSIM_MODELS_CLIENTS_INTERNAL_H
#define PUSHSIM_MODELS_CLIENTS_INTERNAL_H

#include <stddef.h>

#include "models/clients.h"

static inline const struct client_class *clients_class_of(const struct clients *c,
                                                          uint32_t client)
{
    return &c->params.classes[clients_class(c, client)];
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

/* A connection that just opened stops reading later, when its class says so. */
void clients_stall_at_start(struct clients *c, uint32_t client);

#endif
