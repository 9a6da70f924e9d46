/* clients.h - the clients' side of all connections: connecting, losing, trying again.
 *
 * A client knows only what reaches it. It sends a SYN (and sends it again while the server's
 * accept queue is full), waits for the handshake up to its connect time-out, is open, and loses
 * the connection when the server closes it, the server's kernel resets it, or it heard nothing for
 * its silence time-out. Then its reconnect policy says when it tries again (reconnect.h). A client
 * that vanishes (silent loss) tells nobody: the server goes on with a zombie.
 *
 * What happens to single clients at random (stalls, silent loss) is one Poisson process for a
 * class, which picks a member: no state for a client that nothing happens to.
 *
 * A WebSocket ends with a closing handshake (websocket.h): a client that leaves, or has read the
 * server's Close, is closing until the server ends the connection, or for its time-out at most. One
 * that heard nothing for too long does not wait: libraries with heartbeats of their own connect
 * again at once (reconnecting-websocket 4.4 _handleTimeout, engine.io-client 6 "ping timeout").
 *
 * The server is behind a small table of functions, so that this module is tested without one.
 */
#ifndef PUSHSIM_MODELS_CLIENTS_H
#define PUSHSIM_MODELS_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/accept_path.h"
#include "models/client_class.h"
#include "models/disconnect_cause.h"
#include "models/outage.h"
#include "models/reconnect.h"
#include "sim/simulation.h"

enum client_state {
    CLIENT_CLOSED,      /* not connected and not about to be */
    CLIENT_WAITING,     /* for its retry delay */
    CLIENT_CONNECTING,  /* SYN sent, not answered */
    CLIENT_HANDSHAKING, /* TCP stands; request sent, no response head yet */
    CLIENT_OPEN,
    CLIENT_CLOSING, /* the closing handshake has begun */
};

enum syn_answer {
    SYN_QUEUED,  /* in the accept queue: the handshake follows, or its end */
    SYN_DROPPED, /* no answer: it is sent again */
    SYN_REFUSED, /* reset: nobody listens */
};

struct clients_book;

struct clients_server { /* what the clients ask of a server; `server` is its first argument */
    enum syn_answer (*syn)(void *server, uint32_t client); /* it asks for a connection */
    void (*left)(void *server, uint32_t client);   /* the client closed: FIN or RST arrives */
    void (*closes)(void *server, uint32_t client); /* its Close arrives; it waits for the end */
    /* Its network is gone; the server goes on with a zombie until `tells_ns`, when the client's
     * kernel gets its FIN through (INT64_MAX: never). */
    void (*vanished)(void *server, uint32_t client, int64_t tells_ns);
    void (*cut_off)(void *server, uint32_t client, int64_t until_ns); /* by an outage */
    void (*stalled)(void *server, uint32_t client, int64_t until_ns); /* INT64_MAX: for good */
    int64_t (*last_sent)(void *server, uint32_t client); /* a message, ns; -1: none */
    /* of the pod that has, or had last, the client's connection; NULL: none. The function too may
     * be NULL: there is one pod */
    struct clients_book *(*book)(void *server, uint32_t client);
};

struct clients_params {
    const struct client_class *classes;                           /* borrowed */
    int class_count;                                              /* 1..CLIENT_CLASSES_MAX */
    const struct reconnect_params *reconnect[CLIENT_CLASSES_MAX]; /* by class; borrowed */
    const struct heartbeat_params *heartbeat; /* the server's, as it tells them; borrowed */
    const struct accept_params *accept;  /* the kernel's retransmission of SYNs; borrowed */
    int64_t retry_ns;                    /* `retry:` of the streams (sse.h); 0: none */
    int64_t close_timeout_ns;            /* waits so long for the server's end; 0: not at all */
    uint32_t count;                      /* clients are numbered below this */
    uint64_t seed;                       /* with the replication: of all their draws */
    uint32_t replication;                /* from 1 */
    const struct clients_server *server; /* borrowed */
    void *server_object;                 /* the first argument of its functions; borrowed */
};

struct clients_counters {
    uint64_t attempts;   /* to connect, the first ones included */
    uint64_t opened;     /* handshakes that succeeded */
    uint64_t reconnects; /* of these, after a loss */
    uint64_t failed;     /* attempts that did not open: the handshake failures */
    uint64_t given_up;   /* clients whose policy gave up, or whom a refusal ended */
    uint64_t vanished;   /* silent losses */
    uint64_t stalls;     /* times that one stopped reading */
    uint64_t retries;    /* delays drawn */
    double retry_s;      /* their sum, s */
    uint64_t disconnects[DISCONNECT_CAUSES]; /* as the clients know them, or come to know */
    uint64_t noticed[DISCONNECT_CAUSES];     /* at the server, of clients already gone */
};

