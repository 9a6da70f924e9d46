/* null_server.h - a push server that does nothing but fan out.
 *
 * It gives the load client its floor: the latency and the rate that are left when the server costs
 * nothing. The same five addresses as the reference servers: GET /events (SSE), GET /ws
 * (WebSocket), POST /publish (the body is the message), GET /stats and GET /healthz. Listens on
 * 127.0.0.1, one thread.
 *
 * A message is framed once per protocol and the bytes are shared by all its subscribers. All
 * messages that came in during one loop iteration leave in one write a subscriber. A subscriber
 * that owes more than 256 KiB misses messages; they are counted.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_NULL_SERVER_H
#define PUSHSIM_EXPERIMENTS_REPLAY_NULL_SERVER_H

#include "experiments/replay/server_spec.h"

/* Serves until the process is ended. Returns only when it cannot listen: ERR_IO. */
int null_server_run(int port, struct error *err);

/* Describes how to start it: this very program, as `pushsim null PORT`; closed by the caller with
 * server_spec_close. ERR_IO. */
int null_server_spec(struct server_spec *spec, struct error *err);

#endif
