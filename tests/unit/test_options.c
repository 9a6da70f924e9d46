/* The option table is sound, and every row can be written, read back and told from its likes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/run/option_preset.h"
#include "sim/random_stream.h"

static void test_rows_are_sound(void **state)
{
    (void)state;
    size_t count;
    const struct option_row *all = options_all(&count);
    for (size_t i = 0; i < count; i++) {
        struct settings s = { 0 };
        struct error err;
        if (option_parse(&all[i], all[i].fallback, &s, &err))
            fail_msg("default of %s: %s", all[i].name, err.text);
        assert_true(strlen(all[i].name) < 64 && *all[i].help != '\0');
        assert_null(option_first_of(all[i].name));
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(all[k].name, all[i].name);
            if (all[k].offset == all[i].offset)
                fail_msg("%s and %s fill the same field", all[k].name, all[i].name);
        }
    }
}

/* A random value of any option is printed as text that reads back to the very same. */
static void test_values_read_back(void **state)
{
    (void)state;
    size_t count;
    const struct option_row *all = options_all(&count);
    struct random_stream rs;
    random_stream_init(&rs, 11, 0, 0, 0);
    for (int i = 0; i < 20000; i++) {
        const struct option_row *o = &all[random_stream_u64(&rs) % count];
        struct settings s = { 0 }, back = { 0 };
        struct error err;
        char text[UNIT_TEXT_BYTES];
        double u = random_stream_uniform(&rs);
        double number = o->max > 1e3 && o->min > 0 ? o->min * pow(o->max / o->min, u)
                                                   : o->min + u * (o->max - o->min);
        if (o->type != OPTION_DOUBLE)
            number = floor(number);
        assert_int_equal(option_assign(o, number, &s, &err), 0);
        if (option_parse(o, option_format(o, &s, text), &back, &err))
            fail_msg("seed 11 draw %d: %s = %s: %s", i, o->name, text, err.text);
        double is = option_number(o, &back), was = option_number(o, &s);
        if (!(fabs(is - was) <= 1e-15 * fabs(was)))
            fail_msg("seed 11 draw %d: %s = %.17g became %.17g (%s)", i, o->name, was, is,
                     text);
    }
}

static void test_range_is_stated(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *message;
    } cases[] = {
        { "cpu.period", "2s", "2s is out of range: cpu.period must be between 1ms and 1s" },
        { "server.queue.bound", "0",
          "0 is out of range: server.queue.bound must be between 1 and 1000000" },
        { "protocol", "web-socket",
          "'web-socket' is no value of protocol (did you mean 'websocket'?)" },
        { "host.hrtick", "maybe", "'maybe' is no value of host.hrtick: must be yes | no" },
        { "slo.drops", "150%",
          "150% is out of range: slo.drops must be between 0.0001% and "
          "100%" },
    };
    struct settings s;
    settings_init(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct setting which;
        struct error err;
        assert_int_equal(settings_find(&s, cases[i].name, &which, &err), 0);
        assert_int_equal(settings_parse(&s, &which, cases[i].text, &err), ERR_INVALID);
        assert_string_equal(err.text, cases[i].message);
    }
}

static void set(struct settings *s, const char *name, const char *text)
{
    struct setting which;
    struct error err;
    if (settings_find(s, name, &which, &err) || settings_parse(s, &which, text, &err))
        fail_msg("%s=%s: %s", name, text, err.text);
}

static void test_limit_and_quota_replace_each_other(void **state)
{
    (void)state;
    struct settings s;
    struct error err;
    const char *about;
    settings_init(&s);
    set(&s, "cpu.limit", "250m");
    assert_int_equal(settings_resolve(&s, &about, &err), 0);
    assert_int_equal(s.parameters.cpu.quota_ns, 25000000);
    set(&s, "cpu.period", "20ms");
    assert_int_equal(settings_resolve(&s, &about, &err), 0);
    assert_int_equal(s.parameters.cpu.quota_ns, 5000000);
    set(&s, "cpu.quota", "7ms");
    assert_int_equal(settings_resolve(&s, &about, &err), 0);
    assert_int_equal(s.parameters.cpu.quota_ns, 7000000);
    set(&s, "cpu.limit", "none");
    assert_int_equal(settings_resolve(&s, &about, &err), 0);
    assert_int_equal(s.parameters.cpu.quota_ns, 0);
    set(&s, "cpu.limit", "1m"); /* 0.02 ms: the kernel refuses it */
    assert_int_equal(settings_resolve(&s, &about, &err), ERR_INVALID);
}

