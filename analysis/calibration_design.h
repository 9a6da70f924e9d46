/* calibration_design.h - which runs tell the costs of a server that nobody has measured yet.
 *
 * Two experiments, as text of an experiment file (experiments/run/config.h). The pilot measures
 * with ample CPU what a publish and a delivery cost roughly. From that the design proper chooses
 * rates (so that the CPU is loaded to a known share) and limits (a multiple of the demand):
 *
 *   few, some, many clients at ample limits   publish against delivery, enqueue against write
 *   high and low rates                        what time off the CPU makes cold; with some clients
 *                                             from seldom to half of the CPU, what is due to each
 *                                             message at any rate (acknowledgements)
 *   100 B against 4 KiB                       bytes; with few and many clients, seldom and often,
 *                                             how many of them stay in caches and for how long
 *   limits at 2.5, 1.2 and 0.7 of the demand  what time off the CPU makes cold in the middle of a
 *                                             fan-out (many clients, seldom), iteration, noise
 *   limits at half of the demand              wake-up against item: a late server takes several
 *                                             messages in one wake-up
 *   a burst                                   queues that build up and drain
 *   the first part of a run                   of a program that is compiled while it runs: CPU time
 *                                             alone, its latencies are not measured
 *   connecting, closing, backlog of each run  handshake, disconnect, memory (replay.h: setup.*,
 *                                             teardown.*, backlog.*)
 *
 * The client counts are uneven numbers on purpose: cells that others ask about stay held out.
 */
#ifndef PUSHSIM_ANALYSIS_CALIBRATION_DESIGN_H
#define PUSHSIM_ANALYSIS_CALIBRATION_DESIGN_H

#include <stdbool.h>

#include "experiments/run/store.h"
#include "models/parameters.h"

/* All recipes, or only those of rough costs (--quick). */
enum design_size { DESIGN_FULL, DESIGN_QUICK };

struct design_request {
    int loop;               /* of the server, enum loop_kind; -1: nobody has said */
    int hops;               /* 0..4, where the loop is known */
    bool speaks[PROTOCOLS]; /* at least one */
    bool beats[PROTOCOLS];  /* heartbeats, as often as it is told */
    enum design_size size;  /* how much it asks for */
    double budget_s;        /* for the design proper, > 0 */
};

struct design_costs {   /* CPU time, ns */
    double publish_ns;  /* one publish without its deliveries */
    double delivery_ns; /* one delivery of 100 B */
};

/* The pilot's experiment file; the caller frees it. */
char *calibration_pilot(const struct design_request *request);
/* Reads what the pilot, stored as experiment `name`, has measured. ERR_STATE: a protocol lacks
 * a run that is sound. */
int calibration_pilot_read(const struct design_request *request, struct store *store,
                           const char *name, struct design_costs costs[PROTOCOLS],
                           struct error *err);
/* The design's experiment file; the caller frees it. Leaves cells out, the less telling first,
 * where the budget is too small for all; repeats them where it is larger. */
char *calibration_design(const struct design_request *request,
                         const struct design_costs costs[PROTOCOLS]);

#endif
