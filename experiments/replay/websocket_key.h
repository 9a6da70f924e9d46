/* websocket_key.h - the server's answer to a WebSocket handshake key (RFC 6455 section 4.2.2).
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_WEBSOCKET_KEY_H
#define PUSHSIM_EXPERIMENTS_REPLAY_WEBSOCKET_KEY_H

#define WEBSOCKET_ACCEPT_BYTES 29 /* 28 base64 characters and the end mark */

/* Writes the Sec-WebSocket-Accept value for the text of a Sec-WebSocket-Key. */
void websocket_key_accept(const char *key, char accept[WEBSOCKET_ACCEPT_BYTES]);

#endif
