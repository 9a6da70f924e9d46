/* parameters.h - everything one run of the model needs, as plain numbers with units.
 *
 * The option table (experiments/run/options.c) names, documents, ranges and fills each field; a
 * field added here gets a row there. Defaults are set by the table. No pointers: the struct is
 * copied by assignment.
 */
#ifndef PUSHSIM_MODELS_PARAMETERS_H
#define PUSHSIM_MODELS_PARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/accept_path.h"
#include "models/auth_backend.h"
#include "models/autoscaler.h"
#include "models/balancer.h"
#include "models/client_class.h"
#include "models/cpu.h"
#include "models/duplex.h"
#include "models/heartbeat.h"
#include "models/memory_account.h"
#include "models/probe.h"
#include "models/reconnect.h"
#include "models/replay_history.h"
#include "models/restart_backoff.h"
#include "models/rollout.h"
#include "models/slo_control.h"
#include "models/sse.h"
#include "models/topics.h"
#include "models/websocket.h"

enum push_protocol { PROTOCOL_SSE, PROTOCOL_WEBSOCKET, PROTOCOLS };
/* Whose event loop: event_loop.h and its loop_*.c. */
enum loop_kind { LOOP_UVLOOP, LOOP_ASYNCIO, LOOP_NODE, LOOP_NGINX, LOOP_THREADS };
/* What an outbound queue does that is full, i.e. holds queue_bound messages. */
enum queue_policy {
    POLICY_DROP_OLDEST, /* the first in the queue makes room */
    POLICY_DROP_NEWEST, /* what comes finds none */
    POLICY_DISCONNECT,  /* the connection is closed */
    POLICY_NONE,        /* no queue is ever full: queue_bound is not looked at */
    POLICY_CONFLATE,    /* the newest message of each of queue_keys keys stays */
};
enum fan_out {
    FAN_OUT_QUEUES,     /* one queue a subscriber, one task each */
    FAN_OUT_SHARED,     /* one queue for all: each message reaches one subscriber */
    FAN_OUT_SEQUENTIAL, /* the publisher awaits one send after another */
};
/* Publishes at equal intervals, or at random ones (exponential). */
enum arrival_kind { ARRIVAL_CONSTANT, ARRIVAL_POISSON };

struct protocol_costs {    /* CPU time on the reference host, ns unless said otherwise */
    double handshake_ns;   /* accept, parse, upgrade or response head: per connection */
    double disconnect_ns;  /* per connection closed */
    double wake_ns;        /* one ready-queue pass of a delivery, per wake-up */
    double state_ns;       /* more for a wake-up that finds the connection's state cold */
    double item_ns;        /* per message handled in that wake-up */
    double item_kib_ns;    /* per KiB of it, before the write: encoding, framing, masking */
    double write_ns;       /* the write itself, per write call */
    double write_kib_ns;   /* per KiB written, or read of a client's message */
    double write_state_ns; /* more for a write that finds its socket's state cold */
    double settle_ns; /* after a publish's fan-out, for each of its deliveries; hops: 0 alone */
    double message_ns;   /* a client's message: read, parse (or unmask), handle */
    double heartbeat_ns; /* a heartbeat beside its write: timer, frame, its answer's handling */
    double held_objects; /* that the garbage collector counts: of an open connection */
    double renewed_objects; /* of these, new after each wake-up */
    double first_objects;   /* that the process allocates for good with its first connection */
    double young_bytes;     /* allocated for each delivery, in a copying young generation */
    double kept_bytes;      /* of an open connection, that survived its scavenges */
    int64_t frame_bytes;    /* bytes added to each message on the wire */
};

/* How fast the host is in one run: what is timed beside it (host_pace.h). */
struct run_pace {
    double step_ns; /* a step of work; 0: not told */
    double read_ns; /* a read of memory that no cache of the core holds; 0: not told */
};

