/* Which groups hold the caller, and how often they were held back: on made trees, in both versions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sys/stat.h>

#include "experiments/replay/cgroup_around.h"
#include "experiments/replay/cgroup_internal.h"

/* Each group with as many throttled periods; periods of different digits tell which were counted. */
static void group(const char *root, const char *name, int throttled)
{
    char *path = mem_printf("%s/%s", root, name);
    char *text = mem_printf("nr_periods 9000\nnr_throttled %d\nthrottled_usec 77\n", throttled);
    mkdir(path, 0755);
    assert_int_equal(cgroup_put(path, "cpu.stat", text), 0);
    free(text);
    free(path);
}

static char *tree(const char *hierarchy)
{
    static const struct {
        const char *name;
        int throttled;
    } groups[] = { { "", 1 },
                   { "/pods", 10 },
                   { "/pods/mine", 100 },
                   { "/pods/mine/pushsim-self", 1000 },
                   { "/pods/other", 5000 } };
    char *root = mem_strdup("/tmp/test_cgroup_around.XXXXXX");
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        char *name = mem_printf("%s%s", hierarchy, groups[i].name);
        group(root, name, groups[i].throttled);
        free(name);
    }
    return root;
}

static void tree_free(char *root)
{
    char *command = mem_printf("rm -r %s", root);
    assert_int_equal(system(command), 0);
    free(command);
    free(root);
}

struct membership {
    const char *text;
    uint64_t throttled;
};

static void assert_counts(const char *root, const struct membership *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t got = cgroup_around_throttled(root, cases[i].text);
        if (got != cases[i].throttled)
            fail_msg("%s: %llu", cases[i].text, (unsigned long long)got);
    }
}

static void on_v2_all_up_to_the_top_count(void **state)
{
    (void)state;
    static const struct membership cases[] = {
        { "0::/\n", 1 },
        { "0::/pods/mine\n", 111 },
        { "0::/pods/mine", 111 },
        { "0::/pods/mine/pushsim-self\n", 1111 },
        /* of another namespace, or gone: the top alone, which is the container's own there */
        { "0::/../pods/mine\n", 1 },
        { "0::/pods/gone\n", 1 },
        { "", 1 },
        { "1:name=systemd:/pods/other\n0::/pods\n", 11 },
    };
    char *root = tree("");
    cgroup_put(root, "cgroup.controllers", "cpuset cpu memory\n");
    assert_counts(root, cases, sizeof cases / sizeof *cases);
    tree_free(root);
}

static void on_v1_the_cpu_hierarchy_counts(void **state)
{
    (void)state;
    static const struct membership cases[] = {
        { "3:cpuset:/pods/other\n2:cpuacct:/pods/other\n1:cpu:/pods/mine\n0::/pods/other\n",
          111 },
        { "4:cpuacct,cpu:/pods\n0::/pods/other\n", 11 },
        { "4:cpu,cpuacct:/pods\n", 11 },
        { "4:cpu,cpuacct:/\n", 1 },
        { "0::/pods/mine\n", 1 },
    };
    char *root = tree("/cpu");
    char *cpu = mem_printf("%s/cpu", root);
    cgroup_put(cpu, "cgroup.procs", "");
    assert_counts(root, cases, sizeof cases / sizeof *cases);
    free(cpu);
    tree_free(root);
}

/* No hierarchy at all, and groups that tell nothing: not held back, as far as is known. */
static void where_nothing_is_told_nothing_is_held_against_a_run(void **state)
{
    (void)state;
    char *root = mem_strdup("/tmp/test_cgroup_around.XXXXXX");
    assert_non_null(mkdtemp(root));
    assert_int_equal(cgroup_around_throttled(root, "0::/pods/mine\n"), 0);
    cgroup_put(root, "cgroup.controllers", "cpu\n");
    assert_int_equal(cgroup_around_throttled(root, "0::/\n"), 0);
    tree_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_v2_all_up_to_the_top_count),
        cmocka_unit_test(on_v1_the_cpu_hierarchy_counts),
        cmocka_unit_test(where_nothing_is_told_nothing_is_held_against_a_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
