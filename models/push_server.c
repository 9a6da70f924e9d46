#include "models/push_server.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

/* The server's callbacks. `from` is the oldest message of the connections' queues (publish: the
 * message itself). */
enum step {
    STEP_PUBLISH, /* count 1 */
    STEP_PASS,    /* a wake-up; `to`: passes already made */
    STEP_TAKE,    /* the last wake-up: takes messages from .. to - 1 */
    STEP_FLUSH,   /* held writes of messages from .. to - 1 */
    STEP_OTHER,   /* count 1; from, to: the cost's low and high half */
};

static int64_t cost(double ns, double factor)
{
    return llround(ns * factor);
}

/* Every callback costs something: its end is then a moment of its own. */
static int64_t positive(int64_t ns)
{
    return ns > 0 ? ns : 1;
}

/* -- publish ---------------------------------------------------------------------------------- */

static int64_t publish_begin(struct push_server *s, const struct loop_entry *e)
{
    struct publish_record *p = &s->publishes[e->from];
    p->started_ns = s->sim->now_ns;
    p->started_throttled_ns = cpu_thread_throttled_ns(s->loop.thread);
    return positive(cost(s->p->cost.publish_ns, p->factor) +
                    s->connections.open * cost(s->p->cost.enqueue_ns, p->factor));
}

/* Extends the prefix sums of costs by message m. */
static void add_message_costs(struct push_server *s, uint32_t m)
{
    const struct publish_record *p = &s->publishes[m];
    double kib = (double)(p->bytes + s->costs->frame_bytes) / 1024;
    double by_size = s->costs->write_kib_ns * kib;
    int64_t take = cost(s->costs->item_ns, p->factor);
    if (!s->held_writes)
        take += cost(s->costs->write_ns + by_size, p->factor);
    s->take_ns[m + 1] = s->take_ns[m] + take;
    s->flush_ns[m + 1] = s->flush_ns[m] + cost(by_size, p->factor);
}

/* The next wake-up of n connections whose oldest message is `from`, after `passes` of them. */
static void wake(struct push_server *s, uint32_t first, uint32_t n, uint32_t from,
                 uint32_t passes)
{
    bool last = passes + 1 >= s->p->server.hops;
    struct loop_entry e = { first, n, from, last ? 0 : passes, last ? STEP_TAKE : STEP_PASS };
    if (s->p->server.hops == 0)
        event_loop_inside(&s->loop, &e);
    else
        event_loop_ready(&s->loop, &e);
}

/* The message is in every subscriber's queue; the waiting ones are made ready. */
static void publish_end(struct push_server *s, const struct loop_entry *e)
{
    struct connections *c = &s->connections;
    struct publish_record *p = &s->publishes[e->from];
    assert(s->tail == e->from);
    p->handled_ns = s->sim->now_ns;
    p->handled_throttled_ns = cpu_thread_throttled_ns(s->loop.thread);
    add_message_costs(s, e->from);
    s->tail++;
    for (uint32_t i = 0, n; i < c->count; i += n) {
        n = connections_run(c, i, c->count - i);
        uint8_t phase = connections_phase(c, i);
        if (phase < CONNECTION_WAITING)
            continue;
        meter_due(s->meter, s->base + i, n);
        if (phase != CONNECTION_WAITING)
            continue;
        connections_set_phase(c, i, n, CONNECTION_READY);
        wake(s, i, n, e->from, 0);
    }
}

/* -- take and write --------------------------------------------------------------------------- */

/* Applies the queue bound to a window of messages; the dropped ones are settled. */
static void bound_window(struct push_server *s, struct loop_entry *e)
{
    uint32_t held = s->tail - e->from, depth = push_server_depth(s, e->from);
    e->to = s->tail;
    if (held == depth)
        return;
    if (s->p->server.queue_policy == POLICY_DROP_NEWEST)
        e->to = e->from + depth;
    else
        e->from = s->tail - depth;
    meter_drop(s->meter, s->base + e->first, e->count, held - depth);
}

static int64_t wake_cost(const struct push_server *s, const struct loop_entry *e)
{
    return positive(cost(s->costs->wake_ns, s->publishes[e->from].factor));
}

static int64_t take_cost(const struct push_server *s, const struct loop_entry *e)
{
    return wake_cost(s, e) + s->take_ns[e->to] - s->take_ns[e->from];
}

static int64_t take_begin(struct push_server *s, struct loop_entry *e)
{
    bound_window(s, e);
    if (e->to - e->from > s->meter->depth_max)
        s->meter->depth_max = e->to - e->from;
    return take_cost(s, e);
}

static int64_t flush_cost(const struct push_server *s, const struct loop_entry *e)
{
    return positive(cost(s->costs->write_ns, s->publishes[e->from].factor) +
                    s->flush_ns[e->to] - s->flush_ns[e->from]);
}

