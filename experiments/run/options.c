#include "experiments/run/options.h"

static const char *const protocols[] = { "sse", "websocket", NULL };
static const char *const loops[] = { "uvloop", "asyncio", "node", "nginx", "threads", NULL };
static const char *const policies[] = { "drop-oldest", "drop-newest", "disconnect", "none",
                                        NULL };
static const char *const arrivals[] = { "constant", "poisson", NULL };
static const char *const generations[] = { "queue", "task", NULL };

#define US 1e3
#define MS 1e6
#define S  1e9

#define AT(field)  offsetof(struct settings, field)
#define ATP(field) offsetof(struct settings, parameters.field)

/* name, C type, unit, field, default, min, max, flags, help, source */
#define NUMBER(name, type, unit, at, fallback, min, max, flags, help, source)                  \
    {                                                                                          \
        name, OPTION_##type, UNIT_##unit, at, fallback, min, max, NULL, flags, help, source    \
    }
#define TIME(name, at, fallback, min, max, flags, help, source)                                \
    NUMBER(name, INT64, TIME, at, fallback, min, max, flags, help, source)
#define COUNT(name, at, fallback, min, max, flags, help, source)                               \
    NUMBER(name, INT64, COUNT, at, fallback, min, max, flags, help, source)
#define BYTES(name, at, fallback, min, max, flags, help, source)                               \
    NUMBER(name, INT64, BYTES, at, fallback, min, max, flags, help, source)
#define CHOICE(name, at, fallback, choices, flags, help, source)                               \
    {                                                                                          \
        name, OPTION_CHOICE, UNIT_COUNT, at, fallback, 0, 0, choices, flags, help, source      \
    }
#define YES_NO(name, at, fallback, flags, help, source)                                        \
    {                                                                                          \
        name, OPTION_BOOL, UNIT_COUNT, at, fallback, 0, 1, NULL, flags, help, source           \
    }
/* CPU time that calibration finds */
#define COST(name, field, fallback, help)                                                      \
    NUMBER("cost." name, DOUBLE, TIME, ATP(cost.field), fallback, 0, 10 * S, OPTION_MODEL,     \
           help, "calibrated")

#define PROTOCOL_COSTS(name, p, handshake, disconnect, wake, item, write, frame, frame_source) \
    COST(name ".handshake", by_protocol[p].handshake_ns, handshake,                            \
         "CPU of one connection's accept, parse and response head"),                           \
        COST(name ".disconnect", by_protocol[p].disconnect_ns, disconnect,                     \
             "CPU of closing one connection"),                                                 \
        COST(name ".wake", by_protocol[p].wake_ns, wake,                                       \
             "CPU of one ready-queue pass of a delivery, per wake-up"),                        \
        COST(name ".item", by_protocol[p].item_ns, item,                                       \
             "CPU per message handled in a wake-up"),                                          \
        COST(name ".write", by_protocol[p].write_ns, write, "CPU of one write"),               \
        COST(name ".write-kib", by_protocol[p].write_kib_ns, "250ns", "CPU per KiB written"),  \
        BYTES("cost." name ".frame", ATP(cost.by_protocol[p].frame_bytes), frame, 0, 65536,    \
              OPTION_MODEL, "bytes added to each message on the wire", frame_source)

