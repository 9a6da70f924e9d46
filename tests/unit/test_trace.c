/* Traces: what is written is read back, and every kind of wrong file gets one error with its
 * place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "experiments/run/trace.h"
#include "sim/random_stream.h"

#define HEAD "time_s,action,client,bytes,duration_s,measured\n"

static int read_bytes(struct schedule *s, const char *text, size_t bytes, struct error *err)
{
    char path[] = "/tmp/pushsim-trace-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, bytes), bytes);
    close(fd);
    int rc = trace_read(s, path, err);
    unlink(path);
    return rc;
}

static void test_reads(void **state)
{
    (void)state;
    static const char text[] = "action,time_ns,bytes,client,duration_ns\r\n"
                               "connect,0,,0,\r\n"
                               "\"connect\",0,,1,\r\n"
                               "\r\n"
                               "publish,5,100,,\r\n"
                               "stall,5,,1,2000\r\n"
                               "connect,6,,7,\r\n"
                               "disconnect,9,,7,\r\n"
                               "end,12,,,\r\n";
    struct schedule s;
    struct error err;
    assert_int_equal(read_bytes(&s, text, sizeof text - 1, &err), 0);
    assert_int_equal(s.initial, 2);
    assert_int_equal(s.clients, 8);
    assert_int_equal(s.count, 4);
    assert_int_equal(s.end_ns, 12);
    assert_int_equal(s.actions[0].bytes, 100);
    assert_true(s.actions[0].measured);
    assert_int_equal(s.actions[1].kind, ACTION_STALL);
    assert_int_equal(s.actions[1].duration_ns, 2000);
    assert_int_equal(s.actions[3].at_ns, 9);
    assert_int_equal(s.actions[3].client, 7);
    free(s.actions);
}

/* known[client]: was connected before. */
static void random_action(struct action *a, struct random_stream *rs, int64_t at_ns,
                          bool known[20])
{
    uint64_t bits = random_stream_u64(rs);
    *a = (struct action){ .at_ns = at_ns,
                          .kind = (enum action_kind)((bits >> 48) % (ACTION_MESSAGE + 1)) };
    if (a->kind != ACTION_PUBLISH)
        a->client = (uint32_t)(bits >> 2) % 20;
    if (a->kind >= ACTION_DISCONNECT && !known[a->client])
        a->kind = ACTION_CONNECT;
    if (a->kind == ACTION_PUBLISH || a->kind == ACTION_MESSAGE) {
        a->bytes = 1 + (int64_t)(bits >> 2) % PAYLOAD_MAX_BYTES;
        if (a->bytes < 1)
            a->bytes = 1;
        a->measured = bits >> 40 & 1;
    }
    known[a->client] |= a->kind == ACTION_CONNECT;
    if (a->kind == ACTION_STALL)
        a->duration_ns = (int64_t)(bits >> 8) % 10000000000;
}

static void assert_same(const struct schedule *a, const struct schedule *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->initial, b->initial);
    assert_int_equal(a->end_ns, b->end_ns);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->actions[i].at_ns, b->actions[i].at_ns);
        assert_int_equal(a->actions[i].kind, b->actions[i].kind);
        assert_int_equal(a->actions[i].client, b->actions[i].client);
        assert_int_equal(a->actions[i].bytes, b->actions[i].bytes);
        assert_int_equal(a->actions[i].duration_ns, b->actions[i].duration_ns);
        assert_int_equal(a->actions[i].measured, b->actions[i].measured);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 50; seed++) {
        struct random_stream rs;
        struct action actions[64];
        struct schedule s = { .actions = actions, .initial = seed % 5, .clients = 1000 }, back;
        struct error err;
        char path[] = "/tmp/pushsim-trace-XXXXXX";
        int64_t at_ns = 1;
        bool known[20];
        for (uint32_t i = 0; i < 20; i++)
            known[i] = i < s.initial;
        print_message("seed %u\n", seed);
        random_stream_init(&rs, seed, 0, 0, 0);
        for (s.count = 0; s.count < 64; s.count++) {
            random_action(&actions[s.count], &rs, at_ns, known);
            at_ns += (int64_t)(random_stream_u64(&rs) >> 27) * (int64_t)(seed % 3);
        }
        s.end_ns = at_ns;
        close(mkstemp(path));
        assert_int_equal(trace_write(&s, path, &err), 0);
        assert_int_equal(trace_read(&back, path, &err), 0);
        unlink(path);
        assert_same(&s, &back);
        free(back.actions);
    }
}

