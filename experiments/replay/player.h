/* player.h - plays a schedule open loop: every action at its planned time, whatever came
 * before.
 *
 * A timerfd on CLOCK_MONOTONIC wakes the loop (libuv's own timers are whole milliseconds), and
 * player_tick, called after each read, keeps the pace while the loop is busy with deliveries.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_PLAYER_H
#define PUSHSIM_EXPERIMENTS_REPLAY_PLAYER_H

#include <uv.h>

#include "experiments/replay/client.h"
#include "experiments/replay/publisher.h"
#include "models/schedule.h"
#include "sim/error.h"

struct player {
    uv_poll_t poll;              /* its data is this player */
    int fd;                      /* timerfd */
    size_t next;                 /* action to play next */
    const struct schedule *s;    /* borrowed */
    struct client_pool *clients; /* borrowed; start_ns of it is time 0 */
    struct publisher *publisher; /* borrowed */
    struct delivery_log *log;    /* borrowed */
    struct schedule *played; /* borrowed, may be NULL: the actions as they really happened */
};

/* Initialises the timer; the pointers are set by the caller before player_start. ERR_IO. */
int player_init(struct player *p, uv_loop_t *loop, struct error *err);
/* From here on actions happen at clients->start_ns + at_ns. */
void player_start(struct player *p);
void player_tick(void *player);     /* plays what is due at clients->now_ns */
void player_shut(struct player *p); /* starts to close; the fd is closed too */

#endif
