#include "experiments/replay/player.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static void note(struct player *p, const struct action *a, int64_t now_ns)
{
    if (!p->played)
        return;
    p->played->actions[p->played->count] = *a;
    p->played->actions[p->played->count++].at_ns = now_ns;
}

static void play(struct player *p, const struct action *a, int64_t now_ns)
{
    struct client *c = &p->clients->clients[a->client];
    switch (a->kind) {
    case ACTION_PUBLISH:
        publisher_send(p->publisher, p->log->sent, a->bytes);
        delivery_log_sent(p->log, now_ns);
        break;
    case ACTION_CONNECT:
        client_connect(c);
        break;
    case ACTION_DISCONNECT:
        client_disconnect(c);
        break;
    case ACTION_STALL:
        client_stall(c, a->duration_ns);
        break;
    case ACTION_MESSAGE:
        client_message_send(c, a);
        break;
    }
    note(p, a, now_ns);
}

/* An absolute time in the past fires at once. */
static void arm(struct player *p)
{
    if (p->next == p->s->count)
        return;
    int64_t at_ns = p->clients->start_ns + p->s->actions[p->next].at_ns;
    struct itimerspec when = { .it_value = { at_ns / 1000000000, at_ns % 1000000000 } };
    timerfd_settime(p->fd, TFD_TIMER_ABSTIME, &when, NULL);
}

void player_tick(void *player)
{
    struct player *p = player;
    size_t before = p->next;
    int64_t now_ns = p->clients->now_ns; /* of the read just done */
    while (p->next < p->s->count && p->s->actions[p->next].at_ns <= now_ns) {
        play(p, &p->s->actions[p->next++], now_ns);
        now_ns = client_pool_time_ns(p->clients);
    }
    if (p->next != before)
        arm(p);
}

static void on_timer(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct player *p = poll->data;
    uint64_t expirations;
    if (read(p->fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
        return;
    p->clients->now_ns = client_pool_time_ns(p->clients);
    player_tick(p);
}

int player_init(struct player *p, uv_loop_t *loop, struct error *err)
{
    memset(p, 0, sizeof *p);
    p->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (p->fd < 0)
        return error_set(err, ERR_IO, "timer: %s", strerror(errno));
    uv_poll_init(loop, &p->poll, p->fd);
    p->poll.data = p;
    return 0;
}

void player_start(struct player *p)
{
    p->clients->tick = player_tick;
    p->clients->owner = p;
    uv_poll_start(&p->poll, UV_READABLE, on_timer);
    arm(p);
}

static void on_closed(uv_handle_t *handle)
{
    struct player *p = handle->data;
    close(p->fd);
}

void player_shut(struct player *p)
{
    uv_close((uv_handle_t *)&p->poll, on_closed);
}
