/* host_pace_spells.h - how long a host that is slow stays so: two covariances of its pace within a
 * run.
 *
 * Samples of host_pace.h are joined to means of HOST_PACE_BIN_NS. Two bins a little apart go
 * together while a spell lasts and less the farther apart they are; a bin by itself would tell the
 * samples' own scatter. In 40 runs of 6 s (Intel Xeon guest, 2026-11-27) the covariance is 0.017
 * of the mean's square 100 ms apart, 0.011 at 200, 0.005 at 400 and none at 800: some 13 % up or
 * down for a quarter of a second. A throttled server that is slow for the length of two publishes
 * is behind for both, so it matters more than as much scatter of each for itself (cost_noise.h).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_SPELLS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_HOST_PACE_SPELLS_H

#include <stddef.h>
#include <stdint.h>

#define HOST_PACE_BIN_NS  50000000
#define HOST_PACE_NEAR_NS 100000000 /* between the bins of the first covariance */
#define HOST_PACE_FAR_NS  300000000 /* of the second */

struct host_pace_spells { /* zeroed: no samples */
    struct {
        double sum;         /* of its samples, ns a step */
        size_t samples;     /* how many */
    } * bin;                /* from the first sample on; owned */
    size_t count, capacity; /* bins begun; allocated */
    int64_t origin_ns;      /* time of the first sample */
};

void host_pace_spells_close(struct host_pace_spells *spells);
/* A sample (> 0) of any unit at a time not before the one before. */
void host_pace_spells_add(struct host_pace_spells *spells, int64_t at_ns, double pace);
/* Covariance of two bins that far apart (a multiple of the bin), over the mean's square; the mean
 * is the run's own, so spells as long as the run do not show. NAN: too short for one pair. */
double host_pace_spells_covariance(const struct host_pace_spells *spells, int64_t apart_ns);

#endif
