/* loop_node.c - libuv 1.44, src/unix/core.c, uv_run: timers, poll, check, close, each to its end;
 * Node runs the microtasks of a callback before the next callback (event_loop_inside), then what
 * waits for the next tick (event_loop_flush: sockets are uncorked); its setImmediate callbacks run
 * in the check phase, those set there wait for the next iteration.
 */
#include "models/event_loop.h"

enum { PHASE_TIMERS, PHASE_POLL, PHASE_IO, PHASE_CHECK, PHASE_CLOSE };

/* Enters the next phase; `ready` then holds its callbacks. */
static void enter(struct event_loop *loop, int phase)
{
    loop->phase = phase;
    if (phase == PHASE_TIMERS)
        loop_queue_move(&loop->ready, &loop->timers, loop->timers.count);
    else if (phase == PHASE_CHECK)
        loop_queue_move(&loop->ready, &loop->later, loop->later.count);
    else if (phase == PHASE_CLOSE)
        loop_queue_move(&loop->ready, &loop->closes, loop->closes.count);
}

static bool node_next(struct event_loop *loop, struct loop_entry *entry)
{
    for (;;) {
        if (loop_take(loop, &loop->flush, entry) || loop_take(loop, &loop->ready, entry))
            return true;
        if (loop->phase == PHASE_TIMERS) {
            if (loop->later.count == 0 && !loop_has_arrivals(loop))
                return false;
            loop->phase = PHASE_POLL;
            *entry = loop_poll_entry(loop, loop->inbox.count);
            return true;
        }
        enter(loop, loop->phase == PHASE_CLOSE ? PHASE_TIMERS : loop->phase + 1);
    }
}

static void node_polled(struct event_loop *loop, uint32_t fds)
{
    loop_told_again(loop, fds);
    loop->phase = PHASE_IO;
    loop_queue_move(&loop->ready, &loop->inbox, fds);
    loop_accept_batch(loop, &loop->ready);
}

const struct loop_ops loop_node = { "node", node_next, node_polled };