static void test_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *why;
    } cases[] = {
        { "", ":1:", "empty file" },
        { HEAD, ":1:", "no actions" },
        { "time,action\n", ":1:", "unknown column 'time'" },
        { "time_s,time_ns,action\n", ":1:", "one of the columns" },
        { "time_s,client\n", ":1:", "'action' is missing" },
        { "time_s,time_s,action\n", ":1:", "stands twice" },
        { HEAD "1,publish,,100,,\n2,shout,,,,\n", ":3:3: action", "unknown action 'shout'" },
        { HEAD "1,publish,,100,,,,,\n", ":2:", "more than 8 fields" },
        { HEAD
          "1,a-very-long-field-a-very-long-field-a-very-long-field-a-very-long-field,,,,\n",
          ":2:3:", "field 2 is too long" },
        { HEAD "2,publish,,100,,\n1,publish,,100,,\n", ":3:1: time_s", "goes back" },
        { HEAD "1,publish,,100,,\n2,publ", ":3:", "cut short" },
        { HEAD "1,publ\"ish,,100,,\n", ":2:1:", "a quote (\") in the middle" },
        { HEAD "1,publish,,100\n", ":2:", "4 fields instead of 6" },
        { HEAD "x,publish,,100,,\n", ":2:1: time_s", "'x' is not" },
        { HEAD "-1,publish,,100,,\n", ":2:1: time_s", "'-1' is not" },
        { HEAD "nan,publish,,100,,\n", ":2:1: time_s", "'nan' is not" },
        { HEAD "1e9,publish,,100,,\n", ":2:1: time_s", "out of range" },
        { HEAD ",publish,,100,,\n", ":2:1: time_s", "is missing" },
        { HEAD "1,publish,,,,\n", ":2:12: bytes", "is missing" },
        { HEAD "1,publish,,0,,\n", ":2:12: bytes", "out of range" },
        { HEAD "1,publish,,99999999999999999999,,\n", ":2:12: bytes", "out of range" },
        { HEAD "1,publish,,1.5,,\n", ":2:12: bytes", "not a whole number" },
        { HEAD "1,publish,,1,,2\n", ":2:15: measured", "out of range" },
        { HEAD "1,connect,,,,\n", ":2:11: client", "is missing" },
        { HEAD "0,connect,3,,,\n", ":2:11: client", "numbered in order" },
        { HEAD "0,connect,0,,,\n1,stall,0,,,\n", ":3:12: duration_s", "is missing" },
        { HEAD "1,stall,0,,1,\n", ":2:9: client", "has not been connected" },
        { HEAD "0,connect,0,,,\n1,disconnect,1,,,\n", ":3:14: client", "has not been" },
        { HEAD "0x10,publish,,100,,\n", ":2:1: time_s", "'0x10' is not" },
        { HEAD "1,publish,,100,,\n\"2\",shout,,,,\n", ":3:5: action", "\n      ^" },
        { HEAD "1,end,,,,\n2,publish,,1,,\n", ":3:", "after 'end'" },
        { HEAD "1,\"publish,,100,,\n", ":2:", "not closed" },
        { HEAD "1,\"pub\"lish,,100,,\n", ":2:1:", "a quote (\") in the middle" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule s = { 0 };
        struct error err = { .text = "" };
        print_message("%s\n", cases[i].why);
        assert_int_equal(read_bytes(&s, cases[i].text, strlen(cases[i].text), &err),
                         ERR_INVALID);
        assert_non_null(strstr(err.text, cases[i].place));
        assert_non_null(strstr(err.text, cases[i].why));
        assert_null(s.actions);
    }
}

static void test_hostile(void **state)
{
    (void)state;
    size_t bytes = 10 << 20;
    char *block = malloc(bytes);
    struct schedule s;
    struct error err;
    assert_non_null(block);
    memset(block, '[', bytes);
    assert_int_equal(read_bytes(&s, block, bytes, &err), ERR_INVALID);
    block[bytes - 1] = '\n';
    assert_int_equal(read_bytes(&s, block, bytes, &err), ERR_INVALID);
    free(block);
    assert_int_equal(read_bytes(&s, "\177ELF\0\1\2\n", 8, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, ":1:1: not a text file"));
    assert_int_equal(trace_read(&s, "/nonexistent", &err), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
