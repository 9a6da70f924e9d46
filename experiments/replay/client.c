#include "experiments/replay/client.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/client_internal.h"
#include "sim/error.h"

#define READ_BYTES     (256 * 1024)
#define PACED_READS_HZ 20 /* reads of a client with a rate, at least */
#define SEEN           64 /* bits of struct client's */
#define WHY_BYTES      128

static int on_begin(http_parser *parser);
static int on_name(http_parser *parser, const char *piece, size_t bytes);
static int on_value(http_parser *parser, const char *piece, size_t bytes);
static int on_headers(http_parser *parser);
static int on_body(http_parser *parser, const char *data, size_t bytes);
static int on_end(http_parser *parser);

static const http_parser_settings answer_settings = {
    .on_message_begin = on_begin,
    .on_header_field = on_name,
    .on_header_value = on_value,
    .on_headers_complete = on_headers,
    .on_body = on_body,
    .on_message_complete = on_end,
};

static void init_client(struct client_pool *pool, uint32_t number)
{
    struct client *c = &pool->clients[number];
    *c = (struct client){ .pool = pool, .number = number };
    uv_timer_init(pool->loop, &c->resume);
    uv_timer_init(pool->loop, &c->later);
    c->tcp.data = c->resume.data = c->later.data = c;
}

void client_pool_init(struct client_pool *pool, uv_loop_t *loop, enum push_protocol protocol,
                      const struct endpoint *endpoint, uint32_t count, struct delivery_log *log)
{
    memset(pool, 0, sizeof *pool);
    pool->loop = loop;
    pool->ops = protocol == PROTOCOL_SSE ? &client_sse_ops : &client_ws_ops;
    pool->endpoint = *endpoint;
    pool->log = log;
    pool->request = mem_printf("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", endpoint->path,
                               endpoint->host, pool->ops->headers);
    pool->buffer = mem_alloc(READ_BYTES);
    pool->clients = mem_alloc(count * sizeof *pool->clients);
    pool->count = count;
    pool->server_ends = DISCONNECT_CAUSES;
    histogram_init(&pool->open_time);
    for (uint32_t i = 0; i < count; i++)
        init_client(pool, i);
}

void client_pool_close(struct client_pool *pool)
{
    client_churn_close(&pool->behaviour.churn);
    free(pool->request);
    free(pool->buffer);
    free(pool->clients);
    histogram_close(&pool->open_time);
}

void client_pool_shut(struct client_pool *pool)
{
    for (uint32_t i = 0; i < pool->count; i++) {
        struct client *c = &pool->clients[i];
        client_disconnect(c);
        if (uv_is_closing((uv_handle_t *)&c->later))
            continue;
        uv_close((uv_handle_t *)&c->resume, NULL);
        uv_close((uv_handle_t *)&c->later, NULL);
    }
}

/* Messages sent while it was connected that it has not got and, having closed, never will. */
static uint64_t trailing(const struct client *c)
{
    int64_t missing = (int64_t)c->pool->log->sent - 1 - c->last;
    return missing > 0 ? (uint64_t)missing : 0;
}

static uint64_t gaps(const struct client *c)
{
    return (uint64_t)(c->last - c->first + 1) - c->received;
}

struct client_totals client_pool_totals(const struct client_pool *pool)
{
    struct client_totals t = { .dropped = pool->dropped, .lost = pool->lost };
    for (uint32_t i = 0; i < pool->count; i++) {
        const struct client *c = &pool->clients[i];
        if (c->state != CLIENT_OPEN)
            continue;
        t.dropped += gaps(c);
        t.outstanding += trailing(c);
    }
    return t;
}

/* Whether the connection did not have this message; notes that it has it now. Of a message more than
 * SEEN behind the last it is not known: it counts as one of the gaps, as long as there are any. */
static bool is_new(struct client *c, int64_t number)
{
    int64_t behind = c->last - number;
    if (number < c->first) { /* was on its way to the server when this connection opened */
        c->first = number;
        c->seen |= behind < SEEN ? UINT64_C(1) << behind : 0;
        return true;
    }
    if (behind < 0) {
        c->seen = (-behind < SEEN ? c->seen << -behind : 0) | 1;
        c->last = number;
        return true;
    }
    if (gaps(c) == 0 || (behind < SEEN && c->seen >> behind & 1))
        return false;
    c->seen |= behind < SEEN ? UINT64_C(1) << behind : 0;
    return true;
}

void client_received(struct client *c, const char *head)
{
    if (c->pool->messages && head[0] == 'r') {
        client_message_answered(c->pool->messages, head);
        return;
    }
    struct delivery_log *log = c->pool->log;
    int64_t number = delivery_log_number(log, head);
    if (number < 0)
        return;
    if (!is_new(c, number)) {
        log->duplicates++;
        return;
    }
    delivery_log_add(log, number, c->number, c->pool->now_ns);
    c->received++;
}

