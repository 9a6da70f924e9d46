/* autoscaler.h - the horizontal pod autoscaler (HPA): how many pods, once every sync period.
 *
 * For each metric with a target:  replicas = ceil(ratio x pods counted), ratio = mean / target,
 * unchanged while |ratio - 1| <= tolerance. Pods without a metric count conservatively: at the
 * target (CPU: at the whole request) when the others ask for fewer, at nothing when they ask for
 * more; pods that are not ready count at nothing when the others ask for more, else not at all; a
 * change that turns round by that is not made. CPU is a whole percentage of the request, any other
 * quantity a whole number of thousandths, as in the controller. The largest proposal wins; while a
 * metric fails (no pod has it) only more pods are possible. Then come the stabilisation windows
 * (up: the smallest, down: the largest recommendation within them) and the policies (pods or per
 * cent in a period).
 *
 * Source: Kubernetes 1.33 docs, concepts/workloads/autoscaling/horizontal-pod-autoscale; package
 * podautoscaler: replica_calculator.go (groupPods, GetResourceReplicas, calcPlainMetricReplicas),
 * horizontal.go (stabilizeRecommendationWithBehaviors, convertDesiredReplicasWithBehaviorRate).
 */
#ifndef PUSHSIM_MODELS_AUTOSCALER_H
#define PUSHSIM_MODELS_AUTOSCALER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum autoscaler_metric {
    AUTOSCALE_CPU,         /* used / requested, ratio; targets likewise */
    AUTOSCALE_P99,         /* delivery latency, s */
    AUTOSCALE_QUEUE,       /* messages per connection */
    AUTOSCALE_CONNECTIONS, /* open */
    AUTOSCALE_METRICS,
};

/* Of what the two policies allow: the larger change, the smaller one, none at all. */
enum autoscaler_select { SELECT_MAX, SELECT_MIN, SELECT_DISABLED };

struct autoscaler_rules {          /* of one direction */
    int64_t stabilisation_ns;      /* window of past recommendations, >= 0 */
    int64_t pods;                  /* at most so many in a period; 0 = no such policy */
    int64_t percent;               /* at most so much in a period; 0 = no such policy */
    int64_t period_ns;             /* of both policies, > 0 */
    enum autoscaler_select select; /* which of the two policies counts, where there are both */
};

struct autoscaler_params {
    int64_t sync_ns;  /* between two decisions, > 0; 15 s by default */
    double tolerance; /* ratios so near to 1 change nothing, 0..1; 0.1 */
    int64_t min, max; /* replicas, 1 <= min <= max */
    /* More pods (0 s, 4 pods, 100 %) and fewer (300 s, no such policy, 100 %), per 15 s. */
    struct autoscaler_rules up, down;
    int64_t cpu_initialization_ns; /* a younger pod's CPU counts only once it is ready; 5 min */
    int64_t initial_readiness_ns;  /* unready since before that age: it never was ready; 30 s */
    int64_t window_ns;             /* over which a metric is measured; metrics-server: 15 s */
    int64_t lag_ns;                /* from the end of the window until it is seen */
    double target[AUTOSCALE_METRICS]; /* 0 = metric not used */
};

struct autoscaler_pod {              /* what the controller knows of one pod */
    bool terminating;                /* deleted or failed: does not count at all */
    bool pending;                    /* not started */
    bool ready;                      /* its condition */
    int64_t started_ns;              /* taken on by its node (status.startTime) */
    int64_t ready_changed_ns;        /* last change of the condition */
    int64_t measured_ns;             /* end of the window of the metrics */
    double value[AUTOSCALE_METRICS]; /* NAN = missing */
};

#define AUTOSCALER_REMEMBERS 4096 /* an hour of syncs a second apart */

struct autoscaler_note {
    int64_t at_ns;    /* of the sync */
    int64_t replicas; /* recommended; or the change, > 0 */
};

struct autoscaler_notes {                               /* ring of the last ones */
    struct autoscaler_note items[AUTOSCALER_REMEMBERS]; /* the i-th in place i modulo that */
    size_t count;                                       /* written so far */
};

struct autoscaler { /* what windows and policies look back at */
    struct autoscaler_notes recommendations, ups, downs; /* each sync; changes that were made */
};

struct autoscaler_decision {
    int64_t replicas;              /* that there are to be */
    int64_t proposed;              /* before windows and policies */
    enum autoscaler_metric metric; /* whose proposal it was; AUTOSCALE_METRICS: of none */
    double ratio; /* of that metric: mean / target over the pods that have it */
    int failed;   /* metrics that no pod has */
};

void autoscaler_init(struct autoscaler *a);

/* What one metric proposes. ERR_STATE: no pod has it. *ratio: of the pods that have it. */
int autoscaler_propose(const struct autoscaler_params *p, enum autoscaler_metric metric,
                       int64_t now_ns, int64_t replicas, const struct autoscaler_pod *pods,
                       size_t count, int64_t *proposal, double *ratio);

/* One sync: `replicas` are asked for now, `pods` exist. Remembers what it recommends and does. */
struct autoscaler_decision autoscaler_sync(struct autoscaler *a,
                                           const struct autoscaler_params *p, int64_t now_ns,
                                           int64_t replicas, const struct autoscaler_pod *pods,
                                           size_t count);

const char *autoscaler_metric_name(enum autoscaler_metric metric);

#endif
