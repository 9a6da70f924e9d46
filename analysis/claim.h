/* claim.h - what an experiment claims and the evidence that would settle it, from its file.
 *
 *   claim: M5
 *   evidence:
 *     memory:
 *       - memory.peak if server.queue.policy=none > 2 x memory.peak if server.queue.policy=drop-oldest
 *     every step of the limit:
 *       - delivery.p99 if cpu.limit=NEXT < 2 x delivery.p99 if cpu.limit=EACH
 *
 * Evidence is a list of lines, or named parts of the claim with a list each. A line compares two
 * sums: [NUMBER x] METRIC [or NUMBER] [if KEY=VALUE ...] or NUMBER, joined by + and -, with < <= >
 * >= between the sums; all words stand between blanks, metrics count in base units (s, B, 1).
 * KEY=VALUE are swept values, and where several cells have them their mean counts; `or` gives a
 * metric that is not defined (what never happened has no time) a value. KEY=EACH makes the line
 * speak of every value of KEY in the order of the file, KEY=SOME of at least one, and KEY=NEXT in
 * the same line is the value after it.
 *
 * For a row of the decision matrix: decision: { case: …, risk: …, choice: … }.
 */
#ifndef PUSHSIM_ANALYSIS_CLAIM_H
#define PUSHSIM_ANALYSIS_CLAIM_H

#include <stddef.h>

#include "experiments/run/config.h"

#define EVIDENCE_TERMS_MAX 10

/* Whether a line speaks of one comparison, of each value of a key, or of at least one. */
enum evidence_range { EVIDENCE_ONE, EVIDENCE_EACH, EVIDENCE_SOME };
/* What the runs say of it (verdict.h). */
enum evidence_result { EVIDENCE_SHOWN, EVIDENCE_REFUTED, EVIDENCE_OPEN };

struct evidence_term { /* factor, or factor x metric */
    double factor;     /* sign included */
    char metric[48];   /* "" = none */
    double otherwise;  /* its value where it is not defined; NAN: none */
    char *cell;        /* "key=value key=value"; owned; NULL without a metric */
    bool right;        /* of the comparison */
};

struct evidence_finding {        /* of one comparison, over the replications */
    size_t pairs;                /* runs of each cell that it compares */
    size_t agree;                /* of them: the line is true in the run itself */
    double left, right;          /* means of the two sums */
    double low, high;            /* interval of left - right */
    enum evidence_result result; /* what the interval says of the line */
};

struct evidence {
    char *text;                                     /* as written; owned */
    struct evidence_term terms[EVIDENCE_TERMS_MAX]; /* of the left sum, then of the right one */
    size_t term_count;                              /* of both, >= 2 */
    char operator[3];                               /* between the sums: "<", "<=", ">", ">=" */
    size_t part;               /* index of the part of the claim that it is a line of */
    enum evidence_range range; /* of how many values of `key` it speaks */
    char *key;                 /* that ranges; owned; NULL: none */
    /* found by claim_judge; of a range: the value that decides */
    struct evidence_finding found;
    char *at; /* "cpu.limit=100m", of a range; owned */
};

struct claim_part {
    char *name; /* owned; "": evidence is one list */
    bool shown; /* all its lines are; found by claim_judge */
};

struct claim {
    char *name;               /* "M5"; owned */
    char *decision[3];        /* case, risk, choice; owned; NULL: no such row */
    struct claim_part *parts; /* owned */
    struct evidence *items;   /* owned */
    size_t part_count, count; /* of parts, of items; 0: the file makes no claim */
    size_t runs;              /* of each cell, at most; found by claim_judge; 0: not measured */
};

/* From the experiment's file. ERR_INVALID with its place. */
int claim_read(struct claim *c, const struct experiment *e, struct error *err);
void claim_close(struct claim *c);

#endif
