/* verdict.h - does a claim hold in the results of its experiment?
 *
 * Replications share random numbers between cells, so a line of evidence (claim.h) is judged by
 * the difference of its two sums, replication by replication: its mean gets a 95 % confidence
 * interval (Student's t). The line is shown when the whole interval lies on the claimed side,
 * refuted when it lies wholly on the other, else open; a metric that is not defined leaves it
 * open. So do fewer than VERDICT_RUNS replications: that many which all agree are the fewest for
 * which the sign test gives p < 0.05 (1/32), and where they agree to the digit it is all there is.
 * Where both sides are the same in every pair, as where nothing happened that seldom does, a strict
 * line is refuted by VERDICT_TIES pairs and more alone: with fewer such runs may be one in twenty
 * and not have come up (0.95 to the 59th is below 0.05). "At least" and "at most" are shown by
 * equals. Of the real arm, whose runs cost minutes and never agree to the digit in what they
 * measure, VERDICT_RUNS_REAL are taken: t with two degrees of freedom (4.3) leaves open what is not
 * plain. A replication that lacks a run of some cell (it was not sound, or failed) is no pair and
 * left out.
 *
 * A line about each value of a key is shown when it is for every value, and refuted when it is for
 * one; about some value: shown for one, refuted for all. Where one of n values decides, its
 * interval is that of 1 - 0.05 / n (Bonferroni).
 *
 * A part of a claim is shown when all its lines are. The claim holds when all parts are shown,
 * within limits when some are (they are the limits), else it does not hold; where no line is
 * refuted either, it is open: too few runs to tell.
 */
#ifndef PUSHSIM_ANALYSIS_VERDICT_H
#define PUSHSIM_ANALYSIS_VERDICT_H

#include <stddef.h>

#include "analysis/claim.h"
#include "experiments/run/store.h"

#define VERDICT_RUNS      5
#define VERDICT_RUNS_REAL 3
#define VERDICT_TIES      59

enum verdict {
    VERDICT_HOLDS,         /* all parts are shown */
    VERDICT_WITHIN_LIMITS, /* some are */
    VERDICT_DOES_NOT_HOLD, /* none is, and a line is refuted */
    VERDICT_OPEN,          /* none is, and no line is refuted */
    VERDICT_NOT_MEASURED   /* the arm has no run of it */
};

/* Judges each line by the runs in the store of one arm; where it has none, the
 * claim is not measured. ERR_IO; ERR_INVALID: a metric or cell that no run has. May be called again
 * for the other arm. */
int claim_judge(struct claim *c, struct store *store, const char *experiment, enum arm arm,
                struct error *err);
/* Of the claim, by what claim_judge has found. */
enum verdict claim_verdict(const struct claim *c);
const char *verdict_name(enum verdict verdict);

/* Mean of n differences and its interval at level 1 - alpha (n = 1 or no spread: a point). */
void verdict_interval(const double *differences, size_t n, double alpha, double *mean,
                      double *low, double *high);
/* What an interval of left - right says of a line with this operator. */
enum evidence_result verdict_decide(const char *operator, double low, double high);

#endif
