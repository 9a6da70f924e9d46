#include <assert.h>

#include "models/cpu_internal.h"

static int64_t tick_ns(const struct cpu_host *host) /* 0: accounting is exact */
{
    return host->params.hrtick ? 0 : host->params.tick_ns;
}

static bool limited(const struct cpu_group *group)
{
    return group->params.quota_ns > 0;
}

bool cpu_limit_throttled(const struct cpu_queue *queue)
{
    return limited(queue->group) && queue->group->bandwidth.queues[queue->cpu->index].throttled;
}

static bool charge(struct cpu_queue *queue, int64_t to_ns)
{
    int64_t ran_ns = 0;

    if (queue->group->running >> queue->cpu->index & 1) {
        ran_ns = to_ns - queue->accounted_ns;
        queue->accounted_ns = to_ns;
    }
    return cpu_bandwidth_account(&queue->group->bandwidth, queue->cpu->index, ran_ns, to_ns);
}

/* The earliest tick at which one of the group's running CPUs needs a slice, and which CPU. */
static int64_t next_due(const struct cpu_group *group, const int64_t *remaining_ns,
                        const int64_t *accounted_ns, int *cpu)
{
    int64_t first_ns = INT64_MAX;

    for (uint64_t left = group->running; left != 0; left &= left - 1) {
        int i = __builtin_ctzll(left);
        int64_t due_ns = cpu_bandwidth_due(remaining_ns[i], accounted_ns[i],
                                           tick_ns(group->host), group->host->tick_phase_ns);

        if (due_ns < first_ns && !group->bandwidth.queues[i].throttled) {
            first_ns = due_ns;
            *cpu = i;
        }
    }
    return first_ns;
}

static void read_books(const struct cpu_group *group, int64_t *remaining_ns,
                       int64_t *accounted_ns)
{
    for (uint64_t left = group->running; left != 0; left &= left - 1) {
        int i = __builtin_ctzll(left);

        remaining_ns[i] = group->bandwidth.queues[i].remaining_ns;
        accounted_ns[i] = group->queues[i].accounted_ns;
    }
}

/* Does what the ticks up to until_ns did: slices taken, in the order of the ticks. */
static void catch_up(struct cpu_group *group, int64_t until_ns)
{
    int64_t remaining_ns[CPU_MAX], accounted_ns[CPU_MAX];
    int cpu = 0;

    read_books(group, remaining_ns, accounted_ns);
    for (;;) {
        int64_t due_ns = next_due(group, remaining_ns, accounted_ns, &cpu);

        if (due_ns > until_ns)
            return;
        charge(&group->queues[cpu], due_ns);
        remaining_ns[cpu] = group->bandwidth.queues[cpu].remaining_ns;
        accounted_ns[cpu] = due_ns;
    }
}

bool cpu_limit_account(struct cpu_queue *queue)
{
    int64_t now_ns = queue->group->host->sim->now_ns;

    if (!limited(queue->group))
        return true;
    catch_up(queue->group, now_ns - 1);
    return charge(queue, now_ns);
}

void cpu_limit_tick(struct cpu_group *group)
{
    if (!limited(group))
        return;
    catch_up(group, group->host->sim->now_ns);
    for (uint64_t left = group->running; left != 0; left &= left - 1) {
        int i = __builtin_ctzll(left);
        const struct cpu_bandwidth_queue *q = &group->bandwidth.queues[i];

        if (q->remaining_ns <= 0 && !q->throttled)
            cpu_dispatch_schedule(&group->host->cpus[i]);
    }
}

static void attention(void *subject, void *object)
{
    struct cpu_group *group = subject;

    (void)object;
    cpu_limit_tick(group);
    cpu_limit_arm(group);
}

static void free_all(struct cpu_group *group, uint64_t freed)
{
    for (; freed != 0; freed &= freed - 1)
        cpu_dispatch_free(&group->queues[__builtin_ctzll(freed)]);
    cpu_limit_arm(group);
}

