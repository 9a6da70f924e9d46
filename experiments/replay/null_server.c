#include "experiments/replay/null_server.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <http_parser.h>
#include <uv.h>
#include <wslay/wslay.h>

#include "experiments/replay/push_frame.h"
#include "experiments/replay/websocket_key.h"

#define OWED_MAX_BYTES    (256 * 1024) /* unsent bytes a subscriber may have in this process */
#define PUBLISH_MAX_BYTES (16 << 20)

enum role { ROLE_HTTP, ROLE_SSE, ROLE_WEBSOCKET, ROLES };

struct shared { /* bytes that several sockets are still writing */
    struct bytes bytes;
    size_t users; /* unfinished writes, and one for the maker */
};

struct write {
    uv_write_t request;
    struct shared *shared; /* one use held */
};

struct connection {
    uv_tcp_t tcp;
    TAILQ_ENTRY(connection) link; /* in its role's list */
    struct server *server;        /* borrowed */
    enum role role;
    http_parser parser;
    bool in_value;                /* the parser is inside a header's value */
    struct bytes url, field, key; /* of the request being read, NUL-terminated when used */
    struct bytes body;
    wslay_event_context_ptr websocket; /* NULL unless ROLE_WEBSOCKET */
    const char *input;                 /* bytes read and not yet taken by wslay */
    size_t input_size;
};

struct server {
    uv_loop_t loop;
    uv_tcp_t listener;
    uv_prepare_t flusher;
    http_parser_settings http;
    TAILQ_HEAD(, connection) connections[ROLES];
    uint64_t members[ROLES];       /* lengths of the lists */
    struct shared *pending[ROLES]; /* framed messages of this iteration, or NULL */
    uint64_t pending_messages;
    uint64_t published, sent, dropped; /* messages; the last two count each subscriber */
    char input[64 * 1024];             /* read buffer: used up before the next read */
};

static struct shared *shared_new(void)
{
    struct shared *s = mem_alloc(sizeof *s);
    s->users = 1;
    return s;
}

static void shared_release(struct shared *s)
{
    if (--s->users > 0)
        return;
    free(s->bytes.data);
    free(s);
}

/* Connections. */

static void set_role(struct connection *c, enum role role)
{
    struct server *s = c->server;
    TAILQ_REMOVE(&s->connections[c->role], c, link);
    s->members[c->role]--;
    c->role = role;
    TAILQ_INSERT_TAIL(&s->connections[role], c, link);
    s->members[role]++;
}

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = handle->data;
    if (c->websocket)
        wslay_event_context_free(c->websocket);
    free(c->url.data);
    free(c->field.data);
    free(c->key.data);
    free(c->body.data);
    free(c);
}

static void connection_close(struct connection *c)
{
    if (uv_is_closing((uv_handle_t *)&c->tcp))
        return;
    TAILQ_REMOVE(&c->server->connections[c->role], c, link);
    c->server->members[c->role]--;
    uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void on_written(uv_write_t *request, int status)
{
    struct write *w = (struct write *)request;
    struct connection *c = request->handle->data;
    shared_release(w->shared);
    free(w);
    if (status < 0)
        connection_close(c);
}

/* Sends what the socket takes at once and lets libuv hold the rest. */
static void connection_send(struct connection *c, struct shared *shared)
{
    uv_buf_t buf = uv_buf_init(shared->bytes.data, (unsigned)shared->bytes.size);
    int sent = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        connection_close(c);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    if ((size_t)sent == shared->bytes.size)
        return;
    struct write *w = mem_alloc(sizeof *w);
    w->shared = shared;
    shared->users++;
    buf = uv_buf_init(shared->bytes.data + sent, (unsigned)(shared->bytes.size - (size_t)sent));
    if (uv_write(&w->request, (uv_stream_t *)&c->tcp, &buf, 1, on_written) != 0) {
        shared_release(shared);
        free(w);
        connection_close(c);
    }
}

static void connection_send_copy(struct connection *c, const void *data, size_t size)
{
    struct shared *s = shared_new();
    bytes_append(&s->bytes, data, size);
    connection_send(c, s);
    shared_release(s);
}

/* Fan-out. */

static void flush_role(struct server *s, enum role role)
{
    if (!s->pending[role])
        return;
    struct connection *next;
    for (struct connection *c = TAILQ_FIRST(&s->connections[role]); c; c = next) {
        next = TAILQ_NEXT(c, link);
        if (uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp) > OWED_MAX_BYTES) {
            s->dropped += s->pending_messages;
            continue;
        }
        connection_send(c, s->pending[role]);
        s->sent += s->pending_messages;
    }
    shared_release(s->pending[role]);
    s->pending[role] = NULL;
}

static void flush(struct server *s)
{
    flush_role(s, ROLE_SSE);
    flush_role(s, ROLE_WEBSOCKET);
    s->pending_messages = 0;
}

static void on_prepare(uv_prepare_t *handle)
{
    flush(handle->data);
}

static struct bytes *pending_bytes(struct server *s, enum role role)
{
    if (!s->pending[role])
        s->pending[role] = shared_new();
    return &s->pending[role]->bytes;
}

static void publish(struct server *s, const struct bytes *message)
{
    const char *data = message->data ? message->data : "";
    push_frame_sse(pending_bytes(s, ROLE_SSE), data, message->size);
    push_frame_websocket(pending_bytes(s, ROLE_WEBSOCKET), data, message->size);
    s->pending_messages++;
    s->published++;
}

