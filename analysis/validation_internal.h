/* validation_internal.h - what the judging of the prediction and that of a real run share. */
#ifndef PUSHSIM_ANALYSIS_VALIDATION_INTERNAL_H
#define PUSHSIM_ANALYSIS_VALIDATION_INTERNAL_H

#include "analysis/validation.h"

/* All but coverage and width, into zeroed scores; p50, p95 and p99 against VALIDATION_ERROR
 * alone. */
void validation_score_cells(struct validation_score *scores, const struct cells *cells,
                            const struct slo_params *slo);
/* Fills run, turns and turn_cells. */
void validation_judge_runs(struct validation *v, const struct cells *cells,
                           const struct slo_params *slo);
/* NAN of none; sorts the values and frees them. */
double validation_take_median(struct sample *s);

#endif
