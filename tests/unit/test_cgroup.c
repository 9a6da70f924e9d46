/* test_cgroup.c - on made directory trees that stand for v1 and v2 hosts, and on this kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "experiments/replay/cgroup_internal.h"
#include "experiments/run/monotonic.h"

#define MS       INT64_C(1000000)
#define BURNT_NS (60 * MS)

static char *path_of(const char *dir, const char *file)
{
    return mem_printf("%s/%s", dir, file);
}

static void spill(const char *dir, const char *file, const char *text)
{
    char *path = path_of(dir, file);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    free(path);
}

static void assert_file(const char *dir, const char *file, const char *text)
{
    char *path = path_of(dir, file), got[256] = "";
    FILE *f = fopen(path, "r");
    if (f == NULL)
        fail_msg("%s is missing", path);
    got[fread(got, 1, sizeof got - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(got, text);
    free(path);
}

static void folder(const char *root, const char *name)
{
    char *path = path_of(root, name);
    assert_int_equal(mkdir(path, 0755), 0);
    free(path);
}

static char *tree_new(void)
{
    char *root = mem_strdup("/tmp/test_cgroup.XXXXXX");
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

static char *tree_v2(void)
{
    char *root = tree_new();
    spill(root, "cgroup.controllers", "cpuset cpu io memory pids\n");
    return root;
}

static char *tree_v1(bool joined)
{
    char *root = tree_new();
    folder(root, "cpu");
    if (joined) {
        char *link = path_of(root, "cpuacct");
        assert_int_equal(symlink("cpu", link), 0);
        free(link);
    } else {
        folder(root, "cpuacct");
    }
    folder(root, "memory");
    spill(root, "cpu/cgroup.procs", "");
    spill(root, "memory/cgroup.procs", "");
    return root;
}

static const struct cgroup_limits tight = { .quota_ns = 20 * MS,
                                            .period_ns = 50 * MS,
                                            .burst_ns = 10 * MS,
                                            .weight = 512,
                                            .memory_bytes = 64 << 20 };

static void detects_the_version(void **state)
{
    (void)state;
    char *none = tree_new(), *v1 = tree_v1(false), *v2 = tree_v2(), *bare = tree_new();
    spill(bare, "cgroup.controllers", "hugetlb\n"); /* the unified part of a hybrid host */
    assert_int_equal(cgroup_detect(none), CGROUP_NONE);
    assert_int_equal(cgroup_detect(bare), CGROUP_NONE);
    assert_int_equal(cgroup_detect(v1), CGROUP_V1);
    assert_int_equal(cgroup_detect(v2), CGROUP_V2);
    tree_free(none), tree_free(v1), tree_free(v2), tree_free(bare);
}

static void v2_writes_and_reads(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    struct cgroup_usage u;
    char *root = tree_v2();
    assert_int_equal(cgroup_create(&g, root, "a", &tight, &err), 0);
    assert_file(g.cpu, "cpu.max", "20000 50000");
    assert_file(g.cpu, "cpu.max.burst", "10000");
    assert_file(g.cpu, "cpu.weight", "50");
    assert_file(g.cpu, "memory.max", "67108864");
    assert_int_equal(cgroup_add(&g, 4711, &err), 0);
    assert_file(g.cpu, "cgroup.procs", "4711");
    spill(g.cpu, "cpu.stat",
          "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\nnr_periods 9\nnr_throttled 4\n"
          "throttled_usec 250\nnr_bursts 0\nburst_usec 0\n");
    spill(g.cpu, "memory.current", "4096\n");
    spill(g.cpu, "memory.peak", "8192\n");
    spill(g.cpu, "memory.events", "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\n");
    assert_int_equal(cgroup_read(&g, &u, &err), 0);
    assert_int_equal(u.usage_ns, 1500000);
    assert_int_equal(u.throttled_ns, 250000);
    assert_int_equal(u.periods, 9);
    assert_int_equal(u.throttled, 4);
    assert_int_equal(u.memory_bytes, 4096);
    assert_int_equal(u.memory_peak_bytes, 8192);
    assert_int_equal(u.oom_kills, 1);
    assert_int_equal(cgroup_set_limits(&g, &(struct cgroup_limits){ 0 }, &err), 0);
    assert_file(g.cpu, "cpu.max", "max 100000");
    assert_file(g.cpu, "cpu.max.burst", "0");
    assert_file(g.cpu, "cpu.weight", "100");
    assert_file(g.cpu, "memory.max", "max");
    tree_free(root);
}

