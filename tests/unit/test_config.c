/* Experiments become plans: order of values, profile, overrides, sweeps, places of errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/run/plan.h"
#include "sim/random_stream.h"
#include "tests/support/plan_text.h"

static void assert_cells(const struct plan *plan, const char *const *cells, size_t count)
{
    assert_int_equal(plan->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(plan->points[i].cell, cells[i]);
        assert_int_equal(plan->points[i].number, i + 1);
    }
}

/* A profile's value yields to the preset, and that to the file, the sweep and --set. */
static void test_presets_between_profile_and_experiment(void **state)
{
    struct experiment e;
    struct plan plan;
    free(scratch_write(*state, "p.yaml",
                       "name: p\naccept: { backlog: 77, syn-retries: 3 }\n"
                       "server: { write-high: 1MiB, write-low: 1KiB }\n"));
    struct override set = { .name = "server.write-low", .text = "2KiB" };
    plan_text(*state,
              "profile: p.yaml\nserver: { preset: uvicorn, write-high: 8KiB }\n"
              "heartbeat: { period: 3s }\n"
              "sweep:\n  protocol: [websocket, sse]\n  heartbeat.timeout: [0, 7s]\n",
              &set, 1, &e, &plan);
    assert_int_equal(plan.count, 4);
    for (size_t i = 0; i < plan.count; i++) {
        const struct parameters *p = &plan.points[i].settings.parameters;
        assert_int_equal(p->accept.backlog, 2048);          /* preset over profile */
        assert_int_equal(p->accept.syn_retries, 3);         /* profile alone */
        assert_int_equal(p->server.write_high_bytes, 8192); /* file */
        assert_int_equal(p->server.write_low_bytes, 2048);  /* --set */
        assert_int_equal(p->heartbeat.period_ns, INT64_C(3000000000));
        assert_int_equal(p->heartbeat.pong_timeout_ns, i % 2 ? INT64_C(7000000000) : 0);
    }
    plan_close(&plan);
    config_close(&e);
}

