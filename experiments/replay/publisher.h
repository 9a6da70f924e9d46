/* publisher.h - open-loop publishing: POSTs at planned times over keep-alive connections.
 *
 * It never waits for an answer: each publish goes out on the connection with the fewest
 * unanswered ones, behind them when there is none without (HTTP/1.1 pipelining, RFC 9112
 * section 9.3.2). A connection that ended is opened again, ten times a second.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_PUBLISHER_H
#define PUSHSIM_EXPERIMENTS_REPLAY_PUBLISHER_H

#include <http_parser.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "experiments/replay/http_fetch.h"
#include "sim/error.h"

#define PUBLISHER_CONNECTIONS 16

struct publisher_connection {
    uv_tcp_t tcp;                /* its data is this connection */
    uv_connect_t connecting;     /* the request in progress */
    http_parser parser;          /* of the answers */
    struct publisher *publisher; /* borrowed */
    uint32_t unanswered;         /* requests that it has sent */
    bool open, closed;           /* neither: on its way to either */
};

struct publisher {
    struct publisher_connection connections[PUBLISHER_CONNECTIONS]; /* open or not */
    uv_timer_t again;         /* opens what has closed; its data is this publisher */
    struct endpoint endpoint; /* where to POST; a copy */
    char *fill;               /* owned; the payload after its number */
    bool shut;                /* connections stay closed */
    uint32_t open;            /* connections */
    uint64_t answered;        /* publishes, with 2xx */
    uint64_t failed;          /* any other answer, or no connection */
    uint64_t pipelined;       /* went out behind an unanswered one */
    char why[128];            /* cause of the first failure */
    uint32_t unreached;       /* connects that failed since one worked */
    char unreached_why[64];   /* cause of the last of them; "": none */
    char buffer[4096];        /* answers */
};

/* Starts to connect: the loop brings `open` to PUBLISHER_CONNECTIONS. largest_bytes: payload. */
int publisher_init(struct publisher *p, uv_loop_t *loop, const struct endpoint *endpoint,
                   int64_t largest_bytes, struct error *err);
void publisher_shut(struct publisher *p);  /* starts to close the connections */
void publisher_close(struct publisher *p); /* frees; after a loop run */

/* Sends message `number`: its digits, then filling up to `bytes` (at least MESSAGE_DIGITS). */
void publisher_send(struct publisher *p, uint32_t number, int64_t bytes);

/* A publish went out whose answer may still come. */
bool publisher_waits(const struct publisher *p);

#endif
