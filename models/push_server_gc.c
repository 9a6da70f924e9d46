/* push_server_gc.c - full garbage collections: a pause in the loop wherever the count of objects
 * comes to its end. In a fan-out that is, in the real server, somewhere while the publish puts its
 * message into the queues; here behind the last, before any delivery: each waits for it either way.
 */
#include "models/push_server_internal.h"

void push_gc_start(struct push_server *s)
{
    const struct cost_params *c = &s->p->cost;
    garbage_collector_start(&s->gc, c->gc_threshold, c->gc_live, c->gc_allocated);
}

void push_gc_open_before(struct push_server *s, uint32_t n)
{
    garbage_collector_hold(&s->gc, n * s->costs->held_objects);
}

/* The callback that is over goes on for so long: nothing comes between. */
static void pause(struct push_server *s, double objects)
{
    int64_t ns = push_cost(s->p->cost.gc_object_ns * objects, 1);
    if (ns <= 0)
        return;
    struct loop_entry e = push_other_entry(ns);
    event_loop_inside(&s->loop, &e);
    s->pauses.count++;
    s->pauses.sum_ns += ns;
    s->pauses.max_ns = ns > s->pauses.max_ns ? ns : s->pauses.max_ns;
}

void push_gc_opened(struct push_server *s)
{
    pause(s, garbage_collector_hold(&s->gc, s->costs->held_objects));
}

void push_gc_closed(struct push_server *s)
{
    garbage_collector_free(&s->gc, s->costs->held_objects);
}

void push_gc_woke(struct push_server *s, uint32_t n)
{
    const struct cost_params *c = &s->p->cost;
    pause(s, garbage_collector_pass(&s->gc, fmax(n * c->gc_wake - c->gc_reused, 0)));
    garbage_collector_renew(&s->gc, n * s->costs->renewed_objects); /* once they have run */
}
