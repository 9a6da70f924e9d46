/* fleet_case.h - small fleets for tests, and what to ask of their records. */
#ifndef PUSHSIM_TESTS_SUPPORT_FLEET_CASE_H
#define PUSHSIM_TESTS_SUPPORT_FLEET_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "models/parameters.h"
#include "models/run_record.h"

/* Kubernetes' defaults, `pods` pods, one client class that comes back after a second; readiness
 * every 2 s; windows of metrics of 5 s, 5 s old when seen. */
struct parameters fleet_case(int64_t pods, int64_t clients, int64_t duration_ns);

/* Events of a kind whose text has `detail` in it. */
size_t fleet_case_events(const struct run_record *r, const char *kind, const char *detail);
/* When the n-th of them (from 0) happened; -1: it did not. */
int64_t fleet_case_event_ns(const struct run_record *r, const char *kind, const char *detail,
                            size_t n);

#endif
