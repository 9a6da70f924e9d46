/* phases.h - the course of a failure: what broke first, its phase at every time, recovery,
 * metastable, false green. Works on the rows of either arm; what an arm does not record breaks
 * nothing.
 *
 * The calm part gives the reference: the windows (timeline.h) from settle_s to the beginning of
 * the pressure (outline.h), at most the last calm_s of them; where those are fewer than three, the
 * first calm_s of the run after settle_s. A calm value is the median over it; where it has none
 * (no delivery) and no SLO says what is late, latencies are not judged. But where nothing at all
 * arrived in a run although something was due (run_fates.h), no part is calm, and every wait above
 * floor_s is too long.
 *
 * A signal is broken in a window while its value is above its bound:
 *
 *   p50             stable x calm p50, at least floor_s
 *   p95             slo.p95, or without it drift x calm p95, at least floor_s
 *   p99             slo.p99, or without it expansion x calm p99, at least floor_s
 *   queue           mean depth: amplified x calm depth, at least 1 message for every client
 *   drops           0 messages
 *   churn           slo.reconnects, or without it churn_share x clients a second; value: lost or
 *                   reopened connections a second, whichever is more
 *   write-timeouts  0 connections
 *   handshakes      churn_share x clients failed attempts a second
 *   memory          memory_share of the limit
 *   probes          0 failed probes
 *   pods            0 pods that run and are not ready
 *   killed          0 processes that died (out of memory, crash, exit, failed liveness probe)
 *
 * It broke when it was broken in two windows in a row (p50, p95, p99, queue: one publish in bad
 * luck is no failure) or in one (all others); a spell that was over before the pressure began is
 * none of its doing and counts for the time alone. What broke first is the earliest; at equal
 * times a killed process, which is the cause of the others, else the one that stands first above.
 *
 * The phase of a window, of the field study that this project starts from (claims S1, S2):
 *
 *   3 partial collapse  a process died in this window or the one before, or more than lost_share of
 *                       the clients are not connected, or the median is above p99's bound
 *   2 p99 expansion     p99 is broken, and so are churn, write-timeouts, drops or p50
 *   1 p95 drift         p95 or p99 is broken
 *   0                   none of these
 *
 * then the median over it and its two neighbours, so that a single window makes no phase. A stable
 * median in phase 1, and churn in phase 2, are what the claim says and not part of the definition:
 * they are figures (stable_share, churn_share).
 *
 * Recovery: from the end of the pressure to the first hold_s in phase 0, with the clients back,
 * after which phases 2 and 3 stay away to the end of the run. Back are all but away_share of those
 * that were connected before the pressure began, or of those at the end of the run, if these are
 * fewer: some have left for good. If a phase comes back (a liveness probe's kill, reconnects that
 * pile up: what the pressure left, there being no other), the calm before it was none. A drift
 * (phase 1) takes nothing back. Metastable: not recovered although the load went on for patience_s
 * after the pressure. Both NAN where the run cannot tell: the pressure lasts, or the load ends too
 * early.
 *
 * False green: p95 or p99 is broken, while CPU use is below cpu_fine of the request (else the
 * limit), every pod is ready, no probe failed and no process died.
 */
#ifndef PUSHSIM_ANALYSIS_PHASES_H
#define PUSHSIM_ANALYSIS_PHASES_H

#include <stdbool.h>

#include "analysis/outline.h"
#include "analysis/timeline.h"

enum failure_signal {
    SIGNAL_P50,
    SIGNAL_P95,
    SIGNAL_P99,
    SIGNAL_QUEUE,
    SIGNAL_DROPS,
    SIGNAL_CHURN,
    SIGNAL_WRITE_TIMEOUTS,
    SIGNAL_HANDSHAKES,
    SIGNAL_MEMORY,
    SIGNAL_PROBES,
    SIGNAL_PODS,
    SIGNAL_KILLED,
    SIGNALS,
};

#define FAILURE_PHASES 4 /* 0..3 */

struct phases_params {   /* defaults in phases_defaults, with their reasons */
    double drift;        /* of p95 over calm, > 1 */
    double expansion;    /* of p99 over calm, > 1 */
    double stable;       /* of p50 over calm, > 1 */
    double floor_s;      /* latencies below are never broken without an SLO */
    double amplified;    /* of queue depth over calm, > 1 */
    double churn_share;  /* of the clients, in a second */
    double memory_share; /* of the limit */
    double lost_share;   /* of the clients */
    double away_share;   /* of the clients: so many may be out when it has recovered */
    double cpu_fine;     /* of the request */
    double settle_s;     /* at the start, not looked at for the calm part */
    double calm_s;       /* longest calm part */
    double hold_s;       /* in phase 0 until recovery counts, if nothing worse comes back */
    double patience_s;   /* after the pressure, then it is metastable */
};

struct phases_signal {
    double calm;    /* NAN: not known, or it has none */
    double bound;   /* in the unit of its value; NAN: not looked at */
    double first_s; /* begin of the spell in which it broke; NAN: never */
    double peak;    /* largest value; NAN: not recorded */
    double peak_s;  /* begin of its window */
    double time_s;  /* in which it was broken, single windows included */
};

struct phases {
    double calm_begin_s, calm_end_s; /* the calm part; both the same: there is none */
    bool calm_pressed; /* the pressure was there already: a reference that is not calm */
    bool starved;      /* nothing arrived although something was due: there is no calm part */
    struct phases_signal signal[SIGNALS]; /* what became of each */
    int first;                            /* enum failure_signal; SIGNALS: nothing broke */
    uint8_t *phase;                       /* of each window; owned */
    size_t count;                         /* windows */
    double step_s;                        /* of a window */
    int worst, last;                      /* phase: the highest, and that of the last window */
    double first_s[FAILURE_PHASES];       /* begin of each; NAN: never */
    double time_s[FAILURE_PHASES];        /* how long in each, all spells together */
    double stable_share;      /* of phase 1: the median was stable; NAN: no phase 1 */
    double churn_share;       /* of phase 2: churn or write time-outs; NAN: no phase 2 */
    double recovery_s;        /* NAN: see above */
    double metastable;        /* 1, 0; NAN: see above */
    double broken_s, green_s; /* p95 or p99 broken; of it false green */
};

extern const struct phases_params phases_defaults;

void phases_init(struct phases *f, const struct phases_params *p, const struct outline *o,
                 const struct run_record *r);
void phases_close(struct phases *f);

/* The signal that broke next after `after` (SIGNALS: the first); SIGNALS: none. */
int phases_next(const struct phases *f, int after);

const char *failure_signal_name(enum failure_signal signal);
const char *failure_phase_name(int phase); /* "p95 drift" */

/* Adds what was found to the run's own figures, so that it is stored, plotted and asserted on:
 *   failure.phase.max, .end   0..3; failure.phase1.first .time (s), phase2, phase3
 *   failure.phase1.stable     share; failure.phase2.churn: share
 *   broke.first               1 + enum failure_signal; 0: nothing broke
 *   broke.first.at (s), broke.p50, broke.p95 … (s): when each broke
 *   recovery.time (s), metastable, false_green.time (s), false_green.share (of the broken time)
 * and the series failure.phase: a point at 0, at every change and at the end. */
void phases_record(const struct phases *f, struct run_record *r);

/* All of it at once: the outline, the phases with the default thresholds, into the record. */
void phases_describe(const struct parameters *p, const struct schedule *s,
                     struct run_record *r);

#endif
