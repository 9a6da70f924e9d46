/* Whom the last wait told comes first again, whoever came since; who was not readable loses the
 * place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "models/ready_list.h"

#define SIZE 26

/* What comes to be readable before each wait, and whom it tells: letters are connections, a blank a
 * wait. By hand from ep_poll_callback and ep_send_events. */
static const struct {
    const char *readable, *told;
} cases[] = {
    { "abc", "abc" },
    { "cab", "cab" },               /* first come, first served */
    { "aab", "ab" },                /* one connection, told once */
    { "abc dc", "abc cd" },         /* c stood on the list still */
    { "abc dcba", "abc abcd" },     /* in the order of the wait before, not of arrival */
    { "abc  dcba", "abc  dcba" },   /* a wait that finds nobody takes all off the list */
    { "abc b cab", "abc b bca" },   /* b alone was left on it */
    { "ab cb dca", "ab bc cda" },   /* a went at the second wait */
    { "a bca dcba", "a abc abcd" }, /* whom the second told in that order */
};

static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ready_list list;
        char told[64] = "";
        ready_list_init(&list, SIZE);
        for (const char *c = cases[i].readable;; c++) {
            if (*c != ' ' && *c != 0) {
                ready_list_add(&list, (uint32_t)(*c - 'a'));
                continue;
            }
            ready_list_wait(&list);
            for (uint32_t k = 0; k < list.count; k++)
                told[strlen(told)] = (char)('a' + list.listed[k]);
            if (*c == 0)
                break;
            told[strlen(told)] = ' ';
        }
        assert_string_equal(told, cases[i].told);
        ready_list_close(&list);
    }
}

static void test_clear(void **state)
{
    (void)state;
    struct ready_list list;
    ready_list_init(&list, SIZE);
    ready_list_add(&list, 1);
    ready_list_wait(&list);
    ready_list_add(&list, 0);
    ready_list_clear(&list);
    ready_list_wait(&list);
    assert_int_equal(list.count, 0);
    ready_list_add(&list, 2);
    ready_list_add(&list, 1);
    ready_list_wait(&list);
    assert_true(list.count == 2 && list.listed[0] == 2 && list.listed[1] == 1);
    ready_list_close(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_order),
                                        cmocka_unit_test(test_clear) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
