/* timeline.h - the series and events of one run, laid out by windows of equal length.
 *
 * A point of a per-second series belongs to the window that it closes; samples of queue depth and
 * events to the window they fall into. Counts are summed, latencies, depths and memory take the
 * largest of a window, levels (open connections, pods) the last. A window is a second, or more in
 * runs whose series are coarser. What a run's arm does not record stays NAN (levels) or 0 (counts).
 */
#ifndef PUSHSIM_ANALYSIS_TIMELINE_H
#define PUSHSIM_ANALYSIS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/run_record.h"

struct timeline_window {
    double p50, p95, p99;  /* of its deliveries, s; NAN: none */
    double depth;          /* messages a connection, mean over connections; NAN: not sampled */
    double served;         /* connections open at the server (real arm: at the client) */
    double open;           /* as the clients see it; where only the other is known, that */
    double memory;         /* of all pods, bytes; NAN: not known */
    double cpu, throttled; /* of all pods, s; `throttled` NAN: not known */
    double running, ready; /* pods; NAN: not a fleet */
    double left;           /* of the disconnects in it: clients that wanted to */
    double reconnects, disconnects, write_timeouts, drops, connects_failed; /* counts */
    double probes_failed; /* of processes that had been ready */
    double killed;        /* processes that died: oom, crash, exit, liveness */
};

struct timeline {
    int64_t step_ns;                 /* of a window: whole seconds, >= 1 s */
    size_t count;                    /* windows from time 0 on */
    struct timeline_window *windows; /* in their order; owned */
    bool starved;                    /* no delivery in any of them, although it was due */
};

/* Windows up to end_ns (> 0). What comes later has no window, but its latencies tell how late
 * windows without any delivery were before it. */
void timeline_init(struct timeline *t, const struct run_record *r, int64_t end_ns);
void timeline_close(struct timeline *t);

#endif
