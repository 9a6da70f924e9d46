/* balancer.h - which pod a new connection goes to, and how many an overfull pod gives away.
 *
 * A connection stays where it was placed (kube-proxy and L4/L7 balancers place connections, not
 * messages), so that a new pod gets only new connections; a fleet evens out only by closing some
 * on purpose (rebalancing). Random: kube-proxy's iptables mode (statistic mode random); round robin
 * and least connections: IPVS rr and lc, nginx upstream `least_conn`. Least connections: ties go to
 * the lowest number; a pod that has just begun gets everything until it has caught up.
 */
#ifndef PUSHSIM_MODELS_BALANCER_H
#define PUSHSIM_MODELS_BALANCER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/random_stream.h"

enum balancer_kind { BALANCE_RANDOM, BALANCE_ROUND_ROBIN, BALANCE_LEAST_CONNECTIONS };

struct balancer_backend {
    bool available;      /* takes new connections */
    int64_t connections; /* placed there, open or opening */
};

#define BALANCER_NONE SIZE_MAX

struct balancer {
    enum balancer_kind kind;     /* how it picks */
    struct random_stream random; /* BALANCE_RANDOM: one draw for each pick */
    size_t next;                 /* BALANCE_ROUND_ROBIN: where the search begins */
};

void balancer_init(struct balancer *b, enum balancer_kind kind, uint64_t seed,
                   uint32_t replication);
/* Index of the backend for one new connection; BALANCER_NONE: none is available. */
size_t balancer_pick(struct balancer *b, const struct balancer_backend *backends, size_t count);

/* Connections that a pod with `connections` of them must close to come down to
 * (1 + tolerance) x mean; 0 when it is not above that. */
int64_t balancer_surplus(int64_t connections, double mean, double tolerance);

#endif
