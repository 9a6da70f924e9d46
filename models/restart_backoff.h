/* restart_backoff.h - how long a container that has ended waits before it is started again.
 *
 * Kubernetes: the first restart is immediate, then 10 s, doubling to 300 s; a container that ran
 * for 10 minutes starts afresh (concepts/workloads/pods/pod-lifecycle, "Container restart policy";
 * kubelet: MaxContainerBackOff 300 s, flowcontrol.Backoff, reset after twice the cap).
 *
 * So it is when the container ends by itself, for its memory or a crash. One that the kubelet kills
 * after a failed liveness or startup probe is started in the same sync, in which the kubelet knows
 * only of the end before (kuberuntime_manager.go, SyncPod and doBackOff): it waits only where that
 * end is no longer ago than the delay, which grows with each restart. With a cycle of a minute five
 * restarts are immediate (kubernetes#99697 has such a trace).
 */
#ifndef PUSHSIM_MODELS_RESTART_BACKOFF_H
#define PUSHSIM_MODELS_RESTART_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

struct restart_params {
    int64_t base_ns;  /* the first delay that is not zero; 10 s */
    int64_t cap_ns;   /* no delay is longer; 300 s */
    int64_t reset_ns; /* so long after the last restart it is forgotten; 600 s */
};

struct restart_backoff {  /* all 0: it never ended */
    int64_t delay_ns;     /* of the next restart; 0 = none is remembered */
    int64_t restarted_ns; /* when it was last started again, or is to be */
    bool ended;           /* it ended before, */
    int64_t ended_ns;     /* then */
};

/* The container ends now; `killed`: by the kubelet. The delay until it is started again. */
int64_t restart_backoff_next(const struct restart_params *p, struct restart_backoff *r,
                             bool killed, int64_t now_ns);

#endif
