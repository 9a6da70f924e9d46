/* websocket.h - what is WebSocket's own (RFC 6455, RFC 7692).
 *
 *   set-up      an HTTP upgrade on the connection itself (RFC 6455, 4): cost.websocket.handshake
 *   frames      2 to 10 bytes of header; a client masks what it sends with 4 more and the server
 *               unmasks it (5.2, 5.3): part of cost.websocket.message
 *   both ways   messages of a client go over the connection (duplex.h) and die with it
 *   heartbeat   ping and pong (5.5.2); a pong that is not handled in time closes the connection,
 *               healthy or not (heartbeat.h)
 *   a client that is gone is noticed by its FIN, by a missing pong, or when the kernel gives up what
 *               was written to it (network_params.dead_ns)
 *   closing     a close frame each way (5.5.1, 7.1.2): whoever sends the first waits for the other,
 *               then the server ends TCP and the client waits for that (7.1.1). The client's library
 *               answers as soon as it has read what stands before the frame; a client that does not
 *               read holds its connection, with what is in its buffers, until close_timeout_ns;
 *               the kernel goes on with what is in the socket (push_server_orphan.c)
 *               (websockets 10.4 close_timeout 10 s; ws 8 closeTimeout 30 s; nchan
 *               WEBSOCKET_CLOSING_TIMEOUT 250 ms). cost.websocket.disconnect stands for both frames.
 *               push_server_close.c does it at the server, clients.h at the client
 *   compression permessage-deflate (RFC 7692): each connection has its own state, so that each
 *               message is compressed for each connection anew; the state is memory
 */
#ifndef PUSHSIM_MODELS_WEBSOCKET_H
#define PUSHSIM_MODELS_WEBSOCKET_H

#include <stdbool.h>
#include <stdint.h>

struct websocket_params {
    /* If memory_params.deflate_window says so, CPU for each connection's compression, */
    double deflate_ns;     /* per message, */
    double deflate_kib_ns; /* and per KiB of it */
    double deflate_ratio;  /* what is left of a payload, > 0..1 */
    /* Either side waits so long for the other to close; 0: it does not wait. */
    int64_t close_timeout_ns;
};

/* Header bytes of one frame. RFC 6455, 5.2: 7-bit length, or 16 or 64 bits of it. */
int64_t websocket_header_bytes(int64_t payload_bytes, bool masked);
/* A payload after compression, at least 1 byte. */
int64_t websocket_deflated_bytes(const struct websocket_params *p, int64_t payload_bytes);
/* One connection's deflate and inflate state (zconf.h: (1 << (windowBits + 2)) +
 * (1 << (memLevel + 9)), and (1 << windowBits) + 7 KiB); window_bits 8..15, mem_level 1..9. */
int64_t websocket_deflate_state_bytes(int window_bits, int mem_level);

#endif
