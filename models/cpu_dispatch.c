#include <assert.h>
#include <stddef.h>

#include "models/cpu_internal.h"

/* The latest tick at or before at_ns. */
static int64_t tick_before(const struct cpu_host *host, int64_t at_ns)
{
    int64_t past_ns = (at_ns - host->tick_phase_ns) % host->params.tick_ns;

    return at_ns - (past_ns < 0 ? past_ns + host->params.tick_ns : past_ns);
}

/* What the thread did up to now, as its owner sees it. */
static void serve(struct cpu *cpu)
{
    struct cpu_thread *thread = cpu->running;
    int64_t ran_ns = cpu_now(cpu) - cpu->served_ns;
    int64_t overhead_ns = ran_ns < thread->overhead_ns ? ran_ns : thread->overhead_ns;

    cpu->served_ns = cpu_now(cpu);
    thread->queue->group->usage_ns += ran_ns;
    thread->overhead_ns -= overhead_ns;
    int64_t work_ns = cache_refill_run(&thread->warmth, &thread->refill, ran_ns - overhead_ns,
                                       thread->demand_ns);
    thread->demand_ns -= work_ns;
    thread->worked_ns += work_ns;
}

/* update_curr */
static void charge(struct cpu *cpu, int64_t to_ns)
{
    int64_t ran_ns = to_ns - cpu->charged_ns;

    if (ran_ns <= 0)
        return;
    bool served = fair_queue_charge(&cpu->running->queue->threads, ran_ns);
    served |= fair_queue_charge(&cpu->groups, ran_ns);
    cpu->resched |= served;
    cpu->charged_ns = to_ns;
}

/* Deadlines are renewed when the kernel looks, which is at the ticks: so the last tick first. */
void cpu_dispatch_update(struct cpu *cpu)
{
    if (cpu->running == NULL)
        return;
    serve(cpu);
    charge(cpu, tick_before(cpu->host, cpu_now(cpu)));
    charge(cpu, cpu_now(cpu));
}

/* Takes the group off the CPU's queue when none of its threads is left there. */
void cpu_dispatch_leave_groups(struct cpu_queue *queue, bool delay)
{
    struct cpu_group *group = queue->group;

    if (queue->threads.count > 0)
        return;
    if (group->params.quota_ns > 0)
        cpu_bandwidth_empty(&group->bandwidth, queue->cpu->index, cpu_now(queue->cpu));
    if (queue->entity.queued && !queue->entity.delayed)
        fair_queue_remove(&queue->cpu->groups, &queue->entity, delay);
}

/* pick_task_fair: sleepers that have repaid their time, and throttled threads, fall out here. */
static struct cpu_thread *pick(struct cpu *cpu)
{
    struct fair_entity *entity;

    while ((entity = fair_queue_pick(&cpu->groups)) != NULL) {
        struct cpu_queue *queue = entity->owner;

        if (entity->delayed) {
            fair_queue_remove(&cpu->groups, entity, false);
            continue;
        }
        struct cpu_thread *thread = fair_queue_pick(&queue->threads)->owner;
        if (thread->entity.delayed) {
            fair_queue_remove(&queue->threads, &thread->entity, false);
            cpu_dispatch_leave_groups(queue, true);
        } else if (cpu_throttle_leaves(thread)) {
            cpu_throttle_park(thread);
        } else {
            return thread;
        }
    }
    return NULL;
}

static void put_off(struct cpu *cpu, struct cpu_thread *thread)
{
    int64_t now_ns = cpu_now(cpu), from_ns = cpu->worked_from_ns;

    cpu->running = NULL;
    thread->queue->group->running &= ~((uint64_t)1 << cpu->index);
    fair_queue_run(&thread->queue->threads, NULL);
    fair_queue_run(&cpu->groups, NULL);
    thread->off_since_ns = now_ns;
    if (now_ns > from_ns)
        thread->ran(thread, thread->owner, from_ns, now_ns, false);
}