static void refill(void *subject, void *object)
{
    struct cpu_group *group = subject;
    int64_t now_ns = group->host->sim->now_ns;

    (void)object;
    catch_up(group, now_ns - 1);
    free_all(group, cpu_bandwidth_refill(&group->bandwidth, now_ns));
}

static void slack(void *subject, void *object)
{
    struct cpu_group *group = subject;
    int64_t now_ns = group->host->sim->now_ns;

    (void)object;
    catch_up(group, now_ns - 1);
    free_all(group, cpu_bandwidth_slack(&group->bandwidth, now_ns));
}

/* Nothing can be foreseen beyond the refill and the end of a running thread's demand. */
static int64_t horizon(const struct cpu_group *group)
{
    int64_t until_ns = group->bandwidth.active ? group->bandwidth.refill_at_ns : INT64_MAX;

    for (uint64_t left = group->running; left != 0; left &= left - 1) {
        const struct cpu *cpu = &group->host->cpus[__builtin_ctzll(left)];
        int64_t end_ns = cpu_dispatch_end(cpu);

        until_ns = end_ns < until_ns ? end_ns : until_ns;
    }
    return until_ns;
}

/* The first tick at which a CPU will find nothing and be throttled, or will start the period
 * timer; -1 when neither happens before the horizon. The same steps as catch_up, on a copy. */
static int64_t foresee(const struct cpu_group *group)
{
    int64_t remaining_ns[CPU_MAX], accounted_ns[CPU_MAX];
    int64_t pool_ns = group->bandwidth.pool_ns;
    int64_t until_ns = horizon(group);
    int cpu = 0;

    read_books(group, remaining_ns, accounted_ns);
    for (;;) {
        int64_t due_ns = next_due(group, remaining_ns, accounted_ns, &cpu);

        if (due_ns > until_ns || due_ns == INT64_MAX)
            return -1;
        if (!group->bandwidth.active)
            return due_ns;
        remaining_ns[cpu] -= due_ns - accounted_ns[cpu];
        accounted_ns[cpu] = due_ns;
        int64_t amount_ns =
            cpu_bandwidth_take(pool_ns, group->bandwidth.slice_ns, remaining_ns[cpu]);
        pool_ns -= amount_ns;
        remaining_ns[cpu] += amount_ns;
        if (remaining_ns[cpu] <= 0)
            return due_ns;
    }
}

void cpu_limit_arm(struct cpu_group *group)
{
    const struct cpu_bandwidth *b = &group->bandwidth;
    struct cpu_host *host = group->host;

    if (!limited(group))
        return;
    if (group->running != 0)
        catch_up(group, host->sim->now_ns - 1);
    cpu_event_at(host, &group->attention_event, group->running != 0 ? foresee(group) : -1,
                 CPU_ATTENTION, attention, group);
    cpu_event_at(host, &group->refill_event, b->active ? b->refill_at_ns : -1, CPU_REFILL,
                 refill, group);
    cpu_event_at(host, &group->slack_event, b->slack_active ? b->slack_at_ns : -1, CPU_REFILL,
                 slack, group);
}

void cpu_group_limit(struct cpu_group *group, const struct cpu_group_params *params)
{
    int64_t now_ns = group->host->sim->now_ns;

    for (uint64_t left = group->running; left != 0; left &= left - 1) {
        struct cpu_queue *queue = &group->queues[__builtin_ctzll(left)];

        cpu_limit_account(queue);
        queue->accounted_ns = now_ns;
    }
    assert(params->quota_ns == 0 || params->period_ns > 0);
    group->params.quota_ns = params->quota_ns;
    group->params.period_ns = params->period_ns;
    group->params.burst_ns = params->burst_ns;
    uint64_t freed = cpu_bandwidth_limit(&group->bandwidth, params->quota_ns, params->period_ns,
                                         params->burst_ns, now_ns);
    if (params->quota_ns == 0) {
        cpu_event_at(group->host, &group->attention_event, -1, 0, attention, group);
        cpu_event_at(group->host, &group->refill_event, -1, 0, refill, group);
        cpu_event_at(group->host, &group->slack_event, -1, 0, slack, group);
    }
    free_all(group, freed);
}
