/* client_preset.h - how well-known clients behave: a table with sources.
 *
 * A preset gives the reconnect policy, the connect time-out and the client's own supervision of
 * its server, where that means to close when nothing came for a time: such clients rely on a
 * server that sends something at intervals (heartbeat.period), and leave one that does not.
 * Clients that ask and wait for the answer (phoenix, websockets) hear that answer from any server
 * whose loop turns; their time-out is left out.
 *
 * An EventSource whose request is answered with another status than 200 fails for good; only
 * network errors and the end of a stream make it connect again, after its own delay, for it reads
 * no Retry-After (WHATWG HTML, 9.2.3, "process an EventSource response": fail or reestablish the
 * connection; Blink EventSource::DidReceiveResponse, Gecko EventSourceImpl::OnStartRequest). Pages
 * that make a new EventSource then are clients with `refused: retry` (client_class.h).
 *
 * Each row names where its figures come from; rows of incidents name the thread.
 */
#ifndef PUSHSIM_MODELS_CLIENT_PRESET_H
#define PUSHSIM_MODELS_CLIENT_PRESET_H

#include <stdbool.h>
#include <stddef.h>

#include "models/reconnect.h"

struct client_preset {
    const char *name;                  /* as clients.preset has it; static, as the next */
    const char *source;                /* library, version or document, and the place in it */
    struct reconnect_params reconnect; /* when it tries again */
    int64_t connect_timeout_ns;        /* gives an attempt up after so long; 0 = the kernel's */
    int64_t silence_timeout_ns;        /* closes when nothing came for so long; 0 = never */
    /* Closes when no ping came for as long as the server, which tells its interval and time-out,
     * may take; messages count for nothing. silence_timeout_ns is for a server without pings. */
    bool counts_pings;
    bool refused_ends; /* an answer that refuses it is its last attempt */
};

extern const struct client_preset client_presets[];
extern const size_t client_preset_count;

#endif