/* The way out of idle is the first one's who runs; to switch to the next costs next to nothing. */
static void put_on(struct cpu *cpu, struct cpu_thread *thread)
{
    int64_t now_ns = cpu_now(cpu);

    if (thread->woken && cpu->served_ns < now_ns)
        thread->overhead_ns += cpu->host->params.wake_cost_ns;
    thread->woken = false;
    cpu->running = thread;
    thread->queue->group->running |= (uint64_t)1 << cpu->index;
    thread->queue->accounted_ns = now_ns;
    fair_queue_run(&thread->queue->threads, &thread->entity);
    fair_queue_run(&cpu->groups, &thread->queue->entity);
    thread->off_ns += now_ns - thread->off_since_ns;
    int64_t cold_ns = cache_warmth_after(&thread->warmth, cache_refill_cold(&thread->refill),
                                         now_ns - thread->off_since_ns);
    cache_refill_begin(&thread->refill, cold_ns);
    cpu->served_ns = now_ns;
    cpu->charged_ns = now_ns;
    cpu->worked_from_ns =
        now_ns + thread->overhead_ns + (thread->warmth.work_ns > 0 ? 0 : cold_ns);
}

void cpu_dispatch_schedule(struct cpu *cpu)
{
    struct cpu_thread *previous = cpu->running;

    cpu_dispatch_update(cpu);
    cpu->resched = false;
    if (previous != NULL) {
        cpu_limit_account(previous->queue);
        cpu_throttle_check(previous->queue);
    }
    struct cpu_thread *next = pick(cpu);
    if (next != previous) {
        if (previous != NULL)
            put_off(cpu, previous);
        if (next != NULL)
            put_on(cpu, next);
    }
    cpu_dispatch_arm(cpu);
    if (previous != NULL)
        cpu_limit_arm(previous->queue->group);
    if (next != NULL && (previous == NULL || next->queue->group != previous->queue->group))
        cpu_limit_arm(next->queue->group);
}

static void go_to_sleep(struct cpu *cpu)
{
    struct cpu_thread *thread = cpu->running;
    struct cpu_queue *queue = thread->queue;

    cpu_dispatch_update(cpu);
    cpu_limit_account(queue);
    thread->leaving = false;
    if (fair_queue_remove(&queue->threads, &thread->entity, true))
        cpu_dispatch_leave_groups(queue, true);
    cpu_throttle_check(queue);
    cpu->worked_from_ns = cpu_now(cpu); /* all is reported */
    put_off(cpu, thread);
    cpu_dispatch_schedule(cpu);
    cpu_limit_arm(queue->group);
}

static void done(void *subject, void *object)
{
    struct cpu *cpu = subject;
    struct cpu_thread *thread = cpu->running;
    int64_t from_ns = cpu->worked_from_ns;

    (void)object;
    serve(cpu); /* the kernel sees nothing of it */
    cpu->worked_from_ns = cpu_now(cpu);
    cpu->reporting = true;
    thread->ran(thread, thread->owner, from_ns, cpu_now(cpu), true);
    cpu->reporting = false;
    assert(thread->asleep || thread->demand_ns > 0);
    if (thread->asleep) {
        go_to_sleep(cpu);
    } else {
        cpu_dispatch_arm(cpu);
        cpu_limit_arm(thread->queue->group);
    }
}

/* scheduler_tick on a CPU with more than one to choose from; or a throttled thread's way out. */
static void tick(void *subject, void *object)
{
    struct cpu *cpu = subject;
    struct cpu_thread *thread = cpu->running;
    struct cpu_group *group = thread->queue->group;

    (void)object;
    cpu_dispatch_update(cpu);
    cpu->ticked_ns = tick_before(cpu->host, cpu_now(cpu));
    if (cpu->ticked_ns == cpu_now(cpu))
        cpu_limit_tick(group);
    if (cpu->running == thread && thread->leaving && thread->leave_at_ns == cpu_now(cpu)) {
        cpu_throttle_park(thread);
        cpu->resched = true;
    }
    if (cpu->resched) {
        cpu_dispatch_schedule(cpu);
    } else {
        cpu_dispatch_arm(cpu);
        cpu_limit_arm(group);
    }
}

