/* duplex.h - messages from the clients and their answers: the round trip of each, and where those
 * that were never answered went.
 *
 * A client sends over what its protocol gives it. WebSocket: a masked frame on the connection
 * itself (RFC 6455, 5.3); message and answer die with the connection, and the answer stands in line
 * behind what the client has not read yet. SSE goes one way only (WHATWG HTML, 9.2), so a message
 * is a POST beside the stream: a whole HTTP request and response for each, over a connection that
 * is kept alive (browsers: Fetch Standard 2.6, connection pools) or opened for the purpose - then
 * with a SYN in the accept queue, a round trip more, and the CPU of TLS and of closing.
 *
 * The server answers each message with one of its own. Round-trip latency runs from the instant at
 * which the message was planned to the arrival of the answer. Conservation: sent = answered + lost
 * by cause + in flight; a message planned while its client was not connected is not sent.
 *
 * Figures (both arms, in runs with messages): roundtrip.{p50,p95,p99,p999,mean,max} of the measured
 * ones, messages.{sent,unsent,answered,lost,in_flight}, messages.lost.CAUSE; histogram "roundtrip";
 * series roundtrip.{p50,p95,p99} and messages.answered by second of the arrival.
 *
 * This module keeps the books; pod_message.c is the way to the server, push_server_duplex.c what
 * the server does.
 */
#ifndef PUSHSIM_MODELS_DUPLEX_H
#define PUSHSIM_MODELS_DUPLEX_H

#include <stdbool.h>
#include <stdint.h>

#include "models/disconnect_cause.h"
#include "models/run_record.h"
#include "sim/histogram.h"

/* Of a POST beside an event stream. */
enum duplex_connection {
    DUPLEX_KEEP_ALIVE, /* stands already */
    DUPLEX_EACH,       /* one for each message */
};

struct duplex_params {
    double rate_hz;      /* messages per second of each client, Poisson; 0 = none */
    int64_t bytes;       /* payload of a message, 1..16 MiB */
    int64_t reply_bytes; /* of its answer, 1..16 MiB */
    int64_t hops;        /* ready-queue passes between the read and the handler, 0..4 */
    enum duplex_connection connection; /* event streams alone */
};

enum duplex_state {
    DUPLEX_OUTSIDE, /* on its way, at the server, or its answer on the way back */
    DUPLEX_UNREAD,  /* its answer is written and stands behind what the client has not read */
    DUPLEX_OVER,    /* answered or lost */
};

struct duplex_message {
    int64_t planned_ns; /* when it should have been sent: latency counts from here */
    int64_t bytes;      /* payload */
    int64_t queued_ns;  /* its own connection was put into the accept queue */
    uint32_t client;    /* who sends it */
    uint32_t next;      /* the client's next one that is not over; DUPLEX_NONE: the last */
    uint32_t ahead;     /* unread: messages that the client reads before the answer */
    uint8_t state;      /* enum duplex_state */
    uint8_t syns;       /* sent to open its connection */
    bool measured;      /* enters the latency figures */
    struct duplex_book *book; /* of the pod that it goes to; borrowed; NULL = none */
};

#define DUPLEX_NONE UINT32_MAX /* no message */

struct duplex_book { /* what became of messages: of all, or of those to one pod */
    uint64_t sent, answered, lost[DISCONNECT_CAUSES]; /* messages; those lost by cause */
    uint64_t answered_before;                         /* at the last point of the series */
    struct histogram roundtrip, second; /* ns: of the measured ones; of all since that point */
};

struct duplex {
    const struct duplex_params *p;   /* borrowed */
    bool own_connection;             /* a message has the client's connection (WebSocket) */
    struct duplex_message *messages; /* by number, in the order sent; owned */
    uint32_t count, capacity;        /* sent; places */
    uint32_t *first;                 /* by client: the first that is not over; owned */
    uint64_t unsent;                 /* planned while their client was not connected */
    struct duplex_book all;          /* of all messages */
    struct run_record *record;       /* borrowed */
};

/* clients, messages: most there can be; messages = 0: a run without any, which reports nothing. */
void duplex_init(struct duplex *d, const struct duplex_params *p, bool own_connection,
                 uint32_t clients, uint32_t messages, struct run_record *record);
void duplex_close(struct duplex *d);

/* A client that is connected sends; the message's number. */
uint32_t duplex_send(struct duplex *d, uint32_t client, int64_t planned_ns, int64_t bytes,
                     bool measured);
void duplex_not_sent(struct duplex *d);
/* Of a message that was just sent: it goes to the pod that has this book. */
void duplex_enter(struct duplex *d, uint32_t message, struct duplex_book *book);
/* Nothing happens to a message that is over. */
void duplex_answered(struct duplex *d, uint32_t message, int64_t now_ns);
void duplex_lose(struct duplex *d, uint32_t message, enum disconnect_cause cause);
/* The client's connection has ended: so have the messages that went over it; and those beside it
 * when the client or the server has gone with it. */
void duplex_disconnected(struct duplex *d, uint32_t client, enum disconnect_cause cause);
/* The answer is written behind `ahead` messages that the client has still to read. */
void duplex_unread(struct duplex *d, uint32_t message, uint32_t ahead);
/* The client, which reads, has read n of them: answers with none ahead arrive now. */
void duplex_read(struct duplex *d, uint32_t client, uint32_t n, int64_t now_ns);

uint64_t duplex_in_flight(const struct duplex *d);
/* The points of the series, of what arrived since the last. */
void duplex_series(struct duplex *d, int64_t now_ns);
/* Writes the figures; asserts conservation. */
void duplex_report(const struct duplex *d);

void duplex_book_init(struct duplex_book *b);
void duplex_book_close(struct duplex_book *b);
/* As duplex_series and duplex_report, of one pod; messages.unsent are nobody's. */
void duplex_book_series(struct duplex_book *b, int64_t now_ns, struct run_record *record);
void duplex_book_report(const struct duplex_book *b, struct run_record *record);

#endif
