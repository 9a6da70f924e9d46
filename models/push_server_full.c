/* push_server_full.c - the policy that disconnects: whose queue has no room for a message is no
 * subscriber from then on, and all that it was to get is lost with it; its task, which waits for its
 * turn, is cancelled then. What is published meanwhile is due to it no more, and costs nothing for
 * it (experiments/replay/servers: make_room leaves, then cancels).
 */
#include "models/push_server_internal.h"

void push_full_leave(struct push_server *s, uint32_t i)
{
    push_topic_closed(s, i);
    s->full_at[i] = push_server_tail(s, i);
}

static void leave_range(struct push_server *s, const struct loop_entry *e)
{
    for (uint32_t i = e->first; i < e->first + e->count; i++)
        if (!(s->connections.state[i] & (CONNECTION_OWN | CONNECTION_LEFT)))
            push_life_close(s, i, DISCONNECT_SLOW_CONSUMER);
}

static void leave_if_full(void *arg, const struct loop_entry *e, bool begun,
                          int64_t progress_ns)
{
    struct push_server *s = arg;
    bool waits = e->step == STEP_PASS || (e->step == STEP_TAKE && !begun);
    (void)progress_ns;
    if (waits && push_server_tail(s, e->first) - e->from > s->p->server.queue_bound)
        leave_range(s, e);
}

void push_full_check(struct push_server *s)
{
    if (s->p->server.queue_policy == POLICY_DISCONNECT &&
        s->p->server.fan_out == FAN_OUT_QUEUES)
        event_loop_visit(&s->loop, leave_if_full, s);
}
