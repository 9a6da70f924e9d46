/* cpu_throttle.c - what it does to the threads of a group on one CPU that its time there is used
 * up. */
#include "models/cpu_internal.h"

void cpu_throttle_clock(struct cpu_thread *thread, bool on)
{
    int64_t now_ns = cpu_now(thread->queue->cpu);

    if (on && thread->throttled_from_ns < 0) {
        thread->throttled_from_ns = now_ns;
    } else if (!on && thread->throttled_from_ns >= 0) {
        thread->throttled_ns += now_ns - thread->throttled_from_ns;
        thread->throttled_from_ns = -1;
    }
}

void cpu_throttle_want(struct cpu_queue *queue)
{
    cpu_bandwidth_want(&queue->group->bandwidth, queue->cpu->index, cpu_now(queue->cpu));
}

/* throttle_cfs_rq_work: on its return to user mode a throttled thread goes into limbo. */
void cpu_throttle_park(struct cpu_thread *thread)
{
    struct cpu_queue *queue = thread->queue;

    cpu_limit_account(queue);
    fair_queue_remove(&queue->threads, &thread->entity, false);
    thread->leaving = false;
    thread->limbo = true;
    thread->next_limbo = queue->limbo;
    queue->limbo = thread;
    cpu_throttle_clock(thread, true);
    cpu_throttle_want(queue);
    cpu_dispatch_leave_groups(queue, false);
}

/* Before 6.18 throttling takes the whole queue off the CPU at once. */
static void stop_queue(struct cpu_queue *queue)
{
    bool wanted = false;

    for (int i = 0; i < queue->threads.count; i++) {
        struct cpu_thread *thread = queue->threads.entities[i]->owner;

        if (!thread->entity.delayed) {
            cpu_throttle_clock(thread, true);
            wanted = true;
        }
    }
    if (wanted)
        cpu_throttle_want(queue);
    if (queue->entity.queued)
        fair_queue_remove(&queue->cpu->groups, &queue->entity, false);
}

/* check_cfs_rq_runtime; the queue was accounted for just before. */
void cpu_throttle_check(struct cpu_queue *queue)
{
    struct cpu_group *group = queue->group;
    int cpu = queue->cpu->index;

    if (group->params.quota_ns == 0 || group->bandwidth.queues[cpu].throttled)
        return;
    if (cpu_bandwidth_throttle(&group->bandwidth, cpu, cpu_now(queue->cpu)) &&
        queue->cpu->host->params.generation == CPU_THROTTLE_QUEUE)
        stop_queue(queue);
}

/* A thread picked from a throttled queue leaves as soon as it returns to user mode. */
bool cpu_throttle_leaves(struct cpu_thread *thread)
{
    int64_t syscall_ns = thread->queue->cpu->host->params.syscall_ns;

    if (!cpu_limit_throttled(thread->queue))
        return false;
    if (!thread->leaving) {
        thread->leaving = true;
        thread->leave_at_ns = cpu_now(thread->queue->cpu) + syscall_ns;
    }
    return thread->leave_at_ns <= cpu_now(thread->queue->cpu);
}
