/* client.h - the subscribers: many connections of one protocol on one event loop.
 *
 * SSE follows the WHATWG HTML standard, section 9.2 (event stream format), over HTTP/1.1 with
 * or without chunks (http-parser 2.9.4); WebSocket follows RFC 6455 (wslay 1.1.1). Both parse
 * in place from one read buffer shared by all connections: nothing is allocated for a message,
 * and one read serves all that a connection has to say. An answer that opens no stream such as was
 * asked for is refused (answer_head.h). Not checked: that texts are UTF-8 (RFC 6455, 8.1). Not
 * heeded: `retry` and `id` of event streams.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_H

#include <http_parser.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include <wslay/wslay.h>

#include "experiments/replay/answer_head.h"
#include "experiments/replay/client_behaviour.h"
#include "experiments/replay/client_message.h"
#include "experiments/replay/delivery_log.h"
#include "experiments/replay/http_fetch.h"
#include "models/disconnect_cause.h"
#include "models/parameters.h"
#include "models/reconnect.h"

enum client_state {
    CLIENT_CLOSED,      /* no handle */
    CLIENT_CONNECTING,  /* TCP handshake */
    CLIENT_HANDSHAKING, /* request sent, no answer yet */
    CLIENT_OPEN,        /* subscribed */
    CLIENT_ENDING,      /* it answered the server's Close, and waits for the server to end */
    CLIENT_CLOSING,     /* the handle is on its way out */
};

struct client;
struct client_pool;

struct client_ops {      /* one protocol */
    const char *headers; /* request headers besides Host, each with its CRLF; static */
    int status;          /* of a good answer */
    /* Whether an answer with that status opens no stream after all, and then why. */
    bool (*is_misfit)(const struct client *c, char *why, size_t room);
    void (*open)(struct client *c);                                 /* the answer was good */
    void (*feed)(struct client *c, const char *data, size_t bytes); /* stream after the head */
    void (*close)(struct client *c);                                /* frees what open made */
};

struct sse_reader {
    char line[5 + 1 + MESSAGE_DIGITS]; /* the beginning of the current line */
    uint8_t kept;                      /* bytes in it */
    uint8_t mark;                      /* bytes of the byte order mark that came; 3: no more */
    bool after_cr;                     /* the last byte was a CR; an LF is part of it */
    bool has_data;                     /* the event in progress has a data line */
    char head[MESSAGE_DIGITS];         /* the beginning of its data */
};

struct ws_reader {
    struct wslay_frame_context *frames; /* owned; NULL when not open */
    const char *data; /* what the socket gave and wslay has not taken; in the pool's buffer */
    size_t left;      /* bytes of it */
    uint64_t got;     /* payload bytes of the frame in progress */
    uint8_t kept;     /* bytes of `head` */
    bool within;      /* a message has begun and is not at its end */
    char head[MESSAGE_DIGITS]; /* the beginning of the message in progress */
    uint8_t control[125];      /* payload of a control frame (RFC 6455, 5.5) */
};

struct client {
    uv_tcp_t tcp;             /* its data is this client */
    uv_connect_t connecting;  /* the request in progress */
    uv_timer_t resume;        /* ends a stall or a pause between two reads */
    uv_timer_t later;         /* connecting: gives up; open: stalls; ending: waits no longer;
                                 closed: tries again */
    struct client_pool *pool; /* borrowed */
    http_parser parser;       /* of the answer's head, and of chunks behind it */
    uint32_t number;          /* index in the pool */
    enum client_state state;  /* where its connection stands */
    uint8_t cause;            /* of its end, when it is ending: enum disconnect_cause */
    bool reopen;              /* connect again as soon as the handle is gone */
    uint16_t losses; /* connections lost so far, modulo 2^16, never 0 after the first */
    struct reconnect reconnect; /* where its policy stands */
    int64_t read_bps;           /* bytes per second that it reads; 0 = at once */
    int64_t asked_ns;           /* start of the connect, uv_hrtime */
    int64_t opened_ns;          /* its connection opened, or time 0 */
    int64_t heard_ns;           /* something came, ns from time 0 */
    int64_t pinged_ns;          /* a ping came, or it opened */
    int64_t first;              /* first message that this connection can get */
    int64_t last;               /* highest number received; first - 1 = none */
    uint64_t received;          /* messages in [first, last] */
    uint64_t seen; /* bit i: it has message last - i; of those before, `received` tells */
    union {
        struct answer_head head; /* until it is open */
        struct sse_reader sse;   /* then, by protocol */
        struct ws_reader ws;     /* the same, of a WebSocket */
    };
};

