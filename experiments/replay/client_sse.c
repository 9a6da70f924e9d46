/* client_sse.c - event streams: WHATWG HTML standard, section 9.2.6 "Interpreting an event
 * stream".
 *
 * Only what delivery needs: lines end in LF or CR LF, an empty line dispatches the event, and
 * the data of interest is the beginning of its first data line.
 */
#include "experiments/replay/client_internal.h"

#include <string.h>

static void sse_open(struct client *c)
{
    memset(&c->sse, 0, sizeof c->sse);
}

static void sse_close(struct client *c)
{
    (void)c;
}

/* A line is complete; r->line holds its beginning. */
static void end_line(struct client *c)
{
    struct sse_reader *r = &c->sse;
    size_t kept = r->kept;
    r->kept = 0;
    if (kept == 0 || (kept == 1 && r->line[0] == '\r')) {
        if (r->has_data)
            client_received(c, r->head);
        r->has_data = false;
    } else if (!r->has_data && kept >= 5 && memcmp(r->line, "data:", 5) == 0) {
        size_t from = kept > 5 && r->line[5] == ' ' ? 6 : 5;
        r->has_data = true;
        memset(r->head, 0, sizeof r->head);
        memcpy(r->head, r->line + from,
               kept - from < sizeof r->head ? kept - from : sizeof r->head);
    }
}

static void sse_feed(struct client *c, const char *data, size_t bytes)
{
    struct sse_reader *r = &c->sse;
    const char *end = data + bytes;
    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        size_t length = (size_t)((newline ? newline : end) - data);
        size_t room = sizeof r->line - r->kept;
        size_t keep = length < room ? length : room;
        memcpy(r->line + r->kept, data, keep);
        r->kept += (uint8_t)keep;
        data += length;
        if (newline) {
            end_line(c);
            data++;
        }
    }
}

const struct client_ops client_sse_ops = {
    .headers = "Accept: text/event-stream\r\nCache-Control: no-cache\r\n",
    .status = 200,
    .open = sse_open,
    .feed = sse_feed,
    .close = sse_close,
};