/* In `stretch` message m was written to those connections whose callback got to `offset_ns`. */
static void written(struct push_server *s, const struct loop_entry *e, uint32_t m,
                    int64_t unit_ns, int64_t offset_ns, const struct loop_stretch *stretch)
{
    struct delivery_run run = { .publish = &s->publishes[m],
                                .throttled_ns = stretch->throttled_ns,
                                .queued = m > e->from };
    uint32_t index;
    run.n = loop_stretch_ends(stretch, unit_ns, offset_ns, &index, &run.first_ns);
    if (run.n == 0)
        return;
    run.step_ns = unit_ns;
    run.connection = s->base + e->first + index;
    meter_deliver(s->meter, &run);
}

static void take_ran(struct push_server *s, const struct loop_entry *e,
                     const struct loop_stretch *stretch)
{
    if (s->held_writes)
        return;
    int64_t unit = take_cost(s, e), before = wake_cost(s, e) - s->take_ns[e->from];
    for (uint32_t m = e->from; m < e->to; m++)
        written(s, e, m, unit, before + s->take_ns[m + 1], stretch);
}

static void take_end(struct push_server *s, const struct loop_entry *e)
{
    connections_set_phase(&s->connections, e->first, e->count, CONNECTION_WAITING);
    if (!s->held_writes)
        return;
    struct loop_entry flush = *e;
    flush.step = STEP_FLUSH;
    event_loop_flush(&s->loop, &flush);
}

static void flush_ran(struct push_server *s, const struct loop_entry *e,
                      const struct loop_stretch *stretch)
{
    int64_t unit = flush_cost(s, e);
    for (uint32_t m = e->from; m < e->to; m++)
        written(s, e, m, unit, unit, stretch);
}

/* -- the loop's handler ----------------------------------------------------------------------- */

static int64_t server_begin(void *owner, struct loop_entry *e)
{
    struct push_server *s = owner;
    switch ((enum step)e->step) {
    case STEP_PUBLISH:
        return publish_begin(s, e);
    case STEP_PASS:
        return wake_cost(s, e);
    case STEP_TAKE:
        return take_begin(s, e);
    case STEP_FLUSH:
        return flush_cost(s, e);
    case STEP_OTHER:
        return (int64_t)((uint64_t)e->to << 32 | e->from);
    }
    assert(!"a known step");
    return 0;
}

static void server_ran(void *owner, const struct loop_entry *e,
                       const struct loop_stretch *stretch)
{
    if (e->step == STEP_TAKE)
        take_ran(owner, e, stretch);
    else if (e->step == STEP_FLUSH)
        flush_ran(owner, e, stretch);
}

static void server_end(void *owner, const struct loop_entry *e)
{
    struct push_server *s = owner;
    if (e->step == STEP_PUBLISH)
        publish_end(s, e);
    else if (e->step == STEP_PASS)
        wake(s, e->first, e->count, e->from, e->to + 1);
    else if (e->step == STEP_TAKE)
        take_end(s, e);
}

static const struct loop_handler server_handler = { server_begin, server_ran, server_end };

/* -- life ------------------------------------------------------------------------------------- */

static const struct loop_ops *ops_of(enum loop_kind kind)
{
    switch (kind) {
    case LOOP_UVLOOP:
    case LOOP_ASYNCIO:
        return &loop_asyncio;
    case LOOP_NODE:
        return &loop_node;
    case LOOP_NGINX:
        return &loop_nginx;
    case LOOP_THREADS:
        return &loop_threads;
    }
    assert(!"a known loop");
    return NULL;
}

void push_server_init(struct push_server *s, struct simulation *sim,
                      const struct push_server_params *params)
{
    const struct parameters *p = params->p;
    memset(s, 0, sizeof *s);
    s->sim = sim;
    s->p = p;
    s->costs = &p->cost.by_protocol[p->server.protocol];
    s->meter = params->meter;
    s->base = params->base;
    s->held_writes = p->server.loop == LOOP_UVLOOP;
    s->publish_count = params->publishes;
    s->publishes = mem_alloc((params->publishes + (size_t)1) * sizeof *s->publishes);
    s->take_ns = mem_alloc((params->publishes + (size_t)1) * sizeof *s->take_ns);
    s->flush_ns = mem_alloc((params->publishes + (size_t)1) * sizeof *s->flush_ns);
    connections_init(&s->connections, params->clients);
    struct event_loop_params loop = { .ops = ops_of(p->server.loop),
                                      .handler = &server_handler,
                                      .owner = s,
                                      .iteration_ns = cost(p->cost.iteration_ns, 1),
                                      .ready_fd_ns = cost(p->cost.ready_fd_ns, 1),
                                      .accept_batch = p->server.accept_batch,
                                      .plain = p->server.plain };
    event_loop_init(&s->loop, sim, params->group, params->worker % p->host.cpus, &loop);
    struct cache_warmth warmth = { cost(p->cost.warm_saturation_ns, 1),
                                   cost(p->cost.warm_time_ns, 1) };
    cpu_thread_set_warmth(s->loop.thread, &warmth);
}

