/* A profile says of every value where it is from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/profile.h"
#include "tests/support/planned_store.h"

static const char text[] = "question: q\n"
                           "server: { loop: node, hops: 0 }\n"
                           "network: { publish: 70us }\n"
                           "clients.count: 20\n"
                           "workload:\n"
                           "  phases: [{ name: load, duration: 1s, rate: 10/s }]\n";

static char *written_profile(struct planned_store *b, const struct calibration_fit *fit)
{
    struct run_record record;
    struct calibration c;
    struct error err;
    struct profile_fact fact = { "host", "made" };
    struct profile_note note = { "made-server", &fact, 1 };
    char *path = scratch_path(&b->scratch, "p.yaml");
    run_record_init(&record);
    run_record_metric(&record, "cpu.used", "s", 0.2);
    planned_store_put(b, 0, 1, RUN_DONE, &record);
    assert_int_equal(calibration_collect(&c, &b->plan, b->store, "x", &err), 0);
    assert_int_equal(profile_write(path, &c, fit, &note, &err), 0);
    calibration_close(&c);
    return path;
}

/* Every line from `server:` to `fit:` that has a value: "name: value", and what is behind it. */
static void every_value_has_a_remark(void **state)
{
    (void)state;
    static const struct {
        const char *line, *remark;
    } some[] = {
        { "  loop: node", "not measured: as the experiment has it" },
        { "  publish: 70us", "not measured: as the experiment has it" },
        { "  publish: 123us", "+- 5 %" },
        { "  startup: 1s", "not measured: the default" },
        { "    message: 30us", "not measured: the default" },
        { "  ready-fd: 1us", "not told: in one sum with publish" },
        { "  iteration: 45us", "fitted, but not told apart from others" },
    };
    struct planned_store b;
    struct calibration_fit fit = { .options = { { "cost.publish", 123e3, 0.05, true },
                                                { "cost.iteration", 45e3, 0.9, false } },
                                   .count = 2,
                                   .joint = 2,
                                   .residuals = 1 };
    planned_store_open(&b, text);
    char *path = written_profile(&b, &fit), line[512];
    FILE *in = fopen(path, "r");
    bool inside = false;
    int values = 0, found = 0;
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\n")] = 0;
        inside = (inside || strcmp(line, "server:") == 0) && strcmp(line, "fit:") != 0;
        if (!inside || line[strlen(line) - 1] == ':')
            continue;
        char *remark = strstr(line, "  # ");
        if (!remark)
            fail_msg("nothing is said of: %s", line);
        *remark = 0;
        values++;
        for (size_t i = 0; i < sizeof some / sizeof *some; i++)
            if (strcmp(line, some[i].line) == 0) {
                assert_string_equal(remark + 4, some[i].remark);
                found++;
            }
    }
    fclose(in);
    assert_true(values > 80);
    assert_int_equal(found, sizeof some / sizeof *some);
    free(path);
    planned_store_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_has_a_remark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
