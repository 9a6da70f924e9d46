/* outcome.h - what became of the service in a cell, in three words: were messages dropped, were
 * connections lost, did it recover? The verdict in which both arms must agree.
 *
 *   drops        dropped > 0
 *   disconnects  more connections ended than clients that left (disconnects, .client_left)
 *   recovers     metastable = 0 (phases.h); not known where the pressure never ends
 *
 * A cell's answer is that of most of its runs that know it; a tie is a yes. How much was dropped or
 * lost is told for the replications that both arms have: those play the same arrivals
 * (models/schedule.h), and of how many messages fall into a stall the drops are a steep function.
 */
#ifndef PUSHSIM_ANALYSIS_OUTCOME_H
#define PUSHSIM_ANALYSIS_OUTCOME_H

#include <stddef.h>

#include "analysis/cells.h"

enum outcome_question { OUTCOME_DROPS, OUTCOME_DISCONNECTS, OUTCOME_RECOVERS, OUTCOMES };
/* ANSWER_UNKNOWN: no run of the cell knows. */
enum outcome_answer { ANSWER_NO, ANSWER_YES, ANSWER_UNKNOWN };

enum outcome_agreement {
    AGREEMENT_ONE_ARM, /* the other has no runs */
    AGREEMENT_SAME,    /* all three answers, unknown on both arms included */
    AGREEMENT_UNKNOWN, /* what both know is the same; one answer is known to one arm alone */
    AGREEMENT_DIFFERS, /* an answer that both know is not the same */
};

struct outcome_arm {        /* of one cell */
    size_t known[OUTCOMES]; /* runs that know the answer */
    size_t yes[OUTCOMES];   /* of them, yes */
};

struct outcome_run {
    enum arm arm;        /* which one ran it */
    int64_t replication; /* its number, from 1 */
    /* Messages dropped; connections lost; s until it recovered, NAN: it did not; NAN: not known. */
    double amount[OUTCOMES];
};

struct outcome {
    char *cell;                   /* its swept values; owned */
    struct outcome_arm arm[ARMS]; /* what its runs answer */
    struct outcome_run *runs;     /* of both arms; owned */
    size_t run_count;             /* of them */
};

struct outcomes {
    struct outcome *items; /* owned; in plan order of the first database */
    size_t count;          /* cells */
};

/* Adds the runs of an experiment that are done; start with a zeroed struct. ERR_IO. */
int outcomes_load(struct outcomes *o, struct store *store, const char *experiment,
                  struct error *err);
void outcomes_close(struct outcomes *o);

enum outcome_answer outcome_answer(const struct outcome_arm *a, enum outcome_question q);
/* Mean amount of the arm's runs that know one, of the replications that the other arm has too (of
 * all where none is in both). NAN: none knows. */
double outcome_amount(const struct outcome *o, enum arm arm, enum outcome_question q);
const char *outcome_question_name(enum outcome_question q);
enum outcome_agreement outcome_agreement(const struct outcome *o);

#endif
