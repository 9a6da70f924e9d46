/* sse.h - what is server-sent events' own (WHATWG HTML, 9.2).
 *
 *   set-up      an HTTP request whose response does not end: cost.sse.handshake
 *   frames      text: "data: " and a line break for each line, an "id: " line and an empty line
 *               (9.2.5), no mask and no length
 *   one way     a client's message is an HTTP request of its own beside the stream (duplex.h)
 *   heartbeat   a comment line (9.2.7 advises one every 15 s); nothing answers it
 *   a client that is gone is noticed by its FIN, or when the kernel gives up what was written to it
 *               (network_params.dead_ns): never by a missing answer
 *   coming back Last-Event-ID asks for what was missed (replay_history.h); the `retry:` that the stream
 *               begins with, if it does, takes the place of the user agent's own reconnection time
 *               (9.2.6, client_preset.h) for all who have once read it
 */
#ifndef PUSHSIM_MODELS_SSE_H
#define PUSHSIM_MODELS_SSE_H

#include <stdint.h>

struct sse_params {
    int64_t retry_ns; /* the stream begins with this `retry:`; 0: with none */
};

/* A POST on the wire: request line, Host, Content-Type, Content-Length, then the payload. */
int64_t sse_post_bytes(int64_t payload_bytes);
/* Its response: status line, Date, Server, Content-Type, Content-Length, then the payload. */
int64_t sse_response_bytes(int64_t payload_bytes);

#endif
