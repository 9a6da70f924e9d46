/* plan_text.h - the plan of an experiment that a test holds as text. */
#ifndef PUSHSIM_TESTS_SUPPORT_PLAN_TEXT_H
#define PUSHSIM_TESTS_SUPPORT_PLAN_TEXT_H

#include "experiments/run/plan.h"
#include "tests/support/scratch_file.h"

/* Writes it into the directory, where profiles and traces that it names lie, as x.yaml; loads it
 * with `overrides` of --set (0: o may be NULL) and plans it. Aborts with the cause where that does
 * not work. The caller closes the plan, then the experiment. */
void plan_text(const struct scratch *scratch, const char *yaml, const struct override *o,
               size_t overrides, struct experiment *e, struct plan *plan);

#endif
