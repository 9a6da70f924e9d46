/* A short text is copied as snprintf does it, up to the room that there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/text_copy.h"

static void test_as_snprintf(void **state)
{
    static const char *const texts[] = {
        "", "a", "abcdef", "abcdefg", "abcdefgh", "abcdefghijk"
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t room = 1; room <= 8; room++) {
            char copy[9] = "########", expected[9] = "########";
            snprintf(expected, room, "%s", texts[i]);
            assert_int_equal(text_copy(copy, room, texts[i]), strlen(expected));
            assert_string_equal(copy, expected);
            for (size_t k = room; k < 8; k++)
                assert_int_equal(copy[k], '#');
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_as_snprintf) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
