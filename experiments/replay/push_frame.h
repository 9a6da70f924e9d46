/* push_frame.h - a growing run of bytes, and the framing of a message for push protocols.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_PUSH_FRAME_H
#define PUSHSIM_EXPERIMENTS_REPLAY_PUSH_FRAME_H

#include <stddef.h>

struct bytes {
    char *data;      /* owned: the user frees it */
    size_t size;     /* bytes used */
    size_t capacity; /* bytes allocated */
};

void bytes_append(struct bytes *b, const void *data, size_t size);
/* The bytes as a NUL-terminated text; their size stays. Valid until the next append. */
const char *bytes_text(struct bytes *b);

/* Appends one event: a data field a line, an empty line (HTML standard, section 9.2.6). */
void push_frame_sse(struct bytes *out, const char *data, size_t size);
/* Appends one unmasked, unfragmented text frame (RFC 6455 section 5.2). */
void push_frame_websocket(struct bytes *out, const char *data, size_t size);

#endif
