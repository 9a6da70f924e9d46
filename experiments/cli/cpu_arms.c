/* cpu_arms.c - see cpu_arms.h. */
#include "experiments/cli/cpu_arms.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
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

/* The purposes of the random starts and orders. */
enum { START_STREAM = 0x73746172, ORDER_STREAM = 0x6f726472 };

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

struct real_arm { /* as far as it is measured */
    const struct cpu_plan *plan;
    struct pool *quiet, *noisy; /* owned */
};

static bool wants_more(const struct real_arm *r)
{
    int repeats = r->plan->repeats, attempts = r->quiet->repeats + r->noisy->repeats;
    return r->quiet->repeats < repeats && attempts < repeats + enough(repeats);
}

static int measure_repeat(struct real_arm *r, struct error *err)
{
    const struct cpu_plan *plan = r->plan;
    struct cpu_workload_result one;
    struct cpu_probe_quality quality;
    int attempts = r->quiet->repeats + r->noisy->repeats;
    struct cpu_probe_start start = cpu_arm_start(plan->seed, r->quiet->repeats);
    int code = cpu_probe_run(&plan->params, plan->set_bytes, &start, &one, &quality, err);
    if (code != 0)
        return code;
    struct pool *pool = quality.noisy ? r->noisy : r->quiet;
    pool_add(pool, &one);
    pool->left_out += quality.left_out;
    pool->left_out_ns += quality.left_out_ns;
    if (plan->wake_ups != NULL)
        code = measure_wake_up(plan->wake_ups, plan->seed, attempts, err);
    return code;
}

static void real_arm_finish(const struct real_arm *r, struct cpu_arm *arm)
{
    struct pool *chosen = r->quiet->repeats > 0 ? r->quiet : r->noisy;
    *arm = (struct cpu_arm){ .noisy = r->noisy->repeats,
                             .disturbed = r->quiet->repeats < enough(r->plan->repeats),
                             .left_out = chosen->left_out,
                             .left_out_ms = (double)chosen->left_out_ns / 1e6 };
    pool_finish(chosen, arm);
}

/* R. Durstenfeld 1964, algorithm 235. */
static void shuffle(struct random_stream *random, struct real_arm *arms, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int other = (int)(random_stream_uniform(random) * (i + 1));
        struct real_arm moved = arms[i];
        arms[i] = arms[other];
        arms[other] = moved;
    }
}

/* A repeat of each that wants more, in a new order every time. */
static int measure_in_turn(struct real_arm *arms, int n, struct error *err)
{
    struct random_stream order;
    int code = 0;
    random_stream_init(&order, arms[0].plan->seed, 0, ORDER_STREAM, 0);
    for (bool more = true; more && code == 0;) {
        more = false;
        shuffle(&order, arms, n);
        for (int i = 0; i < n && code == 0; i++)
            if (wants_more(&arms[i])) {
                more = true;
                code = measure_repeat(&arms[i], err);
            }
    }
    return code;
}

int cpu_arms_real(const struct cpu_plan *plans, int n, struct cpu_arm *arms, struct error *err)
{
    struct real_arm real[CPU_ARMS_MAX];
    assert(n >= 1 && n <= CPU_ARMS_MAX);
    for (int i = 0; i < n; i++)
        real[i] = (struct real_arm){ &plans[i], mem_alloc(sizeof(struct pool)),
                                     mem_alloc(sizeof(struct pool)) };
    int code = measure_in_turn(real, n, err);
    for (int i = 0; i < n; i++) {
        if (code == 0)
            real_arm_finish(&real[i], &arms[real[i].plan - plans]);
        pool_free(real[i].quiet);
        pool_free(real[i].noisy);
    }
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
_Static_assert(WARMTH_POINTS + CPU_WARM_CELLS <= CPU_ARMS_MAX, "room for points and cells");

static void plan_turns(const struct cpu_plan *plan, const struct warmth_turns *turns,
                       struct cpu_plan *out)
{
    struct cpu_workload_params *p = &out->params;
    *out = *plan;
    p->work = CPU_WORK_TOUCH;
    p->group.quota_ns = p->group.burst_ns = 0;
    p->group.period_ns = WARMTH_START_NS / 3;
    p->neighbour_weight = 0;
    p->threads = p->host.cpus = 1;
    p->on_ns = turns->on_ns;
    p->off_ns = turns->away_ns;
    p->total_ns = turns->turns * turns->on_ns;
    p->duration_ns = WARMTH_LONGEST_NS;
}

static void fit(const struct cpu_plan *plan, struct cpu_arm *arms, struct cache_warmth *warmth)
{
    struct warmth_point points[WARMTH_POINTS];
    for (size_t i = 0; i < WARMTH_POINTS; i++) {
        points[i] = (struct warmth_point){ warmth_turns[i], arms[i].summary.cost };
        points[i].turns.first_away_ns = WARMTH_START_NS;
        points[i].turns.wake_cost_ns = plan->params.host.wake_cost_ns;
        cpu_arm_close(&arms[i]);
    }
    warmth_fit(points, WARMTH_POINTS, warmth);
}

int cpu_arms_warmth(const struct cpu_plan *cells, int n, struct cpu_arm *arms,
                    struct cache_warmth *warmth, struct error *err)
{
    struct cpu_plan plans[CPU_ARMS_MAX];
    struct cpu_arm all[CPU_ARMS_MAX];
    assert(n >= 1 && n <= CPU_WARM_CELLS);
    for (size_t i = 0; i < WARMTH_POINTS; i++)
        plan_turns(&cells[0], &warmth_turns[i], &plans[i]);
    memcpy(&plans[WARMTH_POINTS], cells, (size_t)n * sizeof *cells);
    int code = cpu_arms_real(plans, (int)WARMTH_POINTS + n, all, err);
    if (code != 0)
        return code;
    fit(&cells[0], all, warmth);
    memcpy(arms, &all[WARMTH_POINTS], (size_t)n * sizeof *arms);
    return 0;
}
