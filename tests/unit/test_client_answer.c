/* Which answers open a stream and which do not (WHATWG HTML, 9.2.3; RFC 6455, 4.1), whole and byte by
 * byte. The server is a process here that says what each case says and then nothing more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiments/replay/client.h"

#define STREAM    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
#define SWITCHING "HTTP/1.1 101 Switching Protocols\r\n"
#define UPGRADE   "Upgrade: websocket\r\nConnection: Upgrade\r\n"
#define ACCEPT    "Sec-WebSocket-Accept: b2Cvp7BdWL14NYbZpFR3Djcvpf4=\r\n" /* by hashlib */
#define EVENT     "data: 00000000\n\n"
#define FRAME                                                                                  \
    "\x81\x08"                                                                                 \
    "00000000"
#define PATIENCE_MS 5000

struct answer {
    enum push_protocol protocol;
    const char *text;
    int delivered;
    const char *why; /* of the end; NULL: it stays open */
    bool failed;     /* it never opened */
};

static int listen_at_loopback(struct sockaddr_in *at)
{
    socklen_t size = sizeof *at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *at = (struct sockaddr_in){ .sin_family = AF_INET };
    at->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)at, size), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)at, &size), 0);
    return fd;
}

static pid_t serve(int listener, const char *text, bool in_bytes, bool closes)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char request[1024];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = accept(listener, NULL, NULL);
    size_t bytes = strlen(text), step = in_bytes ? 1 : bytes;
    if (recv(fd, request, sizeof request, 0) <= 0)
        _exit(1);
    for (size_t at = 0; at < bytes; at += step) {
        send(fd, text + at, step, MSG_NOSIGNAL);
        usleep(in_bytes ? 100 : 0);
    }
    if (!closes)
        pause();
    _exit(0);
}

static void on_over(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

/* Until the client has what it can get of it, or knows that it is none. */
static void run_until_known(uv_loop_t *loop, const struct client_pool *pool, int delivered,
                            bool ends)
{
    uv_timer_t over;
    bool is_over = false;
    uv_timer_init(loop, &over);
    over.data = &is_over;
    uv_timer_start(&over, on_over, PATIENCE_MS, 0);
    while (!is_over && (ends ? pool->counters.failed + pool->counters.ended == 0
                             : pool->open == 0 || pool->log->delivered < (uint64_t)delivered))
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&over, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
}

static void check(const struct answer *a, bool in_bytes)
{
    struct action publish = { .kind = ACTION_PUBLISH, .bytes = 8 };
    struct schedule s = { .actions = &publish, .clients = 1, .initial = 1, .count = 1 };
    struct endpoint at = { .host = "h", .path = "/" };
    struct client_pool pool;
    struct delivery_log log;
    uv_loop_t loop;
    int listener = listen_at_loopback(&at.address);
    pid_t server = serve(listener, a->text, in_bytes, false);
    uv_loop_init(&loop);
    delivery_log_init(&log, &s);
    delivery_log_sent(&log, 0);
    client_pool_init(&pool, &loop, a->protocol, &at, 1, &log);
    client_connect(&pool.clients[0]);
    run_until_known(&loop, &pool, a->delivered, a->why);
    bool open = pool.open == 1, failed = pool.counters.failed == 1;
    client_pool_shut(&pool);
    uv_run(&loop, UV_RUN_DEFAULT);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    close(listener);
    if (open != !a->why || failed != a->failed || log.delivered != (uint64_t)a->delivered ||
        (a->why && !strstr(pool.why, a->why)))
        fail_msg("'%.60s…': open %d, failed %d, %d delivered, '%s'", a->text, open, failed,
                 (int)log.delivered, pool.why);
    assert_int_equal(pool.open + pool.pending, 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    client_pool_close(&pool);
    delivery_log_close(&log);
}

static void check_all(const struct answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check(&answers[i], false);
        check(&answers[i], true);
    }
}

static void event_streams(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        { PROTOCOL_SSE, STREAM "\r\n" EVENT, 1, NULL, false },
        { PROTOCOL_SSE, "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" EVENT, 1,
          NULL, false },
        { PROTOCOL_SSE,
          "HTTP/1.1 200\r\nX-Empty:\r\ncontent-type:Text/Event-Stream;charset=utf-8 "
          "\r\n\r\n" EVENT,
          1, NULL, false },
        { PROTOCOL_SSE,
          "HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\n\r\n" STREAM "\r\n" EVENT, 1,
          NULL, false },
        { PROTOCOL_SSE,
          STREAM "Transfer-Encoding: chunked\r\n\r\n"
                 "7\r\ndata: 0\r\n9;x=y\r\n0000000\n\n\r\n",
          1, NULL, false },
        { PROTOCOL_SSE,
          STREAM "Transfer-Encoding: chunked\r\n\r\n"
                 "10\r\n" EVENT "\r\n0\r\nContent-Type: text/html\r\n\r\n",
          1, "ended by the server", false },
        { PROTOCOL_SSE, STREAM "Content-Length: 16\r\n\r\n" EVENT, 1, "ended by the server",
          false },
        /* what stands behind the end is no stream of anybody's */
        { PROTOCOL_SSE, STREAM "Content-Length: 0\r\n\r\n" STREAM "\r\n" EVENT, 0,
          "ended by the server", false },
        { PROTOCOL_SSE,
          STREAM "Content-Length: 0\r\n\r\n" STREAM "Content-Length: 16\r\n\r\n" EVENT, 0,
          "ended by the server", false },
        { PROTOCOL_SSE, STREAM "Content-Encoding: gzip\r\n\r\n" EVENT, 0,
          "Content-Encoding: gzip, which nobody asked for", true },
        { PROTOCOL_SSE, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" EVENT, 0,
          "answered with Content-Type: text/html; an event stream is text/event-stream", true },
        { PROTOCOL_SSE, "HTTP/1.1 200 OK\r\nContent-Type: text/event-streams\r\n\r\n" EVENT, 0,
          "answered with Content-Type: text/event-streams", true },
        { PROTOCOL_SSE, "HTTP/1.1 200 OK\r\nContent-Type:\r\n\r\n" EVENT, 0,
          "answered without Content-Type", true },
        { PROTOCOL_SSE, "HTTP/1.1 200 OK\r\n\r\n" EVENT, 0, "answered without Content-Type",
          true },
        { PROTOCOL_SSE, "HTTP/1.1 204 No Content\r\n\r\n", 0, "answered with status 204",
          true },
        { PROTOCOL_SSE, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /\r\n\r\n", 0,
          "answered with status 307", true },
        { PROTOCOL_SSE, SWITCHING UPGRADE ACCEPT "\r\n" FRAME, 0, "answered with status 101",
          true },
    };
    check_all(answers, sizeof answers / sizeof *answers);
}

