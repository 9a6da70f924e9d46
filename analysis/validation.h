/* validation.h - how far the simulator is from the real server, in units of how far the real
 * server is from itself.
 *
 * A cell counts when both arms have it; its real latencies do not where too much of them is the
 * load client's own time (client_share.h). Its figure is the median over its runs; the prediction
 * is an interval too, sample_low to sample_high of the replications. Distances of latencies are
 * logarithms of ratios, so that half and double weigh the same.
 *
 *   error of p50, p95, p99   median over cells of |ln(sim/real)|, at most VALIDATION_FACTOR times
 *                            the median of |ln(real/real)| over all pairs of repeats of all cells,
 *                            or VALIDATION_ERROR, whichever is larger
 *   worst cell               greatest |ln(sim/real)| of p50, p95, p99: below VALIDATION_WORST
 *   throttled-period share   within VALIDATION_THROTTLED in every cell
 *   drops                    within VALIDATION_DROP_SHARE or VALIDATION_DROPS in every cell
 *   CPU used                 within VALIDATION_CPU in every cell
 *   verdict                  the same (holds, bends, breaks) in every cell
 *   coverage                 share of the repeats' p50, p95, p99 within the prediction's interval;
 *                            its standard error counts cells, not figures: those of one cell are
 *                            within or outside together
 *   width                    median over cells and figures of ln(high/low) of the intervals, by
 *                            that of the real server: 3.29 standard deviations of ln over the
 *                            repeats, which is as wide an interval of a normal distribution
 *
 * The yardstick of all but the last two: what one more run of the real server would have scored.
 * Each repeat in turn (the same number in every cell; where a cell has fewer, from its first on
 * again) is put in the prediction's place and judged by the others, by the same rules and targets,
 * in the cells that have two repeats and a prediction; the median over these turns is told. Mind
 * that the prediction is judged by the median of n repeats and a run by that of n - 1; that a run
 * is one draw where the prediction is a median over replications, so that a perfect one scores
 * better than a run; and that the prediction is told the host's paces beside the runs
 * (host_paces.h), while a run had its own. A run is no interval, so coverage and width have no
 * such figure.
 *
 * And a harder one: the median of half a cell's repeats in the prediction's place, judged by the
 * other half; the median over 500 random splits. It is a median too, of as many runs as judge it;
 * mind that the prediction is judged by all of them.
 */
#ifndef PUSHSIM_ANALYSIS_VALIDATION_H
#define PUSHSIM_ANALYSIS_VALIDATION_H

#include <stdio.h>

#include "analysis/cells.h"
#include "models/parameters.h"

#define VALIDATION_FACTOR        1.5
#define VALIDATION_ERROR         0.10
#define VALIDATION_WORST         0.40
#define VALIDATION_THROTTLED     0.05
#define VALIDATION_DROP_SHARE    0.10
#define VALIDATION_DROPS         20.0
#define VALIDATION_CPU           0.05
#define VALIDATION_COVERAGE_LOW  0.80
#define VALIDATION_COVERAGE_HIGH 0.97
#define VALIDATION_WIDTH         2.0

/* What became of the slo in a cell, by the medians over its runs. */
enum load_verdict {
    LOAD_HOLDS,   /* kept, and p99 not above a fifth of its limit */
    LOAD_BENDS,   /* kept, but above: the tail shows the load */
    LOAD_BREAKS,  /* p95, p99 or drops above their limits, or nothing arrived that was due */
    LOAD_UNKNOWN, /* no runs, or no limit on p99 */
};
#define LOAD_BEND_SHARE 0.2

/* Of a cell by the runs of one arm. */
enum load_verdict load_verdict(const struct slo_params *slo, const struct cell *cell,
                               enum arm arm);
const char *load_verdict_name(enum load_verdict verdict);

/* In the order of the list above. */
enum validation_score_kind {
    SCORE_P50,
    SCORE_P95,
    SCORE_P99,
    SCORE_WORST,
    SCORE_THROTTLED,
    SCORE_DROPPED,
    SCORE_CPU,
    SCORE_VERDICT,
    SCORE_COVERAGE,
    SCORE_WIDTH,
    SCORES
};

struct validation_score {
    double value; /* see above; throttled, drops, CPU: the worst cell's; verdict: the share of
                         cells that agree; NAN: no cell can tell */
    double low, high;         /* target: low <= value <= high */
    size_t missed;            /* cells outside it on their own, where each cell is judged */
    const struct cell *worst; /* borrowed; NULL: no single cell decides */
    bool met;                 /* the value is within the target; NAN is not */
};

struct validation_run { /* what real runs score, see above */
    double value;       /* as in a score; NAN: no cell can tell, or no such figure */
    double missed;      /* cells, .5 where the median lies between two turns */
};

struct validation {
    struct validation_score scores[SCORES];          /* of the prediction */
    struct validation_run run[SCORES], half[SCORES]; /* one real run; half of the repeats */
    size_t turns;        /* medians over so many: the most repeats of a cell; 0: none has two */
    size_t turn_cells;   /* cells judged in each */
    double self[3];      /* median |ln(real/real)| of p50, p95, p99; NAN: no cell has repeats */
    size_t cells, known; /* of the plan; with runs of both arms */
    size_t repeats;      /* real runs in them */
    double coverage_error; /* standard error of the coverage, by cells; NAN below two cells */
    size_t coverage_cells; /* that it is of */
};

/* Judges the cells. */
void validation_judge(struct validation *v, const struct cells *cells,
                      const struct slo_params *slo);

/* "p50", ... "drops": what a score is about, in words. */
const char *validation_score_name(enum validation_score_kind kind);
/* |ln(sim/real)| of the medians; NAN unless both are above 0. */
double validation_error(const struct cell *cell, enum figure figure);
/* sim - real of the medians, in units of what is allowed: |value| <= 1 is within. Throttled, drops
 * and CPU only. */
double validation_excess(const struct cell *cell, enum figure figure);

/* How far the prediction is off in a cell: validation_error of p50, p95, p99, else the absolute
 * excess. */
double validation_distance(const struct cell *cell, enum figure figure);
/* The same of a real run in the prediction's place, median over the cell's repeats; NAN below two. */
double validation_run_distance(const struct cell *cell, enum figure figure);

/* {"cells": [...], "scores": [...]}, or one CSV line a cell and metric. */
void validation_write_json(const struct validation *v, const struct cells *cells,
                           const struct slo_params *slo, FILE *out);
void validation_write_csv(const struct cells *cells, const struct slo_params *slo, FILE *out);

#endif
