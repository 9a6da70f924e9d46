/* replay_internal.h - the state of one run of the real arm (replay.c), where it takes place
 * (replay_place.c), its record (replay_record.c) and what its clients cost to connect and close
 * (replay_edges.c).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_INTERNAL_H

#include <sched.h>
#include <uv.h>

#include "experiments/replay/cgroup.h"
#include "experiments/replay/client.h"
#include "experiments/replay/faults.h"
#include "experiments/replay/host_pace.h"
#include "experiments/replay/player.h"
#include "experiments/replay/publisher.h"
#include "experiments/replay/replay.h"
#include "experiments/replay/sampler.h"
#include "experiments/replay/self_check.h"
#include "experiments/replay/server_process.h"
#include "experiments/replay/server_stats.h"

#define STATS_PATIENCE_MS 10000 /* for the server's answer to a question about its counters */

struct replay {
    const struct parameters *p;           /* borrowed, as the next three */
    const struct schedule *s;             /* what is played */
    const struct server_spec *spec;       /* against whom */
    const struct replay_options *options; /* how */
    struct run_record record;             /* its figures; replay_run's `out` at the end */
    int server_cpu, client_cpu, port;     /* CPU numbers; of 127.0.0.1 */
    cpu_set_t cpus_before;                /* that this thread might use before the run */
    struct cgroup group;                  /* the server's; removed at the end */
    struct server_start start;            /* how the server is started */
    /* What its first process is told: initial clients connect freely. */
    struct parameters first;
    struct server_process server;                       /* the one that runs, or ran last */
    struct endpoint publish, subscribe, stats, message; /* its URLs */
    uv_loop_t loop;                                     /* of all that the load client does */
    uv_timer_t watch;                /* wakes the loop so that conditions are looked at */
    struct client_pool clients;      /* who subscribes */
    struct client_messages messages; /* what they send */
    struct publisher publisher;      /* who publishes */
    struct player player;            /* the schedule's next action, at its time */
    struct sampler sampler;          /* a look at everything once a second */
    struct delivery_log log;         /* what became of each message */
    struct self_check check;         /* whether the measurement is sound */
    struct host_pace pace;           /* the CPU's and the memory's, beside it */
    struct faults faults;            /* deploys and crashes that are asked for */
    struct cgroup_usage edge;        /* before the first client connects */
    struct { /* garbage collected before the run; NAN: the server does not say */
        double full, pause_s; /* full collections; their pauses together */
    } collected;
    uint32_t asked;         /* initial clients whose connect was started */
    bool misnamed;          /* its description names counters that it does not tell */
    struct error uncounted; /* why the server's counters do not serve yet */
    struct error *err;      /* of replay_run; borrowed */
};

/* Time of the run, ns from time 0. */
static inline int64_t replay_now(const struct replay *r)
{
    return client_pool_time_ns(&r->clients);
}

typedef bool replay_condition_fn(struct replay *r);

/* replay.c */
/* Runs the loop until the condition holds (true), or patience is out or we are interrupted
 * (false). */
bool replay_run_until(struct replay *r, replay_condition_fn *holds, int64_t patience_ms);
/* The limits that the parameters ask for; without the quota while clients connect freely. */
struct cgroup_limits replay_limits(const struct parameters *p, bool with_quota);
/* Runs the loop and does nothing for so long. */
void replay_idle(struct replay *r, int64_t ms);

/* replay_connect.c */
/* Connects the initial clients and the publisher, waits until the server counts them all, and sets
 * the limit. ERR_STATE with the cause. */
int replay_connect(struct replay *r);
/* ERR_STATE: it ended, and no fault of the experiment's or limit of its memory did it. */
int replay_check_alive(struct replay *r);

/* replay_place.c */
/* The first two CPUs that we may use; both the same when there is only one. */
void replay_choose_cpus(struct replay *r);
/* The client goes before whatever else wants its CPU, where we may ask for that (CAP_SYS_NICE): it
 * must not wait for a tick when a publish is due. */
void replay_go_first(bool first);
/* As many descriptors as this process may have; the server inherits them. */
void replay_raise_descriptors(void);
/* A free port, and the URLs there. ERR_INVALID: the server's description lacks one. */
int replay_find_endpoints(struct replay *r);
/* ERR_STATE: somebody listens there before the server is started. */
int replay_check_free(struct replay *r);

/* replay_edges.c */
/* Before the first connect; when all are connected and quiet; closes them. */
void replay_edge_begin(struct replay *r);
void replay_edge_connected(struct replay *r);
void replay_edge_close(struct replay *r);

/* replay_record.c */
/* Writes all figures of a run that was made into r->record. */
void replay_record(struct replay *r);

#endif
