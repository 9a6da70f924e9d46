#include "experiments/run/option_rows.h"

#include <assert.h>
#include <stdio.h>

static const char *const certainties[] = { "fixed", "drawn", NULL };
const char *const protocol_words[] = {
    [PROTOCOL_SSE] = "sse", [PROTOCOL_WEBSOCKET] = "websocket", NULL
};
const char *const loop_words[] = { "uvloop", "asyncio", "node", "nginx", "threads", NULL };
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
                                       "eventsource-npm-3",
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
/* "none", then option_preset.c in its order */
static const char *const server_presets[] = { "none",        "uvicorn", "sse-starlette",
                                              "nginx-nchan", "node-ws", "socket.io",
                                              NULL };
static const char *const host_presets[] = { "none", "linux-5.15", "linux-6.6", "linux-6.18",
                                            NULL };
static const char *const refusals[] = { "preset", "retry", "stop", NULL };
static const char *const buffers[] = { "stack", "copies", "references", NULL };
static const char *const balancers[] = { "random", "round-robin", "least-connections", NULL };
static const char *const stops[] = { "wait", "close", NULL };
static const char *const selects[] = { "max", "min", "disabled", NULL };
static const char *const triggers[] = { "never", "breach", "amplification", NULL };
/* 0: none, then enum queue_policy */
static const char *const switches[] = { "none",      "drop-oldest", "drop-newest", "disconnect",
                                        "unbounded", "conflate",    NULL };
static const char *const connections[] = { "keep-alive", "each", NULL };
static const char *const arrivals[] = { "constant", "poisson", NULL };
static const char *const topic_choices[] = { "popular", "even", NULL };
static const char *const generations[] = { "queue", "task", NULL };

