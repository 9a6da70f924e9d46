#include "experiments/replay/client_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/client_internal.h"
#include "sim/error.h"

void client_messages_init(struct client_messages *m, struct client_pool *pool,
                          const struct parameters *p, const struct schedule *s,
                          const struct endpoint *endpoint, struct run_record *record)
{
    uint32_t count = schedule_messages(s);
    size_t fill = (size_t)delivery_log_largest_bytes(s, ACTION_MESSAGE);
    bool sse = p->server.protocol == PROTOCOL_SSE;
    memset(m, 0, sizeof *m);
    m->pool = pool;
    m->posts = sse;
    m->each = p->duplex.connection == DUPLEX_EACH;
    duplex_init(&m->books, &p->duplex, !sse, pool->count, count, record);
    if (count == 0)
        return;
    m->fill = mem_alloc(fill);
    memset(m->fill, 'x', fill);
    if (sse) {
        m->endpoint = *endpoint;
        m->post = mem_alloc(pool->count * sizeof *m->post);
    }
    for (uint32_t i = 0; sse && i < pool->count; i++)
        m->post[i] = (struct client_post){ .messages = m, .number = i };
    pool->messages = m;
}

void client_messages_close(struct client_messages *m)
{
    for (uint32_t i = 0; m->post && i < m->pool->count; i++)
        free(m->post[i].waiting);
    free(m->post);
    free(m->fill);
    duplex_close(&m->books);
}

/* ---- answers ---- */

void client_message_answered(struct client_messages *m, const char *head)
{
    uint32_t number = 0;
    for (int i = 1; i < MESSAGE_DIGITS; i++) {
        if (head[i] < '0' || head[i] > '9')
            return;
        number = 10 * number + (uint32_t)(head[i] - '0');
    }
    if (number < m->books.count)
        duplex_answered(&m->books, number, m->pool->now_ns);
}

void client_message_lost(struct client *c, enum disconnect_cause cause)
{
    if (c->pool->messages)
        duplex_disconnected(&c->pool->messages->books, c->number,
                            cause < DISCONNECT_CAUSES ? cause : DISCONNECT_NETWORK);
}

/* ---- POSTs beside an event stream ---- */

static void on_post_closed(uv_handle_t *handle)
{
    struct client_post *post = handle->data;
    post->used = false;
}

static void shut(struct client_post *post)
{
    if (!post->used || uv_is_closing((uv_handle_t *)&post->tcp))
        return;
    post->open = false;
    post->waiting_bytes = 0;
    uv_close((uv_handle_t *)&post->tcp, on_post_closed);
}

void client_messages_shut(struct client_messages *m)
{
    for (uint32_t i = 0; m->post && i < m->pool->count; i++)
        shut(&m->post[i]);
}

static int on_body(http_parser *parser, const char *data, size_t bytes)
{
    struct client_post *post = parser->data;
    size_t room = sizeof post->head - post->kept, n = bytes < room ? bytes : room;
    memcpy(post->head + post->kept, data, n);
    post->kept += (uint8_t)n;
    return 0;
}

static int on_answer(http_parser *parser)
{
    struct client_post *post = parser->data;
    if (parser->status_code / 100 == 1)
        return 0; /* the answer is still to come (RFC 9110, 15.2) */
    if (post->kept == sizeof post->head && post->head[0] == 'r')
        client_message_answered(post->messages, post->head);
    post->kept = 0;
    if (post->messages->each)
        shut(post);
    return 0;
}

static const http_parser_settings answer_settings = { .on_body = on_body,
                                                      .on_message_complete = on_answer };

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct client_post *post = handle->data;
    *buffer = uv_buf_init(post->messages->buffer, sizeof post->messages->buffer);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    struct client_post *post = stream->data;
    struct client_pool *pool = post->messages->pool;
    pool->now_ns = client_pool_time_ns(pool);
    if (bytes == UV_EOF) /* may be the end of an answer without a length (RFC 9112, 6.3) */
        http_parser_execute(&post->parser, &answer_settings, NULL, 0);
    if (bytes < 0 || http_parser_execute(&post->parser, &answer_settings, buffer->base,
                                         (size_t)bytes) != (size_t)bytes)
        shut(post);
    if (pool->tick)
        pool->tick(pool->owner);
}

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* a broken connection shows when it is read */
    free(request->data);
}

