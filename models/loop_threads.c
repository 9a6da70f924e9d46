/* loop_threads.c - a plain pool: each thread takes one job from its queue, does the whole of it,
 * then takes the next (e.g. Python's concurrent.futures.thread._worker, CPython 3.11). A poll is
 * the wake-up and the lock: one for each job.
 */
#include "models/event_loop.h"

static bool threads_next(struct event_loop *loop, struct loop_entry *entry)
{
    if (loop_take_ready(loop, entry))
        return true;
    if (!loop_has_arrivals(loop))
        return false;
    *entry = loop_poll_entry(loop, loop->inbox.count > 0);
    return true;
}

static void threads_polled(struct event_loop *loop, uint32_t fds)
{
    struct loop_queue *jobs = fds                  ? &loop->inbox
                              : loop->closes.count ? &loop->closes
                              : loop->timers.count ? &loop->timers
                                                   : &loop->accepts;
    loop_queue_move(&loop->ready, jobs, 1);
}

const struct loop_ops loop_threads = { "threads", threads_next, threads_polled };
