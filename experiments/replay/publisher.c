#include "experiments/replay/publisher.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/delivery_log.h"
#include "experiments/run/config.h"

static_assert(PUBLISHER_CONNECTIONS == REAL_ARM_PUBLISHERS, "both arms publish alike");

#define AGAIN_MS 100 /* between two looks for closed connections */

struct publish {
    uv_write_t request;
    char head[700]; /* request head and the message's number */
};

static void fail(struct publisher *p, uint64_t count, const char *why)
{
    if (count > 0 && p->failed == 0)
        snprintf(p->why, sizeof p->why, "%s", why);
    p->failed += count;
}

static void shut(struct publisher_connection *c, const char *why);

/* Servers answer nobody's question, too: 408, to a connection on which nothing was asked for long
 * (RFC 9110, 15.5.9). After an answer with Connection: close nothing more is read (RFC 9112, 9.6). */
static int on_answer(http_parser *parser)
{
    struct publisher_connection *c = parser->data;
    if (parser->status_code / 100 == 1)
        return 0; /* the answer is still to come (RFC 9110, 15.2) */
    if (c->unanswered == 0)
        return 0;
    c->unanswered--;
    if (parser->status_code / 100 == 2) {
        c->publisher->answered++;
    } else {
        char why[32];
        snprintf(why, sizeof why, "answered with status %u", parser->status_code);
        fail(c->publisher, 1, why);
    }
    if (!http_should_keep_alive(parser))
        shut(c, "the server closes the connection");
    return 0;
}

static const http_parser_settings answer_settings = { .on_message_complete = on_answer };

static void on_closed(uv_handle_t *handle)
{
    struct publisher_connection *c = handle->data;
    c->closed = true;
}

static void shut(struct publisher_connection *c, const char *why)
{
    if (c->closed || uv_is_closing((uv_handle_t *)&c->tcp))
        return;
    fail(c->publisher, c->unanswered, why);
    c->publisher->open -= c->open;
    c->open = false;
    c->unanswered = 0;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct publisher_connection *c = handle->data;
    *buffer = uv_buf_init(c->publisher->buffer, sizeof c->publisher->buffer);
}

static void on_read(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    struct publisher_connection *c = stream->data;
    if (bytes < 0) {
        if (bytes == UV_EOF) /* may be the end of an answer without a length (RFC 9112, 6.3) */
            http_parser_execute(&c->parser, &answer_settings, NULL, 0);
        shut(c, uv_strerror((int)bytes));
        return;
    }
    size_t used =
        http_parser_execute(&c->parser, &answer_settings, buffer->base, (size_t)bytes);
    if (used != (size_t)bytes)
        shut(c, "what it answers is no HTTP");
}

static void not_reached(struct publisher_connection *c, int code)
{
    struct publisher *p = c->publisher;
    p->unreached++;
    snprintf(p->unreached_why, sizeof p->unreached_why, "%s", uv_strerror(code));
    shut(c, uv_strerror(code));
}

static void on_connected(uv_connect_t *request, int status)
{
    struct publisher_connection *c = request->handle->data;
    if (status == UV_ECANCELED)
        return;
    if (status < 0) {
        not_reached(c, status);
        return;
    }
    c->open = true;
    c->publisher->open++;
    c->publisher->unreached = 0;
    uv_read_start(request->handle, on_alloc, on_read);
}

static int open_connection(struct publisher_connection *c, uv_loop_t *loop)
{
    c->closed = false;
    http_parser_init(&c->parser, HTTP_RESPONSE);
    uv_tcp_init(loop, &c->tcp);
    uv_tcp_nodelay(&c->tcp, 1);
    c->tcp.data = c->parser.data = c;
    return uv_tcp_connect(&c->connecting, &c->tcp,
                          (const struct sockaddr *)&c->publisher->endpoint.address,
                          on_connected);
}

static void open_closed(uv_timer_t *timer)
{
    struct publisher *p = timer->data;
    for (int i = 0; !p->shut && i < PUBLISHER_CONNECTIONS; i++) {
        struct publisher_connection *c = &p->connections[i];
        int code = c->closed ? open_connection(c, timer->loop) : 0;
        if (code < 0) /* at once: no descriptor or no port is left */
            not_reached(c, code);
    }
}

int publisher_init(struct publisher *p, uv_loop_t *loop, const struct endpoint *endpoint,
                   int64_t largest_bytes, struct error *err)
{
    memset(p, 0, sizeof *p);
    p->endpoint = *endpoint;
    p->fill = mem_alloc((size_t)largest_bytes);
    memset(p->fill, 'x', (size_t)largest_bytes);
    uv_timer_init(loop, &p->again);
    p->again.data = p;
    uv_timer_start(&p->again, open_closed, AGAIN_MS, AGAIN_MS);
    for (int i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        p->connections[i].publisher = p;
        int rc = open_connection(&p->connections[i], loop);
        if (rc < 0)
            return error_set(err, ERR_IO, "publisher: %s", uv_strerror(rc));
    }
    return 0;
}

void publisher_shut(struct publisher *p)
{
    p->shut = true;
    if (p->again.data)
        uv_close((uv_handle_t *)&p->again, NULL);
    for (int i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        p->connections[i].unanswered = 0;
        if (p->connections[i].publisher)
            shut(&p->connections[i], "");
    }
}

void publisher_close(struct publisher *p)
{
    free(p->fill);
}

static struct publisher_connection *least_loaded(struct publisher *p)
{
    struct publisher_connection *best = NULL;
    for (int i = 0; i < PUBLISHER_CONNECTIONS; i++) {
        struct publisher_connection *c = &p->connections[i];
        if (c->open && (!best || c->unanswered < best->unanswered))
            best = c;
    }
    return best;
}

bool publisher_waits(const struct publisher *p)
{
    for (int i = 0; i < PUBLISHER_CONNECTIONS; i++)
        if (p->connections[i].unanswered > 0)
            return true;
    return false;
}

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* a broken connection shows up in on_read */
    free(request->data);
}

void publisher_send(struct publisher *p, uint32_t number, int64_t bytes)
{
    struct publisher_connection *c = least_loaded(p);
    if (!c) {
        fail(p, 1, "no connection to publish on");
        return;
    }
    if (bytes < MESSAGE_DIGITS)
        bytes = MESSAGE_DIGITS;
    struct publish *publish = mem_alloc(sizeof *publish);
    publish->request.data = publish;
    int length =
        snprintf(publish->head, sizeof publish->head,
                 "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: text/plain\r\n"
                 "Content-Length: %lld\r\n\r\n%0*u",
                 p->endpoint.path, p->endpoint.host, (long long)bytes, MESSAGE_DIGITS, number);
    uv_buf_t parts[2] = { uv_buf_init(publish->head, (unsigned)length),
                          uv_buf_init(p->fill, (unsigned)(bytes - MESSAGE_DIGITS)) };
    p->pipelined += c->unanswered > 0;
    c->unanswered++;
    uv_write(&publish->request, (uv_stream_t *)&c->tcp, parts, parts[1].len > 0 ? 2 : 1,
             on_written);
}
