/* pod.h - one pod: the processes of a push server in one cgroup, with their memory, accept queue
 * and restarts; between the clients (clients.h) and the workers (push_server.h).
 *
 * Connections are slots of the workers, apart from the clients' numbers: a client that comes back
 * before the server has noticed that it left gets another slot, and the old one stays a zombie.
 * Alone, each worker has twice as many slots as clients; they are handed out first freed, first
 * used. Of a client's worker the kernel decides: alone, by ranges of clients; in a fleet, in turn.
 *
 * When the working set passes the memory limit the kernel kills the process; it may also crash or
 * be replaced by a deploy. Everything it held is lost, its connections are reset, and SYNs are
 * refused until the next process listens (restart_backoff.h, startup_ns).
 */
#ifndef PUSHSIM_MODELS_POD_H
#define PUSHSIM_MODELS_POD_H

#include <stdbool.h>
#include <stdint.h>

#include "models/clients.h"
#include "models/duplex.h"
#include "models/meter.h"
#include "models/parameters.h"
#include "models/push_server.h"

enum pod_state {
    POD_DOWN,     /* no process */
    POD_STARTING, /* there is one, and it does not listen yet: SYNs are refused */
    POD_UP,       /* it listens */
};

struct pod_slots {   /* free slots of one worker: those never used, then a ring of the freed */
    uint32_t fresh;  /* number within the worker of the first that was never handed out */
    uint32_t *items; /* the ring; owned; room for all */
    uint32_t head, count; /* place of the first freed; how many */
};

struct pod_counters {                               /* since the start of the run */
    uint64_t oom_kills, crashes, deploys, restarts; /* of processes */
    uint64_t missed_lost;       /* events that no history held any more for clients that came
                                   back: due on the connection they lost */
    uint64_t missed_away;       /* and those published while they had none */
    uint64_t over_capacity;     /* SYNs that found no room for their connection */
    uint64_t handshake_refused; /* SYNs while no process listened */
    uint64_t slow;              /* slow consumers at the last sample of a process that is up */
    uint64_t slow_max;          /* most of them at a sample */
    uint32_t open_max;          /* most connections open at the server at a sample */
    uint32_t closing_max;       /* most in their closing handshake at a sample */
    int64_t first_oom_ns;       /* -1 = none */
};

struct pod;

struct pod_watch { /* who wants to know; NULL members are not called */
    void (*changed)(void *owner, struct pod *pod);                /* `state` is another one */
    void (*probed)(void *owner, struct pod *pod, uint32_t probe); /* pod_probe is answered */
};

struct pod_setup {
    const struct parameters *p;  /* borrowed for the pod's life */
    struct cpu_group *group;     /* its cgroup; borrowed */
    int cpu;                     /* of its first worker; the others follow */
    struct meter *meter;         /* for pod_connections numbers; borrowed */
    struct clients *clients;     /* borrowed */
    struct clients_book *book;   /* of this pod of a fleet; NULL: it is alone; borrowed */
    struct duplex *duplex;       /* borrowed; NULL: no client sends messages */
    uint32_t client_count;       /* clients are numbered below this */
    uint32_t slots;              /* of one worker, >= 1 */
    uint32_t *slot_of;           /* by client; shared by the pods of a fleet; NULL: its own */
    const struct topics *topics; /* of what can arrive, and of the clients; borrowed */
    struct memory_sum *memory;   /* of all pods; NULL: this one is alone; borrowed */
    struct run_record *record;   /* borrowed */
    const char *label;           /* before the text of its events; NULL = none; borrowed */
    struct pod_watch watch;      /* zeros: nobody wants to know */
    void *owner;                 /* given to it; borrowed */
};