/* WebSocket: wslay reads the client's frames and answers pings and closes. */

static ssize_t websocket_recv(wslay_event_context_ptr ctx, uint8_t *buf, size_t size, int flags,
                              void *user)
{
    (void)flags;
    struct connection *c = user;
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
    connection_send_copy(user, data, size);
    return (ssize_t)size;
}

static void websocket_input(struct connection *c, const char *data, size_t size)
{
    c->input = data;
    c->input_size = size;
    if (wslay_event_recv(c->websocket) != 0 || wslay_event_send(c->websocket) != 0 ||
        wslay_event_get_close_received(c->websocket))
        connection_close(c);
}

static void websocket_open(struct connection *c)
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
        connection_close(c);
        return;
    }
    flush(c->server); /* what was published before belongs to those who were there */
    set_role(c, ROLE_WEBSOCKET);
    connection_send_copy(c, head, (size_t)size);
}

/* HTTP. */

static void answer(struct connection *c, const char *status, const char *body)
{
    char text[640];
    int size = snprintf(text, sizeof text,
                        "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n%s",
                        status, strlen(body), body);
    connection_send_copy(c, text, (size_t)size);
}

static void answer_stats(struct connection *c)
{
    const struct server *s = c->server;
    char body[320];
    snprintf(body, sizeof body,
             "{\"subscribers\": %" PRIu64 ", \"subscribers_sse\": %" PRIu64
             ", \"subscribers_websocket\": %" PRIu64 ", \"published\": %" PRIu64
             ", \"sent\": %" PRIu64 ", \"dropped\": %" PRIu64 "}\n",
             s->members[ROLE_SSE] + s->members[ROLE_WEBSOCKET], s->members[ROLE_SSE],
             s->members[ROLE_WEBSOCKET], s->published, s->sent, s->dropped);
    answer(c, "200 OK", body);
}

static void sse_open(struct connection *c)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Cache-Control: no-store\r\n\r\n";
    flush(c->server);
    set_role(c, ROLE_SSE);
    connection_send_copy(c, head, sizeof head - 1);
}

static int on_message_complete(http_parser *parser)
{
    static const char no_content[] = "HTTP/1.1 204 No Content\r\n\r\n";
    struct connection *c = parser->data;
    const char *url = bytes_text(&c->url);
    if (parser->method == HTTP_POST && strcmp(url, "/publish") == 0) {
        publish(c->server, &c->body);
        connection_send_copy(c, no_content, sizeof no_content - 1);
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
    struct connection *c = parser->data;
    c->url.size = c->field.size = c->key.size = c->body.size = 0;
    c->in_value = false;
    return 0;
}

static int on_url(http_parser *parser, const char *at, size_t length)
{
    struct connection *c = parser->data;
    bytes_append(&c->url, at, length);
    return 0;
}

static int on_header_field(http_parser *parser, const char *at, size_t length)
{
    struct connection *c = parser->data;
    if (c->in_value)
        c->field.size = 0;
    c->in_value = false;
    bytes_append(&c->field, at, length);
    return 0;
}

static int on_header_value(http_parser *parser, const char *at, size_t length)
{
    struct connection *c = parser->data;
    c->in_value = true;
    if (strcasecmp(bytes_text(&c->field), "Sec-WebSocket-Key") == 0)
        bytes_append(&c->key, at, length);
    return 0;
}

static int on_body(http_parser *parser, const char *at, size_t length)
{
    struct connection *c = parser->data;
    if (c->body.size + length > PUBLISH_MAX_BYTES)
        return -1;
    bytes_append(&c->body, at, length);
    return 0;
}

static void http_input(struct connection *c, const char *data, size_t size)
{
    size_t used = http_parser_execute(&c->parser, &c->server->http, data, size);
    if (c->role == ROLE_WEBSOCKET)
        websocket_input(c, data + used, size - used);
    else if (used < size)
        connection_close(c);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    struct connection *c = handle->data;
    *buf = uv_buf_init(c->server->input, sizeof c->server->input);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
    struct connection *c = stream->data;
    if (size < 0)
        connection_close(c);
    else if (c->role == ROLE_WEBSOCKET)
        websocket_input(c, buf->base, (size_t)size);
    else
        http_input(c, buf->base, (size_t)size);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *s = listener->data;
    if (status < 0)
        return;
    struct connection *c = mem_alloc(sizeof *c);
    c->server = s;
    uv_tcp_init(&s->loop, &c->tcp);
    c->tcp.data = c;
    TAILQ_INSERT_TAIL(&s->connections[ROLE_HTTP], c, link);
    s->members[ROLE_HTTP]++;
    http_parser_init(&c->parser, HTTP_REQUEST);
    c->parser.data = c;
    if (uv_accept(listener, (uv_stream_t *)&c->tcp) != 0 ||
        uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read) != 0) {
        connection_close(c);
        return;
    }
    uv_tcp_nodelay(&c->tcp, 1);
}

static int server_listen(struct server *s, int port)
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
    struct server *server = mem_alloc(sizeof *server);
    memset(server, 0, sizeof *server);
    int rc = server_listen(server, port);
    if (rc == 0)
        rc = uv_run(&server->loop, UV_RUN_DEFAULT);
    free(server);
    return error_set(err, ERR_IO, "port %d: %s", port, uv_strerror(rc));
}
