/* pace_scale.h - are the paces of real runs and of a profile on one scale?
 *
 * host.pace is the time of a step of some machine code on this host (host_pace_loop.h): it can be
 * set beside another one only where code and host are the same. What tells is the fastest sample
 * of each run (host.pace.best), a step with nobody beside: runs that share a scale agree in it to
 * some 4 %, however busy the neighbour is in the mean; but where the whole machine rests, the
 * core's clock is faster, and the pace with it (Intel Xeon, 2026-11-27: 17 of 72 runs within a
 * quarter of an hour at 0.78 to 0.86 ns, all others at 0.90). calibrate writes the median of its
 * runs into the profile as fit.best-pace.
 */
#ifndef PUSHSIM_ANALYSIS_PACE_SCALE_H
#define PUSHSIM_ANALYSIS_PACE_SCALE_H

#include "experiments/run/store.h"

#define PACE_SCALE_OFF 0.05 /* relative: beyond, a run's scale is another one */
#define PACE_SCALE_ANY 0.1  /* share of the runs: fewer may have had a neighbour all the time */

struct pace_scale {
    double profile_ns; /* fit.best-pace; 0: the profile does not tell */
    size_t runs, off;  /* real runs that tell theirs; those of them on another scale */
    double off_ns;     /* median of those; 0: none */
};

/* Of the runs of experiment `name` that are done. Without fit.best-pace none is off. ERR_IO;
 * ERR_INVALID: fit.best-pace is no time above 0. */
int pace_scale_read(struct pace_scale *scale, struct store *store, const char *name,
                    const char *profile, struct error *err);
/* Are so many off that something other than a busy neighbour must be why? */
bool pace_scale_differs(const struct pace_scale *scale);

#endif
