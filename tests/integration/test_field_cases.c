/* Every experiment in experiments/field and experiments/real as shipped: each point is run on the
 * sim arm in all its replications, and each assertion of the file must hold in each for the cells
 * it speaks of. */
#include <dirent.h>
#include <inttypes.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "analysis/phases.h"
#include "experiments/run/config.h"
#include "experiments/run/plan.h"
#include "models/push_run.h"

static size_t check_run(const struct experiment *e, const struct plan *plan,
                        const struct plan_point *point, int64_t replication, int *broken)
{
    struct settings settings;
    struct schedule schedule;
    struct run_record record;
    uint64_t number = (uint64_t)replication;
    size_t checked = 0;
    plan_settings(plan, point, replication, &settings);
    const struct parameters *p = &settings.parameters;
    run_record_init(&record);
    schedule_build(&schedule, p, (uint64_t)plan->seed, number);
    push_run(p, &schedule, (uint64_t)plan->seed, number, &record);
    phases_describe(p, &schedule, &record);
    for (size_t i = 0; i < e->expectations.count; i++) {
        const struct expectation *x = &e->expectations.items[i];
        if (!expectation_applies(x, point->cell))
            continue;
        double value = run_record_value(&record, x->metric);
        checked++;
        if (!expectation_holds(x, value)) {
            print_error("%s: %s: %s, but it is %.10g in replication %" PRId64 "\n", e->name,
                        point->cell, x->text, value, replication);
            (*broken)++;
        }
    }
    schedule_close(&schedule);
    run_record_close(&record);
    return checked;
}

static int check_file(const char *folder, const char *name)
{
    struct experiment e;
    struct plan plan;
    struct error err;
    char *path = mem_printf("%s/%s", folder, name);
    int broken = 0;
    if (config_load(&e, path, NULL, 0, &err) || plan_build(&plan, &e, &err))
        fail_msg("%s: %s", path, err.text);
    assert_true(plan.count >= 2 && strlen(e.question) > 0 && strlen(e.expect) > 0);
    for (size_t i = 0; i < plan.count; i++)
        for (int64_t r = 1; r <= plan.replications; r++)
            if (check_run(&e, &plan, &plan.points[i], r, &broken) == 0) {
                print_error("%s: nothing is asserted of %s\n", path, plan.points[i].cell);
                broken++;
            }
    plan_close(&plan);
    config_close(&e);
    free(path);
    return broken;
}

static void check_folder(const char *path, int fewest)
{
    DIR *folder = opendir(path);
    int files = 0, broken = 0;
    assert_non_null(folder);
    for (struct dirent *d; (d = readdir(folder)) != NULL;) {
        if (strstr(d->d_name, ".yaml") == NULL)
            continue;
        files++;
        broken += check_file(path, d->d_name);
    }
    closedir(folder);
    assert_true(files >= fewest);
    assert_int_equal(broken, 0);
}

static void test_field_cases(void **state)
{
    (void)state;
    check_folder("experiments/field", 11);
}

static void test_both_arms(void **state)
{
    (void)state;
    check_folder("experiments/real", 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_field_cases),
                                        cmocka_unit_test(test_both_arms) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
