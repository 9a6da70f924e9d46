/* Parts of a plan: every run in one of them, whatever the plan and their number; which one a
 * scheduler means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "experiments/run/shard.h"
#include "sim/random_stream.h"

#define PLANS 2000

static int64_t below(struct random_stream *rs, int64_t limit)
{
    return (int64_t)(random_stream_u64(rs) % (uint64_t)limit);
}

/* How many shards have the run; the last of them in *which. */
static int owners(int64_t count, int64_t each, int64_t point, int64_t run, int64_t *which)
{
    int found = 0;
    for (int64_t i = 1; i <= count; i++) {
        struct shard s = { i, count, each };
        if (!shard_has(&s, point, run))
            continue;
        found++;
        *which = i;
    }
    return found;
}

static void test_parts_are_the_plan(void **state)
{
    const uint64_t seed = 20261126;
    struct random_stream rs;
    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_stream_init(&rs, seed, 1, 1, 0);
    for (int plan = 0; plan < PLANS; plan++) {
        int64_t points = 1 + below(&rs, 12), each = 1 + below(&rs, 12);
        int64_t count = 1 + below(&rs, points * each);
        int64_t in_all[145] = { 0 };
        for (int64_t point = 1; point <= points; point++) {
            int64_t of_point[145] = { 0 }, least = INT64_MAX, most = 0;
            for (int64_t run = 1; run <= each; run++) {
                int64_t which = 0;
                assert_int_equal(owners(count, each, point, run, &which), 1);
                in_all[which]++;
                of_point[which]++;
            }
            for (int64_t i = 1; i <= count; i++) {
                least = of_point[i] < least ? of_point[i] : least;
                most = of_point[i] > most ? of_point[i] : most;
            }
            assert_true(most - least <= 1); /* a share of each point */
        }
        for (int64_t i = 1; i <= count; i++) {
            struct shard s = { i, count, each };
            assert_int_equal(in_all[i], shard_runs(&s, points * each));
            assert_true(in_all[i] >= 1);
        }
    }
}

static void test_all_runs(void **state)
{
    const struct shard none = { 0 }, one = { 1, 1, 0 };
    (void)state;
    assert_false(shard_is_part(NULL));
    assert_false(shard_is_part(&none));
    assert_false(shard_is_part(&one));
    assert_true(shard_has(NULL, 3, 2));
    assert_true(shard_has(&none, 3, 2));
    assert_true(shard_has(&one, 3, 2));
    assert_int_equal(shard_runs(&none, 12), 12);
}

static void test_texts(void **state)
{
    static const char *const wrong[] = { "",     "/",    "x/y",   "1",
                                         "1/",   "1/4x", "-1/4",  "+1/4",
                                         " 1/4", "1 /4", "1/ 4",  "0/4",
                                         "5/4",  "1/0",  "0/0",   "/0",
                                         "1//4", "1/4/", "1.0/4", "9999999999/9999999999" };
    struct shard s = { 7, 8, 9 };
    struct error err;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (shard_parse(&s, wrong[i], &err) != ERR_INVALID)
            fail_msg("'%s' was taken", wrong[i]);
        assert_non_null(strstr(err.text, wrong[i]));
        assert_true(s.index == 7 && s.count == 8 && s.each == 9);
    }
    assert_int_equal(shard_parse(&s, "2/4", &err), 0);
    assert_true(s.index == 2 && s.count == 4 && s.each == 9);
    assert_int_equal(shard_parse(&s, "/16", &err), 0);
    assert_true(s.index == 0 && s.count == 16);
}

static const char *const variables[] = { "SLURM_ARRAY_TASK_ID",    "SLURM_ARRAY_TASK_MIN",
                                         "SLURM_ARRAY_TASK_MAX",   "SLURM_ARRAY_TASK_STEP",
                                         "SLURM_ARRAY_TASK_COUNT", "JOB_COMPLETION_INDEX" };
