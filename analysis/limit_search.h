/* limit_search.h - the largest (or smallest) value of an option with which the slo is kept.
 *
 * Bisection of a yes-or-no question along one number, in equal ratios. With a guess the search
 * starts there and goes up or down until the answer turns, in steps that begin at LIMIT_STEP and
 * grow to LIMIT_STRIDE, so that a good guess saves runs; without one it starts from both ends.
 * Which way is good (fewer clients, more CPU) is found from the ends, or said by the caller. Ends
 * that are alike say nothing of what is between them (a queue can be too short and too long): with
 * `inside` so many values between them are asked, in equal ratios.
 *
 * Where the answer turns more than once (garbage_collector.h: p99 over the clients is a saw), one
 * of the turns is found; with `first`, one below which, on the good side, steps of LIMIT_STEP as
 * far as LIMIT_LOOK all keep the slo.
 */
#ifndef PUSHSIM_ANALYSIS_LIMIT_SEARCH_H
#define PUSHSIM_ANALYSIS_LIMIT_SEARCH_H

#include <stdbool.h>

#include "sim/error.h"

#define LIMIT_STRIDE 1.25
#define LIMIT_STEP   1.05
#define LIMIT_LOOK   2.0
#define LIMIT_PASSED 5 /* values without an answer, in a row: then there is none */

/* Is the slo kept at this value? May fail: then the search ends with that error; but with
 * ERR_STATE there is no answer at this value, and the search passes it over while it looks for the
 * two sides. */
typedef int limit_probe_fn(void *context, double value, bool *kept, struct error *err);

enum limit_kind {
    LIMIT_FOUND,  /* kept at `kept`, broken at `broken` */
    LIMIT_ALWAYS, /* kept wherever it was asked */
    LIMIT_NEVER,  /* broken wherever it was asked */
    LIMIT_TWICE,  /* the ends alike, a value between them not: one limit on either side of it */
};

struct limit_search {
    double from, to;       /* the range, both > 0, from < to */
    double precision;      /* ends when the two values differ by less than this share, > 0 */
    bool whole;            /* only whole values; ends when they are neighbours */
    double guess;          /* a value to start at; 0 = none */
    bool more_breaks;      /* with a guess: the slo breaks towards `to` */
    bool first;            /* looks for a turn before the one that it has found */
    int inside;            /* values asked between ends that are alike; 0: none */
    limit_probe_fn *probe; /* asks whether the slo is kept at a value */
    void *context;         /* given to it; borrowed */

    enum limit_kind kind; /* from here on: found by limit_search */
    double kept, broken;  /* the last values on both sides; NAN where there is none; of
                             LIMIT_TWICE the one between and the upper end */
    int probes;           /* how often it asked */
};

/* The value of the search's range that is nearest: whole where only whole ones are. */
double limit_search_within(const struct limit_search *s, double value);

/* ERR_* of the probe; ERR_STATE: too many values without an answer, where it takes one. */
int limit_search(struct limit_search *s, struct error *err);

#endif
