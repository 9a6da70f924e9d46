/* The real arm against servers that do one thing otherwise than others (tests/servers/odd_server.py):
 * what is allowed is understood, all else is an error that names its cause. Skipped with one line
 * where no cgroup can be made. Nothing here depends on how fast the machine is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "experiments/replay/replay.h"

#define MS        1000000LL
#define READY_MS  20000
#define PUBLISHES 10
#define CLIENTS   4

static char *servers_dir(void)
{
    char *dir = realpath("tests/servers", NULL);
    assert_non_null(dir);
    return dir;
}

static int run(const struct server_spec *spec, int ready_ms, struct run_record *out,
               struct error *err)
{
    struct parameters p = { .limit_after_connect = true };
    struct action actions[PUBLISHES];
    struct schedule s = { .actions = actions,
                          .initial = CLIENTS,
                          .clients = CLIENTS,
                          .count = PUBLISHES,
                          .end_ns = 20 * PUBLISHES * MS };
    struct replay_options options = {
        .server_cpu = -1, .client_cpu = -1, .settle_ms = 50, .ready_ms = ready_ms
    };
    p.server.workers = 1;
    p.workload.drain_ns = 4000 * MS;
    for (int i = 0; i < PUBLISHES; i++)
        actions[i] = (struct action){
            .at_ns = 20 * i * MS, .kind = ACTION_PUBLISH, .bytes = 100, .measured = true
        };
    return replay_run(&p, &s, spec, &options, out, err);
}

static struct server_spec odd_server(char *habit)
{
    struct server_spec spec = { .name = "odd",
                                .command = { "python3", "odd_server.py", "{port}", habit },
                                .ready = "http://127.0.0.1:{port}/health",
                                .publish = "http://127.0.0.1:{port}/publish",
                                .sse = "http://127.0.0.1:{port}/events" };
    char *dir = servers_dir();
    memcpy(spec.dir, dir, strlen(dir) + 1);
    free(dir);
    return spec;
}

static int run_habit(char *habit, int ready_ms, struct run_record *out, struct error *err)
{
    struct server_spec spec = odd_server(habit);
    return run(&spec, ready_ms, out, err);
}

static void what_is_allowed_is_understood(void **state)
{
    static const struct {
        char *habit;
        double duplicates;
    } cases[] = { { "", 0 },       { "dup", CLIENTS * (PUBLISHES / 3) },
                  { "cr", 0 },     { "bom", 0 },
                  { "http10", 0 }, { "splits", 0 },
                  { "interim", 0 } };
    if (!*state)
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record out;
        struct error err;
        if (run_habit(cases[i].habit, READY_MS, &out, &err))
            fail_msg("'%s': %s", cases[i].habit, err.text);
        double delivered = run_record_value(&out, "delivered");
        double duplicates = run_record_value(&out, "client.duplicates");
        double dropped = run_record_value(&out, "dropped");
        double answered = run_record_value(&out, "publish.answered") -
                          run_record_value(&out, "publish.failed");
        run_record_close(&out);
        if (delivered != PUBLISHES * CLIENTS || answered != PUBLISHES)
            fail_msg("'%s': %g delivered, %g answered", cases[i].habit, delivered, answered);
        assert_int_equal(duplicates, cases[i].duplicates);
        assert_int_equal(dropped, 0);
    }
}

/* Its publish is not answered, so it is no drop, however long nothing else comes. */
static void an_overtaken_message_is_waited_for(void **state)
{
    struct run_record out;
    struct error err;
    if (!*state)
        skip();
    if (run_habit("overtakes", READY_MS, &out, &err))
        fail_msg("%s", err.text);
    double delivered = run_record_value(&out, "delivered");
    double dropped = run_record_value(&out, "dropped");
    run_record_close(&out);
    assert_int_equal(delivered, PUBLISHES * CLIENTS);
    assert_int_equal(dropped, 0);
}

