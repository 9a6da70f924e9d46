#include "experiments/run/option_preset.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
#define UVICORN                                                                                     \
    { "server.loop", "uvloop", NULL,                                                                \
      "uvicorn 0.17 loops/auto.py: uvloop where it is installed" },                                 \
    { "accept.backlog", "2048", NULL, "uvicorn 0.17 config.py: backlog 2048" },                     \
    { "server.accept-batch", "2048", NULL,                                                          \
      "asyncio selector_events.py, _accept_connection: as many as the backlog at once; libuv "      \
      "src/unix/stream.c, uv__server_io: until the queue is empty" },                               \
    { "server.write-high", "64KiB", NULL,                                                           \
      "websockets 10.4 legacy/protocol.py: write_limit 2**16; asyncio transports.py: 64 KiB" },     \
    { "server.write-low", "16KiB", NULL, "asyncio transports.py: a quarter of the high mark" },     \
    { "server.write-timeout", "0", NULL,                                                            \
      "uvicorn has none; sse-starlette sse.py: send_timeout None" },                            \
    { "heartbeat.period", "20s", "websocket", "uvicorn 0.17 config.py: ws_ping_interval 20" },      \
    { "heartbeat.timeout", "20s", "websocket", "uvicorn 0.17 config.py: ws_ping_timeout 20" },      \
    { "websocket.close-timeout", "10s", "websocket",                                                \
      "websockets 10.4 legacy/protocol.py: close_timeout 10" }

/* Who does not wait for the drain has no water mark: more than any run holds. */
#define NODE                                                                                        \
    { "server.loop", "node", NULL, "Node: libuv" },                                                 \
    { "server.hops", "0", NULL, "ws 8 lib/sender.js: written in the callback that sends" },         \
    { "accept.backlog", "511", NULL, "Node 20 lib/net.js, server.listen: 511" },                    \
    { "server.accept-batch", "1000000", NULL,                                                       \
      "libuv src/unix/stream.c, uv__server_io: until the queue is empty" },                         \
    { "server.queue.policy", "none", NULL, "ws 8: send() buffers without a bound" },                \
    { "server.write-high", "1024GiB", NULL,                                                         \
      "ws 8, res.write(): nobody waits, whatever bufferedAmount is" },                              \
    { "server.write-timeout", "0", NULL, "Node 20 lib/_http_server.js: server.timeout 0" },         \
    { "memory.buffers", "references", NULL, "ws 8 lib/sender.js: the caller's Buffer waits" },      \
    { "websocket.close-timeout", "30s", "websocket", "ws 8 lib/constants.js: CLOSE_TIMEOUT 30000" }

static const struct preset_value uvicorn[] = { UVICORN,
    { "heartbeat.period", "0", "sse", "Starlette's StreamingResponse sends none" } };

static const struct preset_value sse_starlette[] = { UVICORN,
    { "heartbeat.period", "15s", "sse", "sse-starlette sse.py: DEFAULT_PING_INTERVAL 15" } };

static const struct preset_value nginx_nchan[] = {
    { "server.loop", "nginx", NULL, "nginx src/event/ngx_event.c" },
    { "server.hops", "0", NULL, "nchan: every subscriber is written to in the publish event" },
    { "accept.backlog", "511", NULL, "nginx src/os/unix/ngx_linux_config.h: NGX_LISTEN_BACKLOG" },
    { "server.accept-batch", "1", NULL, "nginx src/event/ngx_event.c: multi_accept off" },
    { "server.queue.policy", "none", NULL,
      "nchan src/util/nchan_output.c, nchan_output_filter: goes on adding to what waits" },
    { "server.write-high", "1B", NULL,
      "nchan src/util/nchan_output.c: any byte that waits starts the send timer" },
    { "server.write-low", "0", NULL,
      "nchan src/util/nchan_output.c: the timer goes when nothing waits any more" },
    { "server.write-timeout", "60s", NULL,
      "nginx src/http/ngx_http_core_module.c: send_timeout 60 s" },
    { "memory.buffers", "references", NULL, "nchan: a chain of buffers into the shared message" },
    { "replay.length", "10", NULL,
      "nchan src/nchan_commands.rb: nchan_message_buffer_length 10" },
    { "replay.whole", "yes", "websocket",
      "nchan src/nchan_commands.rb: nchan_subscriber_first_message oldest, and no Last-Event-ID" },
    { "heartbeat.period", "0", NULL,
      "nchan src/nchan_commands.rb: nchan_websocket_ping_interval 0; eventsource likewise" },
    { "heartbeat.timeout", "0", NULL, "nchan: no ping, no pong to wait for" },
    { "websocket.close-timeout", "250ms", "websocket",
      "nchan 1.3 src/subscribers/websocket.c: WEBSOCKET_CLOSING_TIMEOUT 250" },
};

static const struct preset_value node_ws[] = { NODE,
    { "heartbeat.period", "0", NULL, "ws 8 pings only where the application does" },
    { "heartbeat.timeout", "0", NULL, "ws 8: the application's" } };

