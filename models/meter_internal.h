/* meter_internal.h - what meter.c (the books) and meter_deliver.c (latencies) share. */
#ifndef PUSHSIM_MODELS_METER_INTERNAL_H
#define PUSHSIM_MODELS_METER_INTERNAL_H

#include "models/meter.h"

/* Takes `messages` (fewer than 0: puts them) off what is due on each of n connections, of which
 * `connection` is the first. connection + n <= m->connections. */
void meter_settle(struct meter *m, uint32_t connection, uint32_t n, int32_t messages);

#endif
