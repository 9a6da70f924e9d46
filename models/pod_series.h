/* pod_series.h - the series of one pod by second, alone or in a fleet.
 *
 * cpu.used, cpu.throttled (s of CPU time since the last point), cpu.throttled_share (of the
 * periods since; none without a period), memory (B, of a process that starts too), connections and
 * clients.open, where WebSockets wait for each other connections.closing and clients.closing,
 * reconnects, replayed (where there are replays), and what went wrong (second_counts.h).
 */
#ifndef PUSHSIM_MODELS_POD_SERIES_H
#define PUSHSIM_MODELS_POD_SERIES_H

#include "models/pod.h"
#include "models/second_counts.h"

struct pod_series {                /* at the last point; begins as 0 */
    struct cpu_counters cpu;       /* of its cgroup */
    uint64_t reconnects, replayed; /* of its clients; messages; since the start of the run */
    struct second_counts counted;  /* what went wrong until then */
};

/* The points of now; `clients`: those of this pod. */
void pod_series_record(struct pod_series *s, const struct pod *pod,
                       const struct clients_book *clients, int64_t now_ns,
                       struct run_record *record);
/* Only what went wrong since: of a pod that is gone. */
void pod_series_counts(struct pod_series *s, const struct pod *pod,
                       const struct clients_book *clients, int64_t now_ns,
                       struct run_record *record);
/* At the end of a run: what was counted in the second under way, of which at_ns is the end. */
void pod_series_end(struct pod_series *s, const struct pod *pod,
                    const struct clients_book *clients, int64_t now_ns,
                    struct run_record *record);

#endif
