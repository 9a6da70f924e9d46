/* phase_events.h - the workload's phases in the event log: kind "phase", detail the name, at the
 * begin of each. A schedule that was not built from phases (a trace) has none.
 */
#ifndef PUSHSIM_MODELS_PHASE_EVENTS_H
#define PUSHSIM_MODELS_PHASE_EVENTS_H

#include "models/parameters.h"
#include "models/run_record.h"
#include "models/schedule.h"
#include "sim/simulation.h"

struct phase_events {
    struct simulation *sim;                 /* borrowed, as all below */
    const struct workload_params *workload; /* whose phases they are */
    struct run_record *out;                 /* takes the events */
    int next;                               /* the phase that begins next, from 0 */
};

/* At the start of the run; *e lives until its end. */
void phase_events_start(struct phase_events *e, struct simulation *sim,
                        const struct schedule *s, const struct workload_params *workload,
                        struct run_record *out);

#endif
