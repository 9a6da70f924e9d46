/* The load client and the closing handshake (RFC 6455, 7.1.1): it answers the server's Close, and
 * the server ends the connection; a server that does not is waited for until the close time-out.
 * The server here is a socket on the same loop that does what each case says. And a client whose
 * preset relies on a server that says something closes when it has been silent for too long; one
 * that is answered with another status comes back, or not, as its class and preset have it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "experiments/replay/client.h"
#include "tests/support/preset_named.h"

#define MS    1000000LL
#define NEVER (-1)

static const char switching[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\n"
                                "Sec-WebSocket-Accept: b2Cvp7BdWL14NYbZpFR3Djcvpf4=\r\n\r\n";

struct server {
    uv_loop_t loop;
    uv_tcp_t listener, peer;
    uv_timer_t ends;       /* ends the connection */
    uv_timer_t over;       /* ends the case */
    const char *close;     /* Close frame, 4 bytes; NULL: it sends none */
    int64_t ends_after_ms; /* after its Close was answered; NEVER */
    int64_t silent_ns;     /* it has been silent for so long when the client opens */
    const char *answer;    /* to the request; NULL: it switches protocols */
    bool accepted;
    char in[512];
    size_t got;
    int64_t answered_ns; /* the client's Close is here; 0: not seen */
    int64_t eof_ns;      /* its end of the connection; 0: not seen */
    struct client_pool pool;
    int64_t lost_ns; /* the client counts its connection as ended */
};

static void end_connection(uv_timer_t *timer)
{
    struct server *s = timer->data;
    if (!uv_is_closing((uv_handle_t *)&s->peer))
        uv_close((uv_handle_t *)&s->peer, NULL);
}

static void room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct server *s = handle->data;
    *buffer = uv_buf_init(s->in + s->got, (unsigned)(sizeof s->in - 1 - s->got));
}

static void say(struct server *s, const char *bytes, size_t n)
{
    uv_buf_t buffer = uv_buf_init((char *)bytes, (unsigned)n);
    assert_int_equal(uv_try_write((uv_stream_t *)&s->peer, &buffer, 1), n);
}

static void on_client(uv_stream_t *stream, ssize_t bytes, const uv_buf_t *buffer)
{
    struct server *s = stream->data;
    (void)buffer;
    if (bytes < 0) {
        s->eof_ns = (int64_t)uv_hrtime();
        uv_read_stop(stream);
        return;
    }
    s->got += (size_t)bytes;
    char *end = strstr(s->in, "\r\n\r\n");
    if (end) { /* the request: head, then the server's Close */
        memset(s->in, 0, sizeof s->in);
        s->got = 0;
        const char *answer = s->answer ? s->answer : switching;
        say(s, answer, strlen(answer));
        if (s->close)
            say(s, s->close, 4);
    } else if (s->got >= 8 && (uint8_t)s->in[0] == 0x88) { /* masked, with the status */
        s->answered_ns = (int64_t)uv_hrtime();
        uv_update_time(&s->loop); /* the timer counts from no moment before that */
        if (s->ends_after_ms != NEVER)
            uv_timer_start(&s->ends, end_connection, (uint64_t)s->ends_after_ms, 0);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct server *s = listener->data;
    assert_int_equal(status, 0);
    if (s->accepted)
        return; /* it connects again: that is another case's */
    s->accepted = true;
    assert_int_equal(uv_tcp_init(&s->loop, &s->peer), 0);
    s->peer.data = s;
    assert_int_equal(uv_accept(listener, (uv_stream_t *)&s->peer), 0);
    uv_read_start((uv_stream_t *)&s->peer, room, on_client);
}

static int listen_on(struct server *s)
{
    struct sockaddr_in address;
    int length = sizeof address;
    uv_tcp_init(&s->loop, &s->listener);
    s->listener.data = s;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(uv_tcp_bind(&s->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&s->listener, 4, on_connection), 0);
    uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &length);
    return ntohs(address.sin_port);
}

