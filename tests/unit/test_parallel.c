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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_index_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
