/* restart_backoff.h - how long a killed container waits before it is started again.
 *
 * Kubernetes: the first restart is immediate, then 10 s, doubling to 300 s; a container that ran
 * for 10 minutes starts afresh (concepts/workloads/pods/pod-lifecycle, "Container restart
 * policy"; kubelet: MaxContainerBackOff 300 s, flowcontrol.Backoff, reset after twice the cap).
 */
#ifndef PUSHSIM_MODELS_RESTART_BACKOFF_H
#define PUSHSIM_MODELS_RESTART_BACKOFF_H

#include <stdint.h>

struct restart_params {
    int64_t base_ns;  /* the first delay that is not zero; 10 s */
    int64_t cap_ns;   /* 300 s */
    int64_t reset_ns; /* a run of this length forgets the restarts before it; 600 s */
};

struct restart_backoff {
    uint64_t restarts; /* since the last reset */
};

/* The container died after running for ran_ns: the delay until it is started again. */
int64_t restart_backoff_next(const struct restart_params *p, struct restart_backoff *r,
                             int64_t ran_ns);

#endif
