/* run_fates.h - what became of a run's messages, to tell silence from failure.
 *
 * A run in which no delivery was measured has no p99. That may be well (nothing was due) or the
 * worst there is: messages were dropped, lost or are still under way, or what was published was
 * due to nobody because connects failed. Such a run is starved; its latency is above any limit.
 * What is missing is not told apart by phases that are measured and that are not: a run whose only
 * missing messages are of a warm-up counts as starved when nothing was measured later.
 *
 * Where some arrived, delivery.p99 is of those, due.p99 of these and of what was still under way
 * (due_latency.h). Rows of before 2026-11-28 do not have it: there p99 is that of what arrived, or
 * the drain where more than one in a hundred was under way.
 */
#ifndef PUSHSIM_ANALYSIS_RUN_FATES_H
#define PUSHSIM_ANALYSIS_RUN_FATES_H

#include <stdbool.h>

#include "models/run_record.h"

struct run_fates {           /* messages of a run; NAN: not recorded */
    double p95, p99;         /* s, of what arrived; NAN: no delivery was measured */
    double due_p95, due_p99; /* s, of all that was due */
    /* of the whole run: messages, but publishes and attempts to connect that failed */
    double delivered, dropped, due, in_flight, lost, published, connects_failed;
    double drained; /* s that the drain took */
};

void run_fates_init(struct run_fates *f); /* nothing recorded */
/* Takes one of a run's figures, by its name in records and in the store; passes over all others. */
void run_fates_add(struct run_fates *f, const char *metric, double value);
/* All figures of a record. */
void run_fates_of(struct run_fates *f, const struct run_record *r);

/* Nothing arrived although something was due: see above. */
bool run_fates_starved(const struct run_fates *f);
/* The latency that 95 (99) % of what arrived and what is under way keep, s, at least; INFINITY of a
 * starved run. */
double run_fates_p95(const struct run_fates *f);
double run_fates_p99(const struct run_fates *f);

#endif