struct cost_params {
    double publish_ns;   /* one publish request: parse, route, answer */
    double enqueue_ns;   /* putting one message into one subscriber's queue */
    double iteration_ns; /* one loop iteration: poll system call and bookkeeping */
    double ready_fd_ns;  /* one ready descriptor in a poll */
    double noise_cv;     /* sd / mean of a log-normal factor drawn for each publish */
    /* sd / mean of the host's pace within a run (cost_noise.h); 0: it keeps it. */
    double spell_cv;
    double spell_ns;           /* how long it stays as it is; 0: not to the next publish */
    double connection_cv;      /* sd / mean of a log-normal factor of each connection's own */
    double host_cv;            /* sd / mean of a log-normal factor of each run's own */
    struct run_pace pace;      /* in this run; 0: as the costs say */
    struct run_pace pace_base; /* on the host that the costs describe; 0: unknown */
    double pace_power;         /* of pace.step_ns / pace_base.step_ns, for all costs */
    double read_power;         /* the same of read_ns */
    double ack_ns;             /* a segment's acknowledgement inside its write (quick_ack.h) */
    double transmit_ns;        /* part of a write: sending, saved by one that waits (nagle.h) */
    double interference_rate_hz; /* Poisson outliers: other work on the CPU */
    double interference_ns;      /* mean length of one, exponential */
    bool interference_idle;      /* work of the server's own: comes while it is idle, too */
    double warm_saturation_ns; /* extra work after a long time off the CPU, whatever is open */
    double cached_bytes;  /* of a fan-out, of which half cost nothing while warm; 0 = none do */
    double warm_time_ns;  /* time off after which 63 % of it is due */
    double code_excess;   /* share that work costs more in a new process (code_warmth.h) */
    double code_work_ns;  /* half of the work that is dear, all told; 0 = none is */
    int64_t code_stages;  /* how sharply it ends, 1..64 */
    double code_parse_ns; /* more for the first publish of a new process */
    double code_first_ns; /* of each connection in a new process's first fan-out, then half */
    double code_connection_ns; /* of its other threads, for each connection of that */
    double code_compile_ns;    /* CPU time of a new process's compilers, all told */
    bool code_late;            /* some of that comes after thousands of deliveries */
    double warm_connections;   /* whose state half stays in caches from one message to the next,
                                without time off; 0 = however many */
    double gc_period_ns;       /* between two garbage collections; 0 = none */
    double gc_base_ns;         /* pause of one collection without connections */
    double gc_connection_ns;   /* added to the pause for each live connection */
    double gc_threshold;       /* of garbage_collector.h, objects; 0 = no such collections */
    double gc_live;            /* objects of the process before the first client */
    double gc_allocated;       /* counted by then since its last full collection */
    double gc_wake;            /* from a publish to each wake-up that it makes ready */
    double gc_reused; /* of these, kept for the next publish, less the objects of its request */
    double gc_free_list; /* wake-ups whose second object is kept for reuse; 0 = none is */
    double gc_object_ns; /* pause of a full collection, for each object */
    /* That a semi-space may have, young_generation.h; 0 = there is none. */
    double young_space_bytes;
    double young_start_bytes;   /* of a process, that survived before its first connection */
    double young_publish_bytes; /* allocated for a publish, beside its deliveries */
    double mark_bytes;          /* kept by connections, from which the heap is marked */
    double scavenge_ns;         /* of a young generation, whatever it copies */
    double young_byte_ns;       /* and for each byte that it copies */
    double text_byte_ns;        /* where that is a message's text */
    struct protocol_costs by_protocol[PROTOCOLS]; /* what SSE and WebSocket differ in */
};

/* Whether a connection's bytes leave after all connections have taken the message: uvloop 0.17
 * holds writes to the end of the iteration (uvloop/loop.pyx, UVStream._buffer_write); Node's
 * response.write() corks the socket until the next tick, when the publish's callback is over
 * (lib/_http_outgoing.js, write_), while `ws` corks and uncorks around each frame (lib/sender.js,
 * sendFrame). With hops each connection's task is a callback of its own. */
static inline bool server_holds_writes(enum loop_kind loop, int64_t hops,
                                       enum push_protocol protocol)
{
    return loop == LOOP_UVLOOP || (loop == LOOP_NODE && hops == 0 && protocol == PROTOCOL_SSE);
}

/* Whether a write waits for the acknowledgement of the one before (nagle.h says of whom). */
static inline bool server_waits_for_acks(enum loop_kind loop, enum push_protocol protocol)
{
    return loop == LOOP_NGINX && protocol == PROTOCOL_SSE;
}

