#include "models/cpu.h"

#include <assert.h>
#include <stdlib.h>

#include "models/cpu_internal.h"
#include "sim/error.h"

#define BASE_SLICE_NS 1400000 /* sysctl_sched_base_slice, 0.7 ms, scaled for two CPUs */

void cpu_event_at(struct cpu_host *host, uint64_t *event, int64_t at_ns, int priority,
                  event_fn *fn, void *subject)
{
    if (at_ns < 0) {
        if (*event != 0)
            simulation_cancel(host->sim, *event);
        *event = 0;
    } else if (*event == 0 || !simulation_reschedule(host->sim, *event, at_ns)) {
        *event = simulation_at(host->sim, at_ns, priority, fn, subject, NULL);
    }
}

static int64_t draw_phase(struct random_stream *phases, int64_t period_ns)
{
    return phases == NULL ? 0 : (int64_t)(random_stream_uniform(phases) * (double)period_ns);
}

struct cpu_host *cpu_host_new(struct simulation *sim, const struct cpu_host_params *params,
                              struct random_stream *phases)
{
    struct cpu_host *host = mem_alloc(sizeof *host);

    assert(params->cpus >= 1 && params->cpus <= CPU_MAX && params->tick_ns > 0);
    host->sim = sim;
    host->params = *params;
    if (host->params.base_slice_ns == 0)
        host->params.base_slice_ns = BASE_SLICE_NS;
    host->phases = phases;
    host->tick_phase_ns = draw_phase(phases, params->tick_ns);
    host->cpus = mem_alloc((size_t)params->cpus * sizeof *host->cpus);
    for (int i = 0; i < params->cpus; i++) {
        host->cpus[i].host = host;
        host->cpus[i].index = i;
        host->cpus[i].served_ns = host->cpus[i].ticked_ns = -1;
        fair_queue_init(&host->cpus[i].groups, host->params.base_slice_ns, params->tick_ns);
    }
    return host;
}

static void free_group(struct cpu_group *group)
{
    while (group->threads != NULL) {
        struct cpu_thread *thread = group->threads;

        group->threads = thread->next;
        free(thread);
    }
    for (int i = 0; i < group->host->params.cpus; i++)
        fair_queue_close(&group->queues[i].threads);
    cpu_event_at(group->host, &group->attention_event, -1, 0, NULL, NULL);
    cpu_event_at(group->host, &group->refill_event, -1, 0, NULL, NULL);
    cpu_event_at(group->host, &group->slack_event, -1, 0, NULL, NULL);
    free(group->queues);
    free(group);
}

void cpu_host_free(struct cpu_host *host)
{
    while (host->groups != NULL) {
        struct cpu_group *group = host->groups;

        host->groups = group->next;
        free_group(group);
    }
    for (int i = 0; i < host->params.cpus; i++) {
        fair_queue_close(&host->cpus[i].groups);
        cpu_event_at(host, &host->cpus[i].done_event, -1, 0, NULL, NULL);
        cpu_event_at(host, &host->cpus[i].tick_event, -1, 0, NULL, NULL);
        cpu_event_at(host, &host->cpus[i].wake_event, -1, 0, NULL, NULL);
    }
    free(host->cpus);
    free(host);
}

struct cpu_group *cpu_group_new(struct cpu_host *host, const struct cpu_group_params *params)
{
    struct cpu_group *group = mem_alloc(sizeof *group);

    assert(params->weight >= 2 && params->weight <= 262144);
    group->host = host;
    group->params = *params;
    group->params.quota_ns = 0;
    group->queues = mem_alloc((size_t)host->params.cpus * sizeof *group->queues);
    for (int i = 0; i < host->params.cpus; i++) {
        struct cpu_queue *queue = &group->queues[i];

        queue->group = group;
        queue->cpu = &host->cpus[i];
        queue->entity.weight = params->weight;
        queue->entity.owner = queue;
        fair_queue_init(&queue->threads, host->params.base_slice_ns, host->params.tick_ns);
    }
    group->next = host->groups;
    host->groups = group;
    cpu_bandwidth_init(&group->bandwidth, host->params.cpus, host->params.slice_ns,
                       draw_phase(host->phases, params->period_ns));
    if (params->quota_ns > 0)
        cpu_group_limit(group, params);
    return group;
}

void cpu_group_set_period_phase(struct cpu_group *group, int64_t phase_ns)
{
    group->bandwidth.active = false;
    group->bandwidth.refill_at_ns = phase_ns;
    if (group->params.quota_ns > 0)
        cpu_bandwidth_start(&group->bandwidth, group->host->sim->now_ns);
    cpu_limit_arm(group);
}

/* The phase of the timer stays (start_cfs_bandwidth goes on with it). */
void cpu_group_settle(struct cpu_group *group)
{
    assert(group->running == 0);
    group->bandwidth.active = false;
    if (group->params.quota_ns > 0)
        group->bandwidth.pool_ns = group->params.quota_ns + group->params.burst_ns;
    cpu_limit_arm(group);
}

/* Each CPU gets the share of the group's weight that its threads are of all its threads.
 * (calc_group_shares, with every thread taken to be equally busy) */
static void share_weight(struct cpu_group *group)
{
    for (int i = 0; i < group->host->params.cpus; i++) {
        int64_t weight = group->params.weight * group->queues[i].pinned / group->pinned;

        if (!group->queues[i].entity.queued)
            group->queues[i].entity.weight = weight < 2 ? 2 : weight;
    }
}

