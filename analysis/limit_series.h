/* limit_series.h - a limit by a given number of runs, each with chances of its own.
 *
 * A bisection believes every answer, so a run that is lucky at the wrong moment sends it astray,
 * and one that starts at a guess and stops where the answer first turns stays near the guess. A
 * series goes from the guess to the first turn as limit_search.h does, and then asks on around
 * what limit_fit.h makes of all answers so far, a scale above and below it in turn, until the runs
 * are used up (as QUEST does, Watson and Pelli, Perception & Psychophysics 33, 1983; there at the
 * estimate alone, which tells nothing of the scale).
 *
 * Runs of an earlier series count like its own, whatever chose their values (limit_fit.h): it
 * makes only those that are missing. A run without an answer (ERR_STATE of the probe) counts for
 * nothing.
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_SERIES_H
#define PUSHSIM_ANALYSIS_LIMIT_SERIES_H

#include "analysis/limit_fit.h"
#include "analysis/limit_search.h"

#define LIMIT_SERIES_PASSED 10 /* runs without an answer around the limit, at most */

struct limit_series {
    /* Its from, to, whole, guess, more_breaks, probe, context: as there. */
    struct limit_search search;
    int runs;                        /* at least; more where the first turn needs more */
    const struct limit_trial *known; /* earlier runs, in their order; borrowed; NULL: none */
    size_t known_count;              /* 0: none */

    /* from here on: found; owned: limit_series_close; known ones first */
    struct limit_trial *trials;
    size_t count;         /* of them */
    enum limit_kind kind; /* where the limit lies: in the range or beyond an end */
    struct limit_fit fit; /* LIMIT_FOUND only */
};

/* ERR_* of the probe; ERR_STATE: too few answers for a result. limit_series_close is due then,
 * too. */
int limit_series_run(struct limit_series *s, struct error *err);
/* What the known runs alone say: nothing is asked. False: too few for a result. limit_series_close
 * is due. */
bool limit_series_judge(struct limit_series *s);
void limit_series_close(struct limit_series *s);

#endif
