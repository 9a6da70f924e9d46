/* rollout.h - a rolling update: how many new pods to start and how many old ones to stop.
 *
 * At most replicas + surge pods exist (those already stopping do not count), and at least
 * replicas - unavailable of them are available. Old pods that are not available go first.
 * Source: Kubernetes, pkg/controller/deployment/rolling.go (reconcileNewReplicaSet,
 * reconcileOldReplicaSets) and util.NewRSNewReplicas; docs "Rolling Update Deployment": both 25 %,
 * surge rounded up, unavailable rounded down, and unavailable 1 when both come out as 0.
 */
#ifndef PUSHSIM_MODELS_ROLLOUT_H
#define PUSHSIM_MODELS_ROLLOUT_H

#include <stdint.h>

struct rollout_params {
    double surge;       /* share of the replicas, 0..1 */
    double unavailable; /* share of the replicas, 0..1 */
};

struct rollout_pods { /* of one revision, without those that stop */
    int64_t count;
    int64_t available; /* ready ones, 0..count */
};

struct rollout_step {
    int64_t start;         /* new pods */
    int64_t stop;          /* old pods, */
    int64_t stop_unusable; /* of them not available ones */
};

/* What to do now; all 0: wait, or the rollout is over (fresh.count == replicas, no old pods). */
struct rollout_step rollout_next(const struct rollout_params *p, int64_t replicas,
                                 struct rollout_pods old, struct rollout_pods fresh);

#endif
