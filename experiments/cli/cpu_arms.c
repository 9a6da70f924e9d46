/* cpu_arms.c - see cpu_arms.h. */
#include "experiments/cli/cpu_arms.h"

#include <math.h>
#include <stdlib.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include "analysis/warmth_fit.h"
#include "experiments/replay/host_facts.h"

#define SIM_REPEATS 16 /* the model repeats so much oftener: its phases cost nothing */

/* 0.12 s are some 75 wake-ups, most often without a wait of others among them. */
#define WAKE_REPEATS  21
#define WAKE_NS       INT64_C(120000000)
#define WAKE_START_NS INT64_C(4000000) /* a third of the idle time before each */

#define MS                INT64_C(1000000)
#define WARMTH_START_NS   (300 * MS)   /* idle time before the first turn, some more */
#define WARMTH_LONGEST_NS (10000 * MS) /* of a repeat: none takes a fifth of it */

enum { START_STREAM = 0x73746172 }; /* the purpose of the random starts */

static double cost_of(const struct cpu_workload_result *r)
{
    return r->work_ns > 0 ? (double)r->counters.usage_ns / (double)r->work_ns : NAN;
}

static double median(double *values, size_t n)
{
    gsl_sort(values, 1, n);
    return gsl_stats_median_from_sorted_data(values, 1, n);
}

struct pool { /* repeats put together */
    struct cpu_workload_result all;
    double costs[SIM_REPEATS * CPU_REPEATS_MAX]; /* the real arm has no more */
    int repeats;
    uint64_t left_out;
    int64_t left_out_ns;
};

/* Takes over the samples of `one`. */
static void pool_add(struct pool *pool, struct cpu_workload_result *one)
{
    cpu_summary_pool(&pool->all, one);
    pool->costs[pool->repeats++] = cost_of(one);
    cpu_workload_result_close(one);
}

static void pool_finish(struct pool *pool, struct cpu_arm *arm)
{
    cpu_summary_init(&arm->summary, &pool->all);
    arm->summary.cost = median(pool->costs, (size_t)pool->repeats);
    arm->repeats = pool->repeats;
    arm->present = true;
}

static void pool_free(struct pool *pool)
{
    cpu_workload_result_close(&pool->all);
    free(pool);
}

void cpu_arm_sim(const struct cpu_plan *plan, struct cpu_arm *arm)
{
    struct pool *pool = mem_alloc(sizeof *pool);
    *arm = (struct cpu_arm){ 0 };
    for (int i = 0; i < SIM_REPEATS * plan->repeats; i++) {
        struct cpu_workload_result one;
        cpu_workload_run(&plan->params, plan->seed, (uint32_t)i, &one);
        pool_add(pool, &one);
    }
    pool_finish(pool, arm);
    pool_free(pool);
}

static int enough(int repeats)
{
    return repeats < CPU_ENOUGH ? repeats : CPU_ENOUGH;
}

struct cpu_probe_start cpu_arm_start(uint64_t seed, int repeat)
{
    struct random_stream shift;
    double whole;
    random_stream_init(&shift, seed, 0, START_STREAM, 0);
    double period = random_stream_uniform(&shift) + repeat * 0.7548776662466927;
    double tick = random_stream_uniform(&shift) + repeat * 0.5698402909980532;
    return (struct cpu_probe_start){ modf(period, &whole), modf(tick, &whole) };
}

static void wake_up_params(struct cpu_workload_params *params)
{
    cpu_workload_defaults(params);
    params->group.quota_ns = 0;
    params->group.period_ns = WAKE_START_NS;
    params->work = CPU_WORK_ONOFF;
    params->duration_ns = WAKE_NS;
}

static int measure_wake_up(struct wake_up_log *log, uint64_t seed, int repeat,
                           struct error *err)
{
    struct cpu_workload_params params;
    struct cpu_workload_result one;
    struct cpu_probe_quality quality;
    struct cpu_probe_start start = cpu_arm_start(seed, repeat);
    wake_up_params(&params);
    int code = cpu_probe_run(&params, 0, &start, &one, &quality, err);
    if (code != 0)
        return code;
    wake_up_add(log, &one, quality.noisy);
    cpu_workload_result_close(&one);
    return 0;
}

static int measure_repeats(const struct cpu_plan *plan, struct pool *quiet, struct pool *noisy,
                           struct error *err)
{
    int attempts = plan->repeats + enough(plan->repeats);
    for (int i = 0; i < attempts && quiet->repeats < plan->repeats; i++) {
        struct cpu_workload_result one;
        struct cpu_probe_quality quality;
        struct cpu_probe_start start = cpu_arm_start(plan->seed, quiet->repeats);
        int code = cpu_probe_run(&plan->params, plan->set_bytes, &start, &one, &quality, err);
        if (code != 0)
            return code;
        struct pool *pool = quality.noisy ? noisy : quiet;
        pool_add(pool, &one);
        pool->left_out += quality.left_out;
        pool->left_out_ns += quality.left_out_ns;
        if (plan->wake_ups != NULL)
            code = measure_wake_up(plan->wake_ups, plan->seed, i, err);
        if (code != 0)
            return code;
    }
    return 0;
}

