/* Options that change nothing because of another one: refused where no point makes use of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/run/idle_options.h"
#include "experiments/run/plan.h"
#include "tests/support/plan_text.h"

/* What check says of it; "" when it is fine. */
static const char *said(const struct scratch *scratch, const char *yaml,
                        const struct override *o, size_t overrides, struct error *err)
{
    struct experiment e;
    struct plan plan;
    char *path = scratch_write(scratch, "x.yaml", yaml);
    int code = config_load(&e, path, o, overrides, err);
    free(path);
    if (code == 0) {
        code = plan_build(&plan, &e, err);
        if (code == 0)
            plan_close(&plan);
        config_close(&e);
    }
    return code ? err->text : "";
}

static void test_idle_in_all_points(void **state)
{
    static const struct {
        const char *yaml, *cause;
    } cases[] = {
        { "server: { queue: { bound: 8, policy: none } }\n",
          "server.queue.bound changes nothing while server.queue.policy is none" },
        { "server: { preset: node-ws }\nsweep: { server.queue.bound: [8, 16] }\n",
          "server.queue.bound changes nothing while server.queue.policy is none" },
        { "fleet: { pods: 2 }\nautoscaler: { cpu: 70% }\n",
          "autoscaler.cpu changes nothing while autoscaler.on is no" },
        { "fleet: { pods: 2 }\nprobe: { liveness: { failures: 1 } }\n",
          "probe.liveness.failures changes nothing while probe.liveness.period is none" },
        { "clients: { stall-for: 5s }\n", "clients.stall-for changes nothing while "
                                          "clients.stalls is 0 and clients.stall-at is none" },
        { "clients: { preset: socket.io, reconnect: { jitter: 50% } }\n",
          "clients.reconnect.jitter changes nothing while clients.preset is socket.io" },
        { "cpu: { period: 20ms }\n",
          "cpu.period changes nothing while cpu.limit is none and cpu.quota is none" },
        { "fault: { busy-at: 5s }\n",
          "fault.busy-at changes nothing while fault.busy-for is 0" },
        { "heartbeat: { timeout: 5s, period: 9s }\n",
          "heartbeat.timeout changes nothing while protocol is sse" },
        { "fleet: { pods: 2, pre-stop: 5s }\n",
          "fleet.pre-stop changes nothing while fault.deploy-at is none and autoscaler.on is "
          "no" },
        { "fault: { crash-at: 20s }\n",
          "fault.crash-at is 20.0s: the run ends at 20.0s, with its drain" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err;
        const char *text = said(*state, cases[i].yaml, NULL, 0, &err);
        if (!strstr(text, cases[i].cause))
            fail_msg("%s: '%s' is not in '%s'", cases[i].yaml, cases[i].cause, text);
    }
}

/* One point is enough, a default changes nothing anyway, and either of two needs will do. */
static void test_used_somewhere(void **state)
{
    static const char *const fine[] = {
        "sweep: { server.queue.policy: [none, drop-oldest], server.queue.bound: [8, 16] }\n",
        "server: { queue: { policy: none, bound: 512 } }\n",
        "server: { queue: { policy: none, bound: 8 } }\nslo: { p99: 1s, control: { trigger: "
        "breach, policy: drop-oldest } }\n",
        "clients: { stall-for: 5s, stalls: 0.1/s }\n",
        "clients: { stall-for: 5s, stall-at: 1s }\n",
        "clients: { preset: socket.io, classes: 2, slow: { share: 1 }, reconnect: { base: 1s } "
        "}\n",
        "cpu: { period: 20ms, quota: 5ms }\n",
        "fault: { crash-at: 19s }\n",
        "fault: { crash-at: 40s }\nsweep: { workload.drain: [1s, 60s] }\n",
        "auth: { service: 5ms }\nsweep: { auth.workers: [0, 5] }\n",
    };
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct error err;
        assert_string_equal(said(*state, fine[i], NULL, 0, &err), "");
    }
}

/* Whoever switches the other option off by --set wants just that; what --set itself gives in vain
 * is refused. */
static void test_overruled(void **state)
{
    const char *yaml = "heartbeat: { period: 5s, spread: 1s }\n";
    struct override off = { "heartbeat.period", "0", "--set" };
    struct override vain[] = { { "auth.service", "5ms", "--set" } };
    struct error err;
    assert_string_equal(said(*state, yaml, &off, 1, &err), "");
    assert_string_not_equal(said(*state, yaml, vain, 1, &err), "");
    struct override shorter = { "workload.phases.steady.duration", "5s", "--set" };
    assert_string_equal(said(*state, "fault: { crash-at: 18s }\n", &shorter, 1, &err), "");
}

/* No rule is about an option that is not there, and each option that it needs has its value. */
static void test_rules_are_of_options(void **state)
{
    (void)state;
    struct settings s;
    size_t count, options;
    const struct idle_rule *rules = idle_rules(&count);
    const struct option_row *all = options_all(&options);
    settings_init(&s);
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t k = 0; k < options; k++)
            known |= strncmp(all[k].name, rules[i].option, strlen(rules[i].option)) == 0;
        assert_true(known);
        assert_true(idle_rule_applies(&rules[i], &s) ||
                    strcmp(rules[i].option, "server.queue.bound") == 0 ||
                    strcmp(rules[i].option, "clients.reconnect.") == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle_in_all_points),
        cmocka_unit_test(test_used_somewhere),
        cmocka_unit_test(test_overruled),
        cmocka_unit_test(test_rules_are_of_options),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