static void what_is_not_fails_with_its_cause(void **state)
{
    static const struct {
        char *habit;
        const char *why;
        int ready_ms; /* 0: READY_MS */
    } cases[] = {
        { "json",
          "40 messages came, and none begins as what is published does, with eight "
          "digits; the first began '{\"m\":\"00'",
          0 },
        { "refuses", "10 of 10 publishes failed: answered with status 404", 0 },
        { "mutters", "10 of 10 publishes failed: what it answers is no HTTP", 0 },
        { "crash", "the server ended by itself (status 3); it wrote: FATAL boom", 0 },
        { "daemon",
          "before it was ready (status 0), but what it started lives on: it put itself "
          "into the background",
          0 },
        { "leaver", "the server ended", 0 },
        { "silent", "did not become ready in 1 s: http://127.0.0.1", 1000 },
        { "moved", "/health: status 302", 4000 },
        { "page",
          "a client could not connect: answered with Content-Type: text/html; an event stream "
          "is text/event-stream",
          0 },
        { "ends", "ended before anything was published: stream ended by the server", 0 },
    };
    if (!*state)
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct run_record out;
        struct error err;
        int code = run_habit(cases[i].habit, cases[i].ready_ms ? cases[i].ready_ms : READY_MS,
                             &out, &err);
        if (code == 0)
            fail_msg("'%s' is not found out", cases[i].habit);
        assert_int_equal(code, ERR_STATE);
        if (!strstr(err.text, cases[i].why))
            fail_msg("'%s': %s", cases[i].habit, err.text);
    }
}

/* Each with the description changed in one place. */
static void descriptions_that_do_not_fit(void **state)
{
    static const struct {
        char *publish, *stats, *counter;
        const char *why;
    } cases[] = {
        { "http://127.0.0.1:1/publish", NULL, NULL, "the publisher could not connect" },
        { NULL, "http://127.0.0.1:{port}/stats", "subs", "/stats tells no counter 'subs'" },
    };
    if (!*state)
        skip();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct server_spec spec = odd_server("");
        struct run_record out;
        struct error err;
        spec.publish = cases[i].publish ? cases[i].publish : spec.publish;
        spec.stats_url = cases[i].stats;
        spec.stats_subscribers = cases[i].counter;
        assert_int_equal(run(&spec, READY_MS, &out, &err), ERR_STATE);
        if (!strstr(err.text, cases[i].why))
            fail_msg("%s", err.text);
    }
}

/* Another one's port is not measured. */
static void a_taken_port_is_told(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof address;
    struct run_record out;
    struct error err;
    if (!*state)
        skip();
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    char *url = mem_printf("http://127.0.0.1:%d/publish", ntohs(address.sin_port));
    struct server_spec spec = odd_server("");
    spec.publish = url;
    int code = run(&spec, READY_MS, &out, &err);
    close(fd);
    free(url);
    assert_int_equal(code, ERR_STATE);
    assert_non_null(strstr(err.text, "is already in use"));
}

/* As a service outside of the cgroup would: starts the server at the port that the file names. */
static pid_t serve_who_asks(const char *file)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char port[16] = "";
    for (FILE *f; !strchr(port, '\n'); fclose(f)) {
        usleep(10000);
        f = fopen(file, "r");
        if (!f || !fgets(port, sizeof port, f))
            port[0] = '\0';
    }
    port[strcspn(port, "\n")] = '\0';
    execlp("python3", "python3", "tests/servers/odd_server.py", port, NULL);
    _exit(127);
}

static void what_runs_elsewhere_is_not_measured(void **state)
{
    char file[] = "/tmp/test_odd.XXXXXX";
    struct server_spec spec = odd_server("asks");
    struct run_record out;
    struct error err;
    if (!*state)
        skip();
    close(mkstemp(file));
    spec.environment[0] = mem_printf("ODD_ASKS=%s", file);
    pid_t service = serve_who_asks(file);
    int code = run(&spec, READY_MS, &out, &err);
    kill(service, SIGKILL);
    waitpid(service, NULL, 0);
    unlink(file);
    free(spec.environment[0]);
    assert_int_equal(code, ERR_STATE);
    assert_non_null(strstr(err.text, "was not started by the command"));
}

int main(void)
{
    struct error err;
    bool can = replay_possible(&err) == 0;
    if (!can)
        print_message("SKIP the real arm: %s\n", err.text);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(what_is_allowed_is_understood, can ? "" : NULL),
        cmocka_unit_test_prestate(an_overtaken_message_is_waited_for, can ? "" : NULL),
        cmocka_unit_test_prestate(what_is_not_fails_with_its_cause, can ? "" : NULL),
        cmocka_unit_test_prestate(descriptions_that_do_not_fit, can ? "" : NULL),
        cmocka_unit_test_prestate(a_taken_port_is_told, can ? "" : NULL),
        cmocka_unit_test_prestate(what_runs_elsewhere_is_not_measured, can ? "" : NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
