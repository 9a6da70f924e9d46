/* Every index once, whatever the number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analysis/parallel.h"

#define MOST 500

static void count_one(size_t index, void *context)
{
    int *times = context;
    for (int i = 0; i < 1000; i++) /* long enough for others to begin */
        __asm__ volatile("");
    times[index]++;
}

static void each_index_once(void **state)
{
    (void)state;
    static const size_t counts[] = { 0, 1, 2, 7, MOST };
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (int jobs = 0; jobs <= 9; jobs++) {
            int times[MOST + 1] = { 0 };
            parallel_each(counts[c], jobs, count_one, times);
            for (size_t i = 0; i <= MOST; i++)
                assert_int_equal(times[i], i < counts[c]);
        }
}

struct tries {
    int times[MOST];
    size_t bad_from; /* indices from here on that end in 7 fail */
};

static int try_one(size_t index, void *context, struct error *err)
{
    struct tries *t = context;
    t->times[index]++;
    if (index < t->bad_from || index % 10 != 7)
        return 0;
    return error_set(err, ERR_INVALID, "at %zu", index);
}

/* All is tried; the error is that of the least index, however late its thread came to it. */
static void the_first_error_counts(void **state)
{
    (void)state;
    static const struct {
        size_t bad_from;
        const char *text; /* NULL: none fails */
    } cases[] = { { 0, "at 7" }, { 8, "at 17" }, { 490, "at 497" }, { MOST, NULL } };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (int jobs = 0; jobs <= 5; jobs++) {
            struct tries t = { .bad_from = cases[c].bad_from };
            struct error err = { .text = "untouched" };
            int code = parallel_try(MOST, jobs, try_one, &t, &err);
            assert_int_equal(code, cases[c].text ? ERR_INVALID : 0);
            assert_string_equal(err.text, cases[c].text ? cases[c].text : "untouched");
            for (size_t i = 0; i < MOST; i++)
                assert_int_equal(t.times[i], 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_index_once),
        cmocka_unit_test(the_first_error_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
