/* parameter_draws.h - what the costs of a calibrated server may be, drawn anew for each
 * replication.
 *
 * A fit knows its parameters up to an error, and the errors go together: where one cost is larger,
 * another that the same runs pay is smaller. A prediction that keeps all of them at their
 * estimates is too sure of itself. Of the three sources of uncertainty that Kennedy and O'Hagan
 * tell apart (Bayesian calibration of computer models, JRSS B 63, 2001) the model draws two
 * itself: the residual variability of runs that are asked the same, and what it is wrong by beyond
 * that, are both in cost.host-noise, since that is the scatter about costs that were fitted
 * without the cell (calibration_host.c). The third is the parameters', and here.
 *
 * Their logarithms are drawn from a normal distribution about what the settings say, whatever that
 * is, with the fit's covariance (calibrate's knows that the figures of a cell err together,
 * grouped_errors.h, and by how much more than their weights say): the estimate is the median, and
 * no cost is negative. Costs that the runs could not tell stay. A profile has it as
 *
 *   fit:
 *     noise-left: 0.93        of cost.host-noise, what is no error of the parameters; 0..1
 *     paces: 1.02ns 1.3ns     host.pace of the runs: quantiles at equal steps from least to greatest
 *     reads: 410ns 480ns      host.memory-pace of these very runs, if it was measured
 *     parameters:
 *       - { name: cost.publish, error: 0.08 }             of the logarithm, above 0 to 2
 *       - { name: cost.ack, error: 0.1, with: "-0.42" }   correlations with those above it, in their
 *                                                         order; what is not there is 0
 *
 * Where nobody has said how fast the host is (host.pace 0), it is as fast as in one of those runs.
 */
#ifndef PUSHSIM_EXPERIMENTS_RUN_PARAMETER_DRAWS_H
#define PUSHSIM_EXPERIMENTS_RUN_PARAMETER_DRAWS_H

#include <stddef.h>
#include <stdint.h>

#include "experiments/run/settings.h"
#include "experiments/run/yaml_document.h"

#define PARAMETER_DRAWS_MAX 64
#define PARAMETER_PACES_MAX 64

struct parameter_draws {
    size_t count;                                        /* of parameters; 0: all stay */
    const struct option_row *which[PARAMETER_DRAWS_MAX]; /* by parameter: its option; static */
    /* lower triangle: root root' is the covariance of the logarithms */
    double root[PARAMETER_DRAWS_MAX][PARAMETER_DRAWS_MAX];
    double noise_left;                          /* factor of cost.host-noise, 0..1 */
    struct run_pace paces[PARAMETER_PACES_MAX]; /* step_ns ascending, > 0 */
    size_t pace_count;                          /* 0: not told */
};

/* Reads `fit` of a profile; what is not there is not drawn (an old profile: nothing).
 * ERR_INVALID with its place: cannot be read, malformed, or no covariance; *d is unchanged
 * then. */
int parameter_draws_read(struct parameter_draws *d, const char *profile, struct error *err);
/* The same of a document. */
int parameter_draws_parse(struct parameter_draws *d, const struct yaml_document *doc,
                          struct error *err);

/* Draws for one replication: the same for the same seed and replication, whatever the settings. A
 * value that leaves its option's range stops at its end. */
void parameter_draws_apply(const struct parameter_draws *d, uint64_t seed, uint32_t replication,
                           struct settings *s);

/* Of all that is drawn: equal draws, equal hashes. */
uint64_t parameter_draws_hash(const struct parameter_draws *d);

#endif
