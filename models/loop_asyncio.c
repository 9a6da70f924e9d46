/* loop_asyncio.c - CPython 3.11, Lib/asyncio/base_events.py, BaseEventLoop._run_once: poll with
 * time-out 0 when callbacks are ready; then the callbacks of ready descriptors, then those of due
 * timers go behind the ready ones; then exactly the callbacks that are ready now are run. What
 * they make ready waits for the next iteration.
 *
 * uvloop 0.17 (uvloop/loop.pyx: _on_idle, _exec_queued_writes) keeps that order and holds stream
 * writes back until the callbacks of the iteration have run: event_loop_flush.
 */
#include "models/event_loop.h"

enum { PHASE_POLL, PHASE_RUN, PHASE_FLUSH };

static bool asyncio_next(struct event_loop *loop, struct loop_entry *entry)
{
    if (loop->phase == PHASE_RUN) {
        if (loop_take(loop, &loop->ready, entry))
            return true;
        loop->phase = PHASE_FLUSH;
    }
    if (loop->phase == PHASE_FLUSH) {
        if (loop_take(loop, &loop->flush, entry))
            return true;
        loop->phase = PHASE_POLL;
    }
    if (loop->later.count == 0 && !loop_has_arrivals(loop))
        return false;
    *entry = loop_poll_entry(loop, loop->inbox.count);
    return true;
}

static void asyncio_polled(struct event_loop *loop, uint32_t fds)
{
    loop_told_again(loop, fds);
    loop_queue_move(&loop->ready, &loop->later, loop->later.count);
    loop_queue_move(&loop->ready, &loop->inbox, fds);
    loop_accept_batch(loop, &loop->ready);
    loop_queue_move(&loop->ready, &loop->closes, loop->closes.count);
    loop_queue_move(&loop->ready, &loop->timers, loop->timers.count);
    loop->phase = PHASE_RUN;
}

const struct loop_ops loop_asyncio = { "asyncio", asyncio_next, asyncio_polled };
