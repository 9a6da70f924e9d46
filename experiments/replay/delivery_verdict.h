/* delivery_verdict.h - did the server deliver at all? What it cost to deliver nothing is no result,
 * however soundly it was measured.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_DELIVERY_VERDICT_H
#define PUSHSIM_EXPERIMENTS_REPLAY_DELIVERY_VERDICT_H

#include "models/run_record.h"
#include "sim/error.h"

struct delivery_causes { /* "" without; borrowed */
    const char *strange; /* how the first message that was none of this run's began */
    const char *refused; /* why the first publish failed */
    const char *ended;   /* why the first connection ended that no client closed */
};

/* By the record of a run that is over. ERR_STATE: messages were due and none was delivered; the
 * text names the cause as far as the record and these show it. */
int delivery_verdict(const struct run_record *record, const struct delivery_causes *causes,
                     struct error *err);

#endif
