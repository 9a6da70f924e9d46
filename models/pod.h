/* pod.h - one pod: the processes of a push server in one cgroup, with their memory, accept queue
 * and restarts; between the clients (clients.h) and the workers (push_server.h).
 *
 * Connections are slots of the workers, apart from the clients' numbers: a client that comes back
 * before the server has noticed that it left gets another slot, and the old one stays a zombie.
 * Each worker has twice as many slots as clients, handed out first freed, first used.
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
#include "models/meter.h"
#include "models/parameters.h"
#include "models/push_server.h"

enum pod_state { POD_DOWN, POD_STARTING, POD_UP };

struct pod_slots {   /* free slots of one worker, a ring */
    uint32_t *items; /* owned; room for all */
    uint32_t head, count;
};

struct pod_counters {
    uint64_t oom_kills, crashes, deploys, restarts;
    uint64_t replayed;          /* events sent again to clients that came back */
    uint64_t missed;            /* events that no history held for them any more */
    uint64_t handshake_refused; /* SYNs while no process listened */
    uint64_t slow_max;          /* most slow consumers at a sample */
    uint32_t open_max;          /* most connections open at the server at a sample */
    int64_t first_oom_ns;       /* -1 = none */
};

struct pod {
    struct simulation *sim;
    const struct parameters *p;  /* borrowed */
    struct run_record *record;   /* borrowed */
    struct clients *clients;     /* borrowed */
    struct push_server *workers; /* p->server.workers; owned */
    uint32_t slots;              /* of one worker; worker w has w * slots … */
    uint32_t clients_each;       /* clients c / clients_each = worker */
    struct pod_slots *free;      /* by worker; owned */
    uint32_t *slot_of;           /* by client; POD_NONE: no connection; owned */
    uint32_t *client_of;         /* by slot; POD_NONE: the client is no longer there; owned */
    uint16_t *use;               /* by slot: how often it was handed out, modulo 2^16; owned */
    struct accept_path accept;
    struct memory_account memory;
    struct restart_backoff restart;
    struct auth_backend auth;
    enum pod_state state;
    bool dying;           /* an event that kills the process is pending */
    int64_t started_ns;   /* the present process */
    uint32_t handshaking; /* slots handed out whose handshake is not over */
    struct pod_counters counters;
};

#define POD_NONE UINT32_MAX

extern const struct clients_server pod_for_clients; /* `server` is the pod */

/* Numbers of connections, for the meter. */
uint32_t pod_connections(const struct parameters *p, uint32_t clients);
void pod_init(struct pod *pod, struct simulation *sim, const struct parameters *p,
              struct cpu_group *group, struct meter *meter, struct clients *clients,
              uint32_t client_count, uint32_t publishes, struct run_record *record);
void pod_close(struct pod *pod);

/* Clients 0 .. initial - 1 are connected (before the run); the faults are scheduled. */
void pod_start(struct pod *pod, uint32_t initial);
/* Looks at what the process holds; kills it when that is too much. */
void pod_sample(struct pod *pod);
uint32_t pod_open(const struct pod *pod); /* connections open at the server */
void pod_report(struct pod *pod);         /* writes its figures */

#endif