struct server_params {
    enum push_protocol protocol; /* of all connections */
    enum loop_kind loop;         /* of each worker */
    int64_t workers;             /* processes or threads in the one cgroup, 1..64 */
    int64_t hops;                /* ready-queue passes before the write of a delivery, 0..4 */
    int64_t queue_bound;         /* messages per connection, 1..1e6 */
    enum queue_policy queue_policy; /* what a full outbound queue does */
    int64_t queue_keys;             /* conflate: publishes carry these keys in turn, 1..1e6 */
    enum fan_out fan_out;           /* how a message gets to the connections */
    bool plain;               /* one ready-queue entry a connection: the same results, slower;
                                     for tests, not an option of experiment files */
    int64_t accept_batch;     /* connections accepted in one poll, 1..1e6; asyncio: backlog */
    int64_t write_high_bytes; /* write buffer above which a writer waits; asyncio: 64 KiB */
    int64_t write_low_bytes;  /* at or below which it goes on; asyncio: a quarter of high */
};

struct network_params {
    int64_t publish_ns;       /* publisher to server, one way */
    int64_t delivery_ns;      /* server's write to client-visible boundary */
    int64_t dead_ns;          /* a written segment is not acknowledged for so long: the
                                     kernel ends the connection (tcp_retries2) */
    int64_t write_timeout_ns; /* the server closes a connection whose writer has waited so
                                     long; 0 = never */
    int64_t socket_bytes;     /* kernel send buffer + client's receive buffer, 4 KiB..1 GiB:
                                     what the server can write while the client does not read */
    /* Of these, in the client's kernel: no memory of the server's; at most half of them. */
    int64_t receive_bytes;
    int64_t vanished_bytes; /* the same to a client whose network is gone, if that is less: its
                                     receive buffer gets nothing, and the send buffer does not
                                     grow (net/ipv4/tcp_input.c, tcp_sndbuf_expand: on ACKs);
                                     0 = as to others */
};

struct fault_params {       /* what befalls the pod; times: 0 = never */
    int64_t deploy_at_ns;   /* it is replaced: the old process stops */
    int64_t crash_at_ns;    /* it dies without a word */
    int64_t crash_connects; /* a bug: it dies when so many connections are being set up at
                                     once; 0 = it has no such bug */
    int64_t busy_at_ns;     /* the loop is kept busy by something else */
    int64_t busy_ns;        /* for so long (CPU time) */
    int64_t leave_at_ns;    /* the clients of the slow class leave */
    int64_t blip_at_ns;     /* the network between some clients and the server stops */
    int64_t blip_ns;        /* for so long */
    double blip_share;      /* of the clients, 0..1 */
};

#define PHASES_MAX 32

/* Largest payload of a publish or of a client's message: options and traces allow it, drawn sizes
 * end there. Far above what is pushed, and the real arm can hold one whole. */
#define PAYLOAD_MAX_BYTES (16 << 20)

struct phase_params {
    char name[32];       /* 1 to 31 characters, no dot; no two alike */
    int64_t duration_ns; /* 1 ms .. 1e7 s */
    double rate_hz;      /* publishes per second, while on */
    bool measure;        /* deliveries of this phase enter the latency figures */
    double rate_to_hz;   /* at its end, growing or falling in a straight line; 0 = the same */
    int64_t on_ns;       /* bursts: publishes for so long … */
    int64_t off_ns;      /* … and then none for so long, again and again; 0 = always on */
};

struct workload_params {
    enum arrival_kind arrivals; /* spacing of the publishes */
    bool same_arrivals;         /* every replication plays the arrivals of the first */
    int64_t payload_bytes;      /* mean of a publish's payload */
    double payload_cv;          /* sd / mean of a log-normal size drawn for each publish */
    /* Connections that publishes come over, one request of each at a time; 0 = any number. RFC
     * 9112, 9.3.2: pipelined requests are answered in order; uvicorn starts the next then. */
    int64_t publishers;
    int64_t drain_ns; /* after the last publish: wait at most so long for deliveries */
    struct topic_params topics; /* which of them a publish goes to, and who hears it */
    int phases;                 /* 1..PHASES_MAX */
    struct phase_params phase[PHASES_MAX]; /* one after another */
};

enum pod_stop {
    STOP_WAITS,  /* after SIGTERM the streams stay open until the kill (uvicorn) */
    STOP_CLOSES, /* it closes them itself, spread over drain_ns */
};