static const struct option_row table[] = {
    CHOICE("protocol", ATP(server.protocol), "sse", protocols, 0,
           "how messages reach the subscribers", ""),

    CHOICE("server.loop", ATP(server.loop), "uvloop", loops, OPTION_MODEL,
           "event loop of the server", "uvicorn --loop"),
    COUNT("server.workers", ATP(server.workers), "1", 1, 64, 0,
          "processes or threads in the one cgroup", ""),
    COUNT("server.hops", ATP(server.hops), "2", 0, 4, OPTION_MODEL,
          "ready-queue passes before the write of a delivery", "calibrated"),
    COUNT("server.queue.bound", ATP(server.queue_bound), "512", 1, 1e6, 0,
          "messages one connection's outbound queue holds", ""),
    CHOICE("server.queue.policy", ATP(server.queue_policy), "drop-oldest", policies, 0,
           "what a full outbound queue does", ""),
    COUNT("server.accept-batch", ATP(server.accept_batch), "100", 1, 1e6, OPTION_MODEL,
          "connections accepted in one poll", "asyncio: backlog of 100"),
    BYTES("server.write-high", ATP(server.write_high_bytes), "64KiB", 1, 1e9, OPTION_MODEL,
          "write buffer above which a writer waits", "asyncio transports: 64 KiB"),
    BYTES("server.write-low", ATP(server.write_low_bytes), "16KiB", 0, 1e9, OPTION_MODEL,
          "write buffer at or below which it goes on", "asyncio transports: high / 4"),

    NUMBER("cpu.limit", DOUBLE, CPU, AT(cpu_limit_millicores), "none", 1, 64000, OPTION_NONE,
           "CPU limit as Kubernetes writes it; quota = limit x period", "sched-bwc.rst"),
    TIME("cpu.quota", ATP(cpu.quota_ns), "none", 1 * MS, 64 * S, OPTION_NONE,
         "CPU time a period, instead of cpu.limit", "sched-bwc.rst: at least 1 ms"),
    TIME("cpu.period", ATP(cpu.period_ns), "100ms", 1 * MS, 1 * S, 0, "enforcement period",
         "sched-bwc.rst: 1 ms to 1 s, 100 ms by default"),
    TIME("cpu.burst", ATP(cpu.burst_ns), "0", 0, 64 * S, 0,
         "unused quota that may be carried over, at most the quota", "sched-bwc.rst"),
    COUNT("cpu.weight", ATP(cpu.weight), "1024", 2, 262144, 0,
          "share against other cgroups on the same CPU", "cpu.shares of cgroup v1"),
    YES_NO("cpu.limit-after-connect", ATP(limit_after_connect), "yes", 0,
           "the limit takes hold when the initial clients are connected", ""),
    BYTES("memory.limit", ATP(memory_limit_bytes), "none", 1 << 20, 0x1p42, OPTION_NONE,
          "memory the cgroup may use", ""),

    COUNT("clients.count", ATP(clients), "500", 0, 10e6, 0,
          "subscribers connected before the first publish", ""),

    TIME("network.publish", ATP(network.publish_ns), "50us", 0, 60 * S, OPTION_MODEL,
         "publisher to server, one way", "loopback"),
    TIME("network.delivery", ATP(network.delivery_ns), "50us", 0, 60 * S, OPTION_MODEL,
         "server's write to the client-visible boundary", "loopback"),
    BYTES("network.socket", ATP(network.socket_bytes), "256KiB", 4096, 0x1p30, OPTION_MODEL,
          "what the server can write while a client does not read",
          "tcp(7): send buffer + client's receive buffer"),

    CHOICE("workload.arrivals", ATP(workload.arrivals), "constant", arrivals, 0,
           "spacing of the publishes", ""),
    BYTES("workload.payload", ATP(workload.payload_bytes), "100B", 1, 16 << 20, 0,
          "payload of one publish", ""),
    TIME("workload.drain", ATP(workload.drain_ns), "10s", 0, 3600 * S, 0,
         "after the last publish, wait at most so long for deliveries", ""),

    NUMBER("slo.p95", INT64, TIME, ATP(slo.p95_ns), "none", 1, 3600 * S, OPTION_NONE,
           "limit on the 95th percentile of delivery latency", ""),
    NUMBER("slo.p99", INT64, TIME, ATP(slo.p99_ns), "none", 1, 3600 * S, OPTION_NONE,
           "limit on the 99th percentile of delivery latency", ""),
    NUMBER("slo.drops", DOUBLE, SHARE, ATP(slo.drop_share), "none", 1e-9, 1, OPTION_NONE,
           "limit on drops / (published x subscribers)", ""),
    NUMBER("slo.reconnects", DOUBLE, RATE, ATP(slo.reconnects_hz), "none", 1e-9, 1e9,
           OPTION_NONE, "limit on reconnects", ""),

    COUNT("replications", AT(replications), "1", 1, 1e6, OPTION_FIXED,
          "runs of each point in the sim arm, each with random numbers of its own", ""),
    COUNT("real.repeats", AT(repeats), "3", 1, 1000, OPTION_FIXED,
          "runs of each point in the real arm", ""),
    COUNT("seed", AT(seed), "1", 0, 0x1p53, OPTION_FIXED,
          "seed of the experiment; points share the random numbers of a replication", ""),

    NUMBER("host.cpus", INT, COUNT, ATP(host.cpus), "1", 1, 64, OPTION_MODEL,
           "CPUs the server may use", ""),
    TIME("host.tick", ATP(host.tick_ns), "4ms", 100 * US, 100 * MS, OPTION_MODEL,
         "scheduler tick, 1 / CONFIG_HZ", "250 Hz"),
    TIME("host.slice", ATP(host.slice_ns), "5ms", 100 * US, 1 * S, OPTION_MODEL,
         "CPU time a CPU takes from the pool at once", "sched_cfs_bandwidth_slice_us"),
    YES_NO("host.hrtick", ATP(host.hrtick), "no", OPTION_MODEL,
           "account exactly instead of on the tick grid", "kernel/sched/features.h: off"),
    CHOICE("host.throttle", ATP(host.generation), "task", generations, OPTION_MODEL,
           "what stops at once: the whole queue, or each task on return to user mode",
           "kernel/sched/fair.c: task from Linux 6.18"),

    COST("publish", publish_ns, "150us", "CPU of one publish request: parse, route, answer"),
    COST("enqueue", enqueue_ns, "500ns", "CPU of putting a message into a subscriber's queue"),
    COST("iteration", iteration_ns, "5us", "CPU of one loop iteration: poll and bookkeeping"),
    COST("ready-fd", ready_fd_ns, "1us", "CPU of one ready descriptor in a poll"),
    NUMBER("cost.noise", DOUBLE, NUMBER, ATP(cost.noise_cv), "0.1", 0, 10, OPTION_MODEL,
           "sd / mean of the log-normal factor drawn for each publish", "calibrated"),
    NUMBER("cost.interference.rate", DOUBLE, RATE, ATP(cost.interference_rate_hz), "0", 0, 1e6,
           OPTION_MODEL, "other work on the CPU, Poisson", "calibrated"),
    COST("interference.length", interference_ns, "1ms", "mean length of one, exponential"),
    COST("warm.saturation", warm_saturation_ns, "3ms",
         "extra CPU after a long time off the CPU"),
    COST("warm.time", warm_time_ns, "30ms", "time off the CPU after which 63 % of it is due"),
    COST("gc.period", gc_period_ns, "0", "between two garbage collections; 0: none"),
    COST("gc.base", gc_base_ns, "0", "pause of one collection without connections"),
    COST("gc.connection", gc_connection_ns, "0", "added to the pause per live connection"),

    PROTOCOL_COSTS("sse", PROTOCOL_SSE, "400us", "100us", "5us", "2us", "6us", "16B",
                   "HTML Living Standard, server-sent events: data: and id: lines"),
    PROTOCOL_COSTS("websocket", PROTOCOL_WEBSOCKET, "500us", "150us", "8us", "3us", "8us", "4B",
                   "RFC 6455 section 5.2: 2 or 4 bytes from server to client"),
};

static const struct option_row phase_table[] = {
    TIME("duration", offsetof(struct phase_params, duration_ns), "10s", 1 * MS, 86400 * S, 0,
         "length of the phase", ""),
    NUMBER("rate", DOUBLE, RATE, offsetof(struct phase_params, rate_hz), "10/s", 0, 1e6, 0,
           "publishes", ""),
    YES_NO("measure", offsetof(struct phase_params, measure), "yes", 0,
           "deliveries of this phase enter the latency figures", ""),
};

const struct option_row *options_all(size_t *count)
{
    *count = sizeof table / sizeof *table;
    return table;
}

const struct option_row *options_of_phase(size_t *count)
{
    *count = sizeof phase_table / sizeof *phase_table;
    return phase_table;
}
