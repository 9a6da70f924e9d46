/* The publisher's connections and what servers say on them: the server is a process here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiments/replay/publisher.h"

#define OK          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
#define LAST        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
#define UNASKED     "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"
#define PATIENCE_MS 3000

struct server {
    const char *greeting; /* said on the first connections; then they are closed */
    const char *answer;   /* to a publish, on the others */
    int greeted;          /* how many are the first */
    int listener;
    pid_t pid;
};

static void answer_all(const struct server *s, int fd)
{
    char request[4096];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (recv(fd, request, sizeof request, 0) > 0)
        send(fd, s->answer, strlen(s->answer), MSG_NOSIGNAL);
    _exit(0);
}

static void serve(const struct server *s)
{
    signal(SIGCHLD, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0;; i++) {
        int fd = accept(s->listener, NULL, NULL);
        if (i < s->greeted)
            send(fd, s->greeting, strlen(s->greeting), MSG_NOSIGNAL);
        else if (fork() == 0)
            answer_all(s, fd);
        close(fd);
    }
}

static void open_server(struct server *s, struct endpoint *at)
{
    socklen_t size = sizeof at->address;
    *at = (struct endpoint){ .host = "h", .path = "/", .address = { .sin_family = AF_INET } };
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&at->address, size), 0);
    assert_int_equal(listen(s->listener, 64), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at->address, &size), 0);
    s->pid = fork();
    if (s->pid == 0)
        serve(s);
}

static void close_server(struct server *s)
{
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    close(s->listener);
}

static bool all_open(const struct publisher *p)
{
    return p->open == PUBLISHER_CONNECTIONS;
}

static bool none_open(const struct publisher *p)
{
    return p->open == 0;
}

static bool unreachable(const struct publisher *p)
{
    return p->unreached > 0;
}

static bool answered_or_failed(const struct publisher *p)
{
    return p->answered + p->failed > 0;
}

static bool run_until(uv_loop_t *loop, const struct publisher *p,
                      bool (*holds)(const struct publisher *p))
{
    uint64_t end = uv_hrtime() + PATIENCE_MS * UINT64_C(1000000);
    while (!holds(p) && uv_hrtime() < end) {
        uv_run(loop, UV_RUN_NOWAIT);
        usleep(1000);
    }
    return holds(p);
}

static void close_publisher(struct publisher *p, uv_loop_t *loop)
{
    publisher_shut(p);
    uv_run(loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(loop), 0);
    publisher_close(p);
}

/* What a server says that was asked nothing is no answer: no publish has failed. */
static void unasked_answers_are_none(void **state)
{
    (void)state;
    struct server s = { .greeting = UNASKED, .greeted = PUBLISHER_CONNECTIONS, .answer = OK };
    struct endpoint at;
    struct publisher p;
    struct error err;
    uv_loop_t loop;
    open_server(&s, &at);
    uv_loop_init(&loop);
    assert_int_equal(publisher_init(&p, &loop, &at, 100, &err), 0);
    run_until(&loop, &p, all_open);
    assert_true(run_until(&loop, &p, none_open));
    assert_true(run_until(&loop, &p, all_open)); /* again */
    publisher_send(&p, 0, 100);
    assert_true(run_until(&loop, &p, answered_or_failed));
    assert_int_equal(p.failed, 0);
    assert_int_equal(p.answered, 1);
    close_publisher(&p, &loop);
    close_server(&s);
}

/* The server says that it closes, and takes its time: nothing more goes out there. */
static void a_last_answer_is_the_last(void **state)
{
    (void)state;
    struct server s = { .answer = LAST };
    struct endpoint at;
    struct publisher p;
    struct error err;
    uv_loop_t loop;
    open_server(&s, &at);
    uv_loop_init(&loop);
    assert_int_equal(publisher_init(&p, &loop, &at, 100, &err), 0);
    assert_true(run_until(&loop, &p, all_open));
    publisher_send(&p, 0, 100);
    assert_true(run_until(&loop, &p, answered_or_failed));
    assert_int_equal(p.answered, 1);
    assert_int_equal(p.open, PUBLISHER_CONNECTIONS - 1);
    assert_true(run_until(&loop, &p, all_open));
    assert_int_equal(p.failed, 0);
    close_publisher(&p, &loop);
    close_server(&s);
}

/* A connect that fails at once, here for want of descriptors, is tried again as any other. */
static void connects_that_fail_at_once_are_tried_again(void **state)
{
    (void)state;
    struct server s = { .greeting = "", .greeted = PUBLISHER_CONNECTIONS, .answer = OK };
    struct endpoint at;
    struct publisher p;
    struct error err;
    struct rlimit before, none;
    uv_loop_t loop;
    open_server(&s, &at);
    uv_loop_init(&loop);
    getrlimit(RLIMIT_NOFILE, &before);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(publisher_init(&p, &loop, &at, 100, &err), 0);
    run_until(&loop, &p, all_open);
    assert_true(run_until(&loop, &p, none_open));
    setrlimit(RLIMIT_NOFILE, &none);
    assert_true(run_until(&loop, &p, unreachable));
    setrlimit(RLIMIT_NOFILE, &before);
    assert_string_equal(p.unreached_why, uv_strerror(UV_EMFILE));
    assert_true(run_until(&loop, &p, all_open));
    close_publisher(&p, &loop);
    close_server(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unasked_answers_are_none),
        cmocka_unit_test(a_last_answer_is_the_last),
        cmocka_unit_test(connects_that_fail_at_once_are_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
