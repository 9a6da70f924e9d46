#include "experiments/replay/client_behaviour.h"

#include "experiments/replay/client_internal.h"
#include "models/client_preset.h"
#include "models/retry_stream.h"

#define ROUND_TRIP_NS INT64_C(1000000) /* no client that is refused spins in no time */

static const struct client_class plain_class = { .share = 1 };

static const struct client_class *class_of(const struct client *c)
{
    const struct parameters *p = c->pool->behaviour.p;
    if (!p || p->class_count == 0)
        return &plain_class;
    return &p->classes[client_class_of(p->classes, (int)p->class_count, c->pool->count,
                                       c->number)];
}

static const struct reconnect_params *policy_of(const struct client *c)
{
    int preset = class_of(c)->preset;
    return preset == 0 ? &c->pool->behaviour.p->reconnect
                       : &client_presets[preset - 1].reconnect;
}

static void after(uv_timer_t *timer, uv_timer_cb then, int64_t delay_ns)
{
    uv_update_time(timer->loop);
    uv_timer_start(timer, then, (uint64_t)(delay_ns + 999999) / 1000000, 0);
}

/* -- connecting ------------------------------------------------------------------------------ */

static void gives_up(uv_timer_t *timer)
{
    struct client *c = timer->data;
    client_ended(c, DISCONNECT_CONNECT_TIMEOUT, "its connect took too long");
}

void client_behaviour_connecting(struct client *c)
{
    int64_t timeout_ns = client_class_connect_timeout_ns(class_of(c));
    c->pool->counters.attempts++;
    if (timeout_ns > 0)
        after(&c->later, gives_up, timeout_ns);
    else
        uv_timer_stop(&c->later);
}

static void tries_again(uv_timer_t *timer)
{
    client_connect(timer->data);
}

static void retry_later(struct client *c, int64_t least_ns)
{
    const struct client_behaviour *b = &c->pool->behaviour;
    struct client_counters *n = &c->pool->counters;
    struct random_stream rs;
    if (!b->p)
        return;
    retry_stream_init(&rs, b->seed, b->replication,
                      (struct retry){ c->number, c->losses, c->reconnect.attempt });
    int64_t delay_ns = reconnect_next(policy_of(c), &c->reconnect, 0, &rs);
    if (delay_ns == RECONNECT_GIVE_UP) {
        n->given_up++;
        return;
    }
    n->retries++;
    n->retry_s += (double)delay_ns / 1e9;
    after(&c->later, tries_again, delay_ns > least_ns ? delay_ns : least_ns);
}

void client_behaviour_failed(struct client *c)
{
    retry_later(c, ROUND_TRIP_NS);
}

void client_behaviour_turned_away(struct client *c)
{
    if (c->pool->behaviour.p && client_class_refused_ends(class_of(c)))
        c->pool->counters.given_up++;
    else
        client_behaviour_failed(c);
}

void client_behaviour_lost(struct client *c)
{
    if (!c->pool->behaviour.p)
        return;
    c->losses = c->losses == UINT16_MAX ? 1 : c->losses + 1;
    reconnect_lost(policy_of(c), &c->reconnect, (int64_t)uv_hrtime() - c->opened_ns);
    retry_later(c, 0);
}

/* -- being open ------------------------------------------------------------------------------ */

static void stalls(uv_timer_t *timer)
{
    struct client *c = timer->data;
    int64_t stall_ns = class_of(c)->stall_ns;
    client_stall(c, stall_ns == 0 ? INT64_MAX : stall_ns);
}

static void begin(struct client *c)
{
    int64_t stall_at_ns = class_of(c)->stall_at_ns;
    c->opened_ns = (int64_t)uv_hrtime();
    c->heard_ns = c->pinged_ns = c->opened_ns - c->pool->start_ns;
    c->read_bps = class_of(c)->read_bps;
    if (stall_at_ns > 0)
        after(&c->later, stalls, stall_at_ns);
}

void client_behaviour_opened(struct client *c)
{
    uv_timer_stop(&c->later);
    if (!c->pool->behaviour.p)
        return;
    c->pool->counters.reconnects += c->losses > 0;
    reconnect_opened(policy_of(c), &c->reconnect);
    begin(c);
}

static void waits_no_longer(uv_timer_t *timer)
{
    struct client *c = timer->data;
    client_dropped(c, "the server did not end the connection");
}

void client_behaviour_ending(struct client *c)
{
    const struct parameters *p = c->pool->behaviour.p;
    uv_timer_stop(&c->resume);
    after(&c->later, waits_no_longer, p ? p->websocket.close_timeout_ns : 0);
}

void client_behaviour_read(struct client *c, int64_t bytes)
{
    if (c->read_bps > 0 && c->state == CLIENT_OPEN)
        client_pause(c, (int64_t)((double)bytes * 1e9 / (double)c->read_bps));
}

void client_behaviour_start(struct client_pool *pool, const struct parameters *p, uint64_t seed,
                            uint32_t replication)
{
    pool->behaviour =
        (struct client_behaviour){ .p = p, .seed = seed, .replication = replication };
    pool->counters = (struct client_counters){ 0 };
    for (uint32_t i = 0; i < pool->count; i++)
        if (pool->clients[i].state == CLIENT_OPEN)
            begin(&pool->clients[i]);
    client_churn_start(pool);
}