int cpu_arm_real(const struct cpu_plan *plan, struct cpu_arm *arm, struct error *err)
{
    struct pool *quiet = mem_alloc(sizeof *quiet), *noisy = mem_alloc(sizeof *noisy);
    int code = measure_repeats(plan, quiet, noisy, err);
    if (code == 0) {
        struct pool *chosen = quiet->repeats > 0 ? quiet : noisy;
        *arm = (struct cpu_arm){ .noisy = noisy->repeats,
                                 .disturbed = quiet->repeats < enough(plan->repeats),
                                 .left_out = chosen->left_out,
                                 .left_out_ms = (double)chosen->left_out_ns / 1e6 };
        pool_finish(chosen, arm);
    }
    pool_free(quiet);
    pool_free(noisy);
    return code;
}

void cpu_arm_close(struct cpu_arm *arm)
{
    if (arm->present)
        cpu_summary_close(&arm->summary);
    arm->present = false;
}

int cpu_arms_read_host(struct cpu_host_params *host, uint64_t seed, struct error *err)
{
    struct host_facts facts;
    struct wake_up_log log = { .count = 0 };
    int code = 0;
    for (int i = 0; i < WAKE_REPEATS && code == 0; i++)
        code = measure_wake_up(&log, seed, i, err);
    if (code == 0 && log.count == 0)
        code = error_set(err, ERR_STATE, "no wake-up was seen: the machine is too busy");
    if (code != 0)
        return code;
    int cpus = host->cpus;
    host_facts_read(&facts, "");
    *host = facts.cpu;
    host->cpus = cpus;
    cpu_arms_apply(&log, host);
    return 0;
}

void cpu_arms_apply(const struct wake_up_log *log, struct cpu_host_params *host)
{
    struct cpu_workload_params params;
    struct wake_up wake_up;
    if (log->count == 0)
        return;
    wake_up_params(&params);
    wake_up_estimate(log, cpu_workload_excess_ns(&params), &wake_up);
    host->wake_cost_ns = wake_up.cost_ns;
    host->wake_latency_ns = wake_up.latency_ns;
}

/* Turns of 10 ms as in the cells, then one shorter and one longer after the longest sleep. */
static const struct warmth_turns warmth_turns[] = {
    { .on_ns = 10 * MS, .away_ns = 2 * MS, .turns = 10 },
    { .on_ns = 10 * MS, .away_ns = 10 * MS, .turns = 10 },
    { .on_ns = 10 * MS, .away_ns = 30 * MS, .turns = 10 },
    { .on_ns = 10 * MS, .away_ns = 90 * MS, .turns = 10 },
    { .on_ns = 2 * MS, .away_ns = 90 * MS, .turns = 10 },
    { .on_ns = 40 * MS, .away_ns = 90 * MS, .turns = 3 },
};
#define WARMTH_POINTS (sizeof warmth_turns / sizeof *warmth_turns)

static int measure_warmth(const struct cpu_plan *plan, const struct warmth_turns *turns,
                          struct warmth_point *point, struct error *err)
{
    struct cpu_plan cell = *plan;
    struct cpu_workload_params *p = &cell.params;
    struct cpu_arm arm;
    p->work = CPU_WORK_TOUCH;
    p->group.quota_ns = p->group.burst_ns = 0;
    p->group.period_ns = WARMTH_START_NS / 3;
    p->neighbour_weight = 0;
    p->threads = p->host.cpus = 1;
    p->on_ns = turns->on_ns;
    p->off_ns = turns->away_ns;
    p->total_ns = turns->turns * turns->on_ns;
    p->duration_ns = WARMTH_LONGEST_NS;
    int code = cpu_arm_real(&cell, &arm, err);
    if (code != 0)
        return code;
    *point = (struct warmth_point){ *turns, arm.summary.cost };
    point->turns.first_away_ns = WARMTH_START_NS;
    point->turns.wake_cost_ns = plan->params.host.wake_cost_ns;
    cpu_arm_close(&arm);
    return 0;
}

int cpu_arms_fit_warmth(const struct cpu_plan *plan, struct cache_warmth *warmth,
                        struct error *err)
{
    struct warmth_point points[WARMTH_POINTS];
    int code = 0;
    for (size_t i = 0; i < WARMTH_POINTS && code == 0; i++)
        code = measure_warmth(plan, &warmth_turns[i], &points[i], err);
    if (code == 0)
        warmth_fit(points, WARMTH_POINTS, warmth);
    return code;
}
