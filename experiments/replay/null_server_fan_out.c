/* null_server_fan_out.c - the null server's connections, and how one message gets to all of them. */
#include <stdlib.h>
#include <string.h>

#include "experiments/replay/null_server_internal.h"
#include "experiments/replay/push_frame.h"
#include "sim/error.h"

#define OWED_MAX_BYTES (256 * 1024) /* unsent bytes a subscriber may have in this process */

struct write {
    uv_write_t request;
    struct null_shared *shared; /* one use held */
};

static struct null_shared *shared_new(void)
{
    struct null_shared *s = mem_alloc(sizeof *s);
    s->users = 1;
    return s;
}

static void shared_release(struct null_shared *s)
{
    if (--s->users > 0)
        return;
    free(s->bytes.data);
    free(s);
}

void null_connection_role(struct null_connection *c, enum role role)
{
    struct null_server *s = c->server;
    TAILQ_REMOVE(&s->connections[c->role], c, link);
    s->members[c->role]--;
    c->role = role;
    TAILQ_INSERT_TAIL(&s->connections[role], c, link);
    s->members[role]++;
}

static void on_closed(uv_handle_t *handle)
{
    struct null_connection *c = handle->data;
    if (c->websocket)
        wslay_event_context_free(c->websocket);
    free(c->url.data);
    free(c->field.data);
    free(c->key.data);
    free(c->body.data);
    free(c);
}

void null_connection_close(struct null_connection *c)
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
    struct null_connection *c = request->handle->data;
    shared_release(w->shared);
    free(w);
    if (status < 0)
        null_connection_close(c);
}

/* Sends what the socket takes at once and lets libuv hold the rest. */
static void connection_send(struct null_connection *c, struct null_shared *shared)
{
    uv_buf_t buf = uv_buf_init(shared->bytes.data, (unsigned)shared->bytes.size);
    int sent = uv_try_write((uv_stream_t *)&c->tcp, &buf, 1);
    if (sent < 0 && sent != UV_EAGAIN) {
        null_connection_close(c);
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
        null_connection_close(c);
    }
}

void null_connection_send_copy(struct null_connection *c, const void *data, size_t size)
{
    struct null_shared *s = shared_new();
    bytes_append(&s->bytes, data, size);
    connection_send(c, s);
    shared_release(s);
}

/* ---- fan-out ---- */

static void flush_role(struct null_server *s, enum role role)
{
    if (!s->pending[role])
        return;
    struct null_connection *next;
    for (struct null_connection *c = TAILQ_FIRST(&s->connections[role]); c; c = next) {
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

void null_server_flush(struct null_server *s)
{
    flush_role(s, ROLE_SSE);
    flush_role(s, ROLE_WEBSOCKET);
    s->pending_messages = 0;
}

static struct bytes *pending_bytes(struct null_server *s, enum role role)
{
    if (!s->pending[role])
        s->pending[role] = shared_new();
    return &s->pending[role]->bytes;
}

void null_server_publish(struct null_server *s, const struct bytes *message)
{
    const char *data = message->data ? message->data : "";
    push_frame_sse(pending_bytes(s, ROLE_SSE), data, message->size);
    push_frame_websocket(pending_bytes(s, ROLE_WEBSOCKET), data, message->size);
    s->pending_messages++;
    s->published++;
}
