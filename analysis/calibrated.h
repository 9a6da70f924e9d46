/* calibrated.h - an option whose value runs of a real server have told, and how well. */
#ifndef PUSHSIM_ANALYSIS_CALIBRATED_H
#define PUSHSIM_ANALYSIS_CALIBRATED_H

#include <stdbool.h>
#include <stddef.h>

struct calibrated {
    char option[64];       /* name in the option table */
    double estimate;       /* in the option's base unit (units.h), >= 0 */
    double relative_error; /* standard error / estimate, >= 0; INFINITY: nothing tells it */
    bool identified;       /* false: the data cannot tell, the estimate is a guess */
};

/* The one of that name, or NULL. */
const struct calibrated *calibrated_find(const struct calibrated *list, size_t count,
                                         const char *option);

#endif
