/* due_latency.h - within which time 95 and 99 of a hundred messages come that were due.
 *
 * delivery.p99 is of those that arrived. What is still under way when the drain is over comes later
 * than nearly all of them, so the p99 of both lies higher among those that arrived: at their
 * quantile 0.99 (1 + under way / arrived). Where more are under way than a quantile leaves, it is
 * one of these, which have waited for the drain at least. What was dropped or lost never comes, and
 * has limits of its own.
 *
 * Messages under way are counted over the whole run, those that arrived where their publish was
 * measured: a warm-up of many messages that nobody measures makes the quantiles later, not earlier.
 */
#ifndef PUSHSIM_MODELS_DUE_LATENCY_H
#define PUSHSIM_MODELS_DUE_LATENCY_H

#include "models/run_record.h"
#include "sim/histogram.h"

/* Metrics due.p95 and due.p99 (s; NAN: nothing arrived) of latencies in ns, the messages that were
 * under way when the run ended (>= 0) and how long it drained. */
void due_latency_report(const struct histogram *arrived, double under_way, double drained_s,
                        struct run_record *record);

#endif
