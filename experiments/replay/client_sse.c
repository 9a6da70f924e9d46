/* client_sse.c - event streams: WHATWG HTML standard, section 9.2.6 "Interpreting an event
 * stream".
 *
 * Only what delivery needs: lines end in LF, CR LF or CR, a byte order mark before the first is
 * skipped, an empty line dispatches the event, and the data of interest is the beginning of its
 * first data line.
 */
#include "experiments/replay/client_internal.h"

#include <string.h>

#define MARK_BYTES 3

static bool sse_is_misfit(const struct client *c, char *why, size_t room)
{
    return answer_is_no_events(&c->head, why, room);
}

static void sse_open(struct client *c)
{
    memset(&c->sse, 0, sizeof c->sse);
}

static void sse_close(struct client *c)
{
    (void)c;
}

/* A line without a colon is a field without a value. */
static bool is_data(const char *line, size_t bytes)
{
    return bytes >= 4 && memcmp(line, "data", 4) == 0 && (bytes == 4 || line[4] == ':');
}

/* A line is complete; r->line holds its beginning. */
static void end_line(struct client *c)
{
    struct sse_reader *r = &c->sse;
    size_t kept = r->kept;
    r->kept = 0;
    if (kept == 0) {
        if (r->has_data)
            client_received(c, r->head);
        r->has_data = false;
    } else if (!r->has_data && is_data(r->line, kept)) {
        size_t from = kept > 5 && r->line[5] == ' ' ? 6 : 5;
        size_t bytes = kept > from ? kept - from : 0;
        r->has_data = true;
        memset(r->head, 0, sizeof r->head);
        memcpy(r->head, r->line + from, bytes < sizeof r->head ? bytes : sizeof r->head);
    }
}

static void keep(struct sse_reader *r, const char *data, size_t length)
{
    size_t room = sizeof r->line - r->kept;
    size_t n = length < room ? length : room;
    memcpy(r->line + r->kept, data, n);
    r->kept += (uint8_t)n;
}

/* How many of these bytes are before the end of the line. */
static size_t line_length(const char *data, size_t bytes)
{
    const char *newline = memchr(data, '\n', bytes);
    bytes = newline ? (size_t)(newline - data) : bytes;
    const char *cr = memchr(data, '\r', bytes);
    return cr ? (size_t)(cr - data) : bytes;
}

/* The byte order mark. What is but its beginning is that of a line. */
static const char *skip_mark(struct sse_reader *r, const char *data, const char *end)
{
    static const char mark[MARK_BYTES] = { '\xef', '\xbb', '\xbf' };
    while (r->mark < MARK_BYTES && data < end) {
        if (*data != mark[r->mark]) {
            keep(r, mark, r->mark);
            r->mark = MARK_BYTES;
            break;
        }
        r->mark++;
        data++;
    }
    return data;
}

static void sse_feed(struct client *c, const char *data, size_t bytes)
{
    struct sse_reader *r = &c->sse;
    const char *end = data + bytes;
    data = skip_mark(r, data, end);
    while (data < end) {
        if (r->after_cr && *data == '\n')
            data++; /* of CR LF: its line has ended */
        r->after_cr = false;
        size_t length = line_length(data, (size_t)(end - data));
        keep(r, data, length);
        data += length;
        if (data < end) {
            r->after_cr = *data++ == '\r';
            end_line(c);
        }
    }
}

const struct client_ops client_sse_ops = {
    .headers = "Accept: text/event-stream\r\nCache-Control: no-cache\r\n",
    .status = 200,
    .is_misfit = sse_is_misfit,
    .open = sse_open,
    .feed = sse_feed,
    .close = sse_close,
};