#define VARIABLES (sizeof variables / sizeof *variables)

/* Values in the order above; NULL: not set. The array has room for a shorter list. */
struct scheduled {
    const char *values[VARIABLES];
    const char *given;    /* --shard, or NULL */
    int64_t index, count; /* what comes out; 0, 0: nothing */
    const char *error;    /* a part of the message, or NULL */
};

static const struct scheduled cases[] = {
    { { NULL }, NULL, 0, 0, NULL },
    { { NULL }, "3/5", 3, 5, NULL },
    { { NULL }, "/5", 0, 0, "which one" },
    /* --array=0-3, 1-4, 2-8:2 */
    { { "0", "0", "3", "1", "4" }, NULL, 1, 4, NULL },
    { { "3", "0", "3", "1", "4" }, NULL, 4, 4, NULL },
    { { "4", "1", "4", "1", "4" }, NULL, 4, 4, NULL },
    { { "6", "2", "8", "2", "4" }, NULL, 3, 4, NULL },
    { { "2", "0", NULL, NULL, "4" }, NULL, 3, 4, NULL },
    { { "2", "0", "3", "1", "4" }, "/4", 3, 4, NULL },
    { { "2", "0", "3", "1", "4" }, "1/9", 1, 9, NULL },
    { { "2", "0", "3", "1", "4" }, "/5", 0, 0, "the Slurm array has 4 tasks" },
    /* --array=1,3,7 and a step that does not fit */
    { { "3", "1", "7", "1", "3" }, NULL, 0, 0, "no even range" },
    { { "2", "1", "7", "1", "3" }, NULL, 0, 0, "no even range" },
    { { "5", "2", "8", "2", "4" }, NULL, 0, 0, "no even range" },
    { { "9", "0", NULL, NULL, "4" }, NULL, 0, 0, "no even range" },
    { { "0", "1", NULL, NULL, "4" }, NULL, 0, 0, "no even range" },
    { { "2" }, NULL, 0, 0, "give --shard I/N" },
    { { "two", "0", "3", "1", "4" }, NULL, 0, 0, "SLURM_ARRAY_TASK_ID=two: no number" },
    { { "", "", "", "", "" }, NULL, 0, 0, NULL },
    /* an Indexed Job with completions: 4 */
    { { NULL, NULL, NULL, NULL, NULL, "0" }, "/4", 1, 4, NULL },
    { { NULL, NULL, NULL, NULL, NULL, "3" }, "/4", 4, 4, NULL },
    { { NULL, NULL, NULL, NULL, NULL, "3" }, "1/1", 1, 1, NULL },
    { { NULL, NULL, NULL, NULL, NULL, "4" }, "/4", 0, 0, "counts from 0" },
    { { NULL, NULL, NULL, NULL, NULL, "3" }, NULL, 0, 0, "of how many?" },
    { { NULL, NULL, NULL, NULL, NULL, "-3" }, "/4", 0, 0, "no number" },
};

static void test_schedulers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct scheduled *c = &cases[i];
        struct shard s = { 0 };
        struct error err = { 0 };
        for (size_t v = 0; v < VARIABLES; v++)
            if (c->values[v])
                setenv(variables[v], c->values[v], 1);
            else
                unsetenv(variables[v]);
        assert_int_equal(c->given ? shard_parse(&s, c->given, &err) : 0, 0);
        int code = shard_from_scheduler(&s, &err);
        if (code != (c->error ? ERR_INVALID : 0) || (c->error && !strstr(err.text, c->error)))
            fail_msg("case %zu: %d, '%s'", i, code, err.text);
        if (code == 0 && (s.index != c->index || s.count != c->count))
            fail_msg("case %zu: %lld of %lld", i, (long long)s.index, (long long)s.count);
    }
    for (size_t v = 0; v < VARIABLES; v++)
        unsetenv(variables[v]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_are_the_plan),
        cmocka_unit_test(test_all_runs),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_schedulers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
