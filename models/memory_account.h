/* memory_account.h - what the process and the kernel hold for it, by kind, as the cgroup counts.
 *
 * working set = base + connections + queues + write buffers + history + snapshots + compression
 *               + overhead + retained (all heap) + sockets (kernel)
 *
 * Heap memory costs an overhead share on top (size classes, headers: a 4 KiB message in CPython is
 * a 33-byte bytes header, glibc rounds to 16 bytes). Freed heap does not all go back: the share
 * `retention` stays with the allocator and is used again before anything new is asked of the
 * kernel (glibc's arenas; websockets/ws#667: 200 MB stay after the clients left). memory.max kills
 * when the working set passes it (Documentation/admin-guide/cgroup-v2.rst, memory.max; TCP buffers
 * are charged as "sock", and what has got into the client's to the client). Under cgroup v1 they
 * have a counter of their own (Documentation/admin-guide/cgroup-v1/memory.rst, 2.7.1 and
 * memory.kmem.tcp.*): sockets_apart.
 *
 * A queued message costs its place in the queue beside its payload. Growth by 100,000 entries of
 * one shared payload, measured: 8.2 B an entry of CPython 3.11's asyncio.Queue that is the bare
 * payload, 64.2 B one that is a tuple of two (tracemalloc), 58.4 B a chunk that waits in Node 20's
 * Writable (heapUsed).
 *
 * permessage-deflate holds a state for each connection (websocket.h).
 */
#ifndef PUSHSIM_MODELS_MEMORY_ACCOUNT_H
#define PUSHSIM_MODELS_MEMORY_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

enum memory_kind {
    MEMORY_BASE,          /* interpreter, code, libraries */
    MEMORY_CONNECTIONS,   /* per connection: tasks, protocol objects, buffers */
    MEMORY_QUEUES,        /* messages in outbound queues */
    MEMORY_WRITE_BUFFERS, /* bytes in transports, above the kernel's buffers */
    MEMORY_HISTORY,       /* replays under way; the history itself is elsewhere */
    MEMORY_COMPRESSION,   /* permessage-deflate states */
    MEMORY_SOCKETS,  /* kernel send buffers; what the client's kernel has is its own memory */
    MEMORY_OVERHEAD, /* allocator overhead, derived */
    MEMORY_RETAINED, /* freed, not returned, derived */
    MEMORY_KINDS,
};

/* What a message in a write buffer is: a copy for each connection, or a reference to one payload
 * for all and memory.message of bookkeeping. */
enum write_buffers {
    BUFFERS_OF_STACK,   /* as the server's stack has it: push_server_held.c */
    BUFFERS_COPIES,     /* one for each connection */
    BUFFERS_REFERENCES, /* to one payload; what is compressed is copied all the same */
};

struct memory_params {
    int64_t base_bytes;       /* a process without connections */
    int64_t connection_bytes; /* one connection, without buffers and compression */
    int64_t message_bytes; /* bookkeeping of one queued message, or of one reference in a write
                                 buffer, beside its payload */
    double overhead;       /* share on top of the heap kinds, 0..4 */
    double retention;      /* share of freed heap that is not returned, 0..1 */
    bool shared_payload;   /* queues hold references to one copy of a message */
    enum write_buffers buffers; /* what a message in a write buffer is */
    /* While an iteration holds its writes back (uvloop), what it is to write is in the heap this
     * many times, by enum push_protocol; >= 0 */
    double held_copies[2];
    bool sockets_apart;     /* what the kernel holds in socket buffers is no part of the working
                                 set (cgroup v1) */
    int64_t deflate_window; /* permessage-deflate window bits, 8..15; 0 = off */
};

struct memory_sum {     /* of several accounts */
    int64_t bytes;      /* their working sets together, now */
    int64_t peak_bytes; /* most at one time */
};

struct memory_account {
    int64_t held_bytes[MEMORY_KINDS]; /* the derived kinds included */
    int64_t peak_bytes;               /* largest working set seen */
    int64_t summed_bytes;             /* its share of the sum */
    struct memory_sum *sum;           /* borrowed; NULL = none */
};

/* Nothing is held: there is no process yet. `sum` (or NULL) is kept up to date from now on. */
void memory_account_init(struct memory_account *m, struct memory_sum *sum);
/* A process starts, with its base alone; the one before it is gone. The peak stays. */
void memory_account_start(struct memory_account *m, const struct memory_params *p,
                          int64_t processes);
/* The process is gone with all it held. */
void memory_account_end(struct memory_account *m);
/* bytes > 0 takes, < 0 gives back; never more than is held. `kind` is not a derived one. */
void memory_account_change(struct memory_account *m, const struct memory_params *p,
                           enum memory_kind kind, int64_t bytes);
/* The same, by the amount that is now held. */
void memory_account_set(struct memory_account *m, const struct memory_params *p,
                        enum memory_kind kind, int64_t bytes);
int64_t memory_account_total(const struct memory_account *m); /* the working set */
/* Past memory.max? limit_bytes: 0 = none. */
bool memory_account_exceeded(const struct memory_account *m, int64_t limit_bytes);

const char *memory_kind_name(enum memory_kind kind);

#endif
