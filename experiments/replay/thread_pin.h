/* thread_pin.h - a thread's CPU. */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_THREAD_PIN_H
#define PUSHSIM_EXPERIMENTS_REPLAY_THREAD_PIN_H

#include <sched.h>

/* From here on the calling thread, and what it starts, runs on this CPU alone (>= 0); where we may
 * not use it, all stays as it was. */
static inline void thread_pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

#endif
