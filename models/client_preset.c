#include "models/client_preset.h"

#define MS INT64_C(1000000)
#define S  INT64_C(1000000000)
/* "no cap": a day */
#define UNCAPPED (86400 * S)

const struct client_preset client_presets[] = {
    { .name = "eventsource-chromium",
      .source = "Blink core/eventsource: kDefaultReconnectDelay = 3000; `retry:` replaces it, "
                "no growth, no jitter",
      .reconnect = { .kind = RECONNECT_FIXED,
                     .base_ns = 3 * S,
                     .cap_ns = UNCAPPED,
                     .factor = 1,
                     .takes_retry = true },
      .refused_ends = true },
    { .name = "eventsource-firefox",
      .source = "Gecko dom/base/EventSource.cpp: DEFAULT_RECONNECTION_TIME_VALUE 5000, "
                "`retry:` replaces it, minimum 500",
      .reconnect = { .kind = RECONNECT_FIXED,
                     .base_ns = 5 * S,
                     .floor_ns = 500 * MS,
                     .cap_ns = UNCAPPED,
                     .factor = 1,
                     .takes_retry = true },
      .refused_ends = true },
    { .name = "eventsource-npm",
      .source =
          "eventsource 1.x and 2.x (npm), lib/eventsource.js: reconnectInterval = 1000, which "
          "`retry:` sets; unlike the standard it comes back after 500, 502, 503 and 504 too "
          "(only 503 refuses here)",
      .reconnect = { .kind = RECONNECT_FIXED,
                     .base_ns = 1 * S,
                     .cap_ns = UNCAPPED,
                     .factor = 1,
                     .takes_retry = true } },
    { .name = "eventsource-npm-3",
      .source = "eventsource 3.0 (npm), src/EventSource.ts: #reconnectInterval = 3000, "
                "#failConnection on any status but 200, as the standard has it",
      .reconnect = { .kind = RECONNECT_FIXED,
                     .base_ns = 3 * S,
                     .cap_ns = UNCAPPED,
                     .factor = 1,
                     .takes_retry = true },
      .refused_ends = true },
    { .name = "websocket-browser",
      .source = "WHATWG WebSockets: the API never reconnects by itself",
      .reconnect = { .kind = RECONNECT_NEVER, .cap_ns = UNCAPPED, .factor = 1 } },
    { .name = "reconnecting-websocket",
      .source = "reconnecting-websocket 4 (pladaria), DEFAULT: min 1000 + random 4000, factor "
                "1.3, max 10000, minUptime 5000, connectionTimeout 4000; the random part is "
                "drawn at every attempt here, once for each page there",
      .reconnect = { .kind = RECONNECT_EXPONENTIAL,
                     .base_ns = 3 * S,
                     .cap_ns = 10 * S,
                     .factor = 1.3,
                     .jitter = 2.0 / 3,
                     .reset = RESET_ON_STABLE,
                     .stable_ns = 5 * S },
      .connect_timeout_ns = 4 * S },
    { .name = "socket.io",
      .source =
          "socket.io-client 4 Manager: reconnectionDelay 1000, reconnectionDelayMax 5000, "
          "randomizationFactor 0.5 (backo2, factor 2), timeout 20000; silence: Engine.IO "
          "protocol 4, Heartbeat: no ping within pingInterval + pingTimeout of the server's "
          "handshake (engine.io-client 6 socket.js: onHandshake; _onPacket resets the "
          "time-out on pings alone), 25000 + 20000 by default",
      .reconnect = { .kind = RECONNECT_EXPONENTIAL,
                     .base_ns = 1 * S,
                     .cap_ns = 5 * S,
                     .factor = 2,
                     .jitter = 0.5 },
      .connect_timeout_ns = 20 * S,
      .silence_timeout_ns = 45 * S,
      .counts_pings = true },
    { .name = "phoenix",
      .source =
          "phoenix.js Socket: reconnectAfterMs 10, 50, 100, 150, 200, 250, 500, 1000, "
          "2000, then 5000; it asks the server itself (heartbeatIntervalMs 30000) and closes "
          "when the answer is not there at the next: not modelled, for any answering "
          "server passes and a silence without publishes is none to it; no connect time-out: "
          "`timeout` 10000 is of a channel's pushes, `longpollerTimeout` of long polls",
      .reconnect = { .kind = RECONNECT_STEPS,
                     .steps_ns = { 10 * MS, 50 * MS, 100 * MS, 150 * MS, 200 * MS, 250 * MS,
                                   500 * MS, 1000 * MS, 2000 * MS, 5000 * MS },
                     .steps = 10,
                     .cap_ns = UNCAPPED,
                     .factor = 1 } },
    { .name = "signalr",
      .source = "@microsoft/signalr DefaultReconnectPolicy: 0, 2000, 10000, 30000, then gives "
                "up; HubConnection.serverTimeoutInMilliseconds 30000: nothing at all from the "
                "server, which sends a keep-alive each 15 s",
      .reconnect = { .kind = RECONNECT_STEPS,
                     .steps_ns = { 0, 2 * S, 10 * S, 30 * S },
                     .steps = 4,
                     .cap_ns = UNCAPPED,
                     .factor = 1,
                     .attempts_max = 4 },
      .silence_timeout_ns = 30 * S },
    { .name = "websockets-python",
      .source = "websockets 10 legacy/client.py, Connect.__aiter__: at once after a connection "
                "that was open; when that fails after 0 to BACKOFF_INITIAL 5 s at random, then "
                "whole seconds of BACKOFF_MIN 1.92 x BACKOFF_FACTOR 1.618, 1.618^2 …, "
                "BACKOFF_MAX 60 (one that never was open makes one attempt more here); "
                "open_timeout 10; ping_interval 20 + ping_timeout 20 are its own pings, which "
                "every server answers: not modelled",
      .reconnect = { .kind = RECONNECT_STEPS,
                     .steps_ns = { 0, 5 * S, 3 * S, 5 * S, 8 * S, 13 * S, 21 * S, 34 * S,
                                   55 * S, 60 * S },
                     .steps = 10,
                     .random_step = 1,
                     .cap_ns = UNCAPPED,
                     .factor = 1 },
      .connect_timeout_ns = 10 * S },
    { .name = "full-jitter",
      .source = "AWS Architecture Blog 2015, Exponential Backoff And Jitter; chosen here: base "
                "1 s, cap 60 s, reset after 5 s open, a connect time-out of 10 s",
      .reconnect = { .kind = RECONNECT_FULL_JITTER,
                     .base_ns = 1 * S,
                     .cap_ns = 60 * S,
                     .factor = 2,
                     .reset = RESET_ON_STABLE,
                     .stable_ns = 5 * S,
                     .retry_after = true },
      .connect_timeout_ns = 10 * S },
    { .name = "decorrelated-jitter",
      .source = "AWS Architecture Blog 2015, Exponential Backoff And Jitter; chosen here: base "
                "1 s, cap 60 s, reset after 5 s open, a connect time-out of 10 s",
      .reconnect = { .kind = RECONNECT_DECORRELATED,
                     .base_ns = 1 * S,
                     .cap_ns = 60 * S,
                     .factor = 2,
                     .reset = RESET_ON_STABLE,
                     .stable_ns = 5 * S,
                     .retry_after = true },
      .connect_timeout_ns = 10 * S },
    { .name = "dust-fixed",
      .source =
          "dust-tt/dust#19917: fixed 5 s; its useEventSource makes a new EventSource each time "
          "(dust-tt/dust#26202), so a refused one too",
      .reconnect = { .kind = RECONNECT_FIXED,
                     .base_ns = 5 * S,
                     .cap_ns = UNCAPPED,
                     .factor = 1 } },
    { .name = "dust-jitter",
      .source = "dust-tt/dust#19917, the cure: 3 to 8 s at random",
      .reconnect = { .kind = RECONNECT_FIXED,
                     .base_ns = 5500 * MS,
                     .cap_ns = UNCAPPED,
                     .factor = 1,
                     .jitter = 2.5 / 5.5 } },
    { .name = "destiny-open",
      .source = "destinygg/chat-gui#872: 501 to 3000 ms, attempts reset on open",
      .reconnect = { .kind = RECONNECT_FIXED,
                     .base_ns = 1750500 * (MS / 1000),
                     .floor_ns = 501 * MS,
                     .cap_ns = 3 * S,
                     .factor = 1,
                     .jitter = 1249.5 / 1750.5 } },
    { .name = "destiny-stable",
      .source = "destinygg/chat-gui#872, the cure: window 3 s doubling to 60 s, full jitter, "
                "floor 500 ms, reset after 5 s of connection",
      .reconnect = { .kind = RECONNECT_FULL_JITTER,
                     .base_ns = 3 * S,
                     .floor_ns = 500 * MS,
                     .cap_ns = 60 * S,
                     .factor = 2,
                     .reset = RESET_ON_STABLE,
                     .stable_ns = 5 * S } },
};
const size_t client_preset_count = sizeof client_presets / sizeof *client_presets;
