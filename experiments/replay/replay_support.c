#include "experiments/replay/replay_support.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "experiments/run/config.h"

/* That of the servers is their own: FastAPI's (websockets 10.4) is this one, and Node's ends slow
 * consumers at once: 0. */
#define LIBRARY_CLOSE_TIMEOUT_NS INT64_C(10000000000)

/* The mechanisms that only the model has. */
static const char *only_simulated(const struct parameters *p)
{
    const struct {
        bool asked;
        const char *option;
    } list[] = {
        { p->server.queue_policy == POLICY_CONFLATE, "server.queue.policy: conflate" },
        { p->workload.publishers > 0 && p->workload.publishers != REAL_ARM_PUBLISHERS,
          "workload.publishers other than 16" },
        { p->workload.topics.count > 1, "workload.topics.count" },
        { p->heartbeat.period_ns > 0 && p->heartbeat.only_idle, "heartbeat.only-idle" },
        { p->server.protocol == PROTOCOL_WEBSOCKET &&
              p->websocket.close_timeout_ns != LIBRARY_CLOSE_TIMEOUT_NS &&
              p->websocket.close_timeout_ns != 0,
          "websocket.close-timeout" },
        { p->accept.handshake_timeout_ns > 0, "accept.handshake-timeout" },
        { p->accept.ramp_steps > 0, "accept.ramp.steps" },
        { p->sse.retry_ns > 0 && p->server.protocol == PROTOCOL_SSE, "sse.retry" },
        { p->replay.length > 0, "replay.length" },
        { p->replay.snapshot_bytes > 0, "replay.snapshot" },
        { p->fault.crash_connects > 0, "fault.crash-connects" },
        { p->fault.busy_at_ns > 0, "fault.busy-at" },
        { p->fault.blip_at_ns > 0, "fault.blip-at" },
        { p->fleet.pods > 0, "fleet.pods" },
        { p->control.trigger != TRIGGER_NEVER, "slo.control.trigger" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].asked)
            return list[i].option;
    return NULL;
}

/* What this server would have to be told and cannot be. */
static const char *not_taken(const struct parameters *p, const struct server_spec *spec)
{
    bool sse = p->server.protocol == PROTOCOL_SSE;
    const struct {
        bool asked;
        const char *placeholder, *option;
    } list[] = {
        { p->server.workers > 1, "{workers}", "server.workers" },
        { p->server.fan_out != FAN_OUT_QUEUES, "{fan_out}", "server.fan-out" },
        { p->server.queue_policy != POLICY_DROP_OLDEST, "{policy}", "server.queue.policy" },
        { p->network.write_timeout_ns > 0, "{write_timeout}", "server.write-timeout" },
        { p->heartbeat.period_ns > 0 && sse, "{heartbeat}", "heartbeat.period" },
        { p->heartbeat.period_ns > 0 && !sse, "{ping_interval}", "heartbeat.period" },
        { p->heartbeat.pong_timeout_ns > 0 && !sse, "{ping_timeout}", "heartbeat.timeout" },
        { p->auth.workers > 0, "{auth_workers}", "auth.workers" },
        { p->memory.buffers != BUFFERS_OF_STACK, "{buffers}", "memory.buffers" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].asked && !server_spec_takes(spec, list[i].placeholder))
            return list[i].option;
    return NULL;
}

/* Initial clients are not authenticated, so the server asks its backend from its restart on. */
static bool auth_makes_sense(const struct parameters *p)
{
    return p->auth.workers == 0 || (p->server.protocol == PROTOCOL_WEBSOCKET &&
                                    (p->fault.deploy_at_ns > 0 || p->fault.crash_at_ns > 0));
}

/* The URLs that its clients need. */
static const char *missing_url(const struct parameters *p, const struct server_spec *spec)
{
    bool sse = p->server.protocol == PROTOCOL_SSE;
    if (sse ? !spec->sse : !spec->websocket)
        return sse ? "sse" : "websocket";
    return sse && p->duplex.rate_hz > 0 && !spec->message ? "message" : NULL;
}

int replay_supports(const struct parameters *p, const struct server_spec *spec,
                    struct error *err)
{
    const char *option = only_simulated(p);
    if (option)
        return error_set(err, ERR_INVALID,
                         "%s: the real arm cannot do this; only the "
                         "simulator can",
                         option);
    option = spec ? not_taken(p, spec) : NULL;
    if (option)
        return error_set(err, ERR_INVALID,
                         "%s: server '%s' cannot be told (its description has no placeholder "
                         "for it)",
                         option, spec->name);
    const char *url = spec ? missing_url(p, spec) : NULL;
    if (url)
        return error_set(err, ERR_INVALID, "server '%s' has no %s URL%s", spec->name, url,
                         strcmp(url, "message") == 0 ? ", and the clients send" : "");
    if (!auth_makes_sense(p))
        return error_set(err, ERR_INVALID,
                         "auth.workers: the real arm needs WebSocket clients and "
                         "fault.deploy-at or .crash-at with it");
    return 0;
}

const char *replay_untold(const struct settings *s, const struct server_spec *spec)
{
    const struct parameters *p = &s->parameters;
    size_t count;
    const struct option_row *all = options_all(&count);
    const struct {
        bool matters;
        const char *placeholder, *option;
    } list[] = {
        { p->server.queue_policy != POLICY_NONE, "{queue}", "server.queue.bound" },
        { p->duplex.rate_hz > 0, "{reply}", "duplex.reply" },
        { p->auth.workers > 0, "{auth_service}", "auth.service" },
        { p->auth.workers > 0, "{auth_timeout}", "auth.timeout" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (list[i].matters && !server_spec_takes(spec, list[i].placeholder) &&
            settings_given(s, option_find(all, count, list[i].option)))
            return list[i].option;
    return NULL;
}
