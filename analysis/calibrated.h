/* calibrated.h - an option whose value runs of a real server have told, and how well. */
#ifndef PUSHSIM_ANALYSIS_CALIBRATED_H
#define PUSHSIM_ANALYSIS_CALIBRATED_H

#include <stdbool.h>
#include <stddef.h>

struct calibrated {
    char option[64]; /* name in the option table */
    double estimate; /* base unit */
    double relative_error;
    bool identified; /* false: the data cannot tell */
};

/* The one of that name, or NULL. */
const struct calibrated *calibrated_find(const struct calibrated *list, size_t count,
                                         const char *option);

#endif
