/* fleet_internal.h - shared by fleet.c (clients, publishes, life of a run), fleet_pod.c (the life
 * of one pod), fleet_probe.c (what is thought of it), fleet_control.c (what looks), fleet_detail.c
 * (what looks closely), fleet_replicas.c and fleet_autoscale.c (what acts) and fleet_report.c.
 */
#ifndef PUSHSIM_MODELS_FLEET_INTERNAL_H
#define PUSHSIM_MODELS_FLEET_INTERNAL_H

#include "models/cost_noise.h"
#include "models/fleet.h"
#include "models/neighbour.h"
#include "models/phase_events.h"
#include "models/pod.h"
#include "models/pod_noise.h"
#include "models/pod_series.h"
#include "models/slo_watch.h"

#define FLEET_SAMPLE_NS 90909091 /* as push_run: out of step with quota periods of 100 ms */
#define FLEET_SNAPSHOTS 128      /* lag / window + 1 are needed: at most 121 */

struct fleet;

struct fleet_snapshot {              /* the metrics of one window */
    int64_t at_ns;                   /* its end */
    double value[AUTOSCALE_METRICS]; /* in the units of autoscaler.h */
};

enum fleet_life {
    FLEET_RUNS,  /* starts included */
    FLEET_STOPS, /* was told to, or its container was */
    FLEET_GONE,  /* ended for good; its figures stay */
};

struct fleet_pod {
    struct fleet *fleet;         /* borrowed */
    struct pod pod;              /* its processes */
    struct meter meter;          /* of its connections */
    struct pod_noise noise;      /* what disturbs its processes */
    struct clients_book book;    /* of its clients */
    struct duplex_book messages; /* to it; in runs with messages */
    struct run_record part;      /* of the fleet's: pod.N.* */
    bool detailed;               /* has all of a pod's figures and series there */
    struct pod_series series;    /* when it has */
    struct cpu_group *group;     /* its cgroup, on its node's CPUs; owned by that host */
    char label[24];              /* "pod 3: " */
    int number, node, revision;  /* from 0, as its node; 0: the first revision */
    enum fleet_life life;        /* of the pod, whatever its processes do */
    bool restarts; /* FLEET_STOPS: the container only, after a failed liveness probe */
    int64_t stop_ns, kill_ns;       /* FLEET_STOPS: SIGTERM, SIGKILL */
    struct probe probe[PROBES];     /* of its present process */
    uint64_t failed_probes[PROBES]; /* of earlier processes */
    uint32_t asked[PROBES];         /* the probe that is not answered yet; 0 = none */
    uint32_t chain;                 /* of probes: a new one with each process */
    bool missed[PROBES];            /* a tick came while an answer was awaited */
    int64_t asked_ns[PROBES];       /* when its first SYN was sent */
    int64_t syns[PROBES];           /* sent again so often */
    uint32_t sigterm;               /* its number among the probes; 0 = not sent */
    int64_t ticks_ns[PROBES];       /* a tick of each probe's ticker */
    int64_t ticked_ns[PROBES];      /* the last one that asked */
    int64_t container_ns;           /* the process's container began */
    bool started;                   /* its startup probe has passed, or it has none */
    bool ready;                     /* in the balancer */
    bool was_ready;                 /* it was, since its present process started */
    bool served;                    /* it was, ever: not a new pod that only starts */
    int64_t ready_changed_ns;       /* `ready` is as it is since */
    bool began;                     /* its container has started; before: pending */
    int64_t acknowledged_ns; /* taken on by its node (status.startTime): restarts leave it */
    /* the present window */
    struct histogram latency;    /* of its deliveries, ns */
    double depth_sum;            /* of the samples of its mean queue depth */
    uint32_t depths;             /* samples */
    struct cpu_counters counted; /* at its start */
    int64_t ran_ns;              /* a process runs since; INT64_MAX: none */
    int64_t up_ns;               /* the process has listened since; INT64_MAX: it does not */
    struct fleet_snapshot snapshots[FLEET_SNAPSHOTS]; /* ring */
    uint32_t snapshot_count; /* windows so far; the last: (count - 1) % FLEET_SNAPSHOTS */
};

struct fleet_node {
    struct cpu_host *host;        /* its CPUs; owned */
    struct random_stream phases;  /* the host's */
    struct neighbour *neighbours; /* one on each CPU, or NULL; owned */
    int64_t pods;                 /* not gone */
    int image;                    /* newest revision pulled; -1 = none */
    int64_t cpus;                 /* handed out to workers so far */
};

struct fleet {
    struct parameters p;               /* the control may change the queue policy */
    const struct schedule *schedule;   /* borrowed */
    uint64_t seed;                     /* with the replication: of all draws */
    uint32_t replication;              /* from 1 */
    struct simulation sim;             /* the one clock of all pods */
    struct fleet_node **nodes;         /* by number; owned */
    size_t node_count;                 /* as many as were ever needed */
    struct fleet_pod **pods;           /* all that ever were, by number; owned */
    size_t pod_count;                  /* of them */
    struct clients clients;            /* of all pods, as the next two */
    struct duplex duplex;              /* messages that clients send, and their answers */
    struct topics topics;              /* of the publishes and of the clients */
    uint32_t *slot_of;                 /* by client, for the pods; owned */
    struct fleet_pod **home_of;        /* by client: the pod with its connection; owned */
    uint32_t slots;                    /* of one worker */
    struct memory_sum memory;          /* of all pods */
    struct histogram depths;           /* of all queues, sampled in the last second */
    struct balancer balancer;          /* in front of the pods that are ready */
    struct balancer_backend *backends; /* by pod; owned */
    uint32_t asked;                    /* probes so far */
    int64_t detailed;                  /* pods of this revision, not gone, that are */
    int detailed_revision;             /* that revision: the one of the pod made last */
    bool told_detail;                  /* that some are not */
    uint64_t alarms; /* probes failed by processes that had been ready: others only start */

