/* replay_remarks.h - what the table of real runs does not tell: a server that is not understood, or
 * does not understand, and messages that came too often, too late or never.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_REMARKS_H
#define PUSHSIM_EXPERIMENTS_REPLAY_REPLAY_REMARKS_H

#include <stddef.h>
#include <stdio.h>

#include "models/run_record.h"

enum remark {
    REMARK_STRANGE,    /* messages that are none of the run's */
    REMARK_DUPLICATES, /* messages that one connection got more than once */
    REMARK_REFUSED,    /* publishes that failed */
    REMARK_UNANSWERED, /* publishes without an answer at the end */
    REMARK_AWAY,       /* disconnects, but by clients that left */
    REMARK_LOST,       /* messages lost with their connection */
    REMARK_UNDER_WAY,  /* share of the messages that had not come at the end */
    REMARKS
};

struct replay_remarks { /* all zero: none yet */
    struct {
        size_t runs;   /* that it is said of */
        double most;   /* of one of them */
        char why[104]; /* in the first of them; "": not told */
    } of[REMARKS];
};

void replay_remarks_add(struct replay_remarks *remarks, const struct run_record *record);
/* A line each; nothing where there is nothing to tell. */
void replay_remarks_print(const struct replay_remarks *remarks, FILE *out);

#endif