static void on_closed(uv_handle_t *handle)
{
    struct client *c = handle->data;
    c->state = CLIENT_CLOSED;
    if (c->reopen) {
        c->reopen = false;
        client_connect(c);
    }
}

/* Takes an open connection out of the books. */
static void leave_books(struct client *c)
{
    struct client_pool *pool = c->pool;
    pool->open--;
    pool->dropped += gaps(c);
    pool->lost += trailing(c);
    pool->ops->close(c);
}

/* Takes the connection out of the books, where it is in them, and closes it. */
static void shut(struct client *c)
{
    if (c->state == CLIENT_OPEN)
        leave_books(c);
    else
        c->pool->pending -= c->state != CLIENT_ENDING;
    c->state = CLIENT_CLOSING;
    uv_timer_stop(&c->resume);
    uv_timer_stop(&c->later);
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* An attempt is at its end; `then`: what the client makes of it. */
static void refused(struct client *c, void (*then)(struct client *c))
{
    c->pool->counters.failed++;
    shut(c);
    then(c);
}

/* A connection did not come about or does not last: the cause of the first is kept. */
static void note(const struct client *c, const char *why)
{
    struct client_pool *pool = c->pool;
    if (!*pool->why)
        snprintf(pool->why, sizeof pool->why, "%s", why);
    if (pool->record)
        run_record_event(pool->record, client_pool_time_ns(pool), "disconnect", "client %u: %s",
                         c->number, why);
}

/* An established connection is at its end. */
static void lost(struct client *c, enum disconnect_cause cause)
{
    struct client_counters *n = &c->pool->counters;
    if (cause < DISCONNECT_CAUSES)
        n->disconnects[cause]++;
    n->ended++;
    n->unexplained += cause == DISCONNECT_CAUSES;
    shut(c);
    client_behaviour_lost(c);
}

void client_ended(struct client *c, enum disconnect_cause cause, const char *why)
{
    if (c->state == CLIENT_CLOSING)
        return;
    if (c->state == CLIENT_ENDING) {
        lost(c, (enum disconnect_cause)c->cause);
        return;
    }
    note(c, why);
    if (c->state == CLIENT_OPEN) {
        client_message_lost(c, cause);
        lost(c, cause);
        return;
    }
    if (cause < DISCONNECT_CAUSES)
        c->pool->counters.disconnects[cause]++;
    refused(c, client_behaviour_failed);
}

void client_told_to_close(struct client *c, enum disconnect_cause cause, const char *why)
{
    note(c, why);
    client_message_lost(c, cause);
    leave_books(c);
    c->state = CLIENT_ENDING;
    c->cause = (uint8_t)cause;
    client_behaviour_ending(c);
}

void client_dropped(struct client *c, const char *why)
{
    bool open = c->state == CLIENT_OPEN;
    client_ended(c, open ? c->pool->server_ends : DISCONNECT_CAUSES, why);
}

void client_disconnect(struct client *c)
{
    c->reopen = false;
    uv_timer_stop(&c->later);
    if (c->state == CLIENT_CLOSED || c->state == CLIENT_CLOSING)
        return;
    bool open = c->state == CLIENT_OPEN || c->state == CLIENT_ENDING;
    c->pool->counters.disconnects[DISCONNECT_CLIENT_LEFT] += open;
    client_message_lost(c, DISCONNECT_CLIENT_LEFT);
    shut(c);
}

/* Not the one that was asked for, nor a final one (RFC 9110, 15.2). */
static bool is_interim(const http_parser *parser)
{
    return parser->status_code / 100 == 1 &&
           parser->status_code != HTTP_STATUS_SWITCHING_PROTOCOLS;
}

static int on_begin(http_parser *parser)
{
    struct client *c = parser->data;
    c->head = (struct answer_head){ 0 };
    return 0;
}

/* Trailers (RFC 9112, 7.1.2) come when the stream is open: they say nothing of it. */
static int on_name(http_parser *parser, const char *piece, size_t bytes)
{
    struct client *c = parser->data;
    if (c->state == CLIENT_HANDSHAKING)
        answer_head_name(&c->head, piece, bytes);
    return 0;
}

static int on_value(http_parser *parser, const char *piece, size_t bytes)
{
    struct client *c = parser->data;
    if (c->state == CLIENT_HANDSHAKING)
        answer_head_value(&c->head, piece, bytes);
    return 0;
}

/* Whether the head of the answer opens no stream such as was asked for. */
static bool is_misfit(const struct client *c, char *why, size_t room)
{
    if ((int)c->parser.status_code == c->pool->ops->status)
        return c->pool->ops->is_misfit(c, why, room);
    snprintf(why, room, "answered with status %u", c->parser.status_code);
    return true;
}

static int on_headers(http_parser *parser)
{
    struct client *c = parser->data;
    struct client_pool *pool = c->pool;
    char why[WHY_BYTES];
    if (is_interim(parser))
        return 0;
    if (is_misfit(c, why, sizeof why))
        return -1;
    c->state = CLIENT_OPEN;
    c->first = pool->log->sent;
    c->last = c->first - 1;
    c->received = c->seen = 0;
    pool->pending--;
    pool->open++;
    pool->counters.opened++;
    histogram_add(&pool->open_time, (int64_t)uv_hrtime() - c->asked_ns, 1);
    pool->ops->open(c);
    client_behaviour_opened(c);
    return 0;
}

static int on_body(http_parser *parser, const char *data, size_t bytes)
{
    struct client *c = parser->data;
    if (c->state == CLIENT_OPEN)
        c->pool->ops->feed(c, data, bytes);
    return 0;
}

/* Another answer may stand behind it that nobody asked for: it is not looked at. */
static int on_end(http_parser *parser)
{
    if (parser->upgrade || is_interim(parser))
        return 0;
    client_dropped(parser->data, "stream ended by the server");
    return -1;
}

/* The HTTP layer: the head, then chunks (SSE), or frames once it is upgraded (WebSocket). */
static void take(struct client *c, const char *data, size_t bytes)
{
    if (c->parser.upgrade) {
        c->pool->ops->feed(c, data, bytes);
        return;
    }
    size_t used = http_parser_execute(&c->parser, &answer_settings, data, bytes);
    if (c->state == CLIENT_CLOSING)
        return;
    if (HTTP_PARSER_ERRNO(&c->parser) == HPE_CB_headers_complete) {
        char why[WHY_BYTES];
        is_misfit(c, why, sizeof why);
        note(c, why);
        refused(c, client_behaviour_turned_away);
    } else if (HTTP_PARSER_ERRNO(&c->parser) != HPE_OK) {
        client_dropped(c, "what it answers is no HTTP");
    } else if (c->parser.upgrade && used < bytes) {
        c->pool->ops->feed(c, data + used, bytes - used);
    }
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct client *c = handle->data;
    int64_t bytes = c->read_bps / PACED_READS_HZ;
    bool paced = c->read_bps > 0 && bytes < READ_BYTES;
    *buffer = uv_buf_init(c->pool->buffer, paced ? (unsigned)bytes + 1 : READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    struct client *c = stream->data;
    struct client_pool *pool = c->pool;
    if (bytes < 0) {
        client_dropped(c, bytes == UV_EOF ? "closed by the server" : uv_strerror((int)bytes));
        return;
    }
    if (c->state == CLIENT_ENDING)
        return; /* after a Close nothing counts any more (RFC 6455, 5.5.1) */
    pool->now_ns = c->heard_ns = client_pool_time_ns(pool);
    take(c, buffer->base, (size_t)bytes);
    client_behaviour_read(c, bytes);
    if (pool->tick)
        pool->tick(pool->owner);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct client *c = request->handle->data;
    if (status == UV_ECANCELED)
        return;
    uv_buf_t text = uv_buf_init(c->pool->request, (unsigned)strlen(c->pool->request));
    if (status < 0) {
        client_dropped(c, uv_strerror(status));
    } else if (uv_try_write(request->handle, &text, 1) != (int)text.len) {
        client_dropped(c, "the request does not fit the send buffer");
    } else {
        c->state = CLIENT_HANDSHAKING;
        uv_read_start(request->handle, on_alloc, on_read);
    }
}

void client_connect(struct client *c)
{
    struct client_pool *pool = c->pool;
    if (c->state == CLIENT_CLOSING)
        c->reopen = true;
    if (c->state != CLIENT_CLOSED)
        return;
    uv_tcp_init(pool->loop, &c->tcp);
    c->tcp.data = c;
    uv_tcp_nodelay(&c->tcp, 1);
    http_parser_init(&c->parser, HTTP_RESPONSE);
    c->parser.data = c;
    c->state = CLIENT_CONNECTING;
    c->asked_ns = (int64_t)uv_hrtime();
    pool->pending++;
    client_behaviour_connecting(c);
    int rc = uv_tcp_connect(&c->connecting, &c->tcp,
                            (const struct sockaddr *)&pool->endpoint.address, on_connected);
    if (rc < 0)
        client_dropped(c, uv_strerror(rc));
}

static void on_resume(uv_timer_t *timer)
{
    struct client *c = timer->data;
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
}

void client_pause(struct client *c, int64_t duration_ns)
{
    uv_read_stop((uv_stream_t *)&c->tcp);
    uv_update_time(c->pool->loop);
    uv_timer_start(&c->resume, on_resume, (uint64_t)(duration_ns + 999999) / 1000000, 0);
}

void client_stall(struct client *c, int64_t duration_ns)
{
    if (c->state != CLIENT_OPEN)
        return;
    c->pool->counters.stalls++;
    if (duration_ns < INT64_MAX) {
        client_pause(c, duration_ns);
    } else {
        uv_read_stop((uv_stream_t *)&c->tcp);
        uv_timer_stop(&c->resume);
    }
}
