/* pod_internal.h - what the files of the pod share: pod.c (slots, clients, life), pod_connect.c
 * (a connection from SYN to close), pod_restart.c (how the process starts and dies).
 */
#ifndef PUSHSIM_MODELS_POD_INTERNAL_H
#define PUSHSIM_MODELS_POD_INTERNAL_H

#include "models/pod.h"

static inline uint32_t pod_worker_of(const struct pod *pod, uint32_t slot)
{
    return slot / pod->slots;
}

static inline struct push_server *pod_server_of(struct pod *pod, uint32_t slot,
                                                uint32_t *connection)
{
    *connection = slot % pod->slots;
    return &pod->workers[pod_worker_of(pod, slot)];
}

/* The memory of n connections more (fewer than 0: less), and of what compresses for them. */
static inline void pod_hold_connections(struct pod *pod, int64_t n)
{
    const struct memory_params *m = &pod->p->memory;
    memory_account_change(&pod->memory, m, MEMORY_CONNECTIONS, n * m->connection_bytes);
    if (m->deflate_window > 0 && pod->p->server.protocol == PROTOCOL_WEBSOCKET)
        memory_account_change(&pod->memory, m, MEMORY_COMPRESSION,
                              n * websocket_deflate_state_bytes((int)m->deflate_window, 8));
}

struct slot_use {  /* a connection that something is to befall, packed into an event's object */
    uint32_t slot; /* of the pod: worker w has w * slots … */
    uint16_t use;  /* of the slot: another one, and the connection is gone */
    bool good;     /* the authentication backend's answer */
};

static inline void *slot_use_pack(struct slot_use u)
{
    return (void *)(uintptr_t)((uint64_t)u.slot << 24 | (uint64_t)u.use << 8 | u.good);
}

static inline struct slot_use slot_use_unpack(const void *object)
{
    uint64_t bits = (uintptr_t)object;
    return (struct slot_use){ (uint32_t)(bits >> 24), (uint16_t)(bits >> 8), bits & 1 };
}

/* Before the text of its events: "" of a pod alone. */
static inline const char *pod_label(const struct pod *pod)
{
    return pod->setup.label ? pod->setup.label : "";
}

/* pod.c */
uint32_t pod_worker_for(const struct pod *pod, uint32_t client);
void pod_slot_give_back(struct pod *pod, uint32_t slot);
void pod_slots_reset(struct pod *pod); /* all are free */

/* pod_connect.c */
extern const struct push_listener pod_listener; /* its owner is the pod */
/* The client's connection, which it no longer holds; POD_NONE: it has none. */
uint32_t pod_detach(struct pod *pod, uint32_t client, enum disconnect_cause cause);
/* Its messages that wait for an answer get none: it sends and reads no more. */
void pod_silence(struct pod *pod, uint32_t client, enum disconnect_cause cause);
/* What a client has got on the connection that it loses. */
void pod_note_got(struct pod *pod, uint32_t client, struct push_got got);
/* The connection in `slot` reads as slowly as the class of its client. */
void pod_read_slowly(struct pod *pod, uint32_t slot, uint32_t client);

/* pod_message.c */
/* The listener's part. */
void pod_message_accepted(void *owner);
void pod_message_answered(void *owner, uint32_t message);
void pod_message_read(void *owner, uint32_t slot, uint32_t n);

/* pod_restart.c */
void pod_set_state(struct pod *pod, enum pod_state state);
/* Has the process killed when it holds more than the limit. */
void pod_check_memory(struct pod *pod);
/* An event: the process dies of a bug. */
void pod_crash(void *subject, void *object);

#endif
