/* client_churn.h - what happens to the real arm's clients at random, and what they do when nothing
 * comes: the `stalls`, `losses` and `silence-timeout` of their classes.
 *
 * As models/clients.h has it: stalls and silent losses of a class are one Poisson process each,
 * which picks a member; who is not open is passed over. The draws are not the model's own, whose
 * order is that of its events.
 *
 * A client that vanishes keeps its socket open and never reads it again, so the server gets
 * neither FIN nor RST; the client itself goes on with a new socket, as its reconnect policy says.
 * Loopback acknowledges what the dead socket takes, so the server finds out when the buffers are
 * full or a pong is missing, not by the kernel's retransmission time-out (network.dead).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_CHURN_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_CHURN_H

#include <uv.h>

#include "models/client_class.h"
#include "sim/random_stream.h"

struct client_pool;

/* Stops reading; vanishes. */
enum churn { CHURN_STALL, CHURN_LOSS, CHURNS };

struct client_churn {
    uv_timer_t timer;           /* its data is the pool; runs only where something can happen */
    struct random_stream draws; /* when the next one is, and whom it befalls */
    int64_t next_ns[CLIENT_CLASSES_MAX][CHURNS]; /* time of the run; INT64_MAX: never */
    int *zombies;                                /* owned: sockets that nobody reads */
    size_t zombie_count;                         /* of them */
};

/* Time 0 is now. */
void client_churn_start(struct client_pool *pool);
/* Closes the zombies' sockets. */
void client_churn_close(struct client_churn *churn);

#endif
