/* What the sampler writes of memory: what the kernel tells and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <math.h>

#include "experiments/replay/sampler.h"
#include "tests/support/near.h"

static void memory_is_written_where_it_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *memory; /* the group's directory; empty: the controller is missing */
        int64_t peak_bytes;
        bool end, peak;
    } cases[] = { { "/x", 8192, true, true },
                  { "/x", 0, true, false },
                  { "", 0, false, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record r;
        struct cgroup g = { .version = CGROUP_V2 };
        struct sampler s = { .group = &g, .out = &r };
        strcpy(g.memory, cases[i].memory);
        s.last.memory_peak_bytes = cases[i].peak_bytes;
        run_record_init(&r);
        sampler_record(&s);
        assert_int_equal(!isnan(run_record_value(&r, "memory.peak")), cases[i].peak);
        assert_int_equal(!isnan(run_record_value(&r, "memory.end")), cases[i].end);
        assert_int_equal(!isnan(run_record_value(&r, "backlog.memory")), cases[i].end);
        assert_int_equal(!isnan(run_record_value(&r, "oom.kills")), cases[i].end);
        assert_near(run_record_value(&r, "cpu.used"), 0, 0);
        run_record_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(memory_is_written_where_it_is_told) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
