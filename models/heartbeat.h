/* heartbeat.h - who notices a dead connection, and when; and who kills a live one.
 *
 * Three kinds, all with a period:
 *   comment       the server sends `: ping` down an SSE stream and expects nothing back: it finds
 *                 out only that a write fails (sse-starlette DEFAULT_PING_INTERVAL 15 s; WHATWG
 *                 HTML 9.2.7 advises "every 15 seconds or so")
 *   ping          the server sends a WebSocket ping (RFC 6455, 5.5.2) and closes the connection
 *                 when no pong was handled within the time-out (uvicorn ws_ping_interval 20 s,
 *                 ws_ping_timeout 20 s; sockjs-node 10 s)
 *   application   the client closes when it heard nothing for a time-out (engine.io 25 + 20 s,
 *                 SignalR 30 s, phoenix 60 s)
 *
 * A pong counts when the server's loop has handled it, not when it arrived. Where a starved loop
 * comes round after the time-out with the pong already in the socket, the loop's order decides:
 * asyncio reads descriptors before it runs timers (base_events.py _run_once), so the pong is seen
 * first; libuv runs timers before it polls (docs "Design overview"), so the healthy connection is
 * closed.
 */
#ifndef PUSHSIM_MODELS_HEARTBEAT_H
#define PUSHSIM_MODELS_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

struct heartbeat_params {
    int64_t period_ns;       /* between heartbeats of the server; 0 = none */
    int64_t pong_timeout_ns; /* after a ping; 0 = no answer is expected */
    bool only_idle;          /* skipped while there was traffic within the period */
    bool timers_first;       /* the loop runs timers before it reads descriptors */
};

enum heartbeat_action { HEARTBEAT_NOTHING, HEARTBEAT_SEND, HEARTBEAT_EXPIRED };

struct heartbeat {    /* the server's view of one connection */
    int64_t due_ns;   /* the next heartbeat */
    int64_t asked_ns; /* an unanswered ping was sent then; -1 = none */
    int64_t heard_ns; /* last time anything of the client's was handled, or sent to it */
};

void heartbeat_open(const struct heartbeat_params *p, struct heartbeat *h, int64_t now_ns);
/* Something was handled (a pong or data). */
void heartbeat_heard(struct heartbeat *h, int64_t now_ns);
/* The loop came round at now_ns; `pong_in_socket`: an answer has arrived and is not read yet.
 * Says what to do; SEND has set the next due time and awaits the answer. */
enum heartbeat_action heartbeat_turn(const struct heartbeat_params *p, struct heartbeat *h,
                                     int64_t now_ns, bool pong_in_socket);
/* When the loop must come round next for this connection; INT64_MAX: never. */
int64_t heartbeat_next_ns(const struct heartbeat_params *p, const struct heartbeat *h);

#endif
