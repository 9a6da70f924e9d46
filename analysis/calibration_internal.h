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

#endif
