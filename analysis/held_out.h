/* held_out.h - a cell that a profile was fitted to proves nothing about it. */
#ifndef PUSHSIM_ANALYSIS_HELD_OUT_H
#define PUSHSIM_ANALYSIS_HELD_OUT_H

#include "experiments/run/plan.h"

/* Is every point of the plan outside what the profile lists in fit.cells (by scenario_key.h)?
 * ERR_INVALID: it names the point that is not, or the profile says nothing of what it was fitted
 * to. */
int held_out_check(const struct plan *plan, const char *profile, struct error *err);

#endif
