#include "experiments/replay/client_churn.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "experiments/replay/client_internal.h"
#include "models/random_purpose.h"
#include "sim/error.h"

#define LOOK_MS 10 /* between two looks: nothing here is due more exactly */

/* ---- silent losses ---- */

/* The duplicate keeps the connection when the handle's own descriptor is closed. */
static void vanish(struct client *c)
{
    struct client_churn *churn = &c->pool->behaviour.churn;
    uv_os_fd_t fd;
    int kept = uv_fileno((uv_handle_t *)&c->tcp, &fd) == 0 ? dup(fd) : -1;
    if (kept < 0)
        return;
    churn->zombies =
        mem_realloc(churn->zombies, (churn->zombie_count + 1) * sizeof *churn->zombies);
    churn->zombies[churn->zombie_count++] = kept;
    c->pool->counters.vanished++;
    client_ended(c, DISCONNECT_NETWORK, "it vanished");
}

void client_churn_close(struct client_churn *churn)
{
    for (size_t i = 0; i < churn->zombie_count; i++)
        close(churn->zombies[i]);
    free(churn->zombies);
    churn->zombies = NULL;
    churn->zombie_count = 0;
}

/* ---- what is due ---- */

static void strike(struct client *c, enum churn kind, const struct client_class *class)
{
    struct random_stream *draws = &c->pool->behaviour.churn.draws;
    if (c->state != CLIENT_OPEN)
        return;
    if (kind == CHURN_LOSS)
        vanish(c);
    else if (class->stall_ns == 0)
        client_stall(c, INT64_MAX);
    else
        client_stall(c, (int64_t)random_stream_exponential(draws, (double)class->stall_ns));
}

/* Plays what a class's process has in store until now_ns. */
static void churn_class(struct client_pool *pool, int class, enum churn kind, int64_t now_ns)
{
    const struct parameters *p = pool->behaviour.p;
    const struct client_class *k = &p->classes[class];
    struct client_churn *churn = &pool->behaviour.churn;
    int classes = (int)p->class_count;
    int64_t first = client_class_first(p->classes, classes, pool->count, class);
    int64_t count = client_class_first(p->classes, classes, pool->count, class + 1) - first;
    double rate = (kind == CHURN_LOSS ? k->loss_rate_hz : k->stall_rate_hz) * (double)count;
    int64_t *next_ns = &churn->next_ns[class][kind];
    while (rate > 0 && *next_ns <= now_ns) {
        int64_t member = (int64_t)(random_stream_uniform(&churn->draws) * (double)count);
        if (*next_ns > 0)
            strike(&pool->clients[first + member], kind, k);
        *next_ns += (int64_t)random_stream_exponential(&churn->draws, 1e9 / rate);
    }
}

/* Clients that nothing reached for their class's time-out close. */
static void close_silent(struct client_pool *pool, int class, int64_t now_ns)
{
    const struct parameters *p = pool->behaviour.p;
    int classes = (int)p->class_count;
    int64_t timeout_ns = client_class_silence_timeout_ns(&p->classes[class], &p->heartbeat);
    bool pings = client_class_counts_pings(&p->classes[class], &p->heartbeat);
    int64_t first = client_class_first(p->classes, classes, pool->count, class);
    int64_t end = client_class_first(p->classes, classes, pool->count, class + 1);
    for (int64_t i = first; timeout_ns > 0 && i < end; i++) {
        struct client *c = &pool->clients[i];
        int64_t heard_ns = pings ? c->pinged_ns : c->heard_ns;
        if (c->state == CLIENT_OPEN && now_ns - heard_ns >= timeout_ns)
            client_ended(c, DISCONNECT_SILENCE, "nothing came for too long");
    }
}

static void on_look(uv_timer_t *timer)
{
    struct client_pool *pool = timer->data;
    int64_t now_ns = client_pool_time_ns(pool);
    for (int class = 0; class < (int)pool->behaviour.p->class_count; class ++) {
        churn_class(pool, class, CHURN_STALL, now_ns);
        churn_class(pool, class, CHURN_LOSS, now_ns);
        close_silent(pool, class, now_ns);
    }
}

void client_churn_start(struct client_pool *pool)
{
    struct client_behaviour *b = &pool->behaviour;
    bool any = false;
    for (int64_t i = 0; i < b->p->class_count; i++) {
        const struct client_class *k = &b->p->classes[i];
        any |= k->stall_rate_hz > 0 || k->loss_rate_hz > 0 ||
               client_class_silence_timeout_ns(k, &b->p->heartbeat) > 0;
    }
    if (!any)
        return;
    random_stream_init(&b->churn.draws, b->seed, b->replication, RANDOM_CHURN, 0);
    uv_timer_init(pool->loop, &b->churn.timer);
    b->churn.timer.data = pool;
    uv_timer_start(&b->churn.timer, on_look, LOOK_MS, LOOK_MS);
}
