/* client_message.h - clients that send: a message at its planned time, and the answer to it.
 *
 * WebSocket: a masked text frame on the connection itself. SSE: a POST beside the stream, over a
 * connection of its own that is kept alive, or over a new one for each message. The books are the
 * model's (models/duplex.h): the same figures, the same conservation.
 *
 * A message is "r", its number in seven digits and filling up to its size; the server answers with
 * those eight bytes and filling of its own, so that an answer finds its message and differs from a
 * publish, which begins with a digit.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_MESSAGE_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_MESSAGE_H

#include <http_parser.h>
#include <stdbool.h>
#include <uv.h>

#include "experiments/replay/delivery_log.h"
#include "experiments/replay/http_fetch.h"
#include "models/duplex.h"
#include "models/parameters.h"
#include "models/schedule.h"

struct client;
struct client_pool;

struct client_post {                  /* the connection beside one client's event stream */
    uv_tcp_t tcp;                     /* its data is this */
    uv_connect_t connecting;          /* the request in progress */
    http_parser parser;               /* of the answers */
    struct client_messages *messages; /* borrowed */
    uint32_t number;                  /* of the client */
    bool used, open;                  /* the handle is live; connected */
    char *waiting;                    /* requests to send once connected; owned */
    size_t waiting_bytes;             /* of them; 0: none wait */
    char head[MESSAGE_DIGITS];        /* the beginning of the answer in progress */
    uint8_t kept;                     /* bytes of it */
};

struct client_messages {
    struct duplex books;      /* what became of the messages */
    struct client_pool *pool; /* borrowed */
    struct endpoint endpoint; /* where to POST */
    bool posts;               /* SSE: beside the stream; else on the WebSocket */
    bool each;                /* a connection for each message: closed with its answer */
    struct client_post *post; /* by client; owned; NULL: WebSocket, or no messages */
    char *fill;               /* owned; the largest message after its number */
    char buffer[16384];       /* answers to POSTs */
};

/* Sets pool->messages when the schedule has any; nothing else happens without. */
void client_messages_init(struct client_messages *m, struct client_pool *pool,
                          const struct parameters *p, const struct schedule *s,
                          const struct endpoint *endpoint, struct run_record *record);
void client_messages_shut(struct client_messages *m);  /* starts to close the connections */
void client_messages_close(struct client_messages *m); /* frees; after a loop run */

/* The client sends now, if it is connected; otherwise the message counts as not sent. */
void client_message_send(struct client *c, const struct action *a);
/* An answer that begins with `head` came. */
void client_message_answered(struct client_messages *m, const char *head);
/* Its connection has ended. */
void client_message_lost(struct client *c, enum disconnect_cause cause);

#endif
