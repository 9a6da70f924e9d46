/* Where groups are made on cgroup v2 and what is said where none can be, on made trees: the kernel's
 * answers (Documentation/admin-guide/cgroup-v2.rst) were seen on Linux 6.1 with v2 alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiments/replay/cgroup_internal.h"

#define MS INT64_C(1000000)

static const struct cgroup_limits none;

static void folder(const char *root, const char *name)
{
    char *path = mem_printf("%s/%s", root, name);
    assert_int_equal(mkdir(path, 0755), 0);
    free(path);
}

static char *tree_new(void)
{
    char *root = mem_strdup("/tmp/test_cgroup_v2.XXXXXX");
    assert_non_null(mkdtemp(root));
    return root;
}

static void tree_free(char *root)
{
    char *command = mem_printf("rm -r %s", root);
    assert_int_equal(system(command), 0);
    free(command);
    free(root);
}

static void assert_file(const char *dir, const char *file, const char *text)
{
    char got[256] = "";
    if (!cgroup_get(dir, file, got, sizeof got))
        fail_msg("%s/%s is missing", dir, file);
    assert_string_equal(got, text);
}

/* A group below the top, as a container or a user's scope sees its own, that holds these. */
static char *tree_below_top(const char *controllers, const char *processes)
{
    char *root = tree_new();
    cgroup_put(root, "cgroup.controllers", controllers);
    cgroup_put(root, "cgroup.type", "domain\n");
    cgroup_put(root, "cgroup.procs", processes);
    return root;
}

static void finds_the_callers_group(void **state)
{
    (void)state;
    static const struct {
        const char *membership, *below; /* the root */
    } cases[] = {
        { "0::/\n", "" },
        { "0::/user.slice/run-1.scope\n", "/user.slice/run-1.scope" },
        /* it has stepped aside: the next group stands beside the one before */
        { "0::/user.slice/run-1.scope/pushsim-self\n", "/user.slice/run-1.scope" },
        { "0::/pushsim-self\n", "" },
        { "12:cpu:/0::/user.slice\n0::/user.slice/run-1.scope\n", "/user.slice/run-1.scope" },
        { "1:name=systemd:/x\n", "" },
        { "", "" },
        /* not to be seen here: another namespace's, removed, outside of a bind mount */
        { "0::/../other\n", "" },
        { "0::/user.slice/gone.scope (deleted)\n", "" },
        { "0::/elsewhere\n", "" },
    };
    char *root = tree_new(), path[CGROUP_PARENT_MAX];
    folder(root, "user.slice");
    folder(root, "user.slice/run-1.scope");
    folder(root, "pushsim-self");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cgroup_own_group(path, root, cases[i].membership);
        assert_memory_equal(path, root, strlen(root));
        assert_string_equal(path + strlen(root), cases[i].below);
    }
    tree_free(root);
}

/* The kernel takes "+cpu" alone where processes are, and then no child takes any. */
static void steps_aside_before_it_gives_controllers(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    char *self = mem_printf("%d\n", (int)getpid()), *pid = mem_printf("%d", (int)getpid());
    char *root = tree_below_top("cpu memory\n", self);
    assert_int_equal(cgroup_create(&g, root, "a", &none, &err), 0);
    assert_file(root, "pushsim-self/cgroup.procs", pid);
    assert_file(root, "cgroup.subtree_control", "+cpu +memory");
    assert_true(g.memory[0] != '\0');
    tree_free(root);
    root = tree_below_top("cpu pids\n", ""); /* the caller is elsewhere, or has stepped aside */
    assert_int_equal(cgroup_create(&g, root, "a", &none, &err), 0);
    assert_false(cgroup_present(root, "pushsim-self"));
    assert_file(root, "cgroup.subtree_control", "+cpu");
    assert_true(g.memory[0] == '\0');
    tree_free(root);
    free(self), free(pid);
}

/* At the top processes are in nobody's way, and are not moved. */
static void the_top_may_hold_processes(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    char *self = mem_printf("1\n%d\n", (int)getpid()), *root = tree_below_top("cpu\n", self);
    char *type = mem_printf("%s/cgroup.type", root);
    unlink(type);
    assert_int_equal(cgroup_create(&g, root, "a", &none, &err), 0);
    assert_false(cgroup_present(root, "pushsim-self"));
    tree_free(root);
    free(self), free(type);
}

