#include "models/cpu_bandwidth.h"

#include <assert.h>
#include <string.h>

static int64_t min_ns(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void cpu_bandwidth_init(struct cpu_bandwidth *b, int cpus, int64_t slice_ns, int64_t phase_ns)
{
    assert(cpus >= 1 && cpus <= CPU_MAX && slice_ns > 0);
    memset(b, 0, sizeof *b);
    b->cpus = cpus;
    b->slice_ns = slice_ns;
    b->refill_at_ns = phase_ns;
}

/* start_cfs_bandwidth: a stopped timer goes on with the phase it had; no refill on starting. */
void cpu_bandwidth_start(struct cpu_bandwidth *b, int64_t now_ns)
{
    if (b->active)
        return;
    b->active = true;
    if (b->refill_at_ns <= now_ns)
        b->refill_at_ns += ((now_ns - b->refill_at_ns) / b->period_ns + 1) * b->period_ns;
}

static void refill_pool(struct cpu_bandwidth *b)
{
    b->pool_ns = min_ns(b->pool_ns + b->quota_ns, b->quota_ns + b->burst_ns);
}

int64_t cpu_bandwidth_take(int64_t pool_ns, int64_t slice_ns, int64_t remaining_ns)
{
    return min_ns(pool_ns, slice_ns - remaining_ns);
}

/* __assign_cfs_rq_runtime: brings the CPU up to target_ns as far as the pool reaches. */
static bool assign(struct cpu_bandwidth *b, struct cpu_bandwidth_queue *q, int64_t target_ns,
                   int64_t now_ns)
{
    cpu_bandwidth_start(b, now_ns);
    if (b->pool_ns > 0) {
        int64_t amount_ns = cpu_bandwidth_take(b->pool_ns, target_ns, q->remaining_ns);

        b->pool_ns -= amount_ns;
        q->remaining_ns += amount_ns;
        b->idle = false;
    }
    return q->remaining_ns > 0;
}

bool cpu_bandwidth_account(struct cpu_bandwidth *b, int cpu, int64_t ran_ns, int64_t now_ns)
{
    struct cpu_bandwidth_queue *q = &b->queues[cpu];

    assert(ran_ns >= 0);
    q->remaining_ns -= ran_ns;
    if (q->remaining_ns > 0)
        return true;
    if (q->throttled) /* from 6.18 a throttled task may still run, in the kernel: debt */
        return false;
    return assign(b, q, b->slice_ns, now_ns);
}

bool cpu_bandwidth_throttle(struct cpu_bandwidth *b, int cpu, int64_t now_ns)
{
    struct cpu_bandwidth_queue *q = &b->queues[cpu];

    if (q->throttled)
        return true;
    if (q->remaining_ns > 0 || assign(b, q, 1, now_ns))
        return false;
    q->throttled = true;
    b->waiters[b->waiting++] = (int8_t)cpu;
    return true;
}

void cpu_bandwidth_want(struct cpu_bandwidth *b, int cpu, int64_t now_ns)
{
    struct cpu_bandwidth_queue *q = &b->queues[cpu];

    assert(q->throttled);
    if (q->wanted)
        return;
    q->wanted = true;
    q->wanted_from_ns = now_ns;
}

/* runtime_refresh_within: too late in the period for the slack timer to be of use. */
static bool refill_within(const struct cpu_bandwidth *b, int64_t within_ns, int64_t now_ns)
{
    return b->refill_at_ns - now_ns < within_ns;
}

void cpu_bandwidth_empty(struct cpu_bandwidth *b, int cpu, int64_t now_ns)
{
    struct cpu_bandwidth_queue *q = &b->queues[cpu];
    int64_t excess_ns = q->remaining_ns - CPU_BANDWIDTH_KEEP_NS;

    if (excess_ns <= 0)
        return;
    b->pool_ns += excess_ns;
    q->remaining_ns -= excess_ns;
    if (b->pool_ns <= b->slice_ns || b->waiting == 0 || b->slack_active ||
        refill_within(b, CPU_BANDWIDTH_SLACK_NS + CPU_BANDWIDTH_EXPIRATION_NS, now_ns))
        return;
    b->slack_active = true;
    b->slack_at_ns = now_ns + CPU_BANDWIDTH_SLACK_NS;
}

static void set_free(struct cpu_bandwidth *b, int cpu, int64_t now_ns)
{
    struct cpu_bandwidth_queue *q = &b->queues[cpu];

    if (q->wanted)
        b->throttled_ns += now_ns - q->wanted_from_ns;
    q->wanted = false;
    q->throttled = false;
}

/* distribute_cfs_runtime: in the order of throttling, each CPU to just above zero. */
static uint64_t distribute(struct cpu_bandwidth *b, int64_t now_ns)
{
    uint64_t freed = 0;
    int left = 0;

    for (int i = 0; i < b->waiting; i++) {
        struct cpu_bandwidth_queue *q = &b->queues[b->waiters[i]];
        int64_t amount_ns = cpu_bandwidth_take(b->pool_ns, 1, q->remaining_ns);

        b->pool_ns -= amount_ns;
        q->remaining_ns += amount_ns;
        if (q->remaining_ns > 0) {
            set_free(b, b->waiters[i], now_ns);
            freed |= (uint64_t)1 << b->waiters[i];
        } else {
            b->waiters[left++] = b->waiters[i];
        }
    }
    b->waiting = left;
    return freed;
}

uint64_t cpu_bandwidth_refill(struct cpu_bandwidth *b, int64_t now_ns)
{
    assert(b->active && b->refill_at_ns == now_ns);
    b->refill_at_ns += b->period_ns;
    b->periods++;
    refill_pool(b);
    if (b->waiting == 0) {
        b->active = !b->idle;
        b->idle = true;
        return 0;
    }
    b->throttled++;
    uint64_t freed = distribute(b, now_ns);
    b->idle = false;
    return freed;
}

uint64_t cpu_bandwidth_slack(struct cpu_bandwidth *b, int64_t now_ns)
{
    assert(b->slack_active && b->slack_at_ns == now_ns);
    b->slack_active = false;
    if (refill_within(b, CPU_BANDWIDTH_EXPIRATION_NS, now_ns) || b->pool_ns <= b->slice_ns)
        return 0;
    return distribute(b, now_ns);
}

uint64_t cpu_bandwidth_limit(struct cpu_bandwidth *b, int64_t quota_ns, int64_t period_ns,
                             int64_t burst_ns, int64_t now_ns)
{
    uint64_t freed = 0;

    b->quota_ns = quota_ns;
    b->period_ns = period_ns;
    b->burst_ns = burst_ns;
    b->active = false;
    if (quota_ns > 0) {
        refill_pool(b);
        cpu_bandwidth_start(b, now_ns);
    }
    for (int cpu = 0; cpu < b->cpus; cpu++) {
        b->queues[cpu].remaining_ns = 1;
        if (b->queues[cpu].throttled) {
            set_free(b, cpu, now_ns);
            freed |= (uint64_t)1 << cpu;
        }
    }
    b->waiting = 0;
    return freed;
}

int64_t cpu_bandwidth_due(int64_t remaining_ns, int64_t accounted_ns, int64_t tick_ns,
                          int64_t phase_ns)
{
    int64_t empty_ns = accounted_ns + (remaining_ns > 1 ? remaining_ns : 1);

    if (tick_ns == 0)
        return empty_ns;
    int64_t past_ns = (empty_ns - phase_ns) % tick_ns;
    if (past_ns < 0)
        past_ns += tick_ns;
    return past_ns == 0 ? empty_ns : empty_ns - past_ns + tick_ns;
}

int64_t cpu_bandwidth_throttled_ns(const struct cpu_bandwidth *b, int64_t now_ns)
{
    int64_t sum_ns = b->throttled_ns;

    for (int i = 0; i < b->waiting; i++) {
        const struct cpu_bandwidth_queue *q = &b->queues[b->waiters[i]];

        sum_ns += q->wanted ? now_ns - q->wanted_from_ns : 0;
    }
    return sum_ns;
}