static void *burn(void *nothing)
{
    while (monotonic_thread_cpu_ns() < BURNT_NS)
        ;
    return nothing;
}

/* Of this process's CPU time the part of the thread that runs the tests, whatever others burn
 * beside it; processes that have gone count for nothing, nor does a number that is cut off. The
 * kernel adds up what a thread runs at ticks. */
static void counts_first_threads_alone(void **state)
{
    (void)state;
    static const char *const others[] = { "", "99999999\n", "99999999\n1" };
    struct error err;
    if (access("/proc/self/schedstat", R_OK) != 0)
        skip();
    for (int i = 0; i < 6; i++) {
        struct cgroup g;
        struct cgroup_usage u;
        char *root = i % 2 ? tree_v2() : tree_v1(true), pids[64];
        pthread_t beside;
        assert_int_equal(cgroup_create(&g, root, "a", &tight, &err), 0);
        snprintf(pids, sizeof pids, "%d\n%s", getpid(), others[i / 2]);
        spill(g.cpu, "cgroup.procs", pids);
        spill(g.cpu, "cpu.stat", "usage_usec 1500\nnr_periods 9\n");
        spill(g.cpu, "cpuacct.usage", "1500000\n");
        burn(NULL);
        assert_int_equal(pthread_create(&beside, NULL, burn, NULL), 0);
        pthread_join(beside, NULL);
        int64_t least_ns = monotonic_thread_cpu_ns() - 20 * MS;
        assert_int_equal(cgroup_read(&g, &u, &err), 0);
        assert_true(least_ns > 0);
        assert_int_equal(u.pids, (uint64_t)getpid() + (i / 2 ? 99999999 : 0));
        assert_true(u.first_ns >= least_ns && u.first_ns <= monotonic_thread_cpu_ns());
        assert_true(monotonic_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - u.first_ns >=
                    BURNT_NS * (i + 1));
        tree_free(root);
    }
}

static void v1_writes_and_reads(void **state)
{
    (void)state;
    struct error err;
    struct cgroup_usage u;
    for (int joined = 0; joined < 2; joined++) {
        struct cgroup g;
        char *root = tree_v1(joined);
        assert_int_equal(cgroup_create(&g, root, "a", &tight, &err), 0);
        assert_int_equal(strcmp(g.cpu, g.cpuacct) == 0, joined);
        assert_file(g.cpu, "cpu.cfs_quota_us", "20000");
        assert_file(g.cpu, "cpu.cfs_period_us", "50000");
        assert_file(g.cpu, "cpu.cfs_burst_us", "10000");
        assert_file(g.cpu, "cpu.shares", "512");
        assert_file(g.memory, "memory.limit_in_bytes", "67108864");
        spill(g.cpu, "cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 250000\n");
        spill(g.cpuacct, "cpuacct.usage", "1500000\n");
        spill(g.memory, "memory.usage_in_bytes", "4096\n");
        spill(g.memory, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
        assert_int_equal(cgroup_read(&g, &u, &err), 0);
        assert_int_equal(u.usage_ns, 1500000);
        assert_int_equal(u.throttled_ns, 250000);
        assert_int_equal(u.memory_bytes, 4096);
        assert_int_equal(u.oom_kills, 3);
        spill(root, "cpuacct/cpuacct.usage_percpu", "11 22 33 \n");
        assert_int_equal(cgroup_host_usage(root, 0), 11);
        assert_int_equal(cgroup_host_usage(root, 2), 33);
        tree_free(root);
    }
}

static void refuses_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        struct cgroup_limits limits;
        const char *text;
    } cases[] = {
        { { .quota_ns = MS / 2 }, "quota 0.5 ms is below the kernel's smallest, 1 ms" },
        { { .period_ns = 2000 * MS }, "period 2000 ms is out of range: 1 ms to 1 s" },
        { { .quota_ns = MS, .burst_ns = 2 * MS },
          "burst 2 ms is out of range: 0 to the quota, 1 ms" },
        { { .burst_ns = MS }, "burst 1 ms is out of range: 0 to the quota, 0 ms" },
        { { .weight = 1 }, "weight 1 is out of range: 2 to 262144" },
    };
    struct error err;
    struct cgroup g;
    char *root = tree_v2(), *none = tree_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cgroup_create(&g, root, "a", &cases[i].limits, &err), ERR_INVALID);
        assert_string_equal(err.text, cases[i].text);
        char *left = path_of(root, "a");
        assert_int_not_equal(access(left, F_OK), 0);
        free(left);
    }
    assert_int_equal(cgroup_create(&g, none, "a", &tight, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.text, "mount cgroup v2"));
    folder(root, "taken");
    assert_int_equal(cgroup_create(&g, root, "taken", &tight, &err), ERR_UNAVAILABLE);
    assert_non_null(strstr(err.text, "File exists"));
    tree_free(root), tree_free(none);
}

