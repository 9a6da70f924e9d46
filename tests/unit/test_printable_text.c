/* What other programs write, made printable: by hand, after RFC 3629. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "experiments/replay/printable_text.h"

static void keeps_what_can_be_printed(void **state)
{
    (void)state;
#define CASE(text) text, sizeof text - 1
    static const struct {
        const char *text;
        size_t bytes;
        const char *printable;
    } cases[] = {
        { CASE(""), "" },
        { CASE("plain ~"), "plain ~" },
        { CASE("Grüße, 世界 😀"), "Grüße, 世界 😀" },
        { CASE("\x1b[31mred\x1b[0m\a\x7f"), "?[31mred?[0m??" },
        { CASE("a\0b\tc\r\n"), "a?b?c??" },
        { CASE("\xc2\x9b"
               "31m"),
          "??31m" },                                         /* a control character of C1 */
        { CASE("\xe4rger"), "?rger" },                       /* Latin-1 */
        { CASE("\x96\x8c|x\xe4\xb8"), "??|x??" },            /* cut at both ends */
        { CASE("\xc0\xaf\xe0\x80\xaf"), "?????" },           /* longer than need be */
        { CASE("\xed\xa0\x80\xf4\x90\x80\x80"), "???????" }, /* a surrogate, beyond Unicode */
    };
#undef CASE
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64] = "";
        memcpy(text, cases[i].text, cases[i].bytes);
        printable_text(text, cases[i].bytes);
        assert_string_equal(text, cases[i].printable);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_can_be_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
