/* What is left in a group is killed, and the group goes: on this kernel, by either version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "experiments/replay/cgroup_internal.h"

#define MS INT64_C(1000000)

/* A process that has left ours, in the group or in one that was made below it. */
static pid_t leave_behind(const struct cgroup *g, bool below)
{
    struct error err;
    struct cgroup in = { .version = g->version };
    char *path = mem_printf("%s%s", g->cpu, below ? "/below" : "");
    assert_true(!below || mkdir(path, 0755) == 0);
    strcpy(in.cpu, path);
    strcpy(in.cpuacct, path);
    free(path);
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        for (;;)
            pause();
    }
    assert_int_equal(cgroup_add(&in, pid, &err), 0);
    assert_true(cgroup_is_populated(&in));
    return pid;
}

static void nothing_survives(struct cgroup *g, bool below)
{
    struct error err;
    char *path = mem_strdup(g->cpu);
    pid_t pid = leave_behind(g, below);
    int removed = cgroup_remove(g, &err), status = 0;
    pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended != pid) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    assert_int_equal(removed, 0);
    assert_int_equal(ended, pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_not_equal(access(path, F_OK), 0);
    free(path);
}

/* What left its process group, and so outlived its parent, is still in the group. */
static void the_kernel_lets_nothing_survive(void **state)
{
    (void)state;
    for (int below = 0; below < 2; below++) {
        struct error err;
        struct cgroup g;
        char *name = mem_printf("pushsim-test-%d", (int)getpid());
        int code = cgroup_create(&g, NULL, name, &(struct cgroup_limits){ 0 }, &err);
        free(name);
        if (code == ERR_UNAVAILABLE)
            skip();
        assert_int_equal(code, 0);
        nothing_survives(&g, below);
    }
}

/* The same on v2, be it beside v1 and without controllers. */
static void the_kernel_lets_nothing_survive_on_v2(void **state)
{
    (void)state;
    bool hybrid = access("/sys/fs/cgroup/unified/cgroup.controllers", F_OK) == 0;
    for (int below = 0; below < 2; below++) {
        struct cgroup g = { .version = CGROUP_V2 };
        snprintf(g.cpu, sizeof g.cpu, "/sys/fs/cgroup/%spushsim-test-%d",
                 hybrid ? "unified/" : "", (int)getpid());
        if (mkdir(g.cpu, 0755) != 0 || !cgroup_present(g.cpu, "cgroup.kill")) {
            rmdir(g.cpu);
            skip();
        }
        strcpy(g.cpuacct, g.cpu);
        nothing_survives(&g, below);
    }
}

/* Of a list that is longer than what is read at once, the number that was cut is another process's. */
static void a_cut_number_kills_nobody(void **state)
{
    (void)state;
    enum { READ = 16383, LINE = 8, LINES = READ / LINE, REST = READ - LINES * LINE };
    char root[] = "/tmp/test_cgroup_kill.XXXXXX", text[READ + 64];
    assert_non_null(mkdtemp(root));
    pid_t bystander = fork();
    if (bystander == 0)
        for (;;)
            pause();
    for (int i = 0; i < LINES; i++)
        strcpy(text + i * LINE, "9999999\n"); /* no process has such a number */
    snprintf(text + LINES * LINE, 64, "%0*d99\n", REST, (int)bystander);
    assert_int_equal(cgroup_put(root, "cgroup.procs", text), 0);
    cgroup_kill_each(root);
    nanosleep(&(struct timespec){ .tv_nsec = 20 * MS }, NULL);
    pid_t ended = waitpid(bystander, NULL, WNOHANG);
    if (ended == 0) {
        kill(bystander, SIGKILL);
        waitpid(bystander, NULL, 0);
    }
    char *file = mem_printf("%s/cgroup.procs", root);
    unlink(file);
    free(file);
    assert_int_equal(rmdir(root), 0);
    assert_int_equal(ended, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_lets_nothing_survive),
        cmocka_unit_test(the_kernel_lets_nothing_survive_on_v2),
        cmocka_unit_test(a_cut_number_kills_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