static void web_sockets(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        { PROTOCOL_WEBSOCKET, SWITCHING UPGRADE ACCEPT "\r\n" FRAME, 1, NULL, false },
        { PROTOCOL_WEBSOCKET,
          SWITCHING "sec-websocket-accept:b2Cvp7BdWL14NYbZpFR3Djcvpf4= \r\n"
                    "upgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n\r\n" FRAME,
          1, NULL, false },
        { PROTOCOL_WEBSOCKET, SWITCHING UPGRADE "\r\n" FRAME, 0,
          "answered without Sec-WebSocket-Accept, which is not that of its key", true },
        { PROTOCOL_WEBSOCKET,
          SWITCHING UPGRADE "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" FRAME,
          0, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, which is not that of its key", true },
        { PROTOCOL_WEBSOCKET,
          SWITCHING UPGRADE "Sec-WebSocket-Accept: b2Cvp7BdWL14NYbZpFR3Djcvpf4==\r\n\r\n" FRAME,
          0, "which is not that of its key", true },
        { PROTOCOL_WEBSOCKET, SWITCHING "Upgrade: h2c\r\nConnection: Upgrade\r\n" ACCEPT "\r\n",
          0, "answered with Upgrade: h2c, not to websocket", true },
        { PROTOCOL_WEBSOCKET, SWITCHING ACCEPT "\r\n", 0, "answered without Upgrade", true },
        { PROTOCOL_WEBSOCKET, SWITCHING "Upgrade: websocket\r\n" ACCEPT "\r\n", 0,
          "answered without Connection: Upgrade", true },
        { PROTOCOL_WEBSOCKET,
          SWITCHING UPGRADE ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" FRAME,
          0, "Sec-WebSocket-Extensions: permessage-deflate, which nobody offered", true },
        { PROTOCOL_WEBSOCKET,
          SWITCHING UPGRADE ACCEPT "Sec-WebSocket-Protocol: chat\r\n\r\n" FRAME, 0,
          "Sec-WebSocket-Protocol: chat, which nobody offered", true },
        { PROTOCOL_WEBSOCKET, STREAM "\r\n", 0, "answered with status 200", true },
    };
    check_all(answers, sizeof answers / sizeof *answers);
}

/* To a message beside the stream: an answer may end with its connection (RFC 9112, 6.3). */
static void answers_that_end_with_their_connection(void **state)
{
    (void)state;
    struct action message = { .kind = ACTION_MESSAGE, .bytes = 64 };
    struct schedule s = { .actions = &message, .clients = 1, .initial = 1, .count = 1 };
    struct parameters p = { .server.protocol = PROTOCOL_SSE };
    struct endpoint at = { .host = "h", .path = "/" };
    struct client_messages messages;
    struct client_pool pool;
    struct delivery_log log;
    struct run_record record;
    uv_loop_t loop;
    int listener = listen_at_loopback(&at.address);
    pid_t server = serve(listener, "HTTP/1.1 200 OK\r\n\r\nr0000000xx", false, true);
    uv_loop_init(&loop);
    run_record_init(&record);
    delivery_log_init(&log, &s);
    client_pool_init(&pool, &loop, PROTOCOL_SSE, &at, 1, &log);
    client_messages_init(&messages, &pool, &p, &s, &at, &record);
    pool.clients[0].state = CLIENT_OPEN; /* its stream does not matter here */
    client_message_send(&pool.clients[0], &message);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(messages.books.all.answered, 1);
    assert_int_equal(duplex_in_flight(&messages.books), 0);
    pool.clients[0].state = CLIENT_CLOSED;
    waitpid(server, NULL, 0);
    close(listener);
    client_pool_shut(&pool);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    client_messages_close(&messages);
    client_pool_close(&pool);
    delivery_log_close(&log);
    run_record_close(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_streams), cmocka_unit_test(web_sockets),
        cmocka_unit_test(answers_that_end_with_their_connection)
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
