/* answer_head.h - the fields in the head of an answer that tell what stream it opens, gathered from
 * the pieces in which http-parser hands them out.
 */
#ifndef PUSHSIM_EXPERIMENTS_REPLAY_ANSWER_HEAD_H
#define PUSHSIM_EXPERIMENTS_REPLAY_ANSWER_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ANSWER_TEXT_BYTES 40 /* of a value, with the end mark; longer ones are cut */

enum answer_field {
    ANSWER_CONTENT_TYPE,
    ANSWER_CONTENT_ENCODING,
    ANSWER_UPGRADE,
    ANSWER_ACCEPT,     /* Sec-WebSocket-Accept */
    ANSWER_EXTENSIONS, /* Sec-WebSocket-Extensions */
    ANSWER_PROTOCOL,   /* Sec-WebSocket-Protocol */
    ANSWER_FIELDS,     /* any other */
};

struct answer_head { /* all zeros: nothing came yet */
    char name[32];   /* of the field in progress; a longer one is cut */
    bool in_value;   /* its value has begun */
    uint8_t field;   /* then: enum answer_field */
    /* Values, of a field that comes again the last one; "": not there, or empty. */
    char text[ANSWER_FIELDS][ANSWER_TEXT_BYTES];
};

/* A piece of a field's name, of its value: in the order in which they come. */
void answer_head_name(struct answer_head *head, const char *piece, size_t bytes);
void answer_head_value(struct answer_head *head, const char *piece, size_t bytes);

/* Why the answer opens no event stream (WHATWG HTML, 9.2.3); false: it does, and `why` stays. */
bool answer_is_no_events(const struct answer_head *head, char *why, size_t room);
/* Why it opens no WebSocket for a client that sent `key` and offered neither extensions nor
 * subprotocols (RFC 6455, 4.1); `upgraded`: it has Connection: Upgrade. */
bool answer_is_no_websocket(const struct answer_head *head, bool upgraded, const char *key,
                            char *why, size_t room);

#endif