struct cpu_thread *cpu_thread_new(struct cpu_group *group, int cpu, cpu_ran_fn *ran,
                                  void *owner)
{
    struct cpu_thread *thread = mem_alloc(sizeof *thread);

    assert(cpu >= 0 && cpu < group->host->params.cpus);
    thread->queue = &group->queues[cpu];
    thread->ran = ran;
    thread->owner = owner;
    thread->entity.weight = 1024;
    thread->entity.owner = thread;
    thread->asleep = true;
    thread->throttled_from_ns = -1;
    thread->off_since_ns = group->host->sim->now_ns;
    thread->next = group->threads;
    group->threads = thread;
    group->pinned++;
    thread->queue->pinned++;
    share_weight(group);
    return thread;
}

void cpu_thread_set_warmth(struct cpu_thread *thread, const struct cache_warmth *warmth)
{
    thread->warmth = *warmth;
}

/* hrtimer_interrupt: runs every timer whose time has come, not just the one it was set for. */
static void wake(void *subject, void *object)
{
    struct cpu *cpu = subject;
    struct cpu_thread *first = cpu->waking;

    (void)object;
    cpu->wake_event = 0;
    cpu->waking = NULL;
    cpu_dispatch_wake(cpu, first);
}

static void await_interrupt(struct cpu *cpu, struct cpu_thread *thread)
{
    int64_t at_ns = cpu->host->sim->now_ns + cpu->host->params.wake_latency_ns;

    thread->next_waking = NULL;
    if (cpu->waking != NULL)
        cpu->last_waking->next_waking = thread;
    else
        cpu->waking = thread;
    cpu->last_waking = thread;
    if (cpu->wake_event == 0)
        cpu_event_at(cpu->host, &cpu->wake_event, at_ns, CPU_WAKE, wake, cpu);
}

void cpu_thread_demand(struct cpu_thread *thread, int64_t work_ns)
{
    struct cpu *cpu = thread->queue->cpu;

    assert(work_ns > 0);
    thread->demand_ns += work_ns;
    if (thread->asleep) {
        thread->asleep = false;
        thread->woken = true;
        await_interrupt(cpu, thread);
    } else if (cpu->running == thread && !cpu->reporting) {
        cpu_dispatch_arm(cpu);
        cpu_limit_arm(thread->queue->group);
    }
}

void cpu_thread_shorten(struct cpu_thread *thread, int64_t work_ns)
{
    struct cpu *cpu = thread->queue->cpu;

    assert(work_ns >= 0 && work_ns < cpu_thread_remaining_ns(thread));
    thread->demand_ns -= work_ns;
    if (cpu->running == thread) {
        cpu_dispatch_arm(cpu);
        cpu_limit_arm(thread->queue->group);
    }
}

bool cpu_thread_disturb(struct cpu_thread *thread, int64_t length_ns)
{
    struct cpu *cpu = thread->queue->cpu;
    int64_t now_ns = cpu->host->sim->now_ns, from_ns = cpu->worked_from_ns;

    assert(length_ns >= 0 && !cpu->reporting);
    if (cpu->running != thread)
        return false;
    cpu_dispatch_update(cpu);
    if (now_ns > from_ns) {
        cpu->worked_from_ns = now_ns;
        thread->ran(thread, thread->owner, from_ns, now_ns, false);
    }
    thread->overhead_ns += length_ns;
    cpu->worked_from_ns += length_ns;
    cpu_dispatch_arm(cpu);
    cpu_limit_arm(thread->queue->group);
    return true;
}

void cpu_thread_sleep(struct cpu_thread *thread)
{
    assert(thread->queue->cpu->running == thread && thread->queue->cpu->reporting);
    assert(thread->demand_ns == 0);
    thread->asleep = true;
}

struct cpu_counters cpu_group_counters(const struct cpu_group *group)
{
    int64_t now_ns = group->host->sim->now_ns;
    struct cpu_counters counters = {
        .usage_ns = group->usage_ns,
        .throttled_ns = cpu_bandwidth_throttled_ns(&group->bandwidth, now_ns),
        .periods = group->bandwidth.periods,
        .throttled = group->bandwidth.throttled,
    };

    for (uint64_t left = group->running; left != 0; left &= left - 1)
        counters.usage_ns += now_ns - group->host->cpus[__builtin_ctzll(left)].served_ns;
    return counters;
}

int64_t cpu_thread_throttled_ns(const struct cpu_thread *thread)
{
    int64_t from_ns = thread->throttled_from_ns;

    return thread->throttled_ns +
           (from_ns < 0 ? 0 : thread->queue->cpu->host->sim->now_ns - from_ns);
}

int64_t cpu_thread_worked_ns(const struct cpu_thread *thread)
{
    return thread->worked_ns;
}

int64_t cpu_thread_off_ns(const struct cpu_thread *thread)
{
    return thread->off_ns;
}

int64_t cpu_thread_remaining_ns(const struct cpu_thread *thread)
{
    const struct cpu *cpu = thread->queue->cpu;
    int64_t ran_ns = cpu->running == thread ? cpu->host->sim->now_ns - cpu->served_ns : 0;
    struct cache_refill refill = thread->refill;

    if (ran_ns <= thread->overhead_ns)
        return thread->demand_ns;
    return thread->demand_ns - cache_refill_run(&thread->warmth, &refill,
                                                ran_ns - thread->overhead_ns,
                                                thread->demand_ns);
}
