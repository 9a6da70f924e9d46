/* calibration_stage.h - one stage of the fit: some parameters are varied until the simulated cells
 * are as the real ones, others are held.
 *
 * Residuals, in spreads: of each cell every figure that the stage wants and that was measured, as
 * the logarithm of simulated over real (the throttled share: the difference), softened beyond a
 * few spreads (pseudo-Huber) so that one disturbed run bends nothing; then one for each parameter,
 * which draws it weakly to what one would guess without any data.
 *
 * What all cells have alike in a quantile may be the model's shape and no cost: tails that are too
 * light would be made up for by costs that are too dear, and CPU time, which is known best, be
 * wrong. So a quantile's distances count from what they have alike, ample and throttled apart;
 * that is drawn to 0 by an error of its own, so of few or rough cells little is told. (A nuisance
 * parameter, estimated within each evaluation: for given costs a weighted mean, in one step from 0
 * where it is softened.) It is told, not used: no prediction is corrected by it. With it CPU time
 * of Node's held-out cells lay 4.3 % off, without it 5.4; of FastAPI's 4.4 and 4.1 (root mean
 * square, Intel Xeon, 2026-11-27).
 */
#ifndef PUSHSIM_ANALYSIS_CALIBRATION_STAGE_H
#define PUSHSIM_ANALYSIS_CALIBRATION_STAGE_H

#include "analysis/calibration_internal.h"

/* Of a fit of quantiles, which move in single steps of a simulation: difference quotients wider
 * than such a step, and no more iterations than bring it to the end of its hollow. */
#define CALIBRATION_ROUGH_STEP       0.05
#define CALIBRATION_ROUGH_ITERATIONS 20
/* What errors are told from is wider: other arrivals of interference, or another message that is
 * the 99th of a hundred, move a figure further than 5 % of a cost do. Of made rows (9 cells, two
 * runs each) interference.rate was said to be known to 0.14 that lies 0.5 off, sse.wake and
 * sse.write to 0.13 and 0.16 that lie 0.26 and 0.27 off (28 sets); by this step they are known to
 * 0.45, 0.20 and 0.19 (four of these). */
#define CALIBRATION_ERROR_STEP 0.3

struct calibration_stage {                 /* all pointers borrowed */
    const struct calibration *calibration; /* the cells, and how they are simulated */
    struct fit_parameter *parameters;      /* `count` that are fitted; start in, estimate out */
    size_t count;                          /* with the factor, if levelled */
    const double *expected;           /* `count`: what one would guess without any data, > 0 */
    const struct fit_parameter *held; /* `held_count` that keep their start value */
    size_t held_count;                /* 0: none is */
    bool quantiles;                   /* p95, p99 and throttled cells too */
    bool levelled; /* the last parameter is no option: a factor of all held costs of CPU time */
};

/* Whether an option is CPU time that something costs: a slower server has more of each. */
bool calibration_is_level(const char *option);

/* How many figures it is to meet. */
size_t calibration_stage_figures(const struct calibration_stage *stage);

/* What its cells have alike under the parameters' estimates: calibration_fit's. */
void calibration_stage_alike(const struct calibration_stage *stage,
                             double alike[2][CALIBRATION_METRICS]);

/* Fits: estimates and errors are in stage->parameters. step: of the difference quotients, relative;
 * iterations: at most so many. Errors as least_squares_fit; *result is unchanged on error. */
int calibration_stage_fit(struct calibration_stage *stage, double step, size_t iterations,
                          struct fit_result *result, struct error *err);

/* Looks for the least sum of squares without slopes (simplex_search.h), the first simplex `width`
 * wide, in so many steps at most: estimates are in stage->parameters, no errors. */
void calibration_stage_search(struct calibration_stage *stage, double width, size_t steps);

/* The same as calibration_stage_fit for the last stage, of all parameters and in rough steps,
 * which also says how the errors of the costs go together (covariance: count x count, of the
 * logarithms), and of each cell of c how much of its CPU time it has taken from itself
 * (leverage, 0..1). c is the stage's calibration. */
int calibration_stage_fit_last(struct calibration *c, struct calibration_stage *stage,
                               double *covariance, struct fit_result *result,
                               struct error *err);

#endif