static const struct option_row table[] = {
    CHOICE("protocol", ATP(server.protocol), "sse", protocol_words, 0,
           "how messages reach the subscribers", ""),

    CHOICE("server.preset", AT(server_preset), "none", server_presets, OPTION_PRESET,
           "settings the server comes with, where the file, its sweep or --set gives no other",
           "experiments/run/option_preset.c names each value's"),
    CHOICE("server.loop", ATP(server.loop), "uvloop", loop_words, OPTION_MODEL,
           "event loop of the server", "uvicorn --loop"),
    COUNT("server.workers", ATP(server.workers), "1", 1, 64, 0,
          "processes in the one cgroup, each with memory.base; clients are dealt out to them "
          "in turn",
          ""),
    COUNT("server.hops", ATP(server.hops), "2", 0, 4, OPTION_MODEL,
          "ready-queue passes before the write of a delivery", "calibrated"),
    COUNT("server.queue.bound", ATP(server.queue_bound), "512", 1, 1e6, 0,
          "messages one connection's outbound queue holds",
          "chosen, as this project's servers have it; asyncio.Queue: no bound by default"),
    CHOICE("server.queue.policy", ATP(server.queue_policy), "drop-oldest", policies, 0,
           "what a full outbound queue does", ""),
    COUNT("server.queue.keys", ATP(server.queue_keys), "1", 1, 1e6, 0,
          "conflate: publishes carry this many keys in turn; the newest of each stays", ""),
    CHOICE("server.fan-out", ATP(server.fan_out), "queues", fan_outs, 0,
           "a queue for each subscriber, one for all, or one send after another", ""),
    TIME("server.write-timeout", ATP(network.write_timeout_ns), "0", 0, 86400 * S, 0,
         "a writer that has waited this long is disconnected; 0: never",
         "sse-starlette send_timeout: none by default; nginx send_timeout: 60 s"),
    TIME("server.startup", ATP(startup_ns), "1s", 0, 3600 * S, OPTION_MODEL,
         "from the start of the process to its first accept",
         "chosen; this project's servers on a Xeon: FastAPI 0.5 s, Node 0.25 s"),
    TIME("server.startup-cpu", ATP(startup_cpu_ns), "0", 0, 600 * S, OPTION_MODEL,
         "CPU time of it, in each worker: under a tight limit a start takes longer than "
         "server.startup",
         "this project's servers on a Xeon: FastAPI 0.2 s, Node 0.1 s"),
    COUNT("server.accept-batch", ATP(server.accept_batch), "100", 1, 1e6, OPTION_MODEL,
          "connections accepted in one poll", "asyncio: backlog of 100"),
    BYTES("server.write-high", ATP(server.write_high_bytes), "64KiB", 1, 0x1p50, OPTION_MODEL,
          "slow clients: write buffer above which a writer waits",
          "asyncio transports: 64 KiB"),
    BYTES("server.write-low", ATP(server.write_low_bytes), "16KiB", 0, 0x1p50, OPTION_MODEL,
          "slow clients: write buffer at or below which the writer goes on",
          "asyncio transports: high / 4"),
    NUMBER("server.deflate-ratio", DOUBLE, SHARE, ATP(websocket.deflate_ratio), "40%", 0.001, 1,
           OPTION_MODEL, "permessage-deflate: what is left of a payload",
           "zlib 1.2.13, 0.9 KiB of JSON: 37 % alone, 24 to 26 % with context"),

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
    YES_NO(
        "cpu.limit-after-connect", ATP(limit_after_connect), "yes", 0,
        "real arm: the limit takes hold when the initial clients are connected; simulated ones "
        "connect before time 0 at no cost",
        ""),
    BYTES("memory.limit", ATP(memory_limit_bytes), "none", 1 << 20, 0x1p42, OPTION_NONE,
          "memory the cgroup may use; beyond it all its processes are killed",
          "memory.oom.group 1, as Kubernetes sets it on cgroup v2 from 1.28; else the kernel "
          "kills one"),

#include "experiments/run/options_clients.inc"

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
          "of the backend that authenticates whoever connects during the run; 0: there is none",
          "PHP-FPM www.conf: pm.max_children 5; destinygg/chat-gui#872: 100"),
    TIME("auth.service", ATP(auth.service_ns), "64ms", 0, 3600 * S, 0,
         "how long one authentication takes",
         "bcrypt at cost 10, PHP 8.3 PASSWORD_BCRYPT_DEFAULT_COST: 64 ms measured on a 2.1 GHz "
         "Xeon"),
    TIME("auth.timeout", ATP(auth.timeout_ns), "5s", 0, 3600 * S, 0,
         "the server throws the client out after waiting this long",
         "httpx _config.py: DEFAULT_TIMEOUT_CONFIG 5 s"),

    TIME("heartbeat.period", ATP(heartbeat.period_ns), "0", 0, 86400 * S, 0,
         "between the server's heartbeats; 0: none",
         "server.preset: uvicorn 20 s, sse-starlette 15 s, socket.io 25 s"),
    TIME("heartbeat.timeout", ATP(heartbeat.pong_timeout_ns), "0", 0, 86400 * S, 0,
         "WebSocket: a pong must be handled within it; 0: none is expected",
         "server.preset: uvicorn, socket.io 20 s"),
    TIME("heartbeat.spread", ATP(heartbeat.spread_ns), "0", 0, 86400 * S, OPTION_MODEL,
         "connections from before the run opened within this time before it; 0 or more than a "
         "period: evenly over a period",
         "the real arm's clients connect as fast as the server takes them"),
    YES_NO("heartbeat.only-idle", ATP(heartbeat.only_idle), "no", 0,
           "none while there was traffic within the period", "bigbluebutton#10826"),
    TIME("sse.retry", ATP(sse.retry_ns), "0", 0, 86400 * S, 0,
         "`retry:` of the event streams: clients that obey it wait this long; 0: none is sent",
         "WHATWG HTML 9.2.6; obeyed by the presets eventsource-* and clients.reconnect.retry"),
    TIME("websocket.close-timeout", ATP(websocket.close_timeout_ns), "10s", 0, 3600 * S, 0,
         "either side waits this long for the other to close; 0: the server waits for nobody",
         "websockets 10.4: 10 s; ws 8: 30 s; nchan 1.3: 250 ms"),

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
          "bookkeeping of one queued message",
          "measured: CPython 3.11 asyncio.Queue 64 B a tuple of two (8 B a bare reference), "
          "Node 20 "
          "Writable 58 B"),
    NUMBER("memory.overhead", DOUBLE, SHARE, ATP(memory.overhead), "0", 0, 4, OPTION_MODEL,
           "the allocator's, on top of the heap", ""),
    NUMBER("memory.retention", DOUBLE, SHARE, ATP(memory.retention), "50%", 0, 1, OPTION_MODEL,
           "of freed heap that does not go back to the kernel", "websockets/ws#667"),
    YES_NO("memory.shared-payload", ATP(memory.shared_payload), "yes", OPTION_MODEL,
           "queues hold references to one copy of a message", ""),
    CHOICE("memory.buffers", ATP(memory.buffers), "stack", buffers, 0,
           "write buffers hold a copy for each connection, or references to one payload",
           "stack: asyncio copies, ws 8 and nchan refer; ws 1.0: copies"),
    NUMBER("memory.held-copies.sse", DOUBLE, NUMBER, ATP(memory.held_copies[PROTOCOL_SSE]), "2",
           0, 100, OPTION_MODEL,
           "uvloop holds writes to the end of an iteration: so often is each message in memory "
           "then",
           "FastAPI, 4 KiB to 480, 1,900 and 2,000 clients: memory grew by 2.1 times the bytes "
           "of a "
           "fan-out, 16 and 60 KiB: 2.0"),
    NUMBER("memory.held-copies.websocket", DOUBLE, NUMBER,
           ATP(memory.held_copies[PROTOCOL_WEBSOCKET]), "1", 0, 100, OPTION_MODEL,
           "the same over WebSocket", "FastAPI, 4 KiB to 480 and 2,000 clients: 1.1"),
    YES_NO("memory.sockets-apart", ATP(memory.sockets_apart), "no", OPTION_MODEL,
           "the kernel's socket buffers are no part of the cgroup's memory",
           "cgroup v1; v2: memory.stat sock"),
    COUNT("memory.deflate-window", ATP(memory.deflate_window), "0", 0, 15, OPTION_MODEL,
          "permessage-deflate window bits, 8..15; 0: off", "RFC 7692; zconf.h"),

