/* slo_watch.h - an SLO watched during a run: every second the figures go through slo_control.h,
 * and each breach, recovery, trigger and action goes into the event log, and into the series
 * slo.broken whether a limit is broken then: 1 from its breach on until before its recovery, else
 * 0.
 *
 * Events: breach and recovery ("p99 1.2, limit 0.5"), trigger (begins, ends), action (begins,
 * ends).
 */
#ifndef PUSHSIM_MODELS_SLO_WATCH_H
#define PUSHSIM_MODELS_SLO_WATCH_H

#include "models/parameters.h"
#include "models/run_record.h"
#include "models/slo_control.h"

struct slo_watch {
    struct slo_control control; /* what judges, and says what to do */
    int64_t published_ns; /* planned time of the first publish since the last look; -1 = none */
    int64_t waiting_ns;   /* something is due at least since then; -1 = nothing is */
    double depth_sum;     /* of the queue depths sampled since the last look, */
    uint32_t depths;      /* so many */
    uint64_t breaches;    /* seconds in which a limit began to be broken */
    uint64_t actions;     /* begun */
    int64_t first_breach_ns, first_trigger_ns; /* -1 = never */
    int64_t breach_ns;                         /* time in breach of a limit */
    /* Of it with all pods ready, no probe failed, CPU below 80 % of the request. */
    int64_t green_ns;
};

void slo_watch_init(struct slo_watch *w);
/* A message is due that was planned for then. */
void slo_watch_publish(struct slo_watch *w, int64_t planned_ns);
/* Mean queue depth at this instant, messages. One sample a second would beat with publishes that
 * come in step with seconds: the control judges by the mean over the interval. */
void slo_watch_depth(struct slo_watch *w, double depth);
/* That mean, 0 without samples; the next interval begins. */
double slo_watch_take_depth(struct slo_watch *w);
/* Once in every interval that ends now. Without deliveries in it (`delivered`) there are no
 * latencies; if something is due (`under_way`), they are as long as it has been waiting for sure:
 * since its publish when all of it is of this interval, else since the last interval with
 * deliveries ended. */
void slo_watch_silence(struct slo_watch *w, bool delivered, bool under_way, int64_t now_ns,
                       struct slo_sample *sample);
/* `interval_ns` ends now; the caller enacts what the change says. */
struct slo_change slo_watch_step(struct slo_watch *w, const struct parameters *p,
                                 const struct slo_sample *sample, bool green,
                                 int64_t interval_ns, int64_t now_ns, struct run_record *out);
/* Metrics breaches, breach.first (s), breach.time (s), breach.green (share of it), trigger.first
 * (s), actions. */
void slo_watch_report(const struct slo_watch *w, struct run_record *out);

#endif
