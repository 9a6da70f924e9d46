/* loop_nginx.c - nginx 1.22, src/event/ngx_event.c, ngx_process_events_and_timers: what epoll_wait
 * has found is served on the spot (accept_mutex is off, its default since 1.11.3; with it, and
 * several workers, timers would come before all but accepted connections), then due timers, then
 * what these events have posted: ngx_event_process_posted goes on until the queue is empty, so all
 * of it is served before the next poll. Accepted connections come first here; in nginx they do
 * where the listening socket lies in epoll's list.
 */
#include "models/event_loop.h"

static bool nginx_next(struct event_loop *loop, struct loop_entry *entry)
{
    if (loop_take_ready(loop, entry))
        return true;
    if (!loop_has_arrivals(loop))
        return false;
    *entry = loop_poll_entry(loop, loop->inbox.count);
    return true;
}

static void nginx_polled(struct event_loop *loop, uint32_t fds)
{
    loop_accept_batch(loop, &loop->ready);
    loop_queue_move(&loop->ready, &loop->inbox, fds);
    loop_queue_move(&loop->ready, &loop->closes, loop->closes.count);
    loop_queue_move(&loop->ready, &loop->timers, loop->timers.count);
}

const struct loop_ops loop_nginx = { "nginx", nginx_next, nginx_polled };
