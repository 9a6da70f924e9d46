/* The CPU model against what was measured on Linux 6.18, 250 Hz tick, one pinned probe a CPU; the
 * tolerances are the measurements' own spread. Fresh phases in each of 32 replications. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/cpu_workload.h"

#define REPLICATIONS 32

struct figures { /* ms */
    double mean, sd, median, p99;
};

struct cell {
    struct figures runs, stalls, late;
    double throttled_share; /* of the periods */
    double cpu_share;       /* of one CPU */
};

static void append(struct cpu_samples *to, const struct cpu_samples *from)
{
    for (size_t i = 0; i < from->count; i++)
        cpu_samples_add(to, from->ns[i]);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static struct figures summarise(struct cpu_samples *samples)
{
    struct figures f = { 0 };
    double squares = 0;

    if (samples->count == 0)
        return f;
    for (size_t i = 0; i < samples->count; i++)
        f.mean += (double)samples->ns[i] / 1e6 / (double)samples->count;
    for (size_t i = 0; i < samples->count; i++)
        squares += pow((double)samples->ns[i] / 1e6 - f.mean, 2);
    f.sd = sqrt(squares / (double)samples->count);
    qsort(samples->ns, samples->count, sizeof *samples->ns, by_size);
    f.median = (double)samples->ns[samples->count / 2] / 1e6;
    f.p99 = (double)samples->ns[samples->count * 99 / 100] / 1e6;
    return f;
}

static struct cell measure(const struct cpu_workload_params *params)
{
    struct cpu_workload_result all = { 0 };
    struct cell cell = { 0 };

    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        struct cpu_workload_result one;

        cpu_workload_run(params, 7, r, &one);
        append(&all.runs, &one.runs);
        append(&all.stalls, &one.stalls);
        append(&all.late, &one.late);
        cell.throttled_share +=
            (double)one.counters.throttled / (double)one.counters.periods / REPLICATIONS;
        cell.cpu_share += (double)one.counters.usage_ns / (double)one.elapsed_ns / REPLICATIONS;
        cpu_workload_result_close(&one);
    }
    cell.runs = summarise(&all.runs);
    cell.stalls = summarise(&all.stalls);
    cell.late = summarise(&all.late);
    cpu_workload_result_close(&all);
    return cell;
}

static void expect_near(const char *what, double value, double measured, double tolerance)
{
    if (!(fabs(value - measured) <= tolerance))
        fail_msg("%s: %.3f, measured %.3f +- %.3f", what, value, measured, tolerance);
}

static struct cpu_workload_params spin(int64_t quota_ms, int64_t period_ms, int threads)
{
    struct cpu_workload_params params;

    cpu_workload_defaults(&params);
    params.group.quota_ns = quota_ms * 1000000;
    params.group.period_ns = period_ms * 1000000;
    params.threads = threads;
    params.host.cpus = threads;
    return params;
}

/* Mean and spread of run and stall in ms, as measured. The mean of n samples of spread sd is
 * known to a few sd / sqrt(n): some hundred periods were seen. */
static void test_spinning_threads(void **state)
{
    static const struct {
        int64_t quota_ms, period_ms;
        int threads;
        double run, run_sd, stall, stall_sd, mean_within, sd_within;
    } cases[] = {
        { 20, 100, 1, 19.9, 1.6, 80.1, 1.6, 0.4, 0.3 },
        { 5, 10, 1, 4.95, 1.6, 5.05, 1.6, 0.2, 0.3 },
        { 5, 10, 2, 2.84, 1.84, 8.72, 2.67, 0.25, 0.6 },
        { 20, 100, 2, 10, 1.6, 89, 2, 1, 1 }, /* "about" */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cpu_workload_params params =
            spin(cases[i].quota_ms, cases[i].period_ms, cases[i].threads);
        struct cell cell;

        params.duration_ns = 40 * params.group.period_ns;
        params.duration_ns *= cases[i].period_ms == 10 ? 10 : 1;
        cell = measure(&params);
        expect_near("run", cell.runs.mean, cases[i].run, cases[i].mean_within);
        expect_near("run sd", cell.runs.sd, cases[i].run_sd, cases[i].sd_within);
        expect_near("stall", cell.stalls.mean, cases[i].stall, 2 * cases[i].mean_within);
        /* a period skipped at the start, when the pool was full, widens the stalls */
        if (cases[i].period_ms == 10)
            expect_near("stall sd", cell.stalls.sd, cases[i].stall_sd, cases[i].sd_within);
        expect_near("throttled", cell.throttled_share, 1, 0.03);
        expect_near("cpu", cell.cpu_share,
                    (double)cases[i].quota_ms / (double)cases[i].period_ms, 0.01);
    }
}

/* Sleep 1 ms, work 0.5 ms at 20/100. */
static void test_on_off(void **state)
{
    struct cpu_workload_params params = spin(20, 100, 1);
    struct cell cell;

    (void)state;
    params.work = CPU_WORK_ONOFF;
    params.on_ns = 500000;
    params.off_ns = 1000000;
    cell = measure(&params);
    expect_near("late mean", cell.late.mean, 1.09, 0.1);
    expect_near("late median", cell.late.median, 0.095, 0.02);
    expect_near("late p99", cell.late.p99, 39.9, 3);
    expect_near("throttled", cell.throttled_share, 1, 0.03);
    /* 20 ms of CPU between two stalls, the wake-ups' share taken off */
    expect_near("run", cell.runs.mean, 20, 1.5);
}

/* Equal weights alternate by one tick, 1024:256 by 16 ms to 4 ms. */
static void test_neighbour(void **state)
{
    static const struct {
        int64_t weight, neighbour;
        double run, stall;
    } cases[] = { { 1024, 1024, 4, 4 }, { 1024, 256, 16, 4 }, { 256, 1024, 4, 16 } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cpu_workload_params params = spin(0, 100, 1);
        struct cell cell;

        params.group.weight = cases[i].weight;
        params.neighbour_weight = cases[i].neighbour;
        params.duration_ns = 1000000000;
        cell = measure(&params);
        expect_near("run", cell.runs.mean, cases[i].run, 0.05);
        expect_near("stall", cell.stalls.mean, cases[i].stall, 0.05);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spinning_threads),
        cmocka_unit_test(test_on_off),
        cmocka_unit_test(test_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
