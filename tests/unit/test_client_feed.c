/* What a client makes of the bytes of its stream, however they are cut. The pool is not connected:
 * bytes are handed to the protocol as the socket would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "experiments/replay/client_internal.h"

#define PUBLISHES 200

struct pool {
    uv_loop_t loop;
    struct action actions[PUBLISHES];
    struct schedule s;
    struct delivery_log log;
    struct client_pool clients;
};

/* All is published; the connection of client 0 has opened before. */
static void open_pool(struct pool *p)
{
    *p = (struct pool){ .s = { .clients = 1, .initial = 1, .count = PUBLISHES } };
    p->s.actions = p->actions;
    for (int i = 0; i < PUBLISHES; i++)
        p->actions[i] = (struct action){ .kind = ACTION_PUBLISH, .at_ns = i, .bytes = 8 };
    uv_loop_init(&p->loop);
    delivery_log_init(&p->log, &p->s);
    client_pool_init(&p->clients, &p->loop, PROTOCOL_SSE,
                     &(struct endpoint){ .host = "h", .path = "/" }, 1, &p->log);
    struct client *c = p->clients.clients;
    c->state = CLIENT_OPEN;
    c->first = 0;
    c->last = -1;
    client_sse_ops.open(c);
    for (int i = 0; i < PUBLISHES; i++)
        delivery_log_sent(&p->log, i);
}

static void close_pool(struct pool *p)
{
    p->clients.clients->state = CLIENT_CLOSED;
    client_pool_shut(&p->clients);
    uv_run(&p->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&p->loop), 0);
    client_pool_close(&p->clients);
    delivery_log_close(&p->log);
}

/* Each number once, in any order; what comes again adds nothing but its count. */
static void a_message_counts_once(void **state)
{
    (void)state;
    static const struct {
        int numbers[8]; /* ended by -1 */
        unsigned delivered, duplicates, dropped;
    } cases[] = {
        { { 0, 1, 2, -1 }, 3, 0, 0 },       { { 0, 0, 1, 1, 1, -1 }, 2, 3, 0 },
        { { 2, 1, 0, 1, -1 }, 3, 1, 0 },    { { 0, 3, 3, 1, 2, 1, -1 }, 4, 2, 0 },
        { { 1, 1, 1, -1 }, 1, 2, 1 },       { { 0, 64, 0, -1 }, 3, 0, 62 }, /* who knows */
        { { 63, 0, 0, 63, -1 }, 2, 2, 62 }, { { 199, 0, 199, -1 }, 2, 1, 198 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pool p;
        open_pool(&p);
        for (const int *n = cases[i].numbers; *n >= 0; n++) {
            char head[MESSAGE_DIGITS + 1];
            snprintf(head, sizeof head, "%08u", (unsigned)*n % 100000000);
            client_received(p.clients.clients, head);
        }
        assert_int_equal(p.log.delivered, cases[i].delivered);
        assert_int_equal(p.log.duplicates, cases[i].duplicates);
        assert_int_equal(client_pool_totals(&p.clients).dropped, cases[i].dropped);
        close_pool(&p);
    }
}

/* However often and in which order they come: never more than there are, no gap below none. */
static void books_do_not_underflow(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 50; round++) {
        struct pool p;
        open_pool(&p);
        p.clients.clients->first = 20; /* the first 20 were on their way */
        p.clients.clients->last = 19;
        for (int i = 0; i < 1000; i++) {
            char head[MESSAGE_DIGITS + 1];
            seed = seed * 1103515245 + 12345;
            snprintf(head, sizeof head, "%08u", (seed >> 16) % PUBLISHES);
            client_received(p.clients.clients, head);
            assert_in_range(client_pool_totals(&p.clients).dropped, 0, PUBLISHES);
            assert_in_range(p.log.delivered, 1, PUBLISHES);
        }
        assert_int_equal(p.log.delivered + p.log.duplicates, 1000);
        close_pool(&p);
    }
}

