/* The option table is sound, and every row can be written, read back and told from its likes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/run/settings.h"
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
        assert_false(option_is_section(all[i].name));
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
        if (fabs(is - was) > 1e-15 * fabs(was))
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
    settings_hash(&base, &base_model, &base_scenario);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s = base;
        set(&s, cases[i].name, cases[i].text);
        settings_hash(&s, &model, &scenario);
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
        cmocka_unit_test(test_phases_have_names),
        cmocka_unit_test(test_hashes),
        cmocka_unit_test(test_did_you_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
