#include "sim/simulation.h"

#include <assert.h>

void simulation_init(struct simulation *sim)
{
    *sim = (struct simulation){ 0 };
    event_queue_init(&sim->queue);
}

void simulation_close(struct simulation *sim)
{
    event_queue_close(&sim->queue);
}

bool simulation_cancel(struct simulation *sim, uint64_t handle)
{
    return event_queue_cancel(&sim->queue, handle);
}

bool simulation_reschedule(struct simulation *sim, uint64_t handle, int64_t at_ns)
{
    assert(at_ns >= sim->now_ns);
    return event_queue_move(&sim->queue, handle, at_ns);
}

static inline bool run_next(struct simulation *sim, int64_t until_ns)
{
    const struct event_node *event;
    if (!event_queue_pop(&sim->queue, until_ns, &event))
        return false;
    sim->now_ns = event->at_ns;
    sim->executed++;
    event->fn(event->subject, event->object);
    return true;
}

bool simulation_step(struct simulation *sim)
{
    return run_next(sim, INT64_MAX);
}

void simulation_run_until(struct simulation *sim, int64_t until_ns)
{
    assert(until_ns >= sim->now_ns);
    sim->stopped = false;
    while (!sim->stopped && run_next(sim, until_ns))
        ;
    if (!sim->stopped)
        sim->now_ns = until_ns;
}

void simulation_stop(struct simulation *sim)
{
    sim->stopped = true;
}
