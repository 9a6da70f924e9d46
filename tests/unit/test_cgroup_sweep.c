/* What a pushsim that was killed left behind goes, and what a living one has stays, wherever that one
 * runs: on made trees and on this kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiments/replay/cgroup_internal.h"

static const struct cgroup_limits none;

static char *path_of(const char *dir, const char *name)
{
    return mem_printf("%s/%s", dir, name);
}

static void folder(const char *root, const char *name)
{
    char *path = path_of(root, name);
    assert_int_equal(mkdir(path, 0755), 0);
    free(path);
}

/* A host of v2 alone, or of v1 with its hierarchies. */
static char *tree_new(bool v1)
{
    char *root = mem_strdup("/tmp/test_cgroup_sweep.XXXXXX");
    assert_non_null(mkdtemp(root));
    if (!v1) {
        cgroup_put(root, "cgroup.controllers", "cpu memory\n");
        return root;
    }
    folder(root, "cpu"), folder(root, "cpuacct"), folder(root, "memory");
    cgroup_put(root, "cpu/cgroup.procs", "");
    cgroup_put(root, "memory/cgroup.procs", "");
    return root;
}

static void tree_free(char *root)
{
    char *command = mem_printf("rm -r %s", root);
    assert_int_equal(system(command), 0);
    free(command);
    free(root);
}

