/* slo.h - are the limits of an experiment's slo section kept over whole runs? The exit status 99
 * and the marks in the table of `pushsim run` come from here.
 *
 * What is compared with a limit is judged in one place (slo_breaches in models/slo_control.h);
 * what is put before it differs: figures of whole runs here, those of single seconds in the events
 * "breach" and in what explain calls broken (phases.h). A run can keep its limits as a whole and
 * break them in some seconds, or the other way round.
 */
#ifndef PUSHSIM_ANALYSIS_SLO_H
#define PUSHSIM_ANALYSIS_SLO_H

#include "analysis/cells.h"
#include "models/parameters.h"
#include "models/run_record.h"

/* What slo.drops limits over whole runs: the share of messages that never come. Dropped ones,
 * those lost with a connection that neither its client nor the network ended or in a queue that
 * all share, and all that a publish would have sent that no server heard. What a replay brought
 * after all, or is to bring, came: nobody books from which loss, so all kinds of loss are made
 * good alike. By means over the arm's runs; NAN when nothing was due. */
double slo_missing_share(const struct cell *cell, enum arm arm);

/* Bits 1 << enum slo_limit: means over the arm's runs above their limits. A figure that was not
 * recorded breaks nothing. Latencies are of all that was due: what had not arrived when the drain
 * was over is later than that, and a run in which nothing arrived is later than any limit
 * (run_fates.h), its cell with it. */
unsigned slo_broken(const struct slo_params *slo, const struct cell *cell, enum arm arm);

/* Of what arrived and what is under way when the run ends, the latter: 0..1, by means over the
 * arm's runs; NAN where there is neither. */
double slo_under_way_share(const struct cell *cell, enum arm arm);

/* Is a limit broken, or can it be told that none is? Not where no latency was measured, nor where
 * more are under way than p95 or p99 leaves and the drain was shorter than its limit. Counts are of
 * the whole run: the phases that are not measured are in them. */
bool slo_known(const struct slo_params *slo, const struct cell *cell, enum arm arm);

/* How many of the arm's single runs are above the limit of p95 or of p99, whichever are more. The
 * mean may keep a limit that a fifth of the runs break. */
size_t slo_runs_late(const struct slo_params *slo, const struct cell *cell, enum arm arm);

/* Is the slo kept over a single run? ERR_STATE: that cannot be told, since nothing arrived of what
 * one of its limits is about and nothing is missing either. What is under way when a drain ends
 * that was shorter than the limit is not kept. */
int slo_judge(const struct slo_params *slo, const struct run_record *record, bool *kept,
              struct error *err);

#endif
