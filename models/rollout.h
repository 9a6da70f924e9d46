/* rollout.h - a rolling update: how many new pods to start and how many old ones to stop.
 *
 * At most replicas + surge pods exist (those already stopping do not count), and at least
 * replicas - unavailable of them are available: ready for min_ready_ns. Old pods that are not
 * available go first. Surge and unavailable are numbers of pods or percentages of the replicas,
 * surge rounded up and unavailable down; both 0 is no rollout and refused where options are read;
 * both percentages that come out as 0 leave unavailable at 1.
 * Source: Kubernetes 1.33, pkg/controller/deployment/rolling.go (reconcileNewReplicaSet,
 * reconcileOldReplicaSets) and util/deployment_util.go (NewRSNewReplicas, ResolveFenceposts,
 * MaxUnavailable); docs, concepts/workloads/controllers/deployment, "Rolling Update Deployment"
 * (both 25 %) and "Min Ready Seconds" (0).
 */
#ifndef PUSHSIM_MODELS_ROLLOUT_H
#define PUSHSIM_MODELS_ROLLOUT_H

#include <stdint.h>

struct rollout_params {
    int64_t surge;        /* pods, >= 0; or, negative, per cent of the replicas: -25 is 25 % */
    int64_t unavailable;  /* likewise, at most 100 % */
    int64_t min_ready_ns; /* a pod is available once it has been ready so long */
};

struct rollout_pods {  /* of one revision, without those that stop */
    int64_t count;     /* of all, whatever they are at, >= 0 */
    int64_t available; /* ready for min_ready_ns, 0..count */
};

struct rollout_step {
    int64_t start; /* new pods */
    int64_t stop;  /* old pods, those that are not available first */
};

/* What to do now; all 0: wait, or the rollout is over (fresh.count == replicas, no old pods). */
struct rollout_step rollout_next(const struct rollout_params *p, int64_t replicas,
                                 struct rollout_pods old, struct rollout_pods fresh);

#endif
