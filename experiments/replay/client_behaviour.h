/* client_behaviour.h - what the real arm's clients do by themselves: read slowly, stop reading,
 * give a connect up, come back.
 *
 * The rules are the model's (models/clients.h): the same classes, reconnect policies and presets
 * out of the same parameters, and the same draw for the same client, loss and attempt. They hold
 * from time 0 on. What happens to clients at random: client_churn.h.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_BEHAVIOUR_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_BEHAVIOUR_H

#include <stdint.h>

#include "experiments/replay/client_churn.h"
#include "models/parameters.h"

struct client;
struct client_pool;

struct client_behaviour {
    const struct parameters *p; /* borrowed; NULL: clients do nothing by themselves */
    uint64_t seed;              /* with the replication: of all draws */
    uint32_t replication;       /* from 1 */
    struct client_churn churn;  /* what befalls them at random */
};

/* Time 0 is now: open clients begin to behave, and what happened so far does not count. */
void client_behaviour_start(struct client_pool *pool, const struct parameters *p, uint64_t seed,
                            uint32_t replication);

/* What has just happened to a client; each sets its timers. */
void client_behaviour_connecting(struct client *c);
void client_behaviour_opened(struct client *c);
void client_behaviour_read(struct client *c, int64_t bytes); /* paces the next read */
void client_behaviour_ending(
    struct client *c);                        /* it waits for the server's end, not for ever */
void client_behaviour_lost(struct client *c); /* its open connection ended by another's will */
void client_behaviour_failed(struct client *c); /* it did not get through */
/* It got through and was answered with another status; Retry-After is not read. */
void client_behaviour_turned_away(struct client *c);

#endif
