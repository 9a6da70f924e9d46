/* A key tells scenarios apart that the real arm runs differently, and only those. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/scenario_key.h"

static void set(struct settings *s, const char *name, const char *text)
{
    struct setting which;
    struct error err;
    assert_int_equal(settings_find(s, name, &which, &err), 0);
    assert_int_equal(settings_parse(s, &which, text, &err), 0);
    assert_int_equal(settings_resolve(s, NULL, &err), 0);
}

static char *key_with(const char *name, const char *text)
{
    struct settings s;
    settings_init(&s);
    set(&s, "cpu.limit", "200m");
    if (name)
        set(&s, name, text);
    return scenario_key(&s);
}

static void names_what_was_varied(void **state)
{
    (void)state;
    char *key = key_with("clients.count", "300");
    assert_string_equal(key, "protocol=sse cpu.quota=20ms clients.count=300 rate=10/s");
    free(key);
}

static void tells_scenarios_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool differs;
    } cases[] = {
        { "protocol", "websocket", true },
        { "workload.payload", "4KiB", true },
        { "workload.phases.steady.rate", "11/s", true },
        { "cpu.quota", "21ms", true },
        { "cpu.quota", "20ms", false }, /* what 200m says */
        { "workload.phases.steady.duration", "30s", false },
        { "workload.drain", "6s", false },
        { "slo.p99", "500ms", false },
        { "cost.publish", "77us", false },
        { "seed", "5", false },
        { "replications", "9", false },
    };
    char *plain = key_with(NULL, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *other = key_with(cases[i].name, cases[i].text);
        print_message("%s=%s: %s\n", cases[i].name, cases[i].text, other);
        assert_int_equal(strcmp(plain, other) != 0, cases[i].differs);
        free(other);
    }
    free(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names_what_was_varied),
                                        cmocka_unit_test(tells_scenarios_apart) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
