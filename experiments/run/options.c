#include "experiments/run/options.h"

static const char *const protocols[] = { "sse", "websocket", NULL };
static const char *const loops[] = { "uvloop", "asyncio", "node", "nginx", "threads", NULL };
static const char *const policies[] = { "drop-oldest", "drop-newest", "disconnect",
                                        "none",        "conflate",    NULL };
static const char *const fan_outs[] = { "queues", "shared", "sequential", NULL };
static const char *const reconnects[] = { "never",       "fixed",        "exponential", "steps",
                                          "full-jitter", "decorrelated", NULL };
static const char *const resets[] = { "open", "authenticated", "stable", NULL };
/* "custom", then models/client_preset.c in its order */
static const char *const presets[] = { "custom",
                                       "eventsource-chromium",
                                       "eventsource-firefox",
                                       "eventsource-npm",
                                       "websocket-browser",
                                       "reconnecting-websocket",
                                       "socket.io",
                                       "phoenix",
                                       "signalr",
                                       "websockets-python",
                                       "full-jitter",
                                       "decorrelated-jitter",
                                       "dust-fixed",
                                       "dust-jitter",
                                       "destiny-open",
                                       "destiny-stable",
                                       NULL };
static const char *const balancers[] = { "random", "round-robin", "least-connections", NULL };
static const char *const stops[] = { "wait", "close", NULL };
static const char *const selects[] = { "max", "min", "disabled", NULL };
static const char *const triggers[] = { "never", "breach", "amplification", NULL };
/* 0: none, then enum queue_policy */
static const char *const switches[] = { "none",      "drop-oldest", "drop-newest", "disconnect",
                                        "unbounded", "conflate",    NULL };
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
        COST(name ".state", by_protocol[p].state_ns, "3us",                                    \
             "more for a wake-up after a long time off the CPU: its state is cold"),           \
        COST(name ".item", by_protocol[p].item_ns, item,                                       \
             "CPU per message handled in a wake-up"),                                          \
        COST(name ".write", by_protocol[p].write_ns, write, "CPU of one write"),               \
        COST(name ".write-kib", by_protocol[p].write_kib_ns, "250ns", "CPU per KiB written"),  \
        BYTES("cost." name ".frame", ATP(cost.by_protocol[p].frame_bytes), frame, 0, 65536,    \
              OPTION_MODEL, "bytes added to each message on the wire", frame_source)

#define CLIENT_CLASS(name, c, weight)                                                          \
    NUMBER(name ".share", DOUBLE, NUMBER, ATP(classes[c].share), weight, 0, 1e9, 0,            \
           "share of the population, relative to the other class", ""),                        \
        BYTES(name ".read-rate", ATP(classes[c].read_bps), "0", 0, 1e12, 0,                    \
              "bytes it reads per second; 0: at once", ""),                                    \
        NUMBER(name ".stalls", DOUBLE, RATE, ATP(classes[c].stall_rate_hz), "0", 0, 1e6, 0,    \
               "stalls of one client", ""),                                                    \
        TIME(name ".stall-at", ATP(classes[c].stall_at_ns), "none", 1, 1e6 * S, OPTION_NONE,   \
             "stops reading once, so long after it connected", ""),                            \
        TIME(name ".stall-for", ATP(classes[c].stall_ns), "none", 1, 1e6 * S, OPTION_NONE,     \
             "length of a stall; none: for good", ""),                                         \
        NUMBER(name ".losses", DOUBLE, RATE, ATP(classes[c].loss_rate_hz), "0", 0, 1e6, 0,     \
               "silent losses of one client: the server keeps a zombie", ""),                  \
        TIME(name ".connect-timeout", ATP(classes[c].connect_timeout_ns), "none", 1, 3600 * S, \
             OPTION_NONE, "gives a connect up; none: the kernel does", ""),                    \
        TIME(name ".silence-timeout", ATP(classes[c].silence_timeout_ns), "none", 1,           \
             86400 * S, OPTION_NONE, "closes when nothing came for so long", ""),              \
        CHOICE(name ".preset", ATP(classes[c].preset), "custom", presets, 0,                   \
               "how it reconnects", "models/client_preset.c names each source")

