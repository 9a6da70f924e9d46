/* clients_internal.h - what clients.c and clients_churn.c share. */
#ifndef PUSHSIM_MODELS_CLIENTS_INTERNAL_H
#define PUSHSIM_MODELS_CLIENTS_INTERNAL_H

#include "models/clients.h"

static inline const struct client_class *clients_class_of(const struct clients *c,
                                                          uint32_t client)
{
    return &c->params.classes[clients_class(c, client)];
}

/* A connection that just opened stops reading later, when its class says so. */
void clients_stall_at_start(struct clients *c, uint32_t client);

#endif
