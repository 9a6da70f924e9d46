/* limit_model.h - the limit of an option in the simulator: one search for each replication, so that
 * the answer has a spread.
 *
 * A replication keeps its random numbers over all values (common random numbers), so that its p99
 * moves with the value and not with the draw. With `runs` it does what is done to a real server
 * instead: a series (limit_series.h) of runs with random numbers, and paces, of their own. Its spread
 * is then that of what one such measurement of the real server would say. What is asked of the server,
 * when the publishes come and how long they are, is not of the arm's chance: run k of every series
 * plays that of replication k, as the k-th real run does, so that the arms differ by the server alone
 * and an answer is no single sequence's.
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_MODEL_H
#define PUSHSIM_ANALYSIS_LIMIT_MODEL_H

#include <stdint.h>

#include "analysis/limit_series.h"
#include "experiments/run/parameter_draws.h"

struct limit_question {
    struct settings settings; /* of the cell, resolved; the option's value is replaced */
    struct setting option;    /* the one that is varied */
    double from, to;          /* in its base unit */
    double precision;         /* share, > 0 */
    uint64_t seed;            /* of the experiment */
    const struct parameter_draws
        *draws; /* what a search draws its costs from; NULL: they stay */
    const double *
        paces_ns; /* host.pace of the searches, with `runs` of the runs of each series, in turn;
                      NULL: the settings', or drawn */
    size_t pace_count;
    /* with `runs`: the replication that each run plays, in turn; NULL: its own number, from 1 */
    const uint32_t *plays;
    size_t play_count;
    int runs;         /* of each series; 0: searches */
    double guess;     /* where series start, 0 = none; searches start from the ends */
    bool more_breaks; /* with a guess: the slo breaks towards `to` */
};

struct limit_answer {
    double value;      /* median over searches of the last value with which the slo is kept */
    double low, high;  /* where 90 % of further searches are expected: sample_low; of a single
                          series: with 90 % the limit is between them */
    double error;      /* standard error of ln value; NAN: of searches, not known */
    int searches;      /* that found one */
    int always, never; /* searches in which the slo was kept, or broken, in the whole range */
    int probes;        /* runs in all */
    bool more_breaks;  /* the slo breaks towards `to` */
};

/* Settings with the option at `value`. ERR_INVALID: out of range, or at odds with another. */
int limit_settings(const struct limit_question *q, double value, struct settings *out,
                   struct error *err);
/* Is the option counted in whole numbers? */
bool limit_whole(const struct limit_question *q);

/* Searches replications 1..count with `jobs` threads. ERR_INVALID as above. */
int limit_model(const struct limit_question *q, int64_t count, int jobs,
                struct limit_answer *answer, struct error *err);

/* One run of a replication at a value, as its search makes it: is the slo kept? */
int limit_run(const struct limit_question *q, uint32_t replication, double value, bool *kept,
              struct error *err);

/* Sums up searches. */
void limit_sum_up(const struct limit_search *searches, size_t count,
                  struct limit_answer *answer);
/* What a single series, the real arm's, says. */
void limit_tell_series(const struct limit_series *series, struct limit_answer *answer);

#endif
