/* push_server_batch.c - many single connections at a time: what push_server.c does for one entry
 * after the other, when nothing can come between them.
 *
 * Entries of neighbours with the same window form a run. What depends on the window alone is
 * worked out once for a run; each connection has its own cost, and so its own time.
 */
#include "models/push_server_internal.h"

/* -- plan ---------------------------------------------------------------------------------- */

/* Cost of one callback before the connection's own pace; 0: its turn must come first. */
static int64_t window_cost(const struct push_server *s, const struct loop_entry *e)
{
    struct loop_entry window = *e;
    if (s->p->server.fan_out != FAN_OUT_QUEUES)
        return 0;
    switch (e->step) {
    case STEP_PASS:
        return push_server_wake_base(s, e);
    case STEP_FLUSH:
        return push_server_flush_base(s, e);
    case STEP_TAKE:
        window.to = s->tail;
        if (window.to - window.from > push_server_bound_of(s) &&
            s->p->server.queue_policy != POLICY_NONE)
            return 0;
        return push_server_take_base(s, &window);
    default:
        return 0;
    }
}

static bool deviates(const struct push_server *s, const struct loop_entry *e)
{
    for (uint32_t i = e->first; i < e->first + e->count; i++)
        if (s->connections.state[i] != CONNECTION_WAITING &&
            s->connections.state[i] != CONNECTION_READY)
            return true;
    return false;
}

static bool same_window(const struct loop_entry *a, const struct loop_entry *b)
{
    return a->from == b->from && a->to == b->to && a->step == b->step;
}

uint32_t push_batch_plan(void *owner, const struct loop_entry *entries, uint32_t n,
                         int64_t *work_ns)
{
    const struct push_server *s = owner;
    bool regular = connections_regular(&s->connections);
    int64_t unit_ns = 0;
    for (uint32_t k = 0; k < n; k++) {
        const struct loop_entry *e = &entries[k];
        if (k == 0 || !same_window(e, &entries[k - 1]))
            unit_ns = window_cost(s, e);
        if (unit_ns == 0 || (!regular && deviates(s, e)))
            return k;
        work_ns[k] = push_server_paced(s, e->first, unit_ns) * e->count;
    }
    return n;
}

/* -- go through it ------------------------------------------------------------------------- */

/* n neighbours, the first one at `e`; callback k costs work_ns[k], the first begins at at_ns. */
struct run {
    const struct loop_entry *e;
    uint32_t n; /* 1..LOOP_PLAN */
    const int64_t *work_ns;
    int64_t at_ns, throttled_ns;
};

static void deliver(struct push_server *s, const struct run *run, uint32_t m,
                    const int64_t *at_ns)
{
    struct delivery_run delivery = { .publish = &s->publishes[m],
                                     .connection = s->base + run->e->first,
                                     .n = run->n,
                                     .throttled_ns = run->throttled_ns,
                                     .queued = m > run->e->from };
    meter_deliver_at(s->meter, &delivery, at_ns);
}

/* Held writes: all messages of a connection at the end of its callback. */
static void flush_run(struct push_server *s, const struct run *run)
{
    int64_t at_ns[LOOP_PLAN], t = run->at_ns;
    for (uint32_t k = 0; k < run->n; k++)
        at_ns[k] = t += run->work_ns[k];
    for (uint32_t m = run->e->from; m < run->e->to; m++)
        deliver(s, run, m, at_ns);
}

/* Message m is written when the callback has got to its part. */
static void write_run(struct push_server *s, const struct run *run, uint32_t m)
{
    int64_t at_ns[LOOP_PLAN], t = run->at_ns;
    int64_t base_ns = push_server_written_base(s, run->e, m);
    for (uint32_t k = 0; k < run->n; k++) {
        at_ns[k] = t + push_server_paced(s, run->e->first + k, base_ns);
        t += run->work_ns[k];
    }
    deliver(s, run, m, at_ns);
}

static void take_run(struct push_server *s, const struct run *run)
{
    struct loop_entry e = *run->e;
    e.count = run->n;
    e.to = s->tail;
    if (e.to - e.from > s->meter->depth_max)
        s->meter->depth_max = e.to - e.from;
    for (uint32_t m = e.from; m < e.to && !s->held_writes; m++)
        write_run(s, &(struct run){ &e, run->n, run->work_ns, run->at_ns, run->throttled_ns },
                  m);
    push_take_end(s, &e);
}

static void pass_run(struct push_server *s, const struct run *run)
{
    if (run->e->step == STEP_FLUSH)
        flush_run(s, run);
    else if (run->e->step == STEP_TAKE)
        take_run(s, run);
    else
        push_server_wake(s, run->e->first, run->n, run->e->from, run->e->to + 1);
}

/* A range keeps the arithmetic of ranges. */
static void pass_range(struct push_server *s, const struct run *run)
{
    struct loop_entry e = *run->e;
    struct loop_stretch stretch = { 0, run->work_ns[0], run->at_ns, run->throttled_ns };
    push_server_handler.begin(s, &e);
    push_server_handler.ran(s, &e, &stretch);
    push_server_handler.end(s, &e);
}

static bool continues(const struct loop_entry *e)
{
    return same_window(e, e - 1) && e->first == e[-1].first + 1 && e->count == 1;
}

void push_batch_passed(void *owner, const struct loop_entry *entries, uint32_t n,
                       const int64_t *work_ns, const struct loop_stretch *stretch)
{
    struct run run = { .at_ns = stretch->at_ns, .throttled_ns = stretch->throttled_ns };
    for (uint32_t k = 0; k < n; k += run.n) {
        int64_t total_ns = work_ns[k];
        run.e = &entries[k];
        run.work_ns = &work_ns[k];
        run.n = 1;
        for (; run.e->count == 1 && k + run.n < n && continues(&entries[k + run.n]); run.n++)
            total_ns += work_ns[k + run.n];
        (run.e->count == 1 ? pass_run : pass_range)(owner, &run);
        run.at_ns += total_ns;
    }
}
