/* limit_scan.h - is there one limit? The share of simulated runs that break the slo, over values
 * about the answer of a search.
 *
 * Towards the side that breaks, the share should never fall. Where it does (garbage_collector.h:
 * p99 over the clients is a saw) more than one value passes for the limit, and an answer names one
 * of them. Each run number keeps its random numbers over all values, so two values are compared by
 * the runs that differ between them: of b that break at the first alone and c at the second alone,
 * z = (b - c) / sqrt(b + c) (McNemar, Psychometrika 12, 1947). LIMIT_SCAN_Z leaves chance less
 * than one in a hundred among all pairs.
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_SCAN_H
#define PUSHSIM_ANALYSIS_LIMIT_SCAN_H

#include "analysis/limit_model.h"

#define LIMIT_SCAN_STEP   1.025
#define LIMIT_SCAN_VALUES 21 /* the answer and ten steps to either side */
#define LIMIT_SCAN_Z      4.0
#define LIMIT_SCAN_RUNS   16 /* fewer cannot reach that */

struct limit_scan {
    double value[LIMIT_SCAN_VALUES]; /* towards the side that breaks */
    double share[LIMIT_SCAN_VALUES]; /* of runs that break the slo */
    size_t count;                    /* 0: there was no scan */
    bool falls;                      /* beyond chance, most surely from value `high` to `low` */
    size_t high, low;                /* high < low; share[high] > share[low] */
    /* The farthest value with which half of the runs, or more, keep the slo; NAN: none. */
    double last;
};

/* Runs 1..runs of a question without `runs` of its own, at values about `centre`, with `jobs`
 * threads. Fewer than LIMIT_SCAN_RUNS: no scan. ERR_INVALID as limit_settings. */
int limit_scan(const struct limit_question *q, double centre, bool more_breaks, int64_t runs,
               int jobs, struct limit_scan *scan, struct error *err);

/* Looks for a fall: broken[run * LIMIT_SCAN_VALUES + i]; fills share, falls, high and low. */
void limit_scan_judge(struct limit_scan *scan, const bool *broken, int64_t runs);

#endif
