/* ready_list.h - in which order a wait of epoll tells which connections can be read.
 *
 * Linux, fs/eventpoll.c (ep_poll_callback, ep_send_events): a connection that gets something to
 * read goes to the end of the list of ready ones, unless it stands there still. A wait takes the
 * whole list and goes through it from its head. Who can be read is told, and level-triggered put
 * at the end of the list again, for the next wait to look at; who cannot is off the list until
 * something comes.
 *
 * So whom the last wait told and who can be read again comes first, in the same order, before all
 * who came since. A server that is behind finds many at each wait and serves those anew that it
 * has served just now, while a request on another connection waits for the batch after: order of
 * arrival is kept only by a server that is not behind. Of 1,150 WebSockets of Node at 200m, 12
 * publishes within 0.76 s were sent out in the order 1 8 2 3 4 5 6 7 (13 and more) 9 10 11 12: the
 * eighth came over the first one's connection (Linux 6.18, 2026-11-27).
 *
 * Edge-triggered (nginx: src/event/modules/ngx_epoll_module.c) nothing is put back: the list is
 * first come, first served. libuv (Node, uvloop) and Python's selectors are level-triggered.
 */
#ifndef PUSHSIM_MODELS_READY_LIST_H
#define PUSHSIM_MODELS_READY_LIST_H

#include <stdbool.h>
#include <stdint.h>

struct ready_list {       /* of connections 0 .. size - 1 */
    uint32_t *listed;     /* in order, each once; `count` of them, owned */
    bool *on_list;        /* by connection; owned */
    bool *readable;       /* by connection, since the last wait; owned */
    uint32_t size, count; /* connections there are; those on the list, 0..size */
};

void ready_list_init(struct ready_list *list, uint32_t size);
void ready_list_close(struct ready_list *list);
/* No connection is on the list any more. */
void ready_list_clear(struct ready_list *list);

/* Connection (< size) has something to read. */
void ready_list_add(struct ready_list *list, uint32_t connection);
/* A wait: what is listed then was told, in that order. */
void ready_list_wait(struct ready_list *list);

#endif
