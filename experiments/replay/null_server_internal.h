/* null_server_internal.h - shared by null_server.c (HTTP, WebSocket) and null_server_fan_out.c
 * only. */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_NULL_SERVER_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_REPLAY_NULL_SERVER_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <http_parser.h>
#include <uv.h>
#include <wslay/wslay.h>

#include "experiments/replay/push_frame.h"

enum role {
    ROLE_HTTP,      /* asks; a publisher, or not known yet */
    ROLE_SSE,       /* a subscriber by an event stream */
    ROLE_WEBSOCKET, /* or by a WebSocket */
    ROLES,
};

struct null_shared {    /* bytes that several sockets are still writing */
    struct bytes bytes; /* owned */
    size_t users;       /* unfinished writes, and one for the maker */
};

struct null_connection {
    uv_tcp_t tcp;                      /* its data is this connection */
    TAILQ_ENTRY(null_connection) link; /* in its role's list */
    struct null_server *server;        /* borrowed */
    enum role role;                    /* which list it is in */
    http_parser parser;                /* of its requests, until it is a WebSocket */
    bool in_value;                     /* the parser is inside a header's value */
    struct bytes url, field, key;      /* of the request being read, NUL-terminated when used */
    struct bytes body;                 /* of that request: the message */
    wslay_event_context_ptr websocket; /* NULL unless ROLE_WEBSOCKET */
    const char *input;                 /* read and not yet taken by wslay; in the server's */
    size_t input_size;                 /* how many */
};

struct null_server {
    uv_loop_t loop;            /* its only one: all handles are on it */
    uv_tcp_t listener;         /* on 127.0.0.1 */
    uv_prepare_t flusher;      /* sends at the end of an iteration what it has framed */
    http_parser_settings http; /* the same of all connections */
    TAILQ_HEAD(, null_connection) connections[ROLES]; /* owned */
    uint64_t members[ROLES];                          /* lengths of the lists */
    struct null_shared *pending[ROLES]; /* framed in this iteration; NULL: nothing is */
    uint64_t pending_messages;          /* in each of them */
    uint64_t published, sent, dropped;  /* messages; the last two count each subscriber */
    char input[64 * 1024];              /* read buffer: used up before the next read */
};

/* Takes it out of its role's list and frees it when libuv is done with it; again: nothing. */
void null_connection_close(struct null_connection *c);
/* Moves it to another role's list. */
void null_connection_role(struct null_connection *c, enum role role);
/* Sends what the socket takes at once, and holds a copy of the rest. */
void null_connection_send_copy(struct null_connection *c, const void *data, size_t size);

/* Frames a message for every subscriber; sent with the next flush. */
void null_server_publish(struct null_server *s, const struct bytes *message);
/* Sends what is framed, at the end of an iteration. */
void null_server_flush(struct null_server *s);

#endif
