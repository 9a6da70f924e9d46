/* calibration_scatter.h - how far chance alone takes the figures of a cell, by the model itself.
 *
 * Where demand nears the limit, or writes wait for acknowledgements that may or may not be late,
 * two runs of one schedule differ by a factor: the real ones, of which there are two or three, and
 * the simulated ones, of which a fit can afford no more. Such a figure must not weigh as one that
 * is always the same. Two real runs hardly tell their own spread; the model, once its costs are
 * about right, tells it for each cell. Weights of iteratively reweighted least squares, found once
 * and then held, so that the fit cannot buy a smaller residual with a wider spread.
 */
#ifndef PUSHSIM_ANALYSIS_CALIBRATION_SCATTER_H
#define PUSHSIM_ANALYSIS_CALIBRATION_SCATTER_H

#include "analysis/calibration.h"

#define SCATTER_DRAWS                                                                          \
    6 /* simulations of each real run, apart by the model's random numbers alone */

/* Sets `scatter` of each cell under the costs in `fit` (standard deviation of the logarithm of one
 * run; of the throttled share itself; at most 1), and `sigma` anew from it (calibration_weigh). */
void calibration_scatter(struct calibration *c, const struct calibration_fit *fit);

#endif
