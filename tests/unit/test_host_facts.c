/* test_host_facts.c - on a made tree of /proc and /sys, and for sanity on this host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <unistd.h>

#include "experiments/replay/host_facts.h"
#include "sim/error.h"
#include "tests/support/near.h"

static void spill(const char *root, const char *path, const char *text)
{
    char *command = mem_printf("mkdir -p $(dirname %s%s)", root, path);
    assert_int_equal(system(command), 0);
    free(command);
    char *full = mem_printf("%s%s", root, path);
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    free(full);
}

static void generation_turns_at_6_18(void **state)
{
    (void)state;
    static const struct {
        const char *release;
        enum cpu_generation expect;
    } cases[] = {
        { "5.4.0-42-generic", CPU_THROTTLE_QUEUE }, { "6.1.0-13-amd64", CPU_THROTTLE_QUEUE },
        { "6.17.9", CPU_THROTTLE_QUEUE },           { "6.18.0-rc1", CPU_THROTTLE_TASK },
        { "6.18.44-x", CPU_THROTTLE_TASK },         { "7.0", CPU_THROTTLE_TASK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(host_facts_generation(cases[i].release), cases[i].expect);
}

static void reads_a_made_host(void **state)
{
    (void)state;
    char root[] = "/tmp/test_host_facts.XXXXXX", line[256];
    struct host_facts f;
    assert_non_null(mkdtemp(root));
    spill(root, "/proc/cpuinfo",
          "processor\t: 0\nmodel name\t: Slow 486\nflags\t\t: fpu hypervisor\n"
          "processor\t: 1\nmodel name\t: Other\n");
    spill(root, "/proc/sys/kernel/sched_cfs_bandwidth_slice_us", "3000\n");
    spill(root, "/sys/kernel/debug/sched/features", "PLACE_LAG NO_HRTICK_DL HRTICK\n");
    spill(root, "/sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
    spill(root, "/sys/devices/system/cpu/cpu0/cache/index0/level", "1\n");
    spill(root, "/sys/devices/system/cpu/cpu0/cache/index0/size", "32K\n");
    host_facts_read(&f, root);
    assert_int_equal(f.cpu.slice_ns, 3000000);
    assert_true(f.cpu.hrtick);
    assert_string_equal(host_facts_get(&f, "cpu model"), "Slow 486");
    assert_string_equal(host_facts_get(&f, "virtual"), "yes");
    assert_string_equal(host_facts_get(&f, "cgroup"), "v2");
    assert_string_equal(host_facts_get(&f, "caches"), "L1 32K");
    assert_null(host_facts_get(&f, "no such"));
    assert_non_null(strstr(host_facts_describe(&f, line, sizeof line), "Slow 486"));
    spill(root, "/sys/kernel/debug/sched/features", "PLACE_LAG NO_HRTICK\n");
    host_facts_read(&f, root);
    assert_false(f.cpu.hrtick);
    char *command = mem_printf("rm -r %s", root);
    assert_int_equal(system(command), 0);
    free(command);
}

static void missing_facts_are_said_to_be_assumed(void **state)
{
    (void)state;
    struct host_facts f;
    host_facts_read(&f, "/nowhere");
    assert_int_equal(f.cpu.slice_ns, 5000000);
    assert_false(f.cpu.hrtick);
    assert_string_equal(host_facts_get(&f, "bandwidth slice"), "5000 us (assumed)");
    assert_string_equal(host_facts_get(&f, "cgroup"), "none");
    assert_string_equal(host_facts_get(&f, "virtual"), "unknown");
}

static void steal_is_a_share_of_all_time(void **state)
{
    (void)state;
    char root[] = "/tmp/test_host_facts.XXXXXX";
    struct host_time a, b;
    assert_non_null(mkdtemp(root));
    spill(root, "/proc/stat", "cpu  100 0 50 800 20 5 5 20 7 0\ncpu0 1 1 1 1\n");
    host_time_read(&a, root);
    assert_int_equal(a.all, 1000);
    assert_int_equal(a.steal, 20);
    spill(root, "/proc/stat", "cpu  150 0 50 840 20 5 5 30 9 0\n");
    host_time_read(&b, root);
    assert_near(host_time_steal(a, b), 0.1, 1e-12);
    assert_near(host_time_steal(b, b), 0, 0);
    char *command = mem_printf("rm -r %s", root);
    assert_int_equal(system(command), 0);
    free(command);
}

static void this_host_is_plausible(void **state)
{
    (void)state;
    struct host_facts f;
    host_facts_read(&f, "");
    assert_in_range(f.cpu.cpus, 1, 64);
    assert_in_range(f.cpu.tick_ns, 500000, 20000000);
    assert_in_range(f.cpu.slice_ns, 1000, 1000000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(generation_turns_at_6_18),
        cmocka_unit_test(reads_a_made_host),
        cmocka_unit_test(missing_facts_are_said_to_be_assumed),
        cmocka_unit_test(steal_is_a_share_of_all_time),
        cmocka_unit_test(this_host_is_plausible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
