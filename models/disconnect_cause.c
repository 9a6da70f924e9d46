#include "models/disconnect_cause.h"

const char *disconnect_cause_name(enum disconnect_cause cause)
{
    static const char *const names[DISCONNECT_CAUSES] = {
        [DISCONNECT_CLIENT_LEFT] = "client_left",
        [DISCONNECT_PONG_TIMEOUT] = "pong_timeout",
        [DISCONNECT_WRITE_TIMEOUT] = "write_timeout",
        [DISCONNECT_SLOW_CONSUMER] = "slow_consumer",
        [DISCONNECT_HANDSHAKE_TIMEOUT] = "handshake_timeout",
        [DISCONNECT_REJECTED] = "rejected",
        [DISCONNECT_WRITE_FAILED] = "write_failed",
        [DISCONNECT_DRAINED] = "drained",
        [DISCONNECT_SERVER_KILLED] = "server_killed",
        [DISCONNECT_SERVER_STOPPED] = "server_stopped",
        [DISCONNECT_SILENCE] = "silence",
        [DISCONNECT_CONNECT_TIMEOUT] = "connect_timeout",
        [DISCONNECT_NETWORK] = "network",
    };
    return names[cause];
}
