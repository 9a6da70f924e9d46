/* second_counts.h - what went wrong in each second, for the series: counted, not sampled.
 *
 * Series drops, disconnects, write_timeouts (connections), connects.failed (attempts): the number
 * since the last point; a second without any has no point. What a range of connections drops is
 * counted when its turn begins: some milliseconds early for its last ones. Disconnects are those that nobody
 * wanted: all causes but a client that left.
 */
#ifndef PUSHSIM_MODELS_SECOND_COUNTS_H
#define PUSHSIM_MODELS_SECOND_COUNTS_H

#include <stdint.h>

#include "models/clients.h"
#include "models/run_record.h"

struct second_counts { /* since the start of the run */
    uint64_t drops;
    uint64_t disconnects;
    uint64_t write_timeouts;
    uint64_t connects_failed;
};

/* The counts now are `clients` and `drops`; writes what was added since *seen, and keeps them. */
void second_counts_record(struct second_counts *seen, const struct clients_counters *clients,
                          uint64_t drops, int64_t now_ns, struct run_record *out);

#endif
