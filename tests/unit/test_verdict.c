#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "analysis/verdict.h"
#include "tests/support/scratch_file.h"

/* 1 .. 5: mean 3, sd 1.58114, t(4) = 2.77645: half width 1.96324; at 1 %: t = 4.60409. */
static void test_interval(void **state)
{
    static const double values[] = { 1, 2, 3, 4, 5 };
    double mean, low, high;
    (void)state;
    verdict_interval(values, 5, 0.05, &mean, &low, &high);
    assert_true(mean == 3);
    assert_true(fabs(low - (3 - 1.96324)) < 1e-4);
    assert_true(fabs(high - (3 + 1.96324)) < 1e-4);
    verdict_interval(values, 5, 0.01, &mean, &low, &high);
    assert_true(fabs(high - (3 + 4.60409 * 1.58114 / sqrt(5))) < 1e-4);
    verdict_interval(values, 1, 0.05, &mean, &low, &high);
    assert_true(low == 1 && high == 1);
}

static void test_decisions(void **state)
{
    static const struct {
        const char *operator;
        double low, high;
        enum evidence_result expected;
    } cases[] = {
        { ">", 0.1, 2, EVIDENCE_SHOWN },     { ">", -0.1, 2, EVIDENCE_OPEN },
        { ">", -2, -0.1, EVIDENCE_REFUTED }, { "<", -2, -0.1, EVIDENCE_SHOWN },
        { "<", -2, 0.1, EVIDENCE_OPEN },     { "<", 0.1, 2, EVIDENCE_REFUTED },
        { ">", 0, 0, EVIDENCE_REFUTED },     { ">=", 0, 0, EVIDENCE_SHOWN },
        { "<=", 0, 0, EVIDENCE_SHOWN },      { "<", 0, 0, EVIDENCE_REFUTED },
        { "<=", -1, 1, EVIDENCE_OPEN },      { ">", NAN, NAN, EVIDENCE_OPEN },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (verdict_decide(cases[i].operator, cases[i].low, cases[i].high) != cases[i].expected)
            fail_msg("case %zu", i);
}

static void test_verdicts(void **state)
{
    struct claim_part parts[2] = { { .shown = true }, { .shown = true } };
    struct evidence item = { .found = { .result = EVIDENCE_REFUTED } };
    struct claim c = { .parts = parts, .items = &item, .part_count = 2, .count = 1, .runs = 5 };
    (void)state;
    assert_int_equal(claim_verdict(&c), VERDICT_HOLDS);
    parts[1].shown = false;
    assert_int_equal(claim_verdict(&c), VERDICT_WITHIN_LIMITS);
    parts[0].shown = false;
    assert_int_equal(claim_verdict(&c), VERDICT_DOES_NOT_HOLD);
    item.found.result = EVIDENCE_OPEN;
    assert_int_equal(claim_verdict(&c), VERDICT_OPEN);
    c.runs = 0;
    assert_int_equal(claim_verdict(&c), VERDICT_NOT_MEASURED);
}

/* -- lines, on made-up runs ---------------------------------------------------------------- */

#define RUNS 6

/* At limits of 4, 2, 1 (points 1, 2, 3): m = 8, 16, 48; noise has mean 0. Edge is -9, -9 and then
 * 1.34 +- 1, in six runs 2.996 standard errors above 0: t(5) is 2.57 at 5 % and 3.53 at a third of
 * that. */
static const char experiment_text[] = "question: q\n"
                                      "expect: e\n"
                                      "workload:\n"
                                      "  phases:\n"
                                      "    - { name: a, duration: 1s, rate: 1/s }\n"
                                      "sweep: { cpu.limit: [400m, 200m, 100m] }\n"
                                      "replications: 6\n"
                                      "claim: T1\n"
                                      "evidence:\n"
                                      "  part:\n"
                                      "    - \"%s\"\n";

static void fill(struct run_record *r, int point, int run)
{
    static const double m[] = { 8, 16, 48 };
    run_record_metric(r, "m", "1", m[point] * (1 + run / 1000.0));
    run_record_metric(r, "flat", "1", 1);
    run_record_metric(r, "noise", "1", run % 2 ? 1 : -1);
    run_record_metric(r, "edge", "1", point < 2 ? -9 : run % 2 ? 2.34 : 0.34);
    run_record_metric(r, "gap", "1", run == 2 ? NAN : 1);
}

struct made { /* runs of every point */
    enum arm arm;
    int runs;
    int unsound; /* the run that is invalid at the last point; 0: none */
};

static void put_runs(struct store *store, const struct experiment *e, const struct plan *plan,
                     const struct made *made)
{
    struct error err;
    int64_t id;
    assert_int_equal(store_experiment(store, e, &id, &err), 0);
    for (int point = 0; point < 3; point++)
        for (int run = 0; run < made->runs; run++) {
            struct run_record r;
            bool unsound = point == 2 && run + 1 == made->unsound;
            struct store_run info = { .arm = made->arm,
                                      .replication = run + 1,
                                      .status = unsound ? RUN_INVALID : RUN_DONE,
                                      .reason = "",
                                      .host = "h" };
            run_record_init(&r);
            fill(&r, point, run);
            assert_int_equal(store_put(store, id, plan, &plan->points[point], &info, &r, &err),
                             0);
            run_record_close(&r);
        }
}

/* Reads a line and judges it by an arm; the finding's place goes to `at`. */
static int judge_arm(const char *line, const struct made *made, enum arm arm,
                     struct evidence_finding *found, enum verdict *verdict, char at[64])
{
    struct scratch dir;
    struct experiment e;
    struct plan plan;
    struct store *store;
    struct claim c;
    struct error err;
    scratch_open(&dir);
    char *text = mem_printf(experiment_text, line);
    char *path = scratch_write(&dir, "t.yaml", text), *db = scratch_path(&dir, "t.db");
    assert_int_equal(config_load(&e, path, NULL, 0, &err), 0);
    assert_int_equal(plan_build(&plan, &e, &err), 0);
    int code = claim_read(&c, &e, &err);
    if (code == 0) {
        assert_int_equal(store_open(&store, db, STORE_CREATE, &err), 0);
        put_runs(store, &e, &plan, made);
        code = claim_judge(&c, store, e.name, arm, &err);
        *found = c.items[0].found;
        *verdict = claim_verdict(&c);
        snprintf(at, 64, "%s", c.items[0].at ? c.items[0].at : "");
        assert_true(code || c.runs == 0 ||
                    c.parts[0].shown == (found->result == EVIDENCE_SHOWN));
        store_close(store);
        claim_close(&c);
    }
    plan_close(&plan);
    config_close(&e);
    free(text);
    free(path);
    free(db);
    scratch_close(&dir);
    return code;
}

/* The same on `runs` replications of the sim arm. */
static int judge(const char *line, int runs, enum evidence_result *result, char at[64])
{
    const struct made made = { ARM_SIM, runs, 0 };
    struct evidence_finding found = { 0 };
    enum verdict verdict;
    int code = judge_arm(line, &made, ARM_SIM, &found, &verdict, at);
    *result = found.result;
    return code;
}

/* Nothing happened, in so many runs. */
static void test_ties(void **state)
{
    static const struct {
        const char *line;
        int runs;
        enum evidence_result expected;
    } cases[] = {
        { "flat > 1", VERDICT_TIES - 1, EVIDENCE_OPEN },
        { "flat < 1", VERDICT_TIES - 1, EVIDENCE_OPEN },
        { "flat > 1", VERDICT_TIES, EVIDENCE_REFUTED },
        { "flat > 2", RUNS, EVIDENCE_REFUTED }, /* that is no tie */
        { "flat >= 1", RUNS, EVIDENCE_SHOWN },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum evidence_result result;
        char at[64];
        assert_int_equal(judge(cases[i].line, cases[i].runs, &result, at), 0);
        if (result != cases[i].expected)
            fail_msg("case %zu: %d", i, result);
    }
}

static void test_lines(void **state)
{
    static const struct {
        const char *line;
        int runs;
        enum evidence_result expected;
        const char *at;
    } cases[] = {
        { "m if cpu.limit=100m > 5 x m if cpu.limit=400m", RUNS, EVIDENCE_SHOWN, "" },
        { "m if cpu.limit=100m > 5 x m if cpu.limit=400m", 4, EVIDENCE_OPEN, "" },
        { "m if cpu.limit=100m > 7 x m if cpu.limit=400m", RUNS, EVIDENCE_REFUTED, "" },
        { "m - flat >= 23", RUNS, EVIDENCE_SHOWN, "" }, /* the mean of the cells */
        { "m if cpu.limit=100m - m if cpu.limit=200m > 2 x m if cpu.limit=200m - 2 x m if "
          "cpu.limit=400m + 10",
          RUNS, EVIDENCE_SHOWN, "" }, /* 32 > 16 + 10 */
        { "noise > 0", RUNS, EVIDENCE_OPEN, "" },
        { "gap > 0", RUNS, EVIDENCE_OPEN, "" },
        { "gap or 2 > 0", RUNS, EVIDENCE_SHOWN, "" },
        { "flat <= 1", RUNS, EVIDENCE_SHOWN, "" },
        { "m if cpu.limit=NEXT < 4 x m if cpu.limit=EACH", RUNS, EVIDENCE_SHOWN,
          "cpu.limit=200m to 100m" },
        { "m if cpu.limit=NEXT < 2.5 x m if cpu.limit=EACH", RUNS, EVIDENCE_REFUTED,
          "cpu.limit=200m to 100m" },
        { "m if cpu.limit=NEXT > 2.5 x m if cpu.limit=SOME", RUNS, EVIDENCE_SHOWN,
          "cpu.limit=200m to 100m" },
        { "m if cpu.limit=NEXT > 4 x m if cpu.limit=SOME", RUNS, EVIDENCE_REFUTED,
          "cpu.limit=200m to 100m" },
        { "m if cpu.limit=NEXT > 1.5 x m if cpu.limit=EACH", RUNS, EVIDENCE_SHOWN,
          "cpu.limit=400m to 200m" }, /* no value is next to itself */
        { "edge if cpu.limit=100m > 0", RUNS, EVIDENCE_SHOWN, "" },
        { "edge if cpu.limit=SOME > 0", RUNS, EVIDENCE_OPEN,
          "cpu.limit=100m" }, /* one of three */
        { "edge if cpu.limit=100m < 0", RUNS, EVIDENCE_REFUTED, "" },
        { "edge if cpu.limit=EACH < 0", RUNS, EVIDENCE_OPEN, "cpu.limit=100m" },
        { "m if cpu.limit=EACH < 50", RUNS, EVIDENCE_SHOWN, "cpu.limit=100m" },
        { "m if cpu.limit=SOME < 10", RUNS, EVIDENCE_SHOWN, "cpu.limit=400m" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum evidence_result result;
        char at[64];
        assert_int_equal(judge(cases[i].line, cases[i].runs, &result, at), 0);
        if (result != cases[i].expected)
            fail_msg("case %zu: result %d", i, result);
        assert_string_equal(at, cases[i].at);
    }
}

static void test_wrong_lines(void **state)
{
    static const char *const lines[] = {
        "m",
        "m >",
        "m > x",
        "m > 2 x",
        "m > 1 > 0",
        "> 1",
        "m if > 1",
        "m if cpu.limit=EACH > m if cpu.limit=SOME",
        "m + > 1",
        "m or > 1",
        "m > nan",
        "nothing > 1",              /* no run has it */
        "m if cpu.limit=300m > 1",  /* nor that cell */
        "m if cpu.period=EACH > 1", /* nor that key */
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        enum evidence_result result;
        char at[64];
        if (judge(lines[i], RUNS, &result, at) != ERR_INVALID)
            fail_msg("'%s' is taken", lines[i]);
    }
}

/* The real arm's few runs; a repeat of which one cell is not sound is no pair. */
static void test_real_arm(void **state)
{
    static const char line[] = "m if cpu.limit=100m > 5 x m if cpu.limit=400m";
    static const struct {
        struct made made;
        size_t pairs;
        enum evidence_result expected;
        enum verdict verdict;
    } cases[] = {
        { { ARM_REAL, 3, 0 }, 3, EVIDENCE_SHOWN, VERDICT_HOLDS },
        { { ARM_REAL, 2, 0 }, 2, EVIDENCE_OPEN, VERDICT_OPEN },
        { { ARM_REAL, 4, 2 }, 3, EVIDENCE_SHOWN, VERDICT_HOLDS },
        { { ARM_REAL, 3, 2 }, 2, EVIDENCE_OPEN, VERDICT_OPEN },
        { { ARM_SIM, 6, 0 }, 0, EVIDENCE_SHOWN, VERDICT_NOT_MEASURED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct evidence_finding found = { 0 };
        enum verdict verdict;
        char at[64];
        assert_int_equal(judge_arm(line, &cases[i].made, ARM_REAL, &found, &verdict, at), 0);
        assert_int_equal(found.pairs, cases[i].pairs);
        assert_int_equal(verdict, cases[i].verdict);
        if (found.pairs > 0)
            assert_int_equal(found.result, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval), cmocka_unit_test(test_decisions),
        cmocka_unit_test(test_verdicts), cmocka_unit_test(test_ties),
        cmocka_unit_test(test_lines),    cmocka_unit_test(test_wrong_lines),
        cmocka_unit_test(test_real_arm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
