/* simulation.h - the clock and the event loop of a discrete-event simulation.
 *
 * Time is int64 nanoseconds from the start of the run. Events are `f(subject, object)`; equal
 * times are ordered by priority (smaller first), then by the order in which they were scheduled
 * (a rescheduled event counts as scheduled at that moment).
 * The caller owns subject and object. A simulation is single-threaded and shares nothing.
 */
#ifndef PUSHSIM_SIM_SIMULATION_H
#define PUSHSIM_SIM_SIMULATION_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/event_queue.h"

struct simulation {
    int64_t now_ns;           /* current time, >= 0 */
    struct event_queue queue; /* pending events */
    uint64_t executed;        /* events dispatched so far */
    bool stopped;             /* set by simulation_stop */
};

void simulation_init(struct simulation *sim);
void simulation_close(struct simulation *sim);

/* Schedules fn(subject, object) at `at_ns` (>= now); priority -32768..32767. The handle stays
 * valid until the event starts to run or was cancelled; using it later is safe and answers "gone".
 * 0 is never a valid handle. */
static inline uint64_t simulation_at(struct simulation *sim, int64_t at_ns, int priority,
                                     event_fn *fn, void *subject, void *object)
{
    assert(at_ns >= sim->now_ns);
    return event_queue_push(&sim->queue, at_ns, priority, fn, subject, object);
}

bool simulation_cancel(struct simulation *sim, uint64_t handle); /* false: gone */
bool simulation_reschedule(struct simulation *sim, uint64_t handle, int64_t at_ns); /* idem */

/* Runs every event with time <= until_ns (or until simulation_stop), then sets now = until_ns. */
void simulation_run_until(struct simulation *sim, int64_t until_ns);
/* Runs the next event; false when there is none. */
bool simulation_step(struct simulation *sim);
/* Makes run_until return after the event in progress; now stays where it is. */
void simulation_stop(struct simulation *sim);

#endif
