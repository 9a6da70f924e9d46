/* What a client makes of the bytes of its stream, however they are cut. The pool is not connected:
 * bytes are handed to the protocol as the socket would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_counts_once),
        cmocka_unit_test(books_do_not_underflow),
        cmocka_unit_test(streams_say_the_same_however_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