#include "experiments/run/options_failure.inc"

    TIME("network.dead", ATP(network.dead_ns), "924600ms", 0, 86400 * S, OPTION_MODEL,
         "the kernel ends a connection whose peer does not answer",
         "ip-sysctl.rst: tcp_retries2 15, 924.6 s"),
    TIME("network.publish", ATP(network.publish_ns), "50us", 0, 60 * S, OPTION_MODEL,
         "publisher to server, one way", "loopback"),
    TIME("network.delivery", ATP(network.delivery_ns), "50us", 0, 60 * S, OPTION_MODEL,
         "server's write to the client-visible boundary", "loopback"),
    BYTES("network.socket", ATP(network.socket_bytes), "256KiB", 4096, 0x1p30, OPTION_MODEL,
          "what the server can write while a client does not read",
          "ip-sysctl.rst: tcp_wmem 16 KiB to 4 MiB, tcp_rmem 128 KiB to 6 MiB, autotuned; "
          "measured: "
          "host.preset"),
    BYTES(
        "network.receive-buffer", ATP(network.receive_bytes), "128KiB", 0, 0x1p30, OPTION_MODEL,
        "of that, at most half, what the client's kernel holds: no memory of the server's",
        "ip-sysctl.rst: tcp_rmem 128 KiB; measured on 6.18.44: 94 to 128 KB of 0.8 to 4.3 MB"),
    BYTES("network.vanished-socket", ATP(network.vanished_bytes), "64KiB", 4096, 0x1p30,
          OPTION_MODEL, "the same, at most, where its network is gone: nothing is acknowledged",
          "measured on 6.18.44, peer's segments dropped: 38 to 80 KiB in writes of 200 B to 16 "
          "KiB"),

#include "experiments/run/options_workload.inc"

