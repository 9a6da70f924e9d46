/* client_ws.c - WebSocket: RFC 6455, frames by wslay 1.1.1.
 *
 * Pings are answered (section 5.5.3), a close frame is answered (5.5.1), and then the server is to
 * end the connection (7.1.1). No extension is offered, so nothing is compressed.
 */
#include "experiments/replay/client_internal.h"
#include "experiments/replay/printable_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "sim/error.h"

/* Any 16 bytes: there is no cache here that is to be fooled (RFC 6455, 1.3). */
#define WEBSOCKET_KEY "cHVzaHNpbS1yZXBsYXkxMQ=="

static ssize_t give_bytes(uint8_t *out, size_t room, int flags, void *user)
{
    (void)flags;
    struct ws_reader *r = &((struct client *)user)->ws;
    size_t n = r->left < room ? r->left : room;
    if (n == 0)
        return -1; /* wslay: wants to read */
    memcpy(out, r->data, n);
    r->data += n;
    r->left -= n;
    return (ssize_t)n;
}

static void on_written(uv_write_t *request, int status)
{
    (void)status; /* a broken connection shows when it is read */
    free(request);
}

/* What the socket does not take stands behind what the client still has to send: wslay is never
 * told of less than all, as what it keeps of a frame would be the beginning of the next one. */
static ssize_t send_bytes(const uint8_t *data, size_t bytes, int flags, void *user)
{
    (void)flags;
    struct client *c = user;
    uv_buf_t buffer = uv_buf_init((char *)data, (unsigned)bytes);
    int n = uv_try_write((uv_stream_t *)&c->tcp, &buffer, 1);
    size_t taken = n > 0 ? (size_t)n : 0;
    if (taken == bytes)
        return (ssize_t)bytes;
    uv_write_t *request = mem_alloc(sizeof *request + bytes - taken);
    buffer = uv_buf_init((char *)(request + 1), (unsigned)(bytes - taken));
    memcpy(buffer.base, data + taken, bytes - taken);
    if (uv_write(request, (uv_stream_t *)&c->tcp, &buffer, 1, on_written) < 0)
        free(request);
    return (ssize_t)bytes;
}

/* Masking protects intermediaries (RFC 6455, 10.3); on loopback any key will do. */
static int make_mask(uint8_t *out, size_t bytes, void *user)
{
    (void)user;
    memset(out, 0x5a, bytes);
    return 0;
}

static bool ws_is_misfit(const struct client *c, char *why, size_t room)
{
    return answer_is_no_websocket(&c->head, c->parser.upgrade, WEBSOCKET_KEY, why, room);
}

static void ws_open(struct client *c)
{
    static const struct wslay_frame_callbacks callbacks = { send_bytes, give_bytes, make_mask };
    memset(&c->ws, 0, sizeof c->ws);
    wslay_frame_context_init(&c->ws.frames, &callbacks, c);
}

static void ws_close(struct client *c)
{
    wslay_frame_context_free(c->ws.frames);
    c->ws.frames = NULL;
}

static void answer(struct client *c, uint8_t opcode, uint64_t bytes)
{
    struct wslay_frame_iocb frame = { .fin = 1,
                                      .opcode = opcode,
                                      .payload_length = bytes,
                                      .mask = 1,
                                      .data = c->ws.control,
                                      .data_length = bytes };
    wslay_frame_send(c->ws.frames, &frame);
}

/* A close frame says why: a status code, then text (RFC 6455, 5.5.1). websockets 10.4 ends a
 * connection whose pong did not come with 1011 and "keepalive ping timeout". 1008: a policy, here
 * that of who is not authenticated. */
static void told_to_close(struct client *c, uint64_t bytes)
{
    const uint8_t *payload = c->ws.control;
    unsigned status = bytes >= 2 ? 256u * payload[0] + payload[1] : 0;
    char why[64] = "close frame from the server";
    if (bytes >= 2)
        snprintf(why, sizeof why, "close frame %u %.*s", status, (int)(bytes - 2),
                 (const char *)payload + 2);
    printable_text(why, strlen(why));
    if (status == 1011 && strstr(why, "ping"))
        client_told_to_close(c, DISCONNECT_PONG_TIMEOUT, why);
    else if (status == 1008)
        client_told_to_close(c, DISCONNECT_REJECTED, why);
    else
        client_told_to_close(c, c->pool->server_ends, why);
}

static void end_control(struct client *c, const struct wslay_frame_iocb *frame)
{
    if (frame->opcode == WSLAY_PING) {
        c->pinged_ns = c->heard_ns;
        answer(c, WSLAY_PONG, frame->payload_length);
    }
    if (frame->opcode == WSLAY_CONNECTION_CLOSE) {
        answer(c, WSLAY_CONNECTION_CLOSE, frame->payload_length < 2 ? 0 : 2);
        told_to_close(c, frame->payload_length);
    }
}

/* Keeps the beginning of a message, or a control frame's payload. */
static void keep(struct ws_reader *r, const struct wslay_frame_iocb *piece)
{
    if (wslay_is_ctrl_frame(piece->opcode)) {
        memcpy(r->control + r->got, piece->data, piece->data_length);
        return;
    }
    size_t room = sizeof r->head - r->kept;
    size_t n = piece->data_length < room ? piece->data_length : room;
    if (n > 0)
        memcpy(r->head + r->kept, piece->data, n);
    r->kept += (uint8_t)n;
}

/* What a server must not send (RFC 6455, 5.1, 5.2, 5.4) and wslay leaves to its user; NULL: nothing. */
static const char *violation(const struct ws_reader *r, const struct wslay_frame_iocb *frame)
{
    bool control = wslay_is_ctrl_frame(frame->opcode);
    bool continues = frame->opcode == WSLAY_CONTINUATION_FRAME;
    if (frame->mask)
        return "a masked frame from the server";
    if (frame->rsv)
        return "a frame of an extension that was not agreed on, as compression is";
    if (frame->opcode > (control ? WSLAY_PONG : WSLAY_BINARY_FRAME))
        return "a frame of an unknown kind";
    if (control || continues == r->within)
        return NULL;
    return continues ? "a continuation of no message" : "a message within another";
}

static void end_frame(struct client *c, const struct wslay_frame_iocb *piece)
{
    struct ws_reader *r = &c->ws;
    r->got = 0;
    if (wslay_is_ctrl_frame(piece->opcode)) {
        end_control(c, piece);
        return;
    }
    r->within = !piece->fin;
    if (piece->fin) {
        memset(r->head + r->kept, 0, sizeof r->head - r->kept);
        r->kept = 0;
        client_received(c, r->head);
    }
}

static void ws_feed(struct client *c, const char *data, size_t bytes)
{
    struct ws_reader *r = &c->ws;
    r->data = data;
    r->left = bytes;
    while (c->state == CLIENT_OPEN) {
        struct wslay_frame_iocb piece;
        ssize_t n = wslay_frame_recv(r->frames, &piece);
        if (n == WSLAY_ERR_WANT_READ)
            return;
        const char *wrong = n < 0 ? "not a WebSocket frame" : violation(r, &piece);
        if (wrong) {
            client_dropped(c, wrong);
            return;
        }
        keep(r, &piece);
        r->got += (uint64_t)n;
        if (r->got == piece.payload_length)
            end_frame(c, &piece);
    }
}

const struct client_ops client_ws_ops = {
    .headers = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: " WEBSOCKET_KEY "\r\n",
    .status = 101,
    .is_misfit = ws_is_misfit,
    .open = ws_open,
    .feed = ws_feed,
    .close = ws_close,
};
