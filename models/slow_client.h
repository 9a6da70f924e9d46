/* slow_client.h - connections whose client does not read: what piles up for them, message by
 * message. Everybody else shares windows of publishes (push_server.h).
 *
 * A write goes into the socket buffers (the server's send buffer and the client's receive buffer:
 * Linux tcp(7), tcp_wmem and tcp_rmem) until they are full, its rest into the process's write
 * buffer (send(2): of a message that does not fit, the part that does is sent);
 * above its high-water mark the writer waits and the outbound queue grows (asyncio's transports:
 * CPython 3.11 Lib/asyncio/transports.py, _FlowControlMixin: 64 KiB and a quarter of it). A socket
 * that was full is writable again when a third of it has been read (__sk_stream_is_writeable).
 */
#ifndef PUSHSIM_MODELS_SLOW_CLIENT_H
#define PUSHSIM_MODELS_SLOW_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOW_REPLAY 1 /* of slow_message.replay: that of the first kind */

struct slow_message {
    uint32_t number;      /* of the message (topics.h) */
    bool queued;          /* it found earlier messages in its queue */
    uint8_t replay;       /* 0: not replayed; else SLOW_REPLAY + enum meter_replay */
    int64_t bytes;        /* on the wire */
    int64_t written_ns;   /* when the server wrote it; -1: still in the queue */
    int64_t throttled_ns; /* the throttled clock at the write */
};

struct slow_queue {                 /* FIFO; a zeroed one is empty */
    struct slow_message *items;     /* ring; owned */
    uint32_t head, count, capacity; /* place of the first; messages; places */
};

/* Of a connection that the server has closed, with something in its socket. */
struct slow_orphan {
    uint32_t seen; /* who has read all of that has the messages of its feed below it */
    uint32_t due;  /* those below it were due on the connection */
    uint8_t cause; /* why it was closed: enum disconnect_cause */
    bool left;     /* by a process that is no more */
};

struct slow_client {
    uint32_t connection;      /* its number */
    uint32_t replay;          /* 1 + the replay it waits for (struct push_replays); 0: none */
    int64_t reads_from_ns;    /* the client reads from here on; INT64_MAX: never again */
    int64_t cut_ns;           /* an outage keeps everything from it until then; 0: none does */
    int64_t rate_bps;         /* bytes per second it reads; 0 = at once */
    int64_t blocked_ns;       /* its task waits for the write buffer since; if it is blocked */
    int64_t dead_ns;          /* the kernel ends the connection then; 0 = nothing written yet */
    bool vanished;            /* its network is gone: a zombie */
    bool pinged;              /* a ping waits for it to read */
    bool reading;             /* an event tells when it has read what it is at */
    int64_t read_ns;          /* when that is, if nothing stops it */
    int64_t heard_ns;         /* it has read a message last, or got one before it was slow */
    int64_t ping_ns;          /* it reads the last ping then: behind what was before it */
    uint32_t replays;         /* replayed events that it has not got: of that, or in buffers */
    int64_t socket_bytes;     /* in the socket buffers */
    int64_t received_bytes;   /* of these, at the client when its network went; if it did */
    int64_t buffer_bytes;     /* in the write buffer */
    int64_t sent_bytes;       /* of its first message that have left it for the socket */
    int64_t read_bytes;       /* of the first message in the socket, or of those bytes */
    int64_t reading_bytes;    /* that the client is at, if `reading` */
    bool writable_posted;     /* the loop is going to flush the write buffer */
    uint32_t taken;           /* messages written in the wake-up in progress */
    int64_t taken_ns;         /* work in that wake-up up to the last of them */
    struct slow_queue queue;  /* outbound queue */
    struct slow_queue held;   /* taken from it, written at the end of the iteration */
    struct slow_queue socket; /* written, in the socket buffers */
    struct slow_queue
        buffer; /* written, in the write buffer; sent_bytes of the first are not */
    struct slow_orphan orphan; /* in push_server's orphans (push_server_orphan.c) */
};

struct slow_clients {
    struct slow_client *items; /* in no order; owned */
    uint32_t count, capacity;  /* slow ones; places */
    uint32_t *place; /* by connection: 1 + its index in items, 0: not slow; owned; made when the
                        first one is slow */
    uint32_t connections; /* numbers are below this */
};

void slow_clients_init(struct slow_clients *s, uint32_t connections);
void slow_clients_close(struct slow_clients *s); /* forgets all; may be used again */
/* NULL: it is not slow. The pointer holds until the next add or remove. */
struct slow_client *slow_clients_find(const struct slow_clients *s, uint32_t connection);
/* Adds or finds. */
struct slow_client *slow_clients_add(struct slow_clients *s, uint32_t connection);
void slow_clients_remove(struct slow_clients *s, uint32_t connection); /* it is slow */
/* From one to the other, where it is not yet; returns it as slow_clients_find does. */
struct slow_client *slow_clients_move(struct slow_clients *from, struct slow_clients *to,
                                      uint32_t connection);

void slow_queue_push(struct slow_queue *q, const struct slow_message *message);
bool slow_queue_pop(struct slow_queue *q, struct slow_message *message); /* false: empty */
const struct slow_message *slow_queue_at(const struct slow_queue *q,
                                         uint32_t i); /* i < count */

/* Messages held for the client, wherever they are. */
uint32_t slow_client_messages(const struct slow_client *c);

/* A write of `message` to a socket that takes room_bytes at most: what finds no room there, and all
 * that stands behind such a rest, goes into the write buffer. */
void slow_client_write(struct slow_client *c, const struct slow_message *message,
                       int64_t room_bytes);
/* From the write buffer into the socket, the same. */
void slow_client_fill(struct slow_client *c, int64_t room_bytes);
/* The first message of the write buffer, whatever of it was sent; false: there is none. */
bool slow_client_unbuffer(struct slow_client *c, struct slow_message *message);
/* The first message of the socket; false: none is there whole. */
bool slow_client_read(struct slow_client *c, struct slow_message *message);
/* How many of q were no replays. */
uint32_t slow_queue_live(const struct slow_queue *q);
/* Number of the first message in q that the client has never had; UINT32_MAX: there is none. */
uint32_t slow_queue_unseen(const struct slow_queue *q);
/* Forgets all but what is in the socket; of a message that was sent in part, that part stays. */
void slow_client_keep_socket(struct slow_client *c);

#endif