#include "experiments/run/options_slo.inc"
#include "experiments/run/options_fleet.inc"

    COUNT("replications", AT(replications), "1", 1, 1e6, OPTION_FIXED,
          "runs of each point in the sim arm, each with random numbers of its own", ""),
    CHOICE(
        "parameters", AT(drawn), "fixed", certainties, 0,
        "in each replication the profile's costs are its estimates, or drawn by their errors",
        "validate and limit draw: parameter_draws.h"),
    COUNT("real.repeats", AT(repeats), "3", 1, 1000, OPTION_FIXED,
          "runs of each point in the real arm", ""),
    COUNT("seed", AT(seed), "1", 0, 0x1p53, OPTION_FIXED,
          "seed of the experiment; points share the random numbers of a replication", ""),

    CHOICE("host.preset", AT(host_preset), "none", host_presets, OPTION_PRESET,
           "settings the kernel comes with, where the file, its sweep or --set gives no other",
           "experiments/run/option_preset.c names each value's"),
    NUMBER("host.cpus", INT, COUNT, ATP(host.cpus), "1", 1, 64, OPTION_MODEL,
           "CPUs the server may use", ""),
    TIME("host.tick", ATP(host.tick_ns), "4ms", 100 * US, 100 * MS, OPTION_MODEL,
         "scheduler tick, 1 / CONFIG_HZ", "250 Hz"),
    TIME("host.slice", ATP(host.slice_ns), "5ms", 100 * US, 1 * S, OPTION_MODEL,
         "CPU time a CPU takes from the pool at once", "sched_cfs_bandwidth_slice_us"),
    YES_NO("host.hrtick", ATP(host.hrtick), "no", OPTION_MODEL,
           "account exactly instead of on the tick grid", "kernel/sched/features.h: off"),
    NUMBER("host.pace", DOUBLE, TIME, ATP(cost.pace.step_ns), "0", 0, 1 * MS, OPTION_MODEL,
           "how long a small step of work takes on this CPU; 0: as long as cost.host-pace",
           "measured beside each real run: host_pace.h"),
    NUMBER("host.memory-pace", DOUBLE, TIME, ATP(cost.pace.read_ns), "0", 0, 1 * MS,
           OPTION_MODEL,
           "how long a read of memory beyond the caches takes; 0: as long as "
           "cost.host-memory-pace",
           "measured beside each real run: host_pace.h"),
    CHOICE(
        "host.throttle", ATP(host.generation), "task", generations, OPTION_MODEL,
        "several threads: what stops at once, the whole queue, or each task on return to user "
        "mode",
        "kernel/sched/fair.c: task from Linux 6.18"),

    COST("publish", publish_ns, "150us", "CPU of one publish request: parse, route, answer"),
    COST("enqueue", enqueue_ns, "500ns", "CPU of putting a message into a subscriber's queue"),
    COST("iteration", iteration_ns, "5us", "CPU of one loop iteration: poll and bookkeeping"),
    COST("ready-fd", ready_fd_ns, "1us", "CPU of one ready descriptor in a poll"),
    COST("ack", ack_ns, "0",
         "CPU in a write of its segment's acknowledgement, if sent at once"),
    COST("transmit", transmit_ns, "0",
         "part of a write: sending, which a write saves that waits for an acknowledgement"),
    NUMBER("cost.noise", DOUBLE, NUMBER, ATP(cost.noise_cv), "0.1", 0, 10, OPTION_MODEL,
           "sd / mean of the log-normal factor drawn for each publish", "calibrated"),
    NUMBER("cost.spell.depth", DOUBLE, NUMBER, ATP(cost.spell_cv), "0", 0, 10, OPTION_MODEL,
           "sd / mean of host.pace within a run; costs go with its power cost.host-power",
           "calibrated: the core is shared in spells, models/cost_noise.h"),
    NUMBER("cost.spell.time", DOUBLE, TIME, ATP(cost.spell_ns), "0", 0, 1e12, OPTION_MODEL,
           "how long the host stays so: two moments are correlated by exp(-t / this)",
           "calibrated"),
    NUMBER("cost.connection-noise", DOUBLE, NUMBER, ATP(cost.connection_cv), "0", 0, 10,
           OPTION_MODEL, "sd / mean of the log-normal factor of each connection's own costs",
           "connections differ in kernel path, TLS and acknowledgements"),
    NUMBER("cost.host-noise", DOUBLE, NUMBER, ATP(cost.host_cv), "0", 0, 10, OPTION_MODEL,
           "sd / mean of the log-normal factor of all costs drawn for each run", "calibrated"),
    NUMBER("cost.host-pace", DOUBLE, TIME, ATP(cost.pace_base.step_ns), "0", 0, 1 * MS,
           OPTION_MODEL, "host.pace of the host that the costs describe; 0: unknown",
           "calibrated"),
    NUMBER("cost.host-power", DOUBLE, NUMBER, ATP(cost.pace_power), "0.6", 0, 3, OPTION_MODEL,
           "all costs go with this power of host.pace / cost.host-pace", "calibrated"),
    NUMBER("cost.host-memory-pace", DOUBLE, TIME, ATP(cost.pace_base.read_ns), "0", 0, 1 * MS,
           OPTION_MODEL, "host.memory-pace of the host that the costs describe; 0: unknown",
           "calibrated"),
    NUMBER("cost.host-memory-power", DOUBLE, NUMBER, ATP(cost.read_power), "0.35", 0, 3,
           OPTION_MODEL,
           "all costs go with this power of host.memory-pace / cost.host-memory-pace",
           "calibrated"),
    NUMBER("cost.interference.rate", DOUBLE, RATE, ATP(cost.interference_rate_hz), "0", 0, 1e6,
           OPTION_MODEL, "other work on the CPU of each worker, Poisson", "calibrated"),
    COST("interference.length", interference_ns, "1ms", "mean length of one, exponential"),
    YES_NO(
        "cost.interference.idle", ATP(cost.interference_idle), "yes", OPTION_MODEL,
        "comes in idle time too, as work of the server; no: only makes what runs take longer",
        "no: an idle nginx used 1 ms of CPU in 16 s"),
    NUMBER("cost.cached", DOUBLE, BYTES, ATP(cost.cached_bytes), "0", 0, 0x1p40, OPTION_MODEL,
           "a fan-out of this many bytes finds half of what is still warm in caches; 0: none",
           "calibrated"),
    COST("warm.saturation", warm_saturation_ns, "500us",
         "extra CPU after a long time off the CPU: the code is cold"),
    COST("warm.time", warm_time_ns, "30ms", "time off the CPU after which 63 % of it is due"),
    NUMBER("cost.warm.connections", DOUBLE, NUMBER, ATP(cost.warm_connections), "0", 0, 1e9,
           OPTION_MODEL,
           "of this many connections, half find their state in caches after the others; 0: "
           "however many",
           "calibrated"),
    NUMBER(
        "cost.code.excess", DOUBLE, NUMBER, ATP(cost.code_excess), "0", 0, 1000, OPTION_MODEL,
        "share that work costs more in a process that has just started: code is not compiled",
        "calibrated; v8.dev/docs/ignition"),
    COST("code.work", code_work_ns, "10ms",
         "half the CPU time of work that is dearer by that, all told"),
    COUNT("cost.code.stages", ATP(cost.code_stages), "2", 1, 64, OPTION_MODEL,
          "how sharply it ends, about twice that work: 2: by and by; 8: nearly at once",
          "chosen by calibrate; measured on Node 20"),
    COST("code.compile", code_compile_ns, "0",
         "CPU time of a new process's compilers, beside its loop, as far as not late while "
         "code.work lasts"),
    YES_NO("cost.code.late", ATP(cost.code_late), "no", OPTION_MODEL,
           "some of code.compile comes after thousands of deliveries, as measured on Node 20",
           "chosen by calibrate; models/code_warmth.h"),
    COST("code.first", code_first_ns, "0",
         "more for each connection in a new process's first fan-out, half of it in the second, "
         "..."),
    COST(
        "code.connection", code_connection_ns, "0",
        "CPU time of a new process's other threads for each connection at its first publishes"),
    COST("code.parse", code_parse_ns, "0",
         "more for the first publish in a new process: functions are parsed when first called"),
    COST("gc.period", gc_period_ns, "0", "between two garbage collections; 0: none"),
    COST("gc.base", gc_base_ns, "0", "pause of one collection without connections"),
    COST("gc.connection", gc_connection_ns, "0", "added to the pause per live connection"),
    NUMBER("cost.gc.threshold", DOUBLE, NUMBER, ATP(cost.gc_threshold), "0", 0, 1e9,
           OPTION_MODEL,
           "objects after which young ones are collected, and all by turns; 0: none",
           "CPython 3.11, gcmodule.c: 700"),
    NUMBER("cost.gc.live", DOUBLE, NUMBER, ATP(cost.gc_live), "0", 0, 1e12, OPTION_MODEL,
           "objects of the process before its first client", "calibrated"),
    NUMBER("cost.gc.allocated", DOUBLE, NUMBER, ATP(cost.gc_allocated), "0", 0, 1e9,
           OPTION_MODEL, "counted by then since the last collection of all", "calibrated"),
    NUMBER("cost.gc.wake", DOUBLE, NUMBER, ATP(cost.gc_wake), "1", 0, 1e6, OPTION_MODEL,
           "objects from a publish to each wake-up that it makes ready", "uvloop: a handle"),
    NUMBER("cost.gc.reused", DOUBLE, NUMBER, ATP(cost.gc_reused), "0", 0, 1e9, OPTION_MODEL,
           "of them, kept for the next publish and not counted again",
           "uvloop 0.17, loop.pxd: 250"),
    NUMBER("cost.gc.free-list", DOUBLE, NUMBER, ATP(cost.gc_free_list), "2000", 0, 1e9,
           OPTION_MODEL,
           "wake-ups with a second object that once freed is kept and not counted again",
           "CPython 3.11: PyTuple_MAXFREELIST"),
    COST("gc.object", gc_object_ns, "0", "pause of a collection of all, per object"),
    YOUNG_GENERATION,

    PROTOCOL_COSTS("sse", PROTOCOL_SSE, "400us", "100us", "5us", "2us", "6us", "150us", "16B",
                   "HTML Living Standard, server-sent events: data: and id: lines"),
    PROTOCOL_COSTS("websocket", PROTOCOL_WEBSOCKET, "500us", "150us", "8us", "3us", "8us",
                   "30us", "4B", "RFC 6455 section 5.2: 2 or 4 bytes from server to client"),
    NUMBER(
        "cost.websocket.deflate", DOUBLE, TIME, ATP(websocket.deflate_ns), "5us", 0, 1 * S,
        OPTION_MODEL,
        "permessage-deflate: CPU per message compressed, for each connection, and ...",
        "zlib 1.2.13 level 6, JSON of 20, 100, 300, 1000 B, 4 KiB on an EPYC: 3.4, 7.5, 17, "
        "42, "
        "143 us; ws 8 on Node 20 adds some 90 us on its threads for 100 B, which are left out"),
    NUMBER("cost.websocket.deflate-kib", DOUBLE, TIME, ATP(websocket.deflate_kib_ns), "30us", 0,
           1 * S, OPTION_MODEL, "... per KiB of it",
           "the same on a Xeon, 0.9 KiB of JSON: 27 to 40 us with the message"),
};

