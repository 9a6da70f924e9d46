/* Who listens at a port: out of tables as the kernel writes them, and on this kernel, where a plain
 * directory stands for a cgroup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiments/replay/port_owner.h"

/* Linux 6.1: port 8000 (1F40) listens twice, is the port of a connection, and that of a peer. */
static const char table_v4[] = "  sl  local_address rem_address   st tx_queue rx_queue tr "
                               "tm->when retrnsmt   uid  timeout "
                               "inode\n"
                               "   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 "
                               "00:00000000 00000000     0        0 "
                               "40511 1 0000000000000000 100 0 0 10 0\n"
                               "   1: 00000000:0016 00000000:0000 0A 00000000:00000000 "
                               "00:00000000 00000000     0        0 "
                               "40512 1 0000000000000000 100 0 0 10 0\n"
                               "   2: 0100007F:1F40 00000000:0000 0A 00000000:00000000 "
                               "00:00000000 00000000  1000        0 "
                               "40513 1 0000000000000000 100 0 0 10 0\n"
                               "   3: 0100007F:1F40 0100007F:A1B2 01 00000000:00000000 "
                               "00:00000000 00000000     0        0 "
                               "40514 1 0000000000000000 20 4 30 10 -1\n"
                               "   4: 0100007F:A1B2 0100007F:1F40 01 00000000:00000000 "
                               "00:00000000 00000000     0        0 "
                               "40515 1 0000000000000000 20 4 30 10 -1\n";
static const char table_v6[] =
    "  sl  local_address                         remote_address                        st ...\n"
    "   0: 00000000000000000000000001000000:1F40 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     0        0 40611 1 0000000000000000 100 0 0 10 "
    "0\n";

static void finds_those_that_listen(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int port;
        size_t room, count;
        unsigned long first, last;
    } cases[] = {
        { table_v4, 8000, 8, 2, 40511, 40513 }, { table_v4, 8000, 1, 1, 40511, 40511 },
        { table_v4, 22, 8, 1, 40512, 40512 },   { table_v4, 0xa1b2, 8, 0, 0, 0 },
        { table_v6, 8000, 8, 1, 40611, 40611 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned long inodes[8] = { 0 };
        FILE *f = fmemopen((char *)cases[i].text, strlen(cases[i].text), "r");
        assert_int_equal(port_listeners(f, cases[i].port, inodes, cases[i].room),
                         cases[i].count);
        fclose(f);
        for (size_t k = 0; k < cases[i].count; k++)
            assert_int_equal(inodes[k], k == 0 ? cases[i].first : cases[i].last);
    }
}

static void write_procs(const char *dir, int pid)
{
    char *path = mem_printf("%s/cgroup.procs", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    if (pid)
        fprintf(f, "%d\n", pid);
    fclose(f);
    free(path);
}

/* We listen: the port is of the group with us, in it or below it, and of no other. */
static void tells_ours_from_others(void **state)
{
    (void)state;
    struct cgroup group = { .cpu = "/tmp/test_port.XXXXXX" };
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    assert_non_null(mkdtemp(group.cpu));
    char *below = mem_printf("%s/below", group.cpu);
    assert_int_equal(mkdir(below, 0755), 0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    write_procs(group.cpu, getpid());
    write_procs(below, 0);
    bool ours = port_is_of_group(&group, ntohs(at.sin_port));
    write_procs(group.cpu, 0);
    bool empty = port_is_of_group(&group, ntohs(at.sin_port));
    write_procs(below, getpid());
    bool deeper = port_is_of_group(&group, ntohs(at.sin_port));
    close(fd);
    bool nobody = port_is_of_group(&group, ntohs(at.sin_port));
    char *clear = mem_printf("rm -r %s", group.cpu);
    assert_int_equal(system(clear), 0);
    free(clear);
    free(below);
    assert_true(ours);
    assert_false(empty);
    assert_true(deeper);
    assert_true(nobody); /* who served a client meanwhile cannot be told */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_those_that_listen),
        cmocka_unit_test(tells_ours_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