struct client_counters {                     /* since time 0; as in models/clients.h */
    uint64_t attempts;                       /* to connect */
    uint64_t opened, failed;                 /* of these: got through; did not */
    uint64_t reconnects;                     /* opened after a loss */
    uint64_t given_up;                       /* clients whose policy gave up */
    uint64_t vanished;                       /* silent losses */
    uint64_t stalls;                         /* times that one stopped reading */
    uint64_t retries;                        /* delays drawn */
    double retry_s;                          /* their sum, s */
    uint64_t disconnects[DISCONNECT_CAUSES]; /* connections that ended, by cause */
    uint64_t ended;       /* of open connections, but those that the schedule closed */
    uint64_t unexplained; /* of these, closed by the server, which did not say why */
};

struct client_pool {
    uv_loop_t *loop;              /* borrowed */
    const struct client_ops *ops; /* of the protocol; static */
    struct endpoint endpoint;     /* where they subscribe; a copy */
    struct delivery_log *log;     /* borrowed */
    char *request;                /* what each sends to subscribe; owned */
    char *buffer;                 /* what the read in progress gave; READ_BYTES; owned */
    struct client *clients;       /* `count` of them; owned */
    uint32_t count;               /* of all clients, connected or not */
    int64_t start_ns;             /* uv_hrtime of time 0; set before any delivery */
    int64_t now_ns;               /* time of the read in progress, ns from time 0 */
    void (*tick)(void *owner);    /* called after each read, with now_ns set; may be NULL */
    void *owner;                  /* for tick; borrowed */
    struct run_record *record;    /* borrowed; takes disconnect events */
    uint32_t open, pending;       /* connections now open; connecting or handshaking */
    struct client_behaviour behaviour; /* what they do by themselves */
    struct client_messages *messages;  /* borrowed; NULL: clients send nothing */
    struct client_counters counters;   /* of all */
    enum disconnect_cause server_ends; /* why the server closes what it closes without a word;
                                          DISCONNECT_CAUSES: unknown */
    uint64_t dropped, lost;     /* of closed connections: gaps; sent but never received */
    struct histogram open_time; /* ns from connect to open */
    char why[128];              /* cause of the first refusal or loss */
};

void client_pool_init(struct client_pool *pool, uv_loop_t *loop, enum push_protocol protocol,
                      const struct endpoint *endpoint, uint32_t count,
                      struct delivery_log *log);
/* Frees it; every handle must be closed (client_pool_shut and a loop run). */
void client_pool_close(struct client_pool *pool);
void client_pool_shut(struct client_pool *pool); /* starts closing every connection */

/* Time of the run: ns from time 0, which is start_ns. */
static inline int64_t client_pool_time_ns(const struct client_pool *pool)
{
    return (int64_t)uv_hrtime() - pool->start_ns;
}

void client_connect(struct client *c);    /* does nothing when it is not closed */
void client_disconnect(struct client *c); /* does nothing when it is closed */
/* Stops reading; does nothing unless it is open. INT64_MAX: for good. */
void client_stall(struct client *c, int64_t duration_ns);

struct client_totals {
    uint64_t dropped;     /* gaps in the numbers that clients received */
    uint64_t outstanding; /* sent, and open clients have received nothing later */
    uint64_t lost;        /* sent, then the connection closed before they arrived */
};
/* Of all connections, closed and open, now. */
struct client_totals client_pool_totals(const struct client_pool *pool);

#endif
