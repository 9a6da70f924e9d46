/* connections.h - the connections of one worker: one byte of state each, handled in runs.
 *
 * Connections are numbered in the order in which the server goes through its subscribers. On uvloop
 * the writes go in another one: uvloop/loop.pyx keeps the streams with held writes in a set, whose
 * order is that of their addresses in memory, the same from one fan-out to the next and foreign to
 * the order of subscription (the real arm's delivery.order and delivery.order.kept). Connections
 * are alike, so that the k-th to be written to may be called number k. What a
 * connection's queue holds is a window of consecutive publishes and lives in the entry that will
 * serve it (push_server.c), so that neighbours in the same state share it.
 */
#ifndef PUSHSIM_MODELS_CONNECTIONS_H
#define PUSHSIM_MODELS_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The server's view. */
enum connection_phase {
    CONNECTION_CLOSED,    /* none: never made, or gone from the server's books */
    CONNECTION_HANDSHAKE, /* connecting: no subscriber yet */
    CONNECTION_CLOSING, /* the server's Close is sent, the client's is awaited (websocket.h) */
    CONNECTION_WAITING, /* its queue is empty, its task waits for a message */
    CONNECTION_READY,   /* its task is in the ready queue, messages in its queue */
    CONNECTION_BLOCKED, /* its task waits for the write buffer to drain */
    CONNECTION_PHASE_MASK = 0x0f,
    /* flags: where a connection deviates from its neighbours */
    CONNECTION_GONE = 0x10, /* the client has closed; the server may not know yet */
    CONNECTION_LEFT = 0x20, /* the server knows, its task is still to be cancelled */
    CONNECTION_SLOW = 0x40, /* the client does not read, or has buffers to catch up on */
    CONNECTION_OWN = 0x80,  /* slow, and its queue is its own (slow_client.h), not a window */
    CONNECTION_FLAGS = 0xf0,
};

struct connections {
    uint8_t *state;   /* `count` phases and flags; owned */
    uint32_t count;   /* there can be: their numbers are below it */
    uint32_t used;    /* connections from here on have never been open */
    uint32_t open;    /* subscribers: waiting, ready or blocked */
    uint32_t closing; /* no longer subscribers, in their closing handshake */
    uint32_t regular; /* of the open ones, without any flag and not blocked */
};

void connections_init(struct connections *c, uint32_t count);
void connections_close(struct connections *c);

static inline uint8_t connections_phase(const struct connections *c, uint32_t i)
{
    return c->state[i] & CONNECTION_PHASE_MASK;
}

/* Whether all connections in use are open and none deviates: ranges need no look at single
 * states. */
static inline bool connections_regular(const struct connections *c)
{
    return c->regular == c->used;
}

/* Length of the run of connections in the same state that starts at `first` and ends before
 * first + n (n >= 1). */
uint32_t connections_run(const struct connections *c, uint32_t first, uint32_t n);
/* Sets the phase of n connections; flags stay. */
void connections_set_phase(struct connections *c, uint32_t first, uint32_t n,
                           enum connection_phase phase);
void connections_set_flags(struct connections *c, uint32_t i, uint8_t flags, bool on);

#endif