    int revision;                   /* of new pods */
    int64_t replicas;               /* asked for */
    int64_t deploy_at_ns;           /* when an update begins; 0 = never */
    bool rolling;                   /* an update is under way */
    enum queue_policy queue_policy; /* before the control changed it */
    struct autoscaler autoscaler;   /* if p.fleet.autoscale */
    int64_t window_end_ns;          /* of the metrics' last window; 0: none yet */
    struct slo_watch watch;         /* of all pods together */
    struct histogram second;        /* latencies of the last one */

    size_t next;                       /* action of the schedule */
    struct phase_events announced;     /* phases that have begun */
    struct cost_noise factors;         /* noise of each publish */
    struct random_stream shedding;     /* which publishes are shed */
    struct random_stream phases;       /* of first probes */
    struct publish_record *sent;       /* those that were not shed, in their order; owned */
    uint32_t sent_count;               /* of them */
    uint64_t published, shed, unheard; /* all; of these: shed, heard by no server */
    struct fleet_seen {                /* at the last second */
        uint64_t due, dropped, reconnects, failed_probes, alarms, replayed; /* counts */
        uint64_t periods, throttled;    /* of the quotas: all; throttled ones */
        int64_t usage_ns, throttled_ns; /* CPU time */
    } seen;
    struct second_counts counted; /* at the last second */
    struct fleet_figures {
        uint64_t scaled_up, scaled_down;  /* decisions */
        uint64_t liveness_kills, refused; /* containers; SYNs by the control's Retry-After */
        int64_t first_scale_ns;           /* -1 = never */
        int64_t pods_max;                 /* most at a time */
        int64_t detailed;                 /* pods */
    } figures;
    struct run_record *out; /* borrowed */
};

/* fleet_pod.c */
struct fleet_pod *fleet_pod_add(struct fleet *f);
/* Before the run: up, ready, with the clients it was given (pod_seat). */
void fleet_pod_begin(struct fleet_pod *fp);
/* A new one: its container starts after a delay, with its first process. */
void fleet_pod_launch(struct fleet_pod *fp);
/* The next publish. Where no process listens only its number is taken, so that all pods number the
 * publishes alike. */
void fleet_pod_publish(struct fleet_pod *fp, const struct publish_record *record);
/* For good, or its container alone, after a failed probe (`restarts`). One that is being stopped
 * already goes on with that. */
void fleet_pod_stop(struct fleet_pod *fp, bool restarts);
/* Once a second: closes connections while it stops, ends when it is time. */
void fleet_pod_tend(struct fleet_pod *fp);
void fleet_pod_free(struct fleet_pod *fp);

/* fleet_probe.c */
/* Something has happened to the pod: is it ready now, and who is to know? */
void fleet_probe_update(struct fleet_pod *fp);
/* Its container starts with a process: the kubelet asks at once whether it is ready. */
void fleet_probe_container(struct fleet_pod *fp);
/* It has long been up when the run begins: the next tick of each probe is `share` of its period
 * away. */
void fleet_probe_running(struct fleet_pod *fp, double share);
/* The process has answered what has this number. */
void fleet_probe_answered(struct fleet_pod *fp, uint32_t number);
/* So far, of all its processes: of those that only start too. */
uint64_t fleet_probe_failed(const struct fleet_pod *fp);

/* fleet_detail.c */
void fleet_detail_init(struct fleet_pod *fp);
void fleet_detail_close(struct fleet_pod *fp);
void fleet_detail_gone(struct fleet_pod *fp);
/* Once a second; `latency`: of its deliveries in it. */
void fleet_detail_second(struct fleet_pod *fp, const struct histogram *latency);
/* At the end of a run: what was counted in the second that ends at at_ns. */
void fleet_detail_end(struct fleet_pod *fp, int64_t at_ns);
/* At the end of a run, instead of its short list of figures. */
void fleet_detail_report(struct fleet_pod *fp);

/* fleet_replicas.c */
bool fleet_pod_counts(const struct fleet_pod *fp); /* runs, or only restarts its container */
void fleet_reconcile(struct fleet *f);             /* starts and stops what is due now */
void fleet_begin_rollout(void *fleet, void *unused);
void fleet_rebalance(struct fleet *f); /* once a second */

/* fleet_autoscale.c */
void fleet_autoscale_start(struct fleet *f);

/* fleet_control.c */
void fleet_control_start(struct fleet *f);
/* At the end of a run: what was counted since the last second ended. */
void fleet_control_end(struct fleet *f);

/* fleet_report.c */
void fleet_report(struct fleet *f);
/* Deliveries due for publishes on their way to the pods, or waiting for a loop. */
uint64_t fleet_pod_unhandled(const struct fleet_pod *fp);
uint64_t fleet_unhandled(const struct fleet *f);
uint64_t fleet_in_flight(const struct fleet *f); /* and those that are due and not made */

#endif
