/* client_share.h - how much of a cell's measured latency is the load client's own time.
 *
 * Every run has the client's floor beside its figures (experiments/replay/client_floor.h): its own
 * first delivery, which a median latency holds, and its CPU time for a delivery, which the time
 * between two neighbours of a fan-out holds. A cell is judged by the median over all of its tries,
 * the rejected ones too, and not run by run: to reject the runs whose latency is low, and to make
 * them again, would leave a cell near the bound with what is left of its upper half. Above a bound
 * the cell's latencies are left out of every comparison; CPU, throttling and drops stay. Of the
 * three wake-ups in the floor (ours, the null server's, ours again) one is the server's.
 */
#ifndef PUSHSIM_ANALYSIS_CLIENT_SHARE_H
#define PUSHSIM_ANALYSIS_CLIENT_SHARE_H

#include <stdbool.h>

#include "analysis/sample.h"

#define CLIENT_SHARE_FIRST 0.50 /* floor.first of delivery.p50, at most */
#define CLIENT_SHARE_STEP  0.90 /* floor.step of delivery.slope, at most */

struct client_share {          /* of a cell; {0} at first */
    struct sample first, step; /* a try each: the client's share of p50, of slope, 0..; owned */
    bool left_out;             /* a median is above its bound, or was */
};

struct client_times {      /* of the try whose figures come in */
    double p50_s, slope_s; /* delivery.p50, delivery.slope; NAN: not yet */
};

void client_times_init(struct client_times *times);
/* Takes a metric of a try. A try's metrics must come in the order of their names, as from a store. */
void client_share_add(struct client_share *share, struct client_times *times,
                      const char *metric, double value);
/* Sorts, judges by all that was added, and returns left_out, which stays once it is true. Where no
 * try tells the client's floor (rows from before it was measured) nothing is left out. */
bool client_share_judge(struct client_share *share);
void client_share_close(struct client_share *share);

#endif