/* WHATWG HTML, 9.2.6: cut anywhere, the stream says the same. */
static void streams_say_the_same_however_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned delivered, strange;
    } cases[] = {
        { "data: 00000000\n\ndata: 00000001\n\n", 2, 0 },
        { "data: 00000000\r\n\r\ndata: 00000001\r\n\r\n", 2, 0 },
        { "data: 00000000\r\rdata:00000001\r\r", 2, 0 },
        { "data: 00000000\r\n\ndata: 00000001\n\r\n\r\n", 2, 0 },
        { "\xef\xbb\xbf"
          "data: 00000000\n\n",
          1, 0 },
        { "\xef\xbb\xbf\r\rdata: 00000000\r\r", 1, 0 },
        { "data: 00000000\n\n\xef\xbb\xbf"
          "data: 00000001\n\n",
          1, 0 }, /* no field */
        { ": hi\n\nevent: data\rid: 3\ndata: 00000002xxxxxxxxxx\ndata: 7\n\n", 1, 0 },
        { "data: {}\n\ndata: 00000000\n", 0, 1 }, /* the second is not at its end */
        /* data without a value is a message of none, or an empty first line */
        { "data\n\ndata:\r\n\r\n", 0, 2 },
        { "data\rdata: 00000000\r\r", 0, 1 },
        { "datas: 00000000\n\ndat: 00000000\n\n data: 00000000\n\nDATA:00000000\n\n", 0, 0 },
        { "data:  00000000\n\n", 0, 1 }, /* one space is the colon's, no more */
        { "data: 0000\ndata: 0000\n\n", 0, 1 },
        { "id: 1\nretry: 1\nevent: e\n\n:\n\ndata: 00000000\nid\n\n", 1, 0 },
        { "\xef\xbb"
          "data: 00000000\n\ndata: 00000001\n\n",
          1, 0 }, /* no mark, so no data */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
            struct pool p;
            open_pool(&p);
            client_sse_ops.feed(p.clients.clients, cases[i].text, cut);
            for (const char *rest = cases[i].text + cut; *rest; rest++)
                client_sse_ops.feed(p.clients.clients, rest, 1);
            if (p.log.delivered != cases[i].delivered || p.log.strange != cases[i].strange)
                fail_msg("case %zu cut at %zu: %u delivered, %u strange", i, cut,
                         (unsigned)p.log.delivered, (unsigned)p.log.strange);
            close_pool(&p);
        }
}

struct web_socket {
    struct pool p;
    int server; /* the other end of the client's connection */
};

static void open_web_socket(struct web_socket *w)
{
    int ends[2];
    open_pool(&w->p);
    w->p.clients.ops = &client_ws_ops;
    w->p.clients.open = 1;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct client *c = w->p.clients.clients;
    assert_int_equal(uv_tcp_init(&w->p.loop, &c->tcp), 0);
    assert_int_equal(uv_tcp_open(&c->tcp, ends[0]), 0);
    c->tcp.data = c;
    w->server = ends[1];
    client_ws_ops.open(c);
}

/* What the client sent, its masks undone by hand: the mask is 5a 5a 5a 5a. */
static void close_web_socket(struct web_socket *w, char *sent, size_t room)
{
    ssize_t n = recv(w->server, sent, room - 1, MSG_DONTWAIT);
    sent[n > 0 ? n : 0] = '\0';
    client_pool_shut(&w->p.clients);
    uv_run(&w->p.loop, UV_RUN_DEFAULT);
    close(w->server);
    close_pool(&w->p);
}

struct frames_case {
    const char *text;
    size_t bytes;
    unsigned delivered, strange;
    const char *why; /* NULL: it goes on */
    const char *sent;
};

static void check_cut(const struct frames_case *want, size_t cut)
{
    struct web_socket w;
    char sent[64];
    open_web_socket(&w);
    struct client *c = w.p.clients.clients;
    client_ws_ops.feed(c, want->text, cut);
    for (size_t at = cut; at < want->bytes && c->state == CLIENT_OPEN; at++)
        client_ws_ops.feed(c, want->text + at, 1);
    bool open = c->state == CLIENT_OPEN;
    close_web_socket(&w, sent, sizeof sent);
    if (w.p.log.delivered != want->delivered || w.p.log.strange != want->strange)
        fail_msg("cut at %zu: %u delivered, %u strange", cut, (unsigned)w.p.log.delivered,
                 (unsigned)w.p.log.strange);
    assert_string_equal(sent, want->sent);
    assert_true(open == !want->why);
    if (!open && !strstr(w.p.clients.why, want->why))
        fail_msg("'%s'", w.p.clients.why);
}