static void test_sweeps(void **state)
{
    static const struct {
        const char *yaml;
        const char *cells[7];
    } cases[] = {
        { "question: nothing swept\n", { "" } },
        { "sweep: { protocol: [sse, websocket], cpu.limit: [1, 0.2] }\n",
          { "protocol=sse cpu.limit=1000m", "protocol=sse cpu.limit=200m",
            "protocol=websocket cpu.limit=1000m", "protocol=websocket cpu.limit=200m" } },
        { "sweep: { cpu.limit: { from: 100m, to: 300m, step: 100m } }\n",
          { "cpu.limit=100m", "cpu.limit=200m", "cpu.limit=300m" } },
        { "sweep: { network.delivery: { from: 0.1ms, to: 0.35ms, step: 0.1ms } }\n",
          { "network.delivery=100us", "network.delivery=200us", "network.delivery=300us" } },
        { "sweep: { clients.count: { from: 10, to: 1000, points: 5 } }\n",
          { "clients.count=10", "clients.count=32", "clients.count=100", "clients.count=316",
            "clients.count=1000" } },
        { "sweep: { zip: { cpu.quota: [10ms, 5ms], cpu.period: [100ms, 50ms] }, cpu.weight: "
          "[2] }\n",
          { "cpu.quota=10ms cpu.period=100ms cpu.weight=2",
            "cpu.quota=5ms cpu.period=50ms cpu.weight=2" } },
        { "sweep: { cpu.quota: [5ms, 9ms], cpu.period: [6ms, 9ms], "
          "constraint: cpu.quota < cpu.period }\n",
          { "cpu.quota=5ms cpu.period=6ms", "cpu.quota=5ms cpu.period=9ms" } },
        { "sweep: { memory.limit: [none, 64MiB], constraint: [ memory.limit != none ] }\n",
          { "memory.limit=64MiB" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e;
        struct plan plan;
        size_t count = 0;
        while (count < 7 && cases[i].cells[count])
            count++;
        plan_text(*state, cases[i].yaml, NULL, 0, &e, &plan);
        assert_cells(&plan, cases[i].cells, count);
        plan_close(&plan);
        config_close(&e);
    }
}

/* A Sobol sample is within its ranges, fills them evenly, and is the same every time. */
static void test_sample(void **state)
{
    struct experiment e;
    struct plan plan;
    int halves[2] = { 0, 0 };
    plan_text(*state,
              "sweep: { sample: 64, clients.count: { from: 1, to: 1001 }, "
              "cpu.limit: { from: 10m, to: 1000m, scale: log } }\n",
              NULL, 0, &e, &plan);
    assert_int_equal(plan.count, 64);
    for (size_t i = 0; i < plan.count; i++) {
        int64_t clients = plan.points[i].settings.parameters.clients;
        double limit = plan.points[i].settings.cpu_limit_millicores;
        assert_true(clients >= 1 && clients <= 1001 && limit >= 10 && limit <= 1000);
        halves[0] += clients < 501;
        halves[1] += limit < 100;
    }
    assert_in_range(halves[0], 30, 34);
    assert_in_range(halves[1], 30, 34);
    plan_close(&plan);
    config_close(&e);
}

/* defaults, profile, experiment, --set: the later wins. */
static void test_order_of_values(void **state)
{
    static const char yaml[] = "profile: p.yaml\n"
                               "cost: { enqueue: 30us }\n"
                               "sweep: { cpu.limit: [100m, 200m], protocol: [sse] }\n";
    const struct override o[] = { { "cost.iteration", "40us", NULL },
                                  { "cpu.limit", "300m", NULL } };
    struct experiment e;
    struct plan plan;
    free(scratch_write(*state, "p.yaml",
                       "name: test\nprovenance: { host: here, list: [1, 2] }\n"
                       "cost: { publish: 10us, enqueue: 20us, iteration: 1us }\n"));
    plan_text(*state, yaml, o, 2, &e, &plan);
    const struct parameters *p = &plan.points[0].settings.parameters;
    assert_true(p->cost.publish_ns == 10000 && p->cost.enqueue_ns == 30000 &&
                p->cost.iteration_ns == 40000);
    assert_int_equal(p->cpu.quota_ns, 30000000);
    assert_cells(&plan, (const char *[]){ "protocol=sse" }, 1);
    assert_string_equal(e.name, "x");
    plan_close(&plan);
    config_close(&e);
}

/* What the profile was fitted to is long, and not parsed where it is the last key; options below it
 * count all the same. */
static void test_profile_without_its_fit(void **state)
{
    static const struct {
        const char *profile;
        int64_t publish_ns; /* 0: refused */
    } cases[] = {
        { "cost: { publish: 10us }\nfit:\n  a: 1\n\n# end\n", 10000 },
        { "cost: { publish: 10us }\nfit: { a: [ }\n  b: ]\n", 10000 }, /* never looked at */
        { "cost: { publish: 10us }\nfit: { a: [ }\nname: b\n", 0 },
        { "cost: { publish: 10us }\nfit:\n  a: 1\ncost: { publish: 20us }\n", 0 },
        { "fit:\n  a: 1\ncost: { publish: 10us }\n", 10000 },
        { "name: a\nfit:\n  a: 1\ncost: { publish: 10us }\n", 10000 },
        { "name: a\nfit:\n- a\n- b\ncost: { publish: 10us }\n", 10000 },
        { "name: a\nfit:\n- a: [\n", 0 },
        { "{ name: a,\nfit: 1,\n cost: { publish: 10us } }\n", 10000 },
        { "{ name: a, fit: 1,\n cost: { publish: 10us } }\n", 10000 },
        { "cost: { publish: 10us }\nprovenance:\n  fit: 1\n  nmae: 2\nname: 3\n", 10000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = scratch_write(*state, "p.yaml", cases[i].profile);
        struct settings s;
        struct error err;
        settings_init(&s);
        int code = profile_load(&s, NULL, path, &err);
        if (code != (cases[i].publish_ns ? 0 : ERR_INVALID))
            fail_msg("case %zu: %d: %s", i, code, code ? err.text : "");
        if (code == 0 && s.parameters.cost.publish_ns != cases[i].publish_ns)
            fail_msg("case %zu: %g", i, (double)s.parameters.cost.publish_ns);
        free(path);
    }
}

/* Points share their random numbers: only what is swept differs between them. */
static void test_points_differ_in_what_is_swept(void **state)
{
    struct experiment e;
    struct plan plan;
    plan_text(*state,
              "seed: 9\nreplications: 4\nsweep: { cost.enqueue: [1us, 2us], "
              "clients.count: [5] }\n",
              NULL, 0, &e, &plan);
    assert_int_equal(plan.seed, 9);
    assert_int_equal(plan.replications, 4);
    assert_true(plan.points[0].model_hash != plan.points[1].model_hash);
    assert_true(plan.points[0].scenario_hash == plan.points[1].scenario_hash);
    plan_close(&plan);
    config_close(&e);
}

/* Each point starts from its own profile; the experiment and --set stand above every one of them,
 * in whatever order the axes come. */
static void test_profiles_are_swept(void **state)
{
    static const char yaml[] =
        "cost: { enqueue: 30us }\n"
        "sweep: { cpu.limit: [100m, 200m], zip: { clients.count: [7, 8], "
        "profile: [a.yaml, b.yaml] } }\n";
    static const int64_t publish_ns[] = { 10000, 20000, 10000, 20000 };
    const struct override o[] = { { "cost.iteration", "40us", NULL } };
    struct experiment e;
    struct plan plan;
    free(scratch_write(*state, "a.yaml",
                       "name: a\ncost: { publish: 10us, enqueue: 1us, iteration: 1us }\n"));
    free(scratch_write(*state, "b.yaml", "name: b\ncost: { publish: 20us, enqueue: 2us }\n"));
    plan_text(*state, yaml, o, 1, &e, &plan);
    assert_cells(&plan,
                 (const char *[]){ "cpu.limit=100m clients.count=7 profile=a",
                                   "cpu.limit=100m clients.count=8 profile=b",
                                   "cpu.limit=200m clients.count=7 profile=a",
                                   "cpu.limit=200m clients.count=8 profile=b" },
                 4);
    for (size_t i = 0; i < plan.count; i++) {
        const struct parameters *p = &plan.points[i].settings.parameters;
        assert_int_equal(p->cost.publish_ns, publish_ns[i]);
        assert_int_equal(p->cost.enqueue_ns, 30000);
        assert_int_equal(p->cost.iteration_ns, 40000);
        assert_int_equal(p->clients, 7 + i % 2);
    }
    plan_close(&plan);
    config_close(&e);
}

/* --set profile=FILE takes the axis out. */
static void test_one_profile_instead(void **state)
{
    char *path = scratch_path(*state, "a.yaml");
    const struct override o[] = { { "profile", path, NULL } };
    struct experiment e;
    struct plan plan;
    free(scratch_write(*state, "a.yaml", "name: a\ncost: { publish: 10us }\n"));
    free(scratch_write(*state, "b.yaml", "name: b\ncost: { publish: 20us }\n"));
    plan_text(*state, "sweep: { profile: [b.yaml, a.yaml], cpu.limit: [100m] }\n", o, 1, &e,
              &plan);
    assert_cells(&plan, (const char *[]){ "cpu.limit=100m" }, 1);
    assert_int_equal(plan.points[0].settings.parameters.cost.publish_ns, 10000);
    plan_close(&plan);
    config_close(&e);
    free(path);
}

/* What is no file is read as one would be, and has its name in messages. */
static void test_text_without_a_file(void **state)
{
    static const char yaml[] = "question: why?\nclients: { count: 3 }\n"
                               "sweep: { protocol: [sse, websocket] }\n";
    struct experiment file, text;
    struct plan of_file, of_text;
    struct error err;
    plan_text(*state, yaml, NULL, 0, &file, &of_file);
    assert_int_equal(config_parse(&text, "x.yaml", yaml, NULL, 0, &err), 0);
    assert_int_equal(plan_build(&of_text, &text, &err), 0);
    assert_string_equal(text.name, file.name);
    assert_string_equal(text.question, "why?");
    assert_string_equal(text.doc.source, file.doc.source);
    assert_int_equal(of_text.count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_true(of_text.points[i].model_hash == of_file.points[i].model_hash);
    plan_close(&of_text), plan_close(&of_file);
    config_close(&text), config_close(&file);
    assert_int_equal(config_parse(&text, "x.yaml", "clinets: 3\n", NULL, 0, &err), ERR_INVALID);
    assert_true(strncmp(err.text, "x.yaml:1:1: ", 12) == 0);
}

static void test_cell_next(void **state)
{
    (void)state;
    char key[64], value[UNIT_TEXT_BYTES];
    const char *rest = "protocol=sse cpu.limit=200m";
    assert_true(cell_next(&rest, key, value));
    assert_string_equal(key, "protocol");
    assert_string_equal(value, "sse");
    assert_true(cell_next(&rest, key, value));
    assert_string_equal(key, "cpu.limit");
    assert_string_equal(value, "200m");
    assert_false(cell_next(&rest, key, value));
}

/* Damaged experiments: never a crash, always a text that starts with the path. */
static void test_damage(void **state)
{
    static const char good[] = "question: x\nprofile: p.yaml\nserver: { queue: { bound: 3 } }\n"
                               "workload:\n  phases:\n    - { name: a, rate: 3/s }\n"
                               "sweep:\n  cpu.limit: { from: 1m, to: 3m, step: 1m }\n"
                               "  zip: { cpu.period: [10ms], cpu.weight: [3] }\n"
                               "  constraint: cpu.weight > 2 and cpu.period < 1s\n";
    static const char letters[] = "{}[]:,- \n\t*&!|>'\"%@`0a.#?=";
    struct random_stream rs;
    random_stream_init(&rs, 3, 0, 0, 0);
    char *path = scratch_path(*state, "d.yaml");
    free(scratch_write(*state, "p.yaml", "name: test\n"));
    for (int i = 0; i < 3000; i++) {
        char text[sizeof good];
        memcpy(text, good, sizeof good);
        for (uint64_t hits = 1 + random_stream_u64(&rs) % 3; hits > 0; hits--)
            text[random_stream_u64(&rs) % (sizeof good - 1)] =
                letters[random_stream_u64(&rs) % (sizeof letters - 1)];
        struct experiment e;
        struct plan plan;
        struct error err;
        free(scratch_write(*state, "d.yaml", text));
        int code = config_load(&e, path, NULL, 0, &err);
        if (code == 0) {
            if (plan_build(&plan, &e, &err) == 0)
                plan_close(&plan);
            config_close(&e);
        } else if (strncmp(err.text, ((struct scratch *)*state)->directory, 18) != 0) {
            fail_msg("seed 3 draw %d: %s", i, err.text);
        }
    }
    free(path);
}

/* Publishes x clients that several topics each let be numbered, whoever counts them. */
static void test_feeds(void **state)
{
    (void)state;
    static const struct {
        int64_t topics, each;
        double publishes, clients;
        bool fits;
    } cases[] = { { 10, 2, 13, 1e7, true },     { 10, 2, 14, 1e7, false },
                  { 10, 2, 0x1p27, 1, true },   { 10, 2, 0x1p27 + 1, 1, false },
                  { 10, 1, 0x1p27, 10, true },  { 2, 2, 0x1p27, 10, true },
                  { 1, 1, 0x1p27, 1000, true }, { 10, 9, 1e9, 1, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err;
        struct parameters p = { .workload.topics = { cases[i].topics, .each = cases[i].each } };
        int code = settings_check_feeds(&p, cases[i].publishes, cases[i].clients, &err);
        assert_int_equal(code, cases[i].fits ? 0 : ERR_INVALID);
    }
}

/* Beside a real server the simulated one is published to over as many connections, unless somebody
 * says otherwise. */
static void test_publishers(void **state)
{
    static const struct {
        const char *yaml;
        int64_t publishers;
    } cases[] = {
        { "question: which?\n", 0 },
        { "server_spec: s.yaml\n", REAL_ARM_PUBLISHERS },
        { "server_spec: s.yaml\nworkload: { publishers: 0 }\n", 0 },
        { "workload: { publishers: 3 }\nserver_spec: s.yaml\n", 3 },
    };
    free(scratch_write(*state, "s.yaml", "name: any\n"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment e;
        struct plan plan;
        plan_text(*state, cases[i].yaml, NULL, 0, &e, &plan);
        assert_int_equal(plan.points[0].settings.parameters.workload.publishers,
                         cases[i].publishers);
        plan_close(&plan);
        config_close(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_presets_between_profile_and_experiment,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test(test_sweeps),
        cmocka_unit_test(test_publishers),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_order_of_values),
        cmocka_unit_test(test_profile_without_its_fit),
        cmocka_unit_test(test_points_differ_in_what_is_swept),
        cmocka_unit_test(test_profiles_are_swept),
        cmocka_unit_test(test_one_profile_instead),
        cmocka_unit_test(test_text_without_a_file),
        cmocka_unit_test(test_cell_next),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_feeds),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
