/* push_server_gc.c - garbage collections: a pause in the loop wherever the count of objects comes
 * to its end, or the space of the young. In a fan-out that is, in the real server, somewhere while
 * the publish puts its message into the queues; here behind the last, before any delivery: each
 * waits for it either way.
 */
#include "models/push_server_internal.h"

void push_gc_start(struct push_server *s)
{
    const struct cost_params *c = &s->p->cost;
    garbage_collector_start(&s->gc, c->gc_threshold, c->gc_live, c->gc_allocated);
    young_generation_start(&s->young, c->young_space_bytes);
    if (s->young.most > 0)
        young_generation_keep(&s->young, c->young_start_bytes);
    s->gc_first = true;
}

/* n connections have opened; objects visited by full collections meanwhile. */
static double opened(struct push_server *s, uint32_t n)
{
    double objects = n * s->costs->held_objects + (s->gc_first ? s->costs->first_objects : 0);
    s->gc_first = false;
    return garbage_collector_hold(&s->gc, objects);
}

void push_gc_open_before(struct push_server *s, uint32_t n)
{
    if (n > 0)
        opened(s, n);
    for (uint32_t i = 0; i < n && s->young.space < s->young.most; i++)
        young_generation_keep(&s->young, s->costs->kept_bytes);
}

/* The callback that is over goes on for so long: nothing comes between. */
static void go_on(struct push_server *s, int64_t ns)
{
    struct loop_entry e = push_other_entry(ns);
    event_loop_inside(&s->loop, &e);
}

static void pause(struct push_server *s, double objects)
{
    int64_t ns = push_cost(s->p->cost.gc_object_ns * objects, 1);
    if (ns <= 0)
        return;
    go_on(s, ns);
    s->pauses.count++;
    s->pauses.sum_ns += ns;
    s->pauses.max_ns = ns > s->pauses.max_ns ? ns : s->pauses.max_ns;
}

void push_gc_opened(struct push_server *s)
{
    pause(s, opened(s, 1));
    if (s->young.most > 0)
        young_generation_keep(&s->young, s->costs->kept_bytes);
}

void push_gc_closed(struct push_server *s)
{
    garbage_collector_free(&s->gc, s->costs->held_objects);
}

/* A text of its own for each connection is made where writes are held; `ws` has one for all. */
static void scavenge(struct push_server *s, uint32_t n, uint32_t m)
{
    const struct cost_params *c = &s->p->cost;
    double text = s->held_writes ? (double)s->publishes[m].bytes : 0;
    double objects = c->young_publish_bytes + n * s->costs->young_bytes, texts = n * text;
    if (!(s->young.most > 0) || !(objects + texts > 0))
        return;
    struct scavenges made = young_generation_pass(&s->young, objects + texts);
    double byte_ns = (objects * c->young_byte_ns + texts * c->text_byte_ns) / (objects + texts);
    int64_t ns = push_cost(made.count * c->scavenge_ns + made.bytes * byte_ns, 1);
    if (ns > 0)
        go_on(s, ns);
}

void push_gc_woke(struct push_server *s, uint32_t n, uint32_t m)
{
    scavenge(s, n, m);
    const struct cost_params *c = &s->p->cost;
    double height = fmax(n * c->gc_wake - c->gc_reused, 0);
    pause(s, garbage_collector_fan_out(&s->gc, height, n, c->gc_free_list));
    garbage_collector_renew(&s->gc, n * s->costs->renewed_objects); /* once they have run */
}
