/* push_server_batch.c - many connections at a time: what push_server.c does for one callback after
 * the other, when nothing can come between them.
 *
 * Where connections have their own pace, the callbacks of an entry form a run: what depends on the
 * window alone is worked out once for it; each connection has its own cost, and so its own time.
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
        window.to = push_server_tail(s, e->first);
        if (window.to - window.from > push_server_bound_of(s) &&
            s->p->server.queue_policy != POLICY_NONE)
            return 0;
        return push_server_take_base(s, &window);
    default:
        return 0;
    }
}

/* Of connections first .. first + n - 1 the first ones that do not deviate. */
static uint32_t alike(const struct push_server *s, uint32_t first, uint32_t n)
{
    const struct connections *c = &s->connections;
    uint32_t k = 0;
    if (connections_regular(c))
        return n;
    while (k < n && (c->state[first + k] == CONNECTION_WAITING ||
                     c->state[first + k] == CONNECTION_READY))
        k += connections_run(c, first + k, n - k);
    return k;
}

static bool same_window(const struct loop_entry *a, const struct loop_entry *b)
{
    return a->from == b->from && a->to == b->to && a->step == b->step;
}

/* Extends the sums by n callbacks, each at its connection's pace. */
static void add_paced(const struct push_server *s, uint32_t first, uint32_t n, int64_t unit_ns,
                      int64_t *sum_ns)
{
    const uint32_t *pace = s->pace + first;
    int64_t sum = sum_ns[0];
    for (uint32_t k = 0; k < n; k++)
        sum_ns[k + 1] = sum += push_paced(pace[k], unit_ns);
}

uint32_t push_batch_plan(void *owner, const struct loop_entry *entries, uint32_t n,
                         int64_t *sum_ns)
{
    const struct push_server *s = owner;
    int64_t unit_ns = 0;
    uint32_t slots = 0;
    sum_ns[0] = 0;
    for (uint32_t k = 0; k < n && slots < LOOP_PLAN; k++) {
        const struct loop_entry *e = &entries[k];
        if (k == 0 || !same_window(e, &entries[k - 1]))
            unit_ns = window_cost(s, e);
        uint32_t some = unit_ns == 0 ? 0 : alike(s, e->first, e->count);
        if (s->pace) {
            some = some < LOOP_PLAN - slots ? some : LOOP_PLAN - slots;
            add_paced(s, e->first, some, unit_ns, &sum_ns[slots]);
            slots += some;
        } else if (some == e->count) {
            sum_ns[slots + 1] = sum_ns[slots] + unit_ns * e->count;
            slots++;
        }
        if (some < e->count)
            break;
    }
    return slots;
}

/* -- go through it ------------------------------------------------------------------------- */

/* Callbacks of n neighbours with the same window, each at its own pace; the k-th one is over at
 * at_ns + sum_ns[k + 1]. */
struct run {
    struct loop_entry e; /* of the n */
    const int64_t *sum_ns;
    int64_t at_ns, throttled_ns;
};

/* Message m was written to the k-th connection at at_ns + written_ns[k]. */
static void deliver(struct push_server *s, const struct run *run, uint32_t m,
                    const int64_t *written_ns)
{
    struct delivery_run delivery = { .publish = push_server_record(s, m),
                                     .connection = s->base + run->e.first,
                                     .n = run->e.count,
                                     .first_ns = run->at_ns,
                                     .throttled_ns = run->throttled_ns,
                                     .queued = m > run->e.from };
    if (!s->nagle) {
        meter_deliver_at(s->meter, &delivery, written_ns);
        return;
    }
    delivery.n = 1;
    for (uint32_t k = 0; k < run->e.count; k++, delivery.connection++) {
        int64_t at_ns = delivery.first_ns = run->at_ns + written_ns[k];
        delivery.buffered_ns = push_server_waits(s, run->e.first + k, m, at_ns);
        meter_deliver(s->meter, &delivery);
    }
}

/* Held writes: all messages of a connection at the end of its callback. */
static void flush_run(struct push_server *s, const struct run *run)
{
    for (uint32_t m = run->e.from; m < run->e.to; m++)
        deliver(s, run, m, run->sum_ns + 1);
}

/* Message m is written when the callback has got to its part; the last one at its end. */
static void write_run(struct push_server *s, const struct run *run, uint32_t m)
{
    int64_t written_ns[LOOP_PLAN], base_ns = push_server_written_base(s, &run->e, m);
    const uint32_t *pace = s->pace + run->e.first;
    for (uint32_t k = 0; k < run->e.count; k++)
        written_ns[k] = run->sum_ns[k] + push_paced(pace[k], base_ns);
    deliver(s, run, m, written_ns);
}

static void take_run(struct push_server *s, struct run *run)
{
    struct loop_entry *e = &run->e;
    e->to = push_server_tail(s, e->first);
    if (e->to - e->from > s->meter->depth_max)
        s->meter->depth_max = e->to - e->from;
    for (uint32_t m = e->from; m + 1 < e->to && !s->held_writes; m++)
        write_run(s, run, m);
    if (!s->held_writes)
        deliver(s, run, e->to - 1, run->sum_ns + 1);
    push_take_end(s, e);
}

static void pass_run(struct push_server *s, struct run *run)
{
    if (run->e.step == STEP_FLUSH)
        flush_run(s, run);
    else if (run->e.step == STEP_TAKE)
        take_run(s, run);
    else
        push_server_wake(s, run->e.first, run->e.count, run->e.from, run->e.to + 1);
}

static void pass_paced(struct push_server *s, const struct loop_entry *entries, uint32_t slots,
                       const int64_t *sum_ns, const struct loop_stretch *stretch)
{
    struct run run = { .sum_ns = sum_ns,
                       .at_ns = stretch->at_ns - sum_ns[0],
                       .throttled_ns = stretch->throttled_ns };
    for (; slots > 0; slots -= run.e.count, run.sum_ns += run.e.count) {
        run.e = *entries++;
        run.e.count = run.e.count < slots ? run.e.count : slots;
        pass_run(s, &run);
    }
}

/* Without a pace of its own every callback of an entry costs the same: range arithmetic. */
static void pass_entry(struct push_server *s, const struct loop_entry *entry, int64_t cost_ns,
                       int64_t at_ns, int64_t throttled_ns)
{
    struct loop_entry e = *entry;
    struct loop_stretch stretch = { 0, cost_ns, at_ns, throttled_ns };
    push_server_handler.begin(s, &e);
    push_server_handler.ran(s, &e, &stretch);
    push_server_handler.end(s, &e);
}

void push_batch_passed(void *owner, const struct loop_entry *entries, uint32_t slots,
                       const int64_t *sum_ns, const struct loop_stretch *stretch)
{
    const struct push_server *s = owner;
    if (s->pace) {
        pass_paced(owner, entries, slots, sum_ns, stretch);
        return;
    }
    for (uint32_t k = 0; k < slots; k++)
        pass_entry(owner, &entries[k], sum_ns[k + 1] - sum_ns[k],
                   stretch->at_ns + sum_ns[k] - sum_ns[0], stretch->throttled_ns);
}
