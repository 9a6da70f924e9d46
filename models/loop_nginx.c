/* loop_nginx.c - nginx 1.22, src/event/ngx_event.c, ngx_process_events_and_timers: one epoll_wait
 * posts its events; accepted connections are served first, then due timers, then the posted
 * events; ngx_event_process_posted goes on until the queue is empty, so what an event posts is
 * still served before the next poll.
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
    loop_queue_move(&loop->ready, &loop->timers, loop->timers.count);
    loop_queue_move(&loop->ready, &loop->inbox, fds);
    loop_queue_move(&loop->ready, &loop->closes, loop->closes.count);
}

const struct loop_ops loop_nginx = { "nginx", nginx_next, nginx_polled };
