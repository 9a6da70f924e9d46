/* course_case.h - the record of a run whose seconds are given in stretches of the same ones. */
#ifndef PUSHSIM_TESTS_SUPPORT_COURSE_CASE_H
#define PUSHSIM_TESTS_SUPPORT_COURSE_CASE_H

#include "analysis/outline.h"

struct course_stretch { /* the same seconds, up to (not including) `to` */
    int to;
    double p50, p95, p99;                           /* ms; 0: no delivery */
    double reconnects, write_timeouts, drops, gone; /* gone: clients not connected */
};

/* 100 clients; pressure from 20 s to 40 s, load until 100 s. */
extern const struct outline course_outline;

/* The caller closes the record. */
void course_record(struct run_record *r, const struct course_stretch *rows, size_t n);
/* A point of a series, unless 0. */
void course_count(struct run_record *r, const char *name, int64_t at_ns, double value);

#endif
