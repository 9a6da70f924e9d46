/* push_server_settle.c - what a publish leaves to do when its fan-out is over: Node calls back for
 * each write, in ticks behind those that uncork the sockets.
 */
#include "models/push_server_internal.h"

/* Behind the takes of this publish, which wait inside its callback. */
void push_settle_after(struct push_server *s, uint32_t m)
{
    if (s->costs->settle_ns <= 0 || s->p->server.hops != 0 || s->woken == 0)
        return;
    struct loop_entry e = { .count = 1, .from = m, .to = s->woken, .step = STEP_SETTLE };
    event_loop_inside(&s->loop, &e);
}

/* And so behind the writes that they held back. */
void push_settle_end(struct push_server *s, const struct loop_entry *e)
{
    /* nothing waits for it: beside the collector's work, not the compiler's */
    code_compiler_work(&s->collector, push_cost(code_warmth_later(&s->code), 1));
    int64_t each_ns = push_cost(s->costs->settle_ns, s->publishes[e->from].factor);
    struct loop_entry rest = push_other_entry(push_positive((int64_t)e->to * each_ns));
    event_loop_flush(&s->loop, &rest);
}
