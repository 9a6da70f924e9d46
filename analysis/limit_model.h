/* limit_model.h - the limit of an option in the simulator: one search for each replication, so
 * that the answer has a spread.
 *
 * A replication keeps its random numbers over all values (common random numbers), so that its p99
 * moves with the value and not with the draw. With `runs` it makes those again that were made of a
 * real server: each at the value that was tried there, with the publishes of the same replication
 * and at the paces that were measured beside it, and fits their outcomes alike (limit_fit.h). So
 * the arms differ by the server alone, and the answer's spread is what the model's chance makes of
 * one such measurement. A series that chose its own values would not do: where there is more than
 * one limit (limit_scan.h) it comes upon one or another.
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_MODEL_H
#define PUSHSIM_ANALYSIS_LIMIT_MODEL_H

#include <math.h>
#include <stdint.h>

#include "analysis/limit_series.h"
#include "experiments/run/parameter_draws.h"

/* Values that a search asks between ends that are alike: a stretch as wide as an eighth of the
 * range, in ln, is not missed. */
#define LIMIT_INSIDE 7

/* Runs of a replication, at most: the numbers that chance is drawn by do not meet then. */
#define LIMIT_RUNS_MAX 2000

struct limit_question {
    struct settings settings; /* of the cell, resolved; the option's value is replaced */
    struct setting option;    /* the one that is varied */
    double from, to;          /* in its base unit */
    double precision;         /* share, > 0 */
    uint64_t seed;            /* of the experiment */
    const struct parameter_draws *draws; /* of a search's costs; borrowed; NULL: they stay */
    /* Of the searches, or of the runs of each replication, in turn; borrowed; NULL: the settings',
     * or drawn. */
    const struct run_pace *paces;
    size_t pace_count; /* of them; 0: none */
    int runs;          /* of each replication, to fit, up to LIMIT_RUNS_MAX; 0: it searches */
    const double *values; /* with `runs`: of each; borrowed */
    /* With `runs`: whose publishes each plays, borrowed; NULL: its number's, from 1. */
    const uint32_t *plays;
    bool more_breaks; /* with `runs`: the slo breaks towards `to` */
};

struct limit_answer {
    /* Median over searches of the last value with which the slo is kept; -INFINITY, INFINITY:
     * below, above the range. */
    double value;
    /* Where 90 % of further searches are expected: sample_low; of a single series: with 90 % the
     * limit is between them; infinite as value. */
    double low, high;
    /* Standard error of ln value; of a median of searches at least their precision; NAN: not
     * known. */
    double error;
    bool fitted;       /* of a single series, not the median of searches */
    int searches;      /* that found one */
    int always, never; /* searches in which it was kept, or broken, wherever it was asked */
    int twice;         /* searches that came upon two limits: not in the value */
    double between;    /* the first of these was otherwise here than at both ends, ... */
    bool kept_between; /* ... so; NAN, false: none was */
    int probes;        /* runs in all */
    bool more_breaks;  /* the slo breaks towards `to` */
};

/* Settings with the option at `value`. ERR_INVALID: out of range, or at odds with another. */
int limit_settings(const struct limit_question *q, double value, struct settings *out,
                   struct error *err);
/* Is the option counted in whole numbers? */
bool limit_whole(const struct limit_question *q);

/* Searches replications 1..count (at most a million) with `jobs` threads. ERR_INVALID as
 * above. */
int limit_model(const struct limit_question *q, int64_t count, int jobs,
                struct limit_answer *answer, struct error *err);

/* One run of a replication at a value, as its search makes it: is the slo kept? */
int limit_run(const struct limit_question *q, uint32_t replication, double value, bool *kept,
              struct error *err);

/* An answer's value, low or high, or the end of the range that it lies beyond. */
static inline double limit_within(const struct limit_question *q, double value)
{
    return fmin(fmax(value, q->from), q->to);
}

/* Sums up searches; those that met no limit in the range have theirs beyond it. */
void limit_sum_up(const struct limit_search *searches, size_t count,
                  struct limit_answer *answer);
/* What a single series, the real arm's, says. */
void limit_tell_series(const struct limit_series *series, struct limit_answer *answer);

#endif
