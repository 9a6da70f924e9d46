/* reconnect.h - when a client that lost its connection tries again.
 *
 * Delay before attempt n (n = 0, 1, … since the last reset), before clipping to [floor, cap]:
 *   fixed          base
 *   exponential    base * factor^n
 *   steps          the n-th of a list of delays, then the last one again and again; one of them
 *                  may be drawn, uniform in [0, it]
 *   full jitter    uniform in [0, min(cap, base * factor^n)]
 *   decorrelated   uniform in [base, 3 * the delay before]
 * `jitter` widens the first three: the delay is multiplied by a uniform draw from [1 - jitter, 1 +
 * jitter], and clipped after it: once all draws lie beyond the cap, clients that were thrown out
 * together come back together. Full and decorrelated jitter: M. Brooker, "Exponential Backoff And
 * Jitter", AWS Architecture Blog, 2015. Exponential with jitter is backo2 (socket.io-client:
 * lib/contrib/backo2.ts, duration()). EventSource waits its reconnection time, which `retry:` sets
 * (WHATWG HTML, 9.2.6); the user agent may wait longer (9.2.3 "reestablish the connection").
 * Retry-After: RFC 9110, 10.2.3.
 *
 * What resets n decides whether a client that is accepted and then thrown out backs off at all.
 */
#ifndef PUSHSIM_MODELS_RECONNECT_H
#define PUSHSIM_MODELS_RECONNECT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/random_stream.h"

enum reconnect_kind {
    RECONNECT_NEVER, /* gives up at once; the others: see above */
    RECONNECT_FIXED,
    RECONNECT_EXPONENTIAL,
    RECONNECT_STEPS,
    RECONNECT_FULL_JITTER,
    RECONNECT_DECORRELATED,
    RECONNECT_KINDS,
};

enum reconnect_reset {
    RESET_ON_OPEN,          /* the handshake succeeded */
    RESET_ON_AUTHENTICATED, /* the application accepted the client */
    RESET_ON_STABLE,        /* the connection lasted at least stable_ns */
};

#define RECONNECT_STEPS_MAX 12
#define RECONNECT_GIVE_UP   INT64_C(-1)

struct reconnect_params {
    enum reconnect_kind kind;              /* the law of the delays */
    int64_t base_ns;                       /* the first delay, or the least drawn; >= 0 */
    int64_t floor_ns;                      /* no delay is shorter; >= 0 */
    int64_t cap_ns;                        /* no delay is longer; >= floor_ns */
    double factor;                         /* growth per attempt, >= 1 */
    double jitter;                         /* share of the delay, 0..1 */
    int64_t steps_ns[RECONNECT_STEPS_MAX]; /* RECONNECT_STEPS: delays, from attempt 0 on */
    int steps;                             /* of them in use, 1..RECONNECT_STEPS_MAX */
    uint32_t random_step;                  /* number of the one that is drawn; 0: none is */
    int64_t attempts_max;                  /* gives up after so many in a row; 0 = never */
    enum reconnect_reset reset;            /* what makes the delays start over */
    int64_t stable_ns; /* RESET_ON_STABLE: how long it must have lasted, >= 0 */
    bool retry_after;  /* waits at least as long as the server asks for */
    bool takes_retry;  /* `retry:` of its event stream takes base_ns's place */
};

struct reconnect {       /* one client's state */
    uint32_t attempt;    /* attempts since the last reset */
    int64_t previous_ns; /* the last delay; 0 after a reset */
};

/* The delay before the next attempt, in ns, or RECONNECT_GIVE_UP; counts the attempt.
 * `asked_ns`: the server's Retry-After, 0 when there was none. One draw at most. */
int64_t reconnect_next(const struct reconnect_params *p, struct reconnect *r, int64_t asked_ns,
                       struct random_stream *rs);

/* What happened to the new connection; each resets the attempts if it is the rule's occasion. */
void reconnect_opened(const struct reconnect_params *p, struct reconnect *r);
void reconnect_authenticated(const struct reconnect_params *p, struct reconnect *r);
void reconnect_lost(const struct reconnect_params *p, struct reconnect *r, int64_t lasted_ns);

#endif
