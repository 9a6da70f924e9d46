/* json_number.h - figures as JSON. */
#ifndef PUSHSIM_ANALYSIS_JSON_NUMBER_H
#define PUSHSIM_ANALYSIS_JSON_NUMBER_H

#include <math.h>

#include <jansson.h>

/* null where there is no figure (NAN) or no end (infinity): JSON has no number for either. */
static inline json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

#endif
