/* run_record.h - what one run of either arm yields: named figures, histograms, series, events.
 *
 * The store writes it as it is; the names are the vocabulary shared by both arms, all of it in
 * data/results.md. What is to be known beside their names: metrics
 * delivery.p50 delivery.p95 delivery.p99 delivery.p999 delivery.mean (s), published,
 *          delivered, dropped, in_flight, lost (count), duration, drained (s: to the end, and of
 *          that since the last phase: what is in flight has waited so long at least), cpu.used (s),
 *          cpu.throttled (s),
 *          cpu.periods, cpu.throttled_periods (count), cpu.throttled_share (ratio),
 *          cpu.used.beside (s: by threads beside event loops, code_compiler.h; simulated: if any),
 *          heartbeat.late.p50 .p99 (s), connections (count), disconnects.<cause> (count),
 *          memory.peak (bytes; of a fleet: of all its pods at one time, as memory.end at the end, and
 *          memory.pod.peak is that of the pod that once held most; processes that start and do not
 *          listen yet count, in the series memory too),
 *          gc.full (count), gc.pause, gc.pause.max (s) where garbage is collected by count,
 *          blame.<part>.all, blame.<part>.tail (ratio of latency) …
 * histograms delivery, replayed, roundtrip (ns);
 * series by second cpu.used, cpu.throttled (s), delivery.p50, .p95, .p99 (s),
 *          memory (B), connections, clients.open, reconnects; connections.closing,
 *          clients.closing of WebSockets that wait for each other; where there are any drops,
 *          disconnects (of all causes) and disconnects.<cause> (real arm: .client_left only),
 *          write_timeouts, connects, connects.failed, connects.failure_rate (of the attempts that
 *          ended in the second); slo.broken (sim arm, where there is an SLO: 1 while a limit is
 *          broken, else 0: slo_watch.h); queue.depth (mean over the connections) eleven times a
 *          second, and queue.depth.p99, .max over the connections at the samples of each second (sim
 *          arm: the real servers tell depths of the whole run only); of a pod of a fleet the same, as
 *          pod.N.<name>, but queue.depth once a second
 */
#ifndef PUSHSIM_MODELS_RUN_RECORD_H
#define PUSHSIM_MODELS_RUN_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "sim/histogram.h"

struct record_metric {
    char name[48]; /* with the prefix of a part; a longer one is cut, as all texts below */
    char unit[8];  /* "s", "1" (count or ratio), "B", "1/s" */
    double value;  /* in that unit; NAN = not defined */
};

struct record_histogram {
    char name[48]; /* what of: "delivery", "replayed", "roundtrip"; a part's prefix before it */
    struct histogram histogram; /* ns; owned */
};

struct record_point { /* one point of a series */
    char name[48];    /* of the series; its unit: data/results.md */
    int64_t at_ns;    /* from time 0; the end of the second that it is of */
    double value;     /* in that unit; NAN = not known */
};

struct record_event {
    int64_t at_ns;    /* from time 0 */
    char kind[24];    /* phase, breach, oom, restart, connect, disconnect, ... */
    char detail[104]; /* in words, what happened to whom */
};

struct run_record {                      /* arrays owned; grow by run_record_* */
    struct record_metric *metrics;       /* in the order written, as all below */
    size_t metric_count;                 /* of them, as the counts below */
    struct record_histogram *histograms; /* each closed with the record */
    size_t histogram_count;              /* of all names */
    struct record_point *points;         /* of all series, mixed */
    size_t point_count;                  /* of all of them */
    struct record_event *events;         /* what happened, and when */
    size_t event_count;                  /* of all kinds */
    struct run_record *whole;            /* a part has no arrays: all goes there; borrowed */
    char prefix[16]; /* of a part: before its names, those of events apart */
};

/* Names, units and texts are copied by all of these, and a histogram too. A name that is written
 * twice stands there twice. */
void run_record_init(struct run_record *r);
/* A part of `whole`: what is written into it stands there, as prefix + name. */
void run_record_init_part(struct run_record *r, struct run_record *whole, const char *prefix);
void run_record_close(struct run_record *r);
void run_record_metric(struct run_record *r, const char *name, const char *unit, double value);
void run_record_histogram(struct run_record *r, const char *name, const struct histogram *h);
void run_record_point(struct run_record *r, const char *name, int64_t at_ns, double value);
/* A point of what a count has grown by since *seen, if it has; keeps it. */
void run_record_count(struct run_record *r, const char *name, int64_t at_ns, uint64_t *seen,
                      uint64_t now);
/* A point part / whole; none where the whole is 0. */
void run_record_share(struct run_record *r, const char *name, int64_t at_ns, uint64_t part,
                      uint64_t whole);
void run_record_event(struct run_record *r, int64_t at_ns, const char *kind, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));
/* The value of a metric, the first of that name; NAN when it is not there. */
double run_record_value(const struct run_record *r, const char *name);

#endif
