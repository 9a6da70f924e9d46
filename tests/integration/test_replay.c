/* The real arm end to end against the null server: every delivery is counted, comings and goings
 * and stalls happen as planned, and what was played is a trace. Skipped with one line where no
 * cgroup can be made. Nothing here depends on how fast the machine is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <libgen.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "experiments/replay/cgroup.h"
#include "experiments/replay/replay.h"

#define MS 1000000LL

static bool host_can(void)
{
    struct cgroup group;
    struct cgroup_limits limits = { 0 };
    struct error err;
    char name[64];
    snprintf(name, sizeof name, "pushsim-test-%d", getpid());
    if (cgroup_create(&group, NULL, name, &limits, &err)) {
        print_message("SKIP the real arm: %s\n", err.text);
        return false;
    }
    assert_int_equal(cgroup_remove(&group, &err), 0);
    return true;
}

/* The server is built beside this program; its description wants it on the PATH. */
static void find_any_server(struct server_spec *spec)
{
    char self[PATH_MAX];
    struct error err;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = '\0';
    char *path = mem_printf("%s/../servers:%s", dirname(self), getenv("PATH"));
    setenv("PATH", path, 1);
    free(path);
    if (server_spec_read(spec, "tests/servers/any-server.yaml", &err))
        fail_msg("%s", err.text);
}

static struct parameters parameters_of(enum push_protocol protocol)
{
    struct parameters p = { .limit_after_connect = true };
    p.cpu = (struct cpu_group_params){ .quota_ns = 50 * MS, .period_ns = 100 * MS };
    p.server.protocol = protocol;
    p.server.workers = 1;
    p.server.queue_bound = 512;
    p.workload.drain_ns = 5000 * MS;
    return p;
}

static struct action publish_at(int64_t at_ns)
{
    return (struct action){
        .at_ns = at_ns, .kind = ACTION_PUBLISH, .bytes = 100, .measured = true
    };
}

static void run_with(const struct parameters *p, const struct schedule *s,
                     struct run_record *out, struct schedule *played)
{
    struct server_spec spec;
    struct error err;
    struct replay_options options = {
        .server_cpu = -1, .client_cpu = -1, .settle_ms = 50, .played = played
    };
    find_any_server(&spec);
    if (replay_run(p, s, &spec, &options, out, &err))
        fail_msg("%s", err.text);
    server_spec_close(&spec);
}

static void run(enum push_protocol protocol, const struct schedule *s, struct run_record *out,
                struct schedule *played)
{
    struct parameters p = parameters_of(protocol);
    run_with(&p, s, out, played);
}

#define VALUE(name) run_record_value(&out, name)

static void check_steady(enum push_protocol protocol)
{
    struct action actions[50];
    struct schedule s = {
        .actions = actions, .initial = 20, .clients = 20, .end_ns = 500 * MS
    };
    struct run_record out;
    for (s.count = 0; s.count < 50; s.count++)
        actions[s.count] = publish_at((int64_t)s.count * 10 * MS);
    run(protocol, &s, &out, NULL);
    assert_int_equal(VALUE("published"), 50);
    assert_int_equal(VALUE("publish.answered"), 50);
    assert_int_equal(VALUE("delivered"), 1000);
    assert_int_equal(VALUE("due"), 1000);
    assert_int_equal(VALUE("dropped") + VALUE("in_flight") + VALUE("lost"), 0);
    assert_int_equal(VALUE("connections"), 20);
    assert_int_equal(VALUE("client.strange"), 0);
    assert_int_equal(out.histograms[0].histogram.count, 1000);
    assert_true(VALUE("delivery.p50") > 0 && VALUE("delivery.p50") <= VALUE("delivery.p99"));
    assert_true(VALUE("delivery.first.p50") <= VALUE("delivery.last.p50"));
    assert_true(VALUE("cpu.used") > 0);
    assert_true(isfinite(VALUE("client.valid")));
    run_record_close(&out);
}

static void test_steady(void **state)
{
    if (*state) {
        check_steady(PROTOCOL_SSE);
        check_steady(PROTOCOL_WEBSOCKET);
    } else {
        skip();
    }
}

static double points_sum(const struct run_record *r, const char *name)
{
    double sum = 0;
    for (size_t i = 0; i < r->point_count; i++)
        sum += strcmp(r->points[i].name, name) == 0 ? r->points[i].value : 0;
    return sum;
}