/* Connections that a write time-out ended, as the client saw it or while it was leaving already. */
static inline uint64_t clients_write_timeouts(const struct clients_counters *c)
{
    return c->disconnects[DISCONNECT_WRITE_TIMEOUT] + c->noticed[DISCONNECT_WRITE_TIMEOUT];
}

struct clients_book { /* what befell the clients while a pod was their last one; or all */
    struct clients_counters counters; /* attempts: whose first SYN it got */
    uint32_t open, closing;           /* clients now in CLIENT_OPEN, CLIENT_CLOSING */
};

/* One client, beside its state: all 0 while it has only been open since time 0. */
struct client {
    struct reconnect reconnect; /* where its policy stands */
    int64_t since_ns;           /* of its state */
    int64_t heard_ns;    /* last message or heartbeat, when its class listens for silence */
    uint64_t timer;      /* the one pending event; 0 = none */
    uint32_t seen;       /* needs the messages of its feed from this number on */
    uint32_t due;        /* those below this were due on a connection that it has lost */
    uint8_t syns;        /* sent in this attempt */
    uint8_t closing : 7; /* why, in CLIENT_CLOSING: enum disconnect_cause */
    uint8_t ended : 1;   /* the server has ended its connection, and it has not heard of it */
    uint16_t losses;     /* connections lost so far, modulo 2^16, never 0 after the first */
};

struct clients {
    struct simulation *sim;           /* borrowed */
    struct clients_params params;     /* a copy */
    uint8_t *state;                   /* by client: enum client_state; owned */
    struct client *list;              /* by client; owned */
    uint32_t open;                    /* in CLIENT_OPEN */
    uint32_t closing;                 /* in CLIENT_CLOSING */
    struct clients_counters counters; /* of all */
    struct clients_book unbooked; /* counted in where there is no pod's book; read by nobody */
    struct random_stream churn;   /* who stalls or vanishes, and when */
    struct outage outage;         /* of the network, if there is one now */
};

void clients_init(struct clients *c, struct simulation *sim, const struct clients_params *p);
void clients_close(struct clients *c);
/* Clients first .. first + n - 1 are open now (before the run). */
void clients_open_at_start(struct clients *c, uint32_t first, uint32_t n);
/* Starts the random stalls and losses. */
void clients_start(struct clients *c);

/* What the outside world makes a client do. Leaving is for good. */
void clients_connect(struct clients *c, uint32_t client);
void clients_leave(struct clients *c, uint32_t client);
/* It stops reading until then (INT64_MAX: for good); nothing unless it is open. */
void clients_stall(struct clients *c, uint32_t client, int64_t until_ns);
/* An outage of `share` of the clients from now until then. Returns how many had a connection. */
uint32_t clients_blip(struct clients *c, double share, int64_t until_ns);
/* Does it keep everything from the client, and of it, now? */
static inline bool clients_cut_off(const struct clients *c, uint32_t client)
{
    return outage_cuts(&c->outage, client, c->sim->now_ns);
}
/* When what the client sends now, on its connection, gets through to the server. */
int64_t clients_through_ns(struct clients *c, uint32_t client);
/* Its network is gone without a word: the server keeps a zombie, and it tries again. */
void clients_vanish(struct clients *c, uint32_t client);

/* What reaches a client from its server. */
void clients_opened(struct clients *c, uint32_t client);
void clients_authenticated(struct clients *c, uint32_t client);
void clients_heard(struct clients *c, uint32_t client); /* an answer to its message */
void clients_pinged(struct clients *c, uint32_t client);
/* The server's Close; clients_dropped follows. */
void clients_told_to_close(struct clients *c, uint32_t client, enum disconnect_cause cause);
/* The server (or its kernel) closed the connection: an attempt fails or the connection is lost. An
 * attempt that ends with DISCONNECT_REJECTED was answered and refused, and is the last one of some
 * (client_class_refused_ends).
 * `asked_ns`: Retry-After; `seen`: messages of its feed below it were delivered; `hears_ns`: when
 * an outage lets the end through to it, 0: now. Until then an open client takes itself for open. */
void clients_dropped(struct clients *c, uint32_t client, enum disconnect_cause cause,
                     int64_t asked_ns, uint32_t seen, int64_t hears_ns);

/* The server has closed the connection of a client that has not read all that is before the end. It
 * counts now, with the server's cause, */
void clients_ended(struct clients *c, uint32_t client, enum disconnect_cause cause);
/* and the client hears of it now, as with clients_dropped. */
void clients_hears_end(struct clients *c, uint32_t client, enum disconnect_cause cause,
                       uint32_t seen);

/* A copy of what befell all. */
struct clients_book clients_all(const struct clients *c);

/* The client's class, an index into the parameters' classes. */
int clients_class(const struct clients *c, uint32_t client);

#endif
