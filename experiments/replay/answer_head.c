#include "experiments/replay/answer_head.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "experiments/replay/printable_text.h"
#include "experiments/replay/websocket_key.h"

static const char *const field_names[ANSWER_FIELDS] = {
    [ANSWER_CONTENT_TYPE] = "Content-Type",
    [ANSWER_CONTENT_ENCODING] = "Content-Encoding",
    [ANSWER_UPGRADE] = "Upgrade",
    [ANSWER_ACCEPT] = "Sec-WebSocket-Accept",
    [ANSWER_EXTENSIONS] = "Sec-WebSocket-Extensions",
    [ANSWER_PROTOCOL] = "Sec-WebSocket-Protocol",
};

static void append(char *text, size_t room, const char *piece, size_t bytes)
{
    size_t length = strlen(text), left = room - 1 - length;
    bytes = bytes < left ? bytes : left;
    memcpy(text + length, piece, bytes);
    text[length + bytes] = '\0';
}

void answer_head_name(struct answer_head *head, const char *piece, size_t bytes)
{
    if (head->in_value)
        head->name[0] = '\0';
    head->in_value = false;
    append(head->name, sizeof head->name, piece, bytes);
}

static uint8_t field_of(const char *name)
{
    uint8_t i = 0;
    while (i < ANSWER_FIELDS && strcasecmp(name, field_names[i]) != 0)
        i++;
    return i;
}

void answer_head_value(struct answer_head *head, const char *piece, size_t bytes)
{
    if (!head->in_value) {
        head->in_value = true;
        head->field = field_of(head->name);
        if (head->field < ANSWER_FIELDS)
            head->text[head->field][0] = '\0';
    }
    if (head->field < ANSWER_FIELDS)
        append(head->text[head->field], ANSWER_TEXT_BYTES, piece, bytes);
}

/* Whether the value, up to what ends it (white space may follow it), is this word. */
static bool is_word(const char *value, const char *word, const char *ends)
{
    size_t length = strcspn(value, ends);
    return length == strlen(word) && strncasecmp(value, word, length) == 0;
}

static bool refuse(const struct answer_head *head, enum answer_field field, const char *wanted,
                   char *why, size_t room)
{
    const char *value = head->text[field];
    if (*value)
        snprintf(why, room, "answered with %s: %s%s", field_names[field], value, wanted);
    else
        snprintf(why, room, "answered without %s%s", field_names[field], wanted);
    printable_text(why, strlen(why));
    return true;
}

bool answer_is_no_events(const struct answer_head *head, char *why, size_t room)
{
    const char *coding = head->text[ANSWER_CONTENT_ENCODING];
    if (!is_word(head->text[ANSWER_CONTENT_TYPE], "text/event-stream", "; \t"))
        return refuse(head, ANSWER_CONTENT_TYPE, "; an event stream is text/event-stream", why,
                      room);
    if (*coding && !is_word(coding, "identity", " \t"))
        return refuse(head, ANSWER_CONTENT_ENCODING, ", which nobody asked for", why, room);
    return false;
}

bool answer_is_no_websocket(const struct answer_head *head, bool upgraded, const char *key,
                            char *why, size_t room)
{
    char accept[WEBSOCKET_ACCEPT_BYTES];
    const char *told = head->text[ANSWER_ACCEPT];
    if (!is_word(head->text[ANSWER_UPGRADE], "websocket", " \t"))
        return refuse(head, ANSWER_UPGRADE, ", not to websocket", why, room);
    if (!upgraded) {
        snprintf(why, room, "answered without Connection: Upgrade");
        return true;
    }
    websocket_key_accept(key, accept);
    size_t length = strlen(accept);
    if (strncmp(told, accept, length) != 0 || told[length + strspn(told + length, " \t")])
        return refuse(head, ANSWER_ACCEPT, ", which is not that of its key", why, room);
    if (*head->text[ANSWER_EXTENSIONS])
        return refuse(head, ANSWER_EXTENSIONS, ", which nobody offered", why, room);
    if (*head->text[ANSWER_PROTOCOL])
        return refuse(head, ANSWER_PROTOCOL, ", which nobody offered", why, room);
    return false;
}
