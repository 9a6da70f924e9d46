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

/* One more of a member of struct clients_counters, given by its offset: of all clients, and of those
 * of the pod that the client has, or had last. */
void clients_count(struct clients *c, uint32_t client, size_t member);

#define CLIENTS_COUNT(c, client, member)                                                       \
    clients_count(c, client, offsetof(struct clients_counters, member))

/* A connection that just opened stops reading later, when its class says so. */
void clients_stall_at_start(struct clients *c, uint32_t client);

#endif
