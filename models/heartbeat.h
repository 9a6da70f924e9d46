/* heartbeat.h - who notices a dead connection, and when; and who kills a live one.
 *
 * Three kinds:
 *   comment       the server sends `: ping` down an SSE stream and expects nothing back: it finds
 *                 out only that a write fails (sse-starlette DEFAULT_PING_INTERVAL 15 s; WHATWG
 *                 HTML 9.2.7 advises "every 15 seconds or so")
 *   ping          the server sends a WebSocket ping (RFC 6455, 5.5.2) and closes the connection
 *                 when no pong was handled within the time-out (uvicorn ws_ping_interval 20 s,
 *                 ws_ping_timeout 20 s; sockjs-node 10 s)
 *   application   the client closes when it heard nothing for a time-out (client_class.h)
 *
 * A heartbeat costs a write and cost.*.heartbeat. Where an answer is awaited, half of that is due
 * when it is sent and half when the pong is handled: of websockets 10.4 each is a wake-up of the
 * connection's keepalive task (legacy/protocol.py keepalive_ping: sleep, ping(), wait_for), and
 * the pong wakes the task that reads as well. Where none is awaited, all of it is due at once.
 *
 * A pong counts when it has got through to whoever waits for it, not when it arrived. Where a
 * starved loop comes round after the time-out with the pong already in the socket, the healthy
 * connection is closed:
 *   libuv    runs timers before it polls (docs "Design overview")
 *   asyncio  runs the callbacks of descriptors before those of timers (base_events.py _run_once),
 *            but both only wake tasks. In the next pass the reading task handles the pong and sets
 *            its future, around which ping() has an asyncio.shield (websockets 10.4,
 *            legacy/protocol.py), set another pass later; keepalive_ping looks after the
 *            time-out's callback in that same next pass (asyncio/tasks.py wait_for) and finds it
 *            not done. A pong whose descriptor was read a pass before the time-out's is in time.
 *            uvloop wakes tasks in the same order.
 * A time-out longer than any pass never kills. push_server_beat.c drives it.
 */
#ifndef PUSHSIM_MODELS_HEARTBEAT_H
#define PUSHSIM_MODELS_HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

struct heartbeat_params {
    int64_t period_ns;       /* between heartbeats of the server; 0 = none */
    int64_t pong_timeout_ns; /* after a ping; 0 = no answer is expected */
    /* Connections from before the run opened within so long before it and beat a period later, as
     * those of a load client that connects as fast as it can; 0 = evenly over a period. */
    int64_t spread_ns;
    bool only_idle; /* skipped while there was traffic within the period */
    /* Of so many that are due one is sent; 0 and 1: every one. Changes during a run
     * (slo_control.h). */
    int64_t one_in;
};

#endif
