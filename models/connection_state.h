/* connection_state.h - the life of a connection, as each side sees it, and what ends it.
 *
 * The two sides have their own state: a client whose network is gone is CLOSED at the client and
 * OPEN at the server (a zombie) until the server writes into a dead socket, misses a pong, or is
 * told. Disconnects are counted by the cause that the side which noticed first gives.
 */
#ifndef PUSHSIM_MODELS_CONNECTION_STATE_H
#define PUSHSIM_MODELS_CONNECTION_STATE_H

#include <stdbool.h>

enum connection_state {
    CONNECTION_CLOSED,
    CONNECTION_CONNECTING,  /* SYN sent, or waiting in the accept queue */
    CONNECTION_HANDSHAKING, /* accepted; TLS, HTTP request or upgrade under way */
    CONNECTION_OPEN,
    CONNECTION_DRAINING, /* the server is closing it and still sends what is queued */
    CONNECTION_STATES,
};

enum disconnect_cause {
    /* noticed at the server */
    DISCONNECT_CLIENT_LEFT, /* the client closed and the server read it */
    DISCONNECT_PONG_TIMEOUT,
    DISCONNECT_WRITE_TIMEOUT,
    DISCONNECT_SLOW_CONSUMER, /* the queue policy threw it out */
    DISCONNECT_HANDSHAKE_TIMEOUT,
    DISCONNECT_REJECTED,     /* accepted, then not authenticated */
    DISCONNECT_WRITE_FAILED, /* a zombie found out by writing */
    DISCONNECT_DRAINED,      /* the server asked it to go */
    /* noticed at the client */
    DISCONNECT_SERVER_KILLED,  /* out of memory, or crashed */
    DISCONNECT_SERVER_STOPPED, /* deploy or restart */
    DISCONNECT_SILENCE,        /* nothing came within the client's time-out */
    DISCONNECT_CONNECT_TIMEOUT,
    DISCONNECT_NETWORK, /* silently lost */
    DISCONNECT_CAUSES,
};

const char *connection_state_name(enum connection_state state);
const char *disconnect_cause_name(enum disconnect_cause cause);
bool disconnect_at_server(enum disconnect_cause cause); /* else noticed at the client */

#endif
