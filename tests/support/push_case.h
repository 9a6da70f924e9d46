/* push_case.h - parameters and schedules for tests of the push model. */
#ifndef PUSHSIM_TESTS_PUSH_CASE_H
#define PUSHSIM_TESTS_PUSH_CASE_H

#include "models/parameters.h"
#include "models/run_record.h"
#include "models/schedule.h"
#include "sim/random_stream.h"

/* FastAPI on uvloop over SSE with round costs, ample CPU, no noise, no overhead of the host:
 * 3 clients, 1 s at 10 publishes/s. */
struct parameters push_case_plain(void);
/* Node, hops 0, with the defaults' costs, ample CPU, and nothing by chance: constant arrivals, no
 * noise, no warm-up (no time off the CPU that a pause or settling shortens). */
struct parameters push_case_node(enum push_protocol protocol, uint32_t clients);
/* Any server, limit, policy, noise, load; small enough for a run of a few milliseconds. */
struct parameters push_case_random(struct random_stream *rs);
/* A schedule of its own for p: publishes of its phases, and clients that come, leave and stall. */
void push_case_schedule(struct schedule *s, const struct parameters *p,
                        struct random_stream *rs);
/* A schedule of publishes at given times; `measured` all. */
void push_case_publishes(struct schedule *s, uint32_t clients, const int64_t *at_ns, size_t n,
                         int64_t end_ns);
/* Runs p, a server alone or a fleet, with the schedule of its phases, replication 1, into a record
 * of the caller's. */
void push_case_run(const struct parameters *p, uint64_t seed, struct run_record *out);

#endif