struct pod {
    struct simulation *sim;      /* borrowed */
    const struct parameters *p;  /* as setup.p */
    struct pod_setup setup;      /* a copy */
    struct run_record *record;   /* borrowed */
    struct clients *clients;     /* borrowed */
    struct push_server *workers; /* p->server.workers; owned */
    uint32_t slots;              /* of one worker; worker w has w * slots … */
    struct pod_slots *free;      /* by worker; owned */
    uint32_t *slot_of;   /* by client; POD_NONE: no connection; owned if setup's is NULL */
    uint32_t *client_of; /* by slot that was handed out; POD_NONE: the client left; owned */
    uint16_t *use;       /* by slot: how often it was given back, modulo 2^16; owned */
    struct accept_path accept;      /* its kernel's queue */
    struct memory_account memory;   /* what the present process holds */
    struct restart_backoff restart; /* of its container */
    struct auth_backend auth;       /* which it asks of new connections */
    enum pod_state state;           /* of its process */
    bool dying;                     /* an event that kills the process is pending */
    bool ended;                     /* killed for good */
    bool deaf;                      /* it has heard SIGTERM, and listens no more */
    int64_t started_ns;             /* the present process */
    struct code_compiler *starters; /* by worker: what its start costs; NULL: nothing; owned */
    uint32_t handshaking;           /* slots handed out whose handshake is not over */
    uint32_t next_drained;          /* slot at which pod_drain goes on */
    struct pod_counters counters;   /* of all its processes */
};

#define POD_NONE UINT32_MAX /* no slot, no client */

extern const struct clients_server pod_for_clients; /* `server` is the pod */

/* Slots of one worker when all clients may come to this one pod. */
uint32_t pod_slots_alone(const struct parameters *p, uint32_t clients);
/* Numbers of connections, for the meter; `slots` of each worker. */
uint32_t pod_connections(const struct parameters *p, uint32_t slots);
/* The clients of p's classes, in front of a server. */
void pod_clients_init(struct clients *clients, struct simulation *sim,
                      const struct parameters *p, uint32_t count, uint64_t seed,
                      uint32_t replication, const struct clients_server *server, void *object);
void pod_init(struct pod *pod, struct simulation *sim, const struct pod_setup *setup);
void pod_close(struct pod *pod);

/* Before the run: the client has a connection; then pod_start opens them all: it is up. */
void pod_seat(struct pod *pod, uint32_t client);
void pod_start(struct pod *pod);
/* Instead of pod_start: its first process starts now. */
void pod_launch(struct pod *pod);
/* What p->fault says befalls it. */
void pod_schedule_faults(struct pod *pod);

/* The process is killed now; with `again` it is started again after its back-off. */
void pod_kill(struct pod *pod, enum disconnect_cause cause, bool again);
/* Asks up to n open connections to go (DISCONNECT_DRAINED); returns how many. */
uint32_t pod_drain(struct pod *pod, uint32_t n);
/* A message that a connected client sends now. */
void pod_message(struct pod *pod, uint32_t message);
/* A health check, over a connection of its own to worker 0; answered through the watch, or never.
 * False: its SYN was dropped. */
bool pod_probe(struct pod *pod, uint32_t probe);
/* A signal that worker 0 handles as it comes to it; told through the watch as a probe's answer. */
void pod_signal(struct pod *pod, uint32_t number);

/* Looks at what the process holds; kills it when that is too much. */
void pod_sample(struct pod *pod);
uint32_t pod_open(const struct pod *pod); /* connections open at the server */
/* Connections that the server has begun to close. */
uint32_t pod_closing(const struct pod *pod);

/* CPU time of its processes' threads beside their loops, code_compiler.h. */
int64_t pod_beside_ns(const struct pod *pod);

struct pod_figures { /* of one pod, or summed over several */
    /* Connections that are open, and in their closing handshake, at the server now; so far: such
     * handshakes it waited for no longer, SYNs dropped, requests to the authentication backend, and
     * those that nobody waited for any longer. */
    uint64_t open, closing, close_timeouts, syn_dropped, auth_requests, auth_timeouts;
    struct pod_counters counters; /* `slow` is left out, the ..._max are of the one with most */
    bool collects;                /* its processes collect garbage by count */
    struct push_pauses pauses;    /* for all of it */
    int64_t peak_bytes;           /* of the pod that once held most */
    int64_t held_bytes[MEMORY_KINDS]; /* by the present processes, now */
};
/* Adds this pod's; a zeroed sum needs counters.first_oom_ns = -1. */
void pod_figures_add(const struct pod *pod, struct pod_figures *sum);
void pod_figures_report(const struct pod_figures *sum, const struct clients_book *clients,
                        struct run_record *record);
void pod_report(const struct pod *pod, const struct clients_book *clients,
                struct run_record *record);
/* meter_report_positions, over all workers. */
void pod_report_positions(const struct pod *pod);

#endif
