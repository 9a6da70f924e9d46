#include "experiments/replay/null_server.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/null_server_internal.h"
#include "experiments/replay/websocket_key.h"
#include "models/parameters.h"

/* WebSocket: wslay reads the client's frames and answers pings and closes. */

static ssize_t websocket_recv(wslay_event_context_ptr ctx, uint8_t *buf, size_t size, int flags,
                              void *user)
{
    (void)flags;
    struct null_connection *c = user;
    if (c->input_size == 0) {
        wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    size_t taken = size < c->input_size ? size : c->input_size;
    memcpy(buf, c->input, taken);
    c->input += taken;
    c->input_size -= taken;
    return (ssize_t)taken;
}

static ssize_t websocket_send(wslay_event_context_ptr ctx, const uint8_t *data, size_t size,
                              int flags, void *user)
{
    (void)ctx;
    (void)flags;
    null_connection_send_copy(user, data, size);
    return (ssize_t)size;
}

static void websocket_input(struct null_connection *c, const char *data, size_t size)
{
    c->input = data;
    c->input_size = size;
    if (wslay_event_recv(c->websocket) != 0 || wslay_event_send(c->websocket) != 0 ||
        wslay_event_get_close_received(c->websocket))
        null_connection_close(c);
}

static void websocket_open(struct null_connection *c)
{
    static const struct wslay_event_callbacks callbacks = { .recv_callback = websocket_recv,
                                                            .send_callback = websocket_send };
    char accept[WEBSOCKET_ACCEPT_BYTES], head[160];
    websocket_key_accept(bytes_text(&c->key), accept);
    int size = snprintf(head, sizeof head,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
                        accept);
    if (wslay_event_context_server_init(&c->websocket, &callbacks, c) != 0) {
        null_connection_close(c);
        return;
    }
    null_server_flush(
        c->server); /* what was published before belongs to those who were there */
    null_connection_role(c, ROLE_WEBSOCKET);
    null_connection_send_copy(c, head, (size_t)size);
}

/* HTTP. */

static void answer(struct null_connection *c, const char *status, const char *body)
{
    char text[640];
    int size = snprintf(text, sizeof text,
                        "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        status, strlen(body), body);
    null_connection_send_copy(c, text, (size_t)size);
}

static void answer_stats(struct null_connection *c)
{
    const struct null_server *s = c->server;
    char body[320];
    snprintf(body, sizeof body,
             "{\"subscribers\": %" PRIu64 ", \"subscribers_sse\": %" PRIu64
             ", \"subscribers_websocket\": %" PRIu64 ", \"published\": %" PRIu64
             ", \"sent\": %" PRIu64 ", \"dropped\": %" PRIu64 "}\n",
             s->members[ROLE_SSE] + s->members[ROLE_WEBSOCKET], s->members[ROLE_SSE],
             s->members[ROLE_WEBSOCKET], s->published, s->sent, s->dropped);
    answer(c, "200 OK", body);
}

static void sse_open(struct null_connection *c)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Cache-Control: no-store\r\n\r\n";
    null_server_flush(c->server);
    null_connection_role(c, ROLE_SSE);
    null_connection_send_copy(c, head, sizeof head - 1);
}

static int on_message_complete(http_parser *parser)
{
    static const char no_content[] = "HTTP/1.1 204 No Content\r\n\r\n";
    struct null_connection *c = parser->data;
    const char *url = bytes_text(&c->url);
    if (parser->method == HTTP_POST && strcmp(url, "/publish") == 0) {
        null_server_publish(c->server, &c->body);
        null_connection_send_copy(c, no_content, sizeof no_content - 1);
    } else if (strcmp(url, "/events") == 0) {
        sse_open(c);
    } else if (strcmp(url, "/ws") == 0 && parser->upgrade) {
        websocket_open(c);
    } else if (strcmp(url, "/stats") == 0) {
        answer_stats(c);
    } else if (strcmp(url, "/healthz") == 0) {
        answer(c, "200 OK", "{}");
    } else {
        answer(c, "404 Not Found", "{}");
    }
    return 0;
}

static int on_message_begin(http_parser *parser)
{
    struct null_connection *c = parser->data;
    c->url.size = c->field.size = c->key.size = c->body.size = 0;
    c->in_value = false;
    return 0;
}

static int on_url(http_parser *parser, const char *at, size_t length)
{
    struct null_connection *c = parser->data;
    bytes_append(&c->url, at, length);
    return 0;
}

static int on_header_field(http_parser *parser, const char *at, size_t length)
{
    struct null_connection *c = parser->data;
    if (c->in_value)
        c->field.size = 0;
    c->in_value = false;
    bytes_append(&c->field, at, length);
    return 0;
}

static int on_header_value(http_parser *parser, const char *at, size_t length)
{
    struct null_connection *c = parser->data;
    c->in_value = true;
    if (strcasecmp(bytes_text(&c->field), "Sec-WebSocket-Key") == 0)
        bytes_append(&c->key, at, length);
    return 0;
}

static int on_body(http_parser *parser, const char *at, size_t length)
{
    struct null_connection *c = parser->data;
    if (c->body.size + length > PAYLOAD_MAX_BYTES)
        return -1;
    bytes_append(&c->body, at, length);
    return 0;
}

static void http_input(struct null_connection *c, const char *data, size_t size)
{
    size_t used = http_parser_execute(&c->parser, &c->server->http, data, size);
    if (c->role == ROLE_WEBSOCKET)
        websocket_input(c, data + used, size - used);
    else if (used < size)
        null_connection_close(c);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct null_connection *c = handle->data;
    *buf = uv_buf_init(c->server->input, sizeof c->server->input);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct null_connection *c = stream->data;
    if (size < 0)
        null_connection_close(c);
    else if (c->role == ROLE_WEBSOCKET)
        websocket_input(c, buf->base, (size_t)size);
    else
        http_input(c, buf->base, (size_t)size);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct null_server *s = listener->data;
    if (status < 0)
        return;
    struct null_connection *c = mem_alloc(sizeof *c);
    c->server = s;
    uv_tcp_init(&s->loop, &c->tcp);
    c->tcp.data = c;
    TAILQ_INSERT_TAIL(&s->connections[ROLE_HTTP], c, link);
    s->members[ROLE_HTTP]++;
    http_parser_init(&c->parser, HTTP_REQUEST);
    c->parser.data = c;
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) != 0) {
        null_connection_close(c);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1);
}

