/* profile_errors.h - what a profile says of how well it knows: the joint errors of its parameters,
 * the host's paces, the ranges of the cells. Read back by experiments/run/parameter_draws.h and
 * fitted_ranges.h, which give the form.
 */
#ifndef PUSHSIM_ANALYSIS_PROFILE_ERRORS_H
#define PUSHSIM_ANALYSIS_PROFILE_ERRORS_H

#include <stdio.h>

#include "analysis/calibration.h"

#define PROFILE_PACES 17 /* quantiles of the runs' paces: every 6 % */

/* `noise-left`, `paces`, `best-pace` (pace_scale.h) and `parameters` below `fit`. Parameters are
 * those that the data tell: first those fitted together, then each that was found on its own
 * (connecting, memory, the host), whose error goes with no other's. */
void profile_errors_write(FILE *out, const struct calibration *c,
                          const struct calibration_fit *fit);

/* `ranges` below `provenance`. */
void profile_ranges_write(FILE *out, const struct calibration *c);

#endif
