/* verdict.h - does a claim hold in the results of its experiment?
 *
 *   claim: M5
 *   evidence:
 *     - memory.peak if server.queue.policy=none > 2 x memory.peak if server.queue.policy=drop-oldest
 *     - lost if server.queue.policy=none > 0
 *
 * METRIC if CELL OP NUMBER [x METRIC if CELL]: OP is < <= > >=; CELL are swept values, and where
 * several cells have them their mean counts; metrics in base units (s, B, 1). Replications share
 * random numbers between cells, so the difference left - number x right is taken replication by
 * replication, and its mean gets a 95 % confidence interval (Student's t). Evidence is shown when
 * the whole interval lies on the claimed side, refuted when it lies wholly on the other, else open.
 * A metric that is not defined leaves it open.
 */
#ifndef PUSHSIM_ANALYSIS_VERDICT_H
#define PUSHSIM_ANALYSIS_VERDICT_H

#include <stddef.h>

#include "experiments/run/config.h"
#include "experiments/run/store.h"

enum evidence_result { EVIDENCE_SHOWN, EVIDENCE_REFUTED, EVIDENCE_OPEN };

enum verdict {
    VERDICT_HOLDS,         /* all evidence is shown */
    VERDICT_WITHIN_LIMITS, /* some of it */
    VERDICT_DOES_NOT_HOLD, /* none of it */
};

struct evidence_term { /* a number, or a number times a metric */
    double factor;
    char metric[48]; /* "" = none */
    char *cell;      /* owned */
};

struct evidence {
    char *text; /* as written; owned */
    struct evidence_term left, right;
    char operator[3];
    /* found by verdict_judge */
    size_t pairs;                 /* replications */
    double left_mean, right_mean; /* of left, and of number x right */
    double difference, low, high; /* their difference and its interval */
    enum evidence_result result;
};

struct claim {
    char *name;             /* "M5"; owned */
    struct evidence *items; /* owned */
    size_t count;
};

/* From the experiment's file; count 0: it makes no claim. ERR_INVALID with its place. */
int claim_read(struct claim *c, const struct experiment *e, struct error *err);
void claim_close(struct claim *c);

/* Judges each line by the sim arm's runs in the store. ERR_IO; ERR_INVALID: a metric or cell that
 * no run has. */
int claim_judge(struct claim *c, struct store *store, const char *experiment,
                struct error *err);
enum verdict claim_verdict(const struct claim *c);
const char *verdict_name(enum verdict verdict);

/* Mean of n differences and its 95 % interval (n = 1 or no spread: a point). */
void verdict_interval(const double *differences, size_t n, double *mean, double *low,
                      double *high);
enum evidence_result verdict_decide(const char *operator, double low, double high);

#endif
