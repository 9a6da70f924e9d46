/* A server is started, watched and ended; a plain directory stands for its cgroup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "experiments/replay/server_process.h"

struct place {
    struct cgroup group;
    struct parameters params;
    struct server_spec spec;
    struct server_start how;
};

static void open_place(struct place *p, const struct server_spec *spec)
{
    *p = (struct place){ .spec = *spec, .group = { .cpu = "/tmp/test_server.XXXXXX" } };
    assert_non_null(mkdtemp(p->group.cpu));
    memcpy(p->group.cpuacct, p->group.cpu, sizeof p->group.cpu);
    strcpy(p->spec.dir, "/tmp");
    p->how = (struct server_start){ .spec = &p->spec,
                                    .params = &p->params,
                                    .group = &p->group,
                                    .port = 1, /* nobody listens there */
                                    .cpu = -1,
                                    .ready_ms = 5000 };
}

static void close_place(struct place *p)
{
    char *file = mem_printf("%s/cgroup.procs", p->group.cpu);
    unlink(file); /* it need not be there yet */
    free(file);
    assert_int_equal(rmdir(p->group.cpu), 0);
}

/* Ended at once after it was started without a wait: before the child had a process group, the
 * signal found nobody and the wait had no end. */
static void ends_what_has_just_begun(void **state)
{
    (void)state;
    const struct server_spec spec = { .name = "sleeper", .command = { "sleep", "1000" } };
    for (int i = 0; i < 50; i++) {
        struct place p;
        struct server_process server = { 0 };
        struct error err;
        bool started;
        open_place(&p, &spec);
        alarm(30);
        assert_int_equal(server_process_again(&server, &p.how, &started, &err), 0);
        assert_true(started);
        server_process_stop(&server);
        alarm(0);
        assert_false(server_process_alive(&server));
        close_place(&p);
    }
}

/* Its last words are one printable line, whatever they were. */
static void tells_what_it_wrote(void **state)
{
    (void)state;
    static const struct {
        const char *script, *how, *end;
    } cases[] = {
        { "printf 'a\\r\\nb\\n\\n'; exit 3", "before it was ready (status 3)",
          "; it wrote: a |b" },
        { "printf '\\033[31mred\\000more\\344\\n'; kill -9 $$", "(signal 9)",
          "; it wrote: ?[31mred?more?" },
        { "exit 0", "(status 0)",
          "start it in the foreground" }, /* its number is still in the file */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct server_spec spec = { .name = "x",
                                          .command = { "sh", "-c", (char *)cases[i].script },
                                          .ready = "http://127.0.0.1:{port}/" };
        struct place p;
        struct server_process server = { 0 };
        struct error err;
        open_place(&p, &spec);
        assert_int_equal(server_process_start(&server, &p.how, &err), ERR_STATE);
        close_place(&p);
        const char *end = strstr(err.text, cases[i].end);
        if (!strstr(err.text, cases[i].how) || !end || strlen(end) != strlen(cases[i].end))
            fail_msg("%s", err.text);
    }
}

/* A long output does not stay on the disk; its end does. */
static void forgets_what_it_wrote_long_ago(void **state)
{
    (void)state;
    const struct server_spec spec = {
        .name = "chatty", .command = { "sh", "-c", "head -c 80000000 /dev/zero; echo the end" }
    };
    struct place p;
    struct server_process server = { 0 };
    struct error err;
    struct stat before, after;
    bool started;
    open_place(&p, &spec);
    assert_int_equal(server_process_again(&server, &p.how, &started, &err), 0);
    while (server_process_alive(&server))
        usleep(1000);
    assert_int_equal(fstat(server.log_fd, &before), 0);
    server_process_trim_log(&server);
    assert_int_equal(fstat(server.log_fd, &after), 0);
    server_process_ended(&server, &p.group, &err);
    server_process_stop(&server);
    close_place(&p);
    assert_int_equal(after.st_size, before.st_size);
    if (after.st_blocks == before.st_blocks)
        skip(); /* this file system makes no holes */
    assert_in_range(after.st_blocks * 512, 1, 2 << 20);
    assert_non_null(strstr(err.text, "?the end"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_what_has_just_begun),
        cmocka_unit_test(tells_what_it_wrote),
        cmocka_unit_test(forgets_what_it_wrote_long_ago),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