static void refuses(char *root, const char *why)
{
    struct error err;
    struct cgroup g;
    assert_int_equal(cgroup_create(&g, root, "a", &none, &err), ERR_UNAVAILABLE);
    if (strstr(err.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, why);
    assert_false(cgroup_present(root, "a"));
    assert_false(cgroup_present(root, "pushsim-self"));
    assert_false(cgroup_present(root, "cgroup.subtree_control"));
    tree_free(root);
}

static void says_what_stands_in_the_way(void **state)
{
    (void)state;
    char *root, *two = mem_printf("%d\n%d\n", (int)getpid(), (int)getppid());
    refuses(tree_below_top("cpu memory\n", two), "holds 1 other process (");
    refuses(tree_below_top("cpu memory\n", "0\n0\n"),
            "holds 2 other processes (0, of another PID namespace, ...)");
    refuses(tree_below_top("cpu\n", two),
            geteuid() == 0 ? "in that directory: mkdir rest; for p in"
                           : "systemd-run --user --scope -p Delegate=yes pushsim ...");
    refuses(tree_below_top("memory pids\n", ""),
            "cgroup v2 there has only these: memory pids; a container has what its host gives");
    root = tree_below_top("cpu\n", "");
    cgroup_put(root, "cgroup.type", "threaded\n");
    refuses(root, "its cgroup.type is 'threaded'");
    refuses(tree_new(), "mount cgroup v2, or v1 with the cpu hierarchy");
    free(two);
}

static void a_group_without_cpu_says_who_can_give_it(void **state)
{
    (void)state;
    struct error err;
    bool memory;
    char *root = tree_below_top("memory pids\n", "");
    assert_int_equal(cgroup_prepare_v2(root, &memory, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.text, "the cpu controller is not given to it (memory pids)"));
    assert_non_null(strstr(err.text, "Delegate=cpu"));
    tree_free(root);
}

static void errors_have_their_own_advice(void **state)
{
    (void)state;
    static const struct {
        int code;
        const char *advice;
    } cases[] = {
        { EROFS, "Read-only file system; the hierarchy is mounted read-only, as containers" },
        { EACCES, "Permission denied; run as root, or in a delegated cgroup v2 subtree" },
        { EEXIST, "File exists; it is another pushsim's" },
        { EAGAIN, "cgroup.max.descendants" },
        { EINVAL, "CONFIG_RT_GROUP_SCHED" },
    };
    struct error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cgroup_unavailable("/x", cases[i].code, &err), ERR_UNAVAILABLE);
        assert_non_null(strstr(err.text, "cannot make a cgroup in /x: "));
        assert_non_null(strstr(err.text, cases[i].advice));
    }
}

/* A hybrid host whose cpu controller is on v2 (cgroup_no_v1=cpu). */
static void finds_v2_beside_v1(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    char *root = tree_new(), *at = mem_printf("%s/unified/a", root);
    folder(root, "memory");
    folder(root, "unified");
    cgroup_put(root, "memory/cgroup.procs", "");
    cgroup_put(root, "unified/cgroup.controllers", "hugetlb\n");
    assert_int_equal(cgroup_detect(root), CGROUP_NONE);
    cgroup_put(root, "unified/cgroup.controllers", "cpu io\n");
    assert_int_equal(cgroup_detect(root), CGROUP_V2);
    assert_int_equal(cgroup_create(&g, root, "a", &none, &err), 0);
    assert_string_equal(g.cpu, at);
    folder(root, "unified/pushsim-99999999-a"); /* no process has such a number */
    assert_int_equal(cgroup_sweep(root), 1);
    tree_free(root);
    free(at);
}

/* v2 has a tenth of the range: what it cannot do is not done otherwise. */
static void weights_outside_its_scale_are_refused(void **state)
{
    (void)state;
    static const struct {
        int64_t shares;
        const char *weight; /* NULL: refused */
    } cases[] = { { 9, NULL },      { 10, "1" },      { 1024, "100" }, { 102400, "10000" },
                  { 102401, NULL }, { 262144, NULL }, { 2, NULL },     { 0, "100" } };
    struct error err;
    struct cgroup g;
    char *root = tree_below_top("cpu memory\n", "");
    assert_int_equal(cgroup_create(&g, root, "a", &none, &err), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cgroup_limits limits = { .weight = cases[i].shares };
        int code = cgroup_set_limits(&g, &limits, &err);
        assert_int_equal(code, cases[i].weight ? 0 : ERR_UNAVAILABLE);
        if (cases[i].weight)
            assert_file(g.cpu, "cpu.weight", cases[i].weight);
        else
            assert_non_null(strstr(err.text, "on cgroup v2: 10 to 102400"));
    }
    tree_free(root);
}

/* Of the kernel's files, of which /proc has some everywhere. */
static void a_file_that_the_kernel_has_not_is_missing(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g = { .version = CGROUP_V2, .cpu = "/proc/self" };
    struct cgroup_limits burst = { .quota_ns = 20 * MS, .burst_ns = 10 * MS };
    assert_int_equal(cgroup_put("/proc/self", "cpu.max", "1"), ENOENT);
    assert_int_equal(cgroup_set_limits(&g, &burst, &err), ERR_UNAVAILABLE);
    assert_string_equal(err.text,
                        "this kernel has no cpu.max.burst: a burst needs Linux 5.14 or "
                        "later");
}

static void reads_more_than_a_page(void **state)
{
    (void)state;
    char text[65536];
    assert_true(cgroup_get("/proc/self", "smaps", text, sizeof text));
    assert_true(strlen(text) > 8192);
    assert_true(cgroup_get("/proc/self", "smaps", text, 100));
    assert_int_equal(strlen(text), 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_callers_group),
        cmocka_unit_test(steps_aside_before_it_gives_controllers),
        cmocka_unit_test(the_top_may_hold_processes),
        cmocka_unit_test(says_what_stands_in_the_way),
        cmocka_unit_test(a_group_without_cpu_says_who_can_give_it),
        cmocka_unit_test(errors_have_their_own_advice),
        cmocka_unit_test(finds_v2_beside_v1),
        cmocka_unit_test(weights_outside_its_scale_are_refused),
        cmocka_unit_test(a_file_that_the_kernel_has_not_is_missing),
        cmocka_unit_test(reads_more_than_a_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
