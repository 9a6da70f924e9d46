/* What simulated connections take of memory: a million fit in 512 MB, ten thousand in 8 MB above
 * the program itself, with everything modelled for them and all metrics on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/support/connection_load.h"

enum { MEGABYTE = 1000000 };

static void assert_below(enum connection_load load, int64_t clients, int64_t base_bytes,
                         int64_t most_bytes)
{
#ifdef __SANITIZE_ADDRESS__
    print_message("skipped: the address sanitizer keeps freed memory\n");
    skip();
#endif
    int64_t peak = connection_load_peak(load, clients);
    print_message("%lld connections: peak %.1f MB, of these %.1f MB the program\n",
                  (long long)clients, (double)peak / MEGABYTE, (double)base_bytes / MEGABYTE);
    assert_true(peak > 0 && peak - base_bytes <= most_bytes);
}

static void test_million(void **state)
{
    (void)state;
    assert_below(CONNECTIONS_STEADY, 1000000, 0, INT64_C(512) * MEGABYTE);
    assert_below(CONNECTIONS_HARD, 1000000, 0, INT64_C(512) * MEGABYTE);
}

static void test_ten_thousand(void **state)
{
    (void)state;
    assert_below(CONNECTIONS_STEADY, 10000, connection_load_peak(CONNECTIONS_STEADY, 1),
                 8 * MEGABYTE);
    assert_below(CONNECTIONS_HARD, 10000, connection_load_peak(CONNECTIONS_HARD, 1),
                 8 * MEGABYTE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_million),
        cmocka_unit_test(test_ten_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
