/* event_queue.h - pending events in order of time, priority, sequence.
 *
 * PLACEHOLDER HEADER: the engine's author owns this file.
 */
#ifndef PUSHSIM_SIM_EVENT_QUEUE_H
#define PUSHSIM_SIM_EVENT_QUEUE_H

typedef void event_fn(void *subject, void *object);

struct event_queue {
    void *impl;
};

#endif
