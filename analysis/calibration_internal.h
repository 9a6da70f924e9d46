/* calibration_internal.h - shared by calibration_rows.c, calibration.c and calibration_edges.c. */
#ifndef PUSHSIM_ANALYSIS_CALIBRATION_INTERNAL_H
#define PUSHSIM_ANALYSIS_CALIBRATION_INTERNAL_H

#include "analysis/calibration.h"

/* Cells with fewer throttled periods tell the means; in the others queues amplify noise. */
#define CALIBRATION_AMPLE_SHARE 0.03

/* Median of those that are numbers; NAN when none is. count <= CALIBRATION_REPEATS. */
double calibration_median(const double *values, int count);

static inline bool calibration_throttled(const struct calibration_cell *cell)
{
    return cell->real[CALIBRATION_THROTTLED] > CALIBRATION_AMPLE_SHARE;
}

/* One simulation of a real run: its schedule, costs times its slowness to the power of host_power,
 * and random numbers of the model's own for each draw. */
void calibration_simulate(const struct calibration *c, const struct settings *s,
                          const struct calibration_cell *cell, int repeat, double host_power,
                          int draw, double out[CALIBRATION_METRICS]);

/* Sets c->host_power to what the runs' CPU time tells under the costs in `fit`. */
void calibration_host_power(struct calibration *c, const struct calibration_fit *fit);

#endif
