/* connection_load.h - runs of the push model that hold many connections, for what they take of
 * memory.
 */
#ifndef PUSHSIM_TESTS_SUPPORT_CONNECTION_LOAD_H
#define PUSHSIM_TESTS_SUPPORT_CONNECTION_LOAD_H

#include <stdint.h>

enum connection_load {
    CONNECTIONS_STEADY, /* all open, messages go through */
    CONNECTIONS_HARD, /* every connection has costs of its own, heartbeats, messages queued at a
                           starved server; a part of the clients stalls; all reconnect */
};

/* The most bytes resident during such a run in a process of its own; -1: it failed. */
int64_t connection_load_peak(enum connection_load load, int64_t clients);

#endif
