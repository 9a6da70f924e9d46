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
 */
#ifndef PUSHSIM_MODELS_DUPLEX_H
#define PUSHSIM_MODELS_DUPLEX_H

#include <stdbool.h>
#include <stdint.h>

enum duplex_connection {                    /* of a POST beside an event stream */
                         DUPLEX_KEEP_ALIVE, /* stands already */
                         DUPLEX_EACH,       /* one for each message */
};

struct duplex_params {
    double rate_hz;      /* messages per second of each client, Poisson; 0 = none */
    int64_t bytes;       /* payload of a message, 1..16 MiB */
    int64_t reply_bytes; /* of its answer, 1..16 MiB */
    int64_t hops;        /* ready-queue passes between the read and the handler, 0..4 */
    enum duplex_connection connection;
};

#endif