static void shut_all(uv_timer_t *timer)
{
    struct server *s = timer->data;
    client_pool_shut(&s->pool);
    uv_close((uv_handle_t *)&s->listener, NULL);
    if (!uv_is_closing((uv_handle_t *)&s->peer))
        uv_close((uv_handle_t *)&s->peer, NULL);
    uv_close((uv_handle_t *)&s->ends, NULL);
    uv_close((uv_handle_t *)&s->over, NULL);
    if (uv_is_active((uv_handle_t *)&s->pool.behaviour.churn.timer))
        uv_close((uv_handle_t *)&s->pool.behaviour.churn.timer, NULL);
}

static void timer_of(struct server *s, uv_timer_t *timer)
{
    uv_timer_init(&s->loop, timer);
    timer->data = s;
}

/* One client against the server, for so long. Counters are of the pool, whose end is the caller's. */
static void play(struct server *s, const struct parameters *p, uint64_t for_ms)
{
    struct schedule schedule = { .clients = 1 };
    struct delivery_log log;
    struct endpoint endpoint;
    struct error err;
    char url[64];
    uv_loop_init(&s->loop);
    timer_of(s, &s->ends);
    timer_of(s, &s->over);
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/ws", listen_on(s));
    assert_int_equal(endpoint_parse(&endpoint, url, &err), 0);
    delivery_log_init(&log, &schedule);
    client_pool_init(&s->pool, &s->loop, PROTOCOL_WEBSOCKET, &endpoint, 1, &log);
    s->pool.start_ns = (int64_t)uv_hrtime();
    client_behaviour_start(&s->pool, p, 1, 1);
    client_connect(&s->pool.clients[0]);
    uv_timer_start(&s->over, shut_all, for_ms, 0);
    for (bool more = true; more;) {
        more = uv_run(&s->loop, UV_RUN_ONCE) != 0;
        if (s->pool.clients[0].state == CLIENT_OPEN && s->silent_ns > 0) {
            s->pool.clients[0].heard_ns -= s->silent_ns;
            s->silent_ns = 0;
        }
        if (s->pool.counters.ended > 0 && s->lost_ns == 0)
            s->lost_ns = (int64_t)uv_hrtime();
    }
    assert_int_equal(uv_loop_close(&s->loop), 0);
    delivery_log_close(&log);
}

static struct parameters parameters_of(int64_t close_timeout_ns)
{
    struct parameters p = { .class_count = 1, .classes = { { .share = 1 } } };
    p.websocket.close_timeout_ns = close_timeout_ns;
    p.reconnect = (struct reconnect_params){ .kind = RECONNECT_NEVER, .factor = 1 };
    return p;
}

/* The server takes 150 ms to end: the client does not go before it. */
static void test_waits_for_the_server(void **state)
{
    (void)state;
    struct server s = { .close = "\x88\x02\x03\xf4", .ends_after_ms = 150 }; /* 1012 */
    struct parameters p = parameters_of(10000 * MS);
    s.pool.server_ends = DISCONNECT_CAUSES;
    play(&s, &p, 400);
    assert_true(s.answered_ns > 0);
    assert_int_equal(s.eof_ns, 0); /* not before the server had ended it itself */
    assert_true(s.lost_ns - s.answered_ns >= 149 * MS);
    assert_int_equal(s.pool.counters.opened, 1);
    assert_int_equal(s.pool.counters.ended, 1);
    assert_int_equal(s.pool.open + s.pool.pending, 0);
    client_pool_close(&s.pool);
}

/* It never ends: the client goes after its time-out, and the reason is the one in the Close. */
static void test_waits_no_longer_than_the_time_out(void **state)
{
    (void)state;
    static const int64_t timeouts_ms[] = { 0, 120 };
    for (size_t i = 0; i < 2; i++) {
        struct server s = { .close = "\x88\x02\x03\xf0", .ends_after_ms = NEVER }; /* 1008 */
        struct parameters p = parameters_of(timeouts_ms[i] * MS);
        play(&s, &p, 400);
        assert_true(s.answered_ns > 0 && s.eof_ns > 0);
        assert_true(s.eof_ns - s.answered_ns >= (timeouts_ms[i] - 1) * MS);
        assert_int_equal(s.pool.counters.disconnects[DISCONNECT_REJECTED], 1);
        assert_int_equal(s.pool.counters.ended, 1);
        assert_int_equal(s.pool.open + s.pool.pending, 0);
        client_pool_close(&s.pool);
    }
}

