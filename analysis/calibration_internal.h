/* calibration_internal.h - shared by the files of the calibration. */
#ifndef PUSHSIM_ANALYSIS_CALIBRATION_INTERNAL_H
#define PUSHSIM_ANALYSIS_CALIBRATION_INTERNAL_H

#include "analysis/calibration.h"

/* Cells with fewer throttled periods tell the means; in the others queues amplify noise. */
#define CALIBRATION_AMPLE_SHARE 0.03

/* Simulations whose median stands for a cell. */
static inline int calibration_simulations(const struct calibration *c,
                                          const struct calibration_cell *cell)
{
    int all = c->draws * cell->repeats;
    return all < CALIBRATION_REPEATS ? all : CALIBRATION_REPEATS;
}

/* Is more than that of a cell's periods throttled? */
static inline bool calibration_throttled(const struct calibration_cell *cell)
{
    return cell->real[CALIBRATION_THROTTLED] > CALIBRATION_AMPLE_SHARE;
}

/* A cell with heartbeats, whose CPU time alone tells something: their times hang on when each
 * client connected. */
static inline bool calibration_beaten(const struct calibration_cell *cell)
{
    return cell->point->settings.parameters.heartbeat.period_ns > 0;
}

/* calibration_rows.c */
/* Sum of squares about the mean of those that are finite, of their logarithms but for a share; *n:
 * how many they are. */
double calibration_squares(enum calibration_metric m, const double *values, int count, int *n);
/* Median of those that are numbers; NAN when none is. count <= CALIBRATION_REPEATS. */
double calibration_median(const double *values, int count);
/* Of all runs of c, in the order of its cells; NAN: not measured. The caller frees it. */
double *calibration_edge_values(const struct calibration *c, enum calibration_edge edge);
/* Sets `sigma` of every cell: what its repeats, the usual spread and the model's scatter say. */
void calibration_weigh(struct calibration *c);

/* calibration_simulate.c */
/* How much dearer all was in a run than on a host of middling speed. */
double calibration_slowed(const struct calibration *c, const struct calibration_cell *cell,
                          int repeat);
/* One simulation of a real run: its schedule, all costs times `slowed`, and random numbers of the
 * model's own for each draw. */
void calibration_simulate(const struct calibration *c, const struct settings *s,
                          const struct calibration_cell *cell, int repeat, double slowed,
                          int draw, double out[CALIBRATION_METRICS]);
/* Medians of such simulations over the repeats that were made and the draws, as many as
 * CALIBRATION_REPEATS of them; NAN where no run has the figure. */
void calibration_medians(const struct calibration *c, const struct settings *s,
                         const struct calibration_cell *cell, double out[CALIBRATION_METRICS]);

/* calibration_options.c */
/* The cell as the plan has it, with the loop that was chosen and without what another cost already
 * counts. */
struct settings calibration_start(const struct calibration *c,
                                  const struct calibration_cell *cell);
enum calibration_part {
    CALIBRATION_MEANS, /* what the figures of the means tell: calibration.h's first stage */
    CALIBRATION_COLD,  /* refinements of the means: no loop is told from another by them */
    CALIBRATION_TAILS, /* what the quantiles tell beside them: chance, interference */
};
/* The options of this part that c's runs tell, from where they start, put behind the first n of
 * `parameters` (LEAST_SQUARES_MAX at most); returns how many there are then. */
size_t calibration_varied(const struct calibration *c, enum calibration_part part,
                          struct fit_parameter *parameters, size_t n);
/* All of them, as calibration_assign does one. */
void calibration_assign_all(struct settings *s, const struct calibrated *options, size_t count);
/* Sets an option that there is, to the nearest value that it allows: a fit may step outside. */
void calibration_assign(struct settings *s, const char *option, double value);

/* calibration_measured.c */
/* Whether there are runs that tell this option: of its protocol, with heartbeats, with large
 * messages to few and to many clients. */
bool calibration_measured(const struct calibration *c, const char *option);

/* calibration_host.c */
/* Sets c's powers of the host to what the runs' CPU time tells under the costs in `fit`. */
void calibration_host_power(struct calibration *c, const struct calibration_fit *fit);

/* calibration_gc.c */
/* One option to c->known; an error of 0: it was told. Of an estimate below 0, which no option is,
 * only that it is small: 0, and not told. */
void calibration_known_put(struct calibration *c, const char *option, double estimate,
                           double error);

/* calibration_spells.c */
/* cost.spell.*, to c->known; nothing where the runs do not tell. */
void calibration_spells(struct calibration *c);

/* calibration_young.c */
/* What c's runs have counted of scavenges, to c->known; nothing where none did. */
void calibration_young(struct calibration *c);

#endif