/* Writes a text that is freed when it is written. */
static void write_text(uv_stream_t *stream, char *text, size_t bytes)
{
    uv_write_t *request = mem_alloc(sizeof *request + bytes);
    uv_buf_t part = uv_buf_init((char *)(request + 1), (unsigned)bytes);
    memcpy(part.base, text, bytes);
    request->data = request;
    if (uv_write(request, stream, &part, 1, on_written) < 0)
        free(request);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct client_post *post = request->handle->data;
    if (status == UV_ECANCELED)
        return;
    if (status < 0) {
        shut(post);
        return;
    }
    post->open = true;
    uv_read_start(request->handle, on_alloc, on_read);
    write_text(request->handle, post->waiting, post->waiting_bytes);
    post->waiting_bytes = 0;
}

static void open_post(struct client_post *post)
{
    struct client_messages *m = post->messages;
    post->used = true;
    post->kept = 0;
    http_parser_init(&post->parser, HTTP_RESPONSE);
    uv_tcp_init(m->pool->loop, &post->tcp);
    uv_tcp_nodelay(&post->tcp, 1);
    post->tcp.data = post->parser.data = post;
    if (uv_tcp_connect(&post->connecting, &post->tcp,
                       (const struct sockaddr *)&m->endpoint.address, on_connected) < 0)
        shut(post);
}

/* A connection that is on its way out takes nothing more: the message is lost with it. */
static void post_text(struct client_post *post, const char *text, size_t bytes)
{
    if (post->used && uv_is_closing((uv_handle_t *)&post->tcp))
        return;
    if (post->open) {
        write_text((uv_stream_t *)&post->tcp, (char *)text, bytes);
        return;
    }
    post->waiting = mem_realloc(post->waiting, post->waiting_bytes + bytes);
    memcpy(post->waiting + post->waiting_bytes, text, bytes);
    post->waiting_bytes += bytes;
    if (!post->used)
        open_post(post);
}

static void send_post(struct client *c, uint32_t number, int64_t bytes)
{
    struct client_messages *m = c->pool->messages;
    char *text =
        mem_printf("POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: text/plain\r\n"
                   "%sContent-Length: %lld\r\n\r\nr%07u%.*s",
                   m->endpoint.path, m->endpoint.host, m->each ? "Connection: close\r\n" : "",
                   (long long)bytes, number, (int)(bytes - MESSAGE_DIGITS), m->fill);
    post_text(&m->post[c->number], text, strlen(text));
    free(text);
}

/* ---- sending ---- */

/* RFC 6455, 5.2: final text frame, masked, with a key of zeros. */
static void send_frame(struct client *c, uint32_t number, int64_t bytes)
{
    char head[14 + MESSAGE_DIGITS + 1] = { (char)0x81 };
    size_t size = 2;
    int shift = bytes < 126 ? -8 : bytes < 65536 ? 8 : 56;
    head[1] = (char)(0x80 | (bytes < 126 ? bytes : bytes < 65536 ? 126 : 127));
    for (; shift >= 0; shift -= 8)
        head[size++] = (char)(bytes >> shift);
    memset(head + size, 0, 4);
    size += 4;
    snprintf(head + size, sizeof head - size, "r%07u", number);
    size += MESSAGE_DIGITS;
    char *text = mem_alloc(size + (size_t)bytes);
    memcpy(text, head, size);
    memcpy(text + size, c->pool->messages->fill, (size_t)bytes - MESSAGE_DIGITS);
    write_text((uv_stream_t *)&c->tcp, text, size + (size_t)bytes - MESSAGE_DIGITS);
    free(text);
}

void client_message_send(struct client *c, const struct action *a)
{
    struct client_messages *m = c->pool->messages;
    int64_t bytes = a->bytes < MESSAGE_DIGITS ? MESSAGE_DIGITS : a->bytes;
    if (c->state != CLIENT_OPEN) {
        duplex_not_sent(&m->books);
        return;
    }
    uint32_t number = duplex_send(&m->books, c->number, a->at_ns, bytes, a->measured);
    if (m->posts)
        send_post(c, number, bytes);
    else
        send_frame(c, number, bytes);
}
