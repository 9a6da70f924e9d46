/* calibration.h - fits the model's cost parameters to rows that a real server left in a store.
 *
 * The model itself is the regression function: each real run is simulated with the very schedule
 * that it played (same seed and replication), and the logarithms of the ratios sim / real, each in
 * units of the real server's own spread, are the residuals of a least-squares fit (GSL). Two
 * stages: the mean costs from the figures that the means decide, then all parameters from the
 * quantiles as well, with common random numbers. A residual beyond a few spreads counts less than
 * its square (pseudo-Huber): one run that the host has disturbed must not bend the costs.
 *
 * The host is not the same from minute to minute: what its neighbours do to the shared cache and
 * memory shows in host_speed.h's figure, and each run is simulated with costs that are dearer or
 * cheaper by a power of it. The profile describes the host as it mostly was, and how far the CPU
 * time of single runs lies from that (cost.host-noise): each replication of a prediction draws a
 * host of its own.
 *
 * What connecting, closing and holding clients costs is not part of that: straight lines over
 * the client count say it, of a host of middling speed as well (calibration_edges.c).
 */
#ifndef PUSHSIM_ANALYSIS_CALIBRATION_H
#define PUSHSIM_ANALYSIS_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/calibrated.h"
#include "analysis/least_squares.h"
#include "experiments/run/plan.h"
#include "experiments/run/store.h"

enum calibration_metric {
    CALIBRATION_CPU,       /* CPU time used, s */
    CALIBRATION_FIRST,     /* first delivery of a publish, median, s */
    CALIBRATION_SLOPE,     /* between two neighbours of a fan-out, median, s */
    CALIBRATION_P50,       /* delivery latency, s */
    CALIBRATION_P95,       /* the same */
    CALIBRATION_P99,       /* the same */
    CALIBRATION_THROTTLED, /* share of throttled periods, 0..1 */
    CALIBRATION_BESIDE,    /* CPU time used by other threads than Node's event loop, s */
    CALIBRATION_METRICS
};

/* Of a real run; replay.h says what they are. */
enum calibration_edge {
    EDGE_SETUP_CPU,           /* s */
    EDGE_MEMORY_BEFORE,       /* bytes */
    EDGE_MEMORY,              /* bytes */
    EDGE_TEARDOWN_CPU,        /* s */
    EDGE_BACKLOG,             /* messages */
    EDGE_BACKLOG_MEMORY,      /* bytes */
    EDGE_HOST_BEFORE,         /* s, host_speed.h: one read of memory */
    EDGE_HOST_AFTER,          /* s, the same */
    EDGE_HOST_PACE,           /* s, host_pace.h: a step of work while it ran */
    EDGE_HOST_BEST,           /* s, of its fastest sample */
    EDGE_HOST_READ,           /* s, the same: a read of memory beyond the caches */
    EDGE_HOST_NEAR,           /* host_pace_spells.h; may be negative */
    EDGE_HOST_FAR,            /* the same */
    EDGE_GC_THRESHOLD,        /* from here on the server's own, fastapi_server.py */
    EDGE_GC_LIVE,             /* objects before the first client */
    EDGE_GC_ALLOCATED,        /* objects counted by then since the last full collection */
    EDGE_GC_CONNECTED,        /* objects counted from then to the first publish */
    EDGE_GC_CONNECT_PAUSE,    /* s, of full collections before the first publish */
    EDGE_GC_PUBLISH,          /* objects counted in EDGE_GC_PUBLISHES publishes */
    EDGE_GC_FULL,             /* full collections */
    EDGE_GC_FULL_PAUSE,       /* s, of all of them */
    EDGE_GC_FULL_SUBSCRIBERS, /* subscribers there were, summed over them */
    EDGE_GC_PUBLISHES,        /* to empty queues, each after one with a collection */
    EDGE_GC_SPACE,            /* from here on node_server.js: bytes of a semi-space */
    EDGE_GC_CONNECT_COPIED,   /* bytes that survived scavenges before the first publish */
    EDGE_GC_YOUNG,            /* scavenges since then, as the next three */
    EDGE_GC_YOUNG_PAUSE,      /* s, of all of them */
    EDGE_GC_YOUNG_COPIED,     /* bytes that survived them */
    EDGE_GC_YOUNG_ALLOCATED,  /* bytes of the young generation */
    EDGE_SERVER_PUBLISHED,    /* publishes that it got */
    EDGE_SERVER_SENT,         /* messages that it wrote */
    EDGE_DELIVERED,           /* messages */
    EDGE_DUE,                 /* these and those that did not come */
    CALIBRATION_EDGES
};

/* A server's costs go with about this power of the time that a read of memory takes. From the
 * rows in data/measured/fastapi-uvicorn-calibration.sql: 1.4 times the costs at 3.1 times the time.
 * Each calibration finds its own; where its runs tell little, it stays near this one. */
#define CALIBRATION_HOST_POWER 0.3
/* The same of the times that are taken while it runs (host_pace.h), which are used where all runs
 * have them: of a step of work; of a read of memory beyond the caches. Seven calibrations of three
 * servers, repeats of a cell set beside each other at as many publishes (Intel Xeon, 2026-11-27,
 * 514 runs): FastAPI 0.68 +- 0.05 and 0.31 +- 0.09, nginx 0.69 +- 0.10 and 0.69 +- 0.20, Node 0.71
 * +- 0.06 and 0.33 +- 0.13. */
#define CALIBRATION_PACE_POWER 0.7
#define CALIBRATION_READ_POWER 0.35

#define CALIBRATION_REPEATS 16 /* real runs of one point that are used, at most */