void push_server_close(struct push_server *s)
{
    event_loop_close(&s->loop);
    connections_close(&s->connections);
    free(s->publishes);
    free(s->take_ns);
    free(s->flush_ns);
    memset(s, 0, sizeof *s);
}

void push_server_connected(struct push_server *s, uint32_t first, uint32_t n)
{
    connections_set_phase(&s->connections, first, n, CONNECTION_WAITING);
}

void push_server_publish(struct push_server *s, const struct publish_record *record)
{
    assert(s->arrived < s->publish_count);
    struct publish_record *p = &s->publishes[s->arrived];
    *p = *record;
    p->arrived_ns = s->sim->now_ns;
    p->arrived_throttled_ns = cpu_thread_throttled_ns(s->loop.thread);
    p->started_ns = p->handled_ns = p->first_ns = p->last_ns = -1;
    struct loop_entry e = { .count = 1, .from = s->arrived, .step = STEP_PUBLISH };
    s->arrived++;
    event_loop_post(&s->loop, SOURCE_IO, &e);
}

void push_server_other(struct push_server *s, double cost_ns)
{
    uint64_t ns = (uint64_t)positive(cost(cost_ns, 1));
    struct loop_entry e = {
        .count = 1, .from = (uint32_t)ns, .to = (uint32_t)(ns >> 32), .step = STEP_OTHER
    };
    event_loop_post(&s->loop, SOURCE_TIMER, &e);
}

/* -- what it holds ---------------------------------------------------------------------------- */

uint32_t push_server_depth(const struct push_server *s, uint32_t from)
{
    uint32_t held = s->tail - from, bound = (uint32_t)s->p->server.queue_bound;
    return s->p->server.queue_policy == POLICY_NONE || held <= bound ? held : bound;
}

struct sample {
    const struct push_server *server;
    uint64_t connections, messages; /* with a queue that is not empty; in their queues */
};

static void sample_entry(void *arg, const struct loop_entry *e, bool begun, int64_t progress_ns)
{
    struct sample *sample = arg;
    const struct push_server *s = sample->server;
    (void)progress_ns;
    if (e->step != STEP_PASS && (begun || e->step != STEP_TAKE))
        return;
    uint32_t depth = push_server_depth(s, e->from);
    meter_depth(s->meter, depth, e->count);
    sample->connections += e->count;
    sample->messages += (uint64_t)depth * e->count;
}

uint64_t push_server_sample(struct push_server *s)
{
    struct sample sample = { s, 0, 0 };
    event_loop_visit(&s->loop, sample_entry, &sample);
    meter_depth(s->meter, 0, s->connections.open - sample.connections);
    return sample.messages;
}

struct holding {
    struct push_server *server;
    uint32_t *held; /* by client */
};

static void hold(struct holding *h, const struct loop_entry *e, uint32_t done,
                 uint32_t messages)
{
    for (uint32_t i = done; i < e->count; i++)
        h->held[h->server->base + e->first + i] += messages;
}

/* How many of a begun range's callbacks have got to offset_ns. */
static uint32_t got_to(int64_t progress_ns, int64_t unit_ns, int64_t offset_ns)
{
    return progress_ns < offset_ns ? 0 : (uint32_t)((progress_ns - offset_ns) / unit_ns + 1);
}

static void hold_entry(void *arg, const struct loop_entry *entry, bool begun,
                       int64_t progress_ns)
{
    struct holding *h = arg;
    struct push_server *s = h->server;
    struct loop_entry e = *entry;
    if (e.step == STEP_FLUSH) {
        int64_t unit = flush_cost(s, &e);
        hold(h, &e, begun ? got_to(progress_ns, unit, unit) : 0, e.to - e.from);
    } else if (e.step == STEP_TAKE && begun && !s->held_writes) {
        int64_t unit = take_cost(s, &e), before = wake_cost(s, &e) - s->take_ns[e.from];
        for (uint32_t m = e.from; m < e.to; m++)
            hold(h, &e, got_to(progress_ns, unit, before + s->take_ns[m + 1]), 1);
    } else if (e.step == STEP_PASS || e.step == STEP_TAKE) {
        if (e.step == STEP_PASS || !begun)
            bound_window(s, &e);
        hold(h, &e, 0, e.to - e.from);
    }
}

void push_server_settle(struct push_server *s, uint32_t *held)
{
    struct holding h = { s, held };
    event_loop_visit(&s->loop, hold_entry, &h);
}