static const struct preset_value socket_io[] = { NODE,
    { "heartbeat.period", "25s", "websocket", "engine.io 6.6 server.js: pingInterval 25000" },
    { "heartbeat.timeout", "20s", "websocket", "engine.io 6.6 server.js: pingTimeout 20000" } };

/* What every kernel here has; ip-sysctl.rst is Documentation/networking/ip-sysctl.rst. */
#define LINUX                                                                                       \
    { "accept.syn-retries", "6", NULL, "ip-sysctl.rst: tcp_syn_retries 6" },                        \
    { "network.dead", "924600ms", NULL, "ip-sysctl.rst: tcp_retries2 15" },                         \
    { "host.slice", "5ms", NULL, "sched-bwc.rst: sched_cfs_bandwidth_slice_us 5000" },              \
    { "host.hrtick", "no", NULL, "kernel/sched/features.h: HRTICK off" }

static const struct preset_value linux_5_15[] = { LINUX,
    { "accept.syn-linear", "0", NULL, "tcp_syn_linear_timeouts came with 6.5" },
    { "host.throttle", "queue", NULL, "kernel/sched/fair.c, throttle_cfs_rq: the whole queue" } };

static const struct preset_value linux_6_6[] = { LINUX,
    { "accept.syn-linear", "4", NULL, "ip-sysctl.rst: tcp_syn_linear_timeouts 4, from 6.5" },
    { "host.throttle", "queue", NULL, "kernel/sched/fair.c, throttle_cfs_rq: the whole queue" } };

static const struct preset_value linux_6_18[] = { LINUX,
    { "accept.syn-linear", "4", NULL, "ip-sysctl.rst: tcp_syn_linear_timeouts 4, from 6.5" },
    { "host.throttle", "task", NULL, "kernel/sched/fair.c, throttle_cfs_rq_work: from 6.18" },
    { "network.socket", "850KiB", NULL,
      "measured on 6.18.44 with a reader that never reads, 1460-byte segments, tcp_wmem[2] 4 MiB, "
      "tcp_rmem[1] 128 KiB: 821 KiB in writes of 64 KiB to 970 KiB in writes of 116 B (4.1 MiB in "
      "loopback's 64 KiB segments)" } };

#define PRESET(selector, name, values, left_out)                                                    \
    { selector, name, values, sizeof values / sizeof *values, left_out }
static const struct option_preset presets[] = {
    PRESET("server.preset", "uvicorn", uvicorn,
           "ws_per_message_deflate, for it needs a client that offers it (memory.deflate-window)"),
    PRESET("server.preset", "sse-starlette", sse_starlette,
           "as uvicorn"),
    PRESET("server.preset", "nginx-nchan", nginx_nchan,
           "output_buffers (2 of 32 KiB: of files alone), postpone_output (1460 B: nchan flushes "
           "each message), nchan_message_timeout (1 h: runs are shorter), client_header_timeout "
           "(60 s from the accept, not from the SYN)"),
    PRESET("server.preset", "node-ws", node_ws,
           "headersTimeout (60 s from the accept, not from the SYN)"),
    PRESET("server.preset", "socket.io", socket_io,
           "as node-ws; HTTP long-polling before the upgrade"),
    PRESET("host.preset", "linux-5.15", linux_5_15,
           "network.socket (not measured there); CFS, which favours sleepers beside a busy neighbour: "
           "EEVDF of 6.18 in its place"),
    PRESET("host.preset", "linux-6.6", linux_6_6,
           "network.socket (not measured there); EEVDF without delayed dequeue"),
    PRESET("host.preset", "linux-6.18", linux_6_18, ""),
};
/* clang-format on */

const struct option_preset *option_presets(size_t *count)
{
    *count = sizeof presets / sizeof *presets;
    return presets;
}

/* The option's value as a file has it; NULL: the table has no such choice. */
static const char *choice_of(const struct settings *s, const char *name)
{
    size_t count;
    const struct option_row *all = options_all(&count);
    const struct option_row *row = option_find(all, count, name);
    assert(row && row->type == OPTION_CHOICE);
    return row->choices[(int)option_number(row, s)];
}

size_t option_presets_chosen(const struct settings *s,
                             const struct option_preset *out[OPTION_PRESETS_CHOSEN])
{
    size_t chosen = 0;
    if (s->server_preset == 0 && s->host_preset == 0)
        return 0;
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++)
        if (strcmp(choice_of(s, presets[i].selector), presets[i].name) == 0)
            out[chosen++] = &presets[i];
    return chosen;
}

bool preset_value_holds(const struct preset_value *v, const struct settings *s)
{
    return v->only == NULL || strcmp(v->only, choice_of(s, "protocol")) == 0;
}

int option_presets_apply(struct settings *s, struct error *err)
{
    const struct option_preset *chosen[OPTION_PRESETS_CHOSEN];
    size_t rows, count = option_presets_chosen(s, chosen);
    const struct option_row *all = options_all(&rows);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < chosen[i]->count; k++) {
            const struct preset_value *v = &chosen[i]->values[k];
            const struct option_row *row = option_find(all, rows, v->option);
            if (!preset_value_holds(v, s) || settings_given(s, row))
                continue;
            int code = option_parse(row, v->text, s, err);
            if (code)
                return code;
        }
    return 0;
}