/* The number of a process that is no more. */
static pid_t dead_pid(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

/* Makes the folder pushsim-PID-WHAT below root/at. */
static char *leave(const char *root, const char *at, pid_t pid, const char *what)
{
    char *name = mem_printf("%s" CGROUP_PREFIX "%d-%s", at, (int)pid, what);
    char *path = path_of(root, name);
    folder(root, name);
    free(name);
    return path;
}

static void assert_there(const char *path, bool there)
{
    if ((access(path, F_OK) == 0) != there)
        fail_msg("%s is %s", path, there ? "gone" : "still there");
}

static void assert_swept(char *path, bool gone)
{
    assert_there(path, !gone);
    free(path);
}

/* `another`: of a living process, by a pushsim that held no groups. */
static void sweeps_what_the_dead_left_alone(const char *at, char *root, int directories)
{
    pid_t dead = dead_pid();
    char *left = leave(root, at, dead, "1f"), *another = leave(root, at, getppid(), "1f");
    char *busy = leave(root, at, dead, "busy");
    cgroup_put(busy, "cgroup.procs",
               ""); /* rmdir refuses it here as it does where processes are */
    char *name = mem_printf("%sother-%d-x", at, (int)dead), *other = path_of(root, name);
    folder(root, name);
    assert_int_equal(cgroup_sweep(root), directories);
    assert_swept(left, true);
    assert_swept(another, false);
    assert_swept(busy, false);
    assert_swept(other, false);
    free(name);
    tree_free(root);
}

static void sweeps_after_the_dead(void **state)
{
    (void)state;
    sweeps_what_the_dead_left_alone("", tree_new(false), 1);
    sweeps_what_the_dead_left_alone("cpu/", tree_new(true), 1);
    sweeps_what_the_dead_left_alone("cpuacct/", tree_new(true), 1);
    sweeps_what_the_dead_left_alone("memory/", tree_new(true), 1);
    char *nothing = mem_strdup("/tmp/test_cgroup_sweep.XXXXXX");
    assert_non_null(mkdtemp(nothing));
    assert_int_equal(cgroup_sweep(nothing), 0);
    tree_free(nothing);
}

/* A maker that was killed and that nobody has waited for. */
static void sweeps_after_a_zombie(void **state)
{
    (void)state;
    char *root = tree_new(false);
    siginfo_t info;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    char *left = leave(root, "", pid, "1f");
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    int swept = cgroup_sweep(root);
    waitpid(pid, NULL, 0);
    assert_int_equal(swept, 1);
    assert_swept(left, true);
    tree_free(root);
}

/* A maker whose groups bear another number than it has here, as one in a container has; it lives
 * until it is killed. */
static pid_t maker_elsewhere(const char *root, const char *name)
{
    int ready[2];
    char done = 1;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct error err;
        struct cgroup g;
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* whatever becomes of the test */
        done = cgroup_create(&g, root, name, &none, &err) == 0;
        if (write(ready[1], &done, 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &done, 1), 1);
    close(ready[0]), close(ready[1]);
    if (done)
        return pid;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return 0;
}

static void kill_maker(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* It looks dead from here, and what it runs could be killed from here. */
static void keeps_what_lives_in_another_container(void **state)
{
    (void)state;
    static const char *const below[] = { "", "cpu/", "cpuacct/", "memory/" };
    for (int v1 = 0; v1 < 2; v1++) {
        char *root = tree_new(v1);
        char *name = mem_printf(CGROUP_PREFIX "%d-1f", (int)dead_pid());
        pid_t pid = maker_elsewhere(root, name);
        assert_int_not_equal(pid, 0);
        assert_int_equal(cgroup_sweep(root), 0);
        for (int i = v1; i < (v1 ? 4 : 1); i++) {
            char *path = mem_printf("%s/%s%s", root, below[i], name);
            assert_swept(path, false);
        }
        kill_maker(pid);
        char *command =
            mem_printf("find %s -path '*/" CGROUP_PREFIX "*' -type f -delete", root);
        assert_int_equal(system(command), 0); /* as the kernel's files are in nobody's way */
        assert_int_equal(cgroup_sweep(root), v1 ? 3 : 1);
        free(command), free(name);
        tree_free(root);
    }
}

/* In a container numbers are few: the next pushsim has that of the one that was killed. */
static void replaces_what_our_number_left(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    char *root = tree_new(false), *name = mem_printf(CGROUP_PREFIX "%d-a", (int)getpid());
    char *left = leave(root, "", getpid(), "a"), *swept = leave(root, "", getpid(), "b");
    assert_int_equal(cgroup_create(&g, root, name, &none, &err), 0);
    assert_int_equal(cgroup_sweep(root), 1); /* not the one that we hold */
    assert_there(left, true);
    assert_swept(swept, true);
    close(g.held[0] - 1);
    free(left), free(name);
    tree_free(root);
}

static void another_container_may_have_our_number(void **state)
{
    (void)state;
    struct error err;
    struct cgroup g;
    char *root = tree_new(false), *name = mem_printf(CGROUP_PREFIX "%d-a", (int)getpid());
    pid_t pid = maker_elsewhere(root, name);
    assert_int_not_equal(pid, 0);
    int code = cgroup_create(&g, root, name, &none, &err);
    kill_maker(pid);
    assert_int_equal(code, ERR_UNAVAILABLE);
    assert_non_null(strstr(err.text, "File exists; it is another pushsim's"));
    free(name);
    tree_free(root);
}

/* On the hierarchies of this kernel, too: a lock on a group's directory, given back by SIGKILL. */
static void the_kernel_keeps_what_is_held(void **state)
{
    (void)state;
    char parent[CGROUP_PARENT_MAX];
    char *name = mem_printf(CGROUP_PREFIX "%d-held", (int)dead_pid());
    pid_t pid = maker_elsewhere(NULL, name);
    if (pid == 0) {
        free(name);
        skip();
    }
    cgroup_parent(parent, NULL);
    static const char *const below[] = { "cpu/", "cpuacct/", "memory/" };
    bool v1 = cgroup_detect(NULL) == CGROUP_V1;
    bool kept = true, swept = true;
    for (int i = 0; i < (v1 ? 3 : 1); i++) {
        char *path = mem_printf("%s/%s%s", parent, v1 ? below[i] : "", name);
        kept = kept && !cgroup_sweep_stale(path) && access(path, F_OK) == 0;
        free(path);
    }
    kill_maker(pid);
    for (int i = 0; i < (v1 ? 3 : 1); i++) {
        char *path = mem_printf("%s/%s%s", parent, v1 ? below[i] : "", name);
        cgroup_sweep_stale(path);
        swept = swept && access(path, F_OK) != 0;
        free(path);
    }
    free(name);
    assert_true(kept);
    assert_true(swept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sweeps_after_the_dead),
        cmocka_unit_test(sweeps_after_a_zombie),
        cmocka_unit_test(keeps_what_lives_in_another_container),
        cmocka_unit_test(replaces_what_our_number_left),
        cmocka_unit_test(another_container_may_have_our_number),
        cmocka_unit_test(the_kernel_keeps_what_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