struct calibration_cell {
    const struct plan_point *point;                         /* borrowed */
    int repeats;                                            /* real runs used, 1.. */
    int64_t replication[CALIBRATION_REPEATS];               /* their numbers, from 1 */
    double value[CALIBRATION_METRICS][CALIBRATION_REPEATS]; /* NAN: not measured */
    double edge[CALIBRATION_EDGES][CALIBRATION_REPEATS];    /* NAN: not measured */
    double leverage; /* share of the CPU time's residual that the fit has taken from the cell
                        itself, 0..1; 0: no fit yet */
    double slowness[CALIBRATION_REPEATS]; /* the host's pace, or a read of its memory before
                                             and after, over the median of all runs; 1: not
                                             measured */
    double reading[CALIBRATION_REPEATS];  /* the same of a read while it ran */
    double real[CALIBRATION_METRICS];     /* median over repeats; NAN: not measured */
    /* of one simulated run (calibration_scatter.h); 0: not yet known */
    double scatter[CALIBRATION_METRICS];
    /* of the log of real over simulated medians (throttled: of the shares' difference); of CPU
     * time, of a delivery's at one pace */
    double sigma[CALIBRATION_METRICS];
};

#define CALIBRATED_KNOWN_MAX 20

struct calibration {
    const struct plan *plan;        /* borrowed */
    struct calibration_cell *cells; /* in the plan's order; owned */
    size_t cell_count;              /* points with at least one real run */
    int64_t runs;                   /* real runs used */
    int draws;                      /* simulations for each real run, >= 1 */
    int jobs;                       /* threads that simulate, >= 1; no result hangs on it */
    double host_power, read_power;  /* of slowness and reading, for the costs; 0..2 */
    double host_error, read_error;  /* standard errors of the two */
    double pace_s;                  /* median of the runs' host.pace; 0: not all have it */
    double read_s;                  /* the same of host.memory_pace; 0 also without pace_s */
    double best_pace_s;             /* the same of host.pace.best (pace_scale.h) */
    int loop, hops;                 /* the server's, instead of the plan's; -1 = the plan's */
    /* garbage collection, the host's spells: told before the fit, every simulation has them */
    struct calibrated known[CALIBRATED_KNOWN_MAX];
    size_t known_count; /* 0: nobody tells of any */
};

/* Takes the real runs of experiment `name` that are done. ERR_INVALID when there is none. */
int calibration_collect(struct calibration *c, const struct plan *plan, struct store *store,
                        const char *name, struct error *err);
void calibration_close(struct calibration *c);

#define CALIBRATED_MAX (LEAST_SQUARES_MAX + 12 + CALIBRATED_KNOWN_MAX)

struct calibration_fit {
    struct calibrated options[CALIBRATED_MAX]; /* what the runs told, one after another */
    size_t count;                              /* of them */
    size_t joint;                              /* the first of them, fitted together */
    /* joint x joint, of the logarithms of their estimates; 0 for one that the data do not tell: it
     * is held */
    double covariance[LEAST_SQUARES_MAX * LEAST_SQUARES_MAX];
    /* of cost.host-noise, what is no error of the fitted costs, 0..1; 0: not told */
    double noise_left;
    struct fit_result means, quantiles; /* how each of the two stages ended */
    /* logarithm of simulated over real that the cells have alike, ample and throttled, as far as
     * it is told (calibration_stage.h); 0: not at all */
    double alike[2][CALIBRATION_METRICS];
    size_t residuals; /* in the second */
};

/* Fits; starts from the plan's own settings; sets c's powers of the host. ERR_INVALID, ERR_STATE as
 * least_squares_fit. */
int calibration_run(struct calibration *c, struct calibration_fit *fit, struct error *err);

/* For a server of which nobody has said how its loop works: fits the means with each of
 * node, uvloop and asyncio and sets c->loop and c->hops to those that fit best for their number of
 * parameters. nginx and threads must be told. Errors as calibration_run. */
int calibration_choose_loop(struct calibration *c, struct error *err);

/* Sets c->known from what the server has counted of its collections (calibration_gc.c), or of the
 * scavenges of its young generation (calibration_young.c). */
void calibration_gc(struct calibration *c);

/* Adds to `fit` what the edges of the runs tell (handshake, disconnect, memory), as far as they
 * were measured, and c->known. */
void calibration_edges(const struct calibration *c, struct calibration_fit *fit);

/* Adds cost.host-noise: how far the runs' CPU time lies from what costs fitted without their cells
 * say (calibration_host.c): of a host of the pace that was measured beside each run, where it was,
 * which makes cost.host-pace, -power and -memory-*, too; else of a host of middling speed. That
 * holds what two runs of one cell differ by and what the model gets wrong of cells that it was not
 * fitted to. */
void calibration_host_noise(const struct calibration *c, struct calibration_fit *fit);

/* The simulated value of every metric in a cell under the fitted options (medians over the real
 * runs' schedules), for tables of residuals. */
void calibration_predict(const struct calibration *c, const struct calibration_fit *fit,
                         const struct calibration_cell *cell, double out[CALIBRATION_METRICS]);

/* Settings of a cell with the loop and the fitted options. */
void calibration_settings(const struct calibration *c, const struct calibration_fit *fit,
                          const struct calibration_cell *cell, struct settings *out);

const char *calibration_metric_name(enum calibration_metric metric); /* as in the store */

/* Why no fit varies this option for a server of this kind; NULL: there is no reason. */
const char *calibration_unfitted(const char *option, enum loop_kind loop, int64_t hops);

#endif
