/* A walk comes by each word once before it is where it was, whatever the lots it goes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "experiments/replay/memory_walk.h"

static void comes_by_each_word_once(void **state)
{
    (void)state;
    static const uint64_t sizes[] = { 2, 64, 4096, 1 << 16 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct memory_walk walk;
        unsigned char *seen = calloc(sizes[s], 1);
        memory_walk_init(&walk, sizes[s]);
        for (uint64_t i = 0; i < sizes[s]; i++) {
            assert_true(walk.at < sizes[s] && !seen[walk.at]);
            seen[walk.at] = 1;
            memory_walk_go(&walk, 1);
        }
        assert_int_equal(walk.at, 0);
        memory_walk_close(&walk);
        free(seen);
    }
}

static void goes_on_from_where_it_is(void **state)
{
    (void)state;
    struct memory_walk one, lots;
    memory_walk_init(&one, 4096);
    memory_walk_init(&lots, 4096);
    memory_walk_go(&one, 32 + 7 + 1);
    memory_walk_go(&lots, 32);
    memory_walk_go(&lots, 7);
    memory_walk_go(&lots, 1);
    assert_int_equal(one.at, lots.at);
    memory_walk_close(&one);
    memory_walk_close(&lots);
    memory_walk_close(&lots);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(comes_by_each_word_once),
                                        cmocka_unit_test(goes_on_from_where_it_is) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