/* On this kernel: every change of limits that is legal at its end must be accepted on the way. */
static void the_kernel_accepts_every_change(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    static const struct cgroup_limits steps[] = {
        { .quota_ns = 20 * MS, .period_ns = 100 * MS, .burst_ns = 20 * MS },
        { .quota_ns = 2 * MS, .period_ns = 5 * MS },
        { .quota_ns = 200 * MS, .period_ns = 100 * MS, .burst_ns = 150 * MS, .weight = 256 },
        { .quota_ns = 1 * MS, .period_ns = 1000 * MS, .burst_ns = 1 * MS },
        { .memory_bytes = 32 << 20 },
        { .memory_bytes = 64 << 20, .quota_ns = 10 * MS },
        { 0 },
    };
    char *name = mem_printf("pushsim-test-%d", (int)getpid());
    int code = cgroup_create(&g, NULL, name, &steps[0], &err);
    free(name);
    if (code == ERR_UNAVAILABLE) {
        print_message("%s\n", err.text);
        skip();
    }
    for (size_t i = 0; code == 0 && i < sizeof steps / sizeof *steps; i++)
        code = cgroup_set_limits(&g, &steps[i], &err);
    if (code != 0)
        print_message("%s\n", err.text);
    struct error end;
    assert_int_equal(cgroup_remove(&g, &end), 0);
    assert_int_equal(code, 0);
}

static void the_kernel_counts_a_process(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    struct cgroup_usage u = { 0 };
    char *name = mem_printf("pushsim-test-%d", (int)getpid());
    int code = cgroup_create(&g, NULL, name, &(struct cgroup_limits){ 0 }, &err);
    free(name);
    if (code == ERR_UNAVAILABLE)
        skip();
    assert_int_equal(code, 0);
    pid_t pid = fork();
    if (pid == 0) {
        for (;;)
            pause();
    }
    code = cgroup_add(&g, pid, &err);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    code = code == 0 ? cgroup_read(&g, &u, &err) : code;
    struct error end;
    assert_int_equal(cgroup_remove(&g, &end), 0);
    assert_int_equal(code, 0);
    assert_true(u.usage_ns > 0); /* dying in it took some CPU */
}

/* On v2 the kernel is told to kill them all, where it has a file for that. */
static void v2_kills_what_is_left(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    char *root = tree_v2();
    assert_int_equal(cgroup_create(&g, root, "a", &tight, &err), 0);
    assert_false(cgroup_is_populated(&g));
    spill(g.cpu, "cgroup.kill", "");
    cgroup_kill_all(g.cpu);
    assert_file(g.cpu, "cgroup.kill", "1");
    tree_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detects_the_version),
        cmocka_unit_test(v2_writes_and_reads),
        cmocka_unit_test(v1_writes_and_reads),
        cmocka_unit_test(counts_first_threads_alone),
        cmocka_unit_test(refuses_with_a_reason),
        cmocka_unit_test(the_kernel_accepts_every_change),
        cmocka_unit_test(the_kernel_counts_a_process),
        cmocka_unit_test(v2_kills_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
