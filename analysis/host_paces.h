/* host_paces.h - the pace of the host beside each real run as an input of the simulated ones.
 *
 * A cell's replications take the paces of its real runs in turn, so that each real run is predicted
 * on a host as fast as it was measured beside that run (host_pace.h). The pace is no result of the
 * server: it is what the machine gave, as the limit is.
 */
#ifndef PUSHSIM_ANALYSIS_HOST_PACES_H
#define PUSHSIM_ANALYSIS_HOST_PACES_H

#include "experiments/run/plan.h"
#include "experiments/run/store.h"

/* Of one real run; 0 where it was not measured. */
struct run_pace host_paces_of(const struct run_record *record);

/* Of the runs of experiment `name` that are done: by cell, in order of their numbers. Cells with a
 * run without a step's time, and those of costs that do not know theirs (cost.host-pace), stay as
 * the settings say; where a run's memory was not measured, that is taken to be as the costs say.
 * ERR_IO. */
int host_paces_take(struct plan *plan, struct store *store, const char *name,
                    struct error *err);

#endif