static void on_prepare(uv_prepare_t *handle)
{
    null_server_flush(handle->data);
}

static int server_listen(struct null_server *s, int port)
{
    struct sockaddr_in address;
    uv_loop_init(&s->loop);
    uv_tcp_init(&s->loop, &s->listener);
    s->listener.data = s;
    for (int role = 0; role < ROLES; role++)
        TAILQ_INIT(&s->connections[role]);
    s->http = (http_parser_settings){ .on_message_begin = on_message_begin,
                                      .on_url = on_url,
                                      .on_header_field = on_header_field,
                                      .on_header_value = on_header_value,
                                      .on_body = on_body,
                                      .on_message_complete = on_message_complete };
    uv_prepare_init(&s->loop, &s->flusher);
    s->flusher.data = s;
    uv_prepare_start(&s->flusher, on_prepare);
    uv_ip4_addr("127.0.0.1", port, &address);
    int rc = uv_tcp_bind(&s->listener, (const struct sockaddr *)&address, 0);
    return rc != 0 ? rc : uv_listen((uv_stream_t *)&s->listener, 4096, on_connection);
}

int null_server_run(int port, struct error *err)
{
    struct null_server *server = mem_alloc(sizeof *server);
    memset(server, 0, sizeof *server);
    int rc = server_listen(server, port);
    if (rc == 0)
        rc = uv_run(&server->loop, UV_RUN_DEFAULT);
    free(server);
    return error_set(err, ERR_IO, "port %d: %s", port, uv_strerror(rc));
}
