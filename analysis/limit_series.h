/* limit_series.h - a limit by a given number of runs, each with chances of its own.
 *
 * A bisection believes every answer, so a run that is lucky at the wrong moment sends it astray, and
 * one that starts at a guess and stops where the answer first turns stays near the guess. A series
 * goes from the guess to the first turn as limit_search.h does, and then asks on around what
 * limit_fit.h makes of all answers so far, a scale above and below it in turn, until the runs are used
 * up (as QUEST does, Watson and Pelli, Perception & Psychophysics 33, 1983; there at the estimate alone,
 * which tells nothing of the scale).
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_SERIES_H
#define PUSHSIM_ANALYSIS_LIMIT_SERIES_H

#include "analysis/limit_fit.h"
#include "analysis/limit_search.h"

struct limit_series {
    struct limit_search
        search; /* from, to, whole, guess, more_breaks, probe, context: as there */
    int runs;   /* at least; more where the first turn needs more */

    struct limit_trial *trials; /* from here on: found; owned: limit_series_close */
    size_t count;
    enum limit_kind kind;
    struct limit_fit fit; /* LIMIT_FOUND only */
};

/* ERR_* of the probe; limit_series_close is due then, too. */
int limit_series_run(struct limit_series *s, struct error *err);
void limit_series_close(struct limit_series *s);

#endif
