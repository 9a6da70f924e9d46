#include "models/cpu_workload.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "sim/error.h"

#define SPIN_NS      (INT64_MAX / 4) /* a demand that outlasts every run */
#define IDLE_PERIODS 3               /* of a group with a limit, before its threads start */
#define EXCESS_LEAST 0.25            /* of the largest excess of a turn */

enum { CPU_WORKLOAD_STREAM = 0x637075 }; /* the purpose of the phases' random stream */

struct probe;

struct probe_thread {
    struct probe *probe;
    struct cpu_thread *thread;
    int64_t run_ns;     /* work since the last stall; -1 = its beginning was not seen */
    int64_t last_ns;    /* the last clock reading; -1 = just slept or not begun */
    int64_t wake_at_ns; /* the end of the sleep that it asked for; -1 = does not sleep */
    int64_t left_ns;    /* TOUCH: warm work still to do */
    int64_t worked_ns;  /* what it did in all, as last told */
};

struct probe {
    const struct cpu_workload_params *params;
    struct simulation sim;
    struct cpu_workload_result *out;
    struct probe_thread *threads;
    struct random_stream unevenness; /* of the turns */
    int at_work;                     /* threads that have not ended */
};

void cpu_samples_add(struct cpu_samples *samples, int64_t ns)
{
    if (samples->count == samples->capacity) {
        samples->capacity = samples->capacity == 0 ? 256 : 2 * samples->capacity;
        samples->ns = mem_realloc(samples->ns, samples->capacity * sizeof *samples->ns);
    }
    samples->ns[samples->count++] = ns;
}

/* The thread wanted the CPU for so long before it had it. */
static void waited(struct probe_thread *t, int64_t wait_ns)
{
    struct cpu_workload_result *out = t->probe->out;

    if (wait_ns <= t->probe->params->gap_ns)
        return;
    cpu_samples_add(&out->stalls, wait_ns);
    if (t->run_ns >= 0)
        cpu_samples_add(&out->runs, t->run_ns);
    t->run_ns = 0;
}

/* The clock is read all through [from_ns, to_ns). */
static void read_clock(struct probe_thread *t, int64_t from_ns, int64_t to_ns)
{
    struct cpu_workload_result *out = t->probe->out;

    if (t->wake_at_ns >= 0) {
        cpu_samples_add(&out->late, from_ns - t->wake_at_ns);
        waited(t, from_ns - t->wake_at_ns);
    } else if (t->last_ns >= 0) {
        waited(t, from_ns - t->last_ns);
    }
    t->wake_at_ns = -1;
    if (t->run_ns >= 0)
        t->run_ns += to_ns - from_ns;
    t->last_ns = to_ns;
}

static bool has_breaks(const struct cpu_workload_params *params)
{
    return params->work != CPU_WORK_SPIN && params->off_ns > 0;
}

/* No two turns of work take the same, and that decides which of two threads is owed CPU time by the
 * other. The work ends at the first reading past on_ns and then the thread goes to sleep, so a turn
 * is longer than on_ns, never shorter: a thread that waits for a whole turn of another's waits for
 * more than on_ns. */
static int64_t uneven(struct probe_thread *t, int64_t work_ns)
{
    int64_t most_ns = t->probe->params->excess_ns;
    double share = random_stream_uniform(&t->probe->unevenness);

    most_ns = most_ns < work_ns ? most_ns : work_ns;
    return work_ns + llround((EXCESS_LEAST + (1 - EXCESS_LEAST) * share) * (double)most_ns);
}

double cpu_workload_excess_ns(const struct cpu_workload_params *params)
{
    int64_t most_ns = params->excess_ns < params->on_ns ? params->excess_ns : params->on_ns;

    return (1 + EXCESS_LEAST) / 2 * (double)most_ns;
}

static int64_t portion(struct probe_thread *t)
{
    const struct cpu_workload_params *params = t->probe->params;
    int64_t work_ns = has_breaks(params) ? uneven(t, params->on_ns) : SPIN_NS;

    return params->work == CPU_WORK_TOUCH && t->left_ns < work_ns ? t->left_ns : work_ns;
}

static void resume(void *subject, void *object)
{
    struct probe_thread *t = subject;

    (void)object;
    cpu_thread_demand(t->thread, portion(t));
}

static void sleep_until(struct probe_thread *t, int64_t at_ns)
{
    t->wake_at_ns = at_ns;
    t->last_ns = -1;
    simulation_at(&t->probe->sim, at_ns, 0, resume, t, NULL);
}