static const char *now(const struct settings *s, const char *name)
{
    static char text[UNIT_TEXT_BYTES];
    size_t count;
    const struct option_row *all = options_all(&count);
    return option_format(option_find(all, count, name), s, text);
}

/* Choices of the selectors are the table's; every value is one of its option, names a source,
 * belongs to no costs, and no preset sets an option twice for a protocol. */
static void test_preset_tables(void **state)
{
    (void)state;
    size_t rows, count;
    const struct option_row *all = options_all(&rows);
    const struct option_preset *presets = option_presets(&count);
    const char *selector = "";
    int choice = 0;
    for (size_t i = 0; i < count; i++) {
        const struct option_preset *p = &presets[i];
        choice = strcmp(selector, p->selector) == 0 ? choice + 1 : 1;
        selector = p->selector;
        const struct option_row *chooses = option_find(all, rows, selector);
        assert_string_equal(chooses->choices[choice], p->name);
        if (i + 1 == count || strcmp(presets[i + 1].selector, selector) != 0)
            assert_null(chooses->choices[choice + 1]);
        for (size_t k = 0; k < p->count; k++) {
            const struct preset_value *v = &p->values[k];
            const struct option_row *row = option_find(all, rows, v->option);
            struct settings s;
            struct error err;
            settings_init(&s);
            if (!row || option_parse(row, v->text, &s, &err))
                fail_msg("%s=%s: %s=%s", selector, p->name, v->option, v->text);
            assert_true(strlen(v->source) > 10 && strncmp(v->option, "cost.", 5) != 0);
            assert_true(!v->only || strcmp(v->only, "sse") == 0 ||
                        strcmp(v->only, "websocket") == 0);
            for (size_t j = 0; j < k; j++)
                if (strcmp(p->values[j].option, v->option) == 0)
                    assert_true(p->values[j].only && v->only &&
                                strcmp(p->values[j].only, v->only) != 0);
        }
    }
}

/* The two selectors never set the same option, so their order cannot matter. */
static void test_server_and_host_set_different_options(void **state)
{
    (void)state;
    size_t count;
    const struct option_preset *p = option_presets(&count);
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++)
            for (size_t i = 0; strcmp(p[a].selector, p[b].selector) != 0 && i < p[a].count; i++)
                for (size_t k = 0; k < p[b].count; k++)
                    assert_string_not_equal(p[a].values[i].option, p[b].values[k].option);
}

