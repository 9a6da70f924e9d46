/* disconnect_cause.h - what ends a connection, by the side that notices first.
 *
 * The two sides have their own view (clients.h, connections.h): a client whose network is gone is
 * closed at the client and open at the server, a zombie, until the server writes into a dead
 * socket, misses a pong, or is told.
 */
#ifndef PUSHSIM_MODELS_DISCONNECT_CAUSE_H
#define PUSHSIM_MODELS_DISCONNECT_CAUSE_H

enum disconnect_cause {
    /* noticed at the server */
    DISCONNECT_CLIENT_LEFT,       /* the client closed and the server read it */
    DISCONNECT_PONG_TIMEOUT,      /* no answer to a ping (heartbeat.timeout) */
    DISCONNECT_WRITE_TIMEOUT,     /* its writer waited too long (server.write-timeout) */
    DISCONNECT_SLOW_CONSUMER,     /* the queue policy threw it out */
    DISCONNECT_HANDSHAKE_TIMEOUT, /* not over in time (accept.handshake-timeout) */
    DISCONNECT_REJECTED,          /* accepted, then not authenticated */
    DISCONNECT_WRITE_FAILED,      /* a zombie found out by writing */
    DISCONNECT_DRAINED,           /* the server asked it to go */
    /* noticed at the client */
    DISCONNECT_SERVER_KILLED,   /* out of memory, or crashed */
    DISCONNECT_SERVER_STOPPED,  /* deploy or restart */
    DISCONNECT_SILENCE,         /* nothing came within the client's time-out */
    DISCONNECT_CONNECT_TIMEOUT, /* it gave the attempt up */
    DISCONNECT_NETWORK,         /* silently lost */
    DISCONNECT_CAUSES,
};

const char *disconnect_cause_name(enum disconnect_cause cause);

#endif
