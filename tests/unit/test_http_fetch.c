/* One question to a server, which is a process here that answers with what each case says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiments/replay/http_fetch.h"

#define PATIENCE_MS 300

struct server {
    int listener;
    pid_t pid;
    struct endpoint at;
};

static void listen_at_loopback(struct server *s, int backlog)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t size = sizeof at;
    *s = (struct server){ .listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                          .at = { .host = "h:1", .path = "/x" } };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(s->listener, backlog), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&s->at.address, &size), 0);
}

static void open_server(struct server *s, const char *answer, bool closes)
{
    listen_at_loopback(s, 8);
    s->pid = fork();
    if (s->pid != 0)
        return;
    for (;;) {
        char request[1024];
        int fd = accept(s->listener, NULL, NULL);
        if (recv(fd, request, sizeof request, 0) > 0)
            send(fd, answer, strlen(answer), MSG_NOSIGNAL);
        if (closes)
            close(fd);
    }
}

static void close_server(struct server *s)
{
    if (s->pid > 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    close(s->listener);
}

static void addresses_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *url, *host, *path; /* path NULL: refused */
    } cases[] = {
        { "http://127.0.0.1:8000", "127.0.0.1:8000", "/" },
        { "http://localhost/a/b?c=d#e", "localhost:80", "/a/b?c=d" },
        { "http://127.0.0.1:8000?x=1", "127.0.0.1:8000", "/?x=1" },
        { "ws://127.0.0.1:1/#x", "127.0.0.1:1", "/" },
        { "http://[::1]:80/", NULL, NULL },
        { "http://example.org/", NULL, NULL },
        { "127.0.0.1:80", NULL, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endpoint e;
        struct error err;
        int code = endpoint_parse(&e, cases[i].url, &err);
        assert_int_equal(code, cases[i].path ? 0 : ERR_INVALID);
        if (code == 0) {
            assert_string_equal(e.host, cases[i].host);
            assert_string_equal(e.path, cases[i].path);
        }
    }
}

static void answers_or_names_the_cause(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        bool closes;
        const char *body; /* of http_fetch; NULL: it fails */
        const char *why;  /* of http_fetch that failed */
        bool answers;     /* http_answers is content */
    } cases[] = {
        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false, "ok", NULL, true },
        { "HTTP/1.1 204 No Content\r\n\r\n", false, "", NULL, true },
        { "HTTP/1.0 200 OK\r\n\r\nok", true, "ok", NULL, true },
        { "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"
          "Content-Length: 2\r\n\r\nok",
          false, "ok", NULL, true },
        { "HTTP/1.1 200 OK\r\n\r\n: a stream\n\n", false, NULL, "timed out", true },
        { "HTTP/1.1 103 Early Hints\r\n\r\n", false, NULL, "timed out", false },
        { "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", false, NULL, "h:1/x: status 302",
          false },
        { "hello\r\n", false, NULL, "what it answers is no HTTP", false },
        { "HTTP/1.1 20", true, NULL, "reset", false },
        { "", false, NULL, "timed out", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server s;
        struct error err;
        char *body = NULL;
        open_server(&s, cases[i].answer, cases[i].closes);
        int fetched = http_fetch(&body, &s.at, PATIENCE_MS, &err);
        bool told = !cases[i].why || strstr(err.text, cases[i].why);
        bool same = cases[i].body && body ? strcmp(body, cases[i].body) == 0 : !cases[i].body;
        bool answers = http_answers(&s.at, PATIENCE_MS, &(struct error){ 0 }) == 0;
        free(body);
        close_server(&s);
        assert_int_equal(fetched, cases[i].body ? 0 : ERR_IO);
        assert_true(same);
        if (!told)
            fail_msg("case %zu: %s", i, err.text);
        assert_int_equal(answers, cases[i].answers);
    }
}

/* One that has stopped to accept holds its port no less, and is not waited for. */
static void a_full_queue_is_a_taken_port(void **state)
{
    (void)state;
    int full[4];
    struct server s;
    listen_at_loopback(&s, 0);
    assert_true(endpoint_is_taken(&s.at));
    for (int i = 0; i < 4; i++) {
        full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(full[i], (struct sockaddr *)&s.at.address, sizeof s.at.address);
    }
    alarm(30); /* the kernel gives up after two minutes */
    assert_true(endpoint_is_taken(&s.at));
    alarm(0);
    for (int i = 0; i < 4; i++)
        close(full[i]);
    close_server(&s);
    assert_false(endpoint_is_taken(&s.at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(answers_or_names_the_cause),
        cmocka_unit_test(a_full_queue_is_a_taken_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