static void test_presets_set_what_nobody_gave(void **state)
{
    (void)state;
    static const struct {
        const char *preset, *protocol, *option, *value;
    } cases[] = {
        { "none", "websocket", "heartbeat.period", "0" },
        { "uvicorn", "websocket", "heartbeat.period", "20s" },
        { "uvicorn", "websocket", "heartbeat.timeout", "20s" },
        { "uvicorn", "sse", "heartbeat.period", "0" },
        { "uvicorn", "sse", "heartbeat.timeout", "0" },
        { "uvicorn", "sse", "server.write-high", "64KiB" },
        { "uvicorn", "sse", "server.write-low", "16KiB" },
        { "sse-starlette", "sse", "heartbeat.period", "15s" },
        { "nginx-nchan", "sse", "server.write-timeout", "1min" },
        { "nginx-nchan", "sse", "replay.length", "10" },
        { "nginx-nchan", "sse", "replay.whole", "no" },
        { "nginx-nchan", "websocket", "replay.whole", "yes" },
        { "nginx-nchan", "websocket", "websocket.close-timeout", "250ms" },
        { "node-ws", "websocket", "accept.backlog", "511" },
        { "node-ws", "websocket", "heartbeat.period", "0" },
        { "socket.io", "websocket", "heartbeat.period", "25s" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s, given;
        struct error err;
        const char *about;
        settings_init(&s);
        set(&s, "server.preset", cases[i].preset);
        set(&s, "protocol", cases[i].protocol);
        given = s;
        assert_int_equal(settings_resolve(&s, &about, &err), 0);
        if (strcmp(now(&s, cases[i].option), cases[i].value) != 0)
            fail_msg("%s, %s: %s=%s", cases[i].preset, cases[i].protocol, cases[i].option,
                     now(&s, cases[i].option));
        /* what the experiment gives wins, even the default, and wherever it stands */
        size_t count;
        const struct option_row *all = options_all(&count);
        const char *own = option_find(all, count, cases[i].option)->fallback;
        set(&given, cases[i].option, own);
        char expected[UNIT_TEXT_BYTES];
        strcpy(expected, now(&given, cases[i].option));
        if (settings_resolve(&given, &about, &err) == 0) /* water marks may contradict */
            assert_string_equal(now(&given, cases[i].option), expected);
    }
}

/* Presets count by their values: the same values given one by one are the same run. */
static void test_presets_hash_by_their_values(void **state)
{
    (void)state;
    struct settings defaults, named, spelt;
    struct error err;
    const char *about;
    uint64_t a[2], b[2];
    settings_init(&defaults);
    settings_init(&named);
    settings_init(&spelt);
    set(&named, "host.preset", "linux-6.6");
    set(&spelt, "accept.syn-linear", "4");
    set(&spelt, "host.throttle", "queue");
    assert_int_equal(settings_resolve(&named, &about, &err), 0);
    settings_hash(&named, &defaults, &a[0], &a[1]);
    settings_hash(&spelt, &defaults, &b[0], &b[1]);
    assert_true(a[0] == b[0] && a[1] == b[1]);
}

static void test_phases_have_names(void **state)
{
    (void)state;
    struct settings s;
    struct error err;
    struct setting which;
    settings_init(&s);
    assert_int_equal(settings_add_phase(&s, "burst", &err), 0);
    set(&s, "workload.phases.burst.rate", "40/s");
    set(&s, "workload.phases.steady.duration", "3s");
    assert_true(s.parameters.workload.phase[1].rate_hz == 40);
    assert_int_equal(s.parameters.workload.phase[0].duration_ns, 3000000000);
    assert_int_equal(settings_add_phase(&s, "burst", &err), ERR_INVALID);
    assert_int_equal(settings_add_phase(&s, "a.b", &err), ERR_INVALID);
    assert_int_equal(settings_add_phase(&s, "", &err), ERR_INVALID);
    assert_int_equal(settings_find(&s, "workload.phases.burts.rate", &which, &err),
                     ERR_INVALID);
    assert_string_equal(err.text, "no phase is named 'burts' (did you mean 'burst'?)");
}

/* Which hash notices which change. */
static void test_hashes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool model, scenario;
    } cases[] = {
        { "cost.sse.write", "7us", true, false },
        { "host.tick", "1ms", true, false },
        { "protocol", "websocket", true, true },
        { "clients.count", "501", true, true },
        { "slo.p99", "1ms", true, false },
        { "seed", "2", false, false },
        { "replications", "9", false, false },
        { "workload.phases.steady.rate", "1/s", true, true },
    };
    struct settings base;
    uint64_t base_model, base_scenario, model, scenario;
    settings_init(&base);
    settings_hash(&base, &base, &base_model, &base_scenario);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s = base;
        set(&s, cases[i].name, cases[i].text);
        settings_hash(&s, &base, &model, &scenario);
        if ((model != base_model) != cases[i].model ||
            (scenario != base_scenario) != cases[i].scenario)
            fail_msg("%s", cases[i].name);
    }
}

static void test_did_you_mean(void **state)
{
    (void)state;
    static const struct {
        const char *word, *best;
    } cases[] = {
        { "clinets", "clients" },
        { "client", "clients" },
        { "memroy", "memory" },
        { "xyzzy", "" },
        { "a", "" },
        { "workloads", "workload" },
    };
    static const char *const words[] = { "clients", "memory", "workload", "cpu" };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nearest n;
        nearest_init(&n, cases[i].word);
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            nearest_offer(&n, words[k]);
        assert_string_equal(n.best, cases[i].best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_sound),
        cmocka_unit_test(test_values_read_back),
        cmocka_unit_test(test_range_is_stated),
        cmocka_unit_test(test_limit_and_quota_replace_each_other),
        cmocka_unit_test(test_preset_tables),
        cmocka_unit_test(test_server_and_host_set_different_options),
        cmocka_unit_test(test_presets_set_what_nobody_gave),
        cmocka_unit_test(test_presets_hash_by_their_values),
        cmocka_unit_test(test_phases_have_names),
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_did_you_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
