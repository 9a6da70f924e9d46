/* probe.h - readiness, liveness and startup: what the kubelet makes of a pod's answers.
 *
 * The kubelet asks every period; no answer within the time-out is a failure. `failures` in a row
 * make a ready pod unready, or a live one be killed; `successes` in a row make it ready. The pod
 * answers from the same event loop that serves its clients (fleet_probe.c), so that a starved loop
 * fails its probes, and a slow one passes them: both are what the model is for. Source: Kubernetes
 * docs, "Configure Liveness, Readiness and Startup Probes": initialDelaySeconds 0, periodSeconds
 * 10, timeoutSeconds 1, successThreshold 1, failureThreshold 3; kubelet prober/worker.go: a
 * readiness probe begins as failed, a liveness probe as passed. A startup probe keeps the other two
 * waiting until it has passed once, which is its end; it kills as liveness does.
 *
 * When: each probe has a ticker, and a tick within initialDelaySeconds of the container's start
 * asks nothing (worker.go, doProbe: it does not move the ticks). The ticker of a liveness or
 * startup probe begins when the kubelet takes the pod on, before its container starts, and goes on
 * through restarts; that of a readiness probe begins again when the container runs, as the kubelet
 * then asks at once (prober_manager.go, UpdatePodStatus: manualTriggerCh resets the ticker).
 */
#ifndef PUSHSIM_MODELS_PROBE_H
#define PUSHSIM_MODELS_PROBE_H

#include <stdbool.h>
#include <stdint.h>

enum probe_kind { PROBE_READINESS, PROBE_LIVENESS, PROBE_STARTUP, PROBES };

struct probe_params {
    int64_t delay_ns;   /* after the start of the container; >= 0 */
    int64_t period_ns;  /* 0 = no such probe: it always passes once started */
    int64_t timeout_ns; /* no answer within it is a failure, > 0 */
    int64_t failures;   /* in a row, >= 1 */
    int64_t successes;  /* in a row, >= 1; liveness, startup: 1 */
};

struct probe {
    bool passing;    /* ready, or alive */
    int64_t run;     /* answers in a row that speak against `passing` */
    uint64_t failed; /* answers that failed, in all */
};

/* The first tick from now on of a ticker that began at `ticks_ns` that asks a container started at
 * `started_ns`. period_ns > 0. */
int64_t probe_first_ns(const struct probe_params *p, int64_t ticks_ns, int64_t started_ns,
                       int64_t now_ns);

void probe_init(struct probe *probe, enum probe_kind kind, const struct probe_params *p);
/* The answer to one probe; true: `passing` has changed. */
bool probe_answer(struct probe *probe, const struct probe_params *p, bool ok);

#endif
