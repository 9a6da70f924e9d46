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
 *   closing     a close frame each way (5.5.1), answered by the client's library at once:
 *               cost.websocket.disconnect stands for both
 *   compression permessage-deflate (RFC 7692): each connection has its own state, so that each
 *               message is compressed for each connection anew; the state is memory
 */
#ifndef PUSHSIM_MODELS_WEBSOCKET_H
#define PUSHSIM_MODELS_WEBSOCKET_H

#include <stdbool.h>
#include <stdint.h>

struct websocket_params {  /* of permessage-deflate; memory_params.deflate_window turns it on */
    double deflate_kib_ns; /* CPU per KiB compressed */
    double deflate_ratio;  /* what is left of a payload, > 0..1 */
};

/* Header bytes of one frame. RFC 6455, 5.2: 7-bit length, or 16 or 64 bits of it. */
int64_t websocket_header_bytes(int64_t payload_bytes, bool masked);
/* A payload after compression, at least 1 byte. */
int64_t websocket_deflated_bytes(const struct websocket_params *p, int64_t payload_bytes);
/* One connection's deflate and inflate state (zconf.h: (1 << (windowBits + 2)) +
 * (1 << (memLevel + 9)), and (1 << windowBits) + 7 KiB); window_bits 8..15, mem_level 1..9. */
int64_t websocket_deflate_state_bytes(int window_bits, int mem_level);

#endif