static void ran(struct cpu_thread *thread, void *owner, int64_t from_ns, int64_t to_ns,
                bool done)
{
    struct probe_thread *t = owner;

    read_clock(t, from_ns, to_ns);
    int64_t work_ns = cpu_thread_worked_ns(thread) - t->worked_ns;
    t->worked_ns += work_ns;
    t->left_ns -= work_ns;
    t->probe->out->work_ns += work_ns;
    if (!done)
        return;
    cpu_thread_sleep(thread);
    if (t->probe->params->work != CPU_WORK_TOUCH || t->left_ns > 0)
        sleep_until(t, to_ns + t->probe->params->off_ns);
    else if (--t->probe->at_work == 0)
        simulation_stop(&t->probe->sim);
}

static void ran_neighbour(struct cpu_thread *thread, void *owner, int64_t from_ns,
                          int64_t to_ns, bool done)
{
    (void)thread;
    (void)owner;
    (void)from_ns;
    (void)to_ns;
    (void)done;
}

static void add_neighbours(struct cpu_host *host, const struct cpu_workload_params *params)
{
    struct cpu_group_params unlimited = { .weight = params->neighbour_weight };

    for (int i = 0; params->neighbour_weight > 0 && i < params->host.cpus; i++) {
        struct cpu_group *group = cpu_group_new(host, &unlimited);

        cpu_thread_demand(cpu_thread_new(group, i, ran_neighbour, NULL), SPIN_NS);
    }
}

static void add_threads(struct probe *probe, struct cpu_group *group)
{
    const struct cpu_workload_params *params = probe->params;

    probe->threads = mem_alloc((size_t)params->threads * sizeof *probe->threads);
    probe->at_work = params->threads;
    for (int i = 0; i < params->threads; i++) {
        struct probe_thread *t = &probe->threads[i];

        *t = (struct probe_thread){ .probe = probe,
                                    .run_ns = -1,
                                    .last_ns = -1,
                                    .wake_at_ns = -1,
                                    .left_ns = params->total_ns };
        t->thread = cpu_thread_new(group, i % params->host.cpus, ran, t);
        if (params->work == CPU_WORK_TOUCH)
            cpu_thread_set_warmth(t->thread, &params->warmth);
        resume(t, NULL);
    }
}

static struct cpu_counters counted_since(struct cpu_counters now, struct cpu_counters before)
{
    now.usage_ns -= before.usage_ns;
    now.throttled_ns -= before.throttled_ns;
    now.periods -= before.periods;
    now.throttled -= before.throttled;
    return now;
}

/* The threads start into a group at rest, as the probe's do: the timer has run through its idle
 * periods, so the pool holds quota and burst, and stands still. */
void cpu_workload_run(const struct cpu_workload_params *params, uint64_t seed,
                      uint32_t replication, struct cpu_workload_result *out)
{
    struct probe probe = { .params = params, .out = out };
    struct random_stream phases;
    int64_t start_ns = params->group.quota_ns > 0 ? IDLE_PERIODS * params->group.period_ns : 0;

    assert(params->threads >= 1 && params->duration_ns > 0 && params->gap_ns > 0);
    *out = (struct cpu_workload_result){ 0 };
    simulation_init(&probe.sim);
    random_stream_init(&phases, seed, replication, CPU_WORKLOAD_STREAM, 0);
    random_stream_init(&probe.unevenness, seed, replication, CPU_WORKLOAD_STREAM, 1);
    struct cpu_host *host = cpu_host_new(&probe.sim, &params->host, &phases);
    struct cpu_group *group = cpu_group_new(host, &params->group);

    add_neighbours(host, params);
    simulation_run_until(&probe.sim, start_ns);
    struct cpu_counters before = cpu_group_counters(group);
    add_threads(&probe, group);
    simulation_run_until(&probe.sim, start_ns + params->duration_ns);
    out->counters = counted_since(cpu_group_counters(group), before);
    out->elapsed_ns = probe.sim.now_ns - start_ns;
    out->events = probe.sim.executed;
    cpu_host_free(host);
    simulation_close(&probe.sim);
    free(probe.threads);
}

void cpu_workload_result_close(struct cpu_workload_result *result)
{
    free(result->runs.ns);
    free(result->stalls.ns);
    free(result->late.ns);
    *result = (struct cpu_workload_result){ 0 };
}

void cpu_workload_defaults(struct cpu_workload_params *params)
{
    *params = (struct cpu_workload_params){
        .host = { .cpus = 1,
                  .tick_ns = 4000000,
                  .slice_ns = 5000000,
                  .generation = CPU_THROTTLE_TASK,
                  .wake_latency_ns = 90000,
                  .wake_cost_ns = 17000 },
        .group = { .quota_ns = 20000000, .period_ns = 100000000, .weight = 1024 },
        .work = CPU_WORK_SPIN,
        .on_ns = 500000,
        .off_ns = 1000000,
        .excess_ns = 16000,
        .total_ns = 1000000000,
        .threads = 1,
        .duration_ns = 10000000000,
        .gap_ns = 200000,
    };
}
