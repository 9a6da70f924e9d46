/* Message framing: the bytes on the wire at the borders between the length forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "experiments/replay/push_frame.h"

static void test_websocket_head(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        size_t head_size;
        unsigned char head[10];
    } cases[] = {
        { 0, 2, { 0x81, 0 } },
        { 125, 2, { 0x81, 125 } },
        { 126, 4, { 0x81, 126, 0, 126 } },
        { 65535, 4, { 0x81, 126, 0xff, 0xff } },
        { 65536, 10, { 0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0 } },
    };
    static const char payload[65536] = "first";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes out = { 0 };
        push_frame_websocket(&out, payload, cases[i].size);
        assert_int_equal(out.size, cases[i].head_size + cases[i].size);
        assert_memory_equal(out.data, cases[i].head, cases[i].head_size);
        assert_memory_equal(out.data + cases[i].head_size, payload, cases[i].size);
        free(out.data);
    }
}

static void test_sse_lines(void **state)
{
    (void)state;
    static const struct {
        const char *message, *wire;
    } cases[] = {
        { "", "data: \n\n" },
        { "one", "data: one\n\n" },
        { "one\ntwo", "data: one\ndata: two\n\n" },
        { "ends\n", "data: ends\ndata: \n\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bytes out = { 0 };
        push_frame_sse(&out, cases[i].message, strlen(cases[i].message));
        assert_string_equal(bytes_text(&out), cases[i].wire);
        free(out.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_websocket_head),
        cmocka_unit_test(test_sse_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