/* Told to leave while it waits: it has left, and nothing is counted twice. */
static void test_run_ends_while_it_waits(void **state)
{
    (void)state;
    struct server s = { .close = "\x88\x02\x03\xf4", .ends_after_ms = NEVER };
    struct parameters p = parameters_of(10000 * MS);
    play(&s, &p, 100);
    assert_int_equal(s.pool.counters.ended, 0);
    assert_int_equal(s.pool.counters.disconnects[DISCONNECT_CLIENT_LEFT], 1);
    assert_int_equal(s.pool.open + s.pool.pending, 0);
    client_pool_close(&s.pool);
}

static int preset_number(const char *name)
{
    return 1 + (int)(preset_named(name) - client_presets);
}

/* SignalR's client leaves a server that was silent for 30 s, Phoenix's does not count so. */
static void test_silence_of_a_preset(void **state)
{
    (void)state;
    static const struct {
        const char *preset;
        int64_t own_ms, silent_ms;
        int closed;
    } cases[] = { { "signalr", 0, 30001, 1 },   { "signalr", 0, 29000, 0 },
                  { "socket.io", 0, 45001, 1 }, { "socket.io", 60000, 45001, 0 },
                  { "phoenix", 0, 3600000, 0 }, { "phoenix", 1000, 1001, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server s = { .silent_ns = cases[i].silent_ms * MS };
        struct parameters p = parameters_of(0);
        p.classes[0].preset = preset_number(cases[i].preset);
        p.classes[0].silence_timeout_ns = cases[i].own_ms * MS;
        play(&s, &p, 200);
        assert_int_equal(s.pool.counters.opened, 1);
        assert_int_equal(s.pool.counters.disconnects[DISCONNECT_SILENCE], cases[i].closed);
        client_pool_close(&s.pool);
    }
}

/* As models/clients.c, but Retry-After is not read. An end without an answer is no refusal. */
static void test_answered_with_another_status(void **state)
{
    (void)state;
    static const char unavailable[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
                                      "Content-Length: 0\r\n\r\n";
    static const struct {
        const char *preset, *answer;
        enum client_refused refused;
        int again;
    } cases[] = {
        { "eventsource-chromium", unavailable, REFUSED_AS_PRESET, 0 },
        { "eventsource-firefox", unavailable, REFUSED_AS_PRESET, 0 },
        { "eventsource-npm", unavailable, REFUSED_AS_PRESET, 1 },
        { "eventsource-chromium", unavailable, REFUSED_RETRY, 1 },
        { "full-jitter", unavailable, REFUSED_AS_PRESET, 1 },
        { "full-jitter", unavailable, REFUSED_STOP, 0 },
        { "eventsource-chromium", "no HTTP", REFUSED_AS_PRESET, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server s = { .answer = cases[i].answer };
        struct parameters p = parameters_of(0);
        p.classes[0].preset = preset_number(cases[i].preset);
        p.classes[0].refused = cases[i].refused;
        play(&s, &p, 100);
        assert_true(s.pool.counters.failed >= 1);
        if (s.pool.counters.retries < (uint64_t)cases[i].again ||
            s.pool.counters.given_up != (uint64_t)!cases[i].again)
            fail_msg("case %zu (%s): %llu retries, %llu given up", i, cases[i].preset,
                     (unsigned long long)s.pool.counters.retries,
                     (unsigned long long)s.pool.counters.given_up);
        client_pool_close(&s.pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_for_the_server),
        cmocka_unit_test(test_waits_no_longer_than_the_time_out),
        cmocka_unit_test(test_run_ends_while_it_waits),
        cmocka_unit_test(test_silence_of_a_preset),
        cmocka_unit_test(test_answered_with_another_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
