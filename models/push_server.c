#include "models/push_server_internal.h"

#include <assert.h>

/* -- its steps ----------------------------------------------------------------------------- */

void push_server_wake(struct push_server *s, uint32_t first, uint32_t n, uint32_t from,
                      uint32_t passes)
{
    bool last = passes + 1 >= s->p->server.hops;
    struct loop_entry e = { first, n, from, last ? 0 : passes, last ? STEP_TAKE : STEP_PASS };
    if (s->p->server.hops == 0)
        event_loop_inside(&s->loop, &e);
    else
        event_loop_ready(&s->loop, &e);
}

static void pass_end(struct push_server *s, const struct loop_entry *e)
{
    push_server_wake(s, e->first, e->count, e->from, e->to + 1);
}

/* -- the loop's handler -------------------------------------------------------------------- */

static int64_t server_begin(void *owner, struct loop_entry *e)
{
    struct push_server *s = owner;
    if (s->pace && (e->step == STEP_PASS || e->step == STEP_TAKE || e->step == STEP_FLUSH))
        e->count = 1;
    switch ((enum push_step)e->step) {
    case STEP_PUBLISH:
        return push_publish_begin(s, e);
    case STEP_PASS:
        return push_server_wake_cost(s, e);
    case STEP_TAKE:
        return push_take_begin(s, e);
    case STEP_FLUSH:
        return push_server_flush_cost(s, e);
    case STEP_SLOW_FLUSH:
        return push_slow_flush_begin(s, e);
    case STEP_WRITABLE:
        return push_slow_writable_begin(s, e);
    case STEP_HANDSHAKE:
        return push_life_handshake_begin(s, e);
    case STEP_CLOSE:
    case STEP_CLOSED:
        return push_positive(push_cost(s->costs->disconnect_ns, 1));
    case STEP_PING:
        return push_beat_ping_begin(s, e);
    case STEP_PONG:
        return push_beat_pong_begin(s, e);
    case STEP_EXPIRE:
        return push_beat_expire_begin(s, e);
    case STEP_REPLAY:
        return push_replay_begin(s, e);
    case STEP_CANCEL:
        return push_life_cancel_begin(s, e);
    case STEP_PROBE:
        return push_positive(e->to ? 0 : push_cost(s->p->cost.publish_ns, 1));
    case STEP_MESSAGE:
        return push_duplex_message_begin(s, e);
    case STEP_REPLY:
        return push_duplex_reply_begin(s, e);
    case STEP_SETTLE:
        return push_positive(0);
    case STEP_OTHER:
        return (int64_t)((uint64_t)e->to << 32 | e->from);
    case STEP_SLOW_TAKE: /* a STEP_TAKE turns into it when its turn has come */
        break;
    }
    assert(!"a known step");
    return 0;
}

static void server_ran(void *owner, const struct loop_entry *e,
                       const struct loop_stretch *stretch)
{
    if (e->step == STEP_TAKE)
        push_take_ran(owner, e, stretch);
    else if (e->step == STEP_FLUSH)
        push_flush_ran(owner, e, stretch);
    else if (e->step == STEP_SLOW_TAKE)
        push_slow_ran(owner, e, stretch);
    else if (e->step == STEP_PING)
        push_beat_ping_ran(owner, e, stretch);
}

/* What is accepted sends its request, which the next poll finds. */
static void probe_end(struct push_server *s, const struct loop_entry *e)
{
    if (e->to & PUSH_OWN_CONNECTION) {
        s->listener->message_accepted(s->listener_owner);
        push_server_probe(s, e->from, false);
        return;
    }
    s->listener->probed(s->listener_owner, e->from);
}

static void server_end(void *owner, const struct loop_entry *e)
{
    static void (*const ends[])(struct push_server *, const struct loop_entry *) = {
        [STEP_PUBLISH] = push_publish_end,
        [STEP_PASS] = pass_end,
        [STEP_TAKE] = push_take_end,
        [STEP_SLOW_TAKE] = push_slow_take_end,
        [STEP_SLOW_FLUSH] = push_slow_flush_end,
        [STEP_WRITABLE] = push_slow_writable_end,
        [STEP_HANDSHAKE] = push_life_handshake_end,
        [STEP_CLOSE] = push_life_close_end,
        [STEP_CLOSED] = push_close_end,
        [STEP_PING] = push_beat_ping_end,
        [STEP_PONG] = push_beat_pong_end,
        [STEP_EXPIRE] = NULL,
        [STEP_REPLAY] = push_replay_end,
        [STEP_CANCEL] = NULL,
        [STEP_PROBE] = probe_end,
        [STEP_MESSAGE] = push_duplex_message_end,
        [STEP_REPLY] = push_duplex_reply_end,
        [STEP_SETTLE] = push_settle_end,
        [STEP_OTHER] = NULL,
    };
    if (ends[e->step])
        ends[e->step](owner, e);
}

static void server_put_back(void *owner, struct loop_entry *e)
{
    if (e->step == STEP_TAKE)
        push_take_put_back(owner, e);
}

const struct loop_handler push_server_handler = { server_begin,       server_ran,
                                                  server_end,         server_put_back,
                                                  push_batch_plan,    push_batch_passed,
                                                  push_publish_polled };

/* -- from outside ---------------------------------------------------------------------- */

void push_server_pace_below(struct push_server *s, uint32_t end)
{
    double factors[256];
    while (s->has_paces && s->paced < end) {
        size_t n = sizeof factors / sizeof *factors;
        n = end - s->paced < n ? end - s->paced : n;
        random_stream_lognormals(&s->paces, 1, s->p->cost.connection_cv, factors, n);
        for (size_t i = 0; i < n; i++) {
            double factor = factors[i] < PUSH_PACE_MAX ? factors[i] : PUSH_PACE_MAX;
            s->pace[s->paced++] = (uint32_t)(factor * PUSH_PACE_ONE + 0.5);
        }
    }
}

void push_server_draw_pace(struct push_server *s, const struct random_stream *rs)
{
    s->paces = *rs;
    s->has_paces = s->pace != NULL;
    push_server_pace_below(s, s->connections.used);
}

void push_server_set_clock(struct push_server *s, int64_t second_ns)
{
    for (size_t f = 0; s->nagle && f < s->topics->feeds; f++)
        s->ids[f].second_ns = second_ns;
}

void push_server_connected(struct push_server *s, uint32_t first, uint32_t n)
{
    push_server_pace_below(s, first + n);
    connections_set_phase(&s->connections, first, n, CONNECTION_WAITING);
    push_gc_open_before(s, n);
    push_topic_opened(s, first, n);
    push_beat_open_before(s, first, n);
}

void push_server_probe(struct push_server *s, uint32_t probe, bool connects)
{
    struct loop_entry e = {
        .count = 1, .from = probe, .to = connects ? PUSH_OWN_CONNECTION : 0, .step = STEP_PROBE
    };
    event_loop_post(&s->loop, connects ? SOURCE_ACCEPT : SOURCE_IO, &e);
}

void push_server_disturb(struct push_server *s, double length_ns)
{
    cpu_thread_disturb(s->loop.thread, push_positive(push_cost(length_ns, 1)));
}

void push_server_other(struct push_server *s, double cost_ns)
{
    struct loop_entry e = push_other_entry(push_positive(push_cost(cost_ns, 1)));
    event_loop_post(&s->loop, SOURCE_TIMER, &e);
}