static int64_t next_tick(const struct cpu *cpu)
{
    const struct cpu_thread *thread = cpu->running;
    int64_t at_ns = -1;

    if (cpu->groups.count > 1 || thread->queue->threads.count > 1) {
        at_ns = tick_before(cpu->host, cpu_now(cpu));
        if (at_ns < cpu_now(cpu) || at_ns <= cpu->ticked_ns)
            at_ns += cpu->host->params.tick_ns;
    }
    if (thread->leaving && (at_ns < 0 || thread->leave_at_ns < at_ns))
        at_ns = thread->leave_at_ns;
    return at_ns;
}

int64_t cpu_dispatch_end(const struct cpu *cpu)
{
    const struct cpu_thread *thread = cpu->running;

    return cpu->served_ns + thread->overhead_ns +
           cache_refill_time(&thread->warmth, &thread->refill, thread->demand_ns);
}

void cpu_dispatch_arm(struct cpu *cpu)
{
    const struct cpu_thread *thread = cpu->running;
    int64_t done_ns = -1, tick_ns = -1;

    if (thread != NULL) {
        done_ns = cpu_dispatch_end(cpu);
        tick_ns = next_tick(cpu);
    }
    cpu_event_at(cpu->host, &cpu->done_event, done_ns, CPU_DONE + cpu->index, done, cpu);
    cpu_event_at(cpu->host, &cpu->tick_event, tick_ns, CPU_TICK + cpu->index, tick, cpu);
}

/* Is there, after an enqueue, somebody better than the running one? (check_preempt_wakeup_fair) */
static bool preempts(const struct cpu *cpu, const struct cpu_thread *thread)
{
    const struct cpu_queue *queue = thread->queue;

    if (cpu->running->queue == queue)
        return fair_queue_pick(&queue->threads) == &thread->entity;
    return fair_queue_pick(&cpu->groups) == &queue->entity;
}

static void join_groups(struct cpu_queue *queue)
{
    if (!queue->entity.queued || queue->entity.delayed)
        fair_queue_add(&queue->cpu->groups, &queue->entity);
}

/* enqueue_task_fair, up to the question of preemption. */
static void join(struct cpu_thread *thread)
{
    struct cpu_queue *queue = thread->queue;

    if (queue->threads.running != NULL && !cpu_limit_account(queue))
        queue->cpu->resched = true;
    fair_queue_add(&queue->threads, &thread->entity);
    if (queue->threads.count == 1 && !cpu_limit_throttled(queue)) {
        cpu_limit_account(queue);
        cpu_throttle_check(queue);
    }
    if (!cpu_limit_throttled(queue) ||
        queue->cpu->host->params.generation == CPU_THROTTLE_TASK) {
        join_groups(queue);
        return;
    }
    cpu_throttle_clock(thread, true);
    cpu_throttle_want(queue);
}

/* One interrupt wakes them all; only then does the CPU look for the next to run. */
void cpu_dispatch_wake(struct cpu *cpu, struct cpu_thread *first)
{
    cpu_dispatch_update(cpu);
    for (struct cpu_thread *t = first; t != NULL; t = t->next_waking) {
        join(t);
        cpu->resched |= cpu->running == NULL || preempts(cpu, t);
    }
    if (cpu->resched)
        cpu_dispatch_schedule(cpu);
    else
        cpu_dispatch_arm(cpu);
    for (struct cpu_thread *t = first; t != NULL; t = t->next_waking)
        cpu_limit_arm(t->queue->group);
}

void cpu_dispatch_free(struct cpu_queue *queue)
{
    struct cpu *cpu = queue->cpu;

    cpu_dispatch_update(cpu);
    for (int i = 0; i < queue->threads.count; i++) {
        struct cpu_thread *thread = queue->threads.entities[i]->owner;

        cpu_throttle_clock(thread, false);
        thread->leaving = false;
    }
    if (queue->threads.count > 0)
        join_groups(queue);
    while (queue->limbo != NULL) {
        struct cpu_thread *thread = queue->limbo;

        queue->limbo = thread->next_limbo;
        thread->limbo = false;
        cpu_throttle_clock(thread, false);
        join(thread);
    }
    /* No preemption: whoever runs goes on to the next tick. */
    if (cpu->running == NULL || cpu->resched)
        cpu_dispatch_schedule(cpu);
    else
        cpu_dispatch_arm(cpu);
}