/* Client 0 stalls from 100 to 400 ms; client 1 leaves at 200 ms; client 2 comes at 300 ms. */
static void check_lifecycle(enum push_protocol protocol)
{
    struct action actions[] = {
        publish_at(50 * MS),
        { .at_ns = 100 * MS, .kind = ACTION_STALL, .client = 0, .duration_ns = 300 * MS },
        publish_at(150 * MS),
        { .at_ns = 200 * MS, .kind = ACTION_DISCONNECT, .client = 1 },
        publish_at(250 * MS),
        { .at_ns = 300 * MS, .kind = ACTION_CONNECT, .client = 2 },
        publish_at(600 * MS),
    };
    struct schedule s = {
        .actions = actions, .count = 7, .initial = 2, .clients = 3, .end_ns = 700 * MS
    };
    struct schedule played = { 0 };
    struct run_record out;
    run(protocol, &s, &out, &played);
    assert_int_equal(VALUE("delivered"), 4 + 2 + 1);
    assert_int_equal(VALUE("connections"), 2);
    assert_int_equal(VALUE("disconnects.client_left"), 1);
    assert_true(points_sum(&out, "disconnects") == VALUE("disconnects"));
    assert_true(points_sum(&out, "disconnects.client_left") == 1);
    assert_int_equal(VALUE("disconnects.server"), 0);
    assert_true(VALUE("delivery.max") >= 0.2); /* sent at 150 ms, read at 400 ms */
    assert_int_equal(played.count, s.count);
    for (size_t i = 0; i < s.count; i++) {
        assert_int_equal(played.actions[i].kind, actions[i].kind);
        assert_true(played.actions[i].at_ns >= actions[i].at_ns);
    }
    run_record_close(&out);
    free(played.actions);
}

static void test_lifecycle(void **state)
{
    if (*state) {
        check_lifecycle(PROTOCOL_SSE);
        check_lifecycle(PROTOCOL_WEBSOCKET);
    } else {
        skip();
    }
}

/* A crash and a deploy in one run: the server dies twice, each for its own reason. */
static void test_two_faults(void **state)
{
    struct action actions[] = { publish_at(50 * MS), publish_at(3900 * MS) };
    struct schedule s = {
        .actions = actions, .count = 2, .initial = 2, .clients = 2, .end_ns = 4000 * MS
    };
    struct parameters p = parameters_of(PROTOCOL_WEBSOCKET);
    struct run_record out;
    int64_t crash_ns = 0, deploy_ns = 0;
    if (!*state)
        skip();
    p.fault.crash_at_ns = 200 * MS;
    p.fault.deploy_at_ns = 3000 * MS;
    run_with(&p, &s, &out, NULL);
    for (size_t i = 0; i < out.event_count; i++) {
        if (strcmp(out.events[i].kind, "crash") == 0)
            crash_ns = out.events[i].at_ns;
        if (strcmp(out.events[i].kind, "deploy") == 0)
            deploy_ns = out.events[i].at_ns;
    }
    assert_true(crash_ns > 100 * MS && deploy_ns > crash_ns);
    assert_int_equal(VALUE("restarts"), 2);
    run_record_close(&out);
}

/* A server that cannot start, and one that ends at once: one clear error, no cgroup left. */
static void test_bad_server(void **state)
{
    static const struct {
        char *command;
        int code;
        const char *why;
    } cases[] = { { "/nonexistent/server", ERR_UNAVAILABLE, "No such file" },
                  { "/bin/false", ERR_STATE, "ended before it was ready" } };
    if (!*state)
        skip();
    for (size_t i = 0; i < 2; i++) {
        struct server_spec spec = { .dir = "/",
                                    .name = "bad",
                                    .command = { cases[i].command },
                                    .ready = "http://127.0.0.1:{port}/",
                                    .publish = "http://127.0.0.1:{port}/",
                                    .sse = "http://127.0.0.1:{port}/" };
        struct parameters p = parameters_of(PROTOCOL_SSE);
        struct schedule s = { 0 };
        struct replay_options options = { .server_cpu = -1, .client_cpu = -1 };
        struct run_record out;
        struct error err;
        assert_int_equal(replay_run(&p, &s, &spec, &options, &out, &err), cases[i].code);
        assert_non_null(strstr(err.text, cases[i].why));
        p.server.protocol = PROTOCOL_WEBSOCKET;
        assert_int_equal(replay_run(&p, &s, &spec, &options, &out, &err), ERR_INVALID);
    }
}

int main(void)
{
    bool can = host_can();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_steady, can ? "" : NULL),
        cmocka_unit_test_prestate(test_lifecycle, can ? "" : NULL),
        cmocka_unit_test_prestate(test_two_faults, can ? "" : NULL),
        cmocka_unit_test_prestate(test_bad_server, can ? "" : NULL),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
