/* scenario_key.h - which scenario a cell is, in words that do not depend on the sweep it came from.
 *
 * A profile lists the keys of the cells that it was fitted to, and validation refuses cells
 * whose key is among them. The key names every option that differs from its default, but for
 * what describes the model (OPTION_MODEL), the counts of runs and the seed (OPTION_FIXED),
 * limits that only judge (slo.*), and what only says how long one watches (durations, drain):
 *   protocol=websocket cpu.limit=150m clients.count=300 workload.arrivals=poisson rate=11/s
 */
#ifndef PUSHSIM_ANALYSIS_SCENARIO_KEY_H
#define PUSHSIM_ANALYSIS_SCENARIO_KEY_H

#include "experiments/run/settings.h"

/* The key; the caller frees it. */
char *scenario_key(const struct settings *s);

#endif