#define PROBE_ROWS(name, k, delay, period, most)                                               \
    TIME(name ".delay", ATP(fleet.probe[k].delay_ns), delay, 0, 3600 * S, 0,                   \
         "after the start of the container", "Kubernetes: initialDelaySeconds 0"),             \
        TIME(name ".period", ATP(fleet.probe[k].period_ns), period, 1 * MS, 3600 * S,          \
             OPTION_NONE, "between two probes; none: always passed", "Kubernetes: 10 s"),      \
        TIME(name ".timeout", ATP(fleet.probe[k].timeout_ns), "1s", 1 * MS, 3600 * S, 0,       \
             "no answer within it is a failure", "Kubernetes: timeoutSeconds 1"),              \
        COUNT(name ".failures", ATP(fleet.probe[k].failures), most, 1, 1000, 0,                \
              "in a row until it fails", "Kubernetes: failureThreshold 3"),                    \
        COUNT(name ".successes", ATP(fleet.probe[k].successes), "1", 1, 1000, 0,               \
              "in a row until it passes", "Kubernetes: successThreshold 1")

#define SCALE_RULES(name, field, window, most)                                                 \
    TIME(name ".stabilisation", ATP(fleet.autoscaler.field.stabilisation_ns), window, 0,       \
         3600 * S, 0, "only as far as every recommendation within it agrees",                  \
         "Kubernetes HPA: up 0, down 300 s"),                                                  \
        COUNT(name ".pods", ATP(fleet.autoscaler.field.pods), most, 0, 1000, 0,                \
              "at most so many pods in a period; 0: no such policy",                           \
              "Kubernetes HPA: up 4, down none"),                                              \
        COUNT(name ".percent", ATP(fleet.autoscaler.field.percent), "100", 0, 10000, 0,        \
              "at most so much in a period; 0: no such policy", "Kubernetes HPA: 100"),        \
        TIME(name ".period", ATP(fleet.autoscaler.field.period_ns), "15s", 1 * S, 1800 * S, 0, \
             "of both policies", "Kubernetes HPA: 15 s"),                                      \
        CHOICE(name ".select", ATP(fleet.autoscaler.field.select), "max", selects, 0,          \
               "which of the two policies counts", "Kubernetes HPA: selectPolicy Max")

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
    COUNT("server.queue.keys", ATP(server.queue_keys), "1", 1, 1e6, 0,
          "conflate: publishes carry so many keys in turn; the newest of each stays", ""),
    CHOICE("server.fan-out", ATP(server.fan_out), "queues", fan_outs, 0,
           "a queue for each subscriber, one for all, or one send after another", ""),
    TIME("server.write-timeout", ATP(network.write_timeout_ns), "0", 0, 86400 * S, 0,
         "a writer that has waited so long is disconnected; 0: never",
         "sse-starlette send_timeout: none by default"),
    TIME("server.startup", ATP(startup_ns), "1s", 0, 3600 * S, OPTION_MODEL,
         "from the start of the process to its first accept", ""),
    COUNT("server.accept-batch", ATP(server.accept_batch), "100", 1, 1e6, OPTION_MODEL,
          "connections accepted in one poll", "asyncio: backlog of 100"),
    BYTES("server.write-high", ATP(server.write_high_bytes), "64KiB", 1, 0x1p50, OPTION_MODEL,
          "write buffer above which a writer waits", "asyncio transports: 64 KiB"),
    BYTES("server.write-low", ATP(server.write_low_bytes), "16KiB", 0, 0x1p50, OPTION_MODEL,
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

    CLIENT_CLASS("clients", 0, "1"),
    COUNT("clients.classes", ATP(class_count), "1", 1, 2, 0,
          "2: a part of the clients is of the class clients.slow", ""),
    CLIENT_CLASS("clients.slow", 1, "0"),
    CHOICE("clients.reconnect.policy", ATP(reconnect.kind), "fixed", reconnects, 0,
           "of clients without a preset: when they try again", ""),
    TIME("clients.reconnect.base", ATP(reconnect.base_ns), "3s", 0, 86400 * S, 0, "first delay",
         "Blink: EventSource waits 3 s"),
    TIME("clients.reconnect.floor", ATP(reconnect.floor_ns), "0", 0, 86400 * S, 0,
         "shortest delay", ""),
    TIME("clients.reconnect.cap", ATP(reconnect.cap_ns), "60s", 0, 86400 * S, 0,
         "longest delay, at least the floor", ""),
    NUMBER("clients.reconnect.factor", DOUBLE, NUMBER, ATP(reconnect.factor), "2", 1, 100, 0,
           "growth of the delay per attempt", ""),
    NUMBER("clients.reconnect.jitter", DOUBLE, SHARE, ATP(reconnect.jitter), "0", 0, 1, 0,
           "share of the delay that is random, both ways", ""),
    COUNT("clients.reconnect.attempts", ATP(reconnect.attempts_max), "0", 0, 1e9, 0,
          "gives up after so many in a row; 0: never", ""),
    CHOICE("clients.reconnect.reset", ATP(reconnect.reset), "open", resets, 0,
           "what makes the delays start over", ""),
    TIME("clients.reconnect.stable", ATP(reconnect.stable_ns), "5s", 0, 86400 * S, 0,
         "for reset: stable, how long the connection must have lasted", ""),
    YES_NO("clients.reconnect.retry-after", ATP(reconnect.retry_after), "yes", 0,
           "waits at least as long as the server asks", "RFC 9110, 10.2.3"),

    COUNT("accept.backlog", ATP(accept.backlog), "2048", 0, 1e9, OPTION_MODEL,
          "connections that wait for the server to accept them", "uvicorn --backlog 2048"),
    COUNT("accept.syn-retries", ATP(accept.syn_retries), "6", 0, 20, OPTION_MODEL,
          "times a client's kernel sends a SYN again", "ip-sysctl.rst: tcp_syn_retries"),
    COUNT("accept.syn-linear", ATP(accept.syn_linear), "0", 0, 20, OPTION_MODEL,
          "retransmissions a second apart before the doubling",
          "ip-sysctl.rst: tcp_syn_linear_timeouts, 4 from Linux 6.5"),
    NUMBER("accept.tls", DOUBLE, TIME, ATP(accept.tls_ns), "0", 0, 10 * S, OPTION_MODEL,
           "CPU of a TLS handshake", ""),
    COUNT("accept.steps", ATP(accept.steps), "1", 1, 16, OPTION_MODEL,
          "callbacks of a connection's set-up: TLS flights, request, upgrade", ""),
    TIME("accept.handshake-timeout", ATP(accept.handshake_timeout_ns), "0", 0, 3600 * S, 0,
         "the server closes a handshake that took longer; 0: never", ""),
    COUNT("accept.ramp.steps", ATP(accept.ramp_steps), "0", 0, 2, 0,
          "steps of the limit on new connections after a start", "freenet-core#3210"),
    TIME("accept.ramp.until-1", ATP(accept.ramp[0].until_ns), "30s", 0, 86400 * S, 0,
         "end of the first step", "freenet-core#3210"),
    NUMBER("accept.ramp.rate-1", DOUBLE, RATE, ATP(accept.ramp[0].rate_hz), "5/s", 1e-3, 1e9, 0,
           "new connections in the first step", "freenet-core#3210"),
    TIME("accept.ramp.until-2", ATP(accept.ramp[1].until_ns), "120s", 0, 86400 * S, 0,
         "end of the second step", "freenet-core#3210"),
    NUMBER("accept.ramp.rate-2", DOUBLE, RATE, ATP(accept.ramp[1].rate_hz), "20/s", 1e-3, 1e9,
           0, "new connections in the second step", "freenet-core#3210"),

    COUNT("auth.workers", ATP(auth.workers), "0", 0, 4096, 0,
          "of the backend that authenticates a new client; 0: there is none", ""),
    TIME("auth.service", ATP(auth.service_ns), "20ms", 0, 3600 * S, 0,
         "one authentication takes so long", ""),
    TIME("auth.timeout", ATP(auth.timeout_ns), "5s", 0, 3600 * S, 0,
         "the server throws the client out after waiting so long", ""),

    TIME("heartbeat.period", ATP(heartbeat.period_ns), "0", 0, 86400 * S, 0,
         "between the server's heartbeats; 0: none",
         "uvicorn --ws-ping-interval 20 s; sse-starlette 15 s"),
    TIME("heartbeat.timeout", ATP(heartbeat.pong_timeout_ns), "0", 0, 86400 * S, 0,
         "WebSocket: a pong must be handled within it; 0: none is expected",
         "uvicorn --ws-ping-timeout 20 s"),
    YES_NO("heartbeat.only-idle", ATP(heartbeat.only_idle), "no", 0,
           "none while there was traffic within the period", "bigbluebutton#10826"),

    COUNT("replay.length", ATP(replay.length), "0", 0, 1e9, 0,
          "events kept for clients that come back; 0: none",
          "WHATWG HTML 9.2.4, Last-Event-ID"),
    COUNT("replay.batch", ATP(replay.batch), "0", 0, 1e9, 0,
          "events loaded at a time for one client; 0: all at once", ""),
    BYTES("replay.snapshot", ATP(replay.snapshot_bytes), "0", 0, 0x1p40, 0,
          "sent to every client that connects", ""),
    COUNT("replay.stored", ATP(replay.stored), "0", 0, 1e9, 0,
          "events in the history when the run begins", ""),
    YES_NO("replay.whole", ATP(replay.whole), "no", 0,
           "a client that comes back gets the whole history, not only what it missed",
           "dust-tt/dust#19917"),

    BYTES("memory.base", ATP(memory.base_bytes), "45MiB", 0, 0x1p42, OPTION_MODEL,
          "the process without connections", "calibrated"),
    BYTES("memory.connection", ATP(memory.connection_bytes), "48KiB", 0, 0x1p40, OPTION_MODEL,
          "one connection, without buffers", "calibrated"),
    BYTES("memory.message", ATP(memory.message_bytes), "64B", 0, 0x1p30, OPTION_MODEL,
          "bookkeeping of one queued message", ""),
    NUMBER("memory.overhead", DOUBLE, SHARE, ATP(memory.overhead), "0", 0, 4, OPTION_MODEL,
           "the allocator's, on top of the heap", ""),
    NUMBER("memory.retention", DOUBLE, SHARE, ATP(memory.retention), "50%", 0, 1, OPTION_MODEL,
           "of freed heap that does not go back to the kernel", "websockets/ws#667"),
    YES_NO("memory.shared-payload", ATP(memory.shared_payload), "yes", OPTION_MODEL,
           "queues hold references to one copy of a message", ""),
    COUNT("memory.deflate-window", ATP(memory.deflate_window), "0", 0, 15, OPTION_MODEL,
          "permessage-deflate window bits, 8..15; 0: off", "RFC 7692; zconf.h"),

    TIME("restart.base", ATP(restart.base_ns), "10s", 0, 3600 * S, OPTION_MODEL,
         "delay of the second restart, doubling", "Kubernetes: container restart policy"),
    TIME("restart.cap", ATP(restart.cap_ns), "300s", 0, 86400 * S, OPTION_MODEL,
         "longest delay of a restart", "Kubernetes: container restart policy"),
    TIME("restart.reset", ATP(restart.reset_ns), "600s", 0, 86400 * S, OPTION_MODEL,
         "a run of this length forgets earlier restarts",
         "Kubernetes: container restart policy"),

    TIME("fault.deploy-at", ATP(fault.deploy_at_ns), "none", 1, 1e6 * S, OPTION_NONE,
         "the pod is replaced then", ""),
    TIME("fault.crash-at", ATP(fault.crash_at_ns), "none", 1, 1e6 * S, OPTION_NONE,
         "the process dies then", ""),
    COUNT("fault.crash-connects", ATP(fault.crash_connects), "0", 0, 1e9, 0,
          "a bug: it dies when so many connections are set up at once; 0: no bug", ""),
    TIME("fault.busy-at", ATP(fault.busy_at_ns), "none", 1, 1e6 * S, OPTION_NONE,
         "something else keeps the loop busy then", ""),
    TIME("fault.busy-for", ATP(fault.busy_ns), "0", 0, 3600 * S, 0, "CPU time that it takes",
         ""),
    TIME("fault.leave-at", ATP(fault.leave_at_ns), "none", 1, 1e6 * S, OPTION_NONE,
         "the clients of the class slow leave then", ""),

    TIME("network.dead", ATP(network.dead_ns), "924600ms", 0, 86400 * S, OPTION_MODEL,
         "the kernel ends a connection whose peer does not answer",
         "ip-sysctl.rst: tcp_retries2 15, 924.6 s"),
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
    NUMBER("slo.drops", DOUBLE, SHARE, ATP(slo.drop_share), "none", 1e-6, 1, OPTION_NONE,
           "limit on drops / (published x subscribers)", ""),
    NUMBER("slo.reconnects", DOUBLE, RATE, ATP(slo.reconnects_hz), "none", 1e-6, 1e9,
           OPTION_NONE, "limit on reconnects", ""),

    CHOICE("slo.control.trigger", ATP(control.trigger), "never", triggers, 0,
           "fleets: when the actions begin; amplification: p99 rises with the queues", ""),
    NUMBER("slo.control.rise", DOUBLE, NUMBER, ATP(control.rise), "2", 1, 1e6, 0,
           "amplification: p99 over its calm level", ""),
    NUMBER("slo.control.amplification", DOUBLE, NUMBER, ATP(control.amplification), "2", 1, 1e6,
           0, "amplification: queue depth over its calm level", ""),
    TIME("slo.control.for", ATP(control.for_ns), "3s", 0, 3600 * S, 0,
         "the trigger must hold so long", ""),
    TIME("slo.control.step", ATP(control.step_ns), "5s", 1 * S, 3600 * S, 0,
         "then one action more every so often", ""),
    TIME("slo.control.clear", ATP(control.clear_ns), "30s", 1 * S, 3600 * S, 0,
         "calm for so long: one action less", ""),
    TIME("slo.control.retry-after", ATP(control.retry_after_ns), "none", 1 * S, 3600 * S,
         OPTION_NONE, "action: connects are refused with it", "RFC 9110, 10.2.3"),
    NUMBER("slo.control.low-priority", DOUBLE, SHARE, ATP(control.low_priority), "0", 0, 1, 0,
           "action: so much of the publishes is of low priority and shed; 0: none", ""),
    NUMBER("slo.control.shed", DOUBLE, SHARE, ATP(control.shed_share), "0", 0, 1, 0,
           "action: so much of all publishes is shed; 0: none", ""),
    CHOICE("slo.control.policy", ATP(control.policy), "none", switches, 0,
           "action: the drop policy becomes this one", ""),

    COUNT("fleet.pods", ATP(fleet.pods), "0", 0, 1000, 0,
          "behind a balancer; 0: one pod without one", ""),
    COUNT("fleet.pods-per-node", ATP(fleet.pods_per_node), "1", 1, 1000, 0,
          "that share the CPUs of a node", ""),
    COUNT("fleet.capacity", ATP(fleet.capacity), "none", 1, 10e6, OPTION_NONE,
          "connections a pod can hold; none: four times its share at the start",
          "its limit of file descriptors"),
    CHOICE("fleet.balancer", ATP(fleet.balancer), "random", balancers, 0,
           "where a new connection goes", "kube-proxy in iptables mode: random"),
    TIME("fleet.pre-stop", ATP(fleet.pre_stop_ns), "0", 0, 3600 * S, 0,
         "between leaving the balancer and SIGTERM", "Kubernetes: preStop"),
    TIME("fleet.grace", ATP(fleet.grace_ns), "30s", 0, 3600 * S, 0,
         "from the decision to stop to the kill", "Kubernetes: 30 s"),
    CHOICE("fleet.stop", ATP(fleet.stop), "wait", stops, 0,
           "what the server does with open streams on SIGTERM",
           "uvicorn waits for them until it is killed"),
    TIME("fleet.drain", ATP(fleet.drain_ns), "10s", 0, 3600 * S, 0,
         "stop: close closes its connections over so long", ""),
    NUMBER("fleet.rebalance.rate", DOUBLE, RATE, ATP(fleet.rebalance_hz), "0", 0, 1e6, 0,
           "connections that a pod above the mean closes; 0: none", ""),
    NUMBER("fleet.rebalance.tolerance", DOUBLE, SHARE, ATP(fleet.rebalance_tolerance), "10%", 0,
           10, 0, "above the mean that is left alone", ""),
    NUMBER("fleet.surge", DOUBLE, SHARE, ATP(fleet.rollout.surge), "25%", 0, 1, 0,
           "a rolling update starts so many pods too many", "Kubernetes: maxSurge 25 %"),
    NUMBER("fleet.unavailable", DOUBLE, SHARE, ATP(fleet.rollout.unavailable), "25%", 0, 1, 0,
           "a rolling update has so many pods too few", "Kubernetes: maxUnavailable 25 %"),
    PROBE_ROWS("probe.readiness", PROBE_READINESS, "0", "10s", "3"),
    PROBE_ROWS("probe.liveness", PROBE_LIVENESS, "0", "none", "3"),
    COUNT("neighbour.weight", ATP(fleet.neighbour_weight), "0", 0, 262144, 0,
          "of a busy cgroup on each node; 0: none", "cpu.shares of cgroup v1"),
    TIME("neighbour.busy", ATP(fleet.neighbour_busy_ns), "10ms", 1 * US, 60 * S, 0,
         "CPU time the neighbour works at a time, on each CPU", ""),
    TIME("neighbour.idle", ATP(fleet.neighbour_idle_ns), "0", 0, 60 * S, 0,
         "then it sleeps so long; 0: never", ""),

    YES_NO("autoscaler.on", ATP(fleet.autoscale), "no", 0, "scale the fleet",
           "Kubernetes HPA, package podautoscaler"),
    NUMBER("autoscaler.cpu", DOUBLE, SHARE, ATP(fleet.autoscaler.target[AUTOSCALE_CPU]), "0", 0,
           100, 0, "target for CPU used / requested; 0: not a signal", ""),
    NUMBER("autoscaler.p99", DOUBLE, NUMBER, ATP(fleet.autoscaler.target[AUTOSCALE_P99]), "0",
           0, 3600, 0, "target for p99 of delivery latency, s; 0: not a signal", ""),
    NUMBER("autoscaler.queue", DOUBLE, NUMBER, ATP(fleet.autoscaler.target[AUTOSCALE_QUEUE]),
           "0", 0, 1e6, 0, "target for the mean queue depth; 0: not a signal", ""),
    NUMBER("autoscaler.connections", DOUBLE, NUMBER,
           ATP(fleet.autoscaler.target[AUTOSCALE_CONNECTIONS]), "0", 0, 1e7, 0,
           "target for connections of a pod; 0: not a signal", ""),
    COUNT("autoscaler.min", ATP(fleet.autoscaler.min), "1", 1, 1000, 0, "fewest pods", ""),
    COUNT("autoscaler.max", ATP(fleet.autoscaler.max), "10", 1, 1000, 0, "most pods", ""),
    TIME("autoscaler.sync", ATP(fleet.autoscaler.sync_ns), "15s", 1 * S, 3600 * S, 0,
         "between two decisions", "Kubernetes HPA: 15 s"),
    NUMBER("autoscaler.tolerance", DOUBLE, SHARE, ATP(fleet.autoscaler.tolerance), "10%", 0, 1,
           0, "a ratio so near to 1 changes nothing", "Kubernetes HPA: 0.1"),
    TIME("autoscaler.window", ATP(fleet.autoscaler.window_ns), "15s", 1 * S, 600 * S, 0,
         "a metric is measured over it", "metrics-server: --metric-resolution 15 s"),
    TIME("autoscaler.lag", ATP(fleet.autoscaler.lag_ns), "15s", 0, 120 * S, 0,
         "from the end of that window until the autoscaler sees it", ""),
    NUMBER("autoscaler.request", DOUBLE, NUMBER, ATP(fleet.cpu_request), "0", 0, 64, 0,
           "CPUs that a pod requests; 0: its limit, or 1", ""),
    TIME("autoscaler.cpu-initialization", ATP(fleet.autoscaler.cpu_initialization_ns), "300s",
         0, 3600 * S, 0, "the CPU of a young pod counts only once it is ready",
         "kube-controller-manager: 5 min"),
    TIME("autoscaler.initial-readiness", ATP(fleet.autoscaler.initial_readiness_ns), "30s", 0,
         3600 * S, 0, "a pod unready since so early never was ready",
         "kube-controller-manager: 30 s"),
    SCALE_RULES("autoscaler.up", up, "0", "4"),
    SCALE_RULES("autoscaler.down", down, "300s", "0"),

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
    COST("warm.saturation", warm_saturation_ns, "500us",
         "extra CPU after a long time off the CPU: the code is cold"),
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
    TIME("duration", offsetof(struct phase_params, duration_ns), "10s", 1 * MS, 1e7 * S, 0,
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