struct fleet_params {      /* several pods behind a balancer */
    int64_t pods;          /* at the start; 0 = one pod without a balancer */
    int64_t pods_per_node; /* that share a host; >= 1 */
    int64_t capacity;      /* connections one pod can hold (its file descriptors); 0 = four
                                   times its fair share at the start, or among the fewest that the
                                   autoscaler leaves; at most twice all */
    enum balancer_kind balancer; /* how it picks the pod of a new connection */
    int64_t endpoint_lag_ns; /* from a pod's being ready, or not, to the balancer's knowing */
    int64_t pre_stop_ns;     /* between leaving the balancer and SIGTERM */
    int64_t grace_ns;        /* from the decision to stop, preStop included, to the kill */
    enum pod_stop stop;      /* what open streams meet with at SIGTERM */
    int64_t drain_ns;        /* STOP_CLOSES: closes its connections over so long */
    int64_t detail;          /* pods of a revision whose every figure and series is stored */
    double rebalance_hz;     /* connections that a pod above the mean closes; 0 = none */
    double rebalance_tolerance;    /* share above the mean that is left alone */
    struct rollout_params rollout; /* of a deploy: how many pods at a time */
    int64_t start_delay_ns;        /* mean, from a pod's creation to its container's start */
    int64_t image_pull_ns;         /* mean, more on a node that has no image of the revision */
    double start_cv;               /* sd / mean of both, log-normal */
    struct probe_params probe[PROBES]; /* by enum probe_kind */
    bool autoscale;     /* autoscaler.h sets how many pods there are; no: `pods` stays */
    double cpu_request; /* CPUs, what utilisation is a share of; 0 = as cpu_request() says */
    struct autoscaler_params autoscaler;          /* if autoscale */
    int64_t neighbour_weight;                     /* a busy cgroup on each node; 0 = none */
    int64_t neighbour_busy_ns, neighbour_idle_ns; /* works, then sleeps; 0 = never */
};

struct parameters {
    struct cpu_host_params host;   /* the machine; of a fleet, each node */
    struct cpu_group_params cpu;   /* the cgroup of a pod, with its CPU limit */
    bool limit_after_connect;      /* real arm: the initial clients connect without the limit */
    int64_t memory_limit_bytes;    /* beyond it the kernel kills a pod's processes; 0 = none */
    struct server_params server;   /* what a pod runs */
    struct cost_params cost;       /* what its work costs, and how fast the host is */
    struct network_params network; /* ways and socket buffers between clients and server */
    struct accept_params accept;   /* from SYN to accepted connection */
    struct auth_params auth;       /* who is asked whether a new client may stay */
    struct heartbeat_params heartbeat; /* of the server, and the answers it expects */
    struct replay_params replay;       /* history for clients that come back */
    struct memory_params memory;       /* what is held, against memory_limit_bytes */
    struct sse_params sse;             /* of event streams */
    struct websocket_params websocket; /* of WebSockets */
    struct restart_params restart;     /* back-off of a process that ends again and again */
    int64_t startup_ns;        /* from the start of the process to its first accept, at least */
    int64_t startup_cpu_ns;    /* CPU that each worker has to get before */
    struct fault_params fault; /* what goes wrong, and when */
    int64_t class_count;       /* 1..CLIENT_CLASSES_MAX; in files up to four */
    struct client_class classes[CLIENT_CLASSES_MAX]; /* class 1 is the slow one */
    struct reconnect_params reconnect;               /* of the classes without a preset */
    int64_t clients;                                 /* connected at the start, 0..10e6 */
    struct workload_params workload;                 /* what is published, and when */
    struct duplex_params duplex;                     /* messages of clients to the server */
    struct slo_params slo;                           /* what is promised */
    struct slo_control_params control;               /* what is done when it is in danger */
    struct fleet_params fleet;                       /* more pods than one */
};

/* CPUs of one pod, > 0, that its utilisation is a share of: those it requests, or its limit in
 * cores (Kubernetes copies the limit of a pod that names no request), or without both as many as
 * its workers can use. */
static inline double cpu_request(const struct parameters *p)
{
    if (p->fleet.cpu_request > 0)
        return p->fleet.cpu_request;
    return p->cpu.quota_ns > 0 ? (double)p->cpu.quota_ns / (double)p->cpu.period_ns
                               : (double)p->server.workers;
}

/* Share of cpu_request() below which nobody who looks at CPU use notices anything: what alerts
 * and autoscalers usually target. */
#define CPU_FINE_SHARE 0.8

#endif
