/* second_counts.h - what went wrong in each second, for the series: counted, not sampled.
 *
 * Series drops, lost (messages), disconnects, write_timeouts (connections), connects,
 * connects.failed (attempts begun, failed), oom, restarts (processes): the number since the last
 * point; a second without any has no point. What a range of connections drops is counted when its
 * turn begins: some milliseconds early for its last ones. Disconnects are of all causes, clients
 * that left too; disconnects.<cause> has each cause. connects.failure_rate: of the attempts that
 * ended in the second, the share that failed (0..1; no point where none ended): its figure is over
 * the attempts begun in the whole run. slow_consumers is the number at the last sample, while there
 * are any.
 */
#ifndef PUSHSIM_MODELS_SECOND_COUNTS_H
#define PUSHSIM_MODELS_SECOND_COUNTS_H

#include <stdint.h>

#include "models/clients.h"
#include "models/run_record.h"

struct second_totals {            /* since the start of the run, of all pods */
    uint64_t drops, lost;         /* messages */
    uint64_t oom_kills, restarts; /* of processes */
    uint64_t slow;                /* consumers, at the last sample */
};

struct second_counts {                    /* at the last point */
    struct second_totals totals;          /* since the start of the run, as all counts here */
    uint64_t disconnects;                 /* connections that ended */
    uint64_t by_cause[DISCONNECT_CAUSES]; /* the same, by cause */
    uint64_t write_timeouts;              /* connections that one ended */
    uint64_t connects, connects_failed,
        connects_opened; /* attempts begun, failed, got through */
};

/* The counts now are `clients` and `totals`; writes what was added since *seen, and keeps them. */
void second_counts_record(struct second_counts *seen, const struct clients_counters *clients,
                          const struct second_totals *totals, int64_t now_ns,
                          struct run_record *out);

#endif
