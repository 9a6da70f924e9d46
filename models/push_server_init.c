/* push_server_init.c - what a worker holds: made before its run, freed after it. By connection
 * where each has its own, by feed or by message where connections share it.
 */
#include "models/push_server_internal.h"

#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

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

static void init_feeds(struct push_server *s, const struct push_server_params *params)
{
    const struct topics *t = params->topics;
    size_t feeds = t->feeds, messages = t->first[feeds];
    s->topics = t;
    s->publish_count = t->publishes;
    s->publishes = mem_alloc((t->publishes + (size_t)1) * sizeof *s->publishes);
    if (t->feed_of)
        s->feed = mem_alloc((params->connections + (size_t)1) * sizeof *s->feed);
    s->open_to = mem_alloc(feeds * sizeof *s->open_to);
    s->acks = mem_alloc(feeds * sizeof *s->acks);
    for (size_t f = 0; f < feeds; f++)
        quick_ack_init(&s->acks[f]);
    s->taken = mem_alloc(feeds * sizeof *s->taken);
    memcpy(s->taken, t->first, feeds * sizeof *s->taken);
    s->oldest = mem_alloc(feeds * sizeof *s->oldest);
    s->tails = mem_alloc(feeds * sizeof *s->tails);
    memcpy(s->tails, t->first, feeds * sizeof *s->tails);
    s->number = mem_alloc(messages * sizeof *s->number);
    s->spilled = mem_alloc(messages * sizeof *s->spilled);
    s->cold = mem_alloc(messages * sizeof *s->cold);
    if (server_waits_for_acks(params->p->server.loop, params->p->server.protocol)) {
        s->nagle = mem_alloc((params->connections + (size_t)1) * sizeof *s->nagle);
        s->typical = mem_alloc(feeds * sizeof *s->typical);
        s->ids = mem_alloc(feeds * sizeof *s->ids);
        s->event_bytes = mem_alloc(messages * sizeof *s->event_bytes);
        s->waits = mem_alloc(messages * sizeof *s->waits);
        for (size_t f = 0; f < feeds; f++)
            push_nagle_init(params->p, &s->typical[f]);
    }
    s->acked = mem_alloc(messages * sizeof *s->acked);
    s->take_ns = mem_alloc(messages * sizeof *s->take_ns);
    s->flush_ns = mem_alloc(messages * sizeof *s->flush_ns);
    s->sum_bytes = mem_alloc(messages * sizeof *s->sum_bytes);
}

/* From the beginning, or once the slo's control says so. */
static bool disconnects(const struct parameters *p)
{
    return p->server.queue_policy == POLICY_DISCONNECT ||
           p->control.policy == POLICY_DISCONNECT + 1;
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
    s->duplex = params->duplex;
    s->base = params->base;
    s->listener = params->listener;
    s->listener_owner = params->listener_owner;
    s->held_writes = server_holds_writes(p->server.loop, p->server.hops, p->server.protocol);
    init_feeds(s, params);
    s->closing = mem_alloc(params->connections + (size_t)1);
    if (p->server.protocol == PROTOCOL_WEBSOCKET && p->websocket.close_timeout_ns > 0)
        s->closings = mem_alloc((params->connections + (size_t)1) * sizeof *s->closings);
    s->token = mem_alloc((params->connections + (size_t)1) * sizeof *s->token);
    s->pinged = mem_alloc((params->connections + (size_t)1) * sizeof *s->pinged);
    s->answered = mem_alloc((params->connections + (size_t)1) * sizeof *s->answered);
    if (disconnects(p))
        s->full_at = mem_alloc((params->connections + (size_t)1) * sizeof *s->full_at);
    if (p->server.fan_out != FAN_OUT_QUEUES)
        s->wrote_ns = mem_alloc((params->connections + (size_t)1) * sizeof *s->wrote_ns);
    if (p->cost.connection_cv > 0)
        s->pace = mem_alloc((params->connections + (size_t)1) * sizeof *s->pace);
    connections_init(&s->connections, params->connections);
    slow_clients_init(&s->slow, params->connections);
    slow_clients_init(&s->orphans, params->connections);
    push_publish_cold(s);
    struct event_loop_params loop = { .ops = ops_of(p->server.loop),
                                      .handler = &push_server_handler,
                                      .owner = s,
                                      .iteration_ns = push_cost(p->cost.iteration_ns, 1),
                                      .ready_fd_ns = push_cost(p->cost.ready_fd_ns, 1),
                                      .accept_batch = p->server.accept_batch,
                                      .single = p->server.plain,
                                      .unplanned = p->server.plain,
                                      .own_costs = s->pace != NULL };
    push_publish_init(s);
    push_gc_start(s);
    event_loop_init(&s->loop, sim, params->group, params->worker % p->host.cpus, &loop);
    struct cache_warmth warmth = { .saturation_ns = push_cost(p->cost.warm_saturation_ns, 1),
                                   .time_ns = push_cost(p->cost.warm_time_ns, 1) };
    cpu_thread_set_warmth(s->loop.thread, &warmth);
    int64_t beside = (params->worker + 1) % p->host.cpus;
    if (s->code.compile_ns > 0)
        code_compiler_start(&s->compiler, params->group, beside);
    if (s->code.connection_ns > 0 || s->code.late_ns > 0)
        code_compiler_start(&s->collector, params->group, beside);
}

void push_server_close(struct push_server *s)
{
    event_loop_close(&s->loop);
    connections_close(&s->connections);
    slow_clients_close(&s->slow);
    slow_clients_close(&s->orphans);
    free(s->publishes);
    free(s->feed);
    free(s->open_to);
    free(s->acks);
    free(s->nagle);
    free(s->typical);
    free(s->ids);
    free(s->event_bytes);
    free(s->waits);
    free(s->taken);
    free(s->tails);
    free(s->number);
    free(s->spilled);
    free(s->cold);
    free(s->acked);
    free(s->oldest);
    free(s->take_ns);
    free(s->flush_ns);
    free(s->sum_bytes);
    free(s->closing);
    free(s->closings);
    free(s->full_at);
    free(s->wrote_ns);
    free(s->pace);
    free(s->replays.items);
    push_beat_close(s);
    push_publish_close(s);
    memset(s, 0, sizeof *s);
}