/* RFC 6455, 5.1, 5.2, 5.4, 5.5: cut anywhere, the frames say the same. */
static void frames_say_the_same_however_cut(void **state)
{
    (void)state;
#define FRAME(head, payload) head payload
#define ZERO                 FRAME("\x81\x08", "00000000")
#define ONE                  FRAME("\x82\x09", "00000001x")
#define PONG                 "\x8a\x82\x5a\x5a\x5a\x5a\x32\x33" /* "hi", masked */
#define CLOSE                "\x88\x82\x5a\x5a\x5a\x5a\x59\xb2" /* 1000, masked */
#define CASE(text)           text, sizeof text - 1
    static const struct frames_case cases[] = {
        { CASE(ZERO ONE), 2, 0, NULL, "" },
        { CASE(FRAME("\x01\x03", "000") "\x89\x02hi\x00\x00" FRAME("\x00\x02", "00")
                   FRAME("\x80\x04", "002x")),
          1, 0, NULL, PONG },
        { CASE("\x81\x00" ZERO), 1, 1, NULL, "" },
        { CASE(ZERO FRAME("\x88\x04\x03\xe8", "ok") ONE), 1, 0, "close frame 1000 ok", CLOSE },
        { CASE(ZERO "\x81\x88\x5a\x5a\x5a\x5ajjjjjjjk"), 1, 0, "a masked frame", "" },
        { CASE(ZERO FRAME("\xc1\x08", "00000001")), 1, 0, "that was not agreed on", "" },
        { CASE(ZERO FRAME("\x83\x08", "00000001")), 1, 0, "of an unknown kind", "" },
        { CASE(ZERO "\x8b\x00"), 1, 0, "of an unknown kind", "" },
        { CASE(ZERO FRAME("\x80\x08", "00000001")), 1, 0, "a continuation of no message", "" },
        { CASE(FRAME("\x01\x04", "0000") ZERO), 0, 0, "a message within another", "" },
        /* a ping of 126 bytes, and one in parts */
        { CASE(ZERO "\x89\x7e\x00\x7e"), 1, 0, "not a WebSocket frame", "" },
        { CASE(ZERO "\x09\x01x"), 1, 0, "not a WebSocket frame", "" },
        /* lengths in more bytes than they need, and beyond 63 bits (5.2) */
        { CASE(ZERO "\x81\x7e\x00\x08"
                    "00000001"),
          1, 0, "not a WebSocket frame", "" },
        { CASE(ZERO "\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff"), 1, 0, "not a WebSocket frame",
          "" },
        { CASE(ZERO "\x81\x7f\x80\x00\x00\x00\x00\x01\x00\x00"), 1, 0, "not a WebSocket frame",
          "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t cut = 0; cut <= cases[i].bytes; cut++)
            check_cut(&cases[i], cut);
}

/* A pong stands behind what the client has still to send, whole and once (RFC 6455, 5.5.3): the
 * server would end the connection of who does not answer. */
static void a_pong_waits_for_its_turn(void **state)
{
    (void)state;
    static char large[4 << 20], in[sizeof large + 64]; /* more than a socket takes */
    struct web_socket w;
    uv_write_t request;
    uv_buf_t buffer = uv_buf_init(large, sizeof large);
    size_t got = 0;
    open_web_socket(&w);
    struct client *c = w.p.clients.clients;
    assert_int_equal(uv_write(&request, (uv_stream_t *)&c->tcp, &buffer, 1, NULL), 0);
    client_ws_ops.feed(c, "\x89\x02hi\x89\x00", 6);
    for (ssize_t n = 1; n > 0;) {
        uv_run(&w.p.loop, UV_RUN_NOWAIT);
        n = recv(w.server, in + got, sizeof in - got, MSG_DONTWAIT);
        got += n > 0 ? (size_t)n : 0;
    }
    assert_int_equal(got, sizeof large + 14);
    assert_memory_equal(in + sizeof large, PONG "\x8a\x80\x5a\x5a\x5a\x5a", 14);
    close_web_socket(&w, in, sizeof in);
}

/* The cause is the status alone, whatever else the frame's text says. */
static void a_close_is_what_its_status_says(void **state)
{
    (void)state;
    static const struct {
        const char *frame;
        size_t bytes;
        enum disconnect_cause cause;
    } cases[] = {
        { CASE("\x88\x0a\x03\xf0no token"), DISCONNECT_REJECTED },
        { CASE("\x88\x09\x03\xe9in 1008"), DISCONNECT_CAUSES },
        { CASE("\x88\x18\x03\xf3keepalive ping timeout"), DISCONNECT_PONG_TIMEOUT },
        { CASE("\x88\x0b\x03\xe8ping 1011"), DISCONNECT_CAUSES },
        { CASE("\x88\x00"), DISCONNECT_CAUSES },
        { CASE("\x88\x01\x03"), DISCONNECT_CAUSES },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct web_socket w;
        char sent[64];
        open_web_socket(&w);
        struct client *c = w.p.clients.clients;
        client_ws_ops.feed(c, cases[i].frame, cases[i].bytes);
        assert_int_equal(c->state, CLIENT_ENDING);
        assert_int_equal(c->cause, cases[i].cause);
        close_web_socket(&w, sent, sizeof sent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_counts_once),
        cmocka_unit_test(books_do_not_underflow),
        cmocka_unit_test(streams_say_the_same_however_cut),
        cmocka_unit_test(frames_say_the_same_however_cut),
        cmocka_unit_test(a_pong_waits_for_its_turn),
        cmocka_unit_test(a_close_is_what_its_status_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
