/* fan_out.h - first byte, last byte and slope of a run's fan-outs, for both arms alike: of all of
 * them and of those that nothing disturbed.
 *
 * A real host has moods that last for seconds: while the other thread of the server's core or its
 * share of the cache is busy, the same fan-out takes a third to twice as long. What costs the
 * server itself has shows in the fan-outs that were through soonest: each arm's calm figures are
 * medians over the quarter of its measured fan-outs whose last byte came earliest after the
 * planned publish. Sorted by the last byte, because a client that wakes late moves its first byte
 * and not its last.
 */
#ifndef PUSHSIM_MODELS_FAN_OUT_H
#define PUSHSIM_MODELS_FAN_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "models/run_record.h"

#define FAN_OUT_CALM_SHARE 4 /* one in so many is calm, rounded up */

struct fan_out_time {
    int64_t first_ns, last_ns; /* first and last byte after the planned publish, ns */
    uint64_t received;         /* deliveries, >= 1 */
};

/* Writes delivery.first.p50 .p10, delivery.last.p50, delivery.slope .p50 .p10, and of the calm
 * ones delivery.first.calm and delivery.slope.calm (s); NAN without a fan-out, or for a slope
 * without one to two clients. Reorders the list. */
void fan_out_report(struct fan_out_time *list, size_t count, struct run_record *out);

#endif