static const struct option_row phase_table[] = {
    TIME("duration", offsetof(struct phase_params, duration_ns), "10s", 1 * MS, 1e7 * S, 0,
         "length of the phase", ""),
    NUMBER("rate", DOUBLE, RATE, offsetof(struct phase_params, rate_hz), "10/s", 0, 1e6, 0,
           "publishes", ""),
    NUMBER("ramp-to", DOUBLE, RATE, offsetof(struct phase_params, rate_to_hz), "none", 1e-3,
           1e6, OPTION_NONE, "the rate goes in a straight line to this one; none: it stays",
           ""),
    TIME("on", offsetof(struct phase_params, on_ns), "none", 1 * MS, 1e7 * S, OPTION_NONE,
         "bursts: publishes for this long, then none for `off`, again and again", ""),
    TIME("off", offsetof(struct phase_params, off_ns), "none", 1 * MS, 1e7 * S, OPTION_NONE,
         "bursts: without publishes for this long", ""),
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

const char *options_phase_names(char text[PHASE_NAMES_BYTES])
{
    size_t count = sizeof phase_table / sizeof *phase_table, used = 0;
    for (size_t i = 0; i < count; i++) {
        const char *behind = i + 1 == count ? "" : i + 2 == count ? " and " : ", ";
        used += (size_t)snprintf(text + used, PHASE_NAMES_BYTES - used, "%s%s",
                                 phase_table[i].name, behind);
        assert(used < PHASE_NAMES_BYTES);
    }
    return text;
}
