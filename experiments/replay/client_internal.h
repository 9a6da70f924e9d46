/* client_internal.h - what the protocols of client.h share. */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_INTERNAL_H
#define PUSHSIM_EXPERIMENTS_REPLAY_CLIENT_INTERNAL_H

#include "experiments/replay/client.h"

extern const struct client_ops client_sse_ops;
extern const struct client_ops client_ws_ops;

/* A whole message that begins with `head` is here; one that was here already counts once. */
void client_received(struct client *c, const char *head);
/* The server ended the connection or broke the protocol. */
void client_dropped(struct client *c, const char *why);
/* The same, and the cause is known. */
void client_ended(struct client *c, enum disconnect_cause cause, const char *why);
/* The server's Close is answered: the client is out of the books and waits for the server to end
 * the connection (RFC 6455, 7.1.1), for the close time-out at most; then it has ended. */
void client_told_to_close(struct client *c, enum disconnect_cause cause, const char *why);
/* The next read is so much later. */
void client_pause(struct client *c, int64_t duration_ns);

#endif
